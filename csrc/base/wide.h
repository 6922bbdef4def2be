/* wide.h - signed 128-bit sums without a 128-bit type.
 *
 * Sums are tested for overflow once, at their end: a step-by-step test would
 * make the answer depend on the order of the rows.  2^64 additions of 64-bit
 * values cannot leave 128 bits, so adding never fails. */
#ifndef BCN_WIDE_H
#define BCN_WIDE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct bcn_wide {
    uint64_t low;
    int64_t high;
} bcn_wide;

static inline bcn_wide
bcn_wide_of(int64_t value)
{
    bcn_wide wide = {(uint64_t)value, value < 0 ? -1 : 0};
    return wide;
}

static inline bcn_wide
bcn_wide_add(bcn_wide a, bcn_wide b)
{
    bcn_wide sum;
    sum.low = a.low + b.low;
    sum.high = (int64_t)((uint64_t)a.high + (uint64_t)b.high +
                         (sum.low < a.low ? 1u : 0u));
    return sum;
}

static inline bcn_wide
bcn_wide_negate(bcn_wide a)
{
    bcn_wide flipped = {~a.low, (int64_t) ~(uint64_t)a.high};
    return bcn_wide_add(flipped, bcn_wide_of(1));
}

/* Does the value fit int64_t? */
static inline bool
bcn_wide_fits(bcn_wide a)
{
    return a.high == ((int64_t)a.low < 0 ? -1 : 0);
}

static inline int
bcn_wide_compare(bcn_wide a, bcn_wide b)
{
    if (a.high != b.high) {
        return a.high < b.high ? -1 : 1;
    }
    return a.low == b.low ? 0 : a.low < b.low ? -1 : 1;
}

#endif
