/* tally_identity.c - what a row is the same record by. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "model/tally_ids.h"

enum { DIGITS = 24, BLOCK = 4096 };

/* An id as text, however its column is kept: numbers as their digits. */
static bcn_bytes
id_text(const bcn_log_column *column, size_t row, char buffer[DIGITS])
{
    const bcn_column *view = &column->view;
    if (column->stated != NULL) {
        const uint8_t *bits = bcn_block_data(column->stated);
        if ((bits[row / 8] >> row % 8 & 1) == 0) {
            return (bcn_bytes){NULL, 0};
        }
    }
    if (column->texts) {
        const uint64_t *ends = bcn_block_data(column->ends);
        uint64_t start = row == 0 ? 0 : ends[row - 1];
        size_t length = (size_t)(ends[row] - start);
        return (bcn_bytes){
            length != 0 ? (const char *)bcn_block_data(column->bytes) + start
                        : "",
            length};
    }
    int64_t value = bcn_column_at(view, row);
    if (value == BCN_MISSING) {
        return (bcn_bytes){NULL, 0};
    }
    int length = snprintf(buffer, DIGITS, "%" PRId64, value);
    return (bcn_bytes){buffer, (size_t)length};
}

/* Mix what a column says in a row into the digest, unless it says nothing. */
static void
add_value(bcn_digest *digest, const bcn_log *log, const bcn_ids_column *which,
          size_t row)
{
    const bcn_log_column *column = bcn_log_at(log, which->column);
    unsigned char words[16];
    if (!column->present) {
        return;
    }
    bcn_wire_put_u64(words, which->column);
    if (column->view.kind == BCN_ID) {
        char buffer[DIGITS];
        bcn_bytes text = id_text(column, row, buffer);
        if (text.data != NULL) {
            bcn_wire_put_u64(words + 8, text.length);
            bcn_digest_add(digest, words, 16);
            bcn_digest_add(digest, text.data, text.length);
        }
        return;
    }
    int64_t value = bcn_column_at(&column->view, row);
    if (column->view.kind == BCN_LABEL) {
        if ((uint64_t)value < which->labels) {
            bcn_digest_add(digest, words, 8);
            bcn_digest_add(digest, which->texts + 16 * value, 16);
        }
        return;
    }
    if (bcn_column_has(&column->view, row) && value != BCN_MISSING) {
        bcn_wire_put_u64(words + 8, (uint64_t)value);
        bcn_digest_add(digest, words, 16);
    }
}

static bcn_status
place(const bcn_ids_rows *rows, size_t row, bcn_id *one, bcn_error *error)
{
    uint64_t cell = rows->cells[row];
    one->amount = rows->amount != NULL ? bcn_column_at(rows->amount, row) : 1;
    if (cell == UINT64_MAX || one->amount == 0) {
        one->amount = 0;
        return BCN_OK;
    }
    uint64_t bucket = cell / rows->bucket_cells;
    if (rows->buckets == NULL ? bucket != 0 : bucket >= rows->bucket_count) {
        return bcn_fail(error, BCN_RANGE, "a cell outside the buckets");
    }
    one->bucket = rows->buckets != NULL ? rows->buckets[bucket] : 0;
    one->cell = (uint32_t)(cell % rows->bucket_cells);
    return BCN_OK;
}

static bcn_status
take_row(const bcn_ids_rows *rows, size_t row, bcn_bytes id, bcn_ids *ids,
         bcn_error *error)
{
    unsigned char out[BCN_DIGEST_BYTES], head[8];
    bcn_digest digest;
    bcn_id one = {.count = 1};
    bcn_digest_start(&digest);
    bcn_wire_put_u64(head, id.length);
    bcn_digest_add(&digest, head, sizeof head);
    bcn_digest_add(&digest, id.data, id.length);
    for (size_t k = 0; k < rows->key_count; k++) {
        add_value(&digest, rows->log, &rows->keys[k], row);
    }
    bcn_digest_read(&digest, out);
    one.key[0] = bcn_wire_u64(out);
    one.key[1] = bcn_wire_u64(out + 8);
    bcn_digest_start(&digest);
    for (size_t k = 0; k < rows->value_count; k++) {
        add_value(&digest, rows->log, &rows->values[k], row);
    }
    bcn_digest_read(&digest, out);
    one.value = bcn_wire_u64(out);
    BCN_TRY(place(rows, row, &one, error));
    ids->items[ids->count++] = one;
    return BCN_OK;
}

bcn_status
bcn_ids_of_rows(const bcn_ids_rows *rows, bcn_watch *watch,
                uint64_t *loose_cells, int64_t *loose_amounts, size_t *loose,
                size_t *identified, bcn_ids **out, bcn_error *error)
{
    size_t count = bcn_log_rows(rows->log);
    bcn_ids *ids = bcn_calloc(1, sizeof *ids);
    bcn_status status = BCN_NOMEM;
    *loose = 0;
    if (ids != NULL) {
        ids->items = bcn_alloc(count, sizeof *ids->items);
        status = ids->items != NULL ? BCN_OK : BCN_NOMEM;
    }
    for (size_t row = 0; status == BCN_OK && row < count; row++) {
        char buffer[DIGITS];
        bcn_bytes id = id_text(bcn_log_at(rows->log, rows->id), row, buffer);
        if (row % BLOCK == 0 && bcn_watch_check(watch, true)) {
            status = BCN_CANCELLED;
        } else if (id.data != NULL) {
            status = take_row(rows, row, id, ids, error);
        } else if (rows->cells[row] != UINT64_MAX) {
            loose_cells[*loose] = rows->cells[row];
            loose_amounts[(*loose)++] =
                rows->amount != NULL ? bcn_column_at(rows->amount, row) : 1;
        }
    }
    if (status == BCN_OK) {
        *identified = ids->count;
        status = bcn_ids_settle(ids);
    }
    if (status != BCN_OK) {
        bcn_ids_free(ids);
        return status;
    }
    *out = ids;
    return BCN_OK;
}
