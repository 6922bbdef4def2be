/* runs.h - the longest runs of times in order that share a unit of time.
 *
 * The busiest second of a year is the longest run of rows in one second.  Of
 * times in order most runs need not be looked at: once a run of n rows is
 * known, a longer one covers two places that are n / 2 apart, so only such
 * pairs are compared, and a pair in one unit leads to its run.
 *
 * What always holds: the runs kept are the longest so far, the longest first
 * and equal ones by time; `equal` says how many more are as long as the last
 * one kept, once as many are kept as there is room for.
 *
 * Cost: a comparison per row at first, then one per half of the shortest run
 * kept; memory is the caller's. */
#ifndef BCN_RUNS_H
#define BCN_RUNS_H

#include <stddef.h>
#include <stdint.h>

typedef struct bcn_runs {
    size_t room, used; /* room is 1 or more */
    uint64_t *lengths;
    int64_t *codes;
    uint64_t equal;
} bcn_runs;

/* Units of one width, from `origin` on: code = first + (time - origin) /
 * width, with width > 0 and no time before the origin. */
typedef struct bcn_units {
    int64_t origin, width, first;
} bcn_units;

/* Takes in the runs of `count` times in order from row `at` on, until `stop`
 * or a little later, and returns where to go on; `count` when done.  The
 * first call is with 0, where a unit must begin. */
size_t bcn_runs_find(bcn_runs *runs, const bcn_units *units,
                     const int64_t *times, size_t count, size_t at,
                     size_t stop);

/* The first of `count` rows in order that is not before `time`. */
size_t bcn_runs_from(const int64_t *times, size_t count, int64_t time);

#endif
