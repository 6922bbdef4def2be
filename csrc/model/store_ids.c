#include "model/store_ids.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { DECIMAL = 21 }; /* the longest int64_t in digits, sign and NUL */

bcn_status
bcn_bits_reserve(bcn_store *store, size_t sure, size_t rows)
{
    bool first = store->stated.data == NULL;
    BCN_TRY(bcn_array_reserve(&store->stated, rows / 8 + 1, 1));
    if (first) {
        memset(store->stated.data, 0xff, sure / 8 + 1);
    }
    return BCN_OK;
}

int
bcn_text_compare(bcn_bytes a, bcn_bytes b)
{
    size_t shared = a.length < b.length ? a.length : b.length;
    int order = shared != 0 ? memcmp(a.data, b.data, shared) : 0;
    return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

bcn_bytes
bcn_store_text(const bcn_store *store, size_t row)
{
    if (!bcn_store_stated(store, row)) {
        return (bcn_bytes){NULL, 0};
    }
    const uint64_t *ends = store->ends.data;
    uint64_t start = row == 0 ? 0 : ends[row - 1];
    if (ends[row] == start) {
        return (bcn_bytes){"", 0}; /* there may be no bytes at all */
    }
    const char *bytes = store->bytes.data;
    return (bcn_bytes){bytes + start, (size_t)(ends[row] - start)};
}

static uint64_t
bytes_used(const bcn_store *store, size_t rows)
{
    return rows == 0 ? 0 : ((const uint64_t *)store->ends.data)[rows - 1];
}

static bcn_bytes
decimal(int64_t value, char buffer[DECIMAL])
{
    if (value == BCN_MISSING) {
        return (bcn_bytes){NULL, 0};
    }
    int length = snprintf(buffer, DECIMAL, "%" PRId64, value);
    return (bcn_bytes){buffer, (size_t)length};
}

/* Write one text as row `row`, the last so far. */
static bcn_status
text_put(bcn_store *store, size_t row, bcn_bytes text)
{
    uint64_t used = bytes_used(store, row);
    BCN_TRY(bcn_array_reserve(&store->bytes, (size_t)used + text.length, 1));
    if (text.length != 0) {
        memcpy((char *)store->bytes.data + used, text.data, text.length);
    }
    ((uint64_t *)store->ends.data)[row] = used + text.length;
    if (text.data == NULL || store->stated.data != NULL) {
        BCN_TRY(bcn_bits_reserve(store, row, row + 1));
        bcn_bit_set(store->stated.data, row, text.data != NULL);
    }
    return BCN_OK;
}

/* The first text among ids that were numbers so far: all become texts. */
static bcn_status
numbers_to_texts(bcn_store *store)
{
    bcn_store texts = {.field = store->field};
    char buffer[DECIMAL];
    bcn_status status =
        bcn_array_reserve(&texts.ends, store->rows + 1, sizeof(uint64_t));
    const int64_t *ids = store->values.data;
    for (size_t i = 0; status == BCN_OK && i < store->rows; i++) {
        status = text_put(&texts, i, decimal(ids[i], buffer));
        texts.rows = i + 1;
    }
    if (status != BCN_OK) {
        bcn_store_free(&texts);
        return status;
    }
    bcn_free(store->values.data);
    store->values = (bcn_array){0};
    store->ends = texts.ends;
    store->bytes = texts.bytes;
    store->stated = texts.stated;
    store->texts = true;
    /* Numbers rise by value and texts by bytes: what is not sure is false. */
    store->sorted = store->rising = store->rows == 0;
    return BCN_OK;
}

bcn_status
bcn_store_put_ids(bcn_store *store, const bcn_slice *slice, size_t rows,
                  const uint8_t *skip)
{
    if (slice->texts != NULL && !store->texts) {
        BCN_TRY(numbers_to_texts(store));
    }
    size_t end = store->rows + rows;
    if (!store->texts) {
        BCN_TRY(bcn_array_reserve(&store->values, end, sizeof(int64_t)));
        int64_t *tail = (int64_t *)store->values.data + store->rows;
        for (size_t i = 0; i < rows; i++) {
            tail[i] = slice->values != NULL ? slice->values[i] : BCN_MISSING;
        }
        return BCN_OK;
    }
    BCN_TRY(bcn_array_reserve(&store->ends, end, sizeof(uint64_t)));
    char buffer[DECIMAL];
    for (size_t i = 0; i < rows; i++) {
        bcn_bytes text = {NULL, 0};
        if (skip != NULL && skip[i]) {
            text = (bcn_bytes){"", 0}; /* no bytes: keep() forgets the row */
        } else if (slice->texts != NULL) {
            text = slice->texts[i];
        } else if (slice->values != NULL) {
            text = decimal(slice->values[i], buffer);
        }
        BCN_TRY(text_put(store, store->rows + i, text));
    }
    return BCN_OK;
}
