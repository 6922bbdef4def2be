#include <inttypes.h>
#include <string.h>

#include "kernel/radix.h"
#include "model/plan_job.h"

enum { BLOCK = BCN_CELLS_BLOCK };

/* One worker's share: its own gather, filled from a common row of pieces. */
typedef struct share {
    bcn_gather *gather;
    uint64_t *keys; /* BCN_GATHER_BLOCK of them, waiting */
    bcn_wide *values;
    size_t waiting;
    bcn_status status;
} share;

typedef struct crowd {
    const bcn_job *job;
    share *shares;
    unsigned shift; /* distinct: the bits of a group number */
    atomic_size_t next;
} crowd;

static bcn_status
pour(share *mine)
{
    bcn_status status =
        bcn_gather_push(mine->gather, mine->keys, mine->values, mine->waiting);
    mine->waiting = 0;
    return status;
}

/* The keys of rows [row, row + count), count <= BLOCK. */
static void
find_keys(const bcn_job *job, uint64_t *keys, size_t row, size_t count)
{
    const bcn_plan *plan = job->plan;
    uint64_t offsets[BLOCK];
    memset(keys, 0, count * sizeof *keys);
    for (size_t i = 0; i < plan->term_count; i++) {
        const bcn_term *term = &plan->terms[i];
        const char *codes =
            (const char *)term->codes + row * (size_t)term->width;
        bcn_keys_add(keys, codes, term->width, term->table, count);
    }
    if (job->run != NULL) {
        bcn_clock_cursor cursor;
        size_t from, to;
        uint64_t offset;
        bcn_clock_cursor_start(&cursor, job->run->clocks, job->run->count,
                               job->run->times->data, row, row + count);
        while (bcn_clock_cursor_next(&cursor, &from, &to, &offset)) {
            for (size_t i = from; i < to; i++) {
                offsets[i - row] = offset;
            }
        }
        bcn_keys_add_offsets(keys, offsets, count);
    }
    for (size_t i = 0; i < job->dial_count; i++) {
        const bcn_dial *dial = &job->dials[i];
        bcn_clock_cells(dial->clocks, dial->count,
                        (const int64_t *)dial->times->data + row, count,
                        offsets);
        bcn_keys_add_offsets(keys, offsets, count);
    }
    if (job->range_count > 0) {
        uint32_t marks[BLOCK];
        bcn_cells_fill(marks, count, 0);
        bcn_job_ranges(job, marks, row, count);
        bcn_keys_mark(keys, marks, count);
    }
}

static bcn_status
take_piece(crowd *all, share *mine, size_t begin, size_t end)
{
    const bcn_job *job = all->job;
    const bcn_plan *plan = job->plan;
    uint64_t keys[BLOCK];
    for (size_t row = begin; row < end; row += BLOCK) {
        size_t count = end - row < BLOCK ? end - row : BLOCK;
        find_keys(job, keys, row, count);
        if (mine->waiting + count > BCN_GATHER_BLOCK) {
            BCN_TRY(pour(mine));
        }
        for (size_t i = 0; i < count; i++) {
            if (keys[i] == BCN_SKIP) {
                continue;
            }
            uint64_t key = keys[i];
            if (plan->groups != NULL) {
                if (!bcn_column_has(plan->groups, row + i)) {
                    continue;
                }
                key = key << all->shift |
                      ((uint64_t)bcn_column_at(plan->groups, row + i) -
                       (uint64_t)plan->groups->least);
            }
            mine->keys[mine->waiting] = key;
            if (mine->values != NULL) {
                mine->values[mine->waiting] =
                    bcn_wide_of(bcn_column_at(plan->measure, row + i));
            }
            mine->waiting++;
        }
    }
    return BCN_OK;
}

static void
work(void *context, size_t worker)
{
    crowd *all = context;
    share *mine = &all->shares[worker];
    const bcn_job *job = all->job;
    while (mine->status == BCN_OK) {
        size_t piece = atomic_fetch_add(&all->next, 1);
        size_t rows = job->end - job->begin;
        if (piece >= rows / BCN_PIECE_ROWS + 1) {
            break;
        }
        if (bcn_watch_check(job->watch, worker == 0)) {
            mine->status = BCN_CANCELLED;
            break;
        }
        size_t begin = job->begin + piece * BCN_PIECE_ROWS;
        size_t end = job->end - begin < BCN_PIECE_ROWS
                         ? job->end
                         : begin + BCN_PIECE_ROWS;
        mine->status = take_piece(all, mine, begin, end);
    }
    if (mine->status == BCN_OK) {
        mine->status = pour(mine);
    }
}

static void
shares_free(share *shares, size_t count)
{
    for (size_t i = 0; shares != NULL && i < count; i++) {
        bcn_gather_free(shares[i].gather);
        bcn_free(shares[i].keys);
        bcn_free(shares[i].values);
    }
    bcn_free(shares);
}

/* Gather everything into the first share's gather. */
static bcn_status
gather_all(crowd *all, const bcn_entry **entries, size_t *count)
{
    const bcn_job *job = all->job;
    bool measured = job->plan->measure != NULL && job->plan->groups == NULL;
    all->shares = bcn_calloc(job->workers, sizeof *all->shares);
    if (all->shares == NULL) {
        return BCN_NOMEM;
    }
    for (size_t i = 0; i < job->workers; i++) {
        share *mine = &all->shares[i];
        mine->gather = bcn_gather_new();
        mine->keys = bcn_alloc(BCN_GATHER_BLOCK, sizeof *mine->keys);
        mine->values = measured
                           ? bcn_alloc(BCN_GATHER_BLOCK, sizeof *mine->values)
                           : NULL;
        if (mine->gather == NULL || mine->keys == NULL ||
            (measured && mine->values == NULL)) {
            return BCN_NOMEM;
        }
    }
    bcn_run(job->workers, work, all);
    for (size_t i = 0; i < job->workers; i++) {
        BCN_TRY(all->shares[i].status);
    }
    for (size_t i = 1; i < job->workers; i++) {
        BCN_TRY(
            bcn_gather_merge(all->shares[0].gather, all->shares[i].gather));
    }
    return bcn_gather_finish(all->shares[0].gather, entries, count);
}

bcn_status
bcn_job_sparse(bcn_job *job, bcn_cube **out)
{
    crowd all = {.job = job};
    const bcn_entry *entries;
    size_t count;
    bcn_status status = gather_all(&all, &entries, &count);
    if (status == BCN_OK) {
        status =
            bcn_cube_from_entries(&job->plan->shape, entries, count, job->mass,
                                  job->plan->memory, out, job->error);
    }
    shares_free(all.shares, job->workers);
    return status;
}

/* Pairs (cell, group) in one key: each pair occurs once among the entries,
 * and the entries of a cell stand together. */
bcn_status
bcn_job_distinct(bcn_job *job, bcn_cube **out)
{
    const bcn_column *groups = job->plan->groups;
    crowd all = {.job = job};
    uint64_t reach = (uint64_t)groups->greatest - (uint64_t)groups->least;
    while (all.shift < 63 && reach >> all.shift != 0) {
        all.shift++;
    }
    if (reach >> all.shift != 0 || job->cells >= UINT64_MAX >> all.shift) {
        return bcn_fail(job->error, BCN_TOO_LARGE,
                        "%" PRIu64 " cells are too many to count different "
                        "values in: ask for fewer axes or a coarser time "
                        "axis",
                        job->cells);
    }
    const bcn_entry *entries;
    size_t count;
    bcn_entry *cells = NULL;
    bcn_status status = gather_all(&all, &entries, &count);
    if (status == BCN_OK) {
        cells = bcn_alloc(count, sizeof *cells);
        status = cells == NULL ? BCN_NOMEM : BCN_OK;
    }
    if (status == BCN_OK) {
        size_t used = 0;
        for (size_t i = 0; i < count; i++) {
            uint64_t cell = entries[i].index >> all.shift;
            if (used > 0 && cells[used - 1].index == cell) {
                cells[used - 1].value.low++;
            } else {
                cells[used++] = (bcn_entry){cell, bcn_wide_of(1)};
            }
        }
        status =
            bcn_cube_from_entries(&job->plan->shape, cells, used, job->mass,
                                  job->plan->memory, out, job->error);
    }
    bcn_free(cells);
    shares_free(all.shares, job->workers);
    return status;
}
