#include "check.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>

#include "arrow/arrow_export.h"
#include "arrow/arrow_read.h"

/* Columns are written down as literals and read; what the sink gets is
 * rendered as one text:  a,-,b|1,2,3!1:0:8=x;  for each batch: columns by
 * '|', '-' for missing, then faults as row:column:reason=value. */
enum { MOST = 3 };

typedef struct column {
    const char *name, *format;
    bcn_kind kind;
    int64_t length, offset, nulls, buffer_count;
    const void *buffers[5];
    const struct column *dictionary;
} column;

typedef struct scene {
    const column *columns;
    size_t count;
    int64_t rows, offset;
    const void *validity;
    int64_t batches;
    bool plain; /* one column without a struct around it */
    bool localized;
} scene;

typedef struct running {
    const scene *played;
    struct ArrowSchema schema, fields[MOST], values[MOST];
    struct ArrowSchema *schema_children[MOST];
    struct ArrowArray arrays[MOST], dictionaries[MOST];
    struct ArrowArray *children[MOST];
    const void *struct_buffers[1];
    int64_t served;
    int alive; /* structs handed out and not yet released */
    char text[1024];
    size_t used;
    bool lent;
} running;

static void
schema_gone(struct ArrowSchema *schema)
{
    running *run = schema->private_data;
    if (run != NULL) {
        run->alive--;
    }
    schema->release = NULL;
}

static void
array_gone(struct ArrowArray *array)
{
    running *run = array->private_data;
    if (run != NULL) {
        run->alive--;
    }
    array->release = NULL;
}

static int
give_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    running *run = stream->private_data;
    const scene *from = run->played;
    for (size_t i = 0; i < from->count; i++) {
        const column *c = &from->columns[i];
        run->fields[i] = (struct ArrowSchema){
            .format = c->format, .name = c->name, .release = schema_gone};
        if (c->dictionary != NULL) {
            run->values[i] =
                (struct ArrowSchema){.format = c->dictionary->format,
                                     .name = "",
                                     .release = schema_gone};
            run->fields[i].dictionary = &run->values[i];
        }
        run->schema_children[i] = &run->fields[i];
    }
    run->alive++;
    *out = (struct ArrowSchema){.format = "+s",
                                .name = "",
                                .n_children = (int64_t)from->count,
                                .children = run->schema_children,
                                .release = schema_gone,
                                .private_data = run};
    if (from->plain) {
        *out = run->fields[0];
        out->private_data = run;
    }
    return 0;
}

static struct ArrowArray
array_of(const column *c)
{
    return (struct ArrowArray){.length = c->length,
                               .null_count = c->nulls,
                               .offset = c->offset,
                               .n_buffers = c->buffer_count,
                               .buffers = (const void **)c->buffers,
                               .release = array_gone};
}

static int
give_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    running *run = stream->private_data;
    const scene *from = run->played;
    *out = (struct ArrowArray){0};
    if (run->served++ == from->batches) {
        return 0;
    }
    for (size_t i = 0; i < from->count; i++) {
        const column *c = &from->columns[i];
        run->arrays[i] = array_of(c);
        if (c->dictionary != NULL) {
            run->dictionaries[i] = array_of(c->dictionary);
            run->arrays[i].dictionary = &run->dictionaries[i];
        }
        run->children[i] = &run->arrays[i];
    }
    run->struct_buffers[0] = from->validity;
    run->alive++;
    *out = (struct ArrowArray){.length = from->rows,
                               .null_count = from->validity ? -1 : 0,
                               .offset = from->offset,
                               .n_buffers = 1,
                               .buffers = run->struct_buffers,
                               .n_children = (int64_t)from->count,
                               .children = run->children,
                               .release = array_gone,
                               .private_data = run};
    if (from->plain) {
        *out = run->arrays[0];
        out->private_data = run;
    }
    return 0;
}

static void
say(running *run, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(run->text + run->used, sizeof run->text - run->used,
                           format, arguments);
    va_end(arguments);
    run->used += (size_t)length;
    if (run->used >= sizeof run->text) {
        run->used = sizeof run->text - 1; /* cut: the comparison will tell */
    }
}

static void
say_cell(running *run, const bcn_slice *slice, size_t i)
{
    bcn_bytes text = {NULL, 0};
    if (slice->values != NULL) {
        if (slice->values[i] == BCN_MISSING) {
            say(run, "-");
        } else {
            say(run, "%lld", (long long)slice->values[i]);
        }
        return;
    }
    if (slice->codes != NULL && slice->codes[i] != BCN_NONE) {
        text = bcn_labels_text(slice->dictionary->texts, slice->codes[i]);
    } else if (slice->texts != NULL) {
        text = slice->texts[i];
    }
    if (text.data == NULL) {
        say(run, "-");
    } else {
        say(run, "%.*s", (int)text.length, text.data);
    }
}

static bcn_status
take(void *context, const bcn_batch *batch)
{
    running *run = context;
    for (size_t c = 0; c < run->played->count; c++) {
        const bcn_slice *slice = &batch->slices[c];
        say(run, c == 0 ? "" : "|");
        for (size_t i = 0; i < batch->rows; i++) {
            say(run, i == 0 ? "" : ",");
            say_cell(run, slice, i);
        }
        if (slice->dates) {
            say(run, " dates");
        }
        const void *buffer = run->played->columns[c].buffers[1];
        run->lent = (const void *)slice->values == buffer ||
                    (const void *)slice->codes == buffer;
    }
    for (size_t i = 0; i < batch->fault_count; i++) {
        const bcn_fault *fault = &batch->faults[i];
        say(run, "!%u:%u:%u=%.*s", (unsigned)fault->row,
            (unsigned)fault->column, (unsigned)fault->reason,
            (int)fault->value.length, fault->value.data);
    }
    say(run, ";");
    return BCN_OK;
}

static bool
parse_time(void *context, bcn_bytes text, int64_t *utc, int *dates,
           bcn_reason *reason)
{
    (void)context;
    *utc = (int64_t)text.length;
    *dates = text.data[0] == 'd';
    *reason = BCN_REASON_TIME;
    return text.data[0] == 't' || text.data[0] == 'd';
}

static bool
parse_integer(void *context, bcn_bytes text, int64_t *value,
              bcn_reason *reason)
{
    (void)context;
    *value = text.data[0] - '0';
    *reason = BCN_REASON_INTEGER;
    return text.length == 1 && *value >= 0 && *value <= 9;
}

static bool
localize(void *context, int64_t naive, int64_t *utc, bcn_reason *reason)
{
    (void)context;
    *utc = naive - 1000000;
    *reason = BCN_REASON_TIME_NEVER;
    return naive != 7200000000;
}

static char shown[1024];
static bool was_lent;

static bcn_status
play(const scene *from, bcn_error *error)
{
    running run = {.played = from};
    struct ArrowArrayStream stream = {.get_schema = give_schema,
                                      .get_next = give_next,
                                      .private_data = &run};
    bcn_arrow_want wants[MOST];
    for (size_t i = 0; i < from->count; i++) {
        wants[i] = (bcn_arrow_want){from->columns[i].name,
                                    from->columns[i].kind, NULL};
    }
    bcn_arrow_options options = {.columns = wants,
                                 .count = from->count,
                                 .parse_time = parse_time,
                                 .parse_integer = parse_integer,
                                 .localize =
                                     from->localized ? localize : NULL};
    stream.release = (void (*)(struct ArrowArrayStream *))NULL;
    CHECK_EQUAL(
        bcn_arrow_read(&stream, &options, (bcn_sink){take, &run}, NULL, error),
        BCN_INVALID); /* a released stream is refused */
    stream.release = (void (*)(struct ArrowArrayStream *))abort;
    error->text[0] = '\0';
    bcn_status status =
        bcn_arrow_read(&stream, &options, (bcn_sink){take, &run}, NULL, error);
    CHECK_EQUAL(run.alive, 0); /* all given back, whatever happened */
    memcpy(shown, run.text, sizeof shown);
    was_lent = run.lent;
    return status;
}

static const char *
read_all(scene from)
{
    bcn_error error;
    from.batches = from.batches != 0 ? from.batches : 1;
    bcn_status status = play(&from, &error);
    return status == BCN_OK ? shown
           : error.text[0]  ? strcpy(shown, error.text)
                            : bcn_status_text(status);
}

#define READ(ROWS, OFFSET, ...)                                               \
    read_all((scene){.columns = (const column[]){__VA_ARGS__},                \
                     .count = sizeof((const column[]){__VA_ARGS__}) /         \
                              sizeof(column),                                 \
                     .rows = (ROWS),                                          \
                     .offset = (OFFSET)})

static const int32_t LABEL_OFFSETS[] = {3, 6, 9, 9, 12};
static const char LABEL_BYTES[] = "xyzFRADEUESP";
static const uint8_t NOT_FIRST[] = {0xfe}, NOT_SECOND[] = {0xfd};

static void
texts_with_an_offset_are_read_once_from_where_they_start(void)
{
    column texts = {"a", "u", BCN_LABEL, 4,
                    0,   0,   3,         {NULL, LABEL_OFFSETS, LABEL_BYTES},
                    NULL};
    CHECK_TEXT(READ(4, 0, texts), "FRA,DEU,-,ESP;");
    texts.offset = 1;
    texts.length = 3;
    CHECK_TEXT(READ(3, 0, texts), "DEU,-,ESP;");
    CHECK_TEXT(READ(1, 2, texts), "ESP;");
    texts.nulls = 1;
    texts.buffers[0] = NOT_SECOND;
    CHECK_TEXT(READ(3, 0, texts), "-,-,ESP;");
    texts.kind = BCN_ID;
    CHECK_TEXT(READ(3, 0, texts), "-,-,ESP;");
}

static void
an_unknown_null_count_needs_no_bitmap_but_a_known_one_does(void)
{
    column texts = {"a", "u", BCN_LABEL, 4,
                    0,   -1,  3,         {NULL, LABEL_OFFSETS, LABEL_BYTES},
                    NULL};
    CHECK_TEXT(READ(4, 0, texts), "FRA,DEU,-,ESP;");
    texts.nulls = 2;
    CHECK_TEXT(READ(4, 0, texts),
               "column 'a': 2 nulls without a validity bitmap");
    texts.nulls = 5;
    CHECK_TEXT(READ(4, 0, texts), "column 'a': 5 nulls in 4 rows");
}

static void
a_record_batch_has_an_offset_and_nulls_of_its_own(void)
{
    static const int64_t numbers[] = {1, 2, 3, 4};
    column columns[] = {
        {"a", "l", BCN_INTEGER, 4, 0, 0, 2, {NULL, numbers}, NULL},
        {"b",
         "u",
         BCN_LABEL,
         4,
         0,
         0,
         3,
         {NULL, LABEL_OFFSETS, LABEL_BYTES},
         NULL},
    };
    scene all = {.columns = columns, .count = 2, .rows = 3, .offset = 1};
    CHECK_TEXT(read_all(all), "2,3,4|DEU,-,ESP;");
    all.validity = NOT_SECOND; /* row 1 of the struct: the first shown */
    CHECK_TEXT(read_all(all), "-,3,4|-,-,ESP;");
    all.rows = 4;
    CHECK_TEXT(read_all(all), "column 'a': 4 values for 4 rows from 1");
}

static void
views_are_followed_only_inside_their_buffers(void)
{
    struct view {
        int32_t length;
        char inlined[4];
        int32_t buffer, offset;
    } views[] = {{3, "FRA", 0, 0}, {13, "thir", 0, 1}, {0, "", 9, 9}};
    static const char data[] = "?thirteen long.";
    int64_t sizes[] = {14};
    column texts = {
        "a", "vu", BCN_LABEL, 3, 0, 0, 4, {NULL, views, data, sizes}, NULL};
    CHECK_TEXT(READ(3, 0, texts), "FRA,thirteen long,-;");
    sizes[0] = 13;
    CHECK_TEXT(READ(3, 0, texts), "column 'a', row 1: a view of 13 bytes at "
                                  "1 in buffer 0 lies outside its memory");
    views[1].buffer = 1;
    CHECK_TEXT(READ(3, 0, texts), "column 'a', row 1: a view of 13 bytes at "
                                  "1 in buffer 1 lies outside its memory");
    views[1].length = -13;
    views[1].offset = 0;
    CHECK_TEXT(READ(3, 0, texts), "column 'a', row 1: a view of -13 bytes at "
                                  "0 in buffer 1 lies outside its memory");
    texts.buffer_count = 2;
    CHECK_TEXT(READ(3, 0, texts), "column 'a': 2 buffers where its type has "
                                  "3");
}

static void
text_offsets_that_run_wild_are_refused(void)
{
    int32_t offsets[] = {0, 3, 2, 6};
    column texts = {
        "a", "u", BCN_LABEL, 3, 0, 0, 3, {NULL, offsets, LABEL_BYTES}, NULL};
    CHECK_TEXT(READ(3, 0, texts),
               "column 'a', row 1: text from byte 3 to 2 of 6");
    offsets[2] = 9;
    CHECK_TEXT(READ(3, 0, texts),
               "column 'a', row 1: text from byte 3 to 9 of 6");
    offsets[0] = -1;
    CHECK_TEXT(READ(3, 0, texts), "column 'a': text offsets run from -1 to 6");
    texts.buffers[1] = NULL;
    CHECK_TEXT(READ(3, 0, texts), "column 'a': its memory is missing");
    texts.length = 0;
    CHECK_TEXT(READ(0, 0, texts), "");
    texts.length = -3;
    CHECK_TEXT(READ(0, 0, texts),
               "column 'a': length -3 with offset 0 is not possible");
}

static const column LABELS = {
    "", "u", BCN_LABEL, 4, 0, 0, 3, {NULL, LABEL_OFFSETS, LABEL_BYTES}, NULL};

static void
dictionary_codes_of_every_width_become_labels(void)
{
    static const int8_t bytes[] = {1, 0, 3, 1};
    static const uint16_t shorts[] = {1, 0, 3, 1};
    static const int32_t ints[] = {1, 0, 3, 1};
    static const uint64_t longs[] = {1, 0, 3, 1};
    const void *data[] = {bytes, shorts, ints, longs};
    const char *formats[] = {"c", "S", "i", "L"};
    for (size_t i = 0; i < 4; i++) {
        column codes = {"a", formats[i], BCN_LABEL,       4,      0,
                        0,   2,          {NULL, data[i]}, &LABELS};
        CHECK_TEXT(READ(4, 0, codes), "DEU,FRA,ESP,DEU;");
        codes.nulls = -1;
        codes.buffers[0] = NOT_FIRST;
        CHECK_TEXT(READ(4, 0, codes), "-,FRA,ESP,DEU;");
        codes.kind = BCN_ID;
        CHECK_TEXT(READ(4, 0, codes), "-,FRA,ESP,DEU;");
    }
}

static void
a_dictionary_in_order_lends_its_codes(void)
{
    static const int32_t offsets[] = {0, 1, 2, 3};
    static const int32_t codes[] = {2, 0, 1};
    const column values = {
        "", "u", BCN_LABEL, 3, 0, 0, 3, {NULL, offsets, "abc"}, NULL};
    column labels = {"a", "i", BCN_LABEL, 3, 0, 0, 2, {NULL, codes}, &values};
    CHECK_TEXT(READ(3, 0, labels), "c,a,b;");
    CHECK(was_lent);
    labels.offset = 1;
    labels.length = 2;
    CHECK_TEXT(READ(2, 0, labels), "a,b;");
}

static void
indices_outside_the_dictionary_are_refused(void)
{
    int8_t codes[] = {0, -1, 2};
    column labels = {"a", "c", BCN_LABEL, 3, 0, 0, 2, {NULL, codes}, &LABELS};
    const char *words = "column 'a', row 1: its index lies outside the "
                        "dictionary of 4 values";
    CHECK_TEXT(READ(3, 0, labels), words);
    codes[1] = 4;
    CHECK_TEXT(READ(3, 0, labels), words);
    labels.kind = BCN_ID;
    CHECK_TEXT(READ(3, 0, labels), words);
    labels.nulls = 1;
    labels.buffers[0] = NOT_SECOND;
    CHECK_TEXT(READ(3, 0, labels), "FRA,-,-;");
}

static void
nulls_and_repeats_among_the_values_of_a_dictionary_are_understood(void)
{
    static const int32_t offsets[] = {0, 1, 2, 3, 4};
    static const int32_t codes[] = {3, 2, 1, 0};
    const column values = {
        "", "u", BCN_LABEL, 4, 0, 1, 3, {NOT_SECOND, offsets, "abca"}, NULL};
    column labels = {"a", "i", BCN_LABEL, 4, 0, 0, 2, {NULL, codes}, &values};
    CHECK_TEXT(READ(4, 0, labels), "a,c,-,a;");
    CHECK(!was_lent);
    const column broken = {"",
                           "u",
                           BCN_LABEL,
                           4,
                           0,
                           0,
                           3,
                           {NULL, offsets,
                            "a\xff"
                            "ca"},
                           NULL};
    labels.dictionary = &broken;
    CHECK_TEXT(READ(4, 0, labels), "a,c,-,a!2:0:3=\xff;");
}

static void
times_of_every_unit_become_microseconds_or_faults(void)
{
    int64_t raw[] = {0, -1, 1500};
    column times = {"a", "tsu:UTC", BCN_TIME, 3, 0, 0, 2, {NULL, raw}, NULL};
    CHECK_TEXT(READ(3, 0, times), "0,-1,1500;");
    CHECK(was_lent);
    times.format = "tsn:+01:00";
    CHECK_TEXT(READ(3, 0, times), "0,-1,1;");
    times.format = "tsm:/etc/localtime";
    CHECK_TEXT(READ(3, 0, times), "0,-1000,1500000;");
    times.format = "tss:no such zone";
    CHECK_TEXT(READ(3, 0, times), "0,-1000000,1500000000;");
    raw[1] = INT64_C(253402300800);
    CHECK_TEXT(READ(3, 0, times), "0,-,1500000000!1:0:12=253402300800;");
    times.format = "tsu:UTC";
    raw[0] = INT64_C(253402300799999999);
    raw[1] = INT64_MIN;
    raw[2] = INT64_C(-62135596800000000);
    CHECK_TEXT(READ(3, 0, times), "253402300799999999,-,-62135596800000000"
                                  "!1:0:12=-9223372036854775808;");
    times.format = "tdm";
    raw[0] = 86400000;
    raw[1] = 1;
    raw[2] = -86400000;
    CHECK_TEXT(READ(3, 0, times), "86400000000,-,-86400000000 dates"
                                  "!1:0:8=1;");
    static const int32_t days[] = {19358, 2932896, 2932897};
    times.format = "tdD";
    times.buffers[1] = days;
    CHECK_TEXT(READ(3, 0, times), "1672531200000000,253402214400000000,- "
                                  "dates!2:0:12=2932897;");
}

static void
a_time_without_a_zone_needs_the_callers(void)
{
    static const int64_t raw[] = {3600, 7200, -1};
    column times = {"a", "tss:", BCN_TIME, 3, 0, 0, 2, {NULL, raw}, NULL};
    CHECK_TEXT(READ(3, 0, times),
               "-,-,-!0:0:9=1970-01-01T01:00:00!1:0:9=1970-01-01T02:00:00"
               "!2:0:9=1969-12-31T23:59:59;");
    scene local = {
        .columns = &times, .count = 1, .rows = 3, .localized = true};
    CHECK_TEXT(read_all(local),
               "3599000000,-,-2000000!1:0:11=1970-01-01T02:00:00;");
}

static void
written_times_and_numbers_go_to_the_callers_parsers(void)
{
    static const int32_t offsets[] = {0, 2, 3, 3, 5};
    column texts = {"a", "u", BCN_TIME, 4, 0, 0, 3, {NULL, offsets, "dd1dd"},
                    NULL};
    CHECK_TEXT(READ(4, 0, texts), "2,-,-,2 dates!1:0:8=1;");
    texts.kind = BCN_INTEGER;
    CHECK_TEXT(READ(4, 0, texts), "-,1,-,-!0:0:13=dd!3:0:13=dd;");
}

static void
numbers_are_whole_or_refused(void)
{
    static const double floats[] = {1, 1.5, NAN, -3, 1e300, INFINITY};
    column numbers = {"a", "g", BCN_INTEGER, 6, 0, 0, 2, {NULL, floats}, NULL};
    CHECK_TEXT(READ(6, 0, numbers),
               "1,-,-,-3,-,-!1:0:13=1.5!4:0:14=1.0000000000000001e+300"
               "!5:0:13=inf;");
    static const uint64_t longs[] = {1, UINT64_MAX, 3};
    column ids = {"a", "L", BCN_ID, 3, 0, 0, 2, {NULL, longs}, NULL};
    CHECK_TEXT(READ(3, 0, ids), "1,18446744073709551615,3;");
    ids.kind = BCN_INTEGER;
    CHECK_TEXT(READ(3, 0, ids), "1,-,3!1:0:14=18446744073709551615;");
    static const int64_t least[] = {INT64_MIN, 0};
    column low = {"a", "l", BCN_ID, 2, 0, 0, 2, {NULL, least}, NULL};
    CHECK_TEXT(READ(2, 0, low), "-9223372036854775808,0;");
    static const uint8_t bits[] = {0x2d};
    column truths = {"a", "b", BCN_LABEL, 3, 1, 0, 2, {NULL, bits}, NULL};
    CHECK_TEXT(READ(3, 0, truths), "false,true,true;");
}

static void
a_row_has_its_first_fault_only(void)
{
    static const double floats[] = {0.5, 1, 0.5};
    static const double others[] = {2, 0.5, 0.5};
    column a = {"a", "g", BCN_INTEGER, 3, 0, 0, 2, {NULL, floats}, NULL};
    column b = {"b", "g", BCN_INTEGER, 3, 0, 0, 2, {NULL, others}, NULL};
    CHECK_TEXT(READ(3, 0, a, b), "-,1,-|2,-,-!0:0:13=0.5!1:1:13=0.5"
                                 "!2:0:13=0.5;");
}

static void
each_batch_may_bring_another_dictionary(void)
{
    /* The same two batches: numbering lasts, codes are looked up anew. */
    static const uint8_t codes[] = {3, 0};
    const column labels = {"a", "C", BCN_LABEL,     2,      0,
                           0,   2,   {NULL, codes}, &LABELS};
    scene twice = {.columns = &labels, .count = 1, .rows = 2, .batches = 2};
    CHECK_TEXT(read_all(twice), "ESP,FRA;ESP,FRA;");
}

static void
long_batches_are_cut(void)
{
    enum { ROWS = BCN_ARROW_ROWS + 1 };
    int64_t *numbers = bcn_calloc(ROWS, sizeof *numbers);
    CHECK(numbers != NULL);
    numbers[ROWS - 1] = 7;
    column many = {"a", "l", BCN_INTEGER,     ROWS, 0,
                   0,   2,   {NULL, numbers}, NULL};
    const char *all = READ(ROWS, 0, many);
    CHECK(strncmp(all, "0,0,0", 5) == 0);
    many.offset = BCN_ARROW_ROWS;
    many.length = 1;
    CHECK_TEXT(READ(1, 0, many), "7;");
    bcn_free(numbers);
}

static void
a_plain_column_is_a_table_of_one(void)
{
    column texts = {"a", "u", BCN_LABEL, 3,
                    1,   0,   3,         {NULL, LABEL_OFFSETS, LABEL_BYTES},
                    NULL};
    scene alone = {.columns = &texts, .count = 1, .rows = 3, .plain = true};
    CHECK_TEXT(read_all(alone), "DEU,-,ESP;");
}

static void
types_that_cannot_be_read_are_named(void)
{
    column lists = {"a", "+l", BCN_LABEL, 0, 0, 0, 2, {NULL}, NULL};
    CHECK_TEXT(READ(0, 0, lists),
               "column 'a' has the type list, which cannot be read as labels "
               "(texts, a dictionary of texts, or whole numbers)");
    lists.format = "tDs";
    lists.kind = BCN_TIME;
    CHECK_TEXT(READ(0, 0, lists),
               "column 'a' has the type format 'tDs', which cannot be read "
               "as times (timestamps, dates, or texts)");
}

static bcn_status
reading_a_table(void)
{
    static const int32_t codes[] = {3, 0, 1, 3};
    static const double floats[] = {1, 0.5, 3, 0.25};
    static const int64_t times[] = {1, 2, 3, 4};
    const column columns[] = {
        {"a", "i", BCN_LABEL, 4, 0, 1, 2, {NOT_FIRST, codes}, &LABELS},
        {"b", "g", BCN_INTEGER, 4, 0, 0, 2, {NULL, floats}, NULL},
        {"c", "tsn:", BCN_TIME, 4, 0, 0, 2, {NULL, times}, NULL},
    };
    const scene all = {
        .columns = columns, .count = 3, .rows = 4, .batches = 2};
    bcn_error error;
    return play(&all, &error);
}

static bcn_status
writing_a_table(void)
{
    bcn_status status = BCN_NOMEM;
    bcn_arrow_table *table = NULL;
    struct ArrowArrayStream stream = {0};
    struct ArrowSchema schema = {0};
    struct ArrowArray array = {0};
    bcn_block *codes = bcn_block_new(3, 1, true);
    bcn_block *offsets = bcn_block_new(2, 4, true);
    if (codes == NULL || offsets == NULL) {
        goto done;
    }
    ((int32_t *)bcn_block_data(offsets))[1] = 3;
    const bcn_arrow_texts labels = {
        {bcn_block_data(offsets), offsets}, {"FRA", NULL}, 1};
    const bcn_arrow_field field = {.name = "a",
                                   .format = "C",
                                   .data = {bcn_block_data(codes), codes},
                                   .labels = &labels};
    table = bcn_arrow_table_new(&field, 1, 3);
    if (table == NULL || bcn_arrow_table_stream(table, &stream) != BCN_OK ||
        stream.get_schema(&stream, &schema) != 0 ||
        stream.get_next(&stream, &array) != 0) {
        goto done;
    }
    /* Everything given lives by itself: the rest may go first. */
    stream.release(&stream);
    bcn_arrow_table_drop(table);
    table = NULL;
    struct ArrowArray child = *array.children[0];
    array.children[0]->release = NULL;
    array.release(&array);
    CHECK_TEXT(schema.children[0]->dictionary->format, "u");
    CHECK_EQUAL(((const uint8_t *)child.buffers[1])[2], 0);
    CHECK_EQUAL(((const int32_t *)child.dictionary->buffers[1])[1], 3);
    child.release(&child);
    CHECK(child.release == NULL && array.release == NULL);
    status = BCN_OK;

done:
    if (schema.release != NULL) {
        schema.release(&schema);
    }
    if (stream.release != NULL) {
        stream.release(&stream);
    }
    bcn_arrow_table_drop(table);
    bcn_block_drop(codes);
    bcn_block_drop(offsets);
    return status;
}

int
main(void)
{
    texts_with_an_offset_are_read_once_from_where_they_start();
    an_unknown_null_count_needs_no_bitmap_but_a_known_one_does();
    a_record_batch_has_an_offset_and_nulls_of_its_own();
    views_are_followed_only_inside_their_buffers();
    text_offsets_that_run_wild_are_refused();
    dictionary_codes_of_every_width_become_labels();
    a_dictionary_in_order_lends_its_codes();
    indices_outside_the_dictionary_are_refused();
    nulls_and_repeats_among_the_values_of_a_dictionary_are_understood();
    times_of_every_unit_become_microseconds_or_faults();
    a_time_without_a_zone_needs_the_callers();
    written_times_and_numbers_go_to_the_callers_parsers();
    numbers_are_whole_or_refused();
    a_row_has_its_first_fault_only();
    each_batch_may_bring_another_dictionary();
    long_batches_are_cut();
    a_plain_column_is_a_table_of_one();
    types_that_cannot_be_read_are_named();
    CHECK_SURVIVES(reading_a_table);
    CHECK_SURVIVES(writing_a_table);
    return 0;
}
