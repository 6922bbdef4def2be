/* plan_rows.c - the cells of rows one by one. */
#include <string.h>

#include "model/plan_job.h"

static void
fill(const bcn_job *job, size_t row, size_t count, uint64_t *cells)
{
    const bcn_plan *plan = job->plan;
    uint64_t offsets[BCN_CELLS_BLOCK];
    uint32_t marks[BCN_CELLS_BLOCK];
    memset(cells, 0, count * sizeof *cells);
    for (size_t i = 0; i < plan->term_count; i++) {
        const bcn_term *term = &plan->terms[i];
        bcn_keys_add(cells,
                     (const char *)term->codes + row * (size_t)term->width,
                     term->width, term->table, count);
    }
    for (size_t i = 0; i < plan->dial_count; i++) {
        const bcn_dial *dial = &plan->dials[i];
        bcn_clock_cells(dial->clocks, dial->count,
                        (const int64_t *)dial->times->data + row, count,
                        offsets);
        bcn_keys_add_offsets(cells, offsets, count);
    }
    bcn_cells_fill(marks, count, 0);
    bcn_job_ranges(job, marks, row, count);
    bcn_keys_mark(cells, marks, count);
}

void
bcn_plan_row_cells(const bcn_plan *plan, uint64_t *cells)
{
    bcn_job job = {.plan = plan, .range_count = plan->range_count};
    if (plan->range_count != 0) {
        memcpy(job.ranges, plan->ranges,
               plan->range_count * sizeof *plan->ranges);
    }
    for (size_t row = 0; row < plan->rows; row += BCN_CELLS_BLOCK) {
        size_t left = plan->rows - row;
        fill(&job, row, left < BCN_CELLS_BLOCK ? left : BCN_CELLS_BLOCK,
             cells + row);
    }
}
