/* bytes.h - a piece of text somebody else owns, and its hash. */
#ifndef BCN_BYTES_H
#define BCN_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct bcn_bytes {
    const char *data; /* NULL: missing, which is not the same as empty */
    size_t length;
} bcn_bytes;

/* A finished 64-bit mix: every input bit reaches every output bit. */
static inline uint64_t
bcn_mix(uint64_t x)
{
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    x ^= x >> 32;
    return x;
}

/* The same on every platform and in every run; not a defence by itself:
 * whoever needs equality compares the bytes as well. */
static inline uint64_t
bcn_hash(const char *data, size_t length)
{
    uint64_t hash = UINT64_C(0x9e3779b97f4a7c15) ^ length;
    while (length >= 8) {
        uint64_t word = 0;
        for (unsigned i = 0; i < 8; i++) {
            word |= (uint64_t)(unsigned char)data[i] << (8 * i);
        }
        hash = bcn_mix(hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        data += 8;
        length -= 8;
    }
    uint64_t word = 0;
    for (size_t i = 0; i < length; i++) {
        word |= (uint64_t)(unsigned char)data[i] << (8 * i);
    }
    return bcn_mix(hash ^ word);
}

static inline int
bcn_bytes_equal(bcn_bytes a, bcn_bytes b)
{
    return a.length == b.length &&
           (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

#endif
