/* Rows in, a log out: batches made by hand, judged, kept, looked at again. */
#include "model/builder.h"

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "model/log.h"

enum { TIME, FROM, TO, ID, SIZE, COLUMNS, MOST = 16 };

/* A batch in the making; one dictionary for the labels of both columns. */
typedef struct sheet {
    size_t rows;
    int64_t times[MOST], ids[MOST], sizes[MOST];
    bcn_bytes id_texts[MOST];
    uint32_t from[MOST], to[MOST];
    bcn_dictionary labels[2];
    bcn_slice slices[COLUMNS];
    bcn_fault faults[MOST];
    bcn_line lines[MOST];
    size_t fault_count, line_count;
} sheet;

static bcn_bytes
text(const char *letters)
{
    return letters == NULL ? (bcn_bytes){NULL, 0}
                           : (bcn_bytes){letters, strlen(letters)};
}

static uint32_t
label(bcn_dictionary *dictionary, const char *letters)
{
    uint32_t number = BCN_NONE;
    if (letters != NULL &&
        bcn_labels_add(dictionary->texts, text(letters), &number) != BCN_OK) {
        number = BCN_NONE;
    }
    return number;
}

static bcn_status
sheet_new(sheet *s)
{
    memset(s, 0, sizeof *s);
    s->labels[0].texts = bcn_labels_new();
    s->labels[1].texts = bcn_labels_new();
    s->slices[TIME] = (bcn_slice){.values = s->times};
    s->slices[FROM] =
        (bcn_slice){.codes = s->from, .dictionary = &s->labels[0]};
    s->slices[TO] = (bcn_slice){.codes = s->to, .dictionary = &s->labels[1]};
    s->slices[ID] = (bcn_slice){.values = s->ids};
    s->slices[SIZE] = (bcn_slice){.values = s->sizes};
    return s->labels[0].texts != NULL && s->labels[1].texts != NULL
               ? BCN_OK
               : BCN_NOMEM;
}

static void
sheet_free(sheet *s)
{
    for (size_t i = 0; i < 2; i++) {
        bcn_labels_free(s->labels[i].texts);
        bcn_free(s->labels[i].codes);
    }
}

static void
row(sheet *s, int64_t time, const char *from, const char *to, int64_t id,
    int64_t size)
{
    s->times[s->rows] = time;
    s->from[s->rows] = label(&s->labels[0], from);
    s->to[s->rows] = label(&s->labels[1], to);
    s->ids[s->rows] = id;
    s->sizes[s->rows++] = size;
}

static bcn_status
take(bcn_builder *builder, sheet *s)
{
    const bcn_batch batch = {s->rows,        s->slices, s->faults,
                             s->fault_count, s->lines,  s->line_count};
    bcn_status status = bcn_builder_take(builder, &batch);
    s->rows = s->fault_count = s->line_count = 0;
    return status;
}

static int asked;

/* The domain is A, B, C; "?" is ambiguous, "!" raises. */
static bcn_status
resolve(void *context, size_t column, bcn_bytes name, uint32_t *code)
{
    (void)context;
    (void)column;
    asked++;
    if (name.length == 1 && name.data[0] >= 'A' && name.data[0] <= 'C') {
        *code = (uint32_t)(name.data[0] - 'A');
        return BCN_OK;
    }
    if (name.data[0] == '!') {
        return BCN_RANGE;
    }
    *code = BCN_REFUSED |
            (name.data[0] == '?' ? BCN_REASON_AMBIGUOUS : BCN_REASON_UNKNOWN);
    return BCN_OK;
}

static bcn_status
begin(bcn_builder *builder, uint32_t labels, bool raise)
{
    bcn_schema schema = {
        .count = COLUMNS, .id = ID, .keys = {FROM, TO}, .key_count = 2};
    const bcn_field name = {
        .kind = BCN_LABEL, .required = true, .labels = labels, .shares = -1};
    schema.fields[TIME] = (bcn_field){.kind = BCN_TIME,
                                      .required = true,
                                      .shares = -1,
                                      .minimum = 100,
                                      .maximum = 199};
    schema.fields[FROM] = schema.fields[TO] = name;
    schema.fields[TO].shares = labels == 0 ? FROM : -1;
    schema.fields[ID] = (bcn_field){.kind = BCN_ID,
                                    .shares = -1,
                                    .minimum = INT64_MIN + 1,
                                    .maximum = INT64_MAX};
    schema.fields[SIZE] =
        (bcn_field){.kind = BCN_INTEGER, .shares = -1, .maximum = INT64_MAX};
    const bcn_builder_options options = {
        .resolve = resolve, .raise = raise, .keep = 100, .workers = 1};
    return bcn_builder_init(builder, &schema, &options);
}

static void
check_refusal(const bcn_builder *builder, size_t at, uint64_t number,
              uint64_t line, uint16_t column, bcn_reason reason,
              const char *value)
{
    CHECK(at < builder->ledger.kept_count);
    const bcn_refusal *found = &builder->ledger.kept[at];
    CHECK_EQUAL(found->row, number);
    CHECK_EQUAL(found->line, line);
    CHECK_EQUAL(found->column, column);
    CHECK_EQUAL(found->reason, reason);
    CHECK_EQUAL(found->value == BCN_NONE, value == NULL);
    CHECK(
        value == NULL ||
        bcn_bytes_equal(bcn_labels_text(builder->ledger.values, found->value),
                        text(value)));
}

static void
check_closes(const bcn_builder *builder)
{
    CHECK_EQUAL(builder->seen, builder->accepted + builder->ledger.rows +
                                   builder->duplicates);
    for (size_t c = 0; c < COLUMNS; c++) {
        CHECK(!builder->stores[c].present ||
              builder->stores[c].rows == builder->accepted);
    }
}

static void
the_first_fault_in_the_order_of_the_schema_is_told(void)
{
    bcn_builder builder;
    sheet s;
    CHECK_OK(begin(&builder, 3, false));
    CHECK_OK(sheet_new(&s));
    bcn_builder_begin(&builder, 0);
    row(&s, 100, "A", "B", 1, 5);
    row(&s, 99, "X", "B", 2, -1);            /* the period first */
    row(&s, 100, "X", "?", 3, -1);           /* then the sender */
    row(&s, 199, "A", "?", 4, -1);           /* then the receiver */
    row(&s, 199, "A", NULL, 5, -1);          /* which is needed */
    row(&s, BCN_MISSING, "A", "A", 6, 1);    /* as is the time */
    row(&s, 150, "A", "A", BCN_MISSING, -7); /* no negative size */
    row(&s, 150, "C", "C", BCN_MISSING, BCN_MISSING);
    row(&s, 150, "Q", "Z", 7, 1);  /* the reader's fault, in the size */
    row(&s, 150, "C", "C", 7, 77); /* the reader's fault, in the size */
    row(&s, 0, "Q", "C", 7, 77);   /* the reader's fault: the whole row */
    s.faults[0] = (bcn_fault){8, SIZE, BCN_REASON_INTEGER, text("many")};
    s.faults[1] = (bcn_fault){9, SIZE, BCN_REASON_INTEGER, text("few")};
    s.faults[2] =
        (bcn_fault){10, BCN_WHOLE_ROW, BCN_REASON_FIELDS, text("4 fields")};
    s.fault_count = 3;
    CHECK_OK(take(&builder, &s));
    check_closes(&builder);
    CHECK_EQUAL(builder.accepted, 2);
    CHECK_EQUAL(builder.ledger.kept_count, 9);
    check_refusal(&builder, 0, 2, 0, TIME, BCN_REASON_PERIOD,
                  "1970-01-01T00:00:00.000099Z");
    check_refusal(&builder, 1, 3, 0, FROM, BCN_REASON_UNKNOWN, "X");
    check_refusal(&builder, 2, 4, 0, TO, BCN_REASON_AMBIGUOUS, "?");
    check_refusal(&builder, 3, 5, 0, TO, BCN_REASON_MISSING, NULL);
    check_refusal(&builder, 4, 6, 0, TIME, BCN_REASON_MISSING, NULL);
    check_refusal(&builder, 5, 7, 0, SIZE, BCN_REASON_INTEGER_RANGE, "-7");
    check_refusal(&builder, 6, 9, 0, FROM, BCN_REASON_UNKNOWN, "Q");
    check_refusal(&builder, 7, 10, 0, SIZE, BCN_REASON_INTEGER, "few");
    check_refusal(&builder, 8, 11, 0, BCN_WHOLE_ROW, BCN_REASON_FIELDS,
                  "4 fields");
    CHECK_EQUAL(bcn_store_value(&builder.stores[FROM], 1), 2);
    CHECK(!bcn_store_stated(&builder.stores[SIZE], 1));
    sheet_free(&s);
    bcn_builder_free(&builder);
}

static void
a_text_is_asked_about_once(void)
{
    bcn_builder builder;
    sheet s;
    CHECK_OK(begin(&builder, 3, false));
    asked = 0;
    for (int turn = 0; turn < 3; turn++) { /* a new dictionary each time */
        CHECK_OK(sheet_new(&s));
        row(&s, 100, "A", "A", 1, 5);
        row(&s, 100, "X", "B", 2, 5);
        CHECK_OK(take(&builder, &s));
        sheet_free(&s);
    }
    CHECK_EQUAL(asked, 4); /* A and X from, A and B to */
    CHECK_OK(sheet_new(&s));
    row(&s, 100, "!", "A", 1, 5);
    CHECK_EQUAL(take(&builder, &s), BCN_RANGE);
    check_closes(&builder);
    sheet_free(&s);
    bcn_builder_free(&builder);
}

static void
lines_follow_records_of_several_lines(void)
{
    bcn_builder builder;
    sheet s;
    CHECK_OK(begin(&builder, 3, false));
    CHECK_OK(sheet_new(&s));
    bcn_builder_begin(&builder, 0);
    for (size_t i = 0; i < 6; i++) { /* lines 2 3 6 7 20 21 */
        row(&s, 100, i == 1 || i == 5 ? "X" : "A", "B", (int64_t)i, 1);
    }
    s.lines[0] = (bcn_line){0, 2};
    s.lines[1] = (bcn_line){2, 6};
    s.lines[2] = (bcn_line){4, 20};
    s.line_count = 3;
    CHECK_OK(take(&builder, &s));
    check_refusal(&builder, 0, 2, 3, FROM, BCN_REASON_UNKNOWN, "X");
    check_refusal(&builder, 1, 6, 21, FROM, BCN_REASON_UNKNOWN, "X");
    /* A second batch and a second source, all of them conflicts. */
    for (size_t i = 0; i < 2; i++) {
        row(&s, 101, "A", "B", 3, 1);
        s.lines[0] = (bcn_line){0, 30};
        s.line_count = 1;
        CHECK_OK(take(&builder, &s));
    }
    bcn_builder_begin(&builder, 1);
    row(&s, 100, "X", "B", 9, 1);
    row(&s, 101, "A", "B", 2, 1);
    CHECK_OK(take(&builder, &s));
    CHECK_OK(bcn_builder_finish(&builder, NULL));
    check_closes(&builder);
    CHECK_EQUAL(builder.ledger.kept_count, 6);
    check_refusal(&builder, 2, 7, 30, ID, BCN_REASON_CONFLICT, "3");
    check_refusal(&builder, 3, 8, 30, ID, BCN_REASON_CONFLICT, "3");
    check_refusal(&builder, 4, 1, 0, FROM, BCN_REASON_UNKNOWN, "X");
    check_refusal(&builder, 5, 2, 0, ID, BCN_REASON_CONFLICT, "2");
    CHECK_EQUAL(builder.ledger.kept[5].source, 1);
    sheet_free(&s);
    bcn_builder_free(&builder);
}

static void
duplicates_and_conflicts(void)
{
    bcn_builder builder;
    sheet s;
    CHECK_OK(begin(&builder, 3, false));
    CHECK_OK(sheet_new(&s));
    row(&s, 100, "A", "B", 8, 1);
    row(&s, 100, "A", "C", 8, 1); /* to another: another record */
    row(&s, 100, "A", "B", 7, 1);
    row(&s, 100, "A", "B", 8, 1); /* again */
    row(&s, 100, "A", "B", 8, 2); /* another size */
    row(&s, 100, "A", "B", 8, BCN_MISSING);
    row(&s, 100, "A", "B", BCN_MISSING, 1); /* without an id: never */
    row(&s, 100, "A", "B", BCN_MISSING, 1);
    CHECK_OK(take(&builder, &s));
    CHECK_OK(bcn_builder_finish(&builder, NULL));
    check_closes(&builder);
    CHECK_EQUAL(builder.duplicates, 1);
    CHECK_EQUAL(builder.ledger.rows, 2);
    CHECK_EQUAL(builder.accepted, 5);
    check_refusal(&builder, 0, 5, 0, ID, BCN_REASON_CONFLICT, "8");
    check_refusal(&builder, 1, 6, 0, ID, BCN_REASON_CONFLICT, "8");
    CHECK_EQUAL(bcn_store_value(&builder.stores[ID], 2), 7);
    sheet_free(&s);
    bcn_builder_free(&builder);
}

static void
raising_stops_at_the_first(void)
{
    bcn_builder builder;
    sheet s;
    CHECK_OK(begin(&builder, 3, true));
    CHECK_OK(sheet_new(&s));
    row(&s, 100, "A", "B", 1, 1);
    row(&s, 100, "X", "B", 2, 1);
    row(&s, 100, "Y", "B", 3, 1);
    CHECK_EQUAL(take(&builder, &s), BCN_INVALID);
    CHECK(builder.stopped);
    CHECK_EQUAL(builder.ledger.kept_count, 1);
    check_refusal(&builder, 0, 2, 0, FROM, BCN_REASON_UNKNOWN, "X");
    bcn_builder_free(&builder);
    CHECK_OK(begin(&builder, 3, true));
    sheet_free(&s);
    CHECK_OK(sheet_new(&s));
    row(&s, 100, "A", "B", 5, 1);
    row(&s, 100, "A", "B", 5, 1);
    row(&s, 100, "A", "B", 5, 2);
    CHECK_OK(take(&builder, &s));
    CHECK_EQUAL(bcn_builder_finish(&builder, NULL), BCN_INVALID);
    CHECK(builder.stopped);
    check_refusal(&builder, 0, 3, 0, ID, BCN_REASON_CONFLICT, "5");
    sheet_free(&s);
    bcn_builder_free(&builder);
}

static void
columns_come_and_go_between_sources(void)
{
    bcn_builder builder;
    sheet s;
    CHECK_OK(begin(&builder, 0, false));
    CHECK_OK(sheet_new(&s));
    s.slices[ID] = s.slices[SIZE] = (bcn_slice){0};
    row(&s, 100, "ZZ", "AA", 0, 0);
    row(&s, 100, "AA", "MM", 0, 0);
    CHECK_OK(take(&builder, &s));
    CHECK(!builder.stores[ID].present);
    CHECK_EQUAL(builder.origins.count, 0); /* no id, nothing to remember */
    s.slices[ID] = (bcn_slice){.texts = s.id_texts};
    s.slices[SIZE] = (bcn_slice){.values = s.sizes};
    bcn_builder_begin(&builder, 1);
    s.id_texts[0] = text("x");
    s.id_texts[1] = text(NULL);
    row(&s, 100, "ZZ", "AA", 0, 5);
    row(&s, 100, "ZZ", "AA", 0, 6);
    CHECK_OK(take(&builder, &s));
    bcn_builder_begin(&builder, 2);
    s.slices[SIZE] = (bcn_slice){0};
    s.id_texts[0] = text("x");
    row(&s, 100, "ZZ", "AA", 0, 0);
    CHECK_OK(take(&builder, &s));
    check_closes(&builder);
    CHECK_OK(bcn_builder_finish(&builder, NULL));
    check_refusal(&builder, 0, 1, 0, ID, BCN_REASON_CONFLICT, "x");
    CHECK_EQUAL(builder.ledger.kept[0].source, 2);
    CHECK_EQUAL(builder.accepted, 4);
    CHECK(!bcn_store_stated(&builder.stores[SIZE], 1));
    CHECK_EQUAL(bcn_store_value(&builder.stores[SIZE], 2), 5);
    CHECK(bcn_store_text(&builder.stores[ID], 1).data == NULL);
    sheet_free(&s);
    bcn_builder_free(&builder);
}

static void
dates_count_only_where_a_row_was_accepted(void)
{
    bcn_builder builder;
    sheet s;
    CHECK_OK(begin(&builder, 3, false));
    CHECK_OK(sheet_new(&s));
    row(&s, 100, "A", "B", 1, 1);
    CHECK_OK(take(&builder, &s));
    s.slices[TIME].dates = 1;
    row(&s, 100, "X", "B", 1, 1);
    CHECK_OK(take(&builder, &s));
    CHECK(!builder.stores[TIME].dates);
    row(&s, 100, "A", "B", 2, 1);
    CHECK_OK(take(&builder, &s));
    CHECK(builder.stores[TIME].dates);
    sheet_free(&s);
    bcn_builder_free(&builder);
}

static bcn_status
a_whole_reading(void)
{
    bcn_builder builder;
    sheet s = {0};
    bcn_log *log = NULL;
    bcn_status status = begin(&builder, 3, false);
    if (status == BCN_OK) {
        status = sheet_new(&s);
        if (status == BCN_OK) {
            bcn_builder_begin(&builder, 0);
            row(&s, 100, "A", "B", 8, 300);
            row(&s, 100, "X", "B", 8, 1);
            row(&s, 100, "A", "B", 8, BCN_MISSING);
            row(&s, 100, "A", "B", 8, 300);
            row(&s, 100, "A", "B", 3, 70000);
            s.lines[0] = (bcn_line){0, 2};
            s.lines[1] = (bcn_line){3, 9};
            s.line_count = 2;
            status = take(&builder, &s);
        }
        if (status == BCN_OK) {
            status = bcn_builder_finish(&builder, NULL);
        }
        if (status == BCN_OK) {
            check_closes(&builder);
            status = bcn_log_new(&builder, &log);
        }
        bcn_log_drop(log);
        bcn_builder_free(&builder);
    }
    sheet_free(&s);
    return status;
}

int
main(void)
{
    the_first_fault_in_the_order_of_the_schema_is_told();
    a_text_is_asked_about_once();
    lines_follow_records_of_several_lines();
    duplicates_and_conflicts();
    raising_stops_at_the_first();
    columns_come_and_go_between_sources();
    dates_count_only_where_a_row_was_accepted();
    CHECK_SURVIVES(a_whole_reading);
    return 0;
}
