#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1 /* pthread_setattr_default_np */
#endif
#include "check.h"

#include <stdint.h>
#if defined(__GLIBC__)
#include <pthread.h>
#endif

#include "base/bytes.h"
#include "base/error.h"
#include "base/labels.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/order.h"
#include "base/timestamp.h"
#include "base/reason.h"
#include "base/thread.h"
#include "base/wide.h"

static bcn_bytes
bytes_of(const char *text)
{
    return (bcn_bytes){text, strlen(text)};
}

static void
sizes_that_wrap_are_refused(void)
{
    size_t out = 7;
    CHECK(bcn_size_mul(SIZE_MAX / 2, 2, &out) && out == SIZE_MAX - 1);
    CHECK(!bcn_size_mul(SIZE_MAX / 2 + 1, 2, &out));
    CHECK(bcn_size_mul(SIZE_MAX, 0, &out) && out == 0);
    CHECK(bcn_size_add(SIZE_MAX - 1, 1, &out) && out == SIZE_MAX);
    CHECK(!bcn_size_add(SIZE_MAX, 1, &out));
    CHECK(bcn_alloc(SIZE_MAX, 2) == NULL);
    CHECK(bcn_calloc(SIZE_MAX, 2) == NULL);
    CHECK(bcn_block_new(SIZE_MAX, 2, false) == NULL);
    CHECK(bcn_block_new(SIZE_MAX - 3, 1, false) == NULL);
    void *memory = bcn_alloc(4, 1);
    CHECK(memory != NULL);
    CHECK(bcn_realloc(memory, SIZE_MAX, 2) == NULL);
    memset(memory, 1, 4); /* still ours after the refusal */
    bcn_free(memory);
}

static void
nothing_asked_is_still_an_address(void)
{
    void *one = bcn_alloc(0, 8);
    void *two = bcn_calloc(8, 0);
    CHECK(one != NULL && two != NULL);
    one = bcn_realloc(one, 0, 8);
    CHECK(one != NULL);
    bcn_free(one);
    bcn_free(two);
    bcn_free(NULL);
    bcn_block_drop(NULL);
    bcn_block *empty = bcn_block_new(0, 8, true);
    CHECK(empty != NULL && bcn_block_bytes(empty) == 0);
    bcn_block_drop(empty);
}

static void
a_growing_array_changes_only_on_success(void)
{
    void *memory = NULL;
    size_t capacity = 0;
    CHECK_OK(bcn_grow(&memory, &capacity, 0, 4));
    CHECK(memory == NULL && capacity == 0);
    CHECK_OK(bcn_grow(&memory, &capacity, 1, 4));
    CHECK(memory != NULL && capacity >= 1);
    memset(memory, 3, capacity * 4);
    void *before = memory;
    size_t room = capacity;
    CHECK_EQUAL(bcn_grow(&memory, &capacity, SIZE_MAX, 4), BCN_NOMEM);
    CHECK_EQUAL(bcn_grow(&memory, &capacity, SIZE_MAX / 2, 4), BCN_NOMEM);
    bcn_memory_fail(0, false);
    CHECK_EQUAL(bcn_grow(&memory, &capacity, room + 1, 4), BCN_NOMEM);
    bcn_memory_fail(-1, false);
    CHECK(memory == before && capacity == room);
    int steps = 0;
    for (size_t needed = 1; needed <= 100000; needed++) {
        size_t old = capacity;
        CHECK_OK(bcn_grow(&memory, &capacity, needed, 4));
        CHECK(capacity >= needed);
        steps += capacity != old;
    }
    CHECK(steps > 5 && steps < 40); /* geometric, so few moves */
    bcn_free(memory);
}

static void
the_nth_request_fails_and_is_counted(void)
{
    bcn_memory_fail(1, false);
    void *first = bcn_alloc(1, 1);
    void *second = bcn_alloc(1, 1);
    void *third = bcn_alloc(1, 1);
    CHECK(first != NULL && second == NULL && third != NULL);
    CHECK_EQUAL(bcn_memory_requests(), 3);
    bcn_memory_fail(1, true);
    void *fourth = bcn_alloc(1, 1);
    CHECK(fourth != NULL);
    CHECK(bcn_alloc(1, 1) == NULL && bcn_calloc(1, 1) == NULL);
    CHECK_EQUAL(bcn_memory_requests(), 3);
    bcn_memory_fail(-1, false);
    void *fifth = bcn_alloc(1, 1);
    CHECK(fifth != NULL);
    bcn_free(first);
    bcn_free(third);
    bcn_free(fourth);
    bcn_free(fifth);
}

static void
a_block_lives_as_long_as_its_last_owner(void)
{
    bcn_block *block = bcn_block_new(100, 8, true);
    CHECK(block != NULL);
    CHECK_EQUAL(bcn_block_bytes(block), 800);
    CHECK((uintptr_t)bcn_block_data(block) % 64 == 0);
    const unsigned char *data = bcn_block_data(block);
    for (size_t i = 0; i < 800; i++) {
        CHECK(data[i] == 0);
    }
    CHECK(bcn_block_keep(block) == block);
    bcn_block_drop(block);
    CHECK(data[799] == 0); /* the sanitizer would see a freed byte */
    bcn_block_drop(block);

    bcn_block *large = bcn_block_new((size_t)5 << 20, 1, true);
    CHECK(large != NULL);
    CHECK((uintptr_t)bcn_block_data(large) % ((uintptr_t)2 << 20) == 0);
    CHECK(((char *)bcn_block_data(large))[((size_t)5 << 20) - 1] == 0);
    bcn_block_drop(large);
}

static void
a_large_block_returns_to_its_spare(void)
{
    enum { LARGE = 5 << 20 };
    bcn_spare *spare = bcn_spare_new();
    CHECK(spare != NULL);
    bcn_block *block = bcn_spare_block(spare, LARGE, 1);
    CHECK(block != NULL);
    void *data = bcn_block_data(block);
    memset(data, 1, LARGE);
    bcn_block_drop(block);
    bcn_block *again = bcn_spare_block(spare, LARGE / 8, 8);
    CHECK(again != NULL && bcn_block_data(again) == data);
    bcn_block *other = bcn_spare_block(spare, LARGE, 1);
    CHECK(other != NULL && bcn_block_data(other) != data);
    memset(bcn_block_data(other), 2, LARGE);
    bcn_block_drop(again);
    bcn_block_drop(bcn_spare_block(spare, LARGE + 8, 1)); /* in its place */
    bcn_block_drop(bcn_spare_block(spare, 10, 1));        /* not kept */
    bcn_block_drop(bcn_spare_block(NULL, LARGE, 1));
    bcn_spare_close(spare);
    CHECK(((char *)bcn_block_data(other))[LARGE - 1] == 2);
    bcn_block_drop(other); /* after the closing: the sanitizer watches */
    bcn_spare_close(NULL);
}

static void
a_wrap_that_fails_leaves_the_memory_with_its_owner(void)
{
    char *memory = bcn_alloc(16, 1);
    CHECK(memory != NULL);
    bcn_memory_fail(0, true);
    CHECK(bcn_block_wrap(memory, 16) == NULL);
    bcn_memory_fail(-1, false);
    memory[15] = 1;
    bcn_block *block = bcn_block_wrap(memory, 16);
    CHECK(block != NULL && bcn_block_data(block) == memory);
    bcn_block_drop(block);
}

typedef struct shared {
    bcn_block *block;
    atomic_long sum;
    atomic_size_t next;
    bcn_lock *lock;
    long guarded;
} shared;

static void
own_for_a_while(void *context, size_t worker)
{
    shared *all = context;
    for (int i = 0; i < 2000; i++) {
        bcn_block *mine = bcn_block_keep(all->block);
        atomic_fetch_add(&all->sum, *(int *)bcn_block_data(mine));
        bcn_block_drop(mine);
        bcn_lock_take(all->lock);
        all->guarded++;
        bcn_lock_give(all->lock);
    }
    atomic_fetch_add(&all->next, worker);
}

static void
owners_and_locks_hold_on_many_threads(void)
{
    shared all = {.block = bcn_block_new(1, sizeof(int), true)};
    all.lock = bcn_lock_new();
    CHECK(all.block != NULL && all.lock != NULL);
    *(int *)bcn_block_data(all.block) = 3;
    bcn_run(8, own_for_a_while, &all);
    CHECK_EQUAL(atomic_load(&all.sum), 3 * 8 * 2000);
    CHECK_EQUAL(atomic_load(&all.next), 0 + 1 + 2 + 3 + 4 + 5 + 6 + 7);
    CHECK_EQUAL(all.guarded, 8 * 2000);
    bcn_lock_free(all.lock);
    bcn_lock_free(NULL);
    bcn_block_drop(all.block);
}

static void
count_worker(void *context, size_t worker)
{
    atomic_long *calls = context;
    atomic_fetch_add(&calls[worker], 1);
}

static void
each_share_runs_once_however_many_there_are(void)
{
    static const size_t asked[] = {1, 2, 7, 64, 1000};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        atomic_long calls[1000];
        for (size_t j = 0; j < 1000; j++) {
            atomic_init(&calls[j], 0);
        }
        bcn_run(asked[i], count_worker, calls);
        for (size_t j = 0; j < 1000; j++) {
            CHECK_EQUAL(atomic_load(&calls[j]), j < asked[i] ? 1 : 0);
        }
    }
    CHECK(bcn_processors() >= 1);
}

#if defined(__GLIBC__)
typedef struct place {
    pthread_t caller;
    int runs[8];
    bool here[8];
} place;

static void
note_place(void *context, size_t worker)
{
    place *all = context;
    all->runs[worker]++;
    all->here[worker] = pthread_equal(pthread_self(), all->caller) != 0;
}

static void
work_is_done_here_when_no_thread_can_start(void)
{
    /* Nothing has room for a stack of a sixteenth of all addresses. */
    pthread_attr_t usual, huge;
    CHECK_EQUAL(pthread_getattr_default_np(&usual), 0);
    CHECK_EQUAL(pthread_attr_init(&huge), 0);
    CHECK_EQUAL(pthread_attr_setstacksize(&huge, (size_t)1 << 60), 0);
    CHECK_EQUAL(pthread_setattr_default_np(&huge), 0);
    place all = {.caller = pthread_self()};
    bcn_run(8, note_place, &all);
    CHECK_EQUAL(pthread_setattr_default_np(&usual), 0);
    CHECK_EQUAL(pthread_attr_destroy(&usual), 0);
    CHECK_EQUAL(pthread_attr_destroy(&huge), 0);
    for (size_t i = 0; i < 8; i++) {
        CHECK_EQUAL(all.runs[i], 1);
        CHECK(all.here[i]);
    }
}
#endif

typedef struct relay {
    bcn_lock *lock;
    size_t turn;
    size_t order[8];
} relay;

static void
pass_on(void *context, size_t worker)
{
    relay *all = context;
    bcn_lock_take(all->lock);
    while (all->turn != worker) {
        if (worker % 2 == 0) {
            bcn_lock_wait(all->lock);
        } else {
            bcn_lock_wait_briefly(all->lock);
        }
    }
    all->order[all->turn++] = worker;
    bcn_lock_notify(all->lock);
    bcn_lock_give(all->lock);
}

static void
a_condition_hands_over_in_order(void)
{
    relay all = {.lock = bcn_lock_new()};
    CHECK(all.lock != NULL);
    bcn_run(8, pass_on, &all);
    for (size_t i = 0; i < 8; i++) {
        CHECK_EQUAL(all.order[i], i);
    }
    bcn_lock_take(all.lock);
    bcn_lock_wait_briefly(all.lock); /* nobody notifies: ends by itself */
    bcn_lock_give(all.lock);
    bcn_lock_free(all.lock);
}

static bool
answer_yes(void *context)
{
    ++*(int *)context;
    return true;
}

static bool
answer_no(void *context)
{
    ++*(int *)context;
    return false;
}

static void
a_watch_asks_its_caller_and_tells_the_others(void)
{
    CHECK(!bcn_watch_check(NULL, true));
    bcn_watch silent = {0};
    CHECK(!bcn_watch_check(&silent, true) && !bcn_watch_check(&silent, false));

    int asked = 0;
    bcn_watch patient = {.poll = answer_no, .context = &asked};
    CHECK(!bcn_watch_check(&patient, false));
    CHECK_EQUAL(asked, 0); /* only the caller's thread may ask */
    for (int i = 0; i < 1000; i++) {
        CHECK(!bcn_watch_check(&patient, true));
    }
    CHECK(asked >= 1 && asked < 1000); /* at most every 20 ms */

    asked = 0;
    bcn_watch stopping = {.poll = answer_yes, .context = &asked};
    CHECK(!bcn_watch_check(&stopping, false));
    CHECK(bcn_watch_check(&stopping, true));
    CHECK(bcn_watch_check(&stopping, false));
    CHECK(bcn_watch_check(&stopping, true));
    CHECK_EQUAL(asked, 1); /* an answer holds */
}

static void
labels_are_numbered_by_first_appearance(void)
{
    bcn_labels *labels = bcn_labels_new();
    CHECK(labels != NULL);
    CHECK_EQUAL(bcn_labels_count(labels), 0);
    CHECK(bcn_labels_find(labels, bytes_of("FRA")) == BCN_NONE);
    CHECK(bcn_labels_find(labels, bytes_of("")) == BCN_NONE);
    uint32_t number = 9;
    for (int again = 0; again < 2; again++) { /* before any byte is kept */
        CHECK_OK(bcn_labels_add(labels, bytes_of(""), &number));
        CHECK_EQUAL(number, 0);
        CHECK_EQUAL(bcn_labels_text(labels, 0).length, 0);
    }
    CHECK_OK(bcn_labels_add(labels, (bcn_bytes){"FRA\0x", 5}, &number));
    CHECK_EQUAL(number, 1);
    CHECK_OK(bcn_labels_add(labels, bytes_of("FRA"), &number));
    CHECK_EQUAL(number, 2);
    CHECK_OK(bcn_labels_add(labels, bytes_of(""), &number));
    CHECK_EQUAL(number, 0);
    CHECK_EQUAL(bcn_labels_find(labels, bytes_of("FRA")), 2);
    CHECK_EQUAL(bcn_labels_find(labels, (bcn_bytes){NULL, 0}), 0);
    CHECK_EQUAL(bcn_labels_text(labels, 0).length, 0);
    CHECK_EQUAL(bcn_labels_text(labels, 1).length, 5);
    CHECK(memcmp(bcn_labels_text(labels, 1).data, "FRA\0x", 5) == 0);
    CHECK_EQUAL(bcn_labels_count(labels), 3);
    bcn_labels_free(labels);
    bcn_labels_free(NULL);
}

static void
many_labels_are_all_found_again(void)
{
    enum { MANY = 70000 };
    bcn_labels *labels = bcn_labels_new();
    CHECK(labels != NULL);
    char text[32];
    uint32_t number;
    for (uint32_t i = 0; i < MANY; i++) {
        (void)snprintf(text, sizeof text, "label %u", i);
        CHECK_OK(bcn_labels_add(labels, bytes_of(text), &number));
        CHECK_EQUAL(number, i);
    }
    bcn_labels *copy = bcn_labels_copy(labels);
    CHECK(copy != NULL);
    bcn_labels_free(labels);
    CHECK_EQUAL(bcn_labels_count(copy), MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        (void)snprintf(text, sizeof text, "label %u", i);
        CHECK_EQUAL(bcn_labels_find(copy, bytes_of(text)), i);
        CHECK(bcn_bytes_equal(bcn_labels_text(copy, i), bytes_of(text)));
    }
    CHECK(bcn_labels_find(copy, bytes_of("label 70000")) == BCN_NONE);
    bcn_labels_free(copy);
}

static void
a_hash_sees_every_byte_and_the_length(void)
{
    char text[33] = {0};
    for (size_t length = 0; length < 32; length++) {
        uint64_t whole = bcn_hash(text, length);
        CHECK(whole != bcn_hash(text, length + 1));
        for (size_t i = 0; i < length; i++) {
            text[i] = 1;
            CHECK(bcn_hash(text, length) != whole);
            text[i] = 0;
        }
    }
    /* the same on every platform: the value is part of what is promised */
    CHECK(bcn_hash("interpol", 8) == bcn_hash("interpol\0", 8));
    CHECK(bcn_mix(0) == 0 && bcn_mix(1) != bcn_mix(2));
    CHECK(bcn_bytes_equal((bcn_bytes){NULL, 0}, (bcn_bytes){"", 0}));
    CHECK(!bcn_bytes_equal(bytes_of("a"), bytes_of("b")));
    CHECK(!bcn_bytes_equal(bytes_of("a"), bytes_of("aa")));
}

static void
wide_sums_pass_64_bits_and_come_back(void)
{
    bcn_wide sum = bcn_wide_of(0);
    for (int i = 0; i < 5; i++) {
        sum = bcn_wide_add(sum, bcn_wide_of(INT64_MAX));
    }
    CHECK(!bcn_wide_fits(sum) && sum.high == 2);
    CHECK(sum.low == UINT64_C(5) * INT64_MAX);
    for (int i = 0; i < 5; i++) {
        sum = bcn_wide_add(sum, bcn_wide_negate(bcn_wide_of(INT64_MAX)));
    }
    CHECK(bcn_wide_fits(sum) && sum.low == 0 && sum.high == 0);

    static const int64_t edges[] = {INT64_MIN, INT64_MIN + 1, -1,       0,
                                    1,         INT64_MAX - 1, INT64_MAX};
    enum { EDGES = sizeof edges / sizeof *edges };
    for (int i = 0; i < EDGES; i++) {
        bcn_wide a = bcn_wide_of(edges[i]);
        CHECK(bcn_wide_fits(a) && (int64_t)a.low == edges[i]);
        bcn_wide none = bcn_wide_add(a, bcn_wide_negate(a));
        CHECK(none.low == 0 && none.high == 0);
        for (int j = 0; j < EDGES; j++) {
            int expected = (edges[i] > edges[j]) - (edges[i] < edges[j]);
            CHECK_EQUAL(bcn_wide_compare(a, bcn_wide_of(edges[j])), expected);
            bcn_wide one = bcn_wide_add(a, bcn_wide_of(edges[j]));
            bcn_wide two = bcn_wide_add(bcn_wide_of(edges[j]), a);
            CHECK_EQUAL(bcn_wide_compare(one, two), 0);
        }
    }
    bcn_wide below = bcn_wide_negate(bcn_wide_of(INT64_MIN));
    CHECK(!bcn_wide_fits(below)); /* 2^63 */
    CHECK(bcn_wide_fits(bcn_wide_negate(below)));
    CHECK(
        !bcn_wide_fits(bcn_wide_add(bcn_wide_of(INT64_MIN), bcn_wide_of(-1))));
}

static void
messages_are_cut_and_never_overrun(void)
{
    bcn_error error = {""};
    CHECK_EQUAL(bcn_fail(&error, BCN_RANGE, "%d of %s", 5, "196"), BCN_RANGE);
    CHECK_TEXT(error.text, "5 of 196");
    char large[2000];
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    CHECK_EQUAL(bcn_fail(&error, BCN_IO, "%s", large), BCN_IO);
    CHECK_EQUAL(strlen(error.text), sizeof error.text - 1);
    CHECK_EQUAL(bcn_fail(NULL, BCN_CORRUPT, "%s", large), BCN_CORRUPT);
    CHECK_TEXT(bcn_status_text(BCN_OK), "success");
    CHECK_TEXT(bcn_status_text(BCN_CANCELLED), "the work was interrupted");
}

static void
every_status_and_reason_has_words(void)
{
    for (int i = BCN_OK; i <= BCN_CANCELLED; i++) {
        CHECK(strlen(bcn_status_text((bcn_status)i)) > 0);
    }
    static const char *const reasons[] = {
#define X(name, text) text,
        BCN_REASON_MAP(X)
#undef X
    };
    CHECK_EQUAL(sizeof reasons / sizeof *reasons, BCN_REASON_COUNT);
    CHECK_TEXT(reasons[BCN_REASON_NONE], "");
    CHECK_TEXT(reasons[BCN_REASON_UNKNOWN], "unknown label");
    for (int i = BCN_REASON_NONE + 1; i < BCN_REASON_COUNT; i++) {
        CHECK(strlen(reasons[i]) > 0);
    }
}

static bcn_status
labels_scenario(void)
{
    bcn_status status = BCN_NOMEM;
    bcn_labels *copy = NULL;
    bcn_labels *labels = bcn_labels_new();
    if (labels == NULL) {
        goto fail;
    }
    char text[32];
    uint32_t number;
    for (unsigned i = 0; i < 150; i++) {
        (void)snprintf(text, sizeof text, "bureau %u", i);
        size_t count = bcn_labels_count(labels);
        status = bcn_labels_add(labels, bytes_of(text), &number);
        if (status != BCN_OK) { /* and the table is as it was */
            CHECK_EQUAL(bcn_labels_count(labels), count);
            CHECK(bcn_labels_find(labels, bytes_of(text)) == BCN_NONE);
            goto fail;
        }
    }
    copy = bcn_labels_copy(labels);
    status = copy != NULL ? BCN_OK : BCN_NOMEM;
fail:
    bcn_labels_free(labels);
    bcn_labels_free(copy);
    return status;
}

static bcn_status
blocks_scenario(void)
{
    bcn_status status = BCN_NOMEM;
    bcn_block *small = bcn_block_new(10, 4, false);
    bcn_block *large = bcn_block_new((size_t)4 << 20, 1, false);
    bcn_lock *lock = bcn_lock_new();
    void *memory = NULL;
    size_t capacity = 0;
    if (small != NULL && large != NULL && lock != NULL) {
        status = bcn_grow(&memory, &capacity, 100, 8);
    }
    bcn_free(memory);
    bcn_lock_free(lock);
    bcn_block_drop(large);
    bcn_block_drop(small);
    return status;
}

static void
numbers_of_every_width_are_read(void)
{
    const uint8_t one[] = {0, 255};
    const uint16_t two[] = {0, 65535};
    const uint32_t four[] = {0, UINT32_MAX};
    const int64_t eight[] = {INT64_MIN, INT64_MAX};
    CHECK_EQUAL(bcn_number_at(one, 1, 1), 255);
    CHECK_EQUAL(bcn_number_at(two, 2, 1), 65535);
    CHECK_EQUAL(bcn_number_at(four, 4, 1), (int64_t)UINT32_MAX);
    CHECK(bcn_number_at(eight, 8, 0) == INT64_MIN);
    CHECK(bcn_number_at(eight, 8, 1) == INT64_MAX);
}

static void
times_are_written_as_dates_and_clocks(void)
{
    static const struct {
        int64_t time;
        const char *text;
    } cases[] = {
        {0, "1970-01-01T00:00:00"},
        {-1, "1969-12-31T23:59:59.999999"},
        {INT64_C(951782400000000), "2000-02-29T00:00:00"},
        {INT64_C(-62135596800000000), "0001-01-01T00:00:00"},
        {INT64_C(253402300799000000), "9999-12-31T23:59:59"},
    };
    char text[BCN_TIMESTAMP_ROOM];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int length = bcn_timestamp_write(cases[i].time, text);
        CHECK_EQUAL(length, (int)strlen(cases[i].text));
        CHECK_TEXT(text, cases[i].text);
    }
    CHECK_EQUAL(bcn_timestamp_write(INT64_C(253402300800000000), text), 0);
    CHECK_EQUAL(bcn_timestamp_write(INT64_MIN, text), 0);
}

static void
numbers_rise_or_not_up_to_the_largest(void)
{
    const int64_t far = INT64_C(1) << 61;
    const int64_t rising[] = {-far, -3, 0, 7, far - 1};
    const int64_t equal[] = {-3, 5, 5, 9};
    const int64_t falling[] = {1, 2, 3, 2};
    const int64_t wraps[] = {far, INT64_MAX, INT64_MIN, -far - 1};
    CHECK(bcn_order_of(rising, 5).sorted && bcn_order_of(rising, 5).rising);
    CHECK(bcn_order_of(equal, 4).sorted && !bcn_order_of(equal, 4).rising);
    CHECK(!bcn_order_of(falling, 4).sorted &&
          !bcn_order_of(falling, 4).rising);
    for (size_t i = 0; i < 4; i++) { /* beyond 61 bits nothing is sure */
        CHECK(!bcn_order_of(wraps + i, 1).sorted);
        CHECK(!bcn_order_of(wraps, i + 1).sorted);
    }
    CHECK(bcn_order_of(falling + 3, 1).rising);
}

int
main(void)
{
    numbers_rise_or_not_up_to_the_largest();
    numbers_of_every_width_are_read();
    times_are_written_as_dates_and_clocks();
    sizes_that_wrap_are_refused();
    nothing_asked_is_still_an_address();
    a_growing_array_changes_only_on_success();
    the_nth_request_fails_and_is_counted();
    a_block_lives_as_long_as_its_last_owner();
    a_large_block_returns_to_its_spare();
    a_wrap_that_fails_leaves_the_memory_with_its_owner();
    owners_and_locks_hold_on_many_threads();
    each_share_runs_once_however_many_there_are();
#if defined(__GLIBC__)
    work_is_done_here_when_no_thread_can_start();
#endif
    a_condition_hands_over_in_order();
    a_watch_asks_its_caller_and_tells_the_others();
    labels_are_numbered_by_first_appearance();
    many_labels_are_all_found_again();
    a_hash_sees_every_byte_and_the_length();
    wide_sums_pass_64_bits_and_come_back();
    messages_are_cut_and_never_overrun();
    every_status_and_reason_has_words();
    CHECK_SURVIVES(labels_scenario);
    CHECK_SURVIVES(blocks_scenario);
    return 0;
}
