/* narrow.h - whole numbers in as few bytes as hold them.
 *
 * The widths are those of base/number.h: 1, 2 and 4 bytes hold numbers from 0
 * on, 8 bytes any.  All loops run over plain arrays and cannot fail. */
#ifndef BCN_NARROW_H
#define BCN_NARROW_H

#include <stddef.h>
#include <stdint.h>

/* The bits of all numbers or-ed together, those of negative ones as two's
 * complement; *nonzero grows by the numbers that are not 0. */
uint64_t bcn_narrow_bits(const void *values, int width, size_t count,
                         uint64_t *nonzero);
/* Copy numbers that fit `to_width` bytes; the arrays are apart. */
void bcn_narrow_copy(void *to, int to_width, const void *from, int from_width,
                     size_t count);
/* to[i] += from[i]; modulo 2^32 and 2^64. */
void bcn_narrow_add_u32(uint32_t *to, const void *from, int width,
                        size_t count);
void bcn_narrow_add_u64(uint64_t *to, const void *from, int width,
                        size_t count);
/* The sum, modulo 2^64. */
uint64_t bcn_narrow_sum(const void *values, int width, size_t count);

#endif
