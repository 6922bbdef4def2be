/* cube_maker.h - a cube in the making.
 *
 * Takes (index, value) in any order, adds, and yields the cube in its one
 * form.  It lays all cells out where the answer may be dense and fits, and
 * gathers where it must be sparse, or where laying out would not fit: then
 * only a content that has to be dense fails.  Sums are kept in 128 bits
 * unless `mass`, a bound of the sum of all |values|, says that 64 do. */
#ifndef BCN_CUBE_MAKER_H
#define BCN_CUBE_MAKER_H

#include "model/cube.h"

typedef struct bcn_maker {
    bcn_shape shape;
    uint64_t size, mass, limit;
    bcn_error *error;
    bcn_block *low, *high; /* laid out; high only when sums may be wide */
    bcn_gather *gather;    /* or gathered, through these: */
    uint64_t *keys;
    bcn_wide *values;
    size_t waiting;
} bcn_maker;

/* `entries`: how many values will be added at most.  On failure nothing is
 * held. */
BCN_MUST_USE bcn_status bcn_maker_start(bcn_maker *maker,
                                        const bcn_shape *shape,
                                        uint64_t entries, uint64_t mass,
                                        uint64_t limit, bcn_error *error);
/* index < size. */
BCN_MUST_USE bcn_status bcn_maker_add(bcn_maker *maker, uint64_t index,
                                      bcn_wide value);
/* Yield the cube and give up the rest, on failure all. */
BCN_MUST_USE bcn_status bcn_maker_finish(bcn_maker *maker, bcn_cube **out);
void bcn_maker_drop(bcn_maker *maker);

#endif
