/* distinct_groups.h - about how many different values each cell has.
 *
 * One pass over the rows; each cell that occurs has a sketch of its own
 * (sketch/distinct_sketch.h): exact while a cell's values are few, then
 * estimated.  Memory is a byte for each register of each such cell, whatever
 * the rows.  bcn_plan_run with `groups` is the exact way, in memory that
 * grows with the values. */
#ifndef BCN_DISTINCT_GROUPS_H
#define BCN_DISTINCT_GROUPS_H

#include "model/log.h"
#include "model/plan_cells.h"

/* estimates[cell] and exact[cell], the caller's arrays; rows that state no
 * value are left out. */
BCN_MUST_USE bcn_status bcn_distinct_groups(const bcn_plan_cells *cells,
                                            const bcn_log_column *column,
                                            unsigned bits, bcn_watch *watch,
                                            double *estimates, uint8_t *exact);

#endif
