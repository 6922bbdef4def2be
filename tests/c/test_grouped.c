/* The cells of rows, their times in order, gaps and windows, against loops
 * that look at every row for every question. */
#include <stdlib.h>

#include "check.h"
#include "model/distinct_groups.h"
#include "model/windows.h"

static uint64_t state = 20231205;

static uint64_t
draw(uint64_t limit)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (state >> 33) % limit;
}

enum { ROWS = 5000, LABELS = 5, HOURS = 9, SPAN = 90, ROOM = 3 };

static uint8_t codes[ROWS], valid[ROWS / 8 + 1];
static int64_t times[ROWS], loose[ROWS];
static uint32_t sizes[ROWS];
static uint64_t table[256];

static void
make_rows(void)
{
    int64_t now = -20;
    for (size_t i = 0; i < ROWS; i++) {
        now += draw(60) == 0;
        times[i] = now;
        loose[i] = (int64_t)draw(SPAN) - 20;
        codes[i] = (uint8_t)draw(LABELS + 1);
        sizes[i] = (uint32_t)draw(50);
        valid[i / 8] |= (uint8_t)((draw(8) != 0) << (i % 8));
    }
    for (size_t code = 0; code < 256; code++) {
        table[code] = code < LABELS ? code * HOURS : BCN_SKIP;
    }
}

/* Ten units an hour, from -20 on: positions 0 to HOURS - 1, then none. */
static const bcn_piece pieces[] = {{-20, 0, 10, 0, 0},
                                   {-20 + 10 * HOURS, -1, 0, 0, 0}};

typedef struct asking {
    bcn_column time, size;
    bcn_term term;
    bcn_clock clock;
    bcn_dial dial;
    bcn_range range;
    bcn_plan plan;
} asking;

static asking *
ask(bool sorted, bool ranged)
{
    static asking a;
    a = (asking){
        .time = {.kind = BCN_TIME,
                 .width = 8,
                 .data = sorted ? times : loose,
                 .rows = ROWS,
                 .least = -20,
                 .greatest = sorted ? times[ROWS - 1] : SPAN - 21,
                 .sorted = sorted},
        .size = {.kind = BCN_INTEGER,
                 .width = 4,
                 .data = sizes,
                 .rows = ROWS,
                 .greatest = 49,
                 .valid = valid},
        .term = {codes, 1, table},
        .clock = {pieces, 2, 1},
    };
    a.dial = (bcn_dial){&a.time, &a.clock, 1};
    a.range = ranged ? (bcn_range){&a.time, -5, 40, false}
                     : (bcn_range){&a.size, 3, 40, false};
    a.plan = (bcn_plan){.rows = ROWS,
                        .shape = {.ndim = 2, .dims = {LABELS, HOURS}},
                        .terms = &a.term,
                        .term_count = 1,
                        .dials = &a.dial,
                        .dial_count = 1,
                        .ranges = &a.range,
                        .range_count = 1};
    return &a;
}

/* The cell of a row by its definition, or `groups` where it is not counted. */
static uint32_t
cell_of(const asking *a, size_t row)
{
    int64_t time = bcn_column_at(&a->time, row);
    int64_t value = bcn_column_at(a->range.column, row);
    int64_t hour = (time + 20) / 10;
    if (codes[row] >= LABELS || hour >= HOURS || value < a->range.from ||
        value >= a->range.to || !bcn_column_has(a->range.column, row)) {
        return LABELS * HOURS;
    }
    return (uint32_t)(codes[row] * HOURS + (size_t)hour);
}

static void
cells_are_those_of_the_definition(void)
{
    for (int way = 0; way < 4; way++) {
        const asking *a = ask(way % 2 == 0, way / 2 == 0);
        bcn_plan_cells *cells;
        CHECK_OK(bcn_plan_cells_new(&a->plan, &cells, NULL));
        CHECK_EQUAL(bcn_plan_cells_groups(cells), LABELS * HOURS);
        for (int round = 0; round < 40; round++) {
            static uint32_t found[BCN_PLAN_BLOCK];
            size_t row = draw(ROWS), count = draw(BCN_PLAN_BLOCK) + 1;
            count = count > ROWS - row ? ROWS - row : count;
            bcn_plan_cells_at(cells, found, row, count);
            for (size_t i = 0; i < count; i++) {
                uint32_t right = cell_of(a, row + i);
                uint32_t got =
                    found[i] < LABELS * HOURS ? found[i] : LABELS * HOURS;
                CHECK_EQUAL(got, right);
            }
        }
        bcn_plan_cells_free(cells);
    }
}

static int
by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void
times_of_a_group_are_in_order_with_their_weights(void)
{
    for (int way = 0; way < 4; way++) {
        const asking *a = ask(way % 2 == 0, true);
        const bcn_column *weights = way < 2 ? NULL : &a->size;
        bcn_plan_cells *cells;
        bcn_grouped all;
        CHECK_OK(bcn_plan_cells_new(&a->plan, &cells, NULL));
        CHECK_OK(bcn_grouped_fill(&all, cells, &a->time, weights, NULL));
        bcn_plan_cells_free(cells);
        for (uint32_t g = 0; g < all.groups; g++) {
            static int64_t right[ROWS];
            size_t count = 0;
            uint64_t sum = 0, got = 0;
            for (size_t row = 0; row < ROWS; row++) {
                if (cell_of(a, row) == g &&
                    (weights == NULL || bcn_column_has(weights, row))) {
                    right[count++] = bcn_column_at(&a->time, row);
                    sum += weights == NULL ? 1 : sizes[row];
                }
            }
            qsort(right, count, sizeof right[0], by_value);
            CHECK_EQUAL(all.starts[g + 1] - all.starts[g], count);
            for (size_t i = 0; i < count; i++) {
                CHECK_EQUAL(all.times[all.starts[g] + i], right[i]);
                got += weights == NULL ? 1 : all.weights[all.starts[g] + i];
            }
            CHECK_EQUAL(got, sum);
        }
        static bcn_gaps gaps[LABELS * HOURS];
        static int64_t before[ROWS];
        memcpy(before, all.times, all.starts[all.groups] * sizeof before[0]);
        CHECK_OK(bcn_grouped_gaps(&all, gaps, NULL));
        for (uint32_t g = 0; g < all.groups; g++) {
            size_t from = all.starts[g], to = all.starts[g + 1];
            CHECK_EQUAL(gaps[g].records, to - from);
            uint64_t together = 0;
            for (size_t i = from; i + 1 < to; i++) {
                CHECK_EQUAL(all.times[i], before[i + 1] - before[i]);
                together += before[i + 1] == before[i];
            }
            CHECK_EQUAL(gaps[g].together, together);
            CHECK_EQUAL(gaps[g].first, to > from ? before[from] : 0);
            CHECK_EQUAL(gaps[g].last, to > from ? before[to - 1] : 0);
        }
        bcn_grouped_free(&all);
    }
}

/* What lies in [begin, begin + length). */
static int64_t
inside(const int64_t *t, const uint64_t *w, size_t count, int64_t begin,
       int64_t length)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (t[i] >= begin && t[i] < begin + length) {
            sum += w == NULL ? 1 : (int64_t)w[i];
        }
    }
    return sum;
}

static int64_t
begin_of(const bcn_windows *w, int64_t time)
{
    int64_t past = (time - w->origin) % w->length;
    return w->sliding ? time : time - (past < 0 ? past + w->length : past);
}

static void
windows_are_those_of_the_obvious_loop(void)
{
    for (int round = 0; round < 400; round++) {
        static int64_t t[60], begins[ROOM];
        static uint64_t weights[60];
        static size_t starts[2];
        static bcn_wide totals[ROOM];
        size_t count = draw(60);
        for (size_t i = 0; i < count; i++) {
            t[i] = (int64_t)draw(50) - 25;
            weights[i] = draw(4);
        }
        qsort(t, count, sizeof t[0], by_value);
        starts[1] = count;
        const uint64_t *own = round % 2 == 0 ? NULL : weights;
        bcn_grouped all = {1, starts, t, round % 2 == 0 ? NULL : weights};
        bcn_windows w = {.length = (int64_t)draw(12) + 1,
                         .origin = (int64_t)draw(9) - 4,
                         .sliding = draw(2) == 0,
                         .room = draw(ROOM) + 1,
                         .begins = begins,
                         .totals = totals};
        CHECK_OK(bcn_grouped_windows(&all, 0, &w, NULL));
        size_t shown = 0;
        for (; shown < w.room; shown++) {
            int64_t most = -1, best = 0;
            for (size_t i = 0; i < count; i++) {
                int64_t begin = begin_of(&w, t[i]);
                bool free = true;
                for (size_t k = 0; k < shown; k++) {
                    int64_t apart = begin - begins[k];
                    free = free && (apart >= w.length || -apart >= w.length);
                }
                int64_t sum = inside(t, own, count, begin, w.length);
                if (free && sum > most) {
                    most = sum;
                    best = begin;
                }
            }
            if (most < 0) {
                break;
            }
            CHECK(shown < w.used);
            CHECK_EQUAL(begins[shown], best);
            CHECK_EQUAL(totals[shown].low, most);
        }
        CHECK_EQUAL(w.used, shown);
        uint64_t equal = 0;
        for (size_t i = 0; i < count && shown > 0; i++) {
            int64_t begin = begin_of(&w, t[i]);
            bool known = i > 0 && begin_of(&w, t[i - 1]) == begin;
            for (size_t k = 0; k < shown; k++) {
                known = known || begins[k] == begin;
            }
            equal += !known && inside(t, own, count, begin, w.length) ==
                                   (int64_t)totals[shown - 1].low;
        }
        CHECK_EQUAL(w.equal, equal);
    }
}

static void
what_cannot_be_is_refused(void)
{
    asking *a = ask(true, true);
    bcn_plan_cells *cells;
    a->plan.shape.dims[1] = 2;
    CHECK_EQUAL(bcn_plan_cells_new(&a->plan, &cells, NULL), BCN_RANGE);
    a->plan.shape.dims[1] = UINT64_C(1) << 40;
    CHECK_EQUAL(bcn_plan_cells_new(&a->plan, &cells, NULL), BCN_TOO_LARGE);
    a = ask(true, true);
    CHECK_OK(bcn_plan_cells_new(&a->plan, &cells, NULL));
    a->size.least = -1;
    bcn_grouped all;
    CHECK_EQUAL(bcn_grouped_fill(&all, cells, &a->time, &a->size, NULL),
                BCN_RANGE);
    bcn_plan_cells_free(cells);
    int64_t far[] = {INT64_MAX - 5};
    size_t starts[] = {0, 1};
    bcn_grouped one = {1, starts, far, NULL};
    bcn_wide total;
    int64_t begin;
    bcn_windows w = {10, 0, true, 1, 0, &begin, &total, 0};
    CHECK_EQUAL(bcn_grouped_windows(&one, 0, &w, NULL), BCN_RANGE);
}

static bool
stop_now(void *context)
{
    (void)context;
    return true;
}

static void
work_stops_when_asked(void)
{
    const asking *a = ask(false, true);
    bcn_plan_cells *cells;
    bcn_grouped all;
    bcn_watch watch = {.poll = stop_now};
    CHECK_OK(bcn_plan_cells_new(&a->plan, &cells, NULL));
    CHECK_EQUAL(bcn_grouped_fill(&all, cells, &a->time, NULL, &watch),
                BCN_CANCELLED);
    bcn_plan_cells_free(cells);
}

static bcn_status
grouping(void)
{
    const asking *a = ask(false, false);
    bcn_plan_cells *cells;
    BCN_TRY(bcn_plan_cells_new(&a->plan, &cells, NULL));
    bcn_grouped all;
    bcn_status status =
        bcn_grouped_fill(&all, cells, &a->time, &a->size, NULL);
    bcn_plan_cells_free(cells);
    if (status == BCN_OK) {
        bcn_grouped_free(&all);
    }
    return status;
}

static void
different_values_are_counted_in_each_cell(void)
{
    const asking *a = ask(false, true);
    bcn_plan_cells *cells;
    static double found[LABELS * HOURS];
    static uint8_t exact[LABELS * HOURS];
    bcn_log_column column = {.view = a->size};
    column.stated = bcn_block_new(sizeof valid, 1, false);
    CHECK(column.stated != NULL);
    memcpy(bcn_block_data(column.stated), valid, sizeof valid);
    CHECK_OK(bcn_plan_cells_new(&a->plan, &cells, NULL));
    CHECK_OK(bcn_distinct_groups(cells, &column, 14, NULL, found, exact));
    for (uint32_t g = 0; g < LABELS * HOURS; g++) {
        uint64_t seen = 0, count = 0;
        for (size_t row = 0; row < ROWS; row++) {
            if (cell_of(a, row) == g && bcn_column_has(&a->size, row)) {
                count += (seen >> sizes[row] & 1) == 0;
                seen |= UINT64_C(1) << sizes[row];
            }
        }
        CHECK(exact[g]);
        CHECK_EQUAL((long long)found[g], count);
    }
    bcn_plan_cells_free(cells);
    bcn_block_drop(column.stated);
}

static bcn_status
telling_apart(void)
{
    const asking *a = ask(false, true);
    bcn_plan_cells *cells;
    static double found[LABELS * HOURS];
    static uint8_t exact[LABELS * HOURS];
    bcn_log_column column = {.view = a->size};
    BCN_TRY(bcn_plan_cells_new(&a->plan, &cells, NULL));
    bcn_status status =
        bcn_distinct_groups(cells, &column, 6, NULL, found, exact);
    bcn_plan_cells_free(cells);
    return status;
}

int
main(void)
{
    make_rows();
    cells_are_those_of_the_definition();
    times_of_a_group_are_in_order_with_their_weights();
    windows_are_those_of_the_obvious_loop();
    what_cannot_be_is_refused();
    work_stops_when_asked();
    different_values_are_counted_in_each_cell();
    CHECK_SURVIVES(grouping);
    CHECK_SURVIVES(telling_apart);
    return 0;
}
