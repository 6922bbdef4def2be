/* margins.h - what the rows and columns of a square of numbers add up to.
 *
 * One pass, four rows at a time, so that the sums of columns are loaded and
 * stored once for four cells.  Variants for what a processor can do are
 * chosen at run time; all give the same integers. */
#ifndef BCN_MARGINS_H
#define BCN_MARGINS_H

#include <stddef.h>
#include <stdint.h>

/* Arrays of `count` numbers each; those of columns are added to. */
typedef struct bcn_margins {
    int64_t *row_sum, *row_zeros;
    int64_t *column_sum, *column_zeros;
    int64_t largest; /* the largest cell that is above what stood here */
} bcn_margins;

/* Read a square of count^2 cells, a row after the other.  No sum of any of
 * them, nor `largest`, may lie beyond 2^62 or -2^62. */
typedef void (*bcn_margins_reader)(const int64_t *cells, size_t count,
                                   bcn_margins *margins);

/* The fastest for this machine, and each of them for tests: NULL where this
 * machine lacks it. */
bcn_margins_reader bcn_margins_best(void);
bcn_margins_reader bcn_margins_plain(void);
bcn_margins_reader bcn_margins_sse2(void);
bcn_margins_reader bcn_margins_avx2(void);

#endif
