#include "base/digest.h"

#include <string.h>

#include "base/bytes.h"
#include "base/wire.h"

/* Odd, with ones and zeros in no order. */
static const uint64_t A = UINT64_C(0x9e3779b97f4a7c15);
static const uint64_t B = UINT64_C(0xc2b2ae3d27d4eb4f);
static const uint64_t C = UINT64_C(0xd6e8feb86659fd93);
static const uint64_t D = UINT64_C(0xa0761d6478bd642f);

static inline uint64_t
turned(uint64_t x, unsigned by)
{
    return x << by | x >> (64 - by);
}

/* One-to-one in the word and in the lane. */
static inline uint64_t
taken(uint64_t lane, uint64_t word)
{
    return turned(lane + word * B, 31) * A;
}

static void
stripes(uint64_t lanes[4], const unsigned char *bytes, size_t count)
{
    uint64_t a = lanes[0], b = lanes[1], c = lanes[2], d = lanes[3];
    for (size_t i = 0; i < count; i++, bytes += BCN_DIGEST_STRIPE) {
        a = taken(a, bcn_wire_u64(bytes));
        b = taken(b, bcn_wire_u64(bytes + 8));
        c = taken(c, bcn_wire_u64(bytes + 16));
        d = taken(d, bcn_wire_u64(bytes + 24));
    }
    lanes[0] = a;
    lanes[1] = b;
    lanes[2] = c;
    lanes[3] = d;
}

void
bcn_digest_start(bcn_digest *digest)
{
    *digest = (bcn_digest){.lanes = {A + B, B, C, D - A}};
}

void
bcn_digest_add(bcn_digest *digest, const void *bytes, size_t length)
{
    const unsigned char *from = bytes;
    size_t waiting = (size_t)(digest->length % BCN_DIGEST_STRIPE);
    digest->length += length;
    if (waiting != 0) {
        size_t room = BCN_DIGEST_STRIPE - waiting;
        size_t taking = length < room ? length : room;
        if (taking != 0) {
            memcpy(digest->rest + waiting, from, taking);
        }
        if (taking < room) {
            return;
        }
        stripes(digest->lanes, digest->rest, 1);
        from += taking;
        length -= taking;
    }
    size_t whole = length / BCN_DIGEST_STRIPE;
    stripes(digest->lanes, from, whole);
    length -= whole * BCN_DIGEST_STRIPE;
    if (length != 0) {
        memcpy(digest->rest, from + whole * BCN_DIGEST_STRIPE, length);
    }
}

void
bcn_digest_read(const bcn_digest *digest, unsigned char out[BCN_DIGEST_BYTES])
{
    uint64_t lanes[4];
    memcpy(lanes, digest->lanes, sizeof lanes);
    size_t waiting = (size_t)(digest->length % BCN_DIGEST_STRIPE);
    if (waiting != 0) {
        unsigned char last[BCN_DIGEST_STRIPE] = {0};
        memcpy(last, digest->rest, waiting);
        stripes(lanes, last, 1);
    }
    uint64_t low = digest->length + A, high = digest->length ^ D;
    for (int i = 0; i < 4; i++) {
        low = turned(low ^ taken(0, lanes[i]), 27) * A + B;
        high = bcn_mix(high ^ lanes[3 - i]) * B + C;
    }
    bcn_wire_put_u64(out, bcn_mix(low));
    bcn_wire_put_u64(out + 8, bcn_mix(high));
}

void
bcn_digest_of(const void *bytes, size_t length,
              unsigned char out[BCN_DIGEST_BYTES])
{
    bcn_digest digest;
    bcn_digest_start(&digest);
    bcn_digest_add(&digest, bytes, length);
    bcn_digest_read(&digest, out);
}
