#include "model/select_groups.h"

#include <string.h>

#include "kernel/cells.h"
#include "kernel/select.h"

enum {
    ROOM = 1 << 20, /* counters of a worker: those met stay in a cache */
    PER_ROW = 4,    /* rows for each counter, or counting costs too much */
    ALONE_ROWS = 500000,
    MOST_WORKERS = 64,
    BLOCK = BCN_SELECT_BLOCK,
    PIECE = 128, /* blocks between two looks at the watch */
    BATCH = 64   /* groups taken at once */
};

/* Where the answer for one group and rank will be found. */
typedef struct wish {
    uint32_t target; /* BCN_UNWANTED: known already */
    uint32_t inner;  /* the rank among the target's values */
} wish;

typedef struct job {
    const bcn_selection *s;
    bcn_scale scale;
    size_t workers,
        cells;         /* cells: groups x buckets, without the one behind */
    uint32_t *counts;  /* of each worker, cells + 1 */
    wish *wishes;      /* of each group and rank */
    uint32_t *targets; /* the cells gathered */
    size_t target_count;
    size_t *starts; /* of each target's values, and their end */
    size_t *next;   /* of each worker and target */
    int64_t *values;
    uint64_t *totals;
    int64_t *out;
    atomic_size_t taken;
    atomic_int status;
    bcn_watch *watch;
} job;

uint64_t
bcn_rank_of(const bcn_rank *rank, uint64_t count)
{
    uint64_t n = count - (rank->rule != BCN_RANK_LEAST);
    uint64_t whole = n / rank->denominator * rank->numerator;
    uint64_t part = n % rank->denominator * rank->numerator;
    uint64_t place = whole + part / rank->denominator;
    bool more = part % rank->denominator != 0;
    if (rank->rule == BCN_RANK_FLOOR) {
        return place;
    }
    place += more;
    return rank->rule == BCN_RANK_CEIL || place == 0 ? place : place - 1;
}

static uint32_t *
counts_of(const job *j, size_t worker)
{
    return j->counts + worker * (j->cells + 1);
}

/* Both passes look at the same rows with the same worker, so that each knows
 * from its own counts where it may write. */
static void
walk(job *j, size_t worker, bool gather)
{
    const bcn_selection *s = j->s;
    size_t end = (size_t)((uint64_t)s->rows * (worker + 1) / j->workers);
    uint32_t cells[BLOCK];
    size_t row = (size_t)((uint64_t)s->rows * worker / j->workers), blocks = 0;
    while (row < end) {
        if (blocks++ % PIECE == 0 && bcn_watch_check(j->watch, worker == 0)) {
            atomic_store(&j->status, BCN_CANCELLED);
            return;
        }
        size_t count = end - row < BLOCK ? end - row : BLOCK;
        s->cells(s->context, cells, row, count);
        if (s->valid != NULL) {
            bcn_cells_keep_valid(cells, s->valid, row, count);
        }
        const char *values = (const char *)s->values + row * (size_t)s->width;
        if (gather) {
            bcn_scale_gather(
                &j->scale, counts_of(j, 0), s->groups, cells, values, s->width,
                j->next + worker * j->target_count, j->values, count);
        } else {
            bcn_scale_count(&j->scale, counts_of(j, worker), s->groups, cells,
                            values, s->width, count);
        }
        row += count;
    }
}

static void
count_pass(void *context, size_t worker)
{
    walk(context, worker, false);
}

static void
gather_pass(void *context, size_t worker)
{
    walk(context, worker, true);
}

/* --- what to gather ------------------------------------------------------------ */

static uint64_t
count_at(const job *j, size_t cell)
{
    uint64_t count = 0;
    for (size_t w = 0; w < j->workers; w++) {
        count += counts_of(j, w)[cell];
    }
    return count;
}

/* The ranks of a group in rising order: at most 64, so inserted. */
static void
order_ranks(const job *j, uint64_t count, uint64_t *places, uint8_t *order)
{
    for (size_t r = 0; r < j->s->rank_count; r++) {
        uint64_t place = bcn_rank_of(&j->s->ranks[r], count);
        size_t at = r;
        for (; at > 0 && places[at - 1] > place; at--) {
            places[at] = places[at - 1];
            order[at] = order[at - 1];
        }
        places[at] = place;
        order[at] = (uint8_t)r;
    }
}

/* Find the bucket of each rank of a group.  A bucket of one value is the
 * answer itself. */
static void
wish_for(job *j, uint32_t group)
{
    uint64_t places[BCN_RANKS_MAX], total = j->totals[group], before = 0;
    uint8_t order[BCN_RANKS_MAX];
    size_t first = (size_t)group * j->scale.buckets, ranks = j->s->rank_count;
    if (total == 0) {
        for (size_t r = 0; r < ranks; r++) {
            j->wishes[group * ranks + r].target = BCN_UNWANTED;
        }
        return;
    }
    order_ranks(j, total, places, order);
    uint32_t bucket = 0;
    uint64_t here = count_at(j, first);
    for (size_t i = 0; i < ranks; i++) {
        while (places[i] >= before + here) {
            before += here;
            here = count_at(j, first + ++bucket);
        }
        size_t at = group * ranks + order[i];
        uint64_t more;
        j->out[at] = bcn_scale_first(&j->scale, bucket, &more);
        j->wishes[at] = (wish){BCN_UNWANTED, (uint32_t)(places[i] - before)};
        if (more != 0) {
            uint32_t cell = (uint32_t)(first + bucket);
            if (j->target_count == 0 ||
                j->targets[j->target_count - 1] != cell) {
                j->targets[j->target_count++] = cell;
            }
            j->wishes[at].target = (uint32_t)(j->target_count - 1);
        }
    }
}

static void
find_targets(job *j)
{
    for (uint32_t g = 0; g < j->s->groups; g++) {
        uint64_t total = 0;
        for (size_t w = 0; w < j->workers; w++) {
            const uint32_t *counts =
                counts_of(j, w) + (size_t)g * j->scale.buckets;
            for (uint32_t b = 0; b < j->scale.buckets; b++) {
                total += counts[b];
            }
        }
        j->totals[g] = total;
        wish_for(j, g);
    }
}

/* Give each worker its place in each target, and turn the first worker's
 * counts into the map of what is wanted. */
static bcn_status
lay_out(job *j)
{
    j->starts = bcn_alloc(j->target_count + 1, sizeof *j->starts);
    j->next = bcn_alloc(j->workers * j->target_count, sizeof *j->next);
    if (j->starts == NULL || j->next == NULL) {
        return BCN_NOMEM;
    }
    size_t used = 0;
    for (size_t t = 0; t < j->target_count; t++) {
        j->starts[t] = used;
        for (size_t w = 0; w < j->workers; w++) {
            j->next[w * j->target_count + t] = used;
            used += counts_of(j, w)[j->targets[t]];
        }
    }
    j->starts[j->target_count] = used;
    size_t capacity = 0; /* grown, not allocated: by large pages */
    BCN_TRY(bcn_grow((void **)&j->values, &capacity, used, sizeof *j->values));
    uint32_t *wanted = counts_of(j, 0);
    memset(wanted, 0xff, (j->cells + 1) * sizeof *wanted);
    for (size_t t = 0; t < j->target_count; t++) {
        wanted[j->targets[t]] = (uint32_t)t;
    }
    return BCN_OK;
}

/* --- the search ------------------------------------------------------------------ */

/* Ranks rise, so what one search has left behind its rank is where the next in
 * the same target begins. */
static bool
search_group(job *j, size_t group, bool caller)
{
    uint64_t places[BCN_RANKS_MAX];
    uint8_t order[BCN_RANKS_MAX];
    if (j->totals[group] == 0) {
        return true;
    }
    order_ranks(j, j->totals[group], places, order);
    bcn_search search = {0};
    uint32_t target = BCN_UNWANTED;
    for (size_t i = 0; i < j->s->rank_count; i++) {
        size_t at = group * j->s->rank_count + order[i];
        const wish *now = &j->wishes[at];
        if (now->target == BCN_UNWANTED) {
            continue;
        }
        size_t start = j->starts[now->target];
        search = (bcn_search){
            .values = j->values + start,
            .from = now->target == target ? search.rank : 0,
            .to = j->starts[now->target + 1] - start,
            .rank = now->inner,
        };
        target = now->target;
        while (!bcn_search_step(&search)) {
            if (search.to - search.from > BLOCK &&
                bcn_watch_check(j->watch, caller)) {
                return false;
            }
        }
        j->out[at] = search.values[search.rank];
    }
    return true;
}

static void
search_pass(void *context, size_t worker)
{
    job *j = context;
    size_t groups = j->s->groups;
    size_t batch = groups / (j->workers * BATCH) + 1;
    for (;;) {
        size_t from = atomic_fetch_add(&j->taken, batch);
        if (from >= groups) {
            return;
        }
        size_t to = groups - from < batch ? groups : from + batch;
        for (size_t g = from; g < to; g++) {
            if (!search_group(j, g, worker == 0)) {
                atomic_store(&j->status, BCN_CANCELLED);
                return;
            }
        }
        if (bcn_watch_check(j->watch, worker == 0)) {
            atomic_store(&j->status, BCN_CANCELLED);
            return;
        }
    }
}

static bcn_status
run(job *j, bcn_task task)
{
    bcn_run(j->workers, task, j);
    return (bcn_status)atomic_load(&j->status);
}

static bcn_status
select_all(job *j)
{
    const bcn_selection *s = j->s;
    size_t wishes, counters;
    if (!bcn_size_mul(s->groups, s->rank_count, &wishes) ||
        !bcn_size_mul(j->cells + 1, j->workers, &counters)) {
        return BCN_TOO_LARGE;
    }
    j->counts = bcn_calloc(counters, sizeof *j->counts);
    j->wishes = bcn_alloc(wishes, sizeof *j->wishes);
    j->targets = bcn_alloc(wishes, sizeof *j->targets);
    if (j->counts == NULL || j->wishes == NULL || j->targets == NULL) {
        return BCN_NOMEM;
    }
    BCN_TRY(run(j, count_pass));
    memset(j->out, 0, wishes * sizeof *j->out);
    find_targets(j);
    if (j->target_count == 0) {
        return BCN_OK;
    }
    BCN_TRY(lay_out(j));
    BCN_TRY(run(j, gather_pass));
    return run(j, search_pass);
}

bcn_status
bcn_select_groups(const bcn_selection *s, bcn_watch *watch, uint64_t *counts,
                  int64_t *out)
{
    if (s->rows >= UINT32_MAX || s->groups > BCN_CELLS_MAX) {
        return BCN_TOO_LARGE;
    }
    if (s->rank_count > BCN_RANKS_MAX) {
        return BCN_RANGE;
    }
    if (s->groups == 0) {
        return BCN_OK;
    }
    job j = {.s = s, .totals = counts, .out = out, .watch = watch};
    uint64_t room = s->rows / PER_ROW < ROOM ? s->rows / PER_ROW : ROOM;
    j.scale = bcn_scale_fit(s->least, s->greatest, room / s->groups);
    j.cells = (size_t)s->groups * j.scale.buckets;
    j.workers = s->workers != 0           ? s->workers
                : s->rows < ALONE_ROWS    ? 1
                : s->groups > s->rows / 4 ? 1
                                          : bcn_processors();
    j.workers = j.workers > MOST_WORKERS ? MOST_WORKERS : j.workers;
    bcn_status status = select_all(&j);
    bcn_free(j.values);
    bcn_free(j.next);
    bcn_free(j.starts);
    bcn_free(j.targets);
    bcn_free(j.wishes);
    bcn_free(j.counts);
    return status;
}
