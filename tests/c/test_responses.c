/* Requests and answers, survival and backlogs: the roads agree with each other
 * and with the obvious loops, and give memory back when it is refused. */
#include "model/responses.h"

#include "check.h"
#include "model/backlog.h"
#include "model/survival.h"

enum { ROWS = 3000, BUREAUS = 5, IDS = 700 };

static uint64_t state = 5;

static uint64_t
draw(uint64_t limit)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (state >> 33) % limit;
}

typedef struct rows {
    size_t count;
    int64_t times[ROWS], ids[ROWS], to[ROWS];
    uint32_t senders[ROWS], receivers[ROWS];
    bcn_bytes id_texts[ROWS], to_texts[ROWS];
    char room[2 * ROWS][8];
} rows;

static bcn_bytes
written(char *room, int64_t id)
{
    if (id == BCN_MISSING) {
        return (bcn_bytes){NULL, 0};
    }
    int length = snprintf(room, 8, "%d", (int)id);
    return (bcn_bytes){room, (size_t)length};
}

static void
fill(rows *r, size_t count, bool rising)
{
    r->count = count;
    for (size_t i = 0; i < count; i++) {
        r->times[i] = (int64_t)draw(1000);
        int64_t id = rising ? (int64_t)(i * IDS / count) : (int64_t)draw(IDS);
        r->ids[i] = draw(9) == 0 && !rising ? BCN_MISSING : id;
        r->to[i] = draw(2) ? BCN_MISSING : (int64_t)draw(IDS + 9);
        r->senders[i] = (uint32_t)draw(BUREAUS);
        r->receivers[i] = (uint32_t)draw(BUREAUS);
        r->id_texts[i] = written(r->room[2 * i], r->ids[i]);
        r->to_texts[i] = written(r->room[2 * i + 1], r->to[i]);
    }
}

static bcn_status
log_of(const rows *r, int texts, bcn_log **out)
{
    bcn_schema schema = {.count = 5, .id = -1};
    schema.fields[0] = (bcn_field){.kind = BCN_TIME,
                                   .required = true,
                                   .shares = -1,
                                   .minimum = INT64_MIN + 1,
                                   .maximum = INT64_MAX};
    for (size_t c = 1; c < 3; c++) {
        schema.fields[c] = (bcn_field){.kind = BCN_LABEL, .shares = -1};
        schema.fields[c + 2] = (bcn_field){.kind = BCN_ID, .shares = -1};
    }
    const bcn_builder_options options = {.keep = 1, .workers = 1};
    bcn_builder builder;
    BCN_TRY(bcn_builder_init(&builder, &schema, &options));
    bcn_dictionary both[2] = {{0}, {0}};
    bcn_status status = BCN_OK;
    for (size_t d = 0; d < 2; d++) {
        both[d].texts = bcn_labels_new();
        status = both[d].texts == NULL ? BCN_NOMEM : status;
        for (int b = 0; status == BCN_OK && b < BUREAUS; b++) {
            char label[2] = {(char)('A' + b), 0};
            uint32_t number;
            status =
                bcn_labels_add(both[d].texts, (bcn_bytes){label, 1}, &number);
        }
    }
    const bcn_slice slices[5] = {
        {.values = r->times},
        {.codes = r->senders, .dictionary = &both[0]},
        {.codes = r->receivers, .dictionary = &both[1]},
        {.values = texts & 1 ? NULL : r->ids,
         .texts = texts & 1 ? r->id_texts : NULL},
        {.values = texts & 2 ? NULL : r->to,
         .texts = texts & 2 ? r->to_texts : NULL},
    };
    const bcn_batch batch = {.rows = r->count, .slices = slices};
    for (size_t c = 0; status == BCN_OK && c < 5; c++) {
        status = bcn_builder_expect(&builder, c);
    }
    if (status == BCN_OK) {
        status = bcn_builder_take(&builder, &batch);
    }
    if (status == BCN_OK) {
        status = bcn_log_new(&builder, out);
    }
    for (size_t d = 0; d < 2; d++) {
        bcn_labels_free(both[d].texts);
        bcn_free(both[d].codes);
    }
    bcn_builder_free(&builder);
    return status;
}

static bcn_status
cells_of_all(const bcn_log *log, bcn_plan *plan, bcn_plan_cells **cells)
{
    *plan = (bcn_plan){.rows = bcn_log_rows(log), .shape = {.ndim = 0}};
    return bcn_plan_cells_new(plan, cells, NULL);
}

static bcn_status
found_in(const bcn_log *log, bool anyone, size_t workers, bcn_responses *out)
{
    bcn_plan plan;
    bcn_plan_cells *cells = NULL;
    BCN_TRY(cells_of_all(log, &plan, &cells));
    bcn_responses_ask ask = {.log = log,
                             .id = 3,
                             .reply_to = 4,
                             .sender = 1,
                             .receiver = 2,
                             .requests = cells,
                             .fresh = true,
                             .anyone = anyone,
                             .end = 900,
                             .workers = workers};
    bcn_status status = bcn_responses_find(&ask, NULL, out);
    bcn_plan_cells_free(cells);
    return status;
}

/* The first answer of a request by looking at every row; or -1. */
static long
first_answer(const rows *r, size_t asked, bool anyone)
{
    long best = -1;
    for (size_t i = 0; i < r->count; i++) {
        if (r->to[i] == BCN_MISSING || r->to[i] != r->ids[asked] ||
            r->receivers[i] != r->senders[asked] ||
            (!anyone && r->senders[i] != r->receivers[asked]) ||
            r->times[i] < r->times[asked] || r->times[i] >= 900) {
            continue;
        }
        if (best < 0 || r->times[i] < r->times[best]) {
            best = (long)i;
        }
    }
    return best;
}

static void
every_road_finds_the_same(void)
{
    static rows r;
    for (int turn = 0; turn < 12; turn++) {
        fill(&r, turn == 0 ? 1 : ROWS, turn % 2 != 0);
        bool anyone = turn % 3 == 0;
        for (int texts = 0; texts < 4; texts++) {
            bcn_log *log;
            bcn_responses found;
            CHECK_OK(log_of(&r, texts, &log));
            CHECK_OK(found_in(log, anyone, (size_t)turn % 4, &found));
            const uint8_t *asked = bcn_block_data(found.asked);
            const uint8_t *replies = bcn_block_data(found.replies);
            const int64_t *waits = bcn_block_data(found.waits);
            uint64_t requests = 0, all = 0;
            for (size_t i = 0; i < r.count; i++) {
                bool asks = r.to[i] == BCN_MISSING;
                bool real =
                    asks && r.ids[i] != BCN_MISSING && r.times[i] < 900;
                requests += real;
                all += !asks;
                CHECK_EQUAL(asked[i] != BCN_ASKED_NOT, asks);
                CHECK_EQUAL(replies[i] == BCN_REPLY_NOT, asks);
                long answer = real ? first_answer(&r, i, anyone) : -1;
                CHECK_EQUAL(asked[i] == BCN_ASKED_ANSWERED, answer >= 0);
                CHECK_EQUAL(asked[i] == BCN_ASKED_OPEN, real && answer < 0);
                int64_t wait = answer >= 0 ? r.times[answer] - r.times[i]
                               : real      ? 900 - r.times[i]
                                           : 0;
                CHECK_EQUAL(waits[i], wait);
                CHECK(answer < 0 || replies[answer] == BCN_REPLY_FIRST);
            }
            for (size_t k = 0; k < BCN_REPLY_COUNT; k++) {
                all -= found.reply_counts[k];
            }
            CHECK_EQUAL(all, 0);
            CHECK_EQUAL(found.asked_counts[BCN_ASKED_ANSWERED] +
                            found.asked_counts[BCN_ASKED_OPEN],
                        requests);
            bcn_responses_free(&found);
            bcn_log_drop(log);
        }
    }
}

static void
survival_is_the_product_of_its_steps(void)
{
    static const int64_t times[] = {5, 3, 3, 9, 1, 9, 4};
    static const uint8_t kinds[] = {0, 0, 1, 0, 1, 1, 7};
    bcn_plan plan = {.rows = 7, .shape = {.ndim = 0}};
    bcn_plan_cells *cells;
    bcn_survival s;
    CHECK_OK(bcn_plan_cells_new(&plan, &cells, NULL));
    for (size_t workers = 0; workers < 4; workers++) {
        CHECK_OK(bcn_survival_new(cells, 7, times, kinds, workers, NULL, &s));
        bcn_life life = bcn_survival_walk(&s, 0);
        CHECK(bcn_survival_next(&life) && life.step.time == 3);
        CHECK(life.step.at_risk == 5 && life.step.ended == 1);
        CHECK(life.step.survival == 0.8 && life.step.sum == 1.0 / 20);
        CHECK(bcn_survival_next(&life) && life.step.time == 5);
        CHECK(life.step.survival == 0.8 * (2.0 / 3));
        CHECK(bcn_survival_next(&life) && life.step.at_risk == 2);
        CHECK(!bcn_survival_next(&life) && !bcn_survival_next(&life));
        const double levels[] = {0.8, 0.5, 0.1};
        bcn_survival_ask ask = {levels, 3, 8};
        int64_t quantiles[3];
        double mean;
        CHECK_OK(
            bcn_survival_figures(&s, &ask, workers, NULL, quantiles, &mean));
        CHECK_EQUAL(quantiles[0], 3);
        CHECK_EQUAL(quantiles[1], 9);
        CHECK_EQUAL(quantiles[2], -1);
        CHECK(mean > 6.19 && mean < 6.21); /* 3 + 2 x 0.8 + 3 x 0.5333 */
        bcn_survival_free(&s);
    }
    bcn_plan_cells_free(cells);
}

static bcn_status
everything(void)
{
    static rows r;
    state = 9;
    fill(&r, 60, state % 2 != 0);
    bcn_log *log = NULL, *more = NULL;
    bcn_responses found = {0};
    bcn_plan plan;
    bcn_plan_cells *cells = NULL;
    bcn_survival survival = {0};
    int64_t figures[4 * 3];
    const int64_t moments[] = {100, 500, 900}, bands[] = {0, 50};
    bcn_status status = log_of(&r, 0, &log);
    if (status == BCN_OK) {
        status = found_in(log, false, 2, &found);
    }
    if (status == BCN_OK) {
        status = cells_of_all(log, &plan, &cells);
    }
    if (status == BCN_OK) {
        bcn_log_column column = {.present = true, .values = found.waits};
        status = bcn_log_with(log, &column, 1, &more);
    }
    if (status == BCN_OK) {
        status =
            bcn_survival_new(cells, 60, bcn_block_data(found.waits),
                             bcn_block_data(found.asked), 2, NULL, &survival);
    }
    if (status == BCN_OK) {
        bcn_backlog_ask ask = {cells,
                               60,
                               r.times,
                               bcn_block_data(found.waits),
                               bcn_block_data(found.asked),
                               moments,
                               3,
                               bands,
                               2,
                               2};
        status = bcn_backlog_count(&ask, NULL, figures);
    }
    if (status == BCN_OK) {
        uint64_t open = found.asked_counts[BCN_ASKED_OPEN];
        CHECK_EQUAL(figures[2 * 3 + 2], open);
        CHECK_EQUAL(bcn_log_count(more), 6);
    }
    bcn_survival_free(&survival);
    bcn_plan_cells_free(cells);
    bcn_responses_free(&found);
    bcn_log_drop(more);
    bcn_log_drop(log);
    return status;
}

int
main(void)
{
    every_road_finds_the_same();
    survival_is_the_product_of_its_steps();
    CHECK_SURVIVES(everything);
    return 0;
}
