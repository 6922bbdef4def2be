#include "text/zone.h"

/* Far from the limits of int64_t, so that sums with an offset cannot wrap. */
#define FAR (INT64_MAX / 4)

static int64_t
start_of(const bcn_zone *zone, size_t i)
{
    int64_t start = i == 0 ? -FAR : i < zone->count ? zone->starts[i] : FAR;
    return start < -FAR ? -FAR : start > FAR ? FAR : start;
}

/* The last stretch whose local start, by its own clock, is not after `local`.
 * No later stretch can hold it. */
static size_t
stretch_of(const bcn_zone *zone, int64_t local)
{
    size_t low = 0, high = zone->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (start_of(zone, middle) + zone->offsets[middle] <= local) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Keep where stretch `i` is the only answer. */
static void
remember(const bcn_zone *zone, size_t i, bcn_zone_memo *memo)
{
    int64_t from = start_of(zone, i), to = start_of(zone, i + 1);
    int64_t mine = zone->offsets[i];
    int64_t before = i > 0 ? zone->offsets[i - 1] : mine;
    int64_t after = i + 1 < zone->count ? zone->offsets[i + 1] : mine;
    memo->from = from + (before > mine ? before : mine);
    memo->to = to + (after < mine ? after : mine);
    memo->offset = mine;
}

bcn_reason
bcn_zone_to_utc(const bcn_zone *zone, bcn_zone_memo *memo, int64_t local,
                int64_t *utc)
{
    if (local >= memo->from && local < memo->to) {
        *utc = local - memo->offset;
        return BCN_REASON_NONE;
    }
    size_t i = stretch_of(zone, local);
    int64_t late = local - zone->offsets[i];
    int64_t next = start_of(zone, i + 1);
    if (late >= next) {
        if (zone->never == BCN_NEVER_RAISE) {
            return BCN_REASON_TIME_NEVER;
        }
        *utc = zone->never == BCN_NEVER_FORWARD ? next : next - 1;
        return BCN_REASON_NONE;
    }
    if (i > 0) {
        int64_t early = local - zone->offsets[i - 1];
        if (early < start_of(zone, i)) {
            if (zone->twice == BCN_TWICE_RAISE) {
                return BCN_REASON_TIME_TWICE;
            }
            *utc = zone->twice == BCN_TWICE_EARLIER ? early : late;
            return BCN_REASON_NONE;
        }
    }
    remember(zone, i, memo);
    *utc = late;
    return BCN_REASON_NONE;
}
