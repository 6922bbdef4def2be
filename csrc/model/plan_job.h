/* plan_job.h - a plan made ready: checked, trimmed, its tables narrowed.
 *
 * Private to the plan family.  plan.c makes the job and chooses the road;
 * plan_dense.c counts into cells, plan_sparse.c into sorted keys. */
#ifndef BCN_PLAN_JOB_H
#define BCN_PLAN_JOB_H

#include "kernel/cells.h"
#include "kernel/count.h"
#include "model/plan.h"

typedef struct bcn_job {
    const bcn_plan *plan;
    uint64_t cells;
    uint64_t reach;      /* the greatest cell the tables can give */
    size_t begin, end;   /* rows left by ranges over columns in order */
    const bcn_dial *run; /* over times in order: walked by runs; or NULL */
    bcn_dial dials[BCN_PLAN_DIALS]; /* the others: row by row */
    size_t dial_count;
    bcn_range ranges[BCN_PLAN_RANGES]; /* the others */
    size_t range_count;
    /* A range over times out of order that cuts between their slots: those
     * in [slot_from, slot_to) are kept.  NULL: there is none. */
    const bcn_column *slotted;
    uint64_t slot_from, slot_to;
    uint64_t mass; /* the answer's */
    /* A second measure, answered by a second cube in the same pass. */
    const bcn_column *also;
    uint64_t also_mass;
    size_t workers;
    bcn_watch *watch;
    bcn_error *error;
} bcn_job;

enum {
    BCN_PIECE_ROWS = 1 << 18, /* rows between two looks at the watch */
    BCN_BOTH_CELLS = 1 << 15  /* of an answer to two measures at once */
};

/* Check a plan and lay out its parts; borrows all three. */
BCN_MUST_USE bcn_status bcn_job_make(const bcn_plan *plan, bcn_watch *watch,
                                     bcn_error *error, bcn_job *job);

/* The greatest code that a clock gives to a time of a column. */
uint64_t bcn_job_code(const bcn_clock *clock, const bcn_column *times);

/* Takes ranges between slots out of `ranges`. */
void bcn_job_slot_ranges(bcn_job *job);

/* Marks in `cells` the rows that a range refuses. */
void bcn_job_ranges(const bcn_job *job, uint32_t *cells, size_t row,
                    size_t count);

/* One cube, or two when there is a second measure. */
BCN_MUST_USE bcn_status bcn_job_dense(bcn_job *job, bcn_cube **out);
BCN_MUST_USE bcn_status bcn_job_sparse(bcn_job *job, bcn_cube **out);
BCN_MUST_USE bcn_status bcn_job_distinct(bcn_job *job, bcn_cube **out);

#endif
