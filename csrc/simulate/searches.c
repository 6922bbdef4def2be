#include "simulate/searches.h"

#include <string.h>

#include "simulate/making.h"

enum {
    HOURS_PER_DAY = 24,
    MILLION = BCN_GAP,
    HOUR_WEIGHT_BITS = 26, /* cut for 2^37 searches: below 2^63 */
    HOUR_NOISE = 48,       /* of 48 .. 79: a quarter up or down */
    CELL_NOISE = 64,       /* of 64 .. 127: below 2^31, cut for 2^32 */
    BUCKETS = 4096,
    BUCKET_SHIFT = 20 /* microseconds of an hour are below 2^32 */
};
#define HOUR UINT32_C(3600000000)

/* When a database next hits. */
typedef struct hit_clock {
    bcn_stream stream;
    uint64_t gap;  /* millionths of an expected hit still to go */
    uint64_t owed; /* hits that found no search to be on */
} hit_clock;

typedef struct making {
    const bcn_search_world *asked;
    bool single;
    uint64_t seed;
    bcn_watch *watch;
    size_t hours, row;
    uint32_t *plan; /* hours x databases: how many searches */
    uint64_t *hour_weights;
    hit_clock clocks[BCN_DATABASES];
    uint64_t *keys, *sorted; /* the single rows of an hour */
    size_t keyed;
    uint32_t buckets[BUCKETS + 1];
    int64_t *searched_at;
    uint8_t *bureau, *database;
    uint32_t *searches, *hits;
} making;

static uint32_t
take_hits(hit_clock *clock, uint32_t searches, uint32_t rate)
{
    if (rate == 0) {
        return 0;
    }
    uint64_t run = (uint64_t)searches * rate, hits = clock->owed;
    while (run >= clock->gap) {
        run -= clock->gap;
        clock->gap = bcn_stream_gap(&clock->stream);
        hits++;
    }
    clock->gap -= run;
    clock->owed = hits > searches ? hits - searches : 0;
    return (uint32_t)(hits - clock->owed);
}

/* How busy a bureau is in a database during an hour; 0 before it joined. */
static uint64_t
busy(const bcn_search_world *asked, size_t database, size_t bureau,
     size_t hour)
{
    const bcn_world *world = &asked->world;
    if (world->since[bureau] > hour / HOURS_PER_DAY) {
        return 0;
    }
    uint8_t week = asked->rhythm[database];
    return world->hours[bcn_world_place(
        world, bureau, week == BCN_OWN_WEEK ? world->week[bureau] : week,
        2 * hour)];
}

/* How much an hour weighs for a database, and the most of all hours. */
static uint64_t
weigh_hours(making *m, size_t database)
{
    const bcn_search_world *asked = m->asked;
    size_t bureaus = asked->world.bureaus, days = asked->world.days;
    const uint16_t *weight = asked->weight + database * bureaus;
    bcn_stream stream = bcn_stream_of(m->seed, BCN_STREAM_HOURS, database);
    uint64_t most = 0;
    for (size_t hour = 0; hour < m->hours; hour++) {
        uint64_t sum = 0;
        for (size_t i = 0; i < bureaus; i++) {
            if (weight[i] > 0) {
                sum += weight[i] * busy(asked, database, i, hour);
            }
        }
        sum *= asked->day[database * days + hour / HOURS_PER_DAY];
        sum *= HOUR_NOISE + bcn_draw_below(bcn_stream_next(&stream), 32);
        m->hour_weights[hour] = sum; /* below 2^55 */
        most = sum > most ? sum : most;
    }
    return most;
}

/* How many searches each hour gets of a database. */
static bcn_status
plan_database(making *m, size_t database, bcn_error *error)
{
    uint64_t total = m->asked->searches[database];
    if (total == 0) {
        return BCN_OK;
    }
    uint64_t most = weigh_hours(m, database);
    unsigned shift = 0;
    while (most >> shift >> HOUR_WEIGHT_BITS != 0) {
        shift++;
    }
    uint64_t whole = 0;
    for (size_t hour = 0; hour < m->hours; hour++) {
        m->hour_weights[hour] >>= shift;
        whole += m->hour_weights[hour];
    }
    if (whole == 0) {
        return bcn_fail(error, BCN_INVALID,
                        "database %zu: %llu searches and nobody to make them",
                        database, (unsigned long long)total);
    }
    bcn_stream stream = bcn_stream_of(m->seed, BCN_STREAM_STARTS, database);
    bcn_cut parts = bcn_cut_of(total, whole, bcn_stream_next(&stream));
    for (size_t hour = 0; hour < m->hours; hour++) {
        uint64_t part = bcn_cut_take(&parts, m->hour_weights[hour]);
        if (part > UINT32_MAX) {
            return bcn_fail(error, BCN_RANGE,
                            "database %zu: %llu searches in one hour, and at "
                            "most 4,294,967,295 can be",
                            database, (unsigned long long)part);
        }
        m->plan[hour * m->asked->databases + database] = (uint32_t)part;
    }
    m->clocks[database].stream =
        bcn_stream_of(m->seed, BCN_STREAM_HITS, database);
    m->clocks[database].gap = bcn_stream_gap(&m->clocks[database].stream);
    return BCN_OK;
}

/* The searches of a bureau in a database, as rows or as keys of rows. */
static void
write_cell(making *m, bcn_stream *stream, size_t hour, size_t bureau,
           size_t database, uint32_t searches)
{
    const bcn_search_world *asked = m->asked;
    uint32_t rate = asked->rate[database * asked->world.bureaus + bureau];
    uint32_t hits = take_hits(&m->clocks[database], searches, rate);
    if (m->single) {
        for (uint32_t i = 0; i < searches; i++) {
            uint64_t time = bcn_draw_below(bcn_stream_next(stream), HOUR);
            m->keys[m->keyed++] = time << 32 | (uint64_t)(i < hits) << 16 |
                                  (uint64_t)bureau << 8 | database;
        }
        return;
    }
    m->searched_at[m->row] =
        asked->world.start + (int64_t)hour * (int64_t)HOUR;
    m->bureau[m->row] = (uint8_t)bureau;
    m->database[m->row] = (uint8_t)database;
    m->searches[m->row] = searches;
    m->hits[m->row] = hits;
    m->row++;
}

/* The searches of an hour in a database, over the bureaus.  The times within
 * the hour have a stream of their own, so both ways make the same cells. */
static void
write_cells(making *m, size_t hour, size_t database, uint32_t searches)
{
    const bcn_search_world *asked = m->asked;
    size_t bureaus = asked->world.bureaus;
    size_t place = hour * BCN_DATABASES + database;
    bcn_stream stream = bcn_stream_of(m->seed, BCN_STREAM_CELLS, place);
    bcn_stream times = bcn_stream_of(m->seed, BCN_STREAM_TIMES, place);
    uint64_t start = bcn_stream_next(&stream), whole = 0, weights[256];
    for (size_t i = 0; i < bureaus; i++) {
        uint64_t weight = asked->weight[database * bureaus + i];
        if (weight > 0) {
            weight *= busy(asked, database, i, hour);
            weight *= CELL_NOISE +
                      bcn_draw_below(bcn_stream_next(&stream), CELL_NOISE);
        }
        weights[i] = weight;
        whole += weight;
    }
    bcn_cut parts = bcn_cut_of(searches, whole, start);
    for (size_t i = 0; i < bureaus; i++) {
        uint32_t part = (uint32_t)bcn_cut_take(&parts, weights[i]);
        if (part > 0) {
            write_cell(m, &times, hour, i, database, part);
        }
    }
}

/* The single rows of an hour, by time: into buckets, which few share, and
 * the last steps by insertion. */
static void
write_single(making *m, size_t hour)
{
    memset(m->buckets, 0, sizeof m->buckets);
    for (size_t i = 0; i < m->keyed; i++) {
        m->buckets[(m->keys[i] >> 32 >> BUCKET_SHIFT) + 1]++;
    }
    for (size_t i = 1; i <= BUCKETS; i++) {
        m->buckets[i] += m->buckets[i - 1];
    }
    for (size_t i = 0; i < m->keyed; i++) {
        uint64_t key = m->keys[i];
        m->sorted[m->buckets[key >> 32 >> BUCKET_SHIFT]++] = key;
    }
    int64_t start = m->asked->world.start + (int64_t)hour * (int64_t)HOUR;
    for (size_t i = 1; i < m->keyed; i++) {
        uint64_t key = m->sorted[i];
        size_t at = i;
        for (; at > 0 && m->sorted[at - 1] > key; at--) {
            m->sorted[at] = m->sorted[at - 1];
        }
        m->sorted[at] = key;
    }
    for (size_t i = 0; i < m->keyed; i++, m->row++) {
        uint64_t key = m->sorted[i];
        m->searched_at[m->row] = start + (int64_t)(key >> 32);
        m->hits[m->row] = key >> 16 & 1;
        m->bureau[m->row] = (uint8_t)(key >> 8);
        m->database[m->row] = (uint8_t)key;
        m->searches[m->row] = 1;
    }
    m->keyed = 0;
}

/* Room for the rows: as many as there are searches, or at most one for each
 * bureau that uses the database. */
static bcn_status
alloc_rows(making *m, bcn_searches *year, bcn_error *error)
{
    const bcn_search_world *asked = m->asked;
    size_t users[BCN_DATABASES] = {0}, fullest = 0;
    uint64_t rows = 0;
    for (size_t i = 0; i < asked->databases * asked->world.bureaus; i++) {
        users[i / asked->world.bureaus] += asked->weight[i] > 0;
    }
    for (size_t hour = 0; hour < m->hours; hour++) {
        uint64_t of_hour = 0;
        for (size_t i = 0; i < asked->databases; i++) {
            uint32_t searches = m->plan[hour * asked->databases + i];
            of_hour += m->single || searches < users[i] ? searches : users[i];
        }
        rows += of_hour;
        fullest = of_hour > fullest ? (size_t)of_hour : fullest;
    }
    if (rows >= UINT32_MAX) {
        return bcn_fail(error, BCN_RANGE,
                        "%llu rows: a synthetic year has at most 4 billion",
                        (unsigned long long)rows);
    }
    if (m->single) {
        m->keys = bcn_alloc(fullest, sizeof *m->keys);
        m->sorted = bcn_alloc(fullest, sizeof *m->sorted);
        if (m->keys == NULL || m->sorted == NULL) {
            return BCN_NOMEM;
        }
    }
#define COLUMN(name)                                                          \
    year->name = bcn_block_new((size_t)rows, sizeof *m->name, false);         \
    if (year->name == NULL) {                                                 \
        return BCN_NOMEM;                                                     \
    }                                                                         \
    m->name = bcn_block_data(year->name);
    COLUMN(searched_at)
    COLUMN(bureau)
    COLUMN(database)
    COLUMN(searches)
    COLUMN(hits)
#undef COLUMN
    return BCN_OK;
}

static bcn_status
check_asked(const bcn_search_world *asked, bcn_error *error)
{
    BCN_TRY(bcn_world_check(&asked->world, error));
    if (asked->databases < 1 || asked->databases > BCN_DATABASES) {
        return bcn_fail(error, BCN_INVALID,
                        "%zu databases: a world has 1 to %d", asked->databases,
                        (int)BCN_DATABASES);
    }
    uint64_t left = BCN_SEARCHES_MOST;
    for (size_t i = 0; i < asked->databases; i++) {
        uint8_t week = asked->rhythm[i];
        if (week != BCN_OWN_WEEK && week >= asked->world.weeks) {
            return bcn_fail(error, BCN_INVALID, "database %zu: week %d of %zu",
                            i, week, asked->world.weeks);
        }
        if (asked->searches[i] > left) {
            return bcn_fail(error, BCN_RANGE,
                            "a synthetic year has at most 2^37 searches");
        }
        left -= asked->searches[i];
    }
    for (size_t i = 0; i < asked->databases * asked->world.bureaus; i++) {
        if (asked->rate[i] > MILLION) {
            return bcn_fail(error, BCN_INVALID,
                            "database %zu: %u hits in a million searches",
                            i / asked->world.bureaus,
                            (unsigned)asked->rate[i]);
        }
    }
    return BCN_OK;
}

static bcn_status
make(making *m, bcn_searches *year, bcn_error *error)
{
    size_t databases = m->asked->databases;
    m->plan = bcn_calloc(m->hours * databases, sizeof *m->plan);
    m->hour_weights = bcn_alloc(m->hours, sizeof *m->hour_weights);
    if (m->plan == NULL || m->hour_weights == NULL) {
        return BCN_NOMEM;
    }
    for (size_t i = 0; i < databases; i++) {
        BCN_TRY(plan_database(m, i, error));
        if (bcn_watch_check(m->watch, true)) {
            return BCN_CANCELLED;
        }
    }
    BCN_TRY(alloc_rows(m, year, error));
    for (size_t hour = 0; hour < m->hours; hour++) {
        for (size_t i = 0; i < databases; i++) {
            uint32_t searches = m->plan[hour * databases + i];
            if (searches > 0) {
                write_cells(m, hour, i, searches);
            }
        }
        if (m->single) {
            write_single(m, hour);
        }
        if (bcn_watch_check(m->watch, true)) {
            return BCN_CANCELLED;
        }
    }
    year->rows = m->row;
    return BCN_OK;
}

bcn_status
bcn_searches_new(bcn_searches *year, const bcn_search_world *world,
                 bool single, uint64_t seed, bcn_watch *watch,
                 bcn_error *error)
{
    *year = (bcn_searches){0};
    BCN_TRY(check_asked(world, error));
    making m = {.asked = world,
                .single = single,
                .seed = seed,
                .watch = watch,
                .hours = world->world.days * HOURS_PER_DAY};
    bcn_status status = make(&m, year, error);
    bcn_free(m.plan);
    bcn_free(m.hour_weights);
    bcn_free(m.keys);
    bcn_free(m.sorted);
    if (status != BCN_OK) {
        bcn_searches_free(year);
    }
    return status;
}

void
bcn_searches_free(bcn_searches *year)
{
    bcn_block_drop(year->searched_at);
    bcn_block_drop(year->bureau);
    bcn_block_drop(year->database);
    bcn_block_drop(year->searches);
    bcn_block_drop(year->hits);
    *year = (bcn_searches){0};
}
