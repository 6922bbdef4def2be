/* prefix.h - a cube added up along one of its dimensions.
 *
 * Row p holds the sums of all cells before position p of that dimension, one
 * per cell of the others.  So the sum over any range of positions is the
 * difference of two rows, whatever its length: O(cells of the others).
 *
 * Never changes after it was made; any thread may read it.  Memory: a word
 * per cell of the cube and of one position more; of 4 bytes where no figure
 * is negative and all rows fit them, else of 8.  A cube whose figures pass 64
 * bits, singly or added up, is refused. */
#ifndef BCN_PREFIX_H
#define BCN_PREFIX_H

#include "base/thread.h"
#include "model/cube.h"

typedef struct bcn_prefix {
    bcn_shape shape;    /* of the other dimensions */
    uint64_t positions; /* of the dimension added up along */
    uint64_t cells;     /* of the others */
    uint64_t mass;      /* at least the sum of all |figures| */
    unsigned width;     /* bytes of a word: 4 or 8 */
    bcn_block *rows;    /* (positions + 1) * cells words */
} bcn_prefix;

/* Add up along a dimension.  Borrows the cube.  BCN_RANGE for no such
 * dimension; BCN_OVERFLOW for figures beyond 64 bits; BCN_TOO_LARGE before
 * memory is taken; BCN_CANCELLED.  Three passes over the stored cells. */
BCN_MUST_USE bcn_status bcn_prefix_new(const bcn_cube *cube, size_t dim,
                                       uint64_t limit, bcn_watch *watch,
                                       bcn_prefix **out, bcn_error *error);
void bcn_prefix_free(bcn_prefix *prefix); /* NULL is fine */

/* The sum over positions [from, to), from <= to <= positions: BCN_RANGE. */
BCN_MUST_USE bcn_status bcn_prefix_between(const bcn_prefix *prefix,
                                           uint64_t from, uint64_t to,
                                           bcn_cube **out);

#endif
