/* Columns in the making, against a plain array that does the same slowly. */
#include "model/store.h"

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "model/met.h"

enum { MOST = 20000 };

typedef struct model {
    int64_t values[MOST];
    size_t rows;
} model;

static uint64_t seed;

static uint64_t
draw(uint64_t below)
{
    seed = bcn_mix(seed + UINT64_C(0x9e3779b97f4a7c15));
    return seed % below;
}

static bcn_field
field_of(bcn_kind kind, uint32_t labels)
{
    return (bcn_field){.kind = kind,
                       .labels = labels,
                       .shares = -1,
                       .minimum = -INT64_MAX,
                       .maximum = INT64_MAX};
}

/* --- numbers ---------------------------------------------------------------- */

static void
put(bcn_store *store, const int64_t *values, size_t rows, const uint8_t *skip)
{
    const bcn_slice slice = {.values = values};
    CHECK_OK(bcn_store_put(store, &slice, rows, skip));
    bcn_store_keep(store, rows, skip);
}

static void
numbers_widen_in_place(void)
{
    static const struct {
        int64_t value;
        unsigned width;
    } steps[] = {{0, 1},         {255, 1},        {256, 2},       {65535, 2},
                 {65536, 4},     {UINT32_MAX, 4}, {1LL << 32, 8}, {-1, 8},
                 {INT64_MAX, 8}, {-INT64_MAX, 8}};
    const bcn_field field = field_of(BCN_INTEGER, 0);
    bcn_store store;
    bcn_store_init(&store, &field);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        put(&store, &steps[i].value, 1, NULL);
        CHECK_EQUAL(store.width, steps[i].width);
        for (size_t k = 0; k <= i; k++) {
            CHECK_EQUAL(bcn_store_value(&store, k), steps[k].value);
            CHECK(bcn_store_stated(&store, k));
        }
    }
    CHECK_EQUAL(store.minimum, -INT64_MAX);
    CHECK_EQUAL(store.maximum, INT64_MAX);
    bcn_store_free(&store);
    bcn_store_init(&store, &field); /* straight from one byte to eight */
    put(&store, (const int64_t[]){7, BCN_MISSING, 9}, 3, NULL);
    put(&store, (const int64_t[]){-5}, 1, NULL);
    CHECK_EQUAL(bcn_store_value(&store, 0), 7);
    CHECK_EQUAL(bcn_store_value(&store, 1), 0);
    CHECK(!bcn_store_stated(&store, 1));
    CHECK_EQUAL(bcn_store_value(&store, 3), -5);
    CHECK_EQUAL(store.missing, 1);
    bcn_store_free(&store);
}

static void
a_refused_value_widens_nothing(void)
{
    const bcn_field field = field_of(BCN_INTEGER, 0);
    bcn_store store;
    bcn_store_init(&store, &field);
    put(&store, (const int64_t[]){1, 1LL << 40, 2}, 3,
        (const uint8_t[]){0, 1, 0});
    CHECK_EQUAL(store.rows, 2);
    CHECK_EQUAL(store.width, 1);
    CHECK_EQUAL(bcn_store_value(&store, 1), 2);
    bcn_store_free(&store);
}

/* --- any column against the plain array ------------------------------------- */

static char names[MOST][24];
static bcn_bytes texts[MOST];

static bcn_bytes
named(size_t slot, int64_t value)
{
    if (value == BCN_MISSING) {
        return (bcn_bytes){NULL, 0};
    }
    int length =
        snprintf(names[slot], sizeof names[slot], "x%lld", (long long)value);
    return (bcn_bytes){names[slot], (size_t)length};
}

static void
compare(const bcn_store *store, const model *plain, bool as_texts)
{
    size_t missing = 0;
    bool sorted = true, rising = true;
    CHECK_EQUAL(store->rows, plain->rows);
    for (size_t i = 0; i < plain->rows; i++) {
        int64_t value = plain->values[i];
        missing += value == BCN_MISSING;
        if (as_texts) {
            bcn_bytes text = bcn_store_text(store, i);
            bcn_bytes expected = named(0, value);
            CHECK_EQUAL(text.data == NULL, value == BCN_MISSING);
            CHECK(bcn_bytes_equal(text, expected));
            continue;
        }
        if (store->field.kind == BCN_INTEGER) {
            CHECK_EQUAL(bcn_store_stated(store, i), value != BCN_MISSING);
            value = value == BCN_MISSING ? 0 : value;
        }
        CHECK_EQUAL(bcn_store_value(store, i), value);
        if (i > 0) {
            sorted &= plain->values[i - 1] <= plain->values[i];
            rising &= plain->values[i - 1] < plain->values[i];
            CHECK_EQUAL(bcn_store_same(store, i - 1, i),
                        plain->values[i - 1] == plain->values[i]);
        }
    }
    if (store->field.kind == BCN_INTEGER) {
        CHECK_EQUAL(store->missing, missing);
    } else if (!as_texts) {
        CHECK_EQUAL(store->sorted, sorted);
        CHECK(!store->rising || rising); /* it may not know, but never lies */
    }
    if (as_texts && store->sorted) {
        for (size_t i = 1; i < plain->rows; i++) {
            CHECK(bcn_text_compare(bcn_store_text(store, i - 1),
                                   bcn_store_text(store, i)) <= 0);
        }
    }
}

static int64_t
some_value(bcn_kind kind, bool rising, size_t at)
{
    if (draw(7) == 0) {
        return BCN_MISSING;
    }
    if (rising) {
        return (int64_t)at;
    }
    uint64_t size = draw(4);
    int64_t value = (int64_t)draw(size == 0   ? 200
                                  : size == 1 ? 60000
                                  : size == 2 ? UINT32_MAX
                                              : INT64_MAX);
    return kind != BCN_INTEGER && draw(2) ? -value : value;
}

static void
one_walk(bcn_kind kind, bool as_texts, uint64_t number)
{
    static model plain;
    static int64_t values[MOST];
    static uint8_t skip[MOST];
    seed = number;
    plain.rows = 0;
    const bcn_field field = field_of(kind, 0);
    bool rising = draw(3) == 0;
    bcn_store store;
    bcn_store_init(&store, &field);
    for (size_t batch = 0; batch < 12; batch++) {
        size_t rows = 1 + (size_t)draw(batch % 3 == 0 ? 9 : 90);
        bool refusing = draw(2);
        for (size_t i = 0; i < rows; i++) {
            values[i] = some_value(kind, rising, plain.rows + i);
            skip[i] = refusing && draw(4) == 0;
            if (!skip[i]) {
                plain.values[plain.rows++] = values[i];
            }
            texts[i] = named(i, values[i]);
        }
        const bcn_slice slice = as_texts ? (bcn_slice){.texts = texts}
                                         : (bcn_slice){.values = values};
        CHECK_OK(bcn_store_put(&store, &slice, rows, refusing ? skip : NULL));
        bcn_store_keep(&store, rows, refusing ? skip : NULL);
        compare(&store, &plain, as_texts);
    }
    uint32_t gone[MOST / 8];
    size_t count = 0, kept = 0;
    for (size_t i = 0; i < plain.rows; i++) {
        if (draw(5) == 0) {
            gone[count++] = (uint32_t)i;
        } else {
            plain.values[kept++] = plain.values[i];
        }
    }
    plain.rows = kept;
    bcn_store_drop(&store, gone, count);
    compare(&store, &plain, as_texts);
    bcn_store_free(&store);
}

static void
columns_do_as_the_array(void)
{
    for (uint64_t number = 1; number <= 60; number++) {
        one_walk(BCN_INTEGER, false, number);
        one_walk(BCN_TIME, false, number);
        one_walk(BCN_ID, false, number);
        one_walk(BCN_ID, true, number);
    }
}

static void
a_late_column_is_missing_before(void)
{
    const bcn_kind kinds[] = {BCN_TIME, BCN_INTEGER, BCN_ID};
    for (size_t k = 0; k < 3; k++) {
        const bcn_field field = field_of(kinds[k], 0);
        bcn_store store;
        bcn_store_init(&store, &field);
        CHECK_OK(bcn_store_pad(&store, 100000));
        put(&store, (const int64_t[]){42}, 1, NULL);
        CHECK_EQUAL(store.rows, 100001);
        CHECK_EQUAL(bcn_store_value(&store, 100000), 42);
        CHECK_EQUAL(bcn_store_value(&store, 99999),
                    kinds[k] == BCN_INTEGER ? 0 : BCN_MISSING);
        CHECK_EQUAL(bcn_store_stated(&store, 99999), kinds[k] != BCN_INTEGER);
        CHECK_EQUAL(store.minimum, 42);
        bcn_store_free(&store);
    }
}

static bcn_bytes
text(const char *letters)
{
    return (bcn_bytes){letters, strlen(letters)};
}

static void
numbers_become_texts_midway(void)
{
    const bcn_field field = field_of(BCN_ID, 0);
    bcn_store store;
    bcn_store_init(&store, &field);
    put(&store, (const int64_t[]){5, BCN_MISSING, -70, INT64_MAX}, 4, NULL);
    const bcn_bytes ids[] = {text("A-1"), {NULL, 0}, text("")};
    const bcn_slice slice = {.texts = ids};
    CHECK_OK(bcn_store_put(&store, &slice, 3, NULL));
    bcn_store_keep(&store, 3, NULL);
    put(&store, (const int64_t[]){5, BCN_MISSING}, 2, NULL);
    static const char *const expected[] = {
        "5", NULL, "-70", "9223372036854775807", "A-1", NULL, "", "5", NULL};
    CHECK_EQUAL(store.rows, 9);
    for (size_t i = 0; i < 9; i++) {
        bcn_bytes found = bcn_store_text(&store, i);
        CHECK_EQUAL(found.data == NULL, expected[i] == NULL);
        CHECK(expected[i] == NULL ||
              bcn_bytes_equal(found, text(expected[i])));
    }
    CHECK(bcn_store_same(&store, 0, 7));
    CHECK(bcn_store_same(&store, 1, 5));
    CHECK(!bcn_store_same(&store, 5, 6)); /* missing is not empty */
    CHECK(!store.sorted && !store.rising);
    bcn_store_free(&store);
}

/* --- labels ----------------------------------------------------------------- */

static bcn_status
label_column(bcn_store *store, size_t labels, bool backwards)
{
    char name[8];
    const bcn_field field = field_of(BCN_LABEL, 0);
    bcn_store_init(store, &field);
    store->owner = store;
    store->present = true;
    store->known = bcn_labels_new();
    bcn_dictionary met = {.texts = bcn_labels_new()};
    bcn_status status =
        store->known != NULL && met.texts != NULL ? BCN_OK : BCN_NOMEM;
    for (size_t i = 0; status == BCN_OK && i < labels; i++) {
        (void)snprintf(name, sizeof name, "%05d",
                       (int)(backwards ? labels - 1 - i : i));
        uint32_t number;
        status = bcn_labels_add(met.texts, text(name), &number);
        if (status == BCN_OK) {
            status = bcn_labels_add(store->known, text(name), &number);
        }
        if (status == BCN_OK) {
            status = bcn_grow((void **)&met.codes, &met.capacity, i + 1,
                              sizeof *met.codes);
        }
        if (status == BCN_OK) {
            uint32_t codes[2] = {(uint32_t)i, BCN_NONE};
            met.codes[i] = number;
            const bcn_slice slice = {.codes = codes, .dictionary = &met};
            status = bcn_store_put(store, &slice, 2, NULL);
        }
        if (status == BCN_OK) {
            bcn_store_keep(store, 2, NULL);
        }
    }
    bcn_labels_free(met.texts);
    bcn_free(met.codes);
    return status;
}

static void
labels_take_two_bytes_from_the_256th_on(void)
{
    static const size_t sizes[] = {1, 254, 255, 256, 300};
    for (size_t s = 0; s < 5; s++) {
        bcn_store store;
        CHECK_OK(label_column(&store, sizes[s], false));
        CHECK_EQUAL(store.width, sizes[s] > 255 ? 2 : 1);
        for (size_t i = 0; i < sizes[s]; i++) {
            CHECK_EQUAL(bcn_store_value(&store, 2 * i), i);
            CHECK_EQUAL(bcn_store_value(&store, 2 * i + 1),
                        bcn_unstated(store.width));
        }
        bcn_store_free(&store);
    }
}

static void
the_domain_is_of_the_rows_that_stayed(void)
{
    bcn_store store;
    CHECK_OK(label_column(&store, 300, true));
    CHECK_EQUAL(store.width, 2);
    uint32_t gone[560], *order;
    size_t labels;
    for (uint32_t i = 0; i < 560; i++) {
        gone[i] = i + 20; /* ten labels stay at the front, ten behind */
    }
    bcn_store_drop(&store, gone, 560);
    CHECK_OK(bcn_met_settle(&store, 1, 0, &order, &labels));
    CHECK_EQUAL(labels, 20);
    CHECK_EQUAL(store.width, 1); /* as narrow as what is left */
    for (size_t i = 0; i < 20; i++) {
        CHECK_EQUAL(bcn_store_value(&store, 2 * i), 19 - i);
        CHECK_EQUAL(bcn_store_value(&store, 2 * i + 1), 255);
    }
    bcn_bytes first = bcn_labels_text(store.known, order[0]);
    CHECK(bcn_bytes_equal(first, text("00000")));
    CHECK(bcn_bytes_equal(bcn_labels_text(store.known, order[19]),
                          text("00299")));
    bcn_free(order);
    bcn_store_free(&store);
}

/* --- memory ----------------------------------------------------------------- */

static bcn_status
all_of_it(void)
{
    const bcn_bytes ids[] = {text("A"), {NULL, 0}};
    const int64_t values[] = {1, 1LL << 40, BCN_MISSING};
    const bcn_slice numbers = {.values = values}, written = {.texts = ids};
    const bcn_kind kinds[] = {BCN_TIME, BCN_INTEGER, BCN_ID};
    for (size_t k = 0; k < 3; k++) {
        const bcn_field field = field_of(kinds[k], 0);
        bcn_store store;
        bcn_store_init(&store, &field);
        bcn_status status = bcn_store_pad(&store, 10);
        if (status == BCN_OK) {
            status = bcn_store_put(&store, &numbers, 3, NULL);
        }
        if (status == BCN_OK) {
            bcn_store_keep(&store, 3, NULL);
            if (kinds[k] == BCN_ID) {
                status = bcn_store_put(&store, &written, 2, NULL);
            }
        }
        bcn_store_free(&store);
        BCN_TRY(status);
    }
    bcn_store labels;
    uint32_t *order = NULL;
    size_t count;
    bcn_status status = label_column(&labels, 260, true);
    if (status == BCN_OK) {
        status = bcn_met_settle(&labels, 1, 0, &order, &count);
    }
    bcn_free(order);
    bcn_store_free(&labels);
    return status;
}

int
main(void)
{
    numbers_widen_in_place();
    a_refused_value_widens_nothing();
    columns_do_as_the_array();
    a_late_column_is_missing_before();
    numbers_become_texts_midway();
    labels_take_two_bytes_from_the_256th_on();
    the_domain_is_of_the_rows_that_stayed();
    CHECK_SURVIVES(all_of_it);
    return 0;
}
