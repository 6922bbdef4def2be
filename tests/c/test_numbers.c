/* Whole numbers, UTF-8 and the marks of the grammar. */
#include "check.h"

#include <inttypes.h>

#include "text/csv_marks.h"
#include "text/encoding.h"
#include "text/numbers.h"

static bcn_bytes
bytes_of(const char *text)
{
    return (bcn_bytes){text, strlen(text)};
}

static void
test_integers(void)
{
    static const struct {
        const char *text;
        bcn_reason reason;
        int64_t value;
    } cases[] = {
        {"0", BCN_REASON_NONE, 0},
        {"-0", BCN_REASON_NONE, 0},
        {"+7", BCN_REASON_NONE, 7},
        {"0007", BCN_REASON_NONE, 7},
        {"9223372036854775807", BCN_REASON_NONE, INT64_MAX},
        {"-9223372036854775807", BCN_REASON_NONE, -INT64_MAX},
        {"-9223372036854775808", BCN_REASON_INTEGER_RANGE, 0},
        {"9223372036854775808", BCN_REASON_INTEGER_RANGE, 0},
        {"99999999999999999999999", BCN_REASON_INTEGER_RANGE, 0},
        {"99999999999999999999999x", BCN_REASON_INTEGER, 0},
        {"", BCN_REASON_INTEGER, 0},
        {"-", BCN_REASON_INTEGER, 0},
        {"+-1", BCN_REASON_INTEGER, 0},
        {"1.0", BCN_REASON_INTEGER, 0},
        {"1 000", BCN_REASON_INTEGER, 0},
        {"1e3", BCN_REASON_INTEGER, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t value = 0;
        CHECK_EQUAL(bcn_integer_read(bytes_of(cases[i].text), &value),
                    cases[i].reason);
        CHECK_EQUAL(value, cases[i].value);
    }
}

static void
test_canonical(void)
{
    static const char *const not [] = {"",
                                       "-",
                                       "-0",
                                       "+1",
                                       "01",
                                       "-01",
                                       "1x",
                                       "00",
                                       "-9223372036854775808",
                                       "9223372036854775808",
                                       "123456789012345678901"};
    int64_t value, back;
    for (size_t i = 0; i < sizeof not / sizeof *not ; i++) {
        CHECK(!bcn_canonical_read(bytes_of(not [i]), &value));
    }
    uint64_t state = 1;
    for (int i = 0; i < 100000; i++) {
        state = bcn_mix(state + (uint64_t)i);
        value = (int64_t)(state >> (i % 64));
        value = i % 2 ? -(value & INT64_MAX) : value & INT64_MAX;
        char text[BCN_CANONICAL_ROOM], printed[32];
        size_t length = bcn_canonical_write(value, text);
        CHECK_EQUAL(snprintf(printed, sizeof printed, "%" PRId64, value),
                    length);
        CHECK(memcmp(text, printed, length) == 0);
        CHECK(bcn_canonical_read((bcn_bytes){text, length}, &back));
        CHECK_EQUAL(back, value);
    }
}

/* Any byte in any place of 1 to 16 digits. */
static void
test_digits(void)
{
    for (size_t length = 1; length <= 16; length++) {
        for (size_t at = 0; at < length; at++) {
            for (int letter = 0; letter < 256; letter++) {
                char text[33] = "1234567890123456zzzzzzzzzzzzzzzz";
                uint64_t quick = 0;
                int64_t slow = 0;
                text[at] = (char)letter;
                bool digits = bcn_digits_read(text, length, &quick);
                CHECK_EQUAL(digits, letter >= '0' && letter <= '9');
                if (digits) {
                    CHECK_EQUAL(
                        bcn_integer_read((bcn_bytes){text, length}, &slow),
                        BCN_REASON_NONE);
                    CHECK_EQUAL(quick, slow);
                }
            }
        }
    }
}

static void
test_utf8(void)
{
    static const char *const good[] = {"",
                                       "abc",
                                       "0123456789abcdef",
                                       "\xc3\xa9",
                                       "\xe0\xa0\x80",
                                       "\xed\x9f\xbf",
                                       "\xef\xbf\xbf",
                                       "\xf0\x90\x80\x80",
                                       "\xf4\x8f\xbf\xbf",
                                       "01234567\xc2\x80",
                                       "0123456\xc2\x80"};
    static const char *const bad[] = {"\x80",
                                      "\xc1\xbf",
                                      "\xc3",
                                      "\xc3(",
                                      "\xe0\x9f\xbf",
                                      "\xed\xa0\x80",
                                      "\xe2\x82",
                                      "\xe2\x82(",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xff",
                                      "01234567\xff",
                                      ("0123456\xff"
                                       "89"),
                                      "\xf0\x90\x80"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        CHECK(bcn_utf8_valid(bytes_of(good[i])));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK(!bcn_utf8_valid(bytes_of(bad[i])));
    }
    CHECK(bcn_utf8_valid((bcn_bytes){"a\0b", 3}));
}

/* All ways of marking give the same bits as looking at each byte. */
static void
test_marks(void)
{
    enum { GROUPS = 4, LENGTH = GROUPS * 64 + 1 };
    static const char letters[] = "\n\r,\"a\x80\xac\x8a";
    bcn_csv_marker markers[] = {bcn_csv_marker_plain(), bcn_csv_marker_sse2(),
                                bcn_csv_marker_avx2()};
    uint64_t state = 7;
    for (int round = 0; round < 300; round++) {
        char text[LENGTH];
        for (size_t i = 0; i < LENGTH; i++) {
            state = bcn_mix(state + i);
            text[i] = letters[(state >> 20) % (sizeof letters - 1)];
        }
        for (size_t m = 0; m < 3; m++) {
            bcn_csv_marks marks[GROUPS];
            if (markers[m] == NULL) {
                continue;
            }
            markers[m](text, GROUPS, ',', '"', marks);
            for (size_t i = 0; i + 1 < LENGTH; i++) {
                bcn_csv_marks here = marks[i / 64];
                bool end = text[i] == '\n' ||
                           (text[i] == '\r' && text[i + 1] != '\n');
                CHECK((here.ends >> i % 64 & 1) == end);
                CHECK((here.splits >> i % 64 & 1) == (text[i] == ','));
                CHECK((here.quotes >> i % 64 & 1) == (text[i] == '"'));
            }
            markers[m](text, GROUPS, ',', 0, marks);
            CHECK(marks[0].quotes == 0 && marks[GROUPS - 1].quotes == 0);
        }
    }
    for (unsigned bit = 0; bit < 64; bit++) {
        uint64_t low = UINT64_C(1) << bit;
        CHECK_EQUAL(bcn_bits_first(low), bit);
        CHECK_EQUAL(bcn_bits_first(low | UINT64_C(1) << 63), bit);
        CHECK_EQUAL(bcn_bits_count(low - 1), bit);
    }
}

int
main(void)
{
    test_integers();
    test_canonical();
    test_digits();
    test_utf8();
    test_marks();
    return 0;
}
