#include "sketch/quantile_sketch.h"

#include <stdbool.h>
#include <string.h>

#include "base/bits.h"
#include "base/memory.h"
#include "sketch/little.h"

enum { HEAD = 32, SLACK = 64 };

bcn_quantile_sketch
bcn_quantile_sketch_new(unsigned bits)
{
    return (bcn_quantile_sketch){.bits = bits};
}

void
bcn_quantile_sketch_free(bcn_quantile_sketch *sketch)
{
    bcn_free(sketch->counts);
    *sketch = bcn_quantile_sketch_new(sketch->bits);
}

/* --- buckets --------------------------------------------------------------------- */

static int32_t
bucket_of(unsigned bits, int64_t value)
{
    uint64_t size = (uint64_t)(value < 0 ? ~value : value);
    uint32_t bucket;
    if (size >> bits == 0) {
        bucket = (uint32_t)size;
    } else {
        unsigned shift = bcn_bits_last(size) - bits;
        bucket = (uint32_t)((shift << bits) + (size >> shift));
    }
    return value < 0 ? -1 - (int32_t)bucket : (int32_t)bucket;
}

/* The middle of a bucket. */
static int64_t
middle_of(unsigned bits, int32_t bucket)
{
    uint32_t place = (uint32_t)(bucket < 0 ? -1 - bucket : bucket);
    uint64_t size = place;
    if (place >> bits > 1) {
        unsigned shift = (place >> bits) - 1;
        size = ((uint64_t)place - ((uint64_t)shift << bits)) << shift;
        size += ((UINT64_C(1) << shift) - 1) / 2;
    }
    return bucket < 0 ? ~(int64_t)size : (int64_t)size;
}

/* The greatest bucket there is. */
static int32_t
last_bucket(unsigned bits)
{
    return bucket_of(bits, INT64_MAX);
}

/* Make room for the buckets from `low` to `high`. */
static bcn_status
reach(bcn_quantile_sketch *s, int32_t low, int32_t high)
{
    int32_t end = s->first + (int32_t)s->span; /* one past */
    if (s->span > 0 && low >= s->first && high < end) {
        return BCN_OK;
    }
    int32_t most = last_bucket(s->bits);
    if (s->span > 0) {
        low = low < s->first ? low - SLACK : s->first;
        high = high >= end ? high + SLACK : end - 1;
    }
    low = low < -1 - most ? -1 - most : low;
    high = high > most ? most : high;
    size_t span = (size_t)((int64_t)high - low + 1);
    uint64_t *counts = bcn_calloc(span, sizeof *counts);
    if (counts == NULL) {
        return BCN_NOMEM;
    }
    if (s->span > 0) {
        memcpy(counts + (s->first - low), s->counts, s->span * sizeof *counts);
    }
    bcn_free(s->counts);
    s->counts = counts;
    s->first = low;
    s->span = span;
    return BCN_OK;
}

static void
widen(bcn_quantile_sketch *s, int64_t least, int64_t greatest, uint64_t count)
{
    if (s->count == 0 || least < s->least) {
        s->least = least;
    }
    if (s->count == 0 || greatest > s->greatest) {
        s->greatest = greatest;
    }
    s->count += count;
}

bcn_status
bcn_quantile_sketch_add(bcn_quantile_sketch *s, int64_t value, uint64_t times)
{
    if (times == 0) {
        return BCN_OK;
    }
    if (s->count > UINT64_MAX - times) {
        return BCN_OVERFLOW;
    }
    int32_t bucket = bucket_of(s->bits, value);
    BCN_TRY(reach(s, bucket, bucket));
    s->counts[bucket - s->first] += times;
    widen(s, value, value, times);
    return BCN_OK;
}

bcn_status
bcn_quantile_sketch_merge(bcn_quantile_sketch *into,
                          const bcn_quantile_sketch *from)
{
    if (into->bits != from->bits) {
        return BCN_INVALID;
    }
    if (from->count == 0) {
        return BCN_OK;
    }
    if (into->count > UINT64_MAX - from->count) {
        return BCN_OVERFLOW;
    }
    BCN_TRY(reach(into, bucket_of(from->bits, from->least),
                  bucket_of(from->bits, from->greatest)));
    for (size_t i = 0; i < from->span; i++) {
        if (from->counts[i] != 0) {
            into->counts[from->first + (int32_t)i - into->first] +=
                from->counts[i];
        }
    }
    widen(into, from->least, from->greatest, from->count);
    return BCN_OK;
}

int64_t
bcn_quantile_sketch_at(const bcn_quantile_sketch *s, uint64_t rank)
{
    if (rank == 0) {
        return s->least;
    }
    if (rank + 1 >= s->count) {
        return s->greatest;
    }
    size_t at = 0;
    while (rank >= s->counts[at]) {
        rank -= s->counts[at++];
    }
    int64_t value = middle_of(s->bits, s->first + (int32_t)at);
    value = value < s->least ? s->least : value;
    return value > s->greatest ? s->greatest : value;
}

/* --- bytes: bits, used; count; least; greatest; counts; buckets ------------------ */

static size_t
used_of(const bcn_quantile_sketch *s)
{
    size_t used = 0;
    for (size_t i = 0; i < s->span; i++) {
        used += s->counts[i] != 0;
    }
    return used;
}

/* Counts and buckets of `used`, filled to a multiple of eight. */
static size_t
length_of(size_t used)
{
    return HEAD + used * 8 + (used + used % 2) * 4;
}

size_t
bcn_quantile_sketch_size(const bcn_quantile_sketch *s)
{
    return length_of(used_of(s));
}

void
bcn_quantile_sketch_write(const bcn_quantile_sketch *s, unsigned char *out)
{
    size_t used = used_of(s), at = 0;
    bcn_little_put(out, s->bits, 4);
    bcn_little_put(out + 4, used, 4);
    bcn_little_put(out + 8, s->count, 8);
    bcn_little_put(out + 16, (uint64_t)s->least, 8);
    bcn_little_put(out + 24, (uint64_t)s->greatest, 8);
    unsigned char *counts = out + HEAD, *buckets = counts + used * 8;
    for (size_t i = 0; i < s->span; i++) {
        if (s->counts[i] != 0) {
            bcn_little_put(counts + at * 8, s->counts[i], 8);
            bcn_little_put(buckets + at * 4, (uint32_t)(s->first + (int32_t)i),
                           4);
            at++;
        }
    }
    if (used % 2 != 0) {
        bcn_little_put(buckets + used * 4, 0, 4);
    }
}

static int32_t
bucket_in(const unsigned char *buckets, size_t at)
{
    uint32_t word = (uint32_t)bcn_little_get(buckets + at * 4, 4);
    return word > INT32_MAX ? -1 - (int32_t)~word : (int32_t)word;
}

/* Do the parts agree with the head? */
static bool
agree(const bcn_quantile_sketch *head, const unsigned char *counts,
      const unsigned char *buckets, size_t used)
{
    if (used == 0) {
        return head->count == 0 && head->least == 0 && head->greatest == 0;
    }
    uint64_t total = 0;
    for (size_t i = 0; i < used; i++) {
        uint64_t count = bcn_little_get(counts + i * 8, 8);
        if (count == 0 || total > UINT64_MAX - count ||
            (i > 0 && bucket_in(buckets, i) <= bucket_in(buckets, i - 1))) {
            return false;
        }
        total += count;
    }
    /* One number is both ends; two numbers are the two ends. */
    bool ends = head->count > 1 || head->least == head->greatest;
    return ends && total == head->count && head->least <= head->greatest &&
           bucket_of(head->bits, head->least) == bucket_in(buckets, 0) &&
           bucket_of(head->bits, head->greatest) ==
               bucket_in(buckets, used - 1) &&
           (used % 2 == 0 || bcn_little_get(buckets + used * 4, 4) == 0);
}

bcn_status
bcn_quantile_sketch_read(const unsigned char *bytes, size_t length,
                         bcn_quantile_sketch *out)
{
    if (length < HEAD) {
        return BCN_CORRUPT;
    }
    bcn_quantile_sketch made = {
        .bits = (unsigned)bcn_little_get(bytes, 4),
        .count = bcn_little_get(bytes + 8, 8),
        .least = (int64_t)bcn_little_get(bytes + 16, 8),
        .greatest = (int64_t)bcn_little_get(bytes + 24, 8)};
    size_t used = (size_t)bcn_little_get(bytes + 4, 4);
    if (made.bits > BCN_QUANTILE_BITS_MAX || used > length / 12 ||
        length_of(used) != length) {
        return BCN_CORRUPT;
    }
    const unsigned char *counts = bytes + HEAD, *buckets = counts + used * 8;
    if (!agree(&made, counts, buckets, used)) {
        return BCN_CORRUPT;
    }
    if (used > 0) {
        BCN_TRY(
            reach(&made, bucket_in(buckets, 0), bucket_in(buckets, used - 1)));
    }
    for (size_t i = 0; i < used; i++) {
        made.counts[bucket_in(buckets, i) - made.first] =
            bcn_little_get(counts + i * 8, 8);
    }
    *out = made;
    return BCN_OK;
}
