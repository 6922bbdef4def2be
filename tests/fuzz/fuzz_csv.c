/* fuzz_csv.c - the CSV reader against itself: one block and one worker give
 * the same rows, faults, lines and errors as many small blocks and three
 * workers, and no text breaks it.
 *
 *     clang -std=c11 -g -O1 -fsanitize=fuzzer,address,undefined -pthread \
 *         -Icsrc -Itests/c -o build/fuzz_csv tests/fuzz/fuzz_csv.c \
 *         $(find csrc/base csrc/text -name "*.c")
 *     python tests/fuzz/csv_seeds.py build/corpus_csv
 *     build/fuzz_csv -dict=tests/fuzz/csv.dict build/corpus_csv
 *
 * The first three bytes choose the options, the rest is the text. */
#include <stdint.h>

#include "csv_text.h"

#include "text/time_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A zone that goes forward and back, for times without one. */
static const int64_t starts[] = {INT64_MIN, INT64_C(1679792400000000),
                                 INT64_C(1698541200000000)};
static const int64_t offsets[] = {INT64_C(3600000000), INT64_C(7200000000),
                                  INT64_C(3600000000)};

static void
record_check(const char *text, size_t length, const bcn_csv_options *options)
{
    bcn_csv_record part, whole;
    bcn_bytes all = {text, length};
    bcn_status early = bcn_csv_record_read(all, false, options->delimiter,
                                           options->quote, &part, NULL);
    bcn_status late = bcn_csv_record_read(all, true, options->delimiter,
                                          options->quote, &whole, NULL);
    if (early == BCN_OK &&
        (late != BCN_OK || part.length != whole.length ||
         part.count != whole.count || part.lines != whole.lines)) {
        abort();
    }
    bcn_csv_record_free(&part);
    bcn_csv_record_free(&whole);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const bcn_csv_column columns[] = {
        {BCN_TIME, 0, NULL, NULL},    {BCN_LABEL, 1, NULL, NULL},
        {BCN_LABEL, 2, NULL, NULL},   {BCN_ID, 3, NULL, NULL},
        {BCN_INTEGER, 4, NULL, NULL}, {BCN_TIME, 5, NULL, NULL}};
    static const char delimiters[] = {',', ';', '\t', '|'};
    if (size < 3) {
        return 0;
    }
    bcn_zone zone = {starts, offsets, 3, (bcn_zone_twice)((data[0] >> 4) % 3),
                     (bcn_zone_never)((data[1] >> 4) % 3)};
    bcn_csv_options options = {0};
    options.delimiter = delimiters[data[0] & 3];
    options.quote = data[0] & 4 ? 0 : '"';
    options.fields = 1 + (data[1] & 7) % 6;
    options.columns = columns;
    options.column_count = options.fields;
    options.times.zone = data[0] & 8 ? &zone : NULL;
    options.record_limit = data[2] & 1 ? 40 : 0;
    bcn_time_format *format = NULL;
    bcn_bytes words = {"%d/%m/%Y %H:%M:%S", 17};
    if ((data[1] & 8) && bcn_time_format_new(words, &format, NULL) != BCN_OK) {
        abort();
    }
    options.times.format = format;
    const char *text = (const char *)data + 3;
    size_t length = size - 3;
    csv_text once, often;
    options.workers = 1;
    bcn_status expected = csv_text_read(&options, text, length, &once);
    options.workers = 1 + data[2] / 2 % 3;
    options.block_bytes = 1 + data[2] / 4;
    options.batch_rows = 1 + data[2] / 8;
    bcn_status actual = csv_text_read(&options, text, length, &often);
    if (once.bad || often.bad || expected != actual ||
        once.length != often.length ||
        memcmp(once.data, often.data, once.length) != 0) {
        fprintf(stderr, "one block:\n%s\nsmall blocks:\n%s\n", once.data,
                often.data);
        abort();
    }
    free(once.data);
    free(often.data);
    record_check(text, length, &options);
    bcn_time_format_free(format);
    return 0;
}
