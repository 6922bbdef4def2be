/* radix.h - sorting 64-bit keys by their digits.
 *
 * Least digit first, eight bits at a time, stable.  All eight digit counts
 * are taken in one pass, and a digit that is the same in every key costs
 * nothing more, so keys of a small index space take as many passes as they
 * have used bytes.  The cost is linear in the keys and does not depend on
 * their order or skew. */
#ifndef BCN_RADIX_H
#define BCN_RADIX_H

#include <stddef.h>
#include <stdint.h>

/* Sort `keys`; `spare` has room for as many. */
void bcn_radix_sort(uint64_t *keys, uint64_t *spare, size_t count);

/* Sort `keys` and carry `places` along; both spares have room for as many. */
void bcn_radix_sort_pairs(uint64_t *keys, uint32_t *places, uint64_t *spare,
                          uint32_t *spare_places, size_t count);

#endif
