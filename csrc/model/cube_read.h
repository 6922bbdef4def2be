/* cube_read.h - a cube as lists: its cells that are not 0, its largest, its
 * cells as columns for export. */
#ifndef BCN_CUBE_READ_H
#define BCN_CUBE_READ_H

#include "model/cube.h"

/* Columns of equal length; all blocks belong to whoever holds the list. */
typedef struct bcn_list {
    uint64_t count;
    size_t ndim;
    bcn_block *codes[BCN_DIMS_MAX]; /* uint32_t: positions per dimension */
    bcn_block *index;               /* uint64_t: cell numbers */
    bcn_block *low, *high;          /* as in the cube */
} bcn_list;

void bcn_list_drop(bcn_list *list);

/* The cells that are not 0, ascending: index, low and high.  Costs nothing
 * for a sparse cube, whose blocks are shared. */
BCN_MUST_USE bcn_status bcn_cube_nonzeros(const bcn_cube *cube, uint64_t limit,
                                          bcn_list *out, bcn_error *error);
/* Cells [start, stop) as columns: codes per dimension, low and high; all of
 * them, or without those that are 0. */
BCN_MUST_USE bcn_status bcn_cube_columns(const bcn_cube *cube, bool zeros,
                                         uint64_t start, uint64_t stop,
                                         uint64_t limit, bcn_list *out,
                                         bcn_error *error);

/* All cells as int64_t in one block, the caller's to drop: shared with the
 * cube where it keeps them so.  BCN_OVERFLOW when it is wide, BCN_TOO_LARGE
 * when a new block would pass `limit` bytes. */
BCN_MUST_USE bcn_status bcn_cube_lay(const bcn_cube *cube, uint64_t limit,
                                     bcn_block **out, bcn_error *error);

/* Which cells a ranking leaves out: those at a position p of dimension d
 * with drop[d] != NULL and drop[d][p] != 0, and, `diagonal`, those whose
 * positions in the first two dimensions are equal. */
typedef struct bcn_omit {
    const uint8_t *drop[BCN_DIMS_MAX];
    bool diagonal;
} bcn_omit;

/* The `count` largest of the cells that are not 0, by value, then by index:
 * fewer when there are fewer.  `omit` may be NULL.  Fills `entries` and
 * returns how many.  Costs O(stored * log count) at most. */
uint64_t bcn_cube_top(const bcn_cube *cube, uint64_t count,
                      const bcn_omit *omit, bcn_entry *entries);

/* The least and the greatest value of all cells, 0 included; both 0 for a
 * cube without cells. */
void bcn_cube_extent(const bcn_cube *cube, bcn_wide *least,
                     bcn_wide *greatest);

#endif
