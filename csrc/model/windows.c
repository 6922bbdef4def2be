#include "model/windows.h"

enum { STEP = 1 << 20 }; /* times between two looks at the watch */

/* Walks over the windows of one group: [begin, begin + length) holds the times
 * [i, j), which weigh `total`. */
typedef struct view {
    const int64_t *times;
    const uint64_t *weights;
    size_t count, i, j;
    int64_t begin;
    bcn_wide total;
} view;

static bcn_wide
weight_of(const view *v, size_t at)
{
    return (bcn_wide){v->weights == NULL ? 1 : v->weights[at], 0};
}

static void
look(view *v, const bcn_windows *w)
{
    int64_t begin = v->times[v->i];
    if (!w->sliding) {
        int64_t past = (begin - w->origin) % w->length;
        begin -= past < 0 ? past + w->length : past;
    }
    v->begin = begin;
    while (v->j < v->count && v->times[v->j] - begin < w->length) {
        v->total = bcn_wide_add(v->total, weight_of(v, v->j++));
    }
}

static bool
advance(view *v, const bcn_windows *w)
{
    int64_t now = v->times[v->i];
    size_t next = v->j;
    if (w->sliding) {
        next = v->i + 1;
        while (next < v->count && v->times[next] == now) {
            next++;
        }
    }
    if (next >= v->count) {
        return false;
    }
    for (; v->i < next; v->i++) {
        v->total = bcn_wide_add(v->total, bcn_wide_negate(weight_of(v, v->i)));
    }
    look(v, w);
    return true;
}

static bool
overlaps(const bcn_windows *w, int64_t begin)
{
    for (size_t k = 0; k < w->used; k++) {
        int64_t apart = begin - w->begins[k];
        if (apart < w->length && -apart < w->length) {
            return true;
        }
    }
    return false;
}

static bool
shown(const bcn_windows *w, int64_t begin)
{
    for (size_t k = 0; k < w->used; k++) {
        if (w->begins[k] == begin) {
            return true;
        }
    }
    return false;
}

/* Of rows that count once each, a window from row i on holds more than `most`
 * where row i + most is still inside: one comparison a row. */
static bcn_status
slide(const view *v, bcn_windows *w, bool find, bcn_watch *watch)
{
    const int64_t *times = v->times;
    size_t count = v->count, most = 0;
    int64_t begin = 0;
    if (!find) {
        most = (size_t)w->totals[w->used - 1].low;
    }
    for (size_t i = 0; i < count; i++) {
        if (i % STEP == 0 && bcn_watch_check(watch, true)) {
            return BCN_CANCELLED;
        }
        if (most > count - i || (find && most == count - i)) {
            break; /* too few are left */
        }
        if (!find) {
            bool full = times[i + most - 1] - times[i] < w->length &&
                        (i == 0 || times[i - 1] != times[i]);
            bool more = full && i + most < count &&
                        times[i + most] - times[i] < w->length;
            w->equal += full && !more && !shown(w, times[i]);
        } else if (times[i + most] - times[i] < w->length &&
                   !overlaps(w, times[i])) {
            do {
                most++;
            } while (most < count - i &&
                     times[i + most] - times[i] < w->length);
            begin = times[i];
        }
    }
    if (find && most > 0) {
        w->begins[w->used] = begin;
        w->totals[w->used++] = bcn_wide_of((int64_t)most);
    }
    return BCN_OK;
}

/* One pass: find the next window to show, or count those equal to the last. */
static bcn_status
pass(const view *start, bcn_windows *w, bool find, bcn_watch *watch)
{
    if (w->sliding && start->weights == NULL) {
        return slide(start, w, find, watch);
    }
    view v = *start;
    bcn_wide most = {0, -1};
    int64_t begin = 0;
    size_t step = 0;
    look(&v, w);
    do {
        if (++step % STEP == 0 && bcn_watch_check(watch, true)) {
            return BCN_CANCELLED;
        }
        if (find) {
            if (bcn_wide_compare(v.total, most) > 0 && !overlaps(w, v.begin)) {
                most = v.total;
                begin = v.begin;
            }
        } else if (bcn_wide_compare(v.total, w->totals[w->used - 1]) == 0) {
            w->equal += !shown(w, v.begin);
        }
    } while (advance(&v, w));
    if (find && most.high >= 0) {
        w->begins[w->used] = begin;
        w->totals[w->used++] = most;
    }
    return BCN_OK;
}

bcn_status
bcn_grouped_windows(const bcn_grouped *grouped, uint32_t group, bcn_windows *w,
                    bcn_watch *watch)
{
    size_t from = grouped->starts[group];
    view start = {
        .times = grouped->times + from,
        .weights = grouped->weights == NULL ? NULL : grouped->weights + from,
        .count = grouped->starts[group + 1] - from};
    w->used = 0;
    w->equal = 0;
    if (start.count == 0) {
        return BCN_OK;
    }
    int64_t reach = INT64_MAX / 4;
    if (w->length <= 0 || w->length > reach || w->origin > reach ||
        w->origin < -reach || start.times[0] < -reach ||
        start.times[start.count - 1] > reach) {
        return BCN_RANGE;
    }
    for (size_t shown_before = 1; w->used < w->room; shown_before++) {
        BCN_TRY(pass(&start, w, true, watch));
        if (w->used < shown_before) {
            break; /* all others overlap */
        }
    }
    return pass(&start, w, false, watch);
}
