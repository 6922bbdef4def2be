/* store_ids.h - the inside of a store: its bits, and identifiers.
 *
 * Identifiers are whole numbers as long as all are, eight bytes each; the first
 * that is none turns the column into texts, written as they were read.  Only
 * store.c, store_ids.c and store_note.c see this. */
#ifndef BCN_STORE_IDS_H
#define BCN_STORE_IDS_H

#include "model/store.h"

static inline bcn_status
bcn_array_reserve(bcn_array *array, size_t count, size_t size)
{
    return bcn_grow(&array->data, &array->capacity, count, size);
}

static inline bool
bcn_bit(const uint8_t *bits, size_t row)
{
    return (bits[row / 8] >> (row % 8)) & 1;
}

static inline void
bcn_bit_set(uint8_t *bits, size_t row, bool value)
{
    uint8_t mask = (uint8_t)(1u << (row % 8));
    bits[row / 8] =
        (uint8_t)(value ? bits[row / 8] | mask : bits[row / 8] & ~mask);
}

/* Room for bits of `rows` rows; the first time, the `sure` rows before this
 * one are all stated, also those put in this very call. */
BCN_MUST_USE bcn_status bcn_bits_reserve(bcn_store *store, size_t sure,
                                         size_t rows);

/* Look at the rows from .. end that were taken in: their bounds and order, and
 * how many state nothing. */
void bcn_store_note(bcn_store *store, size_t from, size_t end);

/* bcn_store_put for a column of identifiers. */
BCN_MUST_USE bcn_status bcn_store_put_ids(bcn_store *store,
                                          const bcn_slice *slice, size_t rows,
                                          const uint8_t *skip);

#endif
