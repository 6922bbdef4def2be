#include "text/csv_batch.h"

#include <stdio.h>

#include "base/memory.h"

enum { WINDOW_ROWS = BCN_CSV_WINDOW * 64, FLAW_ROOM = 80 };

bcn_status
bcn_csv_batch_new(bcn_csv_batch *batch, const bcn_csv_options *options)
{
    batch->column_count = options->column_count;
    batch->capacity = options->batch_rows;
    batch->fields = options->fields;
    batch->times = options->times;
    batch->cells = bcn_calloc(batch->column_count, sizeof *batch->cells);
    batch->slices = bcn_calloc(batch->column_count, sizeof *batch->slices);
    batch->span.slots = bcn_calloc(WINDOW_ROWS, sizeof *batch->span.slots);
    if (batch->cells == NULL || batch->slices == NULL ||
        batch->span.slots == NULL) {
        return BCN_NOMEM;
    }
    for (size_t i = 0; i < batch->column_count; i++) {
        BCN_TRY(bcn_csv_cells_new(&batch->cells[i], &options->columns[i],
                                  (uint16_t)i, batch->capacity));
    }
    return BCN_OK;
}

void
bcn_csv_batch_free(bcn_csv_batch *batch)
{
    for (size_t i = 0; batch->cells != NULL && i < batch->column_count; i++) {
        bcn_csv_cells_free(&batch->cells[i]);
    }
    bcn_free(batch->cells);
    bcn_free(batch->slices);
    bcn_free(batch->faults);
    bcn_free(batch->lines);
    bcn_scratch_free(&batch->scratch);
    bcn_free(batch->span.slots);
    bcn_free(batch->span.faults);
}

static bcn_status
flaw_fault(bcn_csv_span *span, const bcn_csv_flaw *flaw, size_t fields)
{
    const bcn_csv_rows *rows = span->rows;
    size_t record = flaw->row - span->from;
    if (flaw->quote != 0) {
        const uint32_t *ends = rows->ends + flaw->first + flaw->quote - 1;
        uint32_t start = ends[-1] + 1;
        bcn_bytes raw = {rows->text + start, ends[0] - start};
        if (raw.length != 0 && raw.data[raw.length - 1] == '\r') {
            raw.length--;
        }
        return bcn_csv_span_fault(span, record, UINT16_MAX, BCN_REASON_QUOTE,
                                  raw);
    }
    char *words = bcn_scratch_take(span->scratch, FLAW_ROOM);
    if (words == NULL) {
        return BCN_NOMEM;
    }
    int length =
        snprintf(words, FLAW_ROOM, "%lu field%s where %lu %s expected",
                 (unsigned long)flaw->count, flaw->count == 1 ? "" : "s",
                 (unsigned long)fields, fields == 1 ? "was" : "were");
    bcn_bytes value = {words, length > 0 ? (size_t)length : 0};
    return bcn_csv_span_fault(span, record, UINT16_MAX, BCN_REASON_FIELDS,
                              value);
}

static void
faults_forget(bcn_csv_span *span)
{
    for (size_t i = 0; i < span->fault_count; i++) {
        span->slots[span->faults[i].row] = 0;
    }
    span->fault_count = 0;
}

static void
forms_restore(bcn_csv_batch *batch)
{
    for (size_t i = 0; i < batch->column_count; i++) {
        batch->cells[i].form = batch->cells[i].form_before;
    }
    faults_forget(&batch->span);
}

/* The time columns first: they say how many records can be taken.  Where one
 * of them takes fewer than the others did, all are read again, so that none
 * has learnt from a record that is not in the batch. */
static bcn_status
times_read(bcn_csv_batch *batch)
{
    bcn_csv_span *span = &batch->span;
    for (size_t i = 0; i < batch->column_count; i++) {
        batch->cells[i].form_before = batch->cells[i].form;
    }
    for (size_t i = 0; i < batch->column_count; i++) {
        bcn_csv_cells *cells = &batch->cells[i];
        if (cells->kind != BCN_TIME || cells->field == BCN_CSV_ABSENT) {
            continue;
        }
        size_t before = span->count;
        BCN_TRY(bcn_csv_cells_read(cells, span));
        if (span->count < before) {
            forms_restore(batch);
            i = SIZE_MAX; /* from the first column, with fewer records */
        }
        if (span->count == 0) {
            break;
        }
    }
    return BCN_OK;
}

static bcn_status
others_read(bcn_csv_batch *batch)
{
    bcn_csv_span *span = &batch->span;
    for (size_t i = 0; i < span->rows->flaw_count; i++) {
        const bcn_csv_flaw *flaw = &span->rows->flaws[i];
        if (flaw->row >= span->from && flaw->row - span->from < span->count) {
            BCN_TRY(flaw_fault(span, flaw, batch->fields));
        }
    }
    for (size_t i = 0; i < batch->column_count; i++) {
        bcn_csv_cells *cells = &batch->cells[i];
        if (cells->kind != BCN_TIME && cells->field != BCN_CSV_ABSENT) {
            BCN_TRY(bcn_csv_cells_read(cells, span));
        }
    }
    return BCN_OK;
}

/* The span's faults, in the order of the rows, behind the batch's. */
static bcn_status
faults_gather(bcn_csv_batch *batch)
{
    bcn_csv_span *span = &batch->span;
    if (span->fault_count == 0) {
        return BCN_OK;
    }
    BCN_TRY(bcn_grow((void **)&batch->faults, &batch->fault_capacity,
                     batch->fault_count + span->fault_count,
                     sizeof *batch->faults));
    for (size_t i = 0; i < span->count; i++) {
        if (span->slots[i] != 0) {
            bcn_fault *fault = &batch->faults[batch->fault_count++];
            *fault = span->faults[span->slots[i] - 1];
            fault->row = (uint32_t)(batch->rows + i);
        }
    }
    faults_forget(span);
    return BCN_OK;
}

static bcn_status
line_add(bcn_csv_batch *batch, size_t row, uint64_t line)
{
    BCN_TRY(bcn_grow((void **)&batch->lines, &batch->line_capacity,
                     batch->line_count + 1, sizeof *batch->lines));
    batch->lines[batch->line_count++] = (bcn_line){(uint32_t)row, line};
    return BCN_OK;
}

static bcn_status
lines_gather(bcn_csv_batch *batch, const bcn_csv_rows *rows, size_t from,
             size_t count)
{
    size_t at = 0, next = from;
    while (at < rows->jump_count && rows->jumps[at].row < from) {
        at++;
    }
    bool jumps_first = at < rows->jump_count && rows->jumps[at].row == from;
    if (batch->rows == 0 && !jumps_first) {
        BCN_TRY(line_add(batch, 0, batch->next_line));
    }
    for (; at < rows->jump_count && rows->jumps[at].row < from + count; at++) {
        const bcn_csv_jump *jump = &rows->jumps[at];
        BCN_TRY(line_add(batch, batch->rows + jump->row - from, jump->line));
        batch->next_line = jump->line;
        next = jump->row;
    }
    batch->next_line += from + count - next;
    return BCN_OK;
}

bcn_status
bcn_csv_batch_add(bcn_csv_batch *batch, const bcn_csv_rows *rows, size_t from,
                  size_t *taken)
{
    bcn_csv_span *span = &batch->span;
    size_t left = rows->row_count - from, room = batch->capacity - batch->rows;
    span->rows = rows;
    span->from = from;
    span->count = left < room ? left : room;
    span->row = batch->rows;
    span->capacity = batch->capacity;
    span->times = &batch->times;
    span->scratch = &batch->scratch;
    *taken = 0;
    if (span->count == 0) {
        return BCN_OK;
    }
    BCN_TRY(times_read(batch));
    if (span->count == 0) {
        return BCN_OK;
    }
    BCN_TRY(others_read(batch));
    BCN_TRY(faults_gather(batch));
    BCN_TRY(lines_gather(batch, rows, from, span->count));
    batch->rows += span->count;
    *taken = span->count;
    return BCN_OK;
}

bcn_batch
bcn_csv_batch_view(bcn_csv_batch *batch, uint64_t line)
{
    for (size_t i = 0; i < batch->column_count; i++) {
        bcn_csv_cells *cells = &batch->cells[i];
        bcn_slice *slice = &batch->slices[i];
        *slice = (bcn_slice){0};
        if (cells->field == BCN_CSV_ABSENT) {
            continue;
        }
        if (cells->kind == BCN_LABEL) {
            slice->codes = cells->codes;
            slice->dictionary = &cells->dictionary;
        } else if (cells->as_texts) {
            slice->texts = cells->texts;
        } else {
            slice->values = cells->values;
            slice->dates = cells->form == 1;
        }
    }
    for (size_t i = 0; i < batch->line_count; i++) {
        batch->lines[i].line += line;
    }
    return (bcn_batch){batch->rows,        batch->slices, batch->faults,
                       batch->fault_count, batch->lines,  batch->line_count};
}

void
bcn_csv_batch_clear(bcn_csv_batch *batch)
{
    for (size_t i = 0; i < batch->column_count; i++) {
        batch->cells[i].as_texts = false;
        batch->cells[i].form = 0;
    }
    batch->rows = batch->fault_count = batch->line_count = 0;
    bcn_scratch_reset(&batch->scratch);
}
