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
 * 2^-31.
 *
 * A whole number is cut in proportion to weights by systematic sampling: the
 * weights laid end to end, cut at equal steps from a random start.  The parts
 * add up exactly, and the expectation of each is its share.
 *
 * Gaps between chance events are exponential by the method of von Neumann
 * (1951), which compares whole numbers and takes no logarithm. */
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

typedef struct bcn_cut {
    uint64_t whole, each, rest, carry;
} bcn_cut;

/* Cut `total` over weights that add up to `whole`, which is not 0.  Each
 * weight times the lesser of total and whole, and whole besides, is to stay
 * below 2^64. */
static inline bcn_cut
bcn_cut_of(uint64_t total, uint64_t whole, uint64_t draw)
{
    bcn_cut cut = {whole, total / whole, total % whole, draw % whole};
    return cut;
}

/* The part of the next weight. */
static inline uint64_t
bcn_cut_take(bcn_cut *cut, uint64_t weight)
{
    uint64_t part = weight * cut->rest + cut->carry;
    cut->carry = part % cut->whole;
    return weight * cut->each + part / cut->whole;
}

enum { BCN_GAP = 1000000 };

/* An exponential gap whose mean is BCN_GAP. */
uint64_t bcn_stream_gap(bcn_stream *stream);

#endif
