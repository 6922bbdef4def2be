/* csv_text.h - what the CSV reader hands on, written down as text.
 *
 * One line per row, so that two readings are equal when their texts are: the
 * line in the source, then the values between bars, a missing one as "~".
 * A refused row shows "!", the column (or "row"), the reason and the value.
 * A reading that ends with an error shows its status and words at the end. */
#ifndef BCN_TEST_CSV_TEXT_H
#define BCN_TEST_CSV_TEXT_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/csv.h"

typedef struct csv_text {
    char *data;
    size_t length, capacity;
    const bcn_csv_options *options;
    size_t batches;
    bool bad; /* a batch broke a promise of batch.h */
} csv_text;

static void
csv_text_put(csv_text *out, const char *data, size_t length)
{
    if (out->length + length + 1 > out->capacity) {
        out->capacity = (out->length + length + 1) * 2;
        out->data = realloc(out->data, out->capacity);
        if (out->data == NULL) {
            abort();
        }
    }
    if (length != 0) {
        memcpy(out->data + out->length, data, length);
    }
    out->length += length;
    out->data[out->length] = '\0';
}

BCN_PRINTF(2, 3)
static void
csv_text_print(csv_text *out, const char *format, ...)
{
    char words[600];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    csv_text_put(out, words, (size_t)length);
}

static void
csv_text_value(csv_text *out, const bcn_slice *slice, bcn_kind kind,
               size_t row)
{
    if (slice->codes != NULL) {
        uint32_t code = slice->codes[row];
        if (code == BCN_NONE) {
            csv_text_put(out, "~", 1);
        } else {
            bcn_bytes text = bcn_labels_text(slice->dictionary->texts, code);
            csv_text_put(out, text.data, text.length);
        }
    } else if (slice->values != NULL && slice->values[row] != BCN_MISSING) {
        csv_text_print(out, "%" PRId64 "%s", slice->values[row],
                       kind == BCN_TIME && slice->dates ? "d" : "");
    } else if (slice->texts != NULL && slice->texts[row].data != NULL) {
        csv_text_put(out, slice->texts[row].data, slice->texts[row].length);
    } else {
        csv_text_put(out, "~", 1);
    }
}

static bcn_status
csv_text_take(void *context, const bcn_batch *batch)
{
    static const char *const reasons[] = {
#define X(name, text) #name,
        BCN_REASON_MAP(X)
#undef X
    };
    csv_text *out = context;
    size_t fault = 0, entry = 0;
    uint64_t line = 0;
    out->batches++;
    out->bad |=
        batch->rows == 0 || batch->line_count == 0 || batch->lines[0].row != 0;
    for (size_t row = 0; row < batch->rows; row++, line++) {
        if (entry < batch->line_count && batch->lines[entry].row == row) {
            line = batch->lines[entry++].line;
        }
        csv_text_print(out, "%" PRIu64, line);
        if (fault < batch->fault_count && batch->faults[fault].row == row) {
            const bcn_fault *found = &batch->faults[fault++];
            if (found->column == UINT16_MAX) {
                csv_text_print(out, "!row:");
            } else {
                csv_text_print(out, "!%u:", (unsigned)found->column);
            }
            csv_text_print(out, "%s:", reasons[found->reason]);
            csv_text_put(out, found->value.data, found->value.length);
        } else {
            for (size_t i = 0; i < out->options->column_count; i++) {
                csv_text_put(out, "|", 1);
                csv_text_value(out, &batch->slices[i],
                               out->options->columns[i].kind, row);
            }
        }
        csv_text_put(out, "\n", 1);
    }
    out->bad |= fault != batch->fault_count || entry != batch->line_count;
    return BCN_OK;
}

/* An input over bytes in memory, at most `most` at a time (0: all). */
typedef struct csv_bytes {
    const char *data;
    size_t length, most;
} csv_bytes;

static ptrdiff_t
csv_bytes_read(void *context, char *buffer, size_t size)
{
    csv_bytes *left = context;
    size_t count = left->length < size ? left->length : size;
    if (left->most != 0 && count > left->most) {
        count = left->most;
    }
    memcpy(buffer, left->data, count);
    left->data += count;
    left->length -= count;
    return (ptrdiff_t)count;
}

/* Read all of it; the text of what came, to be freed. */
static bcn_status
csv_text_read(const bcn_csv_options *options, const char *data, size_t length,
              csv_text *out)
{
    csv_bytes bytes = {data, length, 0};
    bcn_csv_input input = {csv_bytes_read, &bytes};
    bcn_sink sink = {csv_text_take, out};
    bcn_error error = {""};
    *out = (csv_text){.options = options};
    csv_text_put(out, "", 0);
    bcn_status status = bcn_csv_read(options, input, sink, NULL, &error);
    if (status != BCN_OK) {
        csv_text_print(out, "%s\n", error.text);
    }
    return status;
}

#endif
