/* plan.h - a question as plain data, and its answer.
 *
 *     cell of a row = sum of table[code] over the terms
 *                   + sum of code(time) * stride over the clocks
 *
 * Every row whose parts are all counted, and which every range keeps, adds 1
 * (or its measure) to its cell.  Tables are made by the caller: each axis and
 * each filter over one column of labels is already merged into one table, with
 * the stride of the axis multiplied in, so the core knows no axes.
 *
 * What it promises: the answer is exact and the same bytes for any number of
 * workers; a failed call leaves nothing behind; Ctrl-C is seen within some
 * milliseconds.  What it costs: one pass over the columns named, with time in
 * order counted run by run; memory for the cells (dense), or for the cells
 * that occur (sparse, where cells would mostly be empty). */
#ifndef BCN_PLAN_H
#define BCN_PLAN_H

#include "base/thread.h"
#include "kernel/clock.h"
#include "model/column.h"
#include "model/cube.h"

enum { BCN_PLAN_TERMS = 16, BCN_PLAN_DIALS = 4, BCN_PLAN_RANGES = 16 };

/* A column of codes and what they add: 256 entries for width 1, 65,536 for
 * width 2; BCN_SKIP: the row is not counted. */
typedef struct bcn_term {
    const void *codes;
    int width;
    const uint64_t *table;
} bcn_term;

/* A column of times and the clocks over it (at most BCN_CLOCKS_MAX). */
typedef struct bcn_dial {
    const bcn_column *times;
    const bcn_clock *clocks;
    size_t count;
} bcn_dial;

/* Keep the rows with from <= value < to, or, `outside`, the others; a row
 * without a value is kept by neither.  Over numbers and times. */
typedef struct bcn_range {
    const bcn_column *column;
    int64_t from, to;
    bool outside;
} bcn_range;

typedef struct bcn_plan {
    size_t rows;
    bcn_shape shape;
    const bcn_term *terms;
    size_t term_count;
    const bcn_dial *dials;
    size_t dial_count;
    const bcn_range *ranges;
    size_t range_count;
    const bcn_column *measure; /* NULL: count rows */
    /* Count different values of this column instead, of rows that state one,
     * as messages that were sent to several. */
    const bcn_column *groups;
    size_t workers;   /* 0: as many as pay */
    uint64_t memory;  /* bytes the call may take; 0: no limit */
    bcn_spare *spare; /* for large answers; NULL: fresh memory */
} bcn_plan;

/* Answer.  Borrows the plan.  `watch` and `error` may be NULL.
 * BCN_TOO_LARGE before anything is taken; BCN_RANGE when the tables leave the
 * shape; BCN_INVALID when the plan contradicts itself; BCN_CANCELLED. */
BCN_MUST_USE bcn_status bcn_plan_run(const bcn_plan *plan, bcn_watch *watch,
                                     bcn_cube **out, bcn_error *error);

/* Is this a plan that bcn_plan_run takes?  The statuses are those. */
BCN_MUST_USE bcn_status bcn_plan_check(const bcn_plan *plan, bcn_error *error);
/* The cell of each row, BCN_SKIP where it is not counted: for what keeps rows
 * apart.  Takes a plan of terms, dials and ranges; cannot fail. */
void bcn_plan_row_cells(const bcn_plan *plan, uint64_t *cells);
/* Answer the same question for several measures (NULL: rows; the plan's own is
 * not looked at), into as many cubes, in few passes: two small measures over a
 * small answer are added up at once.  None is made unless all are. */
BCN_MUST_USE bcn_status bcn_plan_run_each(const bcn_plan *plan,
                                          const bcn_column *const *measures,
                                          size_t count, bcn_watch *watch,
                                          bcn_cube **out, bcn_error *error);

#endif
