#include <string.h>

#include "model/plan_job.h"

enum {
    BLOCK = BCN_CELLS_BLOCK,
    SHORT_RUN = 48,      /* rows: shorter runs are counted block by block */
    HISTOGRAM_RUN = 8192 /* rows: longer ones pay for a byte histogram */
};

/* Where a worker counts.  The figures of one cell may be spread over lanes,
 * each `lane` long: cells, then BCN_SPILL for the rows not counted. */
typedef enum form { COUNT_32, COUNT_64, SUM_64, SUM_WIDE } form;

typedef struct share {
    void *table;
    size_t lane; /* 0: one lane */
    bcn_status status;
    /* Rows [row, row + waiting) with their clock offsets, until counted. */
    uint32_t cells[BLOCK];
    size_t row, waiting;
} share;

typedef struct crew {
    const bcn_job *job;
    form form;
    bool fused;     /* one to three terms of bytes, nothing else */
    bool histogram; /* one term of bytes, counted */
    uint32_t limit; /* = cells */
    uint32_t *tables[BCN_PLAN_TERMS];
    bcn_looks looks;
    bcn_block *offsets; /* the narrowed tables */
    share *shares;
    size_t lanes;
    size_t cell_bytes;
    atomic_size_t next;
    int64_t *low, *high; /* the answer */
} crew;

static size_t
entries_of(const bcn_term *term)
{
    return term->width == 1 ? 256 : 65536;
}

static bcn_status
narrow_tables(crew *all)
{
    const bcn_plan *plan = all->job->plan;
    size_t total = 0;
    for (size_t i = 0; i < plan->term_count; i++) {
        total += entries_of(&plan->terms[i]);
    }
    all->offsets = bcn_block_new(total, sizeof(uint32_t), false);
    if (all->offsets == NULL) {
        return BCN_NOMEM;
    }
    uint32_t *next = bcn_block_data(all->offsets);
    all->fused = plan->term_count >= 1 && plan->term_count <= BCN_LOOKS &&
                 all->job->range_count == 0 && all->job->dial_count == 0 &&
                 all->form != SUM_WIDE;
    for (size_t i = 0; i < plan->term_count; i++) {
        const bcn_term *term = &plan->terms[i];
        for (size_t k = 0; k < entries_of(term); k++) {
            next[k] = term->table[k] == BCN_SKIP ? BCN_SKIP_CELL
                                                 : (uint32_t)term->table[k];
        }
        all->tables[i] = next;
        next += entries_of(term);
        all->fused = all->fused && term->width == 1;
    }
    if (all->fused) {
        all->looks.count = plan->term_count;
        for (size_t i = 0; i < plan->term_count; i++) {
            all->looks.codes[i] = plan->terms[i].codes;
            all->looks.tables[i] = all->tables[i];
        }
        all->histogram = plan->term_count == 1 && plan->measure == NULL;
    }
    return BCN_OK;
}

static const void *
measure_from(const crew *all, size_t row)
{
    const bcn_column *measure = all->job->plan->measure;
    return (const char *)measure->data + row * (size_t)measure->width;
}

/* Count the rows [row, row + count) whose cells are complete. */
static void
count_cells(const crew *all, share *mine, size_t row, const uint32_t *cells,
            size_t count)
{
    switch (all->form) {
    case COUNT_32:
        bcn_cells_count_u32(mine->table, mine->lane, all->limit, cells, count);
        break;
    case COUNT_64:
        bcn_cells_count_u64(mine->table, mine->lane, all->limit, cells, count);
        break;
    case SUM_64:
        bcn_cells_sum_u64(mine->table, mine->lane, all->limit, cells,
                          measure_from(all, row),
                          all->job->plan->measure->width, count);
        break;
    case SUM_WIDE:
        bcn_cells_sum_wide(mine->table, all->limit, cells,
                           measure_from(all, row),
                           all->job->plan->measure->width, count);
        break;
    }
}

/* Count the waiting rows: their cells hold the offsets of the run's clocks,
 * the rest is added here. */
static void
count_waiting(const crew *all, share *mine)
{
    const bcn_job *job = all->job;
    const bcn_plan *plan = job->plan;
    size_t row = mine->row, count = mine->waiting;
    mine->waiting = 0;
    if (count == 0) {
        return;
    }
    for (size_t i = 0; i < plan->term_count; i++) {
        const bcn_term *term = &plan->terms[i];
        bcn_cells_add(mine->cells,
                      (const char *)term->codes + row * (size_t)term->width,
                      term->width, all->tables[i], count);
    }
    for (size_t i = 0; i < job->dial_count; i++) {
        const bcn_dial *dial = &job->dials[i];
        uint64_t offsets[BLOCK];
        bcn_clock_cells(dial->clocks, dial->count,
                        (const int64_t *)dial->times->data + row, count,
                        offsets);
        bcn_cells_add_offsets(mine->cells, offsets, count);
    }
    bcn_job_ranges(job, mine->cells, row, count);
    count_cells(all, mine, row, mine->cells, count);
}

static void
wait_with(const crew *all, share *mine, size_t begin, size_t end,
          uint32_t offset)
{
    while (begin < end) {
        if (mine->waiting == BLOCK) {
            count_waiting(all, mine);
        }
        if (mine->waiting == 0) {
            mine->row = begin;
        }
        size_t room = BLOCK - mine->waiting;
        size_t count = end - begin < room ? end - begin : room;
        bcn_cells_fill(mine->cells + mine->waiting, count, offset);
        mine->waiting += count;
        begin += count;
    }
}

static void
count_histogram(const crew *all, share *mine, size_t begin, size_t end,
                uint32_t offset)
{
    uint32_t bins[BCN_BINS];
    memset(bins, 0, sizeof bins);
    bcn_bins_count(bins, all->looks.codes[0] + begin, end - begin);
    for (size_t code = 0; code < 256; code++) {
        uint32_t rows = 0;
        for (size_t lane = 0; lane < 8; lane++) {
            rows += bins[lane * BCN_BIN_LANE + code];
        }
        uint32_t cell = offset + all->looks.tables[0][code];
        if (rows == 0 || cell >= all->limit) {
            continue;
        }
        if (all->form == COUNT_32) {
            ((uint32_t *)mine->table)[cell] += rows;
        } else {
            ((uint64_t *)mine->table)[cell] += rows;
        }
    }
}

static void
count_fused(const crew *all, share *mine, size_t begin, size_t end,
            uint32_t offset)
{
    uint32_t limit = all->limit - offset;
    uint32_t *narrow = mine->table;
    uint64_t *broad = mine->table;
    switch (all->form) {
    case COUNT_32:
        bcn_count_u32(narrow + offset, mine->lane, limit, &all->looks, begin,
                      end);
        break;
    case COUNT_64:
        bcn_count_u64(broad + offset, mine->lane, limit, &all->looks, begin,
                      end);
        break;
    default:
        bcn_sum_u64(broad + offset, mine->lane, limit, &all->looks,
                    all->job->plan->measure->data,
                    all->job->plan->measure->width, begin, end);
    }
}

/* Count rows [begin, end) that share the offset of their clocks. */
static void
count_run(const crew *all, share *mine, size_t begin, size_t end,
          uint64_t offset)
{
    if (end - begin < SHORT_RUN || !all->fused) {
        wait_with(all, mine, begin, end,
                  offset >= all->limit ? BCN_SKIP_CELL : (uint32_t)offset);
        return;
    }
    count_waiting(all, mine);
    if (offset >= all->limit) {
        return; /* BCN_SKIP */
    }
    if (all->histogram && end - begin >= HISTOGRAM_RUN) {
        count_histogram(all, mine, begin, end, (uint32_t)offset);
    } else {
        count_fused(all, mine, begin, end, (uint32_t)offset);
    }
}

static void
count_piece(const crew *all, share *mine, size_t begin, size_t end)
{
    const bcn_dial *run = all->job->run;
    if (run == NULL) {
        count_run(all, mine, begin, end, 0);
    } else {
        bcn_clock_cursor cursor;
        size_t from, to;
        uint64_t offset;
        bcn_clock_cursor_start(&cursor, run->clocks, run->count,
                               run->times->data, begin, end);
        while (bcn_clock_cursor_next(&cursor, &from, &to, &offset)) {
            count_run(all, mine, from, to, offset);
        }
    }
    count_waiting(all, mine);
}

static void
work(void *context, size_t worker)
{
    crew *all = context;
    const bcn_job *job = all->job;
    share *mine = &all->shares[worker];
    size_t rows = job->end - job->begin;
    for (;;) {
        size_t piece = atomic_fetch_add(&all->next, 1);
        if (piece > (rows - 1) / BCN_PIECE_ROWS) {
            return;
        }
        if (bcn_watch_check(job->watch, worker == 0)) {
            mine->status = BCN_CANCELLED;
            return;
        }
        size_t begin = job->begin + piece * BCN_PIECE_ROWS;
        size_t end = job->end - begin < BCN_PIECE_ROWS
                         ? job->end
                         : begin + BCN_PIECE_ROWS;
        count_piece(all, mine, begin, end);
    }
}

/* Add up the shares and their lanes. */
static void
fold(crew *all)
{
    const bcn_job *job = all->job;
    size_t cells = (size_t)job->cells;
    for (size_t i = 0; i < job->workers; i++) {
        const share *mine = &all->shares[i];
        if (mine->table == all->low) {
            continue;
        }
        for (size_t k = 0; k < all->lanes; k++) {
            size_t first = k * mine->lane;
            switch (all->form) {
            case COUNT_32: {
                const uint32_t *from = (const uint32_t *)mine->table + first;
                for (size_t c = 0; c < cells; c++) {
                    all->low[c] += from[c];
                }
                break;
            }
            case COUNT_64:
            case SUM_64: {
                const uint64_t *from = (const uint64_t *)mine->table + first;
                for (size_t c = 0; c < cells; c++) {
                    all->low[c] = (int64_t)((uint64_t)all->low[c] + from[c]);
                }
                break;
            }
            case SUM_WIDE: {
                const bcn_wide *from = mine->table;
                for (size_t c = 0; c < cells; c++) {
                    bcn_wide sum = {(uint64_t)all->low[c], all->high[c]};
                    sum = bcn_wide_add(sum, from[c]);
                    all->low[c] = (int64_t)sum.low;
                    all->high[c] = sum.high;
                }
                break;
            }
            }
        }
    }
}

static void
choose_form(crew *all)
{
    bcn_job *job = all->job == NULL ? NULL : (bcn_job *)all->job;
    uint64_t rows = job->end - job->begin;
    if (job->plan->measure == NULL) {
        all->form = rows > UINT32_MAX ? COUNT_64 : COUNT_32;
    } else {
        all->form = job->mass <= INT64_MAX ? SUM_64 : SUM_WIDE;
    }
    all->cell_bytes = all->form == COUNT_32 ? 4 : all->form == SUM_WIDE ? 16 : 8;
    uint64_t bytes = job->cells * all->cell_bytes;
    /* Lanes as long as they stay in the cache and rows pay for them. */
    all->lanes = all->form == SUM_WIDE      ? 1
                 : bytes <= 64 << 10        ? 4
                 : bytes <= 256 << 10       ? 2
                                            : 1;
    if (job->cells * all->lanes > rows) {
        all->lanes = 1;
    }
    /* Copies for every worker pay only while rows outnumber their cells. */
    if (job->cells > UINT64_C(1) << 22 || job->cells > rows) {
        job->workers = 1;
    }
}

static void
crew_free(crew *all)
{
    for (size_t i = 0; all->shares != NULL && i < all->job->workers; i++) {
        if (all->shares[i].table != all->low) {
            bcn_free(all->shares[i].table);
        }
    }
    bcn_free(all->shares);
    bcn_block_drop(all->offsets);
}

bcn_status
bcn_job_dense(bcn_job *job, bcn_cube **out)
{
    crew all = {.job = job, .limit = (uint32_t)job->cells};
    size_t room = (size_t)job->cells + BCN_SPILL;
    bcn_block *low = NULL, *high = NULL;
    bcn_status status = BCN_NOMEM;
    choose_form(&all);
    /* A single worker may count 64-bit figures where they stay. */
    bool direct = job->workers == 1 && all.lanes == 1 &&
                  (all.form == COUNT_64 || all.form == SUM_64);
    if (job->workers == 1 && all.form == COUNT_32 &&
        job->cells > UINT64_C(1) << 22) {
        all.form = COUNT_64;
        all.cell_bytes = 8;
        direct = true;
    }
    low = bcn_block_new(room, 8, true);
    if (low == NULL) {
        goto fail;
    }
    all.low = bcn_block_data(low);
    if (all.form == SUM_WIDE) {
        high = bcn_block_new(room, 8, true);
        if (high == NULL) {
            goto fail;
        }
        all.high = bcn_block_data(high);
    }
    status = narrow_tables(&all);
    if (status != BCN_OK) {
        goto fail;
    }
    status = BCN_NOMEM;
    all.shares = bcn_calloc(job->workers, sizeof *all.shares);
    if (all.shares == NULL) {
        goto fail;
    }
    for (size_t i = 0; i < job->workers; i++) {
        all.shares[i].lane = all.lanes > 1 ? room : 0;
        all.shares[i].table =
            direct ? all.low : bcn_calloc(room * BCN_LANES, all.cell_bytes);
        if (all.shares[i].table == NULL) {
            goto fail;
        }
    }
    if (job->end > job->begin) {
        bcn_run(job->workers, work, &all);
    }
    for (size_t i = 0; i < job->workers; i++) {
        status = all.shares[i].status;
        if (status != BCN_OK) {
            goto fail;
        }
    }
    fold(&all);
    crew_free(&all);
    return bcn_cube_from_dense(&job->plan->shape, low, high, UINT64_MAX,
                               job->mass, out);
fail:
    crew_free(&all);
    bcn_block_drop(low);
    bcn_block_drop(high);
    return status;
}
