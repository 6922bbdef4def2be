#include "model/unusual.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "kernel/radix.h"
#include "kernel/special.h"

enum { PIECE = 1 << 12, ALONE_CELLS = 1 << 14, MOST_WORKERS = 64 };

#define EXACT_DOUBLE (INT64_C(1) << 53)

bcn_status
bcn_series_check(const bcn_series *s)
{
    for (size_t t = 0; s->classes != NULL && t < s->periods; t++) {
        if (s->classes[t] >= BCN_CLASSES_MAX) {
            return BCN_RANGE;
        }
    }
    for (size_t i = 0; i < s->series; i++) {
        int64_t total = 0;
        if (s->ranges != NULL && (s->ranges[2 * i] > s->ranges[2 * i + 1] ||
                                  s->ranges[2 * i + 1] > s->periods)) {
            return BCN_RANGE;
        }
        for (size_t t = 0; t < s->periods; t++) {
            int64_t count = s->counts[i * s->periods + t];
            if (count < 0) {
                return BCN_RANGE;
            }
            if (count > EXACT_DOUBLE - total) {
                return BCN_OVERFLOW;
            }
            total += count;
        }
    }
    return BCN_OK;
}

/* One series: the means of its cells are weight * rates[class]. */
typedef struct line {
    const int64_t *counts;
    size_t from, to;
    double rates[BCN_CLASSES_MAX]; /* 0: without counts or weights */
} line;

static unsigned
class_of(const bcn_series *s, size_t t)
{
    return s->classes == NULL ? 0 : s->classes[t];
}

static line
line_of(const bcn_series *s, size_t i)
{
    line l = {.counts = s->counts + i * s->periods, .to = s->periods};
    if (s->ranges != NULL) {
        l.from = s->ranges[2 * i];
        l.to = s->ranges[2 * i + 1];
    }
    int64_t totals[BCN_CLASSES_MAX] = {0};
    double weights[BCN_CLASSES_MAX] = {0};
    for (size_t t = l.from; t < l.to; t++) {
        totals[class_of(s, t)] += l.counts[t];
        weights[class_of(s, t)] += s->weights[t];
    }
    for (unsigned k = 0; k < BCN_CLASSES_MAX; k++) {
        l.rates[k] = weights[k] > 0 ? (double)totals[k] / weights[k] : 0;
    }
    return l;
}

/* Moments in the order of the cells, so the same for any number of threads.
 * The totals of busy series in each class, and the weights of all periods but
 * one of each, were learnt from the counts; what is left of the scatter is
 * `freedom` in so many cells. */
bcn_dispersion
bcn_series_dispersion(const bcn_series *s)
{
    double cells = 0, learnt = 0, weighed = 0, classes = 0;
    double statistic = 0, scatter = 0, means = 0, squares = 0;
    bool known[BCN_CLASSES_MAX] = {false};
    for (size_t t = 0; t < s->periods; t++) {
        if (s->weights[t] > 0) {
            weighed++;
            classes += !known[class_of(s, t)];
            known[class_of(s, t)] = true;
        }
    }
    for (size_t i = 0; i < s->series; i++) {
        line l = line_of(s, i);
        for (unsigned k = 0; k < BCN_CLASSES_MAX; k++) {
            learnt += l.rates[k] > 0;
        }
        for (size_t t = l.from; t < l.to; t++) {
            double mean = s->weights[t] * l.rates[class_of(s, t)];
            if (mean <= 0) {
                continue;
            }
            double apart = (double)l.counts[t] - mean;
            cells++;
            statistic += apart * apart / mean;
            scatter += apart * apart;
            means += mean;
            squares += mean * mean;
        }
    }
    bcn_dispersion d = {.statistic = statistic, .chance = 1, .size = INFINITY};
    d.freedom = cells - learnt - (weighed - classes);
    if (d.freedom <= 0) {
        d.freedom = 0;
        return d;
    }
    double kept = d.freedom / cells, over = scatter - means * kept;
    d.chance = bcn_gamma_upper(d.freedom / 2, statistic / 2);
    if (over > 0) {
        d.size = squares * kept / over;
    }
    return d;
}

/* --- the test --------------------------------------------------------------------------- */

typedef struct test {
    const bcn_series *s;
    double size;
    double *means, *chances;
    size_t piece; /* series taken at once */
    bcn_watch *watch;
    atomic_size_t next;
    atomic_int status;
} test;

static void
test_line(const test *all, size_t i)
{
    const bcn_series *s = all->s;
    line l = line_of(s, i);
    for (size_t t = 0; t < s->periods; t++) {
        size_t cell = i * s->periods + t;
        bool inside = t >= l.from && t < l.to;
        double mean = inside ? s->weights[t] * l.rates[class_of(s, t)] : 0;
        double count = (double)l.counts[t];
        all->means[cell] = mean;
        all->chances[cell] =
            mean <= 0 ? 2
                      : bcn_two_sided(
                            isinf(all->size)
                                ? bcn_poisson_tails(count, mean)
                                : bcn_negative_tails(count, mean, all->size));
    }
}

static void
work(void *context, size_t worker)
{
    test *all = context;
    for (;;) {
        size_t from = atomic_fetch_add(&all->next, all->piece);
        if (from >= all->s->series) {
            return;
        }
        size_t left = all->s->series - from;
        size_t to = from + (left < all->piece ? left : all->piece);
        for (size_t i = from; i < to; i++) {
            if (bcn_watch_check(all->watch, worker == 0)) {
                atomic_store(&all->status, BCN_CANCELLED);
                return;
            }
            test_line(all, i);
        }
    }
}

bcn_status
bcn_series_test(const bcn_series *s, double size, size_t workers,
                bcn_watch *watch, double *means, double *chances)
{
    test all = {.s = s,
                .size = size,
                .means = means,
                .chances = chances,
                .piece = PIECE / (s->periods + 1) + 1,
                .watch = watch};
    if (workers == 0) {
        workers = s->series * s->periods < ALONE_CELLS ? 1 : bcn_processors();
    }
    bcn_run(workers > MOST_WORKERS ? MOST_WORKERS : workers, work, &all);
    return (bcn_status)atomic_load(&all.status);
}

/* --- false discoveries -------------------------------------------------------------------- */

void
bcn_discoveries_free(bcn_discoveries *found)
{
    bcn_free(found->places);
    bcn_free(found->adjusted);
    *found = (bcn_discoveries){0};
}

/* Chances from 0 on are in the order of their bits. */
static double
chance_in(uint64_t key)
{
    double chance;
    memcpy(&chance, &key, sizeof chance);
    return chance;
}

static bcn_status
keep(bcn_discoveries *out, const uint64_t *keys, const uint32_t *places)
{
    double least = 1, tests = (double)out->tests;
    out->places = bcn_alloc(out->count, sizeof *out->places);
    out->adjusted = bcn_alloc(out->count, sizeof *out->adjusted);
    if (out->places == NULL || out->adjusted == NULL) {
        return BCN_NOMEM;
    }
    for (size_t i = out->tests; i-- > 0;) {
        double adjusted = chance_in(keys[i]) * tests / (double)(i + 1);
        least = adjusted < least ? adjusted : least;
        if (i < out->count) {
            out->places[i] = places[i];
            out->adjusted[i] = least;
        }
    }
    return BCN_OK;
}

bcn_status
bcn_discoveries_find(const double *chances, size_t count, double rate,
                     bcn_watch *watch, bcn_discoveries *out)
{
    *out = (bcn_discoveries){0};
    if (count >= UINT32_MAX) {
        return BCN_TOO_LARGE;
    }
    uint64_t *keys = bcn_alloc(count, 2 * sizeof *keys);
    uint32_t *places = bcn_alloc(count, 2 * sizeof *places);
    bcn_status status = keys == NULL || places == NULL ? BCN_NOMEM : BCN_OK;
    if (status == BCN_OK && bcn_watch_check(watch, true)) {
        status = BCN_CANCELLED;
    }
    if (status == BCN_OK) {
        for (size_t i = 0; i < count; i++) {
            if (chances[i] >= 0 && chances[i] <= 1) {
                double chance = chances[i] + 0.0; /* no -0 */
                memcpy(&keys[out->tests], &chance, sizeof chance);
                places[out->tests++] = (uint32_t)i;
            }
        }
        bcn_radix_sort_pairs(keys, places, keys + count, places + count,
                             out->tests);
        for (size_t i = out->tests; i > 0 && out->count == 0; i--) {
            double limit = rate * (double)i / (double)out->tests;
            out->count = chance_in(keys[i - 1]) <= limit ? i : 0;
        }
        status = keep(out, keys, places);
    }
    bcn_free(keys);
    bcn_free(places);
    if (status != BCN_OK) {
        bcn_discoveries_free(out);
    }
    return status;
}
