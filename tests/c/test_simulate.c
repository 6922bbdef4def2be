#include "check.h"

#include "simulate/draw.h"
#include "simulate/simulate.h"

enum { BUREAUS = 6, DAYS = 31, LATE = 4, SILENT = 5, QUIET_DAY = 9 };

/* Bureau 4 joins on day 20; 5 writes nothing; 0 and 1 never write to each
 * other; 3 is the secretariat; 2 also writes to itself. */
typedef struct tiny {
    uint16_t weight[BUREAUS], pairs[BUREAUS * BUREAUS], since[BUREAUS];
    int8_t offset[BUREAUS];
    uint8_t week[BUREAUS], pace[BUREAUS], hours[2 * BCN_WEEK_SLOTS];
    uint16_t day[DAYS];
    bcn_world world;
} tiny;

static void
tiny_write(tiny *t)
{
    *t = (tiny){.weight = {900, 500, 300, 200, 100, 0},
                .since = {0, 0, 0, 0, 20, 0},
                .offset = {0, 4, -10, 11, 26, -24},
                .week = {0, 1, 0, 0, 1, 0},
                .pace = {0, 1, 2, 1, 0, 1}};
    for (size_t i = 0; i < BUREAUS; i++) {
        for (size_t j = 0; j < BUREAUS; j++) {
            bool silent = (i == j && i != 2) || i + j == 1;
            t->pairs[i * BUREAUS + j] = silent ? 0 : (uint16_t)(60 - 9 * j);
        }
    }
    for (size_t i = 0; i < 2 * BCN_WEEK_SLOTS; i++) {
        t->hours[i] = i % 48 >= 16 && i % 48 < 36 ? 200 : 10;
    }
    for (size_t i = 0; i < DAYS; i++) {
        t->day[i] = i == QUIET_DAY ? 0 : 100;
    }
    t->world = (bcn_world){.bureaus = BUREAUS,
                           .weight = t->weight,
                           .pairs = t->pairs,
                           .offset = t->offset,
                           .week = t->week,
                           .pace = t->pace,
                           .since = t->since,
                           .weeks = 2,
                           .hours = t->hours,
                           .days = DAYS,
                           .day = t->day,
                           .weekday = 6,
                           .start = INT64_C(1672531200000000),
                           .secretariat = 3};
}

static bcn_status
make(bcn_year *year, uint64_t rows, uint64_t seed, size_t threads)
{
    tiny t;
    tiny_write(&t);
    return bcn_year_new(year, &t.world, rows, seed, threads, NULL, NULL);
}

static void
what_always_holds(void)
{
    enum { ROWS = 60000 };
    tiny t;
    tiny_write(&t);
    bcn_year year;
    CHECK_OK(bcn_year_new(&year, &t.world, ROWS, 3, 1, NULL, NULL));
    CHECK_EQUAL(year.rows, ROWS);
    const int64_t *sent_at = bcn_block_data(year.sent_at);
    const int64_t *id = bcn_block_data(year.message_id);
    const int64_t *reply_to = bcn_block_data(year.reply_to);
    const uint8_t *sender = bcn_block_data(year.sender);
    const uint8_t *receiver = bcn_block_data(year.receiver);
    const uint8_t *kind = bcn_block_data(year.kind);
    static bool answered[ROWS];
    size_t kinds[BCN_MESSAGE_KINDS] = {0}, to_itself = 0, shared = 0;
    int64_t late = t.world.start + 20 * INT64_C(86400000000);
    int64_t quiet = t.world.start + QUIET_DAY * INT64_C(86400000000);
    for (size_t i = 0; i < ROWS; i++) {
        CHECK(sender[i] < BUREAUS && receiver[i] < BUREAUS);
        CHECK(t.pairs[sender[i] * BUREAUS + receiver[i]] != 0);
        CHECK(sender[i] != SILENT);
        CHECK(sent_at[i] >= late ||
              (sender[i] != LATE && receiver[i] != LATE));
        CHECK(sent_at[i] < quiet ||
              sent_at[i] >= quiet + INT64_C(86400000000));
        to_itself += sender[i] == receiver[i];
        kinds[kind[i]]++;
        CHECK((kind[i] == BCN_MESSAGE_REPLY) == (reply_to[i] != INT64_MIN));
        if (kind[i] == BCN_MESSAGE_REPLY) {
            size_t asked = (size_t)reply_to[i] - 1;
            CHECK(asked < i && id[asked] == reply_to[i]);
            CHECK(kind[asked] == BCN_MESSAGE_REQUEST && !answered[asked]);
            CHECK_EQUAL(sender[asked], receiver[i]);
            CHECK_EQUAL(receiver[asked], sender[i]);
            answered[asked] = true;
        }
        if (i > 0 && id[i] == id[i - 1]) {
            shared++;
            CHECK_EQUAL(kind[i], BCN_MESSAGE_DIFFUSION);
            CHECK_EQUAL(sent_at[i], sent_at[i - 1]);
            CHECK_EQUAL(sender[i], sender[i - 1]);
            CHECK(receiver[i] != receiver[i - 1]);
        } else if (i > 0) {
            CHECK(sent_at[i] >= sent_at[i - 1]);
            CHECK_EQUAL(id[i], i + 1);
        }
    }
    for (size_t i = 0; i < BCN_MESSAGE_KINDS; i++) {
        CHECK(kinds[i] > 0);
    }
    CHECK(to_itself > 0);
    CHECK(shared > 0);
    bcn_year_free(&year);
}

static bool
same(const bcn_block *a, const bcn_block *b)
{
    return bcn_block_bytes(a) == bcn_block_bytes(b) &&
           memcmp(bcn_block_data(a), bcn_block_data(b), bcn_block_bytes(a)) ==
               0;
}

static void
any_number_of_threads_makes_the_same_year(void)
{
    bcn_year one, more;
    CHECK_OK(make(&one, 2000003, 11, 1));
    for (size_t threads = 2; threads <= 5; threads += 3) {
        CHECK_OK(make(&more, 2000003, 11, threads));
        CHECK(same(one.sent_at, more.sent_at));
        CHECK(same(one.sender, more.sender));
        CHECK(same(one.receiver, more.receiver));
        CHECK(same(one.kind, more.kind));
        CHECK(same(one.priority, more.priority));
        CHECK(same(one.size, more.size));
        CHECK(same(one.message_id, more.message_id));
        CHECK(same(one.reply_to, more.reply_to));
        bcn_year_free(&more);
    }
    bcn_year_free(&one);
    CHECK_OK(make(&one, 1000, 11, 1));
    CHECK_OK(make(&more, 1000, 12, 1));
    CHECK(!same(one.sent_at, more.sent_at));
    bcn_year_free(&one);
    bcn_year_free(&more);
}

static void
small_years_are_exact(void)
{
    for (uint64_t rows = 0; rows < 40; rows++) {
        bcn_year year;
        CHECK_OK(make(&year, rows, rows, 0));
        CHECK_EQUAL(year.rows, rows);
        CHECK_EQUAL(bcn_block_bytes(year.sent_at), 8 * rows);
        bcn_year_free(&year);
    }
}

static void
a_world_that_cannot_write_is_refused(void)
{
    tiny t;
    bcn_year year;
    bcn_error error;
#define REFUSED(SPOIL, STATUS)                                                \
    tiny_write(&t);                                                           \
    SPOIL;                                                                    \
    CHECK_EQUAL(bcn_year_new(&year, &t.world, 9, 0, 1, NULL, &error),         \
                STATUS);                                                      \
    CHECK(error.text[0] != '\0' && year.sent_at == NULL && year.rows == 0);
    REFUSED(t.world.bureaus = 0, BCN_INVALID)
    REFUSED(t.world.bureaus = 256, BCN_INVALID)
    REFUSED(t.world.days = 367, BCN_INVALID)
    REFUSED(t.world.weeks = 0, BCN_INVALID)
    REFUSED(t.world.weekday = 7, BCN_INVALID)
    REFUSED(t.world.secretariat = BUREAUS, BCN_INVALID)
    REFUSED(t.offset[1] = 29, BCN_INVALID)
    REFUSED(t.week[1] = 2, BCN_INVALID)
    REFUSED(t.pace[1] = 3, BCN_INVALID)
    REFUSED(memset(t.weight, 0, sizeof t.weight), BCN_INVALID)
    REFUSED(memset(t.pairs, 0, sizeof t.pairs), BCN_INVALID)
#undef REFUSED
    tiny_write(&t);
    CHECK_EQUAL(bcn_year_new(&year, &t.world, UINT32_MAX, 0, 1, NULL, &error),
                BCN_RANGE);
}

static bool
always(void *context)
{
    (void)context;
    return true;
}

static void
an_interrupted_year_leaves_nothing(void)
{
    tiny t;
    tiny_write(&t);
    bcn_year year;
    bcn_watch watch = {.poll = always};
    CHECK_EQUAL(bcn_year_new(&year, &t.world, 1000, 0, 1, &watch, NULL),
                BCN_CANCELLED);
    CHECK(year.rows == 0 && year.sent_at == NULL && year.reply_to == NULL);
}

static void
shares_are_drawn_as_they_weigh(void)
{
    uint32_t weights[5] = {1, 0, 1000, 30, 16777215};
    bcn_share shares[5];
    bcn_shares_write(shares, weights, 5);
    uint64_t whole = 0, chance[5] = {0};
    for (size_t i = 0; i < 5; i++) {
        whole += weights[i];
        chance[i] += shares[i].keep;
        chance[shares[i].other] += (UINT64_C(1) << 31) - shares[i].keep;
    }
    CHECK_EQUAL(chance[1], 0);
    for (size_t i = 0; i < 5; i++) {
        /* Each share is cut off below: at most one part of 2^31 each. */
        uint64_t exact = (((uint64_t)weights[i] * 5) << 31) / whole;
        CHECK(chance[i] + 5 >= exact && chance[i] <= exact + 5);
    }
}

static bcn_status
a_small_year(void)
{
    bcn_year year;
    bcn_status status = make(&year, 500, 1, 1);
    bcn_year_free(&year);
    return status;
}

int
main(void)
{
    what_always_holds();
    any_number_of_threads_makes_the_same_year();
    small_years_are_exact();
    a_world_that_cannot_write_is_refused();
    an_interrupted_year_leaves_nothing();
    shares_are_drawn_as_they_weigh();
    CHECK_SURVIVES(a_small_year);
    return 0;
}
