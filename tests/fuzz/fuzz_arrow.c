/* fuzz_arrow.c - any bytes as record batches: reading stays inside memory.
 *
 * The input decides types, lengths, offsets, null counts and the contents of
 * all buffers.  A buffer is allocated at the size that the interface promises
 * for the length and offset it decided, so that one byte read beyond is a
 * report; what stands in the buffers (text offsets, views, indices) is
 * hostile.  The bytes of texts are as long as their last offset says, as that
 * is all a reader can know. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "arrow/arrow_read.h"
#include "base/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { COLUMNS = 3, MOST_BUFFERS = 6, MOST_ROWS = 64 };

typedef struct input {
    const uint8_t *at, *end;
} input;

typedef struct made {
    struct ArrowSchema schema, values_schema;
    struct ArrowArray array, values;
    void *buffers[2 * MOST_BUFFERS];
    const void *pointers[2 * MOST_BUFFERS];
} made;

typedef struct world {
    input in;
    made columns[COLUMNS];
    struct ArrowSchema *schema_children[COLUMNS];
    struct ArrowArray *children[COLUMNS];
    void *validity;
    const void *pointers[1];
    bool served;
    uint64_t sum; /* of all that was read, so that it is read */
} world;

static uint8_t
byte(input *in)
{
    return in->at < in->end ? *in->at++ : 0;
}

/* Exactly `size` bytes, filled from the input and then with zeros. */
static void *
bytes(input *in, size_t size)
{
    uint8_t *memory = malloc(size != 0 ? size : 1);
    if (memory == NULL) {
        abort();
    }
    size_t left = (size_t)(in->end - in->at);
    size_t taken = left < size ? left : size;
    if (size != 0) {
        memset(memory, 0, size);
    }
    if (taken != 0) {
        memcpy(memory, in->at, taken);
        in->at += taken;
    }
    return memory;
}

static void
schema_gone(struct ArrowSchema *schema)
{
    schema->release = NULL;
}

static void
array_gone(struct ArrowArray *array)
{
    array->release = NULL;
}

static const char *const FORMATS[] = {
    "u",   "U",   "vu",   "c",       "C",       "s",          "S",  "i",
    "I",   "l",   "L",    "f",       "g",       "b",          "n",  "z",
    "tdD", "tdm", "tss:", "tsm:UTC", "tsu:UTC", "tsn:+01:00", "+l",
};

static size_t
width_of(const char *format)
{
    if (format[0] == 't') {
        return strcmp(format, "tdD") == 0 ? 4 : 8;
    }
    return strchr("cC", format[0])    ? 1
           : strchr("sS", format[0])  ? 2
           : strchr("iIf", format[0]) ? 4
                                      : 8;
}

static int64_t
text_end(const char *format, const void *offsets, size_t at)
{
    if (*format == 'U') {
        int64_t end;
        memcpy(&end, (const char *)offsets + at * 8, 8);
        return end;
    }
    int32_t end;
    memcpy(&end, (const char *)offsets + at * 4, 4);
    return end;
}

/* Fill one array; buffers[] owns, pointers[] is shown. */
static void
array_make(input *in, const char *format, int64_t least,
           struct ArrowArray *out, void **buffers, const void **pointers)
{
    size_t offset = byte(in) % 8, length = byte(in) % MOST_ROWS;
    if ((int64_t)length < least) {
        length = (size_t)least;
    }
    size_t total = offset + length;
    uint8_t odd = byte(in);
    *out = (struct ArrowArray){.length = (int64_t)length,
                               .offset = (int64_t)offset,
                               .null_count = (odd & 3) == 0 ? 0 : -1,
                               .n_buffers = 2,
                               .buffers = pointers,
                               .release = array_gone};
    buffers[0] = odd & 1 ? bytes(in, (total + 7) / 8) : NULL;
    if (*format == 'n') {
        out->n_buffers = 0;
    } else if (strchr("uUz", *format)) {
        out->n_buffers = 3;
        buffers[1] = bytes(in, (total + 1) * (*format == 'U' ? 8 : 4));
        int64_t end = text_end(format, buffers[1], total);
        buffers[2] = bytes(in, end > 0 && end < 4096 ? (size_t)end : 0);
        if (end >= 4096) {
            /* No such memory: the array says so honestly. */
            free(buffers[2]);
            buffers[2] = NULL;
        }
    } else if (*format == 'v') {
        size_t variadic = odd >> 6;
        int64_t sizes[3] = {0};
        buffers[1] = bytes(in, total * 16);
        for (size_t i = 0; i < variadic; i++) {
            sizes[i] = byte(in);
            buffers[2 + i] = bytes(in, (size_t)sizes[i]);
        }
        input exact = {(const uint8_t *)sizes,
                       (const uint8_t *)(sizes + variadic)};
        buffers[2 + variadic] = bytes(&exact, variadic * sizeof *sizes);
        out->n_buffers = 3 + (int64_t)variadic;
    } else if (*format == 'b') {
        buffers[1] = bytes(in, (total + 7) / 8);
    } else {
        buffers[1] = bytes(in, total * width_of(format));
    }
    if ((odd & 0x3c) == 0x3c && *format != 'v') {
        out->n_buffers--; /* a producer that cannot count; with views, where
                             any number may be right, it would be believed */
    }
    for (size_t i = 0; i < MOST_BUFFERS; i++) {
        pointers[i] = buffers[i];
    }
}

static void
column_make(input *in, made *to, int64_t rows)
{
    size_t count = sizeof FORMATS / sizeof *FORMATS;
    const char *format = FORMATS[byte(in) % count];
    bool indexed =
        strlen(format) == 1 && strchr("cCsSiIlL", *format) && (byte(in) & 1);
    to->schema = (struct ArrowSchema){
        .format = format, .name = "x", .release = schema_gone};
    array_make(in, format, byte(in) & 1 ? rows : 0, &to->array, to->buffers,
               to->pointers);
    if (indexed) {
        const char *values = FORMATS[byte(in) % count];
        to->values_schema = (struct ArrowSchema){
            .format = values, .name = "", .release = schema_gone};
        to->schema.dictionary = &to->values_schema;
        array_make(in, values, 0, &to->values, to->buffers + MOST_BUFFERS,
                   to->pointers + MOST_BUFFERS);
        to->array.dictionary = &to->values;
    }
}

static int
give_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    world *w = stream->private_data;
    *out = (struct ArrowSchema){.format = "+s",
                                .n_children = COLUMNS,
                                .children = w->schema_children,
                                .release = schema_gone};
    return 0;
}

static int
give_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    world *w = stream->private_data;
    *out = (struct ArrowArray){0};
    if (!w->served) {
        size_t offset = byte(&w->in) % 8, rows = byte(&w->in) % MOST_ROWS;
        w->validity =
            byte(&w->in) & 1 ? bytes(&w->in, (offset + rows + 7) / 8) : NULL;
        w->pointers[0] = w->validity;
        *out = (struct ArrowArray){.length = (int64_t)rows,
                                   .offset = (int64_t)offset,
                                   .null_count = -1,
                                   .n_buffers = 1,
                                   .buffers = w->pointers,
                                   .n_children = COLUMNS,
                                   .children = w->children,
                                   .release = array_gone};
    }
    w->served = true;
    return 0;
}

static bcn_status
take(void *context, const bcn_batch *batch)
{
    world *w = context;
    for (size_t c = 0; c < COLUMNS; c++) {
        const bcn_slice *slice = &batch->slices[c];
        for (size_t i = 0; i < batch->rows; i++) {
            bcn_bytes text = {NULL, 0};
            if (slice->values != NULL) {
                w->sum += (uint64_t)slice->values[i];
            } else if (slice->texts != NULL) {
                text = slice->texts[i];
            } else if (slice->codes != NULL && slice->codes[i] != BCN_NONE) {
                bcn_labels *labels = slice->dictionary->texts;
                if (slice->codes[i] >= bcn_labels_count(labels)) {
                    abort();
                }
                text = bcn_labels_text(labels, slice->codes[i]);
            }
            w->sum += bcn_hash(text.data, text.length);
        }
    }
    for (size_t i = 0; i < batch->fault_count; i++) {
        const bcn_fault *fault = &batch->faults[i];
        if (fault->row >= batch->rows ||
            (i != 0 && fault->row <= fault[-1].row)) {
            abort();
        }
        w->sum += bcn_hash(fault->value.data, fault->value.length);
    }
    return BCN_OK;
}

static bool
parse_time(void *context, bcn_bytes text, int64_t *utc, int *dates,
           bcn_reason *reason)
{
    (void)context;
    *utc = (int64_t)(bcn_hash(text.data, text.length) >> 8);
    *dates = (int)(*utc & 1);
    *reason = BCN_REASON_TIME;
    return (*utc & 2) != 0;
}

static bool
parse_integer(void *context, bcn_bytes text, int64_t *value,
              bcn_reason *reason)
{
    int dates;
    return parse_time(context, text, value, &dates, reason);
}

static void
nothing(struct ArrowArrayStream *stream)
{
    (void)stream;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[COLUMNS] = {"a", "b", "c"};
    world w = {.in = {data, data + size}};
    bcn_arrow_want wants[COLUMNS];
    for (size_t i = 0; i < COLUMNS; i++) {
        wants[i] =
            (bcn_arrow_want){names[i], (bcn_kind)(byte(&w.in) % 4), NULL};
    }
    for (size_t i = 0; i < COLUMNS; i++) {
        column_make(&w.in, &w.columns[i], MOST_ROWS + 8);
        w.columns[i].schema.name = names[i];
        w.schema_children[i] = &w.columns[i].schema;
        w.children[i] = &w.columns[i].array;
    }
    struct ArrowArrayStream stream = {.get_schema = give_schema,
                                      .get_next = give_next,
                                      .release = nothing,
                                      .private_data = &w};
    bcn_arrow_options options = {.columns = wants,
                                 .count = COLUMNS,
                                 .parse_time = parse_time,
                                 .parse_integer = parse_integer};
    bcn_error error;
    bcn_status status =
        bcn_arrow_read(&stream, &options, (bcn_sink){take, &w}, NULL, &error);
    if (status != BCN_OK && status != BCN_INVALID && status != BCN_RANGE) {
        abort();
    }
    for (size_t i = 0; i < COLUMNS; i++) {
        for (size_t b = 0; b < 2 * MOST_BUFFERS; b++) {
            free(w.columns[i].buffers[b]);
        }
    }
    free(w.validity);
    return 0;
}
