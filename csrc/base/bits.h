/* bits.h - counting and finding the bits of a word, on any compiler.
 *
 * One bit per row or byte, the first lowest: how loops say which of 64 they
 * mean.  A few instructions each; nothing is allocated. */
#ifndef BCN_BITS_H
#define BCN_BITS_H

#include <stdint.h>

#if defined(__GNUC__) || defined(__clang__)
static inline unsigned
bcn_bits_count(uint64_t bits)
{
    return (unsigned)__builtin_popcountll(bits);
}

/* The lowest bit's place; 63 when there is none. */
static inline unsigned
bcn_bits_first(uint64_t bits)
{
    return (unsigned)__builtin_ctzll(bits | UINT64_C(1) << 63);
}

/* The highest bit's place, of a word that is not zero. */
static inline unsigned
bcn_bits_last(uint64_t bits)
{
    return 63u ^ (unsigned)__builtin_clzll(bits);
}
#else
static inline unsigned
bcn_bits_count(uint64_t bits)
{
    bits -= bits >> 1 & UINT64_C(0x5555555555555555);
    bits = (bits & UINT64_C(0x3333333333333333)) +
           (bits >> 2 & UINT64_C(0x3333333333333333));
    bits = (bits + (bits >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (unsigned)(bits * UINT64_C(0x0101010101010101) >> 56);
}

static inline unsigned
bcn_bits_first(uint64_t bits)
{
    bits |= UINT64_C(1) << 63;
    return bcn_bits_count((bits & (0 - bits)) - 1);
}

static inline unsigned
bcn_bits_last(uint64_t bits)
{
    for (unsigned shift = 1; shift < 64; shift *= 2) {
        bits |= bits >> shift;
    }
    return bcn_bits_count(bits) - 1;
}
#endif

#endif
