/* survival.h - how long it takes, when not all have ended.
 *
 * A row of a group has a time and either ended there or was seen open until
 * then (censored).  At each time t at which some ended, n are still under
 * watch (the censored at t among them) and d of them end; the product-limit
 * estimate is S(t) = product of (n - d) / n (Kaplan & Meier 1958), and the sum
 * of d / (n (n - d)) is Greenwood's (1926) for the variance of log S.
 *
 * What always holds: times and counts are exact.  S is computed in a fixed
 * order, with one rounding for each stretch without a censored row, so that
 * without any it is the fraction still open, rounded once, and it does not
 * depend on the order of rows or the number of workers.
 *
 * Cost: the rows' times are gathered by group, 8 bytes each, and sorted; a
 * spare as large as the largest group for each worker.  Then each walk is one
 * pass over the group. */
#ifndef BCN_SURVIVAL_H
#define BCN_SURVIVAL_H

#include "model/plan_cells.h"

typedef struct bcn_survival {
    size_t groups;
    size_t *starts; /* groups + 1 */
    uint64_t *keys; /* sorted in each group: time << 1, + 1 when censored */
} bcn_survival;

/* `times` (0 <= time < 2^62) and `kinds` (0 ended, 1 censored, others left
 * out) of each row of the plan. */
BCN_MUST_USE bcn_status bcn_survival_new(bcn_plan_cells *rows, size_t count,
                                         const int64_t *times,
                                         const uint8_t *kinds, size_t workers,
                                         bcn_watch *watch, bcn_survival *out);
void bcn_survival_free(bcn_survival *survival); /* a zeroed one is fine */

typedef struct bcn_life_step {
    int64_t time;
    uint64_t at_risk, ended;
    double survival, sum; /* S, and Greenwood's sum; infinite once S is 0 */
} bcn_life_step;

typedef struct bcn_life {
    const uint64_t *keys;
    size_t count, at;
    double base;  /* S where the stretch began, */
    size_t under; /* and how many were under watch there */
    size_t left;  /* after the last step, if none was censored since */
    bcn_life_step step;
} bcn_life;
bcn_life bcn_survival_walk(const bcn_survival *survival, size_t group);
/* The next time at which some ended; false when there is none. */
bool bcn_survival_next(bcn_life *walk);

/* Of each group, for each level the least time with S(t) <= level, at a relative
 * tolerance of 1e-12 that stands for the rounding of S; -1 where S stays above:
 * quantiles[group * level_count + l].  And the area under S up to `horizon`,
 * the mean time with none counted beyond it: means[group], unless NULL.  Levels
 * fall from the first to the last.  One walk for each group. */
typedef struct bcn_survival_ask {
    const double *levels;
    size_t level_count;
    int64_t horizon;
} bcn_survival_ask;
BCN_MUST_USE bcn_status bcn_survival_figures(const bcn_survival *survival,
                                             const bcn_survival_ask *ask,
                                             size_t workers, bcn_watch *watch,
                                             int64_t *quantiles,
                                             double *means);

#endif
