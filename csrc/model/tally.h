/* tally.h - a cube in the making: cells by bucket, which only grow.
 *
 * The cells of a tally are `cells` figures for each bucket.  A bucket is named
 * by up to four numbers, one for each of the axes that have no end (months,
 * hours, ...): the model knows them as numbers in order and no more.  Buckets
 * that nothing fell into take no memory.
 *
 * A bucket's figures are one slab: all cells, or the cells that are not 0, in
 * the narrowest of 1, 2, 4 (from 0 on), 8 (signed) and 16 bytes that will do.
 * The hours of a year over 8,000 cells take some 70 MB while no cell passes
 * 255, and 280 MB up to four billion.
 *
 * The content is what counts: the form of a slab in memory depends on the road,
 * its form on the wire (tally_wire.h) on the content alone.  Adding commutes
 * and associates, and a sum that leaves 128 bits is BCN_OVERFLOW.  A function
 * that fails leaves its tallies as they were.  Not locked: one thread at a
 * time, as long as any of them writes. */
#ifndef BCN_TALLY_H
#define BCN_TALLY_H

#include "base/thread.h"
#include "base/number.h"
#include "model/cube.h"
#include "model/plan.h"

enum { BCN_TALLY_CLOCKS = 4 };
#define BCN_TALLY_UNSTATED INT64_MAX /* the bucket of a time not stated */

typedef struct bcn_slab {
    void *data;     /* values, and of a sparse slab their cells */
    uint64_t most;  /* no value is farther from 0; UINT64_MAX: unknown */
    uint32_t count; /* values kept */
    uint8_t width;  /* 1, 2, 4 from 0 on, 8 signed, 16 bcn_wide */
    bool sparse;
} bcn_slab;

/* Open for reading; changed by the functions of the tally family only. */
typedef struct bcn_tally {
    size_t clocks;  /* numbers that name a bucket */
    uint64_t cells; /* of a bucket, below 2^32 */
    size_t count;
    int64_t *keys; /* count * clocks, buckets in rising order */
    bcn_slab *slabs;
} bcn_tally;

/* An empty tally.  BCN_TOO_LARGE for 2^32 cells or more, BCN_INVALID for more
 * clocks than there may be. */
BCN_MUST_USE bcn_status bcn_tally_new(size_t clocks, uint64_t cells,
                                      bcn_tally **out, bcn_error *error);
BCN_MUST_USE bcn_status bcn_tally_copy(const bcn_tally *tally,
                                       bcn_tally **out);
void bcn_tally_free(bcn_tally *tally); /* NULL is fine */

/* A tally of a cube whose first `clocks` dimensions are buckets: position p of
 * dimension d is the bucket keys[d][p], rising.  Costs a walk over the cube. */
BCN_MUST_USE bcn_status bcn_tally_from_cube(const bcn_cube *cube,
                                            size_t clocks,
                                            const int64_t *const *keys,
                                            bcn_tally **out, bcn_error *error);
/* The same of rows, few of them: cheaper than a cube that is mostly empty.  The
 * plan counts, or adds up its measure, into buckets of `cells` cells; `keys`
 * are as many as the first dimensions of its shape.  A plan that
 * bcn_plan_run takes. */
BCN_MUST_USE bcn_status bcn_tally_from_rows(const bcn_plan *plan,
                                            uint64_t cells, size_t clocks,
                                            const int64_t *const *keys,
                                            bcn_tally **out, bcn_error *error);
/* Add such rows to a tally of as many cells and clocks.  Where all counts have
 * room they are raised in place, which for a batch of 1,000 rows in a bucket or
 * two costs a fifth of the way over a tally of its own. */
BCN_MUST_USE bcn_status bcn_tally_add_rows(bcn_tally *into,
                                           const bcn_plan *plan,
                                           const int64_t *const *keys,
                                           bcn_error *error);
/* Add all of `from`, which has as many clocks and cells, and may not be `into`.
 * `consume`: its slabs may be taken over, and it is empty afterwards.  Dense
 * slabs are added where they lie, at the speed of memory. */
BCN_MUST_USE bcn_status bcn_tally_merge(bcn_tally *into, bcn_tally *from,
                                        bool consume, bcn_error *error);
/* The same figures with the positions of one of the axes moved: `shape` are
 * the dimensions of a bucket's cells, position p of dimension `axis` becomes
 * map[p] of `size`, two that meet are added. */
BCN_MUST_USE bcn_status bcn_tally_recode(const bcn_tally *tally,
                                         const bcn_shape *shape, size_t axis,
                                         const uint32_t *map, uint64_t size,
                                         bcn_tally **out, bcn_error *error);
/* The cube over the buckets keys[d][0 .. counts[d]), rising, and behind them the
 * dimensions of a bucket's cells.  BCN_RANGE where figures lie outside,
 * BCN_TOO_LARGE past `limit` bytes. */
BCN_MUST_USE bcn_status bcn_tally_cube(const bcn_tally *tally,
                                       const int64_t *const *keys,
                                       const size_t *counts,
                                       const bcn_shape *cells, uint64_t limit,
                                       bcn_watch *watch, bcn_cube **out,
                                       bcn_error *error);

uint64_t bcn_tally_bytes(const bcn_tally *tally);
/* The sum of all figures; BCN_OVERFLOW past 128 bits. */
BCN_MUST_USE bcn_status bcn_tally_total(const bcn_tally *tally,
                                        bcn_wide *total);

#endif
