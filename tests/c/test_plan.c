#include <stdlib.h>

#include "check.h"
#include "model/plan.h"

static uint64_t state = 11;

static uint64_t
draw(void)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return state >> 33;
}

enum { ROWS = 6000, LABELS = 7, SECONDS = 5000 };

static uint8_t bytes[2][ROWS];
static uint16_t words[ROWS];
static int64_t times[ROWS], loose[ROWS], sizes[ROWS];
static uint32_t groups[ROWS];
static uint16_t slots[ROWS];
static uint8_t valid[ROWS / 8 + 1];
static uint64_t table_a[256], table_b[256], table_w[65536];

static int
by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void
make_rows(void)
{
    for (size_t i = 0; i < ROWS; i++) {
        bytes[0][i] = (uint8_t)(draw() % (LABELS + 1));
        bytes[1][i] = (uint8_t)(draw() % LABELS);
        words[i] = (uint16_t)(draw() % 300);
        times[i] = (int64_t)(draw() % SECONDS);
        loose[i] = (int64_t)(draw() % SECONDS);
        slots[i] = (uint16_t)(loose[i] / 100);
        sizes[i] = (int64_t)draw() - (1 << 30);
        groups[i] = (uint32_t)(draw() % 50);
        valid[i / 8] |= (uint8_t)((draw() & 1) << (i % 8));
    }
    qsort(times, ROWS, sizeof times[0], by_value);
}

/* The answer by the definition, in 128 bits, one row after the other. */
static void
answer(const bcn_plan *plan, bcn_wide *cells)
{
    for (size_t row = 0; row < plan->rows; row++) {
        uint64_t cell = 0;
        bool counted = true;
        for (size_t i = 0; i < plan->term_count && counted; i++) {
            const bcn_term *term = &plan->terms[i];
            size_t code = term->width == 1
                              ? ((const uint8_t *)term->codes)[row]
                              : ((const uint16_t *)term->codes)[row];
            counted = term->table[code] != BCN_SKIP;
            cell += counted ? term->table[code] : 0;
        }
        for (size_t i = 0; i < plan->dial_count && counted; i++) {
            const bcn_dial *dial = &plan->dials[i];
            for (size_t k = 0; k < dial->count && counted; k++) {
                int64_t code =
                    bcn_clock_at(dial->clocks[k].pieces, dial->clocks[k].count,
                                 bcn_column_at(dial->times, row));
                counted = code >= 0;
                cell += counted ? (uint64_t)code * dial->clocks[k].stride : 0;
            }
        }
        for (size_t i = 0; i < plan->range_count && counted; i++) {
            const bcn_range *range = &plan->ranges[i];
            int64_t value = bcn_column_at(range->column, row);
            bool inside = range->from <= value && value < range->to;
            counted =
                bcn_column_has(range->column, row) && inside != range->outside;
        }
        if (counted) {
            int64_t value =
                plan->measure == NULL ? 1 : bcn_column_at(plan->measure, row);
            cells[cell] = bcn_wide_add(cells[cell], bcn_wide_of(value));
        }
    }
}

static bcn_plan plan_now;

/* The plan gives the answer with 1, 2 and 5 workers, in valid cubes that are
 * equal. */
static void
check_plan(const bcn_plan *plan)
{
    uint64_t size;
    bcn_error error;
    CHECK_OK(bcn_shape_size(&plan->shape, &size, &error));
    bcn_wide *cells = calloc((size_t)size + 1, sizeof *cells);
    answer(plan, cells);
    bcn_cube *first = NULL;
    for (size_t workers = 1; workers <= 5; workers += workers) {
        bcn_cube *cube = NULL;
        bcn_plan mine = *plan;
        mine.workers = workers;
        error.text[0] = '\0';
        bcn_status status = bcn_plan_run(&mine, NULL, &cube, &error);
        CHECK_TEXT(error.text, "");
        CHECK_OK(status);
        CHECK_OK(bcn_cube_check(cube, &error));
        uint64_t wrong = 0;
        for (uint64_t i = 0; i < size; i++) {
            wrong += bcn_wide_compare(bcn_cube_item(cube, i), cells[i]) != 0;
        }
        CHECK_EQUAL(wrong, 0);
        if (first == NULL) {
            first = bcn_cube_keep(cube);
        }
        CHECK(bcn_cube_equal(first, cube));
        bcn_cube_drop(cube);
    }
    bcn_cube_drop(first);
    free(cells);
}

static bcn_column in_order = {.kind = BCN_TIME,
                              .width = 8,
                              .data = times,
                              .rows = ROWS,
                              .greatest = SECONDS - 1,
                              .sorted = true};
static bcn_column out_of_order = {.kind = BCN_TIME,
                                  .width = 8,
                                  .data = loose,
                                  .rows = ROWS,
                                  .greatest = SECONDS - 1};
static bcn_column slotted = {.kind = BCN_TIME,
                             .width = 8,
                             .data = loose,
                             .rows = ROWS,
                             .greatest = SECONDS - 1,
                             .slots = slots,
                             .slot_count = SECONDS / 100,
                             .slot_width = 100};
static bcn_column size_column = {.kind = BCN_INTEGER,
                                 .width = 8,
                                 .data = sizes,
                                 .rows = ROWS,
                                 .least = -(1 << 30),
                                 .greatest = 1 << 30};

/* Steps of `width`, then a stretch that repeats the last position (as zones
 * do), then again steps; nothing before 100 or from 4,500 on. */
static size_t
step_pieces(bcn_piece *pieces, int64_t width)
{
    int64_t middle = 2000 / width * width + 100;
    int64_t last = (middle - 100) / width - 1;
    pieces[0] = (bcn_piece){100, 0, width, 0, 0};
    pieces[1] = (bcn_piece){middle, last, width, 0, 0};
    pieces[2] = (bcn_piece){4500, -1, 0, 0, 0};
    return 3;
}

static void
every_loop_gives_the_answer(void)
{
    bcn_term terms[4] = {{bytes[0], 1, table_a},
                         {bytes[1], 1, table_b},
                         {words, 2, table_w},
                         {bytes[1], 1, table_w}};
    bcn_column *dials[3] = {&in_order, &out_of_order, &slotted};
    bcn_range ranges[2] = {{&size_column, -1000000, 500000000, false},
                           {&in_order, 700, 3100, false}};
    static const int64_t widths[] = {30, 100, 700, 2500};
    for (size_t count = 0; count <= 4; count++) {
        uint64_t inner = count == 0 ? 1 : 256;
        for (size_t i = 0; i < 65536; i++) {
            uint64_t value = i < 299 ? i % 40 : BCN_SKIP;
            table_w[i] = value;
            if (i < 256) {
                table_a[i] = i == 2 || i >= LABELS ? BCN_SKIP : i * 20;
                table_b[i] = i < LABELS ? i : BCN_SKIP;
            }
        }
        for (size_t d = 0; d < 4; d++) {
            for (size_t w = 0; w < (d == 3 ? 1 : 4); w++) {
                bcn_piece pieces[3], days[1] = {{0, 3, 11, 5, 1}};
                bcn_clock clocks[2] = {
                    {pieces, step_pieces(pieces, widths[w]), inner * 5},
                    {days, 1, inner}};
                uint64_t codes = SECONDS / (uint64_t)widths[w] + 2;
                for (size_t r = 0; r <= 2; r++) {
                    bcn_dial dial = {dials[d % 3], clocks, r == 1 ? 2 : 1};
                    bcn_plan plan = {.rows = ROWS,
                                     .shape = {2, {codes * 5, inner}},
                                     .terms = terms,
                                     .term_count = count,
                                     .dials = &dial,
                                     .dial_count = d < 3,
                                     .ranges = ranges,
                                     .range_count = r};
                    check_plan(&plan);
                    plan.measure = &size_column;
                    check_plan(&plan);
                }
            }
        }
    }
}

enum { MANY = 290000, SPAN = 145000 };

/* So many rows that they are counted by what they hold, not by their cell. */
static void
long_questions_give_the_answer(void)
{
    static uint8_t codes[3][MANY];
    static int64_t moments[MANY], amounts[MANY], mixed[MANY];
    static uint16_t parts[MANY];
    static uint64_t tables[3][256], wide[256];
    for (size_t i = 0; i < MANY; i++) {
        codes[0][i] = (uint8_t)(draw() % 9 * (draw() % 9));
        codes[1][i] = (uint8_t)(draw() % 2 == 0 ? 255 : draw() % 80);
        codes[2][i] = (uint8_t)(draw() % 4);
        moments[i] = (int64_t)(i / 2);
        mixed[i] = (int64_t)(draw() % SPAN);
        parts[i] = (uint16_t)(mixed[i] / 50);
        amounts[i] = (int64_t)draw() - (1 << 30);
    }
    for (size_t code = 0; code < 256; code++) {
        tables[0][code] = code == 3 ? BCN_SKIP : code % 100 * 200;
        wide[code] = code == 3 ? BCN_SKIP : code % 100 * 3000;
        tables[1][code] = code % 100 == 7 ? BCN_SKIP : code % 100;
        tables[2][code] = code % 2 == 1 ? 0 : BCN_SKIP;
    }
    bcn_column sequence = {.kind = BCN_TIME,
                           .width = 8,
                           .data = moments,
                           .rows = MANY,
                           .greatest = SPAN - 1,
                           .sorted = true};
    bcn_column amount = {.kind = BCN_INTEGER,
                         .width = 8,
                         .data = amounts,
                         .rows = MANY,
                         .least = -(1 << 30),
                         .greatest = 1 << 30};
    bcn_column shuffled = {.kind = BCN_TIME,
                           .width = 8,
                           .data = mixed,
                           .rows = MANY,
                           .greatest = SPAN - 1,
                           .slots = parts,
                           .slot_count = SPAN / 50,
                           .slot_width = 50};
    bcn_piece halves[] = {{5, 0, SPAN / 2, 0, 0}, {SPAN - 900, 0, 0, 0, 0}};
    bcn_clock clock = {halves, 2, 20000};
    bcn_dial dial = {&sequence, &clock, 1};
    for (size_t count = 1; count <= 3; count++) {
        for (size_t turn = 0; turn < 3; turn++) {
            bcn_term terms[3];
            for (size_t i = 0; i < 3; i++) {
                size_t which = (i + turn) % 3;
                terms[i] = (bcn_term){codes[which], 1, tables[which]};
            }
            bcn_plan plan = {.rows = MANY,
                             .shape = {1, {20000}},
                             .terms = terms,
                             .term_count = count};
            check_plan(&plan);
            plan.measure = &amount;
            check_plan(&plan);
            plan.measure = NULL;
            plan.shape = (bcn_shape){1, {300007}};
            for (size_t i = 0; i < 3; i++) {
                terms[i].table = (i + turn) % 3 == 0 ? wide : terms[i].table;
            }
            check_plan(&plan); /* in parts */
            bcn_range range = {&amount, -1000000, 900000000, turn == 1};
            plan.ranges = &range;
            plan.range_count = 1;
            check_plan(&plan);
            plan.range_count = 0;
            /* Between slots, inside of one, and beyond all of them. */
            for (int64_t from = -700; from < 60000; from += 20350) {
                plan.shape = (bcn_shape){1, {300007}};
                bcn_range part = {&shuffled, from, 2 * from + 40000, false};
                plan.ranges = &part;
                plan.range_count = 1;
                check_plan(&plan);
                for (size_t i = 0; i < 3; i++) {
                    terms[i].table = tables[(i + turn) % 3];
                }
                plan.shape = (bcn_shape){1, {20000}};
                check_plan(&plan);
                plan.measure = &amount;
                check_plan(&plan);
                plan.measure = NULL;
                plan.range_count = 0;
            }
            for (size_t i = 0; i < 3; i++) {
                terms[i].table = tables[(i + turn) % 3];
            }
            plan.shape = (bcn_shape){2, {2, 20000}};
            plan.dials = &dial;
            plan.dial_count = 1;
            check_plan(&plan);
        }
    }
}

static void
a_filter_knows_rows_without_a_value(void)
{
    bcn_column gaps = size_column;
    gaps.valid = valid;
    bcn_range range = {&gaps, 0, 1 << 20, true};
    bcn_term term = {bytes[1], 1, table_b};
    bcn_plan plan = {.rows = ROWS,
                     .shape = {1, {128}},
                     .terms = &term,
                     .term_count = 1,
                     .ranges = &range,
                     .range_count = 1};
    check_plan(&plan);
}

static void
sums_leave_64_bits_when_they_must(void)
{
    static int64_t huge[ROWS];
    for (size_t i = 0; i < ROWS; i++) {
        huge[i] = i % 3 == 0 ? INT64_MIN : INT64_MAX - (int64_t)i;
    }
    bcn_column column = {.kind = BCN_INTEGER,
                         .width = 8,
                         .data = huge,
                         .rows = ROWS,
                         .least = INT64_MIN,
                         .greatest = INT64_MAX};
    bcn_term term = {bytes[1], 1, table_b};
    bcn_plan plan = {.rows = ROWS,
                     .shape = {1, {128}},
                     .terms = &term,
                     .term_count = 1,
                     .measure = &column};
    check_plan(&plan);
    uint64_t far[256];
    for (size_t i = 0; i < 256; i++) {
        far[i] = i < LABELS ? i * 20000 : BCN_SKIP;
    }
    term.table = far;
    plan.shape.dims[0] = 20000 * LABELS;
    check_plan(&plan);
    plan.shape.dims[0] = 4 << 20; /* sparse */
    check_plan(&plan);
}

static void
different_groups_are_counted_once_per_cell(void)
{
    bcn_column column = {.kind = BCN_INTEGER,
                         .width = 4,
                         .data = groups,
                         .rows = ROWS,
                         .greatest = 49};
    bcn_term terms[2] = {{bytes[0], 1, table_a}, {bytes[1], 1, table_b}};
    static bool seen[1024][50];
    uint64_t counts[1024] = {0};
    memset(seen, 0, sizeof seen);
    for (size_t i = 0; i < 300; i++) {
        uint64_t a = table_a[bytes[0][i]], b = table_b[bytes[1][i]];
        if (a != BCN_SKIP && b != BCN_SKIP && !seen[a + b][groups[i]]) {
            seen[a + b][groups[i]] = true;
            counts[a + b]++;
        }
    }
    for (size_t workers = 1; workers <= 3; workers++) {
        bcn_plan plan = {.rows = 300,
                         .shape = {1, {1024}},
                         .terms = terms,
                         .term_count = 2,
                         .groups = &column,
                         .workers = workers};
        bcn_cube *cube = NULL;
        CHECK_OK(bcn_plan_run(&plan, NULL, &cube, NULL));
        for (uint64_t i = 0; i < 1024; i++) {
            CHECK(bcn_cube_item(cube, i).low == counts[i]);
        }
        bcn_cube_drop(cube);
    }
}

static void
no_rows_and_no_cells_are_answers_too(void)
{
    bcn_term term = {bytes[1], 1, table_b};
    bcn_plan plan = {
        .rows = 0, .shape = {1, {128}}, .terms = &term, .term_count = 1};
    check_plan(&plan);
    plan = (bcn_plan){.rows = ROWS};
    check_plan(&plan); /* no axes: one cell */
    bcn_range nothing = {&in_order, 6000, 5000, false};
    plan.ranges = &nothing;
    plan.range_count = 1;
    check_plan(&plan);
}

static void
what_cannot_be_answered_is_said_in_words(void)
{
    bcn_term term = {bytes[1], 1, table_b};
    bcn_cube *cube = NULL;
    bcn_error error;
    bcn_plan plan = {
        .rows = ROWS, .shape = {1, {3}}, .terms = &term, .term_count = 1};
    CHECK_EQUAL(bcn_plan_run(&plan, NULL, &cube, &error), BCN_RANGE);
    CHECK_TEXT(error.text, "the tables reach cell 6 of 3");
    plan.shape = (bcn_shape){2, {1u << 31, 1u << 31}};
    plan.shape.dims[1] *= 4;
    CHECK_EQUAL(bcn_plan_run(&plan, NULL, &cube, &error), BCN_TOO_LARGE);
    CHECK(strstr(error.text, "2147483648 x 8589934592 cells") != NULL);
    CHECK(strstr(error.text, "where=") != NULL);
    plan.shape = (bcn_shape){1, {1000000}};
    plan.memory = 1000;
    CHECK_EQUAL(bcn_plan_run(&plan, NULL, &cube, &error), BCN_TOO_LARGE);
    CHECK(strstr(error.text, "1000000 cells of 8 bytes") != NULL);
    CHECK(cube == NULL);
}

static bool
always(void *context)
{
    (void)context;
    return true;
}

static void
a_question_can_be_interrupted(void)
{
    bcn_watch watch = {.poll = always};
    bcn_term term = {bytes[1], 1, table_b};
    bcn_cube *cube = NULL;
    bcn_plan plan = {
        .rows = ROWS, .shape = {1, {128}}, .terms = &term, .term_count = 1};
    CHECK_EQUAL(bcn_plan_run(&plan, &watch, &cube, NULL), BCN_CANCELLED);
    bcn_watch again = {.poll = always};
    plan.shape.dims[0] = UINT64_C(1) << 40;
    CHECK_EQUAL(bcn_plan_run(&plan, &again, &cube, NULL), BCN_CANCELLED);
    CHECK(cube == NULL);
}

static bcn_status
run_plan_now(void)
{
    bcn_cube *cube = NULL;
    bcn_status status = bcn_plan_run(&plan_now, NULL, &cube, NULL);
    bcn_cube_drop(cube);
    return status;
}

static void
memory_may_run_out_anywhere(void)
{
    bcn_term terms[2] = {{bytes[0], 1, table_a}, {bytes[1], 1, table_b}};
    bcn_piece pieces[3];
    bcn_clock clock = {pieces, step_pieces(pieces, 30), 256};
    bcn_dial dial = {&slotted, &clock, 1};
    bcn_column column = {.kind = BCN_INTEGER,
                         .width = 4,
                         .data = groups,
                         .rows = ROWS,
                         .greatest = 49};
    plan_now = (bcn_plan){.rows = ROWS,
                          .shape = {2, {200, 256}},
                          .terms = terms,
                          .term_count = 2,
                          .dials = &dial,
                          .dial_count = 1,
                          .workers = 2};
    CHECK_SURVIVES(run_plan_now); /* own cells, slots */
    dial.times = &in_order;
    CHECK_SURVIVES(run_plan_now); /* slices */
    plan_now.measure = &size_column;
    CHECK_SURVIVES(run_plan_now);
    plan_now.shape.dims[0] = UINT64_C(1) << 40;
    CHECK_SURVIVES(run_plan_now); /* sparse, with values */
    plan_now.measure = NULL;
    plan_now.groups = &column;
    CHECK_SURVIVES(run_plan_now);
    static uint8_t codes[MANY];
    bcn_term many[2] = {{codes, 1, table_a}, {codes, 1, table_a}};
    plan_now = (bcn_plan){.rows = MANY,
                          .shape = {1, {600}},
                          .terms = many,
                          .term_count = 2,
                          .workers = 2};
    CHECK_SURVIVES(run_plan_now); /* pairs */
    plan_now.shape.dims[0] = 300000;
    CHECK_SURVIVES(run_plan_now); /* parts */
}

int
main(void)
{
    make_rows();
    every_loop_gives_the_answer();
    long_questions_give_the_answer();
    a_filter_knows_rows_without_a_value();
    sums_leave_64_bits_when_they_must();
    different_groups_are_counted_once_per_cell();
    no_rows_and_no_cells_are_answers_too();
    what_cannot_be_answered_is_said_in_words();
    a_question_can_be_interrupted();
    memory_may_run_out_anywhere();
    return 0;
}
