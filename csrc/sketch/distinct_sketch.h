/* distinct_sketch.h - how many different things, mergeable: exact while they
 * are few, then with a stated error.
 *
 * A thing comes as a 64-bit hash.  Up to 2^bits / 8 different hashes are kept
 * as they are and counted exactly.  One more, and the sketch becomes 2^bits
 * registers of one byte (HyperLogLog, Flajolet et al. 2007): the first bits of
 * a hash choose a register, which keeps the greatest number of leading zeros
 * of the rest plus one.  The estimate is Ertl's (2017, "improved raw
 * estimator"), a function of how many registers hold what, so it needs no
 * history; its standard error is 1.04 / sqrt(2^bits), with 14 bits 0.8 %.
 *
 * What always holds: the state is a function of the set of hashes added.  Any
 * order, split, repetition or number of merges gives the same state and the
 * same bytes.  A call that fails leaves the sketch as it was.
 *
 * Cost: some nanoseconds a hash, a byte a register, as much again at most
 * while exact. */
#ifndef BCN_DISTINCT_SKETCH_H
#define BCN_DISTINCT_SKETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"

enum { BCN_DISTINCT_BITS_MIN = 4, BCN_DISTINCT_BITS_MAX = 18 };

typedef struct bcn_distinct_sketch {
    unsigned bits;
    bool zero;          /* the hash 0 is among those held */
    size_t used, slots; /* hashes in the table but 0; its slots */
    uint64_t *table;    /* 0: free; NULL without hashes, and when not exact */
    uint8_t *registers; /* NULL: exact */
} bcn_distinct_sketch;

/* The hash of a number: no two numbers share one. */
static inline uint64_t
bcn_distinct_hash(uint64_t value)
{
    return bcn_mix(value ^ UINT64_C(0x9e3779b97f4a7c15));
}

/* An empty sketch, which holds no memory; bits between the two above. */
bcn_distinct_sketch bcn_distinct_sketch_new(unsigned bits);
void bcn_distinct_sketch_free(bcn_distinct_sketch *sketch);

BCN_MUST_USE bcn_status bcn_distinct_sketch_add(bcn_distinct_sketch *sketch,
                                                uint64_t hash);
/* Add what another holds.  BCN_INVALID for other bits. */
BCN_MUST_USE bcn_status bcn_distinct_sketch_merge(
    bcn_distinct_sketch *into, const bcn_distinct_sketch *from);

bool bcn_distinct_sketch_exact(const bcn_distinct_sketch *sketch);
/* How many there are, or about. */
double bcn_distinct_sketch_estimate(const bcn_distinct_sketch *sketch);

/* The canonical bytes: how many, and into so many. */
size_t bcn_distinct_sketch_size(const bcn_distinct_sketch *sketch);
void bcn_distinct_sketch_write(const bcn_distinct_sketch *sketch,
                               unsigned char *out);
/* BCN_CORRUPT unless the bytes are what some sketch writes. */
BCN_MUST_USE bcn_status bcn_distinct_sketch_read(const unsigned char *bytes,
                                                 size_t length,
                                                 bcn_distinct_sketch *out);

#endif
