/* plan_cells.h - the cell of each row of a question, for measures that are no
 * sums: quantiles, gaps between records, busiest windows.
 *
 * A plan is made ready once; then any block of rows can be asked for its
 * cells, in any order and by any number of threads.  What the plan does not
 * count has a cell of `groups` or more.
 *
 * Cost: as counting, without the counters; the tables of the plan once. */
#ifndef BCN_PLAN_CELLS_H
#define BCN_PLAN_CELLS_H

#include "model/plan.h"

enum { BCN_PLAN_BLOCK = 2048 }; /* rows that may be asked for at once */

typedef struct bcn_plan_cells bcn_plan_cells;

/* Borrows the plan for as long as it lives.  BCN_TOO_LARGE for more cells than
 * a dense question may have; otherwise fails as bcn_plan_run does. */
BCN_MUST_USE bcn_status bcn_plan_cells_new(const bcn_plan *plan,
                                           bcn_plan_cells **out,
                                           bcn_error *error);
void bcn_plan_cells_free(bcn_plan_cells *cells); /* NULL is fine */

uint32_t bcn_plan_cells_groups(const bcn_plan_cells *cells);
/* The rows that may be counted at all: [*begin, *end). */
void bcn_plan_cells_rows(const bcn_plan_cells *cells, size_t *begin,
                         size_t *end);
/* Write the cells of rows [row, row + count).  `context` is a bcn_plan_cells:
 * this is what bcn_selection asks for. */
void bcn_plan_cells_at(void *context, uint32_t *cells, size_t row,
                       size_t count);

#endif
