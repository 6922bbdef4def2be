/* count.h - the hot loops: rows to cells in one pass.
 *
 * A row's cell is the sum of one to three look-ups in tables of 32-bit
 * offsets; cells[cell] grows by 1 or by the row's measure.  A sum at or past
 * `limit` says that the row is not counted: it lands in one of the
 * BCN_SPILL cells from `limit` on, so that a filter costs no branch and
 * whatever the tables hold, nothing outside the cells is written.
 *
 * A counter that grows twice within a few rows waits for its own store.  So
 * the cells may be kept in lanes, which neighbouring rows use in turn and the
 * caller adds up at the end: row i of four counts in the lane that starts
 * lanes[i] cells after `cells`.  All equal means one lane.  With several,
 * sorted, skewed and all-equal labels cost about as much as uniform ones.
 *
 * No allocation, no status, cannot fail.  Counters of 32 bits hold 2^32 - 1
 * rows: the caller folds them away before. */
#ifndef BCN_COUNT_H
#define BCN_COUNT_H

#include <stddef.h>
#include <stdint.h>

enum {
    BCN_LOOKS = 3, /* terms that the fused loops know */
    BCN_LANES = 4,
    BCN_SPILL = 8,
    BCN_BIN_LANE = 256 + 8,           /* apart from each other in the cache */
    BCN_BINS = 8 * BCN_BIN_LANE /* counters of a byte histogram */
};

typedef struct bcn_looks {
    size_t count; /* 1 to BCN_LOOKS */
    const uint8_t *codes[BCN_LOOKS];
    const uint32_t *tables[BCN_LOOKS]; /* 256 offsets each */
} bcn_looks;

/* Count rows [begin, end). */
void bcn_count_u32(uint32_t *cells, const size_t *lanes,
                   uint32_t limit,
                   const bcn_looks *looks, size_t begin, size_t end);
void bcn_count_u64(uint64_t *cells, const size_t *lanes,
                   uint32_t limit,
                   const bcn_looks *looks, size_t begin, size_t end);
/* Add values[row], `width` bytes each (1, 2, 4 unsigned; 8 signed), modulo
 * 2^64: exact for signed sums that fit. */
void bcn_sum_u64(uint64_t *cells, const size_t *lanes,
                   uint32_t limit,
                 const bcn_looks *looks, const void *values, int width,
                 size_t begin, size_t end);

/* Count bytes: bins[lane * BCN_BIN_LANE + byte], to be added up over eight
 * lanes.  Eight bytes are loaded at once, each counted in its own lane. */
void bcn_bins_count(uint32_t *bins, const uint8_t *codes, size_t count);

#endif
