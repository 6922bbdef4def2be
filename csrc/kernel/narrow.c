#include "kernel/narrow.h"

#include <string.h>

#include "base/modern.h"
#include "base/number.h"

/* CALL(width) with the width known to the compiler. */
#define SPREAD(width, CALL)                                                   \
    switch (width) {                                                          \
    case 1:                                                                   \
        CALL(1);                                                              \
        break;                                                                \
    case 2:                                                                   \
        CALL(2);                                                              \
        break;                                                                \
    case 4:                                                                   \
        CALL(4);                                                              \
        break;                                                                \
    default:                                                                  \
        CALL(8);                                                              \
    }

enum { BLOCK = 4096 }; /* numbers whose zeros are counted in a lane */

/* One type for the bits and the zeros of narrow numbers lets a vector hold as
 * many of them as it can; a block's zeros fit it when the block is as short. */
#define BITS(type, short_block)                                               \
    do {                                                                      \
        const type *from = values;                                            \
        for (size_t i = 0; i < count;) {                                      \
            size_t rest = count - i;                                          \
            size_t stop = i + (rest < (short_block) ? rest : (short_block));  \
            size_t length = stop - i;                                         \
            type met = 0, zeros = 0;                                          \
            for (; i < stop; i++) {                                           \
                met = (type)(met | from[i]);                                  \
                zeros = (type)(zeros + (from[i] == 0));                       \
            }                                                                 \
            bits |= met;                                                      \
            full += length - (size_t)zeros;                                   \
        }                                                                     \
    } while (0)

static BCN_ALWAYS_INLINE uint64_t
bits_of(const void *values, int width, size_t count, uint64_t *nonzero)
{
    uint64_t bits = 0, full = 0;
    switch (width) {
    case 1:
        BITS(uint8_t, 240);
        break;
    case 2:
        BITS(uint16_t, BLOCK);
        break;
    case 4:
        BITS(uint32_t, BLOCK);
        break;
    default:
        BITS(uint64_t, BLOCK);
    }
    *nonzero += full;
    return bits;
}

BCN_MODERN static uint64_t
bits_modern(const void *values, int width, size_t count, uint64_t *nonzero)
{
    return bits_of(values, width, count, nonzero);
}

uint64_t
bcn_narrow_bits(const void *values, int width, size_t count, uint64_t *nonzero)
{
    return bcn_modern() ? bits_modern(values, width, count, nonzero)
                        : bits_of(values, width, count, nonzero);
}

static BCN_ALWAYS_INLINE void
copy(void *restrict to, int to_width, const void *restrict from,
     int from_width, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bcn_number_put(to, to_width, i, bcn_number_at(from, from_width, i));
    }
}

static BCN_ALWAYS_INLINE void
copy_any(void *to, int to_width, const void *from, int from_width,
         size_t count)
{
    if (to_width == from_width) {
        if (count > 0) {
            memcpy(to, from, count * (size_t)to_width);
        }
        return;
    }
#define INTO(width)                                                           \
    switch (to_width) {                                                       \
    case 1:                                                                   \
        copy(to, 1, from, width, count);                                      \
        break;                                                                \
    case 2:                                                                   \
        copy(to, 2, from, width, count);                                      \
        break;                                                                \
    case 4:                                                                   \
        copy(to, 4, from, width, count);                                      \
        break;                                                                \
    default:                                                                  \
        copy(to, 8, from, width, count);                                      \
    }
    SPREAD(from_width, INTO)
#undef INTO
}

BCN_MODERN static void
copy_modern(void *to, int to_width, const void *from, int from_width,
            size_t count)
{
    copy_any(to, to_width, from, from_width, count);
}

void
bcn_narrow_copy(void *to, int to_width, const void *from, int from_width,
                size_t count)
{
    if (bcn_modern()) {
        copy_modern(to, to_width, from, from_width, count);
    } else {
        copy_any(to, to_width, from, from_width, count);
    }
}

void
bcn_narrow_add_u32(uint32_t *to, const void *from, int width, size_t count)
{
#define ADD(width)                                                            \
    for (size_t i = 0; i < count; i++) {                                      \
        to[i] += (uint32_t)bcn_number_at(from, width, i);                     \
    }
    SPREAD(width, ADD)
#undef ADD
}

void
bcn_narrow_add_u64(uint64_t *to, const void *from, int width, size_t count)
{
#define ADD(width)                                                            \
    for (size_t i = 0; i < count; i++) {                                      \
        to[i] += (uint64_t)bcn_number_at(from, width, i);                     \
    }
    SPREAD(width, ADD)
#undef ADD
}

uint64_t
bcn_narrow_sum(const void *values, int width, size_t count)
{
    uint64_t sum = 0;
#define SUM(width)                                                            \
    for (size_t i = 0; i < count; i++) {                                      \
        sum += (uint64_t)bcn_number_at(values, width, i);                     \
    }
    SPREAD(width, SUM)
#undef SUM
    return sum;
}
