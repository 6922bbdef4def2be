#include "model/grouped.h"

#include <string.h>

#include "kernel/radix.h"

enum {
    BLOCK = BCN_PLAN_BLOCK,
    PIECE = 128,     /* blocks between two looks at the watch */
    SLICE = 1 << 20, /* times sorted at once */
    STEP = 1 << 20   /* times between two looks at the watch */
};

#define SIGN (UINT64_C(1) << 63)

void
bcn_grouped_free(bcn_grouped *grouped)
{
    bcn_free(grouped->starts);
    bcn_free(grouped->times);
    bcn_free(grouped->weights);
    *grouped = (bcn_grouped){0};
}

/* --- dealing out --------------------------------------------------------------- */

typedef struct deal {
    bcn_grouped *to;
    const bcn_plan_cells *cells;
    const bcn_column *times, *weights;
    bcn_watch *watch;
} deal;

/* Walk the rows: count them by group in starts[group + 1], or write each to
 * starts[group]++. */
static bcn_status
walk(const deal *d, bool write)
{
    bcn_grouped *to = d->to;
    uint32_t cells[BLOCK];
    size_t begin, end;
    bcn_plan_cells_rows(d->cells, &begin, &end);
    for (size_t row = begin, block = 0; row < end; block++) {
        if (block % PIECE == 0 && bcn_watch_check(d->watch, true)) {
            return BCN_CANCELLED;
        }
        size_t count = end - row < BLOCK ? end - row : BLOCK;
        bcn_plan_cells_at((void *)(uintptr_t)d->cells, cells, row, count);
        for (size_t i = 0; i < count; i++) {
            uint32_t cell = cells[i];
            if (cell >= to->groups || !bcn_column_has(d->times, row + i) ||
                (d->weights != NULL && !bcn_column_has(d->weights, row + i))) {
                continue;
            }
            if (!write) {
                to->starts[cell + 1]++;
                continue;
            }
            size_t at = to->starts[cell]++;
            to->times[at] = bcn_column_at(d->times, row + i);
            if (d->weights != NULL) {
                to->weights[at] = (uint64_t)bcn_column_at(d->weights, row + i);
            }
        }
        row += count;
    }
    return BCN_OK;
}

/* --- putting in order ----------------------------------------------------------- */

typedef struct bench {
    uint64_t *keys;    /* as many as the largest group has times */
    uint64_t *weights; /* or NULL */
    uint32_t *places, *spare_places; /* SLICE of each; without weights NULL */
} bench;

static void
sort_slice(int64_t *times, uint64_t *weights, const bench *on, size_t count)
{
    uint64_t *keys = (uint64_t *)times;
    for (size_t i = 0; i < count; i++) {
        keys[i] ^= SIGN;
    }
    if (weights == NULL) {
        bcn_radix_sort(keys, on->keys, count);
    } else {
        for (size_t i = 0; i < count; i++) {
            on->places[i] = (uint32_t)i;
        }
        bcn_radix_sort_pairs(keys, on->places, on->keys, on->spare_places,
                             count);
        memcpy(on->weights, weights, count * sizeof *weights);
        for (size_t i = 0; i < count; i++) {
            weights[i] = on->weights[on->places[i]];
        }
    }
    for (size_t i = 0; i < count; i++) {
        keys[i] ^= SIGN;
    }
}

/* Merge [0, middle) with [middle, count), both in order, into `out`. */
static void
merge(const int64_t *times, const uint64_t *weights, size_t middle,
      size_t count, int64_t *out, uint64_t *out_weights)
{
    size_t a = 0, b = middle;
    for (size_t i = 0; i < count; i++) {
        bool first = b == count || (a < middle && times[a] <= times[b]);
        size_t from = first ? a++ : b++;
        out[i] = times[from];
        if (weights != NULL) {
            out_weights[i] = weights[from];
        }
    }
}

static bcn_status
sort_group(int64_t *times, uint64_t *weights, const bench *on, size_t count,
           bcn_watch *watch)
{
    size_t sorted = 1;
    while (sorted < count && times[sorted - 1] <= times[sorted]) {
        sorted++;
    }
    if (sorted >= count) {
        return BCN_OK;
    }
    for (size_t at = 0; at < count; at += SLICE) {
        if (bcn_watch_check(watch, true)) {
            return BCN_CANCELLED;
        }
        sort_slice(times + at, weights == NULL ? NULL : weights + at, on,
                   count - at < SLICE ? count - at : SLICE);
    }
    for (size_t width = SLICE; width < count; width *= 2) {
        for (size_t at = 0; count - at > width;) {
            if (bcn_watch_check(watch, true)) {
                return BCN_CANCELLED;
            }
            size_t both = count - at < 2 * width ? count - at : 2 * width;
            int64_t *out = (int64_t *)on->keys;
            uint64_t *own = weights == NULL ? NULL : weights + at;
            merge(times + at, own, width, both, out, on->weights);
            memcpy(times + at, out, both * sizeof *times);
            if (own != NULL) {
                memcpy(own, on->weights, both * sizeof *own);
            }
            at += both;
        }
    }
    return BCN_OK;
}

static void
bench_free(bench *on)
{
    bcn_free(on->keys);
    bcn_free(on->weights);
    bcn_free(on->places);
    bcn_free(on->spare_places);
}

static bcn_status
sort_groups(bcn_grouped *all, bcn_watch *watch)
{
    size_t most = 0;
    for (uint32_t g = 0; g < all->groups; g++) {
        size_t count = all->starts[g + 1] - all->starts[g];
        most = count > most ? count : most;
    }
    bool weighted = all->weights != NULL;
    size_t slice = most < SLICE ? most : SLICE;
    bench on = {
        .keys = bcn_alloc(most, sizeof *on.keys),
        .weights = weighted ? bcn_alloc(most, sizeof *on.weights) : NULL,
        .places = weighted ? bcn_alloc(slice, sizeof *on.places) : NULL,
        .spare_places = weighted ? bcn_alloc(slice, sizeof *on.places) : NULL};
    bcn_status status = BCN_OK;
    if (on.keys == NULL ||
        (weighted && (on.weights == NULL || on.places == NULL ||
                      on.spare_places == NULL))) {
        status = BCN_NOMEM;
    }
    for (uint32_t g = 0; g < all->groups && status == BCN_OK; g++) {
        size_t from = all->starts[g];
        if (g % STEP == 0 && bcn_watch_check(watch, true)) {
            status = BCN_CANCELLED;
            break;
        }
        status = sort_group(all->times + from,
                            weighted ? all->weights + from : NULL, &on,
                            all->starts[g + 1] - from, watch);
    }
    bench_free(&on);
    return status;
}

static bcn_status
fill(const deal *d)
{
    bcn_grouped *to = d->to;
    to->starts = bcn_calloc((size_t)to->groups + 2, sizeof *to->starts);
    if (to->starts == NULL) {
        return BCN_NOMEM;
    }
    BCN_TRY(walk(d, false));
    for (uint32_t g = 0; g < to->groups; g++) {
        to->starts[g + 1] += to->starts[g];
    }
    size_t count = to->starts[to->groups];
    to->times = bcn_alloc(count, sizeof *to->times);
    if (to->times == NULL) {
        return BCN_NOMEM;
    }
    if (d->weights != NULL) {
        to->weights = bcn_alloc(count, sizeof *to->weights);
        if (to->weights == NULL) {
            return BCN_NOMEM;
        }
    }
    BCN_TRY(walk(d, true));
    /* Each start has moved to its group's end, the next one's start. */
    memmove(to->starts + 1, to->starts, to->groups * sizeof *to->starts);
    to->starts[0] = 0;
    return sort_groups(to, d->watch);
}

bcn_status
bcn_grouped_fill(bcn_grouped *grouped, const bcn_plan_cells *cells,
                 const bcn_column *times, const bcn_column *weights,
                 bcn_watch *watch)
{
    if (weights != NULL && weights->least < 0) {
        return BCN_RANGE;
    }
    *grouped = (bcn_grouped){.groups = bcn_plan_cells_groups(cells)};
    deal d = {grouped, cells, times, weights, watch};
    bcn_status status = fill(&d);
    if (status != BCN_OK) {
        bcn_grouped_free(grouped);
    }
    return status;
}

/* --- what lies between ----------------------------------------------------------- */

bcn_status
bcn_grouped_gaps(bcn_grouped *grouped, bcn_gaps *out, bcn_watch *watch)
{
    for (uint32_t g = 0; g < grouped->groups; g++) {
        int64_t *times = grouped->times + grouped->starts[g];
        size_t count = grouped->starts[g + 1] - grouped->starts[g];
        out[g] = (bcn_gaps){.records = count};
        if (count == 0) {
            continue;
        }
        out[g].first = times[0];
        out[g].last = times[count - 1];
        for (size_t i = 0; i + 1 < count; i++) {
            times[i] = times[i + 1] - times[i];
            out[g].together += times[i] == 0;
            if (i % STEP == 0 && bcn_watch_check(watch, true)) {
                return BCN_CANCELLED;
            }
        }
    }
    return BCN_OK;
}
