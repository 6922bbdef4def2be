/* cube_ops.h - new cubes from cubes.
 *
 * Nothing here changes its operands.  All sums are exact; an answer that does
 * not fit `limit` bytes (0: no limit) is BCN_TOO_LARGE.
 *
 * One idea carries most of it: summing over dimensions, picking a position,
 * changing the order, rolling labels up into groups are all the same map,
 * where the new index of a cell is a sum of look-ups, one per dimension. */
#ifndef BCN_CUBE_OPS_H
#define BCN_CUBE_OPS_H

#include "model/cube.h"

/* What one dimension adds to the new index: table[position], where BCN_SKIP
 * leaves the cell out; or position * stride when `table` is NULL. */
typedef struct bcn_route {
    const uint64_t *table;
    uint64_t stride;
} bcn_route;

/* Add every cell to the cell its routes (one per dimension) lead to, in a
 * cube of the given shape.  The routes must stay within it (BCN_RANGE).
 * Costs one pass over the stored cells. */
BCN_MUST_USE bcn_status bcn_cube_map(const bcn_cube *cube,
                                     const bcn_route *routes,
                                     const bcn_shape *shape, uint64_t limit,
                                     bcn_cube **out, bcn_error *error);

/* Sum over the dimensions d with keep[d] false. */
BCN_MUST_USE bcn_status bcn_cube_sum(const bcn_cube *cube, const bool *keep,
                                     uint64_t limit, bcn_cube **out,
                                     bcn_error *error);
/* Dimension i of the answer is dimension order[i]. */
BCN_MUST_USE bcn_status bcn_cube_permute(const bcn_cube *cube,
                                         const size_t *order, uint64_t limit,
                                         bcn_cube **out, bcn_error *error);
/* The positions of one dimension, in the order given, repeats allowed. */
BCN_MUST_USE bcn_status bcn_cube_take(const bcn_cube *cube, size_t dim,
                                      const uint64_t *positions, size_t count,
                                      uint64_t limit, bcn_cube **out,
                                      bcn_error *error);
/* One position, without its dimension. */
BCN_MUST_USE bcn_status bcn_cube_pick(const bcn_cube *cube, size_t dim,
                                      uint64_t position, uint64_t limit,
                                      bcn_cube **out, bcn_error *error);
/* a + b, or a - b; BCN_INVALID when their shapes differ. */
BCN_MUST_USE bcn_status bcn_cube_add(const bcn_cube *a, const bcn_cube *b,
                                     bool subtract, uint64_t limit,
                                     bcn_cube **out, bcn_error *error);

#endif
