#include "model/unusual.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "kernel/radix.h"
#include "kernel/special.h"

enum { PIECE = 1 << 12, ALONE_CELLS = 1 << 14, MOST_WORKERS = 64 };

#define EXACT_DOUBLE (INT64_C(1) << 53)

bcn_status
bcn_series_totals(const bcn_series *s, int64_t *totals)
{
    for (size_t i = 0; i < s->series; i++) {
        int64_t total = 0;
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
        totals[i] = total;
    }
    return BCN_OK;
}

/* Moments in the order of the cells, so the same for any machine's threads.
 * The size solves sum of (count - mean)^2 - mean * kept = sum of mean^2 / size,
 * where kept is the part of the scatter that the margins leave. */
bcn_dispersion
bcn_series_dispersion(const bcn_series *s, const int64_t *totals)
{
    size_t busy = 0, weighed = 0;
    double statistic = 0, scatter = 0, means = 0, squares = 0;
    for (size_t t = 0; t < s->periods; t++) {
        weighed += s->weights[t] > 0;
    }
    for (size_t i = 0; i < s->series; i++) {
        if (totals[i] == 0) {
            continue;
        }
        busy++;
        for (size_t t = 0; t < s->periods; t++) {
            double mean = (double)totals[i] * s->weights[t];
            if (mean <= 0) {
                continue;
            }
            double apart = (double)s->counts[i * s->periods + t] - mean;
            statistic += apart * apart / mean;
            scatter += apart * apart;
            means += mean;
            squares += mean * mean;
        }
    }
    bcn_dispersion d = {.statistic = statistic, .chance = 1, .size = INFINITY};
    if (busy < 2 || weighed < 2) {
        /* One series against its own profile. */
        d.freedom = busy == 1 && weighed > 1 ? (double)weighed - 1 : 0;
    } else {
        d.freedom = ((double)busy - 1) * ((double)weighed - 1);
    }
    if (d.freedom > 0) {
        double cells = (double)busy * (double)weighed;
        double kept = d.freedom / cells;
        d.chance = bcn_gamma_upper(d.freedom / 2, statistic / 2);
        double over = scatter - means * kept;
        if (over > 0) {
            d.size = squares * kept / over;
        }
    }
    return d;
}

/* --- the test --------------------------------------------------------------------------- */

typedef struct test {
    const bcn_series *s;
    const int64_t *totals;
    double size;
    double *chances;
    bcn_watch *watch;
    atomic_size_t next;
    atomic_int status;
} test;

static double
chance_of(const test *all, size_t cell)
{
    const bcn_series *s = all->s;
    int64_t total = all->totals[cell / s->periods];
    double mean = (double)total * s->weights[cell % s->periods];
    if (mean <= 0) {
        return 2;
    }
    double count = (double)s->counts[cell];
    return bcn_two_sided(isinf(all->size)
                             ? bcn_poisson_tails(count, mean)
                             : bcn_negative_tails(count, mean, all->size));
}

static void
work(void *context, size_t worker)
{
    test *all = context;
    size_t cells = all->s->series * all->s->periods;
    for (;;) {
        size_t from = atomic_fetch_add(&all->next, PIECE);
        if (from >= cells) {
            return;
        }
        if (bcn_watch_check(all->watch, worker == 0)) {
            atomic_store(&all->status, BCN_CANCELLED);
            return;
        }
        size_t to = cells - from < PIECE ? cells : from + PIECE;
        for (size_t cell = from; cell < to; cell++) {
            all->chances[cell] = chance_of(all, cell);
        }
    }
}

bcn_status
bcn_series_test(const bcn_series *s, const int64_t *totals, double size,
                size_t workers, bcn_watch *watch, double *chances)
{
    test all = {.s = s,
                .totals = totals,
                .size = size,
                .chances = chances,
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
