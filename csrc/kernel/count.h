/* count.h - the hot loops: rows to cells in one pass.
 *
 * A row's cell is the sum of one to three look-ups in tables of 32-bit
 * offsets; cells[cell] grows by 1 or by the row's measure.  A sum at or past
 * `limit` says that the row is not counted: it lands in one of the
 * BCN_SPILL cells from `limit` on, so that a filter costs no branch and
 * whatever the tables hold, nothing outside the cells is written.  With
 * BCN_NO_LIMIT the caller answers for that: no sum of offsets leaves a lane.
 *
 * A counter that grows twice within a few rows waits for its own store.  So
 * the cells may be kept in lanes, which neighbouring rows use in turn and the
 * caller adds up at the end: row i of four counts in the lane that starts
 * lanes[i] cells after `cells`.  All equal means one lane.  With several,
 * sorted, skewed and all-equal labels cost about as much as uniform ones.
 *
 * Rows that share all else are counted faster by what they hold than by
 * where it belongs: bytes (bcn_bins), the few bytes that occur (bcn_few) or
 * pairs of bytes (bcn_pairs), with no table and no limit on the way; the
 * caller sends each figure to its cell once.
 *
 * No allocation, no status, cannot fail.  Counters of 32 bits hold 2^32 - 1
 * rows: the caller folds them away before. */
#ifndef BCN_COUNT_H
#define BCN_COUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/number.h"

#define BCN_NO_LIMIT UINT32_MAX

enum {
    BCN_LOOKS = 3, /* terms that the fused loops know */
    BCN_LANES = 4,
    BCN_SPILL = 8,
    BCN_BIN_LANE = 256 + 8,        /* apart from each other in the cache */
    BCN_BINS = 8 * BCN_BIN_LANE,   /* counters of a byte histogram */
    BCN_DUOS = 2 * (65536 + 32),   /* counters of neighbours in pairs */
    BCN_DUO_ROWS = (1 << 18) - 16, /* that those hold */
    BCN_PICKS = 4,
    BCN_FEW = 24, /* bytes that may be cheaper to compare than to look up */
    BCN_PAIR_ROW = 256 + 8,
    BCN_PAIR_LANE = 256 * BCN_PAIR_ROW + 24,
    BCN_PAIRS = 2 * BCN_PAIR_LANE /* counters of a histogram of pairs */
};

typedef struct bcn_looks {
    size_t count; /* 1 to BCN_LOOKS */
    const uint8_t *codes[BCN_LOOKS];
    const uint32_t *tables[BCN_LOOKS]; /* 256 offsets each */
} bcn_looks;

/* Count rows [begin, end). */
void bcn_count_u32(uint32_t *cells, const size_t *lanes, uint32_t limit,
                   const bcn_looks *looks, size_t begin, size_t end);
void bcn_count_u64(uint64_t *cells, const size_t *lanes, uint32_t limit,
                   const bcn_looks *looks, size_t begin, size_t end);
/* As bcn_count_u32, with one more look-up, table[words[row] >> shift]; the
 * others are none to three. */
void bcn_count_words_u32(uint32_t *cells, const size_t *lanes, uint32_t limit,
                         const bcn_looks *looks, const uint16_t *words,
                         const uint32_t *table, unsigned shift, size_t begin,
                         size_t end);
/* Add values[row], `width` bytes each (1, 2, 4 unsigned; 8 signed), modulo
 * 2^64: exact for signed sums that fit. */
void bcn_sum_u64(uint64_t *cells, const size_t *lanes, uint32_t limit,
                 const bcn_looks *looks, const void *values, int width,
                 size_t begin, size_t end);

/* Count bytes: bins[lane * BCN_BIN_LANE + byte], to be added up over eight
 * lanes.  Eight bytes are loaded at once, each counted in its own lane. */
void bcn_bins_count(uint32_t *bins, const uint8_t *codes, size_t count);
/* Count bytes two at a time, in counters of 16 bits, one for each value of two
 * neighbours: half as many stores, which is what such a loop is short of.
 * `duos` begins as zeros and takes up to BCN_DUO_ROWS bytes; those without a
 * neighbour are counted in bins[byte].  bcn_duos_fold adds all to bins[byte]
 * and leaves zeros. */
void bcn_duos_count(uint16_t *duos, uint32_t *bins, const uint8_t *codes,
                    size_t count);
void bcn_duos_fold(uint16_t *duos, uint32_t *bins);
/* Add values[i] to bins[lane * BCN_BIN_LANE + codes[i]], in BCN_LANES lanes,
 * as bcn_sum_u64 does. */
void bcn_bins_sum(uint64_t *bins, const uint8_t *codes, const void *values,
                  int width, size_t count);

/* Two measures of the same rows; `first` NULL: 1 for each row. */
typedef struct bcn_both {
    const void *first, *second;
    int first_width, second_width;
} bcn_both;
/* As bcn_bins_sum, the first measure in the low half of a bin and the second
 * in the high one.  The caller answers for both having room. */
void bcn_bins_both(uint64_t *bins, const uint8_t *codes, bcn_both measures,
                   size_t count);

/* So many bytes are cheaper to compare than to look up here: up to BCN_FEW. */
size_t bcn_few_most(void);
/* counts[i] grows by the bytes equal to known[i]; known_count <= BCN_FEW. */
void bcn_few_count(uint32_t *counts, const uint8_t *known, size_t known_count,
                   const uint8_t *codes, size_t count);

/* sums[byte] grows by the values, of one byte each, and nothing else: made for
 * values that are mostly 0.  False, and nothing is added, when they are not. */
bool bcn_rare_sum(uint64_t *sums, const uint8_t *codes, const uint8_t *values,
                  size_t count);

/* Count pairs: pairs[lane * BCN_PAIR_LANE + a * BCN_PAIR_ROW + b], to be
 * added up over two lanes.  Rows grow by kept[by[row]], unless `by` is NULL:
 * then by 1. */
void bcn_pairs_count(uint32_t *pairs, const uint8_t *a, const uint8_t *b,
                     const uint8_t *by, const uint32_t *kept, size_t begin,
                     size_t end);

/* As bcn_pairs_count, of the rows whose by[row] is one of `count` codes, at
 * most BCN_PICKS: sixty-four rows are compared at once, and where few are kept
 * only those are looked at.  Unless `words` is NULL, only rows with
 * from <= words[row] < to count. */
void bcn_pairs_pick(uint32_t *pairs, const uint8_t *a, const uint8_t *b,
                    const uint8_t *by, const uint8_t *codes, size_t count,
                    const uint16_t *words, uint32_t from, uint32_t to,
                    size_t begin, size_t end);

#endif
