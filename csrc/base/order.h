/* order.h - do numbers rise?  In one pass that any processor does several
 * numbers at a time of, which comparing 64 bits is not. */
#ifndef BCN_ORDER_H
#define BCN_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct bcn_order {
    bool sorted; /* surely: no number is below the one before it */
    bool rising; /* nor equal to it */
} bcn_order;

/* Of `count` > 0 numbers; those beyond 61 bits are not looked into and count
 * as out of order.  The ends of what is sorted are its bounds. */
static inline bcn_order
bcn_order_of(const int64_t *values, size_t count)
{
    const uint64_t half = UINT64_C(1) << 61;
    uint64_t wide = (uint64_t)values[0] + half;
    uint64_t falls = 0, stays = 0;
    for (size_t i = 1; i < count; i++) {
        /* Of numbers of 61 bits a difference has the sign it should. */
        uint64_t value = (uint64_t)values[i];
        uint64_t step = value - (uint64_t)values[i - 1];
        wide |= value + half;
        falls |= step;
        stays |= step - 1;
    }
    bool sorted = wide >> 62 == 0 && falls >> 63 == 0;
    return (bcn_order){sorted, sorted && stays >> 63 == 0};
}

#endif
