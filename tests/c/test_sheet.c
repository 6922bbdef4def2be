/* Large answers: written by slices or by parts, as narrow as they may be. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "kernel/narrow.h"
#include "model/cube_read.h"
#include "model/plan.h"
#include "model/plan_sheet.h"

static uint64_t state = 17;

static uint64_t
draw(void)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return state >> 33;
}

enum { ROWS = 270000, HOURS = 500, LABELS = 2200, CELLS = HOURS * LABELS };

static int64_t times[ROWS];
static uint16_t words[ROWS];
static uint8_t bytes[ROWS], hits[ROWS];
static int64_t sizes[ROWS];
static uint64_t table[65536], bytes_table[256];
static uint64_t right[CELLS];

static bcn_column time_column = {.kind = BCN_TIME,
                                 .width = 8,
                                 .data = times,
                                 .rows = ROWS,
                                 .greatest = HOURS * 60 - 1,
                                 .sorted = true};

/* The hour 239 comes twice, as a zone repeats one. */
static const bcn_piece hour_pieces[] = {
    {INT64_MIN, -1, 0, 0, 0}, {0, 0, 60, 0, 0}, {240 * 60, 239, 60, 0, 0}};
static const bcn_clock hours = {hour_pieces, 3, LABELS};

/* `crowd` rows share one cell in the last hour but one. */
static void
make_rows(size_t crowd)
{
    memset(right, 0, sizeof right);
    for (size_t i = 0; i < ROWS; i++) {
        times[i] = (int64_t)(i * (uint64_t)(HOURS * 60) / ROWS);
        words[i] = (uint16_t)(draw() % LABELS);
        bytes[i] = (uint8_t)(draw() % 5);
        hits[i] = draw() % 50 == 0;
        sizes[i] = (int64_t)(draw() % 3);
    }
    for (size_t i = 0; i < crowd; i++) {
        times[ROWS - 2000 - i] = (HOURS - 2) * 60;
        words[ROWS - 2000 - i] = 11;
    }
    for (size_t i = 1; i < ROWS; i++) {
        times[i] = times[i] < times[i - 1] ? times[i - 1] : times[i];
    }
}

static size_t
cell_of(size_t row)
{
    int64_t hour = bcn_clock_at(hour_pieces, 3, times[row]);
    return (size_t)hour * LABELS + words[row];
}

static void
check_answer(const bcn_plan *plan, const uint64_t *expected, int width)
{
    bcn_cube *first = NULL;
    bcn_error error = {""};
    for (size_t workers = 1; workers <= 4; workers *= 2) {
        bcn_plan mine = *plan;
        mine.workers = workers;
        bcn_cube *cube = NULL;
        CHECK_OK(bcn_plan_run(&mine, NULL, &cube, &error));
        CHECK_OK(bcn_cube_check(cube, &error));
        CHECK_EQUAL(cube->width, width);
        CHECK_EQUAL(bcn_cube_bytes(cube), (uint64_t)CELLS * (uint64_t)width);
        bcn_block *laid = NULL;
        CHECK_OK(bcn_cube_lay(cube, 0, &laid, &error));
        CHECK(memcmp(bcn_block_data(laid), expected, sizeof right) == 0);
        bcn_block_drop(laid);
        if (first == NULL) {
            first = bcn_cube_keep(cube);
        }
        CHECK(bcn_cube_equal(first, cube));
        bcn_cube_drop(cube);
    }
    bcn_cube_drop(first);
}

static bcn_plan
plan_of(const bcn_term *term, const bcn_dial *dial)
{
    return (bcn_plan){.rows = ROWS,
                      .shape = {2, {HOURS, LABELS}},
                      .terms = term,
                      .term_count = 1,
                      .dials = dial,
                      .dial_count = 1};
}

static void
answers_are_as_narrow_as_their_greatest_cell(void)
{
    static const size_t crowds[] = {0, 300, 70000};
    bcn_term term = {words, 2, table};
    bcn_dial dial = {&time_column, &hours, 1};
    for (int turn = 0; turn < 3; turn++) {
        make_rows(crowds[turn]);
        for (size_t i = 0; i < ROWS; i++) {
            right[cell_of(i)]++;
        }
        bcn_plan plan = plan_of(&term, &dial);
        check_answer(&plan, right, 1 << turn);
        time_column.sorted = false; /* as if nothing were known of them */
        check_answer(&plan, right, 1 << turn);
        time_column.sorted = true;
    }
}

/* Values below 0 need all 8 bytes; so do sums. */
static void
signed_sums_stay_wide(void)
{
    bcn_term term = {words, 2, table};
    bcn_dial dial = {&time_column, &hours, 1};
    bcn_column size = {.kind = BCN_INTEGER,
                       .width = 8,
                       .data = sizes,
                       .rows = ROWS,
                       .greatest = 2};
    bcn_plan plan = plan_of(&term, &dial);
    plan.measure = &size;
    for (int turn = 0; turn < 2; turn++) {
        make_rows(turn == 0 ? 200 : 0);
        for (size_t i = 0; i < ROWS; i++) {
            sizes[i] = turn == 0 ? sizes[i] : sizes[i] - 1;
            right[cell_of(i)] += (uint64_t)sizes[i];
        }
        size.least = turn == 0 ? 0 : -1;
        uint64_t bits = 0, nonzero = 0;
        bits = bcn_narrow_bits(right, 8, CELLS, &nonzero);
        if (!bcn_shape_sparse(CELLS, nonzero)) {
            check_answer(&plan, right, bcn_shape_width(CELLS, bits));
        }
    }
}

static bcn_status
a_large_question(void)
{
    bcn_term term = {words, 2, table};
    bcn_dial dial = {&time_column, &hours, 1};
    bcn_plan plan = plan_of(&term, &dial);
    bcn_cube *cube = NULL;
    plan.workers = 2;
    BCN_TRY(bcn_plan_run(&plan, NULL, &cube, NULL));
    bcn_cube_drop(cube);
    return BCN_OK;
}

static size_t asked_rows = ROWS, asked_plans = 4;

/* Two measures at once are what each is alone. */
static bcn_status
two_measures(void)
{
    bcn_column hit = {.kind = BCN_INTEGER,
                      .width = 1,
                      .data = hits,
                      .rows = asked_rows,
                      .greatest = 1};
    bcn_column weight = {.kind = BCN_INTEGER,
                         .width = 1,
                         .data = bytes,
                         .rows = asked_rows,
                         .greatest = 4};
    bcn_column size = {.kind = BCN_INTEGER,
                       .width = 8,
                       .data = sizes,
                       .rows = asked_rows,
                       .least = -1,
                       .greatest = INT32_MAX};
    bcn_term terms[2] = {{bytes, 1, bytes_table}, {words, 2, table}};
    bcn_dial dial = {&time_column, &hours, 1};
    bcn_clock outer = {hour_pieces, 3, 5};
    bcn_dial runs = {&time_column, &outer, 1};
    bcn_range some = {&weight, 1, 4, false};
    const bcn_plan plans[4] = {{.rows = asked_rows,
                                .shape = {1, {5}},
                                .terms = terms,
                                .term_count = 1},
                               {.rows = asked_rows,
                                .shape = {2, {HOURS, 5}},
                                .terms = terms,
                                .term_count = 1,
                                .dials = &runs,
                                .dial_count = 1},
                               {.rows = asked_rows,
                                .shape = {1, {LABELS}},
                                .terms = terms + 1,
                                .term_count = 1,
                                .ranges = &some,
                                .range_count = 1},
                               {.rows = asked_rows,
                                .shape = {2, {HOURS, LABELS}},
                                .terms = terms + 1,
                                .term_count = 1,
                                .dials = &dial,
                                .dial_count = 1}};
    const bcn_column *measures[4] = {NULL, &hit, &weight, &hit};
    const bcn_column *odd[3] = {&size, &weight, NULL};
    for (size_t p = 0; p < asked_plans; p++) {
        for (size_t set = 0; set < 2; set++) {
            bcn_cube *cubes[4] = {NULL};
            size_t count = set == 0 ? 4 : 3;
            const bcn_column *const *asked = set == 0 ? measures : odd;
            bcn_plan plan = plans[p];
            plan.workers = 2;
            BCN_TRY(bcn_plan_run_each(&plan, asked, count, NULL, cubes, NULL));
            bcn_status status = BCN_OK;
            for (size_t i = 0; i < count; i++) {
                bcn_cube *alone = NULL;
                plan.measure = asked[i];
                if (status == BCN_OK) {
                    status = bcn_plan_run(&plan, NULL, &alone, NULL);
                }
                if (status == BCN_OK) {
                    CHECK_OK(bcn_cube_check(cubes[i], NULL));
                    CHECK(bcn_cube_equal(alone, cubes[i]));
                }
                bcn_cube_drop(alone);
                bcn_cube_drop(cubes[i]);
            }
            BCN_TRY(status);
        }
    }
    return BCN_OK;
}

static bcn_status
a_sheet(void)
{
    bcn_sheet sheet = {0};
    bcn_block *cells = NULL;
    int width = 0;
    bcn_status status = bcn_sheet_start(&sheet, NULL, 1000, 300, 0, false);
    uint64_t greatest[4] = {5, 70000, 0, 300};
    for (size_t region = 0; status == BCN_OK && region < 4; region++) {
        for (int turn = 0; turn < 2 && status == BCN_OK; turn++) {
            uint64_t from = region * 300 + (turn != 0 ? 50 : 0);
            uint64_t value = turn != 0 ? greatest[region] : 1;
            char *all = bcn_sheet_open(&sheet, region, value, from, &width);
            if (all == NULL) {
                status = BCN_NOMEM;
                break;
            }
            for (uint64_t i = from;
                 i < (region < 3 ? region * 300 + 300 : 1000); i++) {
                bcn_number_put(all, width, (size_t)i, (int64_t)value);
            }
        }
    }
    if (status == BCN_OK) {
        status = bcn_sheet_finish(&sheet, 2, &cells, &width);
    }
    bcn_sheet_drop(&sheet);
    if (status == BCN_OK) {
        CHECK_EQUAL(width, 4);
        for (size_t i = 0; i < 1000; i++) {
            uint64_t value = i % 300 < 50 ? 1 : greatest[i / 300];
            CHECK(bcn_number_at(bcn_block_data(cells), 4, i) ==
                  (int64_t)value);
        }
        bcn_block_drop(cells);
    }
    return status;
}

int
main(void)
{
    for (size_t i = 0; i < 65536; i++) {
        table[i] = i < LABELS ? i : BCN_SKIP;
    }
    for (size_t i = 0; i < 256; i++) {
        bytes_table[i] = i < 5 ? i : BCN_SKIP;
    }
    CHECK_SURVIVES(a_sheet);
    answers_are_as_narrow_as_their_greatest_cell();
    signed_sums_stay_wide();
    make_rows(300);
    CHECK_SURVIVES(a_large_question);
    CHECK_OK(two_measures());
    asked_rows = 2000;
    asked_plans = 1;
    CHECK_SURVIVES(two_measures);
    return 0;
}
