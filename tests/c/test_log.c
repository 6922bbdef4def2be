/* What a finished builder leaves. */
#include "model/log.h"

#include <string.h>

#include "check.h"

static const int64_t SLOT = 900 * INT64_C(1000000);

static bcn_status
times_and_ids(const int64_t *times, const int64_t *ids, size_t rows,
              bcn_log **out)
{
    bcn_schema schema = {.count = 4, .id = 1};
    schema.fields[0] = (bcn_field){.kind = BCN_TIME,
                                   .shares = -1,
                                   .minimum = INT64_MIN + 1,
                                   .maximum = INT64_MAX};
    schema.fields[1] = (bcn_field){.kind = BCN_ID, .shares = -1};
    schema.fields[2] = (bcn_field){.kind = BCN_INTEGER,
                                   .shares = -1,
                                   .minimum = INT64_MIN + 1,
                                   .maximum = INT64_MAX};
    schema.fields[3] =
        (bcn_field){.kind = BCN_LABEL, .labels = 2, .shares = -1};
    const bcn_builder_options options = {.keep = 1, .workers = 1};
    bcn_builder builder;
    BCN_TRY(bcn_builder_init(&builder, &schema, &options));
    bcn_slice slices[4] = {
        {.values = times}, {.values = ids}, {.values = times}, {0}};
    const bcn_batch batch = {.rows = rows, .slices = slices};
    bcn_status status = BCN_OK;
    for (size_t c = 0; status == BCN_OK && c < 3; c++) {
        status = bcn_builder_expect(&builder, c);
    }
    if (status == BCN_OK) {
        status = bcn_builder_take(&builder, &batch);
    }
    if (status == BCN_OK) {
        status = bcn_log_new(&builder, out);
    }
    bcn_builder_free(&builder);
    return status;
}

static void
sorted_times_need_no_slots(void)
{
    const int64_t times[] = {-5, 0, 0, 7}, ids[] = {1, 2, 3, 4};
    bcn_log *log;
    CHECK_OK(times_and_ids(times, ids, 4, &log));
    const bcn_column *view = &bcn_log_at(log, 0)->view;
    CHECK_EQUAL(bcn_log_rows(log), 4);
    CHECK(view->sorted && view->slots == NULL);
    CHECK_EQUAL(view->least, -5);
    CHECK_EQUAL(view->greatest, 7);
    CHECK_EQUAL(bcn_column_at(&bcn_log_at(log, 2)->view, 0), -5);
    CHECK(!bcn_log_at(log, 3)->present);
    CHECK(bcn_log_at(log, 1)->rising);
    bcn_log_drop(log);
}

static void
times_out_of_order_have_slots(void)
{
    static const int64_t spans[] = {3, 65535, 65536, 1 << 20, 1 << 21};
    for (size_t s = 0; s < 5; s++) {
        int64_t last = spans[s] * SLOT;
        const int64_t times[] = {last, -1 - 5 * SLOT, -1, SLOT - 1};
        const int64_t ids[] = {1, 2, 3, 4};
        bcn_log *log;
        CHECK_OK(times_and_ids(times, ids, 4, &log));
        const bcn_column *view = &bcn_log_at(log, 0)->view;
        size_t count = (size_t)spans[s] + 7;
        if (count > (size_t)1 << 21) {
            CHECK(view->slots == NULL);
        } else {
            CHECK_EQUAL(view->slot_count, count);
            CHECK_EQUAL(view->slot_base, -6 * SLOT);
            const uint64_t expected[] = {count - 1, 0, 5, 6};
            for (size_t i = 0; i < 4; i++) {
                uint64_t slot = count <= 65536
                                    ? ((const uint16_t *)view->slots)[i]
                                    : ((const uint32_t *)view->slots)[i];
                CHECK_EQUAL(slot, expected[i]);
            }
        }
        bcn_log_drop(log);
    }
}

static void
missing_values_are_said(void)
{
    int64_t times[11], ids[11];
    for (size_t i = 0; i < 11; i++) {
        times[i] = i % 3 == 1 ? BCN_MISSING : (int64_t)(100 - i);
        ids[i] = (int64_t)i;
    }
    bcn_log *log;
    CHECK_OK(times_and_ids(times, ids, 11, &log));
    const bcn_log_column *numbers = bcn_log_at(log, 2);
    CHECK_EQUAL(numbers->missing, 4);
    CHECK_EQUAL(numbers->view.least, 0); /* what such a row stores */
    CHECK_EQUAL(numbers->view.greatest, 100);
    for (size_t i = 0; i < 11; i++) {
        CHECK_EQUAL(bcn_column_has(&numbers->view, i), i % 3 != 1);
    }
    CHECK_EQUAL(numbers->view.valid[1] >> 3, 0); /* nothing behind the end */
    CHECK(bcn_log_at(log, 0)->view.slots == NULL);
    bcn_log_drop(log);
}

static void
a_log_without_rows_has_its_columns(void)
{
    bcn_log *log;
    CHECK_OK(times_and_ids(NULL, NULL, 0, &log));
    CHECK_EQUAL(bcn_log_rows(log), 0);
    for (size_t c = 0; c < 3; c++) {
        CHECK(bcn_log_at(log, c)->present);
        CHECK(bcn_log_at(log, c)->values != NULL);
        CHECK_EQUAL(bcn_block_bytes(bcn_log_at(log, c)->values), 0);
    }
    bcn_log *again = bcn_log_keep(log);
    bcn_log_drop(log);
    CHECK_EQUAL(bcn_log_count(again), 4);
    bcn_log_drop(again);
}

static bcn_status
a_log(void)
{
    const int64_t times[] = {9, 5, BCN_MISSING, 7}, ids[] = {1, 2, 3, 4};
    bcn_log *log;
    BCN_TRY(times_and_ids(times, ids, 4, &log));
    bcn_log_drop(log);
    BCN_TRY(times_and_ids(ids, times, 2, &log));
    bcn_log_drop(log);
    return BCN_OK;
}

int
main(void)
{
    sorted_times_need_no_slots();
    times_out_of_order_have_slots();
    missing_values_are_said();
    a_log_without_rows_has_its_columns();
    CHECK_SURVIVES(a_log);
    return 0;
}
