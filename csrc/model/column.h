/* column.h - a column of a log, as the plan reads it.
 *
 * A view: the log owns the memory and keeps it for the length of the call.
 * Values are whole numbers of one width; what the log knows about them (the
 * least and the greatest, that they are in order) is stated here, so that a
 * question can choose its loop without looking at the rows. */
#ifndef BCN_COLUMN_H
#define BCN_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/batch.h" /* bcn_kind */
#include "base/number.h"

typedef struct bcn_column {
    bcn_kind kind;
    int width; /* bytes: 1, 2, 4 unsigned; 8 signed.  A time has 8 */
    const void *data;
    size_t rows;
    int64_t least, greatest; /* of the stored values; both 0 without rows */
    bool sorted;             /* never descends */
    /* Bit i (from the low end of byte i / 8) is set where row i has a value;
     * NULL: every row has.  A row without stores 0. */
    const uint8_t *valid;
    /* For times out of order: slot = (time - slot_base) / slot_width, one
     * per row, all below slot_count; NULL: not kept. */
    const void *slots; /* uint16_t, or uint32_t from 65,537 slots on */
    size_t slot_count;
    int64_t slot_base, slot_width;
} bcn_column;

static inline int64_t
bcn_column_at(const bcn_column *column, size_t row)
{
    return bcn_number_at(column->data, column->width, row);
}

static inline bool
bcn_column_has(const bcn_column *column, size_t row)
{
    return column->valid == NULL ||
           ((unsigned)column->valid[row / 8] >> (row % 8) & 1u) != 0;
}

#endif
