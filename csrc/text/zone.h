/* zone.h - from the time on the wall to UTC.
 *
 * A zone is a table of its transitions, made by the caller: from starts[i]
 * (microseconds UTC, increasing) until starts[i + 1], local time is UTC plus
 * offsets[i]; offsets[0] also holds before starts[0].  The table lives in the
 * caller's memory.
 *
 * Where clocks go back, a local time happens twice; where they go forward,
 * some never happen.  The zone says what to do with each: refuse the value,
 * or take a side.  Invariant: the answer depends only on the table and the
 * local time.  Neighbouring transitions are taken to be further apart than
 * the offsets differ, as they are in every real zone. */
#ifndef BCN_ZONE_H
#define BCN_ZONE_H

#include <stddef.h>
#include <stdint.h>

#include "base/reason.h"
#include "base/status.h"

typedef enum bcn_zone_twice {
    BCN_TWICE_RAISE,
    BCN_TWICE_EARLIER, /* the first of the two, before the clocks go back */
    BCN_TWICE_LATER
} bcn_zone_twice;

typedef enum bcn_zone_never {
    BCN_NEVER_RAISE,
    BCN_NEVER_FORWARD, /* the instant at which the clocks went forward */
    BCN_NEVER_BACKWARD /* the microsecond before that instant */
} bcn_zone_never;

typedef struct bcn_zone {
    const int64_t *starts;  /* microseconds UTC */
    const int64_t *offsets; /* microseconds to add to UTC, within 48 hours */
    size_t count;           /* at least 1 */
    bcn_zone_twice twice;
    bcn_zone_never never;
} bcn_zone;

/* The stretch of local time last used, in which `offset` is the only answer.
 * All zero: none yet.  One per thread. */
typedef struct bcn_zone_memo {
    int64_t from, to, offset;
} bcn_zone_memo;

/* BCN_REASON_NONE, _TIME_TWICE or _TIME_NEVER.  `local` lies within the years
 * 1 to 9999. */
BCN_MUST_USE bcn_reason bcn_zone_to_utc(const bcn_zone *zone,
                                        bcn_zone_memo *memo, int64_t local,
                                        int64_t *utc);

#endif
