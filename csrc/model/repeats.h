/* repeats.h - what the search for duplicates collects, and its sieve.
 *
 * A sieve takes hashes that cannot be repeats out of the way before any table
 * is made: with some eight bits per entry, all but a sixteenth of records that
 * stand alone fall, at two passes over memory that stays in cache. */
#ifndef BCN_REPEATS_H
#define BCN_REPEATS_H

#include "model/duplicates.h"

BCN_MUST_USE bcn_status bcn_repeats_add(bcn_repeats *repeats, size_t row,
                                        size_t first);

/* Bits by hash: which were met, and which again.  Free `met` in the end. */
typedef struct bcn_sieve {
    uint64_t *met;
    size_t capacity;
} bcn_sieve;

/* Entries have their hash in the upper 32 bits.  Move those whose bit was met
 * twice to the front, in their order, and say how many they are; equal hashes
 * all stay. */
BCN_MUST_USE bcn_status bcn_sieve_sift(bcn_sieve *bits, uint64_t *entries,
                                       size_t count, size_t *left);

#endif
