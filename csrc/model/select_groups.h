/* select_groups.h - exact order statistics of the values of each group.
 *
 * A row belongs to a cell below `groups`, or is left out; of each group's n
 * values, in order v[0] .. v[n - 1], one is given for each rank asked for.  A
 * rank is a fraction q = numerator / denominator of the group, exactly:
 *
 *     BCN_RANK_LEAST   v[ceil(q n) - 1], the least value with at least q of
 *                      all at or below it (type 1 of Hyndman & Fan; q > 0)
 *     BCN_RANK_FLOOR   v[floor(q (n - 1))]    the two between which types 7
 *     BCN_RANK_CEIL    v[ceil(q (n - 1))]     and the usual median lie
 *
 * The same answer for any order of rows and any number of workers.
 *
 * Cost: two passes over the rows, which ask for their cells block by block,
 * and the search among the values gathered by the second: few, unless they
 * are crowded on one spot of the scale (select.h) or groups are so many that
 * each has few rows.  Memory: 8 bytes for each value gathered, never more
 * than 8 a row; counters of 4 MiB, or 4 bytes a group where that is more, for
 * each worker; 24 bytes for each group and rank. */
#ifndef BCN_SELECT_GROUPS_H
#define BCN_SELECT_GROUPS_H

#include "base/memory.h"
#include "base/thread.h"

typedef enum bcn_rank_rule {
    BCN_RANK_LEAST,
    BCN_RANK_FLOOR,
    BCN_RANK_CEIL
} bcn_rank_rule;

typedef struct bcn_rank {
    bcn_rank_rule rule;
    uint32_t numerator, denominator; /* 0 <= numerator <= denominator > 0 */
} bcn_rank;

/* The place, from 0 on, of a rank among `count` values; count > 0. */
uint64_t bcn_rank_of(const bcn_rank *rank, uint64_t count);

enum { BCN_RANKS_MAX = 64, BCN_SELECT_BLOCK = 2048 };

typedef struct bcn_selection {
    size_t rows; /* below 2^32 */
    const void *values;
    int width;               /* 1, 2, 4 unsigned; 8 signed */
    int64_t least, greatest; /* no stated value lies outside */
    const uint8_t *valid;    /* a bit per row, as in column.h; NULL: all */
    uint32_t groups;         /* up to BCN_CELLS_MAX */
    /* Write the cells of rows [row, row + count), at most BCN_SELECT_BLOCK of
     * them; groups or more: left out.  Called by several threads at once, and
     * twice for each row. */
    void (*cells)(void *context, uint32_t *cells, size_t row, size_t count);
    void *context;
    const bcn_rank *ranks;
    size_t rank_count; /* up to BCN_RANKS_MAX */
    size_t workers;    /* 0: as many as pay */
} bcn_selection;

/* counts[group]: its values; out[group * rank_count + r]: the value at rank r,
 * 0 for a group without values.  On failure both may hold anything. */
BCN_MUST_USE bcn_status bcn_select_groups(const bcn_selection *selection,
                                          bcn_watch *watch, uint64_t *counts,
                                          int64_t *out);

#endif
