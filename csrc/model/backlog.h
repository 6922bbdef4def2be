/* backlog.h - what was open at each of some moments, and for how long.
 *
 * A request is open at the moment m when it was sent before m and not answered
 * before m.  What comes in and goes out between two moments is counted with
 * the first one, not with the second, so that
 *
 *     open[m] = open[m - 1] + inflow[m] - outflow[m]
 *
 * holds exactly.  A band counts those open for at least so long.
 *
 * Cost: one pass; a search among the moments for each request and band. */
#ifndef BCN_BACKLOG_H
#define BCN_BACKLOG_H

#include "model/plan_cells.h"

typedef struct bcn_backlog_ask {
    bcn_plan_cells *rows; /* those in cell 0 */
    size_t count;
    const int64_t *times;   /* sent */
    const int64_t *waits;   /* until answered */
    const uint8_t *kinds;   /* 0 answered, 1 open; others are left out */
    const int64_t *moments; /* rising strictly */
    size_t moment_count;
    const int64_t *bands; /* 0 or more */
    size_t band_count;
    size_t workers;
} bcn_backlog_ask;

/* out[(2 + band) * moment_count + moment]; before these, inflow and outflow of
 * the time that ends at each moment.  Zeroed and filled here. */
BCN_MUST_USE bcn_status bcn_backlog_count(const bcn_backlog_ask *ask,
                                          bcn_watch *watch, int64_t *out);

#endif
