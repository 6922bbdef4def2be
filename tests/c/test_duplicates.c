/* Records that come twice, against a look at every pair. */
#include "model/duplicates.h"

#include <stdio.h>
#include <string.h>

#include "check.h"

enum { MOST = 1200, LABELS = 3 };

static uint64_t seed;

static uint64_t
draw(uint64_t below)
{
    seed = bcn_mix(seed + UINT64_C(0x9e3779b97f4a7c15));
    return seed % below;
}

typedef struct records {
    bcn_store stores[3]; /* id, sender, receiver */
    bcn_schema schema;
} records;

static void
records_begin(records *r)
{
    memset(r, 0, sizeof *r);
    r->schema =
        (bcn_schema){.count = 3, .id = 0, .keys = {1, 2}, .key_count = 2};
    const bcn_field id = {.kind = BCN_ID, .shares = -1};
    const bcn_field label = {
        .kind = BCN_LABEL, .labels = LABELS, .shares = -1};
    bcn_store_init(&r->stores[0], &id);
    bcn_store_init(&r->stores[1], &label);
    bcn_store_init(&r->stores[2], &label);
    for (size_t i = 0; i < 3; i++) {
        r->stores[i].present = true;
    }
}

static bcn_status
records_add(records *r, const int64_t *ids, const bcn_bytes *texts,
            const uint32_t *senders, const uint32_t *receivers, size_t rows)
{
    uint32_t codes[LABELS] = {0, 1, 2};
    bcn_dictionary labels = {.codes = codes, .resolved = LABELS};
    const bcn_slice slices[3] = {
        {.values = ids, .texts = texts},
        {.codes = senders, .dictionary = &labels},
        {.codes = receivers, .dictionary = &labels},
    };
    for (size_t i = 0; i < 3; i++) {
        BCN_TRY(bcn_store_put(&r->stores[i], &slices[i], rows, NULL));
    }
    for (size_t i = 0; i < 3; i++) {
        bcn_store_keep(&r->stores[i], rows, NULL);
    }
    return BCN_OK;
}

static void
records_free(records *r)
{
    for (size_t i = 0; i < 3; i++) {
        bcn_store_free(&r->stores[i]);
    }
}

static bool
missing(const bcn_store *ids, size_t row)
{
    return ids->texts ? !bcn_store_stated(ids, row)
                      : bcn_store_value(ids, row) == BCN_MISSING;
}

static void
compare_with_pairs(records *r, size_t workers)
{
    bcn_repeats found = {0};
    size_t next = 0;
    CHECK_OK(bcn_repeats_find(r->stores, &r->schema, workers, NULL, &found));
    for (size_t row = 0; row < r->stores[0].rows; row++) {
        size_t first = row;
        for (size_t other = 0; first == row && other < row; other++) {
            if (!missing(&r->stores[0], row) &&
                bcn_repeat_same(r->stores, 3, row, other)) {
                first = other;
            }
        }
        if (first != row) {
            CHECK(next < found.count);
            CHECK_EQUAL(found.rows[next], row);
            CHECK_EQUAL(found.firsts[next], first);
            next++;
        }
    }
    CHECK_EQUAL(found.count, next);
    bcn_repeats_free(&found);
}

typedef enum order { ANY, SORTED, RISING, EQUAL } order;

static void
one_case(order how, bool as_texts, uint64_t number)
{
    static int64_t ids[MOST];
    static bcn_bytes texts[MOST];
    static char names[MOST][16];
    static uint32_t senders[MOST], receivers[MOST];
    seed = number;
    size_t rows = 2 + (size_t)draw(MOST - 2);
    int64_t last = 0;
    for (size_t i = 0; i < rows; i++) {
        last += how == RISING ? 1 : how == SORTED ? draw(3) == 0 : 0;
        ids[i] = how == ANY ? (int64_t)draw(rows / 3 + 1) : last;
        if (draw(10) == 0 && how == ANY) {
            ids[i] = BCN_MISSING;
        }
        int length = snprintf(names[i], sizeof names[i], "m%09d", (int)ids[i]);
        texts[i] = (bcn_bytes){names[i], (size_t)length};
        if (ids[i] == BCN_MISSING) {
            texts[i] = (bcn_bytes){NULL, 0};
        }
        senders[i] = (uint32_t)draw(LABELS);
        receivers[i] = draw(4) == 0 ? BCN_NONE : (uint32_t)draw(LABELS);
    }
    records r;
    records_begin(&r);
    CHECK_OK(records_add(&r, as_texts ? NULL : ids, as_texts ? texts : NULL,
                         senders, receivers, rows));
    CHECK_EQUAL(r.stores[0].rising, how == RISING);
    CHECK(how == ANY || r.stores[0].sorted);
    compare_with_pairs(&r, 1 + number % 4);
    records_free(&r);
}

static void
pairs_are_found_in_any_order(void)
{
    for (uint64_t number = 1; number <= 8; number++) {
        for (int how = ANY; how <= EQUAL; how++) {
            one_case((order)how, false, number);
            one_case((order)how, true, number);
        }
    }
}

/* Of ids of few values many fall together: no even share holds them. */
static void
workers_change_nothing(uint64_t values)
{
    enum { ROWS = 2100000, PIECE = 1 << 16 };
    static int64_t ids[PIECE];
    static uint32_t senders[PIECE], receivers[PIECE];
    records r;
    records_begin(&r);
    for (size_t at = 0; at < ROWS; at += PIECE) {
        size_t rows = ROWS - at < PIECE ? ROWS - at : PIECE;
        for (size_t i = 0; i < rows; i++) {
            ids[i] = (int64_t)draw(values);
            senders[i] = (uint32_t)draw(LABELS);
            receivers[i] = 1;
        }
        CHECK_OK(records_add(&r, ids, NULL, senders, receivers, rows));
    }
    static const size_t workers[] = {4, 64, 200};
    bcn_repeats one = {0};
    CHECK_OK(bcn_repeats_find(r.stores, &r.schema, 1, NULL, &one));
    CHECK(one.count > 100000);
    for (size_t w = 0; w < 3; w++) {
        bcn_repeats many = {0};
        CHECK_OK(
            bcn_repeats_find(r.stores, &r.schema, workers[w], NULL, &many));
        CHECK_EQUAL(many.count, one.count);
        CHECK(memcmp(many.rows, one.rows, one.count * sizeof *one.rows) == 0);
        CHECK(memcmp(many.firsts, one.firsts,
                     one.count * sizeof *one.firsts) == 0);
        bcn_repeats_free(&many);
    }
    bcn_repeats_free(&one);
    records_free(&r);
}

static bool
stop_at_once(void *context)
{
    ++*(int *)context;
    return true;
}

/* The ids of both logs fill many steps, the last of them a run of equals. */
static void
a_signal_ends_the_search(void)
{
    enum { ROWS = 1 << 17 };
    static int64_t ids[ROWS];
    static uint32_t codes[ROWS];
    for (int sorted = 0; sorted < 2; sorted++) {
        records r;
        records_begin(&r);
        for (size_t i = 0; i < ROWS; i++) {
            ids[i] = sorted ? (int64_t)(i / 2) : (int64_t)(i % 1000);
        }
        ids[ROWS - 1] = ids[ROWS - 2];
        CHECK_OK(records_add(&r, ids, NULL, codes, codes, ROWS));
        int asked = 0;
        bcn_watch watch = {
            .poll = stop_at_once, .context = &asked, .last = -1000000000};
        bcn_repeats found = {0};
        CHECK_EQUAL(bcn_repeats_find(r.stores, &r.schema, 1, &watch, &found),
                    BCN_CANCELLED);
        CHECK(asked > 0);
        bcn_repeats_free(&found);
        records_free(&r);
    }
}

static bcn_status
searches(bool sorted)
{
    static int64_t ids[40];
    static uint32_t codes[40];
    for (size_t i = 0; i < 40; i++) {
        ids[i] = sorted ? (int64_t)(i / 3) : (int64_t)(i % 7);
    }
    records r;
    records_begin(&r);
    bcn_repeats found = {0};
    bcn_status status = records_add(&r, ids, NULL, codes, codes, 40);
    if (status == BCN_OK) {
        status = bcn_repeats_find(r.stores, &r.schema, 1, NULL, &found);
    }
    CHECK(status != BCN_OK || found.count == (sorted ? 26 : 33));
    bcn_repeats_free(&found);
    records_free(&r);
    return status;
}

/* Two records, each more often than any part has room for. */
static bcn_status
crowded_search(void)
{
    enum { ROWS = 40000 };
    static int64_t ids[ROWS];
    static uint32_t codes[ROWS];
    for (size_t i = 0; i < ROWS; i++) {
        ids[i] = (int64_t)(i % 2);
    }
    records r;
    records_begin(&r);
    bcn_repeats found = {0};
    bcn_status status = records_add(&r, ids, NULL, codes, codes, ROWS);
    if (status == BCN_OK) {
        status = bcn_repeats_find(r.stores, &r.schema, 1, NULL, &found);
    }
    CHECK(status != BCN_OK || found.count == ROWS - 2);
    for (size_t i = 0; status == BCN_OK && i < found.count; i++) {
        CHECK_EQUAL(found.rows[i], i + 2);
        CHECK_EQUAL(found.firsts[i], i % 2);
    }
    bcn_repeats_free(&found);
    records_free(&r);
    return status;
}

static bcn_status
sorted_search(void)
{
    return searches(true);
}

static bcn_status
open_search(void)
{
    return searches(false);
}

int
main(void)
{
    pairs_are_found_in_any_order();
    workers_change_nothing(2100000);
    workers_change_nothing(100);
    a_signal_ends_the_search();
    CHECK_SURVIVES(sorted_search);
    CHECK_SURVIVES(open_search);
    CHECK_SURVIVES(crowded_search);
    return 0;
}
