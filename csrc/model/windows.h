/* windows.h - the fullest windows of a length, among times in order.
 *
 * Sliding: [t, t + length) for every time t of a record, which are the fullest
 * of all, since a window that begins elsewhere holds no more than the one from
 * its first record.  Tumbling: [origin + k length, origin + (k + 1) length)
 * for whole k.
 *
 * The first is the fullest, of equals the earliest; each further one is the
 * fullest of those that overlap none before it.  `equal` says how many more
 * windows (sliding: begins) hold as many as the last shown, overlapping or
 * not, the shown ones left out. */
#ifndef BCN_WINDOWS_H
#define BCN_WINDOWS_H

#include "base/wide.h"
#include "model/grouped.h"

typedef struct bcn_windows {
    int64_t length, origin; /* length > 0 */
    bool sliding;
    size_t room; /* how many are wanted, 1 or more */
    size_t used;
    int64_t *begins;
    bcn_wide *totals;
    uint64_t equal;
} bcn_windows;

/* Of one group, whose first time and length keep every end within 64 bits:
 * otherwise BCN_RANGE.  Costs `room` passes over its times. */
BCN_MUST_USE bcn_status bcn_grouped_windows(const bcn_grouped *grouped,
                                            uint32_t group,
                                            bcn_windows *windows,
                                            bcn_watch *watch);

#endif
