/* Instants, dates, formats and zones as texts. */
#include "check.h"

#include "text/time_format.h"

#define HOUR (3600 * BCN_SECOND)

/* 2023 in Paris: forward on 26 March, back on 29 October, at 01:00 UTC. */
static const int64_t starts[] = {0, INT64_C(1679792400000000),
                                 INT64_C(1698541200000000)};
static const int64_t offsets[] = {HOUR, 2 * HOUR, HOUR};

static bcn_reason
read_with(const char *text, const bcn_zone *zone,
          const bcn_time_format *format, int64_t *value, bool *date)
{
    static bcn_time_memo memo;
    static bool begun;
    if (!begun) {
        memo = BCN_TIME_MEMO_EMPTY;
        begun = true;
    }
    memo.zone = (bcn_zone_memo){0};
    bcn_time_rule rule = {zone, format};
    char padded[128] = {0};
    size_t length = strlen(text);
    memcpy(padded, text, length);
    *value = 0;
    return bcn_time_read((bcn_bytes){padded, length}, &rule, &memo, value,
                         date);
}

static void
is_instant(const char *text, int64_t expected)
{
    int64_t value;
    bool date;
    CHECK_EQUAL(read_with(text, NULL, NULL, &value, &date), BCN_REASON_NONE);
    CHECK_EQUAL(value, expected);
    CHECK(!date);
}

static void
is_refused(const char *text, bcn_reason reason)
{
    int64_t value;
    bool date;
    CHECK_EQUAL(read_with(text, NULL, NULL, &value, &date), reason);
}

static void
test_iso(void)
{
    const int64_t day = INT64_C(1672531200000000); /* 2023-01-01 */
    is_instant("1970-01-01T00:00:00Z", 0);
    is_instant("2023-01-01T00:00:00Z", day);
    is_instant("2023-01-01T23:59:59Z", day + BCN_DAY - BCN_SECOND);
    is_instant("2023-01-01t01:02z", day + HOUR + 120 * BCN_SECOND);
    is_instant("2023-01-01 00:00:00.25Z", day + 250000);
    is_instant("2023-01-01 00:00:00,000001Z", day + 1);
    is_instant("2023-01-01 00:00:00.1234560000Z", day + 123456);
    is_instant("2023-01-01 00:00:00 UTC", day);
    is_instant("2023-01-01 00:00:00 +01:30", day - HOUR - HOUR / 2);
    is_instant("2023-01-01T00:00:00-0130", day + HOUR + HOUR / 2);
    is_instant("2023-01-01T00:00:00+01", day - HOUR);
    is_instant("2022-12-31T23:59:60Z", day - BCN_SECOND);
    is_instant("2022-12-31T23:59:60.5Z", day - BCN_SECOND / 2);
    is_instant("2024-02-29T00:00:00Z", INT64_C(1709164800000000));
    is_instant("0001-01-01T00:00:00Z", BCN_TIME_FIRST);
    is_instant("9999-12-31T23:59:59.999999Z", BCN_TIME_LAST);
    is_refused("0001-01-01T00:00:00+00:01", BCN_REASON_TIME_RANGE);
    is_refused("9999-12-31T23:59:59-00:01", BCN_REASON_TIME_RANGE);
    is_refused("0000-01-01", BCN_REASON_TIME_RANGE);
    is_refused("2023-01-01T00:00:00", BCN_REASON_TIME_ZONE);
    static const char *const wrong[] = {
        "",
        "2023",
        "2023-1-1",
        "2023-02-29",
        "1900-02-29",
        "2023-00-01",
        "2023-13-01",
        "2023-04-31",
        "2023-01-01T",
        "2023-01-01T24:00:00Z",
        "2023-01-01T00:60:00Z",
        "2023-01-01T00:00:61Z",
        "2023-01-01T00:00:00.Z",
        "2023-01-01T00:00:00.1234567Z",
        "2023-01-01T00:00:00ZZ",
        "2023-01-01T00:00:00+1",
        "2023-01-01T00:00:00+24:00",
        "2023-01-01T00:00:00+01:60",
        "2023-01-01T00:00:00  Z",
        "2023-01-01T0:00:00Z",
        "2023-01-01T00.5Z",
        "2023-01-01T00:00.5Z",
        "2023-01-01X00:00:00Z",
        "2023-01-01T00:0a:00Z",
        "2023-01-01T00;00:00Z",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        is_refused(wrong[i], BCN_REASON_TIME);
    }
    int64_t value;
    bool date;
    CHECK_EQUAL(read_with("2023-01-01", NULL, NULL, &value, &date),
                BCN_REASON_NONE);
    CHECK(date && value == day);
}

/* Every day of 400 years, told from its neighbour and from the next month. */
static void
test_days(void)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t expected, midnight;
    CHECK(bcn_day_of(1, 1, 1, &midnight) && midnight == BCN_TIME_FIRST);
    CHECK(bcn_day_of(1999, 12, 31, &expected));
    for (int year = 2000; year < 2400; year++) {
        bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        for (int month = 1; month <= 12; month++) {
            int last = days[month - 1] + (leap && month == 2);
            for (int day = 1; day <= last; day++) {
                expected += BCN_DAY;
                CHECK(bcn_day_of(year, month, day, &midnight));
                CHECK_EQUAL(midnight, expected);
            }
            CHECK(!bcn_day_of(year, month, last + 1, &midnight));
        }
    }
}

static void
test_quick(void)
{
    bcn_time_memo memo = BCN_TIME_MEMO_EMPTY;
    bcn_time_rule rule = {NULL, NULL};
    int64_t slow, quick;
    bool date;
    char text[64] = {0};
    CHECK(!bcn_time_quick(text, 20, &memo, &quick));
    memcpy(text, "2023-05-06T07:08:09Z", 20);
    CHECK(!bcn_time_quick(text, 20, &memo, &quick));
    CHECK_EQUAL(
        bcn_time_read((bcn_bytes){text, 20}, &rule, &memo, &slow, &date),
        BCN_REASON_NONE);
    /* Any byte in any place: the quick way says no, or the same. */
    for (int at = 0; at < 20; at++) {
        char kept = text[at];
        for (int letter = 0; letter < 256; letter++) {
            bcn_time_memo other = BCN_TIME_MEMO_EMPTY;
            text[at] = (char)letter;
            bcn_reason reason = bcn_time_read((bcn_bytes){text, 20}, &rule,
                                              &other, &slow, &date);
            if (bcn_time_quick(text, 20, &memo, &quick)) {
                CHECK(reason == BCN_REASON_NONE && quick == slow);
            } else {
                CHECK(at < 10 || reason != BCN_REASON_NONE || letter == 't' ||
                      letter == 'z' || letter == '6');
            }
        }
        text[at] = kept;
    }
}

static void
in_zone(const char *text, bcn_zone_twice twice, bcn_zone_never never,
        bcn_reason reason, int64_t expected)
{
    bcn_zone zone = {starts, offsets, 3, twice, never};
    int64_t value;
    bool date;
    CHECK_EQUAL(read_with(text, &zone, NULL, &value, &date), reason);
    if (reason == BCN_REASON_NONE) {
        CHECK_EQUAL(value, expected);
    }
}

static void
test_zone(void)
{
    const int64_t spring = starts[1], autumn = starts[2];
    for (int i = 0; i < 9; i++) {
        bcn_zone_twice twice = (bcn_zone_twice)(i % 3);
        bcn_zone_never never = (bcn_zone_never)(i / 3);
        in_zone("2023-03-26T01:59:59.999999", twice, never, BCN_REASON_NONE,
                spring - 1);
        in_zone("2023-03-26T03:00:00", twice, never, BCN_REASON_NONE, spring);
        in_zone("2023-10-29T01:59:59.999999", twice, never, BCN_REASON_NONE,
                autumn - HOUR - 1);
        in_zone("2023-10-29T03:00:00", twice, never, BCN_REASON_NONE,
                autumn + HOUR);
        in_zone("2023-10-29T02:30:00Z", twice, never, BCN_REASON_NONE,
                autumn + HOUR + HOUR / 2);
        in_zone("1960-01-01T01:00:00", twice, never, BCN_REASON_NONE,
                INT64_C(-3653) * BCN_DAY);
        in_zone("9999-12-31T23:59:59", twice, never, BCN_REASON_NONE,
                BCN_TIME_LAST - HOUR - BCN_SECOND + 1);
        in_zone("0001-01-01T00:59:59", twice, never, BCN_REASON_TIME_RANGE, 0);
        in_zone("2023-03-26T02:00:00", twice, never,
                never == BCN_NEVER_RAISE ? BCN_REASON_TIME_NEVER
                                         : BCN_REASON_NONE,
                never == BCN_NEVER_FORWARD ? spring : spring - 1);
        in_zone("2023-03-26T02:59:59", twice, never,
                never == BCN_NEVER_RAISE ? BCN_REASON_TIME_NEVER
                                         : BCN_REASON_NONE,
                never == BCN_NEVER_FORWARD ? spring : spring - 1);
        in_zone("2023-10-29T02:00:00", twice, never,
                twice == BCN_TWICE_RAISE ? BCN_REASON_TIME_TWICE
                                         : BCN_REASON_NONE,
                twice == BCN_TWICE_EARLIER ? autumn - HOUR : autumn);
        in_zone("2023-10-29T02:59:59", twice, never,
                twice == BCN_TWICE_RAISE ? BCN_REASON_TIME_TWICE
                                         : BCN_REASON_NONE,
                (twice == BCN_TWICE_EARLIER ? autumn : autumn + HOUR) -
                    BCN_SECOND);
    }
}

/* With a memo that has been everywhere, as with a fresh one. */
static void
test_zone_memo(void)
{
    bcn_zone zone = {starts, offsets, 3, BCN_TWICE_RAISE, BCN_NEVER_RAISE};
    bcn_zone_memo memo = {0};
    for (int64_t round = 0; round < 20000; round++) {
        int64_t local = starts[1] + (round * 7919 % 12000) * (HOUR / 2);
        bcn_zone_memo fresh = {0};
        int64_t used = 0, plain = 0;
        CHECK_EQUAL(bcn_zone_to_utc(&zone, &memo, local, &used),
                    bcn_zone_to_utc(&zone, &fresh, local, &plain));
        CHECK_EQUAL(used, plain);
    }
}

static void
with_format(const char *words, const char *text, bcn_reason reason,
            int64_t expected, bool expected_date)
{
    bcn_time_format *format = NULL;
    int64_t value;
    bool date;
    CHECK_OK(
        bcn_time_format_new((bcn_bytes){words, strlen(words)}, &format, NULL));
    CHECK_EQUAL(read_with(text, NULL, format, &value, &date), reason);
    CHECK_EQUAL(date, expected_date);
    if (reason == BCN_REASON_NONE) {
        CHECK_EQUAL(value, expected);
    }
    bcn_time_format_free(format);
}

static void
test_formats(void)
{
    const int64_t day = INT64_C(1672531200000000);
    const bcn_reason fine = BCN_REASON_NONE, not = BCN_REASON_TIME;
    with_format("%d/%m/%Y", "01/01/2023", fine, day, true);
    with_format("%d/%m/%Y", "1/1/2023", fine, day, true);
    with_format("%d/%m/%y", "1/1/70", fine, 0, true);
    with_format("%d/%m/%y", "1/1/23", fine, day, true);
    with_format("%d/%m/%Y", "32/01/2023", not, 0, true);
    with_format("%d/%m/%Y", "01/01/2023x", not, 0, true);
    with_format("%d/%m/%Y", "01/01/202", not, 0, true);
    with_format("%d/%m/%Y %H:%M %z", "01/01/2023 02:30 +02:00", fine,
                day + HOUR / 2, false);
    with_format("%F %T.%f%z", "2023-01-01 00:00:01.5Z", fine,
                day + 3 * BCN_SECOND / 2, false);
    with_format("%d %b %Y %I:%M %p %Z", "1 Jan  2023 12:05 am UTC", fine,
                day + 300 * BCN_SECOND, false);
    with_format("%d %B %Y %I:%M %p %Z", "1 JANUARY 2023 12:05 PM GMT", fine,
                day + 12 * HOUR + 300 * BCN_SECOND, false);
    with_format("%d %b %Y %I %p", "1 Jan 2023 13 PM", not, 0, false);
    with_format("%d/%m/%Y %H:%M", "01/01/2023 02:30", BCN_REASON_TIME_ZONE, 0,
                false);
    with_format("100%% %D", "100% 01/02/23", fine, day + BCN_DAY, true);
    static const char *const wrong[] = {
        "",          "%d/%m", "%d/%m/%Y %I", "%d/%m/%Y %M",
        "%d/%m/%Y%", "%Y-%W", "%d/%m/%Y %q"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        bcn_time_format *format = NULL;
        bcn_error error = {""};
        CHECK_EQUAL(
            bcn_time_format_new((bcn_bytes){wrong[i], strlen(wrong[i])},
                                &format, &error),
            BCN_INVALID);
        CHECK(format == NULL && error.text[0] != '\0');
    }
}

static bcn_status
scenario_format(void)
{
    bcn_time_format *format = NULL;
    BCN_TRY(bcn_time_format_new((bcn_bytes){"%d.%m.%Y", 8}, &format, NULL));
    bcn_time_format_free(format);
    return BCN_OK;
}

int
main(void)
{
    test_iso();
    test_days();
    test_quick();
    test_zone();
    test_zone_memo();
    test_formats();
    CHECK_SURVIVES(scenario_format);
    return 0;
}
