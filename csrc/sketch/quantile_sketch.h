/* quantile_sketch.h - quantiles of whole numbers, mergeable, with a stated
 * relative error.
 *
 * A number falls into a bucket by whole-number arithmetic alone: those below
 * 2^bits have one each, and from there on every power of two is cut into
 * 2^bits equal ones; numbers below 0 are the mirror of ~value.  A bucket is at
 * most 1 in 2^bits of its first number wide and answers with its middle, so an
 * answer is off by at most 1 in 2^(bits + 1) of the true one (with 7 bits,
 * 0.4 %), and exact up to 2^(bits + 1).  The idea is that of DDSketch (Masson,
 * Rim & Lee, VLDB 2019) on the buckets of HdrHistogram.
 *
 * What always holds: the state is a function of the numbers added, as a bag.
 * Any order, split or number of merges gives the same state and the same
 * bytes; the least and the greatest are kept exactly.  A call that fails
 * leaves the sketch as it was.
 *
 * Cost: a few instructions a number; 8 bytes for each bucket between the
 * lowest and the highest in use, some 1,000 for sizes or delays at 7 bits. */
#ifndef BCN_QUANTILE_SKETCH_H
#define BCN_QUANTILE_SKETCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { BCN_QUANTILE_BITS_MAX = 14 };

typedef struct bcn_quantile_sketch {
    unsigned bits;
    uint64_t count;          /* numbers added */
    int64_t least, greatest; /* 0 without numbers */
    int32_t first;           /* the bucket of counts[0] */
    size_t span;             /* buckets held */
    uint64_t *counts;
} bcn_quantile_sketch;

/* An empty sketch, which holds no memory.  bits <= BCN_QUANTILE_BITS_MAX. */
bcn_quantile_sketch bcn_quantile_sketch_new(unsigned bits);
void bcn_quantile_sketch_free(bcn_quantile_sketch *sketch);

/* Add a number `times` times.  BCN_OVERFLOW when the count would wrap. */
BCN_MUST_USE bcn_status bcn_quantile_sketch_add(bcn_quantile_sketch *sketch,
                                                int64_t value, uint64_t times);
/* Add what another holds.  BCN_INVALID for other bits. */
BCN_MUST_USE bcn_status bcn_quantile_sketch_merge(
    bcn_quantile_sketch *into, const bcn_quantile_sketch *from);

/* The number at place `rank`, from 0, of all in order; rank < count.  Exact at
 * both ends. */
int64_t bcn_quantile_sketch_at(const bcn_quantile_sketch *sketch,
                               uint64_t rank);

/* The canonical bytes: how many, and into so many. */
size_t bcn_quantile_sketch_size(const bcn_quantile_sketch *sketch);
void bcn_quantile_sketch_write(const bcn_quantile_sketch *sketch,
                               unsigned char *out);
/* BCN_CORRUPT unless the bytes are what some sketch writes. */
BCN_MUST_USE bcn_status bcn_quantile_sketch_read(const unsigned char *bytes,
                                                 size_t length,
                                                 bcn_quantile_sketch *out);

#endif
