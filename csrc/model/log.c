#include "model/log.h"

#include <stdatomic.h>
#include <string.h>

struct bcn_log {
    atomic_size_t owners;
    size_t rows, count;
    bcn_spare *spare;
    bcn_log_column columns[BCN_MAX_FIELDS];
};

/* A quarter of an hour: every zone of this age changes on such a boundary, so
 * every calendar axis of an hour or more is a table over slots. */
static const int64_t SLOT = 900 * INT64_C(1000000);
enum { MAX_SLOTS = 1 << 21 }; /* sixty years; beyond, times are searched */

/* Give back what growing reserved in excess and share the rest. */
static bcn_status
settle(bcn_array *array, size_t bytes, bcn_block **out)
{
    if (array->data == NULL) {
        return BCN_OK;
    }
    void *fitting = bcn_realloc(array->data, bytes, 1);
    if (fitting == NULL) {
        return BCN_NOMEM;
    }
    array->data = fitting;
    *out = bcn_block_wrap(fitting, bytes);
    if (*out == NULL) {
        return BCN_NOMEM;
    }
    *array = (bcn_array){0};
    return BCN_OK;
}

static int64_t
floor_to(int64_t value, int64_t width)
{
    int64_t rest = value % width;
    return value - (rest < 0 ? rest + width : rest);
}

/* For times out of order: where on the calendar each row lies, so that an
 * axis is a look-up and not a division. */
static bcn_status
slots_new(bcn_log_column *column, size_t rows)
{
    bcn_column *view = &column->view;
    if (view->sorted || rows == 0 || view->least > view->greatest) {
        return BCN_OK;
    }
    int64_t base = floor_to(view->least, SLOT);
    uint64_t count =
        ((uint64_t)view->greatest - (uint64_t)base) / (uint64_t)SLOT + 1;
    if (count > MAX_SLOTS) {
        return BCN_OK;
    }
    const int64_t *times = view->data;
    bool narrow = count <= 65536;
    column->slots = bcn_block_new(rows, narrow ? 2 : 4, false);
    if (column->slots == NULL) {
        return BCN_NOMEM;
    }
    void *slots = bcn_block_data(column->slots);
    for (size_t i = 0; i < rows; i++) {
        if (times[i] == BCN_MISSING) { /* no slot can stand for it */
            bcn_block_drop(column->slots);
            column->slots = NULL;
            return BCN_OK;
        }
        uint64_t slot = (uint64_t)(times[i] - base) / (uint64_t)SLOT;
        if (narrow) {
            ((uint16_t *)slots)[i] = (uint16_t)slot;
        } else {
            ((uint32_t *)slots)[i] = (uint32_t)slot;
        }
    }
    view->slots = slots;
    view->slot_count = (size_t)count;
    view->slot_base = base;
    view->slot_width = SLOT;
    return BCN_OK;
}

/* Of times that need not be stated: which rows have one. */
static bcn_status
times_stated(bcn_log_column *column, size_t rows)
{
    const int64_t *times = column->view.data;
    size_t missing = 0;
    for (size_t i = 0; i < rows; i++) {
        missing += times[i] == BCN_MISSING;
    }
    column->missing = missing;
    if (missing == 0) {
        return BCN_OK;
    }
    column->stated = bcn_block_new(rows / 8 + 1, 1, true);
    if (column->stated == NULL) {
        return BCN_NOMEM;
    }
    uint8_t *bits = bcn_block_data(column->stated);
    for (size_t i = 0; i < rows; i++) {
        unsigned bit = times[i] != BCN_MISSING;
        bits[i / 8] |= (uint8_t)(bit << (i % 8));
    }
    column->view.valid = bits;
    return BCN_OK;
}

static bcn_status
column_new(bcn_store *store, bcn_log_column *column)
{
    size_t rows = store->rows;
    column->present = store->present;
    if (!store->present) {
        return BCN_OK;
    }
    column->texts = store->texts;
    column->dates = store->dates;
    column->rising = store->rising;
    column->missing = store->missing;
    uint64_t bytes = store->texts && rows != 0
                         ? ((uint64_t *)store->ends.data)[rows - 1]
                         : 0;
    if (store->stated.data != NULL) { /* the bits behind the last row are 0 */
        ((uint8_t *)store->stated.data)[rows / 8] &=
            (uint8_t)((1u << (rows % 8)) - 1);
    }
    BCN_TRY(settle(&store->values, rows * store->width, &column->values));
    BCN_TRY(settle(&store->stated, rows / 8 + 1, &column->stated));
    BCN_TRY(settle(&store->ends, rows * sizeof(uint64_t), &column->ends));
    BCN_TRY(settle(&store->bytes, (size_t)bytes, &column->bytes));
    if (column->values == NULL && !store->texts) { /* no row came */
        column->values = bcn_block_new(0, store->width, false);
        if (column->values == NULL) {
            return BCN_NOMEM;
        }
    }
    bool stated = store->minimum <= store->maximum;
    column->view = (bcn_column){
        .kind = store->field.kind,
        .width = (int)store->width,
        .data = column->values != NULL ? bcn_block_data(column->values) : NULL,
        .rows = rows,
        .least = stated ? store->minimum : 0,
        .greatest = stated ? store->maximum : 0,
        /* the order of labels and numbers is not watched */
        .sorted = store->sorted && (store->field.kind == BCN_TIME ||
                                    store->field.kind == BCN_ID),
        .valid =
            column->stated != NULL ? bcn_block_data(column->stated) : NULL,
    };
    if (store->field.kind == BCN_INTEGER && column->view.valid != NULL) {
        /* a row that states none stores 0 */
        bcn_column *view = &column->view;
        view->least = view->least < 0 ? view->least : 0;
        view->greatest = view->greatest > 0 ? view->greatest : 0;
    }
    if (store->field.kind != BCN_TIME) {
        return BCN_OK;
    }
    if (!store->field.required) {
        BCN_TRY(times_stated(column, rows));
    }
    return slots_new(column, rows);
}

bcn_status
bcn_log_new(bcn_builder *builder, bcn_log **out)
{
    bcn_log *log = bcn_calloc(1, sizeof *log);
    if (log == NULL) {
        return BCN_NOMEM;
    }
    atomic_init(&log->owners, 1);
    log->rows = (size_t)builder->accepted;
    log->count = builder->schema.count;
    log->spare = bcn_spare_new();
    if (log->spare == NULL) {
        bcn_free(log);
        return BCN_NOMEM;
    }
    for (size_t c = 0; c < log->count; c++) {
        bcn_status status = column_new(&builder->stores[c], &log->columns[c]);
        if (status != BCN_OK) {
            bcn_log_drop(log);
            return status;
        }
    }
    *out = log;
    return BCN_OK;
}

static void
share(bcn_block *block)
{
    if (block != NULL) {
        (void)bcn_block_keep(block);
    }
}

bcn_status
bcn_log_with(const bcn_log *log, const bcn_log_column *more, size_t count,
             bcn_log **out)
{
    if (count > BCN_MAX_FIELDS - log->count) {
        return BCN_RANGE;
    }
    bcn_log *made = bcn_calloc(1, sizeof *made);
    bcn_spare *spare = bcn_spare_new();
    if (made == NULL || spare == NULL) {
        bcn_spare_close(spare);
        bcn_free(made);
        return BCN_NOMEM;
    }
    atomic_init(&made->owners, 1);
    made->rows = log->rows;
    made->count = log->count + count;
    made->spare = spare;
    for (size_t c = 0; c < made->count; c++) {
        bcn_log_column *column = &made->columns[c];
        *column = c < log->count ? log->columns[c] : more[c - log->count];
        share(column->values);
        share(column->stated);
        share(column->ends);
        share(column->bytes);
        share(column->slots);
    }
    *out = made;
    return BCN_OK;
}

bcn_log *
bcn_log_keep(bcn_log *log)
{
    atomic_fetch_add_explicit(&log->owners, 1, memory_order_relaxed);
    return log;
}

void
bcn_log_drop(bcn_log *log)
{
    if (log == NULL || atomic_fetch_sub_explicit(&log->owners, 1,
                                                 memory_order_acq_rel) != 1) {
        return;
    }
    for (size_t c = 0; c < log->count; c++) {
        bcn_log_column *column = &log->columns[c];
        bcn_block_drop(column->values);
        bcn_block_drop(column->stated);
        bcn_block_drop(column->ends);
        bcn_block_drop(column->bytes);
        bcn_block_drop(column->slots);
    }
    bcn_spare_close(log->spare);
    bcn_free(log);
}

size_t
bcn_log_rows(const bcn_log *log)
{
    return log->rows;
}

bool
bcn_log_mark(const bcn_log *log, size_t column, uint8_t *seen)
{
    const bcn_column *view = &log->columns[column].view;
    uint8_t fresh = 0;
    if (view->width == 1) {
        const uint8_t *codes = view->data;
        for (size_t i = 0; i < log->rows; i++) {
            fresh |= (uint8_t)(seen[codes[i]] ^ 1);
            seen[codes[i]] = 1;
        }
    } else {
        const uint16_t *codes = view->data;
        for (size_t i = 0; i < log->rows; i++) {
            fresh |= (uint8_t)(seen[codes[i]] ^ 1);
            seen[codes[i]] = 1;
        }
    }
    return fresh != 0;
}

size_t
bcn_log_count(const bcn_log *log)
{
    return log->count;
}

const bcn_log_column *
bcn_log_at(const bcn_log *log, size_t column)
{
    return &log->columns[column];
}

bcn_spare *
bcn_log_spare(const bcn_log *log)
{
    return log->spare;
}

static size_t
bytes_of(const bcn_block *block)
{
    return block != NULL ? bcn_block_bytes(block) : 0;
}

void
bcn_log_bytes(const bcn_log *log, size_t *columns, size_t *ids)
{
    *columns = *ids = 0;
    for (size_t c = 0; c < log->count; c++) {
        const bcn_log_column *column = &log->columns[c];
        size_t bytes = bytes_of(column->values) + bytes_of(column->stated) +
                       bytes_of(column->ends) + bytes_of(column->bytes) +
                       bytes_of(column->slots);
        *(column->view.kind == BCN_ID ? ids : columns) += bytes;
    }
}
