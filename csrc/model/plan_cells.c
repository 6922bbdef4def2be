#include "model/plan_cells.h"

#include <inttypes.h>

#include "model/plan_crew.h"

struct bcn_plan_cells {
    bcn_job job;
    bcn_crew crew; /* its tables alone are used */
    bcn_block *tables;
};

bcn_status
bcn_plan_cells_new(const bcn_plan *plan, bcn_plan_cells **out,
                   bcn_error *error)
{
    bcn_plan_cells *made = bcn_calloc(1, sizeof *made);
    if (made == NULL) {
        return BCN_NOMEM;
    }
    bcn_status status = bcn_job_make(plan, NULL, error, &made->job);
    if (status == BCN_OK && made->job.cells > BCN_CELLS_MAX) {
        status = bcn_fail(error, BCN_TOO_LARGE,
                          "%" PRIu64 " cells are too many for this measure: "
                          "ask for fewer or coarser axes",
                          made->job.cells);
    }
    if (status == BCN_OK) {
        bcn_job_slot_ranges(&made->job);
        made->crew.job = &made->job;
        made->crew.limit = (uint32_t)made->job.cells;
        status = bcn_crew_tables(&made->crew, &made->tables);
    }
    if (status != BCN_OK) {
        bcn_plan_cells_free(made);
        return status;
    }
    made->job.error = NULL; /* the caller's, who may be gone */
    *out = made;
    return BCN_OK;
}

void
bcn_plan_cells_free(bcn_plan_cells *cells)
{
    if (cells != NULL) {
        bcn_block_drop(cells->tables);
        bcn_free(cells);
    }
}

uint32_t
bcn_plan_cells_groups(const bcn_plan_cells *cells)
{
    return cells->crew.limit;
}

void
bcn_plan_cells_rows(const bcn_plan_cells *cells, size_t *begin, size_t *end)
{
    *begin = cells->job.begin;
    *end = cells->job.end;
}

/* The offsets of the clocks over times in order. */
static void
fill_runs(const bcn_plan_cells *all, uint32_t *cells, size_t row, size_t count)
{
    const bcn_dial *run = all->job.run;
    bcn_clock_cursor cursor;
    size_t from, to;
    uint64_t offset;
    bcn_clock_cursor_start(&cursor, run->clocks, run->count, run->times->data,
                           row, row + count);
    while (bcn_clock_cursor_next(&cursor, &from, &to, &offset)) {
        bcn_cells_fill(cells + (from - row), to - from,
                       offset >= all->crew.limit ? BCN_SKIP_CELL
                                                 : (uint32_t)offset);
    }
}

void
bcn_plan_cells_at(void *context, uint32_t *cells, size_t row, size_t count)
{
    const bcn_plan_cells *all = context;
    const bcn_job *job = &all->job;
    size_t from = row > job->begin ? row : job->begin;
    size_t to = row + count < job->end ? row + count : job->end;
    if (from > row || to < row + count) {
        bcn_cells_fill(cells, count, BCN_SKIP_CELL);
        if (from >= to) {
            return;
        }
        cells += from - row;
        row = from;
        count = to - from;
    }
    if (job->run != NULL) {
        fill_runs(all, cells, row, count);
    } else {
        bcn_cells_fill(cells, count, 0);
    }
    for (size_t i = 0; i < all->crew.look_count; i++) {
        const bcn_look *look = &all->crew.looks[i];
        bcn_cells_add(cells, look->codes + row * (size_t)look->width,
                      look->width, look->table, count);
    }
    for (size_t i = 0; i < all->crew.dial_count; i++) {
        const bcn_dial *dial = &all->crew.dials[i];
        uint64_t offsets[BCN_PLAN_BLOCK];
        bcn_clock_cells(dial->clocks, dial->count,
                        (const int64_t *)dial->times->data + row, count,
                        offsets);
        bcn_cells_add_offsets(cells, offsets, count);
    }
    bcn_job_ranges(job, cells, row, count);
}
