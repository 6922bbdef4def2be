#include <string.h>

#include "model/plan_crew.h"

enum {
    SMALL_CELLS = 1 << 15,
    OWN_BYTES = 1 << 28,
    LANE_CELLS = 4 /* to be added up, at no more cost than one row */
};

static size_t
figure_bytes(bcn_form form)
{
    return form == COUNT_32 ? 4 : form == SUM_WIDE ? 16 : 8;
}

static void
cut_evenly(bcn_crew *crew)
{
    const bcn_job *job = crew->job;
    size_t rows = job->end - job->begin;
    size_t count = rows / BCN_PIECE_ROWS + (rows > 0);
    count = count > BCN_CUTS_MAX ? BCN_CUTS_MAX : count;
    for (size_t i = 0; i <= count && count > 0; i++) {
        crew->cuts[i] = job->begin + rows / count * i;
    }
    crew->cuts[count] = job->end;
    crew->cut_count = count;
}

static uint64_t
own_bytes(const bcn_crew *crew)
{
    return crew->job->cells * figure_bytes(crew->form) * crew->workers;
}

/* Where to count: see plan_crew.h. */
static bool
choose_way(bcn_crew *crew)
{
    const bcn_job *job = crew->job;
    uint64_t rows = job->end - job->begin, tables = 1;
    crew->workers = job->workers;
    if (job->also != NULL) {
        int64_t most =
            job->plan->measure != NULL ? job->plan->measure->greatest : 1;
        most = job->also->greatest > most ? job->also->greatest : most;
        crew->form = BOTH_64;
        crew->both_rows = UINT32_MAX / (size_t)(most > 0 ? most : 1);
    } else if (job->plan->measure == NULL) {
        crew->form = rows > UINT32_MAX ? COUNT_64 : COUNT_32;
    } else {
        crew->form = job->mass <= INT64_MAX ? SUM_64 : SUM_WIDE;
    }
    crew->limit = (uint32_t)job->cells;
    crew->parted =
        bcn_parts_pay(job) && (job->plan->memory == 0 ||
                               bcn_parts_bytes(job) <= job->plan->memory / 4);
    if (job->cells > SMALL_CELLS && bcn_crew_cut(crew)) {
        crew->limit = (uint32_t)crew->span;
        tables = job->cells / crew->span;
    } else if (crew->parted) {
        cut_evenly(crew);
    } else {
        cut_evenly(crew);
        /* Cells for every worker pay only while rows outnumber them. */
        if (job->cells > rows || own_bytes(crew) > OWN_BYTES ||
            (job->plan->memory != 0 &&
             own_bytes(crew) > job->plan->memory / 2)) {
            crew->workers = 1;
        }
    }
    bool direct = crew->workers == 1 && crew->span == 0 && !crew->parted &&
                  job->cells > UINT64_C(1) << 22 && crew->form != SUM_WIDE;
    if (direct && crew->form == COUNT_32) {
        crew->form = COUNT_64;
    }
    /* Lanes while they stay in the cache and rows pay for adding them up. */
    uint64_t bytes = crew->limit * figure_bytes(crew->form);
    crew->lane_count = bytes <= 128 << 10 ? 4 : bytes <= 256 << 10 ? 2 : 1;
    while (crew->lane_count > 1 &&
           crew->limit * crew->lane_count > rows / tables * LANE_CELLS) {
        crew->lane_count /= 2;
    }
    if (direct || crew->form == SUM_WIDE) {
        crew->lane_count = 1;
    }
    return direct;
}

/* Add cells [from, to) of one worker's lane, `first` figures into its
 * table, to the answer. */
static void
fold_lane(const bcn_crew *crew, const void *table, size_t first, size_t from,
          size_t to)
{
    if (crew->form == COUNT_32) {
        const uint32_t *own = (const uint32_t *)table + first;
        for (size_t c = from; c < to; c++) {
            crew->low[c] += own[c];
        }
    } else if (crew->form == SUM_WIDE) {
        const bcn_wide *own = table;
        for (size_t c = from; c < to; c++) {
            bcn_wide sum = {(uint64_t)crew->low[c], crew->high[c]};
            sum = bcn_wide_add(sum, own[c]);
            crew->low[c] = (int64_t)sum.low;
            crew->high[c] = sum.high;
        }
    } else {
        const uint64_t *own = (const uint64_t *)table + first;
        for (size_t c = from; c < to; c++) {
            crew->low[c] = (int64_t)((uint64_t)crew->low[c] + own[c]);
        }
    }
}

/* bcn_task: add up one share of the cells over all workers and lanes. */
static void
fold(void *context, size_t worker)
{
    const bcn_crew *crew = context;
    size_t cells = (size_t)crew->job->cells;
    size_t from = cells / crew->folders * worker;
    size_t to =
        worker + 1 == crew->folders ? cells : from + cells / crew->folders;
    for (size_t i = 0; i < crew->workers; i++) {
        for (size_t turn = 0; turn < crew->lane_count; turn++) {
            fold_lane(crew, crew->shares[i].table, turn * crew->lane, from,
                      to);
        }
    }
}

static bcn_status
make_shares(bcn_crew *crew, bool direct)
{
    crew->shares = bcn_calloc(crew->workers, sizeof *crew->shares);
    if (crew->shares == NULL) {
        return BCN_NOMEM;
    }
    for (size_t i = 0; i < crew->workers; i++) {
        bcn_share *share = &crew->shares[i];
        if (crew->paired) {
            share->pairs = bcn_block_new(BCN_PAIRS, 4, true);
            if (share->pairs == NULL) {
                return BCN_NOMEM;
            }
        }
        if (crew->form == BOTH_64) {
            share->sums = bcn_block_new(crew->limit, 16, true);
            if (share->sums == NULL) {
                return BCN_NOMEM;
            }
        }
        if (crew->parted) {
            continue;
        }
        if (direct) {
            share->table = crew->low;
            continue;
        }
        share->block = bcn_block_new(crew->lane * crew->lane_count,
                                     figure_bytes(crew->form), true);
        if (share->block == NULL) {
            return BCN_NOMEM;
        }
        share->table = bcn_block_data(share->block);
    }
    return BCN_OK;
}

static bcn_status
run_all(bcn_crew *crew, bcn_task task)
{
    bcn_run(crew->workers, task, crew);
    for (size_t i = 0; i < crew->workers; i++) {
        BCN_TRY(crew->shares[i].status);
    }
    return BCN_OK;
}

/* Make the answer ready: a sheet for what is written slice by slice or part
 * by part, cells of 0 for what is added up. */
static bcn_status
make_answer(bcn_crew *crew, bcn_block **low, bcn_block **high)
{
    const bcn_job *job = crew->job;
    const bcn_column *measure = job->plan->measure;
    size_t cells = (size_t)job->cells;
    crew->on_sheet =
        crew->form != SUM_WIDE && (crew->span != 0 || crew->parted);
    if (crew->on_sheet) {
        bool fixed = bcn_shape_width(job->cells, 0) == 8 ||
                     (measure != NULL && measure->least < 0);
        BCN_TRY(bcn_sheet_start(&crew->sheet, job->plan->spare, cells,
                                crew->parted ? BCN_PART : 0, crew->cut_count,
                                fixed));
        for (size_t i = 0; !crew->parted && i < crew->cut_count; i++) {
            crew->sheet.starts[i] = crew->cells[i];
        }
        return BCN_OK;
    }
    *low = bcn_block_new(cells + BCN_SPILL, 8, crew->span == 0);
    if (*low == NULL) {
        return BCN_NOMEM;
    }
    crew->low = bcn_block_data(*low);
    if (crew->form == SUM_WIDE || crew->form == BOTH_64) {
        *high = bcn_block_new(cells + BCN_SPILL, 8, crew->span == 0);
        if (*high == NULL) {
            return BCN_NOMEM;
        }
        crew->high = bcn_block_data(*high);
        crew->also = crew->high;
    }
    return BCN_OK;
}

static bcn_status
count(bcn_crew *crew, bool direct, bcn_block **low, bcn_block **high,
      bcn_block **tables)
{
    BCN_TRY(make_answer(crew, low, high));
    BCN_TRY(bcn_crew_tables(crew, tables));
    bcn_crew_loop(crew, direct);
    BCN_TRY(make_shares(crew, direct));
    if (crew->parted) {
        BCN_TRY(bcn_parts_new(crew->job, crew->workers, &crew->parts));
    }
    BCN_TRY(run_all(crew, bcn_crew_work));
    if (crew->parted) {
        atomic_store(&crew->next, 0);
        BCN_TRY(run_all(crew, bcn_parts_work));
    } else if (!direct && crew->span == 0) {
        crew->folders = crew->job->cells > 1 << 20 ? crew->workers : 1;
        if (crew->form == BOTH_64) {
            bcn_both_fold(crew);
        } else {
            bcn_run(crew->folders, fold, crew);
        }
    }
    return BCN_OK;
}

bcn_status
bcn_job_dense(bcn_job *job, bcn_cube **out)
{
    bcn_crew crew = {.job = job};
    bcn_block *low = NULL, *high = NULL, *tables = NULL;
    bool direct = choose_way(&crew);
    if (crew.limit > BCN_CELLS_MAX || job->cells > UINT32_MAX) {
        return bcn_job_sparse(job, out);
    }
    bcn_job_slot_ranges(job);
    int width = 8;
    bcn_status status = count(&crew, direct, &low, &high, &tables);
    if (status == BCN_OK && crew.on_sheet) {
        status = bcn_sheet_finish(&crew.sheet, crew.workers, &low, &width);
    }
    uint64_t nonzero = crew.on_sheet ? 0 : UINT64_MAX;
    for (size_t i = 0; crew.shares != NULL && i < crew.workers; i++) {
        const bcn_share *share = &crew.shares[i];
        nonzero += crew.on_sheet ? share->nonzero : 0;
        bcn_block_drop(share->block);
        bcn_block_drop(share->pairs);
        bcn_block_drop(share->duos);
        bcn_block_drop(share->sums);
    }
    bcn_free(crew.shares);
    bcn_parts_free(crew.parts);
    bcn_sheet_drop(&crew.sheet);
    bcn_block_drop(tables);
    if (status != BCN_OK) {
        bcn_block_drop(low);
        bcn_block_drop(high);
        return status;
    }
    const bcn_shape *shape = &job->plan->shape;
    if (crew.form == BOTH_64) {
        status = bcn_cube_from_dense(shape, high, NULL, UINT64_MAX,
                                     job->also_mass, &out[1]);
        if (status != BCN_OK) {
            bcn_block_drop(low);
            return status;
        }
        status =
            bcn_cube_from_dense(shape, low, NULL, UINT64_MAX, job->mass, out);
        if (status != BCN_OK) {
            bcn_cube_drop(out[1]);
        }
        return status;
    }
    return crew.on_sheet ? bcn_cube_from_narrow(shape, low, width, nonzero,
                                                job->mass, out)
                         : bcn_cube_from_dense(shape, low, high, nonzero,
                                               job->mass, out);
}
