#include "kernel/select.h"

#include "base/bits.h"
#include "base/number.h"

enum {
    FINEST = 12,   /* bits: finer scales leave the cache for nothing */
    PATIENCE = 40, /* steps by guessed pivots before values are halved */
    NINTHER = 128, /* values: from here on a better guess pays */
    SMALL = 12     /* values: fewer are sorted */
};

static BCN_ALWAYS_INLINE uint32_t
bucket_of(uint64_t past, unsigned bits)
{
    unsigned shift = bcn_bits_last(past | UINT64_C(1) << bits) - bits;
    return (uint32_t)(((uint64_t)shift << bits) + (past >> shift));
}

bcn_scale
bcn_scale_fit(int64_t least, int64_t greatest, uint64_t room)
{
    bcn_scale scale = {.least = least, .buckets = 1};
    uint64_t span = (uint64_t)greatest - (uint64_t)least;
    for (unsigned bits = 0; bits <= FINEST; bits++) {
        uint32_t buckets = bucket_of(span, bits) + 1;
        if (buckets > room) {
            break;
        }
        scale.bits = bits;
        scale.buckets = buckets;
    }
    return scale;
}

int64_t
bcn_scale_first(const bcn_scale *scale, uint32_t bucket, uint64_t *more)
{
    unsigned shift = bucket >> scale->bits;
    shift -= shift != 0;
    uint64_t past = (bucket - ((uint64_t)shift << scale->bits)) << shift;
    bool whole = scale->buckets == 1 && scale->bits == 0;
    *more = whole ? UINT64_MAX : (UINT64_C(1) << shift) - 1;
    return (int64_t)((uint64_t)scale->least + past);
}

/* The place of a row in a table of groups x buckets, with one more behind. */
static BCN_ALWAYS_INLINE uint32_t
place(const bcn_scale *scale, uint32_t groups, bool whole, uint32_t cell,
      int64_t value)
{
    uint32_t at = cell < groups ? cell : groups;
    if (whole) {
        return at;
    }
    uint32_t bucket =
        bucket_of((uint64_t)value - (uint64_t)scale->least, scale->bits);
    return at * scale->buckets + (cell < groups ? bucket : 0);
}

static BCN_ALWAYS_INLINE void
count_loop(const bcn_scale *scale, uint32_t *counts, uint32_t groups,
           const uint32_t *cells, const void *values, int width, bool whole,
           size_t count)
{
    bcn_scale own = *scale; /* which the counts cannot overlap */
    for (size_t i = 0; i < count; i++) {
        counts[place(&own, groups, whole, cells[i],
                     bcn_number_at(values, width, i))]++;
    }
}

void
bcn_scale_count(const bcn_scale *scale, uint32_t *counts, uint32_t groups,
                const uint32_t *cells, const void *values, int width,
                size_t count)
{
    if (scale->buckets == 1) {
        count_loop(scale, counts, groups, cells, values, 1, true, count);
        return;
    }
    switch (width) {
    case 1:
        count_loop(scale, counts, groups, cells, values, 1, false, count);
        break;
    case 2:
        count_loop(scale, counts, groups, cells, values, 2, false, count);
        break;
    case 4:
        count_loop(scale, counts, groups, cells, values, 4, false, count);
        break;
    default:
        count_loop(scale, counts, groups, cells, values, 8, false, count);
    }
}

static BCN_ALWAYS_INLINE void
gather_loop(const bcn_scale *scale, const uint32_t *wanted, uint32_t groups,
            const uint32_t *cells, const void *values, int width, bool whole,
            size_t *next, int64_t *out, size_t count)
{
    bcn_scale own = *scale;
    for (size_t i = 0; i < count; i++) {
        int64_t value = bcn_number_at(values, width, i);
        uint32_t target = wanted[place(&own, groups, whole, cells[i], value)];
        if (target != BCN_UNWANTED) {
            out[next[target]++] = value;
        }
    }
}

void
bcn_scale_gather(const bcn_scale *scale, const uint32_t *wanted,
                 uint32_t groups, const uint32_t *cells, const void *values,
                 int width, size_t *next, int64_t *out, size_t count)
{
    if (scale->buckets == 1 && width == 8) {
        gather_loop(scale, wanted, groups, cells, values, 8, true, next, out,
                    count);
        return;
    }
    bool whole = scale->buckets == 1;
    switch (width) {
    case 1:
        gather_loop(scale, wanted, groups, cells, values, 1, whole, next, out,
                    count);
        break;
    case 2:
        gather_loop(scale, wanted, groups, cells, values, 2, whole, next, out,
                    count);
        break;
    case 4:
        gather_loop(scale, wanted, groups, cells, values, 4, whole, next, out,
                    count);
        break;
    default:
        gather_loop(scale, wanted, groups, cells, values, 8, false, next, out,
                    count);
    }
}

/* --- a rank among values ------------------------------------------------------ */

/* Bring the values below `pivot` (or up to it, `with`) to the front, without a
 * branch on any of them, and return where the others start. */
static BCN_ALWAYS_INLINE size_t
partition(int64_t *values, size_t from, size_t to, int64_t pivot, bool with)
{
    size_t end = from;
    for (size_t i = from; i < to; i++) {
        int64_t value = values[i];
        values[i] = values[end];
        values[end] = value;
        end += with ? value <= pivot : value < pivot;
    }
    return end;
}

static int64_t
middle(int64_t a, int64_t b, int64_t c)
{
    int64_t low = a < b ? a : b, high = a < b ? b : a;
    return c < low ? low : c > high ? high : c;
}

static int64_t
guess(const int64_t *values, size_t from, size_t to)
{
    size_t count = to - from, step = count / 8;
    const int64_t *v = values + from;
    if (count < NINTHER) {
        return middle(v[0], v[count / 2], v[count - 1]);
    }
    return middle(middle(v[0], v[step], v[2 * step]),
                  middle(v[3 * step], v[4 * step], v[5 * step]),
                  middle(v[6 * step], v[7 * step], v[count - 1]));
}

static void
sort_few(int64_t *values, size_t from, size_t to)
{
    for (size_t i = from + 1; i < to; i++) {
        int64_t value = values[i];
        size_t at = i;
        for (; at > from && values[at - 1] > value; at--) {
            values[at] = values[at - 1];
        }
        values[at] = value;
    }
}

/* Halve the span of the values instead of their number: 64 times at most. */
static bool
halve(bcn_search *s)
{
    int64_t least = s->values[s->from], greatest = least;
    for (size_t i = s->from; i < s->to; i++) {
        int64_t value = s->values[i];
        least = value < least ? value : least;
        greatest = value > greatest ? value : greatest;
    }
    if (least == greatest) {
        return true;
    }
    uint64_t half = ((uint64_t)greatest - (uint64_t)least) / 2;
    size_t cut = partition(s->values, s->from, s->to,
                           (int64_t)((uint64_t)least + half), true);
    if (s->rank < cut) {
        s->to = cut;
    } else {
        s->from = cut;
    }
    return false;
}

bool
bcn_search_step(bcn_search *s)
{
    if (s->to - s->from <= SMALL) {
        sort_few(s->values, s->from, s->to);
        return true;
    }
    if (s->steps++ >= PATIENCE) {
        return halve(s);
    }
    int64_t pivot = guess(s->values, s->from, s->to);
    size_t cut = partition(s->values, s->from, s->to, pivot, false);
    if (s->rank < cut) {
        s->to = cut;
        return false;
    }
    s->from = cut;
    cut = partition(s->values, s->from, s->to, pivot, true);
    if (s->rank < cut) {
        return true;
    }
    s->from = cut;
    return false;
}
