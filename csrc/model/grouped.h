/* grouped.h - the times of each group of rows, in order.
 *
 * What happens between records, or within a stretch of them, is asked of the
 * times of one group (a bureau, a pair) in order: the gaps from each record to
 * the next, the fullest window of a length.  Here the rows of a question are
 * dealt out to their cells and each cell's times are put in order, whatever
 * the order of rows, so the answers are functions of the records alone.
 *
 * A time has a weight: how many records the row stands for, or 1.  Rows that
 * state no time or weight are left out.
 *
 * Cost: two passes over the rows, and a radix sort of each group that is not
 * in order; 8 bytes a row counted, 16 with weights, and as much again while
 * sorting.  One worker. */
#ifndef BCN_GROUPED_H
#define BCN_GROUPED_H

#include "base/memory.h"
#include "base/thread.h"
#include "model/column.h"
#include "model/plan_cells.h"

typedef struct bcn_grouped {
    uint32_t groups;
    size_t *starts; /* groups + 1: where each begins in `times` */
    int64_t *times;
    uint64_t *weights; /* NULL: 1 each */
} bcn_grouped;

/* `weights` may be NULL; below 0 is BCN_RANGE. */
BCN_MUST_USE bcn_status bcn_grouped_fill(bcn_grouped *grouped,
                                         const bcn_plan_cells *cells,
                                         const bcn_column *times,
                                         const bcn_column *weights,
                                         bcn_watch *watch);
void bcn_grouped_free(bcn_grouped *grouped);

/* Of n records of a group, what lies between them: n - 1 gaps, the first and
 * the last time.  A row that stands for several records is one here. */
typedef struct bcn_gaps {
    uint64_t records, together; /* together: gaps of nothing */
    int64_t first, last;        /* 0 without records */
} bcn_gaps;

/* Turn times into gaps, in place, so this is the last question asked of them:
 * those of group g are from starts[g] on, one fewer than its times.
 * `out` has one for each group. */
BCN_MUST_USE bcn_status bcn_grouped_gaps(bcn_grouped *grouped, bcn_gaps *out,
                                         bcn_watch *watch);

#endif
