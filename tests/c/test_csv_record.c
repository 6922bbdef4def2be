/* One record taken apart, as for a header. */
#include "check.h"

#include "text/csv.h"

static bcn_status
scenario_record(void)
{
    bcn_csv_record record;
    bcn_bytes text = {"a,\"b\"\"\",c\n", 10};
    bcn_status status =
        bcn_csv_record_read(text, true, ',', '"', &record, NULL);
    CHECK(status != BCN_OK || record.count == 3);
    bcn_csv_record_free(&record);
    return status;
}

static void
test_record(void)
{
    bcn_csv_record record;
    const char *text = "\xef\xbb\xbf\r\n\"a\"\"\nb\", c ,\r\nrest";
    bcn_bytes all = {text, strlen(text)};
    for (size_t length = 0; length <= 17; length++) {
        bcn_bytes part = {text, length};
        CHECK_EQUAL(bcn_csv_record_read(part, false, ',', '"', &record, NULL),
                    BCN_RANGE);
        bcn_csv_record_free(&record);
    }
    CHECK_OK(bcn_csv_record_read(all, false, ',', '"', &record, NULL));
    CHECK_EQUAL(record.count, 3);
    CHECK_EQUAL(record.texts[0].length, 4);
    CHECK(memcmp(record.texts[0].data, "a\"\nb", 4) == 0);
    CHECK(memcmp(record.texts[1].data, " c ", 3) == 0);
    CHECK_EQUAL(record.texts[2].length, 0);
    CHECK_EQUAL(record.lines, 3);
    CHECK_EQUAL(record.length, strlen(text) - 4);
    CHECK_EQUAL(record.flaw, 0);
    bcn_csv_record_free(&record);
    bcn_error error;
    CHECK_EQUAL(bcn_csv_record_read((bcn_bytes){"a,\"b", 4}, true, ',', '"',
                                    &record, &error),
                BCN_INVALID);
    CHECK_TEXT(error.text, "line 1: a quote opens here and is never closed");
    bcn_csv_record_free(&record);
    CHECK_OK(bcn_csv_record_read((bcn_bytes){"a,b\"c", 5}, true, ',', '"',
                                 &record, NULL));
    CHECK_EQUAL(record.flaw, 2);
    CHECK_EQUAL(record.lines, 1);
    bcn_csv_record_free(&record);
    char *many = calloc(1000000, 1);
    CHECK(many != NULL);
    memset(many, ',', 1000000);
    CHECK_EQUAL(bcn_csv_record_read((bcn_bytes){many, 1000000}, true, ',', '"',
                                    &record, &error),
                BCN_INVALID);
    CHECK_TEXT(error.text,
               "line 1: more than 65535 fields; is the delimiter right?");
    bcn_csv_record_free(&record);
    free(many);
}

int
main(void)
{
    test_record();
    CHECK_SURVIVES(scenario_record);
    return 0;
}
