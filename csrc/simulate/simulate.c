#include "simulate/simulate.h"

#include "simulate/making.h"

enum {
    FEW_ROWS = 2000000,
    MOST_WORKERS = 64,
    SLOTS_PER_DAY = 48,
    WEIGHTS = 1 << 17 /* of a half hour, once scaled */
};

bcn_status
bcn_world_check(const bcn_world *world, bcn_error *error)
{
    if (world->bureaus < 1 || world->bureaus > BCN_WORLD_BUREAUS ||
        world->days < 1 || world->days > BCN_WORLD_DAYS || world->weeks < 1) {
        return bcn_fail(error, BCN_INVALID,
                        "%zu bureaus, %zu days, %zu weeks: a world has 1 to "
                        "255 bureaus, 1 to 366 days, at least 1 week",
                        world->bureaus, world->days, world->weeks);
    }
    if (world->weekday < 0 || world->weekday > 6) {
        return bcn_fail(error, BCN_INVALID, "weekday %d: out of range",
                        world->weekday);
    }
    for (size_t i = 0; i < world->bureaus; i++) {
        if (world->offset[i] < -24 || world->offset[i] > 28 ||
            world->week[i] >= world->weeks) {
            return bcn_fail(error, BCN_INVALID,
                            "bureau %zu: offset %d, week %d: out of range", i,
                            world->offset[i], world->week[i]);
        }
    }
    return BCN_OK;
}

/* What messages need besides. */
static bcn_status
check_writers(const bcn_world *world, bcn_error *error)
{
    if (world->secretariat < BCN_NO_SECRETARIAT ||
        world->secretariat >= (int)world->bureaus) {
        return bcn_fail(error, BCN_INVALID, "secretariat %d: out of range",
                        world->secretariat);
    }
    for (size_t i = 0; i < world->bureaus; i++) {
        if (world->pace[i] >= BCN_WORLD_PACES) {
            return bcn_fail(error, BCN_INVALID,
                            "bureau %zu: pace %d: out of range", i,
                            world->pace[i]);
        }
    }
    return BCN_OK;
}

/* Whom each bureau writes to, and whom instead of a member yet to come. */
static bcn_status
write_receivers(bcn_making *making, bcn_error *error)
{
    const bcn_world *world = making->world;
    uint32_t bureaus = (uint32_t)world->bureaus;
    for (size_t i = 0; i < bureaus; i++) {
        uint32_t weights[256], most = 0;
        if (world->weight[i] == 0) {
            continue; /* never looked at */
        }
        for (size_t j = 0; j < bureaus; j++) {
            weights[j] = world->pairs[i * bureaus + j];
            if (world->since[j] == 0 && weights[j] > most) {
                most = weights[j];
                making->fallback[i] = (uint8_t)j;
            }
        }
        if (most == 0) {
            return bcn_fail(error, BCN_INVALID,
                            "bureau %zu writes, but to nobody who is there "
                            "from the first day",
                            i);
        }
        bcn_shares_write(making->receivers + i * bureaus, weights, bureaus);
    }
    return BCN_OK;
}

/* How busy a half hour is; below 2^63. */
static uint64_t
slot_weight(const bcn_making *making, size_t slot)
{
    const bcn_world *world = making->world;
    size_t day = slot / SLOTS_PER_DAY;
    uint64_t busy = 0;
    for (size_t i = 0; i < world->bureaus; i++) {
        if (world->since[i] <= day) {
            busy += (uint64_t)world->weight[i] *
                    world->hours[bcn_world_hour(world, i, slot)];
        }
    }
    /* No two days and no two half hours are quite alike: up to 1/16 each. */
    bcn_stream daily = bcn_stream_of(making->seed, BCN_STREAM_PLAN, day);
    bcn_stream own =
        bcn_stream_of(making->seed, BCN_STREAM_PLAN, BCN_WORLD_DAYS + slot);
    uint64_t jitter = 120 + bcn_draw_below(bcn_stream_next(&daily), 17);
    uint64_t flutter = 120 + bcn_draw_below(bcn_stream_next(&own), 17);
    return busy * world->day[day] * jitter * flutter;
}

/* Share the rows among the half hours; `first` holds their weights meanwhile.
 * Returns the most rows of one half hour. */
static bcn_status
plan(bcn_making *making, uint64_t rows, size_t *most, bcn_error *error)
{
    uint64_t *first = making->first, total = 0, bits = 0;
    for (size_t i = 0; i < making->slots; i++) {
        first[i] = slot_weight(making, i);
        bits |= first[i];
    }
    if (bits == 0 && rows > 0) {
        return bcn_fail(error, BCN_INVALID,
                        "nobody writes: all weights are 0");
    }
    unsigned shift = 0;
    while (bits >> shift >= WEIGHTS) {
        shift++;
    }
    for (size_t i = 0; i < making->slots; i++) {
        total += first[i] >> shift; /* below 2^32, as rows are */
    }
    uint64_t before = 0, weight = 0;
    for (size_t i = 0; i < making->slots; i++) {
        weight += first[i] >> shift;
        uint64_t upto = total == 0 ? 0 : rows * weight / total;
        *most = upto - before > *most ? (size_t)(upto - before) : *most;
        first[i] = before;
        before = upto;
    }
    first[making->slots] = before;
    return BCN_OK;
}

/* Rows of replies, in their order, by the half hour they picked. */
static bcn_status
sort_replies(bcn_making *making)
{
    size_t total = 0, rows = making->first[making->slots];
    for (size_t i = 0; i < making->slots; i++) {
        unsigned count = making->picked[i];
        making->picked[i] = (unsigned)total;
        total += count;
    }
    making->replies = bcn_alloc(total, sizeof *making->replies);
    if (making->replies == NULL) {
        return BCN_NOMEM;
    }
    /* Filling moves each start to its end, which is the next one's start. */
    for (size_t row = 0; row < rows; row++) {
        if (making->kind[row] == BCN_MESSAGE_REPLY) {
            size_t slot = (size_t)making->reply_to[row];
            making->replies[making->picked[slot]++] = (uint32_t)row;
        }
    }
    return BCN_OK;
}

static bcn_status
alloc_columns(bcn_year *year, bcn_making *making, size_t rows)
{
    year->rows = rows;
#define COLUMN(name)                                                          \
    year->name = bcn_block_new(rows, sizeof *making->name, false);            \
    if (year->name == NULL) {                                                 \
        return BCN_NOMEM;                                                     \
    }                                                                         \
    making->name = bcn_block_data(year->name);
    COLUMN(sent_at)
    COLUMN(sender)
    COLUMN(receiver)
    COLUMN(kind)
    COLUMN(priority)
    COLUMN(size)
    COLUMN(message_id)
    COLUMN(reply_to)
#undef COLUMN
    return BCN_OK;
}

static bcn_status
alloc_desks(bcn_making *making, size_t most)
{
    making->desks = bcn_calloc(making->workers, sizeof *making->desks);
    if (making->desks == NULL) {
        return BCN_NOMEM;
    }
    for (size_t i = 0; i < making->workers; i++) {
        bcn_desk *desk = &making->desks[i];
        desk->times = bcn_alloc(most, sizeof *desk->times);
        desk->sorted = bcn_alloc(most, sizeof *desk->sorted);
        desk->firsts = bcn_alloc(most + 1, sizeof *desk->firsts);
        if (desk->times == NULL || desk->sorted == NULL ||
            desk->firsts == NULL) {
            return BCN_NOMEM;
        }
    }
    return BCN_OK;
}

static bcn_status
alloc_making(bcn_making *making)
{
    size_t bureaus = making->world->bureaus;
    making->first = bcn_calloc(making->slots + 1, sizeof *making->first);
    making->picked = bcn_calloc(making->slots + 1, sizeof *making->picked);
    making->receivers =
        bcn_calloc(bureaus * bureaus, sizeof *making->receivers);
    making->fallback = bcn_calloc(bureaus, 1);
    if (making->first == NULL || making->picked == NULL ||
        making->receivers == NULL || making->fallback == NULL) {
        return BCN_NOMEM;
    }
    return BCN_OK;
}

static void
free_making(bcn_making *making)
{
    for (size_t i = 0; making->desks != NULL && i < making->workers; i++) {
        bcn_free(making->desks[i].times);
        bcn_free(making->desks[i].sorted);
        bcn_free(making->desks[i].firsts);
    }
    bcn_free(making->desks);
    bcn_free(making->first);
    bcn_free(making->picked);
    bcn_free(making->receivers);
    bcn_free(making->fallback);
    bcn_free(making->replies);
}

/* One pass over all half hours. */
static bcn_status
pass(bcn_making *making, bcn_task task)
{
    atomic_store(&making->next, 0);
    bcn_run(making->workers, task, making);
    return bcn_watch_check(making->watch, true) ? BCN_CANCELLED : BCN_OK;
}

static bcn_status
make(bcn_making *making, bcn_year *year, uint64_t rows, bcn_error *error)
{
    size_t most = 0;
    BCN_TRY(alloc_making(making));
    BCN_TRY(write_receivers(making, error));
    BCN_TRY(plan(making, rows, &most, error));
    BCN_TRY(alloc_desks(making, most));
    BCN_TRY(alloc_columns(year, making, (size_t)rows));
    BCN_TRY(pass(making, bcn_making_rows));
    BCN_TRY(sort_replies(making));
    BCN_TRY(pass(making, bcn_making_replies));
    return pass(making, bcn_making_close);
}

bcn_status
bcn_year_new(bcn_year *year, const bcn_world *world, uint64_t rows,
             uint64_t seed, size_t threads, bcn_watch *watch, bcn_error *error)
{
    *year = (bcn_year){0};
    BCN_TRY(bcn_world_check(world, error));
    BCN_TRY(check_writers(world, error));
    if (rows >= UINT32_MAX) {
        return bcn_fail(error, BCN_RANGE,
                        "%llu rows: a synthetic year has at most 4 billion",
                        (unsigned long long)rows);
    }
    size_t workers = threads == 0 ? bcn_processors() : threads;
    if (workers > MOST_WORKERS) {
        workers = MOST_WORKERS;
    }
    bcn_making making = {.world = world,
                         .seed = seed,
                         .slots = world->days * SLOTS_PER_DAY,
                         .workers = rows < FEW_ROWS ? 1 : workers,
                         .watch = watch};
    bcn_status status = make(&making, year, rows, error);
    free_making(&making);
    if (status != BCN_OK) {
        bcn_year_free(year);
    }
    return status;
}

void
bcn_year_free(bcn_year *year)
{
    bcn_block_drop(year->sent_at);
    bcn_block_drop(year->sender);
    bcn_block_drop(year->receiver);
    bcn_block_drop(year->kind);
    bcn_block_drop(year->priority);
    bcn_block_drop(year->size);
    bcn_block_drop(year->message_id);
    bcn_block_drop(year->reply_to);
    *year = (bcn_year){0};
}
