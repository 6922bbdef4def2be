/* running.h - sums that run along one dimension of dense figures.
 *
 * figures[outer][length][inner]; out[o][k][i] is the sum of the `window`
 * figures from k on along the middle, for the length - window + 1 places where
 * all of them are there; with window 0 the sum of all up to k, for each k.
 * Exact: BCN_OVERFLOW where a sum does not fit int64, whatever the order.
 * One pass, 128-bit sums for one row of `inner` at a time. */
#ifndef BCN_RUNNING_H
#define BCN_RUNNING_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct bcn_running {
    size_t outer, length, inner;
    size_t window; /* at most `length` */
} bcn_running;

/* How many places the middle has in the answer. */
static inline size_t
bcn_running_length(const bcn_running *running)
{
    return running->window == 0 ? running->length
                                : running->length - running->window + 1;
}

BCN_MUST_USE bcn_status bcn_running_sums(const bcn_running *running,
                                         const int64_t *figures, int64_t *out);

#endif
