/* Sketches: the same bytes for any order and split, answers within their
 * error, and bytes that no sketch wrote are refused. */
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "sketch/distinct_sketch.h"
#include "sketch/quantile_sketch.h"

static uint64_t state = 20231206;

static uint64_t
draw(uint64_t limit)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (state >> 16) % limit;
}

enum { NUMBERS = 700, PARTS = 5, BITS = 6 };

static int64_t
any_number(void)
{
    int64_t value = (int64_t)(draw(UINT64_C(1) << 47) >> draw(47));
    switch (draw(40)) {
    case 0:
        return INT64_MAX - value;
    case 1:
        return INT64_MIN + value;
    default:
        return draw(3) == 0 ? -value : value;
    }
}

static unsigned char *
quantile_bytes(const bcn_quantile_sketch *sketch, size_t *length)
{
    *length = bcn_quantile_sketch_size(sketch);
    unsigned char *bytes = bcn_alloc(*length, 1);
    CHECK(bytes != NULL);
    bcn_quantile_sketch_write(sketch, bytes);
    return bytes;
}

static int
by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void
quantiles_merge_to_the_same_bytes_and_keep_their_error(void)
{
    for (int round = 0; round < 30; round++) {
        static int64_t numbers[NUMBERS];
        size_t count = draw(NUMBERS) + 1;
        bcn_quantile_sketch whole = bcn_quantile_sketch_new(BITS);
        bcn_quantile_sketch merged = bcn_quantile_sketch_new(BITS);
        bcn_quantile_sketch parts[PARTS];
        for (size_t p = 0; p < PARTS; p++) {
            parts[p] = bcn_quantile_sketch_new(BITS);
        }
        for (size_t i = 0; i < count; i++) {
            numbers[i] = any_number();
            CHECK_OK(bcn_quantile_sketch_add(&whole, numbers[i], 1));
        }
        for (size_t i = count; i-- > 0;) {
            CHECK_OK(
                bcn_quantile_sketch_add(&parts[draw(PARTS)], numbers[i], 1));
        }
        for (size_t p = 0; p < PARTS; p++) {
            CHECK_OK(bcn_quantile_sketch_merge(&merged, &parts[p]));
            bcn_quantile_sketch_free(&parts[p]);
        }
        size_t one, other;
        unsigned char *a = quantile_bytes(&whole, &one);
        unsigned char *b = quantile_bytes(&merged, &other);
        CHECK_EQUAL(one, other);
        CHECK(memcmp(a, b, one) == 0);
        bcn_quantile_sketch again;
        CHECK_OK(bcn_quantile_sketch_read(a, one, &again));
        qsort(numbers, count, sizeof numbers[0], by_value);
        for (size_t i = 0; i < count; i++) {
            int64_t found = bcn_quantile_sketch_at(&again, i);
            double off = fabs((double)found - (double)numbers[i]);
            CHECK(off <= fabs((double)numbers[i]) / (2 << BITS) + 0.5);
        }
        CHECK_EQUAL(bcn_quantile_sketch_at(&again, 0), numbers[0]);
        CHECK_EQUAL(bcn_quantile_sketch_at(&again, count - 1),
                    numbers[count - 1]);
        bcn_quantile_sketch_free(&again);
        bcn_quantile_sketch_free(&whole);
        bcn_quantile_sketch_free(&merged);
        bcn_free(a);
        bcn_free(b);
    }
}

static void
small_numbers_are_exact(void)
{
    bcn_quantile_sketch sketch = bcn_quantile_sketch_new(BITS);
    for (int64_t i = -(2 << BITS); i < 2 << BITS; i++) {
        CHECK_OK(bcn_quantile_sketch_add(&sketch, i, 3));
    }
    for (uint64_t i = 0; i < sketch.count; i++) {
        CHECK_EQUAL(bcn_quantile_sketch_at(&sketch, i),
                    (int64_t)(i / 3) - (2 << BITS));
    }
    bcn_quantile_sketch_free(&sketch);
}

static void
a_refused_merge_changes_nothing(void)
{
    bcn_quantile_sketch one = bcn_quantile_sketch_new(BITS);
    bcn_quantile_sketch other = bcn_quantile_sketch_new(BITS + 1);
    CHECK_EQUAL(bcn_quantile_sketch_merge(&one, &other), BCN_INVALID);
    CHECK_OK(bcn_quantile_sketch_add(&one, 5, UINT64_MAX));
    CHECK_EQUAL(bcn_quantile_sketch_add(&one, 5, 1), BCN_OVERFLOW);
    other.bits = BITS;
    CHECK_OK(bcn_quantile_sketch_add(&other, 1, 1));
    CHECK_EQUAL(bcn_quantile_sketch_merge(&one, &other), BCN_OVERFLOW);
    CHECK_EQUAL(one.count, UINT64_MAX);
    CHECK_EQUAL(one.least, 5);
    bcn_quantile_sketch_free(&one);
    bcn_quantile_sketch_free(&other);
}

/* Whatever is read writes the same bytes: there is one form. */
static void
quantile_bytes_have_one_form(void)
{
    bcn_quantile_sketch sketch = bcn_quantile_sketch_new(BITS);
    for (int i = 0; i < 9; i++) {
        CHECK_OK(bcn_quantile_sketch_add(&sketch, any_number(), draw(4)));
    }
    size_t length;
    unsigned char *bytes = quantile_bytes(&sketch, &length);
    for (size_t i = 0; i < length; i++) {
        for (int turn = 0; turn < 40; turn++) {
            unsigned char before = bytes[i];
            size_t cut = turn == 0 ? i : length;
            bytes[i] = turn == 0 ? before : (unsigned char)draw(256);
            bcn_quantile_sketch read;
            bcn_status status = bcn_quantile_sketch_read(bytes, cut, &read);
            CHECK(status == BCN_OK || status == BCN_CORRUPT);
            if (status == BCN_OK) {
                size_t other;
                unsigned char *again = quantile_bytes(&read, &other);
                CHECK_EQUAL(other, cut);
                CHECK(memcmp(again, bytes, other) == 0);
                bcn_free(again);
                bcn_quantile_sketch_free(&read);
            }
            bytes[i] = before;
        }
    }
    bcn_free(bytes);
    bcn_quantile_sketch_free(&sketch);
}

static unsigned char *
distinct_bytes(const bcn_distinct_sketch *sketch, size_t *length)
{
    *length = bcn_distinct_sketch_size(sketch);
    unsigned char *bytes = bcn_alloc(*length, 1);
    CHECK(bytes != NULL);
    bcn_distinct_sketch_write(sketch, bytes);
    return bytes;
}

static void
different_values_merge_to_the_same_bytes(void)
{
    for (int round = 0; round < 60; round++) {
        unsigned bits = (unsigned)draw(5) + 4;
        size_t values = draw((UINT64_C(1) << bits) / 4) + 1;
        bcn_distinct_sketch whole = bcn_distinct_sketch_new(bits);
        bcn_distinct_sketch merged = bcn_distinct_sketch_new(bits);
        bcn_distinct_sketch parts[PARTS];
        for (size_t p = 0; p < PARTS; p++) {
            parts[p] = bcn_distinct_sketch_new(bits);
        }
        static uint8_t seen[1 << 8];
        memset(seen, 0, sizeof seen);
        size_t count = 0;
        for (size_t i = 0; i < 3 * values; i++) {
            size_t value = draw(values);
            uint64_t hash = value == 0 ? 0 : bcn_distinct_hash(value);
            count += !seen[value];
            seen[value] = 1;
            CHECK_OK(bcn_distinct_sketch_add(&whole, hash));
            CHECK_OK(bcn_distinct_sketch_add(&parts[draw(PARTS)], hash));
            CHECK_OK(bcn_distinct_sketch_add(&parts[draw(PARTS)], hash));
        }
        for (size_t p = PARTS; p-- > 0;) {
            CHECK_OK(bcn_distinct_sketch_merge(&merged, &parts[p]));
            bcn_distinct_sketch_free(&parts[p]);
        }
        CHECK_EQUAL(bcn_distinct_sketch_exact(&whole),
                    count <= ((size_t)1 << bits) / 8);
        if (bcn_distinct_sketch_exact(&whole)) {
            CHECK_EQUAL((long long)bcn_distinct_sketch_estimate(&whole),
                        count);
        }
        size_t one, other;
        unsigned char *a = distinct_bytes(&whole, &one);
        unsigned char *b = distinct_bytes(&merged, &other);
        CHECK_EQUAL(one, other);
        CHECK(memcmp(a, b, one) == 0);
        bcn_distinct_sketch again;
        CHECK_OK(bcn_distinct_sketch_read(a, one, &again));
        CHECK(bcn_distinct_sketch_estimate(&again) ==
              bcn_distinct_sketch_estimate(&whole));
        bcn_distinct_sketch_free(&again);
        bcn_distinct_sketch_free(&whole);
        bcn_distinct_sketch_free(&merged);
        bcn_free(a);
        bcn_free(b);
    }
}

static void
estimates_keep_their_error(void)
{
    bcn_distinct_sketch sketch = bcn_distinct_sketch_new(14);
    double error = 1.04 / 128;
    for (uint64_t i = 1; i <= 1000000; i++) {
        CHECK_OK(bcn_distinct_sketch_add(&sketch, bcn_distinct_hash(i)));
        if (i == 2048) {
            CHECK(bcn_distinct_sketch_exact(&sketch));
        }
        if (i == 2049 || i == 20000 || i == 200000 || i == 1000000) {
            double found = bcn_distinct_sketch_estimate(&sketch);
            CHECK(fabs(found / (double)i - 1) < 4 * error);
        }
    }
    bcn_distinct_sketch_free(&sketch);
}

static void
distinct_bytes_that_none_wrote_are_refused(void)
{
    for (size_t values = 3; values < 200; values += 90) {
        bcn_distinct_sketch sketch = bcn_distinct_sketch_new(8);
        for (size_t i = 0; i < values; i++) {
            CHECK_OK(bcn_distinct_sketch_add(&sketch, bcn_distinct_hash(i)));
        }
        size_t length;
        unsigned char *bytes = distinct_bytes(&sketch, &length);
        for (size_t i = 0; i < length; i++) {
            unsigned char before = bytes[i];
            bcn_distinct_sketch read;
            CHECK_EQUAL(bcn_distinct_sketch_read(bytes, i, &read),
                        BCN_CORRUPT);
            bytes[i] = (unsigned char)draw(256);
            bcn_status status = bcn_distinct_sketch_read(bytes, length, &read);
            CHECK(status == BCN_OK || status == BCN_CORRUPT);
            if (status == BCN_OK) {
                size_t other;
                unsigned char *again = distinct_bytes(&read, &other);
                CHECK_EQUAL(other, length);
                CHECK(memcmp(again, bytes, other) == 0);
                bcn_free(again);
                bcn_distinct_sketch_free(&read);
            }
            bytes[i] = before;
        }
        bcn_free(bytes);
        bcn_distinct_sketch_free(&sketch);
    }
}

static bcn_status
quantile_scenario(void)
{
    bcn_quantile_sketch one = bcn_quantile_sketch_new(BITS);
    bcn_quantile_sketch other = bcn_quantile_sketch_new(BITS);
    bcn_status status = bcn_quantile_sketch_add(&one, 7, 1);
    if (status == BCN_OK) {
        status = bcn_quantile_sketch_add(&one, INT64_MIN, 1);
        CHECK_EQUAL(one.count, status == BCN_OK ? 2 : 1);
    }
    if (status == BCN_OK) {
        status = bcn_quantile_sketch_add(&other, INT64_MAX, 1);
    }
    if (status == BCN_OK) {
        status = bcn_quantile_sketch_merge(&other, &one);
        CHECK_EQUAL(other.count, status == BCN_OK ? 3 : 1);
    }
    bcn_quantile_sketch_free(&one);
    bcn_quantile_sketch_free(&other);
    return status;
}

static bcn_status
distinct_scenario(void)
{
    bcn_distinct_sketch one = bcn_distinct_sketch_new(8);
    bcn_distinct_sketch other = bcn_distinct_sketch_new(8);
    bcn_status status = BCN_OK;
    for (uint64_t i = 1; i < 20 && status == BCN_OK; i++) {
        status = bcn_distinct_sketch_add(&one, bcn_distinct_hash(i));
    }
    for (uint64_t i = 15; i < 40 && status == BCN_OK; i++) {
        status = bcn_distinct_sketch_add(&other, bcn_distinct_hash(i));
    }
    if (status == BCN_OK) {
        bool exact = bcn_distinct_sketch_exact(&other);
        double before = bcn_distinct_sketch_estimate(&other);
        status = bcn_distinct_sketch_merge(&other, &one);
        if (status != BCN_OK) {
            CHECK_EQUAL(bcn_distinct_sketch_exact(&other), exact);
            CHECK(bcn_distinct_sketch_estimate(&other) == before);
        }
    }
    bcn_distinct_sketch_free(&one);
    bcn_distinct_sketch_free(&other);
    return status;
}

int
main(void)
{
    quantiles_merge_to_the_same_bytes_and_keep_their_error();
    small_numbers_are_exact();
    a_refused_merge_changes_nothing();
    quantile_bytes_have_one_form();
    different_values_merge_to_the_same_bytes();
    estimates_keep_their_error();
    distinct_bytes_that_none_wrote_are_refused();
    CHECK_SURVIVES(quantile_scenario);
    CHECK_SURVIVES(distinct_scenario);
    return 0;
}
