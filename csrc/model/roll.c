#include "model/roll.h"

/* What the ranges say of a stretch. */
enum verdict { LEFT_OUT, KEPT, DIVIDED };

static enum verdict
judge(const bcn_roll *roll, int64_t start, int64_t stop)
{
    enum verdict verdict = KEPT;
    for (size_t i = 0; i < roll->range_count; i++) {
        const bcn_roll_range *range = &roll->ranges[i];
        bool within = range->from <= start && stop <= range->to;
        bool apart = range->from >= range->to || stop <= range->from ||
                     range->to <= start;
        if (range->outside ? within : apart) {
            return LEFT_OUT;
        }
        if (!within && !apart) {
            verdict = DIVIDED; /* and yet another range may leave it out */
        }
    }
    return verdict;
}

/* How far the code of a time goes: the first time that may have another.
 * `next` is the number of pieces that start at or before the time. */
static int64_t
lasts_until(const bcn_clock *clock, size_t next, int64_t time)
{
    int64_t end = next < clock->count ? clock->pieces[next].start : INT64_MAX;
    if (next == 0) {
        return end;
    }
    const bcn_piece *piece = &clock->pieces[next - 1];
    if (piece->first < 0 || piece->width == 0) {
        return end;
    }
    uint64_t width = (uint64_t)piece->width;
    uint64_t passed = (uint64_t)time - (uint64_t)piece->start;
    uint64_t left = width - (passed + (uint64_t)piece->phase) % width;
    return left < (uint64_t)end - (uint64_t)time ? time + (int64_t)left : end;
}

/* The one code of [start, stop), or -2 when there are several.  `*next` goes
 * on from stretch to stretch. */
static int64_t
code_of(const bcn_clock *clock, int64_t start, int64_t stop, size_t *next)
{
    while (*next < clock->count && clock->pieces[*next].start <= start) {
        (*next)++;
    }
    int64_t code = 0;
    size_t at = *next;
    for (int64_t time = start; time < stop;) {
        while (at < clock->count && clock->pieces[at].start <= time) {
            at++;
        }
        int64_t here =
            at == 0 ? -1 : bcn_clock_at(&clock->pieces[at - 1], 1, time);
        if (time != start && here != code) {
            return -2;
        }
        code = here;
        int64_t until = lasts_until(clock, at, time);
        if (until <= time) { /* the last time there is */
            break;
        }
        time = until;
    }
    return code;
}

bool
bcn_roll_stretches(const bcn_roll *roll, const int64_t *edges, size_t count,
                   uint64_t *route)
{
    size_t next[BCN_CLOCKS_MAX] = {0};
    for (size_t i = 0; i < count; i++) {
        int64_t start = edges[i], stop = edges[i + 1];
        enum verdict verdict = judge(roll, start, stop);
        bool one = verdict != DIVIDED, kept = verdict != LEFT_OUT;
        uint64_t offset = 0;
        for (size_t k = 0; k < roll->clock_count && kept; k++) {
            const bcn_clock *clock = &roll->clocks[k];
            int64_t code = code_of(clock, start, stop, &next[k]);
            kept = code != -1;
            one = one && code != -2;
            offset += (uint64_t)code * clock->stride;
        }
        if (kept && !one) {
            return false;
        }
        route[i] = kept ? offset : BCN_SKIP;
    }
    return true;
}

uint64_t
bcn_roll_unstated(const bcn_roll *roll)
{
    uint64_t offset = 0;
    for (size_t k = 0; k < roll->clock_count; k++) {
        const bcn_clock *clock = &roll->clocks[k];
        int64_t code = bcn_clock_at(clock->pieces, clock->count, INT64_MIN);
        if (code < 0) {
            return BCN_SKIP;
        }
        offset += (uint64_t)code * clock->stride;
    }
    return roll->range_count > 0 ? BCN_SKIP : offset;
}
