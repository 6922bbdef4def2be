/* repeats.h - what the search for duplicates collects, and its sieve.
 *
 * A sieve takes hashes that cannot be repeats out of the way before any table
 * is made: with eight bits per entry or more, nine in ten of the records that
 * stand alone fall, at two passes over memory that stays in cache, and by other
 * bits of the hash nearly all of the rest. */
#ifndef BCN_REPEATS_H
#define BCN_REPEATS_H

#include "model/duplicates.h"

BCN_MUST_USE bcn_status bcn_repeats_add(bcn_repeats *repeats, size_t row,
                                        size_t first);

/* Bring the findings of several workers together in the order of rows. */
BCN_MUST_USE bcn_status bcn_repeats_gather(bcn_repeats *repeats,
                                           const bcn_repeats *found,
                                           size_t count);

/* Bits by hash, 32 that were met and 32 met again to a word.  Free `words` in
 * the end. */
typedef struct bcn_sieve {
    uint64_t *words;
    size_t capacity;
} bcn_sieve;

/* Some entries: the hash in the upper 32 bits, the row in the lower. */
typedef struct bcn_stretch {
    uint64_t *entries;
    size_t count;
} bcn_stretch;

/* Leave in each run, in their order, the entries whose bit was met twice in all
 * runs together, twice over by other bits of the hash, and say how many they
 * are; equal hashes all stay. */
BCN_MUST_USE bcn_status bcn_sieve_sift(bcn_sieve *sieve, bcn_stretch *runs,
                                       size_t count, size_t *left);

#endif
