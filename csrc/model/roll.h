/* roll.h - a question over times, put to stretches of time.
 *
 * A table over stretches (months, days, hours) answers a question about times
 * when the question cannot tell two times of one stretch apart: every clock
 * gives all of the stretch one code, and every range keeps it whole or leaves
 * it out whole.  Then what the stretch adds to the new cell is a route, as
 * cube_ops.h has it, and the answer is that of the rows. */
#ifndef BCN_ROLL_H
#define BCN_ROLL_H

#include "kernel/clock.h"

/* Keep the times with from <= time < to, or, `outside`, the others; a time
 * that is not stated is kept by neither. */
typedef struct bcn_roll_range {
    int64_t from, to;
    bool outside;
} bcn_roll_range;

typedef struct bcn_roll {
    const bcn_clock *clocks; /* checked, at most BCN_CLOCKS_MAX */
    size_t clock_count;
    const bcn_roll_range *ranges;
    size_t range_count;
} bcn_roll;

/* route[i] = what each time of [edges[i], edges[i + 1]) adds: the sum over
 * the clocks of code * stride, or BCN_SKIP.  Of `count` stretches, whose
 * edges (count + 1) grow strictly.  False when some stretch has times that
 * differ; the routes are then of no use.  O(count + pieces). */
bool bcn_roll_stretches(const bcn_roll *roll, const int64_t *edges,
                        size_t count, uint64_t *route);
/* The same of times that are not stated. */
uint64_t bcn_roll_unstated(const bcn_roll *roll);

#endif
