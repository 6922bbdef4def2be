#include "model/survival.h"

#include <math.h>
#include <string.h>

#include "kernel/cells.h"
#include "kernel/radix.h"

enum {
    ALONE_ROWS = 500000,
    MOST_WORKERS = 64,
    BLOCK = BCN_CELLS_BLOCK,
    PIECE = 64, /* blocks between two looks at the watch */
    FEW = 48    /* keys that are inserted rather than dealt by digits */
};

typedef struct job {
    bcn_plan_cells *plan;
    size_t rows, groups, workers;
    const int64_t *times;
    const uint8_t *kinds;
    size_t *next;   /* of each worker and group: counts, then places */
    size_t *starts; /* of groups */
    uint64_t *keys;
    size_t largest;
    bool writing;
    atomic_size_t taken;
    atomic_int status;
    bcn_watch *watch;
} job;

static bool
stopped(job *j, size_t worker)
{
    if (bcn_watch_check(j->watch, worker == 0)) {
        atomic_store(&j->status, BCN_CANCELLED);
    }
    return atomic_load_explicit(&j->status, memory_order_relaxed) != BCN_OK;
}

static void
gather_pass(void *context, size_t worker)
{
    job *j = context;
    size_t row = (size_t)((uint64_t)j->rows * worker / j->workers);
    size_t end = (size_t)((uint64_t)j->rows * (worker + 1) / j->workers);
    size_t *next = j->next + worker * j->groups;
    uint32_t cells[BLOCK];
    for (size_t turn = 0; row < end; turn++) {
        if (turn % PIECE == 0 && stopped(j, worker)) {
            return;
        }
        size_t count = end - row < BLOCK ? end - row : BLOCK;
        bcn_plan_cells_at(j->plan, cells, row, count);
        for (size_t i = 0; i < count; i++, row++) {
            if (cells[i] >= j->groups || j->kinds[row] > 1) {
                continue;
            }
            size_t *place = &next[cells[i]];
            if (j->writing) {
                j->keys[*place] = (uint64_t)j->times[row] << 1 | j->kinds[row];
            }
            ++*place;
        }
    }
}

static void
insert(uint64_t *keys, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        uint64_t key = keys[i];
        size_t at = i;
        for (; at > 0 && keys[at - 1] > key; at--) {
            keys[at] = keys[at - 1];
        }
        keys[at] = key;
    }
}

static void
sort_pass(void *context, size_t worker)
{
    job *j = context;
    uint64_t *spare = NULL;
    size_t capacity = 0, batch = j->groups / (j->workers * 64) + 1;
    bcn_status status =
        bcn_grow((void **)&spare, &capacity, j->largest + 1, sizeof *spare);
    if (status != BCN_OK) {
        atomic_store(&j->status, (int)status);
    }
    while (status == BCN_OK && !stopped(j, worker)) {
        size_t from = atomic_fetch_add(&j->taken, batch);
        if (from >= j->groups) {
            break;
        }
        size_t to = j->groups - from < batch ? j->groups : from + batch;
        for (size_t g = from; g < to; g++) {
            size_t count = j->starts[g + 1] - j->starts[g];
            if (count <= FEW) {
                insert(j->keys + j->starts[g], count);
            } else {
                bcn_radix_sort(j->keys + j->starts[g], spare, count);
            }
        }
    }
    bcn_free(spare);
}

static void
lay_out(job *j)
{
    size_t used = 0;
    for (size_t g = 0; g < j->groups; g++) {
        j->starts[g] = used;
        for (size_t w = 0; w < j->workers; w++) {
            size_t *place = &j->next[w * j->groups + g];
            size_t count = *place;
            *place = used;
            used += count;
        }
        size_t size = used - j->starts[g];
        j->largest = size > j->largest ? size : j->largest;
    }
    j->starts[j->groups] = used;
}

static bcn_status
run(job *j, bcn_task task)
{
    bcn_run(j->workers, task, j);
    return (bcn_status)atomic_load(&j->status);
}

static bcn_status
gather_all(job *j)
{
    size_t places, capacity = 0;
    if (!bcn_size_mul(j->groups, j->workers, &places)) {
        return BCN_TOO_LARGE;
    }
    j->next = bcn_calloc(places, sizeof *j->next);
    j->starts = bcn_alloc(j->groups + 1, sizeof *j->starts);
    if (j->next == NULL || j->starts == NULL) {
        return BCN_NOMEM;
    }
    BCN_TRY(run(j, gather_pass));
    lay_out(j);
    BCN_TRY(bcn_grow((void **)&j->keys, &capacity, j->starts[j->groups] + 1,
                     sizeof *j->keys));
    j->writing = true;
    BCN_TRY(run(j, gather_pass));
    return run(j, sort_pass);
}

bcn_status
bcn_survival_new(bcn_plan_cells *rows, size_t count, const int64_t *times,
                 const uint8_t *kinds, size_t workers, bcn_watch *watch,
                 bcn_survival *out)
{
    job j = {
        .plan = rows,
        .rows = count,
        .groups = bcn_plan_cells_groups(rows),
        .times = times,
        .kinds = kinds,
        .watch = watch,
    };
    j.workers = workers != 0 ? workers
                : count < ALONE_ROWS || j.groups > count / 4
                    ? 1
                    : bcn_processors();
    j.workers = j.workers > MOST_WORKERS ? MOST_WORKERS : j.workers;
    bcn_status status = gather_all(&j);
    bcn_free(j.next);
    *out = (bcn_survival){j.groups, j.starts, j.keys};
    if (status != BCN_OK) {
        bcn_survival_free(out);
    }
    return status;
}

void
bcn_survival_free(bcn_survival *survival)
{
    bcn_free(survival->starts);
    bcn_free(survival->keys);
    *survival = (bcn_survival){0};
}

/* --- walking --------------------------------------------------------------------- */

bcn_life
bcn_survival_walk(const bcn_survival *survival, size_t group)
{
    size_t start = survival->starts[group];
    size_t count = survival->starts[group + 1] - start;
    return (bcn_life){
        .keys = survival->keys + start,
        .count = count,
        .base = 1.0,
        .under = count,
        .left = count,
        .step = {.survival = 1.0},
    };
}

bool
bcn_survival_next(bcn_life *walk)
{
    const uint64_t *keys = walk->keys;
    size_t at = walk->at;
    while (at < walk->count && (keys[at] & 1) != 0) {
        at++;
    }
    if (at == walk->count) {
        walk->at = at;
        return false;
    }
    uint64_t key = keys[at];
    size_t risk = walk->count - at, first = at;
    while (at < walk->count && keys[at] == key) {
        at++;
    }
    size_t ended = at - first, left = risk - ended;
    if (risk != walk->left) { /* some were censored: a new stretch */
        walk->base = walk->step.survival;
        walk->under = risk;
    }
    walk->at = at;
    walk->left = left;
    bcn_life_step *step = &walk->step;
    step->time = (int64_t)(key >> 1);
    step->at_risk = risk;
    step->ended = ended;
    step->survival = walk->base * ((double)left / (double)walk->under);
    step->sum += left == 0 ? (double)INFINITY
                           : (double)ended / ((double)risk * (double)left);
    return true;
}

typedef struct figures {
    const bcn_survival *survival;
    const bcn_survival_ask *ask;
    int64_t *quantiles;
    double *means;
    size_t batch;
    atomic_size_t taken;
    atomic_int status;
    bcn_watch *watch;
} figures;

static void
read_group(const figures *f, size_t group)
{
    const bcn_survival_ask *ask = f->ask;
    int64_t *quantiles = f->quantiles + group * ask->level_count;
    bcn_life life = bcn_survival_walk(f->survival, group);
    double area = 0, height = 1;
    int64_t last = 0;
    size_t level = 0;
    while (bcn_survival_next(&life)) {
        const bcn_life_step *step = &life.step;
        if (step->time < ask->horizon) {
            area += height * (double)(step->time - last);
            height = step->survival;
            last = step->time;
        } else if (level == ask->level_count) {
            break;
        }
        while (level < ask->level_count &&
               step->survival <= ask->levels[level] * (1 + 1e-12)) {
            quantiles[level++] = step->time;
        }
    }
    while (level < ask->level_count) {
        quantiles[level++] = -1;
    }
    if (f->means != NULL) {
        f->means[group] = area + height * (double)(ask->horizon - last);
    }
}

static void
figures_pass(void *context, size_t worker)
{
    figures *f = context;
    size_t groups = f->survival->groups;
    for (;;) {
        if (bcn_watch_check(f->watch, worker == 0)) {
            atomic_store(&f->status, BCN_CANCELLED);
            return;
        }
        size_t from = atomic_fetch_add(&f->taken, f->batch);
        if (from >= groups) {
            return;
        }
        size_t to = groups - from < f->batch ? groups : from + f->batch;
        for (size_t g = from; g < to; g++) {
            read_group(f, g);
        }
    }
}

bcn_status
bcn_survival_figures(const bcn_survival *survival, const bcn_survival_ask *ask,
                     size_t workers, bcn_watch *watch, int64_t *quantiles,
                     double *means)
{
    figures f = {.survival = survival,
                 .ask = ask,
                 .quantiles = quantiles,
                 .means = means,
                 .watch = watch};
    size_t rows = survival->starts[survival->groups];
    workers = workers != 0        ? workers
              : rows < ALONE_ROWS ? 1
                                  : bcn_processors();
    workers = workers > MOST_WORKERS ? MOST_WORKERS : workers;
    f.batch = survival->groups / (workers * 64) + 1;
    bcn_run(workers, figures_pass, &f);
    return (bcn_status)atomic_load(&f.status);
}
