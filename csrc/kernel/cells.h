/* cells.h - rows to cells block by block, for every question that the fused
 * loops of count.h do not know: wide codes, many terms, filters on numbers,
 * times out of order, sums beyond 64 bits.
 *
 * A block of rows has a buffer of cells; each term adds its offsets to it,
 * each filter marks rows as not counted, and a last pass counts.  Two forms:
 * 32-bit cells for dense figures, where a value at or past the limit is not
 * counted (BCN_SKIP_CELL is far past it, and BCN_TERMS_MAX of them added up
 * do not wrap), and 64-bit keys for sparse ones, where BCN_SKIP stays
 * BCN_SKIP whatever is added.
 *
 * No allocation, no status, cannot fail. */
#ifndef BCN_CELLS_H
#define BCN_CELLS_H

#include <stddef.h>
#include <stdint.h>

#include "base/wide.h"
#include "kernel/clock.h" /* BCN_SKIP */
#include "kernel/count.h" /* bcn_both */

#define BCN_CELLS_MAX (UINT32_C(1) << 26) /* cells of one table */
#define BCN_SKIP_CELL (UINT32_C(1) << 27)
enum {
    BCN_TERMS_MAX = 20, /* 20 * 2^27 + 2^26 < 2^32 */
    BCN_CELLS_BLOCK = 2048
};

void bcn_cells_fill(uint32_t *cells, size_t count, uint32_t value);
/* Add table[code]; codes of `width` 1, 2 or 4 bytes. */
void bcn_cells_add(uint32_t *cells, const void *codes, int width,
                   const uint32_t *table, size_t count);
/* Add offsets of 64 bits, BCN_SKIP as BCN_SKIP_CELL. */
void bcn_cells_add_offsets(uint32_t *cells, const uint64_t *offsets,
                           size_t count);
/* Keep the rows with from <= value < to, or, `outside`, the others. */
void bcn_cells_keep(uint32_t *cells, const void *values, int width,
                    int64_t from, int64_t to, int outside, size_t count);
/* Keep the rows whose bit is set; bit 0 of `bits` belongs to row -`first`. */
void bcn_cells_keep_valid(uint32_t *cells, const uint8_t *bits, size_t first,
                          size_t count);

void bcn_cells_count_u32(uint32_t *table, const size_t *lanes, uint32_t limit,
                         const uint32_t *cells, size_t count);
void bcn_cells_count_u64(uint64_t *table, const size_t *lanes, uint32_t limit,
                         const uint32_t *cells, size_t count);
void bcn_cells_sum_u64(uint64_t *table, const size_t *lanes, uint32_t limit,
                       const uint32_t *cells, const void *values, int width,
                       size_t count);
/* Both measures in halves of a cell, as bcn_bins_both. */
void bcn_cells_both_u64(uint64_t *table, const size_t *lanes, uint32_t limit,
                        const uint32_t *cells, bcn_both measures,
                        size_t count);
void bcn_cells_sum_wide(bcn_wide *table, uint32_t limit, const uint32_t *cells,
                        const void *values, int width, size_t count);

void bcn_keys_add(uint64_t *keys, const void *codes, int width,
                  const uint64_t *table, size_t count);
void bcn_keys_add_offsets(uint64_t *keys, const uint64_t *offsets,
                          size_t count);
/* BCN_SKIP for the keys whose cell is not 0: the filters' marks. */
void bcn_keys_mark(uint64_t *keys, const uint32_t *cells, size_t count);

#endif
