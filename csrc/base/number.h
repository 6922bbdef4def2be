/* number.h - a whole number out of a column of any width.
 *
 * Columns are as narrow as their values allow: 1, 2 and 4 bytes hold numbers
 * from 0 on, 8 bytes any.  With a constant width the choice is made when the
 * loop is compiled, so hot loops read through this too. */
#ifndef BCN_NUMBER_H
#define BCN_NUMBER_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h" /* BCN_ALWAYS_INLINE */

/* Ask for the memory at `offset`, which need not exist: what is read in order
 * from large arrays comes late on some machines unless it is asked for. */
enum { BCN_AHEAD = 512 }; /* numbers */

static BCN_ALWAYS_INLINE void
bcn_fetch(const void *values, size_t offset)
{
#if defined(__GNUC__)
    __builtin_prefetch((const void *)((uintptr_t)values + offset));
#else
    (void)values;
    (void)offset;
#endif
}

static BCN_ALWAYS_INLINE int64_t
bcn_number_at(const void *values, int width, size_t row)
{
    switch (width) {
    case 1:
        return ((const uint8_t *)values)[row];
    case 2:
        return ((const uint16_t *)values)[row];
    case 4:
        return ((const uint32_t *)values)[row];
    default:
        return ((const int64_t *)values)[row];
    }
}

/* Write a number that fits. */
static BCN_ALWAYS_INLINE void
bcn_number_put(void *values, int width, size_t row, int64_t number)
{
    switch (width) {
    case 1:
        ((uint8_t *)values)[row] = (uint8_t)number;
        break;
    case 2:
        ((uint16_t *)values)[row] = (uint16_t)number;
        break;
    case 4:
        ((uint32_t *)values)[row] = (uint32_t)number;
        break;
    default:
        ((int64_t *)values)[row] = number;
    }
}

#endif
