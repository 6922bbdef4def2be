#include "arrow/arrow_column.h"

#include <stdio.h>

#include "base/memory.h"

bcn_status
bcn_arrow_room(void *scratch, size_t size)
{
    void *memory;
    memcpy(&memory, scratch, sizeof memory);
    if (memory == NULL) {
        memory = bcn_alloc(BCN_ARROW_ROWS, size);
        if (memory == NULL) {
            return BCN_NOMEM;
        }
        memcpy(scratch, &memory, sizeof memory);
    }
    return BCN_OK;
}

bcn_status
bcn_arrow_fault(bcn_arrow_piece *piece, size_t row, bcn_reason reason,
                bcn_bytes value)
{
    bcn_arrow_faults *faults = piece->faults;
    BCN_TRY(bcn_grow((void **)&faults->items, &faults->capacity,
                     faults->count + 1, sizeof *faults->items));
    faults->items[faults->count++] =
        (bcn_fault){.row = (uint32_t)row,
                    .column = piece->column->number,
                    .reason = (uint16_t)reason,
                    .value = value};
    return BCN_OK;
}

bcn_status
bcn_arrow_fault_note(bcn_arrow_piece *piece, size_t row, bcn_reason reason,
                     const char *note)
{
    bcn_arrow_column *column = piece->column;
    BCN_TRY(bcn_arrow_room(&column->notes, sizeof *column->notes));
    char *kept = column->notes[column->note_count++];
    (void)snprintf(kept, sizeof *column->notes, "%s", note);
    return bcn_arrow_fault(piece, row, reason,
                           (bcn_bytes){kept, strlen(kept)});
}

bcn_status
bcn_arrow_faults_merge(bcn_arrow_faults *faults, size_t before)
{
    if (before == faults->count || before == 0) {
        return BCN_OK;
    }
    BCN_TRY(bcn_grow((void **)&faults->spare, &faults->spare_capacity,
                     faults->count, sizeof *faults->spare));
    size_t a = 0, b = before, count = 0;
    while (a < before || b < faults->count) {
        bool earlier =
            b == faults->count ||
            (a < before && faults->items[a].row <= faults->items[b].row);
        const bcn_fault *next = &faults->items[earlier ? a++ : b++];
        if (count == 0 || faults->spare[count - 1].row != next->row) {
            faults->spare[count++] = *next;
        }
    }
    bcn_arrow_faults merged = {faults->spare, count, faults->spare_capacity,
                               faults->items, faults->capacity};
    *faults = merged;
    return BCN_OK;
}

static bool
accepts(const bcn_arrow_column *column)
{
    const bcn_arrow_options *options = column->options;
    bcn_arrow_shape shape = column->type.shape;
    bool number = shape == BCN_ARROW_SIGNED || shape == BCN_ARROW_UNSIGNED ||
                  shape == BCN_ARROW_FLOAT;
    bool text = bcn_arrow_type_is_text(column->type);
    if (shape == BCN_ARROW_NOTHING) {
        return true;
    }
    switch (column->kind) {
    case BCN_LABEL:
        return number || text || shape == BCN_ARROW_BOOL;
    case BCN_TIME:
        return shape == BCN_ARROW_STAMP || shape == BCN_ARROW_DATE ||
               (text && options->parse_time != NULL);
    case BCN_INTEGER:
        return number || shape == BCN_ARROW_BOOL ||
               (text && options->parse_integer != NULL);
    case BCN_ID:
        return number || text;
    }
    return false;
}

static const char *
wanted(bcn_kind kind)
{
    switch (kind) {
    case BCN_LABEL:
        return "labels (texts, a dictionary of texts, or whole numbers)";
    case BCN_TIME:
        return "times (timestamps, dates, or texts)";
    case BCN_INTEGER:
        return "whole numbers";
    case BCN_ID:
        return "identifiers (whole numbers or texts)";
    }
    return "";
}

bcn_status
bcn_arrow_column_open(bcn_arrow_column *column,
                      const bcn_arrow_options *options, size_t number,
                      const struct ArrowSchema *schema, bcn_error *error)
{
    column->options = options;
    column->kind = options->columns[number].kind;
    column->number = (uint16_t)number;
    column->name = schema->name != NULL ? schema->name : "";
    column->present = true;
    column->indexed = schema->dictionary != NULL;
    column->key = bcn_arrow_type_of(schema);
    column->type =
        column->indexed ? bcn_arrow_type_of(schema->dictionary) : column->key;
    bool readable = accepts(column);
    if (column->indexed) {
        readable &= (column->key.shape == BCN_ARROW_SIGNED ||
                     column->key.shape == BCN_ARROW_UNSIGNED) &&
                    schema->dictionary->dictionary == NULL;
    }
    if (!readable) {
        char name[96];
        bcn_arrow_type_name(schema, name, sizeof name);
        return bcn_fail(error, BCN_INVALID,
                        "column '%.100s' has the type "
                        "%s, which cannot be read as %s",
                        column->name, name, wanted(column->kind));
    }
    if (column->kind == BCN_LABEL) {
        column->dictionary.texts = bcn_labels_new();
        if (column->dictionary.texts == NULL) {
            return BCN_NOMEM;
        }
    }
    return BCN_OK;
}

void
bcn_arrow_column_close(bcn_arrow_column *column)
{
    bcn_labels_free(column->dictionary.texts);
    bcn_free(column->dictionary.codes);
    bcn_free(column->remap);
    bcn_free(column->missing);
    bcn_free(column->codes);
    bcn_free(column->numbers);
    bcn_free(column->texts);
    bcn_free(column->gathered);
    bcn_free(column->notes);
}

bcn_status
bcn_arrow_column_bind(bcn_arrow_column *column, const struct ArrowArray *array,
                      size_t first, size_t rows, bcn_error *error)
{
    bcn_arrow_view *own = column->indexed ? &column->keys : &column->values;
    if ((array->dictionary != NULL) != column->indexed) {
        return bcn_fail(error, BCN_INVALID,
                        "column '%s': the schema and the "
                        "array do not agree about a dictionary",
                        column->name);
    }
    BCN_TRY(bcn_arrow_view_bind(own,
                                column->indexed ? column->key : column->type,
                                array, column->name, error));
    if (own->length < first || own->length - first < rows) {
        return bcn_fail(error, BCN_INVALID,
                        "column '%s': %zu values for "
                        "%zu rows from %zu",
                        column->name, own->length, rows, first);
    }
    own->start += first;
    own->length = rows;
    if (!column->indexed) {
        return BCN_OK;
    }
    BCN_TRY(bcn_arrow_view_bind(&column->values, column->type,
                                array->dictionary, column->name, error));
    bool texts = bcn_arrow_type_is_text(column->type);
    return column->kind == BCN_LABEL && texts
               ? bcn_arrow_labels_bind(column, error)
               : BCN_OK;
}

/* Put the values that indices point to side by side: `plain` is then like
 * the column without its dictionary. */
static bcn_status
gather(bcn_arrow_piece *piece, bcn_arrow_view *plain)
{
    bcn_arrow_column *column = piece->column;
    const bcn_arrow_view *values = &column->values;
    bool texts = bcn_arrow_type_is_text(column->type);
    bool bits = column->type.shape == BCN_ARROW_BOOL;
    size_t width = bits ? 1 : column->type.width;
    *plain = *values;
    if (!texts) {
        BCN_TRY(bcn_arrow_room(&column->gathered, 8));
        memset(column->gathered, 0, piece->count * width);
        plain->data = column->gathered;
        plain->validity = NULL;
        plain->start = 0;
        plain->length = piece->count;
    }
    if (bits) {
        plain->type.shape = BCN_ARROW_UNSIGNED;
        plain->type.width = 1;
    }
    BCN_TRY(bcn_arrow_room(&column->missing, 1));
    if (piece->missing == NULL) {
        memset(column->missing, 0, piece->count);
        piece->missing = column->missing;
    }
    for (size_t i = 0; i < piece->count; i++) {
        size_t index;
        if (texts) {
            column->texts[i] = (bcn_bytes){NULL, 0};
        }
        if (column->missing[i]) {
            continue;
        }
        if (!bcn_arrow_view_index(&column->keys, piece->from + i,
                                  values->length, &index)) {
            return bcn_fail(piece->error, BCN_INVALID,
                            "column '%s', row "
                            "%zu: its index lies outside the dictionary of "
                            "%zu values",
                            column->name, piece->from + i, values->length);
        }
        if (bcn_arrow_view_missing(values, index, 1, &column->missing[i])) {
            continue;
        }
        size_t at = values->start + index;
        if (texts) {
            BCN_TRY(bcn_arrow_view_texts(values, index, 1, NULL,
                                         &column->texts[i], piece->error));
        } else if (bits) {
            const uint8_t *bytes = (const uint8_t *)values->data;
            column->gathered[i] = (char)(bytes[at >> 3] >> (at & 7) & 1);
        } else {
            memcpy(column->gathered + i * width, values->data + at * width,
                   width);
        }
    }
    piece->view = plain;
    piece->from = 0;
    return BCN_OK;
}

static bcn_status
written_numbers(bcn_arrow_piece *piece)
{
    bcn_arrow_column *column = piece->column;
    const bcn_arrow_options *options = column->options;
    BCN_TRY(bcn_arrow_room(&column->numbers, sizeof *column->numbers));
    for (size_t i = 0; i < piece->count; i++) {
        bcn_bytes text = column->texts[i];
        bcn_reason reason = BCN_REASON_INTEGER;
        column->numbers[i] = BCN_MISSING;
        if (text.data != NULL &&
            !options->parse_integer(options->context, text,
                                    &column->numbers[i], &reason)) {
            column->numbers[i] = BCN_MISSING;
            BCN_TRY(bcn_arrow_fault(piece, i, reason, text));
        }
    }
    return BCN_OK;
}

/* Int64 without nulls is what a log keeps, save for the one value that
 * stands for "missing". */
static bool
lend(bcn_arrow_piece *piece, bcn_slice *slice)
{
    const bcn_arrow_view *view = piece->view;
    if (view->type.shape != BCN_ARROW_SIGNED || view->type.width != 8 ||
        piece->missing != NULL) {
        return false;
    }
    const char *at = view->data + (view->start + piece->from) * 8;
    if ((uintptr_t)at % sizeof(int64_t) != 0) {
        return false;
    }
    const int64_t *values = (const int64_t *)(const void *)at;
    unsigned taken = 0;
    for (size_t i = 0; i < piece->count; i++) {
        taken |= values[i] == BCN_MISSING;
    }
    slice->values = values;
    return taken == 0;
}

static bcn_status
numbers(bcn_arrow_piece *piece, bool exact, bcn_slice *slice)
{
    if (lend(piece, slice)) {
        return BCN_OK;
    }
    bcn_status status = bcn_arrow_type_is_text(piece->view->type)
                            ? written_numbers(piece)
                            : bcn_arrow_numbers(piece, exact, slice);
    slice->values = piece->column->numbers;
    return status;
}

/* Numbers beyond int64 are identifiers all the same, as texts. */
static bcn_status
long_ids(bcn_arrow_piece *piece, bcn_slice *slice, bool *done)
{
    const bcn_arrow_view *view = piece->view;
    bcn_arrow_column *column = piece->column;
    const char *at = view->data + (view->start + piece->from) * 8;
    bool sign = view->type.shape == BCN_ARROW_SIGNED;
    *done = false;
    for (size_t i = 0; view->type.width == 8 && !*done && i < piece->count;
         i++) {
        int64_t raw;
        memcpy(&raw, at + i * 8, sizeof raw);
        *done = (sign ? raw == BCN_MISSING : raw < 0) &&
                (piece->missing == NULL || !piece->missing[i]);
    }
    if (!*done) {
        return BCN_OK;
    }
    BCN_TRY(bcn_arrow_room(&column->notes, sizeof *column->notes));
    BCN_TRY(bcn_arrow_room(&column->texts, sizeof *column->texts));
    for (size_t i = 0; i < piece->count; i++) {
        uint64_t raw;
        memcpy(&raw, at + i * 8, sizeof raw);
        char *note = column->notes[i];
        column->texts[i] = (bcn_bytes){NULL, 0};
        if (piece->missing != NULL && piece->missing[i]) {
            continue;
        }
        int length = sign
                         ? snprintf(note, 32, "%lld", (long long)raw)
                         : snprintf(note, 32, "%llu", (unsigned long long)raw);
        column->texts[i] = (bcn_bytes){note, (size_t)length};
    }
    slice->texts = column->texts;
    return BCN_OK;
}

static bcn_status
ids(bcn_arrow_piece *piece, bcn_slice *slice)
{
    bcn_arrow_column *column = piece->column;
    bcn_arrow_shape shape = piece->view->type.shape;
    if (bcn_arrow_type_is_text(piece->view->type)) {
        slice->texts = column->texts;
        for (size_t i = 0; i < piece->count; i++) {
            if (!bcn_arrow_is_utf8(column->texts[i])) {
                BCN_TRY(bcn_arrow_fault(piece, i, BCN_REASON_ENCODING,
                                        column->texts[i]));
            }
        }
        return BCN_OK;
    }
    if (shape == BCN_ARROW_SIGNED || shape == BCN_ARROW_UNSIGNED) {
        bool done;
        BCN_TRY(long_ids(piece, slice, &done));
        if (done) {
            return BCN_OK;
        }
    }
    return numbers(piece, true, slice);
}

/* Take away the texts that say that nothing is stated. */
static void
forget_unstated(bcn_arrow_column *column, size_t count)
{
    const bcn_labels *unstated =
        column->options->columns[column->number].unstated;
    for (size_t i = 0; unstated != NULL && i < count; i++) {
        if (column->texts[i].data != NULL &&
            bcn_labels_has(unstated, column->texts[i])) {
            column->texts[i] = (bcn_bytes){NULL, 0};
        }
    }
}

bcn_status
bcn_arrow_column_slice(bcn_arrow_column *column, size_t from, size_t count,
                       const bcn_arrow_view *rows, bcn_slice *slice,
                       bcn_arrow_faults *faults, bcn_error *error)
{
    bcn_arrow_view plain;
    const bcn_arrow_view *own =
        column->indexed ? &column->keys : &column->values;
    bcn_arrow_piece piece = {.column = column,
                             .view = own,
                             .from = from,
                             .count = count,
                             .faults = faults,
                             .error = error};
    bool texts = bcn_arrow_type_is_text(column->type);
    *slice = (bcn_slice){0};
    column->note_count = 0;
    if (own->validity != NULL || own->type.shape == BCN_ARROW_NOTHING ||
        (rows != NULL && rows->validity != NULL)) {
        BCN_TRY(bcn_arrow_room(&column->missing, 1));
        memset(column->missing, 0, count);
        bool any = bcn_arrow_view_missing(own, from, count, column->missing);
        if (rows != NULL) {
            any |= bcn_arrow_view_missing(rows, from, count, column->missing);
        }
        piece.missing = any ? column->missing : NULL;
    }
    if (column->kind == BCN_LABEL && column->indexed && texts) {
        return bcn_arrow_labels_keys(&piece, slice);
    }
    if (texts) {
        BCN_TRY(bcn_arrow_room(&column->texts, sizeof *column->texts));
    }
    if (column->indexed) {
        BCN_TRY(gather(&piece, &plain));
    } else if (texts) {
        BCN_TRY(bcn_arrow_view_texts(own, from, count, piece.missing,
                                     column->texts, error));
    }
    if (texts && column->kind != BCN_LABEL) {
        forget_unstated(column, count);
    }
    switch (column->kind) {
    case BCN_LABEL:
        return texts ? bcn_arrow_labels_texts(&piece, slice)
                     : bcn_arrow_labels_numbers(&piece, slice);
    case BCN_TIME:
        return bcn_arrow_times(&piece, slice);
    case BCN_INTEGER:
        return numbers(&piece, false, slice);
    case BCN_ID:
        return ids(&piece, slice);
    }
    return BCN_OK;
}
