/* The CSV reader: what it makes of texts, for any blocks and workers. */
#include "check.h"
#include "csv_text.h"

#include "base/memory.h"

static const bcn_csv_column five[] = {
    {BCN_TIME, 0, NULL, NULL},    {BCN_LABEL, 1, NULL, NULL},
    {BCN_LABEL, 2, NULL, NULL},   {BCN_ID, 3, NULL, NULL},
    {BCN_INTEGER, 4, NULL, NULL},
};

static bcn_csv_options
options_of(size_t fields, size_t columns)
{
    bcn_csv_options options = {0};
    options.delimiter = ',';
    options.quote = '"';
    options.fields = fields;
    options.columns = five;
    options.column_count = columns;
    return options;
}

static void
expect(const bcn_csv_options *options, const char *text, size_t length,
       bcn_status status, const char *expected)
{
    csv_text out;
    CHECK_EQUAL(csv_text_read(options, text, length, &out), status);
    CHECK_TEXT(out.data, expected);
    CHECK(!out.bad);
    free(out.data);
}

static const bcn_csv_column labels[] = {{BCN_LABEL, 0, NULL, NULL},
                                        {BCN_LABEL, 1, NULL, NULL},
                                        {BCN_LABEL, 2, NULL, NULL}};

static void
reads(const char *text, const char *expected)
{
    bcn_csv_options options = options_of(2, 2);
    options.columns = labels;
    expect(&options, text, strlen(text), BCN_OK, expected);
}

static void
test_grammar(void)
{
    reads("", "");
    reads("\n\r\n\r", "");
    reads("a,b", "1|a|b\n");
    reads("a,b\n", "1|a|b\n");
    reads("a,b\r\nc,d\r\n", "1|a|b\n2|c|d\n");
    reads("a,b\rc,d\r", "1|a|b\n2|c|d\n");
    reads("a,b\r\rc,d\n\re,f", "1|a|b\n3|c|d\n5|e|f\n");
    reads("\xef\xbb\xbf"
          "a,b\n",
          "1|a|b\n");
    reads("a,b\n\xef\xbb\xbf"
          "a,b\n",
          "1|a|b\n2|\xef\xbb\xbf"
          "a|b\n");
    reads("\n\na,b\n\nc,d\n", "3|a|b\n5|c|d\n");
    reads("\"a\",\"b\"\n", "1|a|b\n");
    reads("\"a,\"\"x\"\"\",\"b\nc\"\nd,e\n", "1|a,\"x\"|b\nc\n3|d|e\n");
    reads("\"a\r\nb\rc\",\"\"\nd,e\n", "1|a\r\nb\rc|~\n4|d|e\n");
    reads(" a\t, b \n\" a \",\t\n", "1|a|b\n2| a |~\n");
    reads("NA,NULL\n", "1|NA|NULL\n");
    reads(",\n", "1|~|~\n");
}

static void
test_flaws(void)
{
    reads("a\na,b,c\nd,e\n", "1!row:FIELDS:1 field where 2 were expected\n"
                             "2!row:FIELDS:3 fields where 2 were expected\n"
                             "3|d|e\n");
    reads("a\"b,c\nd,e\n", "1!row:QUOTE:a\"b\n2|d|e\n");
    reads("\"a\"b,c\r\nd,e\n", "1!row:QUOTE:\"a\"b\n2|d|e\n");
    reads("c,\"a\" \"x\r\nd,e\n", "1!row:QUOTE:\"a\" \"x\n2|d|e\n");
    reads("x,y, \"a\"\nd,e\n", "1!row:QUOTE: \"a\"\n2|d|e\n");
    reads("\xff,b\nb,\xc3\xa9\n", "1!0:ENCODING:\xff\n2|b|\xc3\xa9\n");
    bcn_csv_options options = options_of(2, 2);
    options.columns = labels;
    expect(&options, "a,b\nc,\"d\n\ne", 11, BCN_INVALID,
           "1|a|b\nline 2: a quote opens here and is never closed\n");
    expect(&options, "a,b\n\"x\ny\",\"d\n\ne", 16, BCN_INVALID,
           "1|a|b\nline 3: a quote opens here and is never closed\n");
    expect(&options, "a\0b,c\na,c\n", 10, BCN_OK, "1|a");
}

static void
test_limit(void)
{
    bcn_csv_options options = options_of(2, 2);
    options.columns = labels;
    options.record_limit = 5;
    const char *text = "ab,cd\r\n\nabc,de\nx,y\n";
    for (size_t block = 1; block < 30; block++) {
        options.block_bytes = block;
        expect(&options, text, strlen(text), BCN_INVALID,
               "1|ab|cd\nline 3: the record that begins here is longer than "
               "5 bytes; is this delimited text?\n");
        expect(&options, "a,b\n\"\n\n\n\n\n\n\n", 13, BCN_INVALID,
               "1|a|b\nline 2: the record that begins here is longer than "
               "5 bytes; is this delimited text?\n");
    }
}

static void
test_one_column(void)
{
    bcn_csv_options options = options_of(1, 1);
    options.columns = labels;
    const char *text = "a\n\nb\r\n\r\n\"\"\n c ";
    expect(&options, text, strlen(text), BCN_OK, "1|a\n3|b\n5|~\n6|c\n");
}

static const char tricky[] =
    "2023-01-01T00:00:00Z,FRA,DEU,1,5\r\n"
    "\r\n"
    "2023-01-01T00:00:01Z,\"FRA\",\"D\"\"EU\",2,+7\n"
    "\"2023-01-01 00:00:02.5+01:00\",\"a\r\nb\",x,-3,\"12\"\r"
    "bad,FRA,DEU,4,x\n"
    "2023-01-01T00:00:03Z,FRA,DEU,,\n"
    "2023-01-01,FRA,DEU,7,1\n"
    "2023-01-02,FRA,DEU,007,1\n"
    "2023-01-01T00:00:03Z,F\"RA,DEU,,\n"
    "2023-01-01T00:00:03Z,\"F\"RA,\"\n\n\",,\n"
    "one,two\n\n\n"
    "2023-01-01T00:00:03,FRA,\"DEU,\",\"A,\"\"\",9223372036854775808\n"
    "2023-01-01T00:00:60Z,  United Kingdom of Great Britain ,\xff,9,1.0";

static const char tricky_rows[] =
    "1|1672531200000000|FRA|DEU|1|5\n"
    "3|1672531201000000|FRA|D\"EU|2|7\n"
    "4|1672527602500000|a\r\nb|x|-3|12\n"
    "6!0:TIME:bad\n"
    "7|1672531203000000|FRA|DEU|~|~\n"
    "8|1672531200000000d|FRA|DEU|7|1\n"
    "9|1672617600000000d|FRA|DEU|007|1\n"
    "10!row:QUOTE:F\"RA\n"
    "11!row:QUOTE:\"F\"RA\n"
    "14!row:FIELDS:2 fields where 5 were expected\n"
    "17!0:TIME_ZONE:2023-01-01T00:00:03\n"
    "18!2:ENCODING:\xff\n";

static void
test_any_blocks(void)
{
    size_t length = sizeof tricky - 1;
    bcn_csv_options options = options_of(5, 5);
    for (size_t workers = 1; workers <= 4; workers += 3) {
        for (size_t block = 1; block <= length + 1; block++) {
            options.workers = workers;
            options.block_bytes = block;
            options.batch_rows = 1 + block % 5;
            expect(&options, tricky, length, BCN_OK, tricky_rows);
        }
    }
    /* Every split between what was read before and what comes after. */
    for (size_t split = 0; split <= length; split++) {
        options.before = (bcn_bytes){tricky, split};
        options.block_bytes = 50;
        expect(&options, tricky + split, length - split, BCN_OK, tricky_rows);
    }
}

/* Every beginning of the tricky text reads the same in one block and in
 * small ones. */
static void
test_any_end(void)
{
    bcn_csv_options whole = options_of(5, 5), pieces = options_of(5, 5);
    for (size_t length = 0; length < sizeof tricky; length++) {
        csv_text expected;
        bcn_status status = csv_text_read(&whole, tricky, length, &expected);
        for (size_t block = 1; block < 12; block += 2) {
            pieces.block_bytes = block;
            pieces.workers = 1 + block % 3;
            expect(&pieces, tricky, length, status, expected.data);
        }
        free(expected.data);
    }
}

/* Some megabytes: many windows in a block, many blocks in flight. */
static void
test_many(void)
{
    enum { TIMES = 4000 };
    size_t one = sizeof tricky, length = one * TIMES;
    char *text = malloc(length);
    CHECK(text != NULL);
    for (size_t i = 0; i < TIMES; i++) {
        memcpy(text + i * one, tricky, one);
        text[i * one + one - 1] = '\n';
        text[i * one + 46 + i % 3] = (char)('A' + i % 26);
    }
    bcn_csv_options options = options_of(5, 5);
    csv_text expected;
    options.block_bytes = length;
    CHECK_OK(csv_text_read(&options, text, length, &expected));
    CHECK(!expected.bad);
    for (size_t workers = 1; workers <= 4; workers++) {
        options.workers = workers;
        options.block_bytes = (size_t)1000 << (2 * workers);
        options.batch_rows = 100 * workers;
        expect(&options, text, length, BCN_OK, expected.data);
    }
    free(expected.data);
    free(text);
}

static bcn_status
drop(void *context, const bcn_batch *batch)
{
    *(size_t *)context += batch->rows;
    return BCN_OK;
}

/* A line of a hundred megabytes, with and without an open quote. */
static ptrdiff_t
one_line(void *context, char *buffer, size_t size)
{
    size_t *left = context;
    size_t count = size < *left ? size : *left;
    memset(buffer, 'x', count);
    *left -= count;
    return (ptrdiff_t)count;
}

static void
test_long_line(void)
{
    for (int quoted = 0; quoted < 2; quoted++) {
        bcn_csv_options options = options_of(2, 2);
        size_t left = 100000000, rows = 0;
        bcn_error error = {""};
        options.columns = labels;
        options.workers = 2;
        options.before = (bcn_bytes){"a,b\n\"", 4 + (size_t)quoted};
        bcn_csv_input input = {one_line, &left};
        bcn_sink sink = {drop, &rows};
        CHECK_EQUAL(bcn_csv_read(&options, input, sink, NULL, &error),
                    BCN_INVALID);
        CHECK_TEXT(error.text, "line 2: the record that begins here is "
                               "longer than 67108864 bytes; is this "
                               "delimited text?");
        CHECK_EQUAL(rows, 1);
    }
}

static void
test_columns(void)
{
    static const bcn_csv_column chosen[] = {
        {BCN_LABEL, 2, NULL, NULL},
        {BCN_TIME, BCN_CSV_ABSENT, NULL, NULL},
        {BCN_INTEGER, 4, NULL, NULL}};
    bcn_csv_options options = options_of(5, 3);
    options.columns = chosen;
    options.first_line = 10;
    options.quote = 0;
    options.delimiter = ';';
    const char *text = "x;\"a;FRA;;7\nx;y;;;1\nx;y;BEL;;\r\n";
    expect(&options, text, strlen(text), BCN_OK,
           "10|FRA|~|7\n11|~|~|1\n12|BEL|~|~\n");
}

static void
test_known_labels(void)
{
    bcn_labels *known = bcn_labels_new();
    uint32_t number;
    CHECK(known != NULL);
    CHECK_OK(bcn_labels_add(known, (bcn_bytes){"FRA", 3}, &number));
    CHECK_OK(bcn_labels_add(known, (bcn_bytes){"DEU", 3}, &number));
    bcn_csv_column column = {BCN_LABEL, 0, known, NULL};
    bcn_csv_options options = options_of(1, 1);
    options.columns = &column;
    expect(&options, "DEU\nXXX\nFRA\n", 12, BCN_OK, "1|DEU\n2|XXX\n3|FRA\n");
    CHECK_EQUAL(bcn_labels_count(known), 2);
    bcn_labels_free(known);
}

static void
test_options(void)
{
    bcn_csv_options options = options_of(5, 5);
    csv_text out;
    options.fields = 4;
    CHECK_EQUAL(csv_text_read(&options, "", 0, &out), BCN_RANGE);
    free(out.data);
    options.fields = 65536;
    CHECK_EQUAL(csv_text_read(&options, "", 0, &out), BCN_RANGE);
    free(out.data);
    options = options_of(5, 5);
    options.delimiter = '"';
    CHECK_EQUAL(csv_text_read(&options, "", 0, &out), BCN_RANGE);
    free(out.data);
}

static bcn_status
read_tricky(size_t workers, size_t block)
{
    bcn_csv_options options = options_of(5, 5);
    size_t rows = 0;
    csv_bytes bytes = {tricky, sizeof tricky - 1, 0};
    bcn_csv_input input = {csv_bytes_read, &bytes};
    bcn_sink sink = {drop, &rows};
    options.workers = workers;
    options.block_bytes = block;
    bcn_status status = bcn_csv_read(&options, input, sink, NULL, NULL);
    CHECK(status != BCN_OK || rows == 12);
    return status;
}

static bcn_status
scenario_alone(void)
{
    return read_tricky(1, 0);
}

static bcn_status
scenario_together(void)
{
    return read_tricky(3, 40);
}

static ptrdiff_t
endless(void *context, char *buffer, size_t size)
{
    (void)context;
    for (size_t i = 0; i < size; i++) {
        buffer[i] = "a,b\n"[i % 4];
    }
    return (ptrdiff_t)(size - size % 4);
}

static bool
soon(void *context)
{
    return ++*(int *)context == 3;
}

static void
test_cancelled(void)
{
    for (size_t workers = 1; workers <= 4; workers++) {
        int asked = 0;
        size_t rows = 0;
        bcn_watch watch = {.poll = soon, .context = &asked};
        bcn_csv_options options = options_of(2, 2);
        options.columns = labels;
        options.workers = workers;
        bcn_csv_input input = {endless, NULL};
        bcn_sink sink = {drop, &rows};
        CHECK_EQUAL(bcn_csv_read(&options, input, sink, &watch, NULL),
                    BCN_CANCELLED);
        CHECK_EQUAL(asked, 3);
    }
}

static ptrdiff_t
breaking(void *context, char *buffer, size_t size)
{
    csv_bytes *left = context;
    ptrdiff_t got = csv_bytes_read(left, buffer, size);
    return got != 0 ? got : BCN_CSV_FAILED;
}

static bcn_status
refuse_third(void *context, const bcn_batch *batch)
{
    size_t *rows = context;
    *rows += batch->rows;
    return *rows >= 3 ? BCN_CORRUPT : BCN_OK;
}

static void
test_failures(void)
{
    for (size_t block = 1; block < 20; block++) {
        csv_bytes bytes = {"a,b\nc,d\ne,f\ng", 13, 0};
        bcn_csv_options options = options_of(2, 2);
        size_t rows = 0;
        bcn_error error = {""};
        options.columns = labels;
        options.workers = 1 + block % 3;
        options.block_bytes = block;
        bcn_csv_input input = {breaking, &bytes};
        bcn_sink sink = {drop, &rows};
        CHECK_EQUAL(bcn_csv_read(&options, input, sink, NULL, &error), BCN_IO);
        CHECK_TEXT(error.text, "reading failed after line 3");
        CHECK_EQUAL(rows, 3);
        bytes = (csv_bytes){"a,b\nc,d\ne,f\ng", 13, 0};
        rows = 0;
        options.batch_rows = 1;
        bcn_sink stubborn = {refuse_third, &rows};
        CHECK_EQUAL(bcn_csv_read(&options, input, stubborn, NULL, NULL),
                    BCN_CORRUPT);
        CHECK_EQUAL(rows, 3);
    }
}

int
main(void)
{
    test_grammar();
    test_flaws();
    test_limit();
    test_one_column();
    test_any_blocks();
    test_any_end();
    test_many();
    test_long_line();
    test_columns();
    test_known_labels();
    test_options();
    test_cancelled();
    test_failures();
    CHECK_SURVIVES(scenario_alone);
    CHECK_SURVIVES(scenario_together);
    return 0;
}
