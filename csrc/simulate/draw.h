/* draw.h - random whole numbers that are the same everywhere.
 *
 * A stream is a counter passed through a mixing function, so a stream for any
 * (seed, purpose, place) starts at once, without running through the ones
 * before it: blocks of a year are made by any thread in any order and come
 * out the same.  Nothing here touches a floating-point number, whose last
 * digits differ from library to library.
 *
 * A choice among up to 256 weighted things takes one 64-bit number and two
 * look-ups: the things are cut into `count` equal shares so that each share
 * holds at most two of them (the alias method), in whole numbers exact to
 * 2^-31. */
#ifndef BCN_DRAW_H
#define BCN_DRAW_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

typedef struct bcn_stream {
    uint64_t counter;
} bcn_stream;

static inline bcn_stream
bcn_stream_of(uint64_t seed, uint64_t purpose, uint64_t place)
{
    bcn_stream stream = {bcn_mix(bcn_mix(seed ^ (purpose << 56)) + place)};
    return stream;
}

static inline uint64_t
bcn_stream_next(bcn_stream *stream)
{
    stream->counter += UINT64_C(0x9e3779b97f4a7c15);
    return bcn_mix(stream->counter);
}

/* The upper 32 bits of a draw, spread over 0 .. count - 1. */
static inline uint32_t
bcn_draw_below(uint64_t draw, uint32_t count)
{
    return (uint32_t)(((draw >> 32) * count) >> 32);
}

typedef struct bcn_share {
    uint32_t keep;  /* of 2^31: the chance that this share means itself */
    uint32_t other; /* what it means otherwise */
} bcn_share;

/* Cut weights into shares.  At most 256 weights below 2^24 each, not all 0;
 * a weight of 0 is never chosen. */
void bcn_shares_write(bcn_share *shares, const uint32_t *weights,
                      uint32_t count);

static inline uint32_t
bcn_shares_draw(const bcn_share *shares, uint32_t count, uint64_t draw)
{
    uint32_t column = bcn_draw_below(draw, count);
    uint32_t level = (uint32_t)draw >> 1;
    return level < shares[column].keep ? column : shares[column].other;
}

#endif
