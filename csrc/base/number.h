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

#endif
