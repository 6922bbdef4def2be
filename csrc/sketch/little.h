/* little.h - little-endian numbers, for the bytes of sketches. */
#ifndef BCN_LITTLE_H
#define BCN_LITTLE_H

#include <stdint.h>

static inline uint64_t
bcn_little_get(const unsigned char *at, unsigned bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++) {
        value |= (uint64_t)at[i] << (8 * i);
    }
    return value;
}

static inline void
bcn_little_put(unsigned char *at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        at[i] = (unsigned char)(value >> (8 * i));
    }
}

#endif
