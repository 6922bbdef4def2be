#include "kernel/runs.h"

size_t
bcn_runs_from(const int64_t *times, size_t count, int64_t time)
{
    size_t low = 0;
    while (count > 0) {
        size_t half = count / 2;
        if (times[low + half] < time) {
            low += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return low;
}

/* The end of the run of row `at`: looked for near it first. */
static size_t
end_of(const int64_t *times, size_t count, size_t at, int64_t stop)
{
    size_t step = 1, known = at;
    while (step < count - known && times[known + step] < stop) {
        known += step;
        step *= 2;
    }
    size_t left = count - known - 1 < step ? count - known - 1 : step;
    return known + 1 + bcn_runs_from(times + known + 1, left, stop);
}

static size_t
begin_of(const int64_t *times, size_t at, int64_t start)
{
    size_t step = 1, known = at;
    while (step <= known && times[known - step] >= start) {
        known -= step;
        step *= 2;
    }
    size_t below = step < known ? known - step : 0;
    return below + bcn_runs_from(times + below, known - below, start);
}

static void
keep(bcn_runs *runs, uint64_t length, int64_t code)
{
    size_t place = runs->used;
    uint64_t gone = 0;
    if (runs->used == runs->room) {
        gone = runs->lengths[runs->room - 1];
        if (length <= gone) {
            runs->equal += length == gone;
            return;
        }
        place--;
    } else {
        runs->used++;
    }
    for (; place > 0 && runs->lengths[place - 1] < length; place--) {
        runs->lengths[place] = runs->lengths[place - 1];
        runs->codes[place] = runs->codes[place - 1];
    }
    runs->lengths[place] = length;
    runs->codes[place] = code;
    if (gone > 0) {
        uint64_t last = runs->lengths[runs->room - 1];
        runs->equal = last == gone ? runs->equal + 1 : 0;
    }
}

size_t
bcn_runs_find(bcn_runs *runs, const bcn_units *units, const int64_t *times,
              size_t count, size_t at, size_t stop)
{
    while (at < stop && at < count) {
        uint64_t least =
            runs->used == runs->room ? runs->lengths[runs->room - 1] : 1;
        uint64_t half = least / 2;
        if (half > count - at - 1) {
            return count; /* no run from here on is long enough */
        }
        size_t apart = (size_t)half;
        if (apart > 0) {
            size_t end = count - apart < stop ? count - apart : stop;
            while (at < end && times[at + apart] - times[at] >= units->width) {
                at += apart;
            }
            if (at >= end) {
                if (at >= count - apart) {
                    return count;
                }
                continue;
            }
        }
        int64_t code = (times[at] - units->origin) / units->width;
        int64_t start = units->origin + code * units->width;
        int64_t next = start + units->width;
        if (times[at + apart] >= next) {
            at += apart; /* near, but in two units */
            continue;
        }
        size_t begin = begin_of(times, at, start);
        size_t end = end_of(times, count, at, next);
        keep(runs, end - begin, units->first + code);
        at = end;
    }
    return at;
}
