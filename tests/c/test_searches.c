#include "check.h"

#include "simulate/draw.h"
#include "simulate/searches.h"

enum { BUREAUS = 5, DAYS = 20, DATABASES = 4, LATE = 3, QUIET_DAY = 7 };
enum { HOURS = DAYS * 24 };
#define HOUR INT64_C(3600000000)

/* Bureau 3 joins on day 10; nobody works on day 7; database 2 is unused; in
 * database 3, which never closes, each search hits. */
typedef struct tiny {
    uint64_t searches[DATABASES];
    uint8_t rhythm[DATABASES];
    uint16_t weight[DATABASES * BUREAUS], day[DATABASES * DAYS];
    uint32_t rate[DATABASES * BUREAUS];
    int8_t offset[BUREAUS];
    uint8_t week[BUREAUS], hours[2 * BCN_WEEK_SLOTS];
    uint16_t since[BUREAUS];
    bcn_search_world asked;
} tiny;

static void
tiny_write(tiny *t)
{
    *t = (tiny){.searches = {40000, 700, 0, 90},
                .rhythm = {BCN_OWN_WEEK, BCN_OWN_WEEK, BCN_OWN_WEEK, 1},
                .weight = {900, 500, 300, 200, 0, 0, 5, 9, 0, 0,
                           0,   0,   0,   0,   0, 1, 1, 1, 1, 1},
                .since = {0, 0, 0, 10, 0},
                .offset = {0, 4, -10, 11, 28}};
    for (size_t i = 0; i < DATABASES * BUREAUS; i++) {
        t->rate[i] = i < BUREAUS ? 5000 : i < 15 ? 0 : 1000000;
    }
    for (size_t i = 0; i < 2 * BCN_WEEK_SLOTS; i++) {
        bool open = i >= BCN_WEEK_SLOTS || (i % 48 >= 16 && i % 48 < 36);
        t->hours[i] = open ? 200 : 0;
    }
    for (size_t i = 0; i < DATABASES * DAYS; i++) {
        t->day[i] = i % DAYS == QUIET_DAY ? 0 : 100;
    }
    t->asked = (bcn_search_world){.world = {.bureaus = BUREAUS,
                                            .offset = t->offset,
                                            .week = t->week,
                                            .since = t->since,
                                            .weeks = 2,
                                            .hours = t->hours,
                                            .days = DAYS,
                                            .weekday = 2,
                                            .start = 24 * HOUR},
                                  .databases = DATABASES,
                                  .searches = t->searches,
                                  .rhythm = t->rhythm,
                                  .weight = t->weight,
                                  .rate = t->rate,
                                  .day = t->day};
}

static bcn_status
make(bcn_searches *year, bool single, uint64_t seed)
{
    tiny t;
    tiny_write(&t);
    return bcn_searches_new(year, &t.asked, single, seed, NULL, NULL);
}

static void
what_always_holds(void)
{
    tiny t;
    tiny_write(&t);
    bcn_searches year;
    CHECK_OK(bcn_searches_new(&year, &t.asked, false, 3, NULL, NULL));
    const int64_t *at = bcn_block_data(year.searched_at);
    const uint8_t *bureau = bcn_block_data(year.bureau);
    const uint8_t *database = bcn_block_data(year.database);
    const uint32_t *searches = bcn_block_data(year.searches);
    const uint32_t *hits = bcn_block_data(year.hits);
    uint64_t sums[DATABASES] = {0}, hit[DATABASES] = {0};
    int64_t late = t.asked.world.start + 10 * 24 * HOUR;
    int64_t quiet = t.asked.world.start + QUIET_DAY * 24 * HOUR;
    for (size_t i = 0; i < year.rows; i++) {
        CHECK(t.weight[database[i] * BUREAUS + bureau[i]] > 0);
        CHECK(searches[i] > 0 && hits[i] <= searches[i]);
        CHECK(at[i] >= late || bureau[i] != LATE);
        CHECK(at[i] < quiet || at[i] >= quiet + 24 * HOUR);
        CHECK((at[i] - t.asked.world.start) % HOUR == 0);
        CHECK(i == 0 || at[i] >= at[i - 1]);
        sums[database[i]] += searches[i];
        hit[database[i]] += hits[i];
    }
    for (size_t i = 0; i < DATABASES; i++) {
        CHECK_EQUAL(sums[i], t.searches[i]);
    }
    CHECK(hit[0] > 140 && hit[0] < 260); /* 200 are expected */
    CHECK_EQUAL(hit[1], 0);
    CHECK(hit[3] > 60 && hit[3] <= 90);
    bcn_searches_free(&year);
}

/* What each hour, bureau and database has, in single rows or weighted. */
static void
add_up(const bcn_searches *year, uint32_t *searches, uint32_t *hits)
{
    const int64_t *at = bcn_block_data(year->searched_at);
    const uint8_t *bureau = bcn_block_data(year->bureau);
    const uint8_t *database = bcn_block_data(year->database);
    const uint32_t *count = bcn_block_data(year->searches);
    const uint32_t *hit = bcn_block_data(year->hits);
    for (size_t i = 0; i < year->rows; i++) {
        CHECK(i == 0 || at[i] >= at[i - 1]);
        size_t hour = (size_t)(at[i] / HOUR - 24);
        size_t cell = (hour * BUREAUS + bureau[i]) * DATABASES + database[i];
        searches[cell] += count[i];
        hits[cell] += hit[i];
    }
}

static void
single_rows_add_up_to_the_weighted_ones(void)
{
    enum { CELLS = HOURS * BUREAUS * DATABASES };
    static uint32_t one[2][CELLS], many[2][CELLS];
    bcn_searches year;
    CHECK_OK(make(&year, true, 9));
    CHECK_EQUAL(year.rows, 40790);
    add_up(&year, one[0], one[1]);
    bcn_searches_free(&year);
    CHECK_OK(make(&year, false, 9));
    CHECK(year.rows < 10000);
    add_up(&year, many[0], many[1]);
    bcn_searches_free(&year);
    CHECK(memcmp(one, many, sizeof one) == 0);
}

static void
another_seed_makes_another_year(void)
{
    bcn_searches one, other;
    CHECK_OK(make(&one, true, 1));
    CHECK_OK(make(&other, true, 2));
    CHECK_EQUAL(one.rows, other.rows);
    CHECK(memcmp(bcn_block_data(one.searched_at),
                 bcn_block_data(other.searched_at), one.rows * 8) != 0);
    bcn_searches_free(&one);
    bcn_searches_free(&other);
}

static void
a_year_without_searches_is_empty(void)
{
    tiny t;
    tiny_write(&t);
    memset(t.searches, 0, sizeof t.searches);
    bcn_searches year;
    for (int single = 0; single < 2; single++) {
        CHECK_OK(bcn_searches_new(&year, &t.asked, single, 0, NULL, NULL));
        CHECK_EQUAL(year.rows, 0);
        bcn_searches_free(&year);
    }
}

static bool
always(void *context)
{
    (void)context;
    return true;
}

static void
a_world_that_cannot_search_is_refused(void)
{
    tiny t;
    bcn_searches year;
    bcn_error error;
#define REFUSED(SPOIL, SINGLE, STATUS)                                        \
    tiny_write(&t);                                                           \
    SPOIL;                                                                    \
    CHECK_EQUAL(bcn_searches_new(&year, &t.asked, SINGLE, 0, NULL, &error),   \
                STATUS);                                                      \
    CHECK(error.text[0] != '\0' && year.hits == NULL && year.rows == 0);
    REFUSED(t.asked.world.bureaus = 256, false, BCN_INVALID)
    REFUSED(t.asked.databases = 0, false, BCN_INVALID)
    REFUSED(t.asked.databases = 65, false, BCN_INVALID)
    REFUSED(t.rhythm[3] = 2, false, BCN_INVALID)
    REFUSED(t.rate[0] = 1000001, false, BCN_INVALID)
    REFUSED(t.searches[2] = 1, false, BCN_INVALID)
    REFUSED(t.searches[0] = BCN_SEARCHES_MOST, false, BCN_RANGE)
    REFUSED(t.searches[0] = UINT32_MAX, true, BCN_RANGE)
    REFUSED(memset(t.day, 0, sizeof t.day); t.day[0] = 1;
            t.searches[0] = UINT64_C(1) << 36, false, BCN_RANGE)
#undef REFUSED
    tiny_write(&t);
    bcn_watch watch = {.poll = always};
    CHECK_EQUAL(bcn_searches_new(&year, &t.asked, true, 0, &watch, NULL),
                BCN_CANCELLED);
    CHECK(year.rows == 0 && year.searched_at == NULL);
}

static void
cuts_add_up_and_give_each_its_share(void)
{
    uint64_t weights[4] = {1, 0, 30, 969};
    for (uint64_t draw = 0; draw < 1000; draw += 37) {
        bcn_cut cut = bcn_cut_of(2500, 1000, draw);
        uint64_t sum = 0;
        for (size_t i = 0; i < 4; i++) {
            uint64_t part = bcn_cut_take(&cut, weights[i]);
            uint64_t least = weights[i] * 5 / 2;
            CHECK(part >= least && part <= least + 1);
            CHECK(weights[i] > 0 || part == 0);
            sum += part;
        }
        CHECK_EQUAL(sum, 2500);
    }
}

static void
gaps_are_exponential(void)
{
    enum { DRAWS = 200000 };
    bcn_stream stream = bcn_stream_of(5, 77, 0);
    uint64_t sum = 0, above[3] = {0};
    for (size_t i = 0; i < DRAWS; i++) {
        uint64_t gap = bcn_stream_gap(&stream);
        sum += gap;
        for (size_t j = 0; j < 3; j++) {
            above[j] += gap > (j + 1) * BCN_GAP;
        }
    }
    CHECK(sum / DRAWS > 990000 && sum / DRAWS < 1010000);
    /* e^-1, e^-2, e^-3 of them, by four standard deviations. */
    CHECK(above[0] > 72712 && above[0] < 74440);
    CHECK(above[1] > 26450 && above[1] < 27684);
    CHECK(above[2] > 9568 && above[2] < 10347);
}

static bcn_status
a_small_year(void)
{
    bcn_searches year;
    bcn_status status = make(&year, true, 1);
    bcn_searches_free(&year);
    return status;
}

static bcn_status
a_small_weighted_year(void)
{
    bcn_searches year;
    bcn_status status = make(&year, false, 1);
    bcn_searches_free(&year);
    return status;
}

int
main(void)
{
    what_always_holds();
    single_rows_add_up_to_the_weighted_ones();
    another_seed_makes_another_year();
    a_year_without_searches_is_empty();
    a_world_that_cannot_search_is_refused();
    cuts_add_up_and_give_each_its_share();
    gaps_are_exponential();
    CHECK_SURVIVES(a_small_year);
    CHECK_SURVIVES(a_small_weighted_year);
    return 0;
}
