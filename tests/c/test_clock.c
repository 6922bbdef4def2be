/* Times to positions: the pieces by hand, then the fast walks against
 * bcn_clock_at on random clocks and times. */
#include "kernel/clock.h"

#include "check.h"

#define HOUR INT64_C(3600000000)
#define DAY (24 * HOUR)
#define WEEK (7 * DAY)
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { ROWS = 4096, PIECES = 24, SLOTS = 2000, ROUNDS = 300 };

/* Repeatable, and good enough to test with. */
static uint64_t random_state = 20230329;

static uint64_t
random_below(uint64_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % limit;
}

static void
pieces_give_what_their_formula_says(void)
{
    const bcn_piece pieces[] = {
        {-100, 5, 0, 0, 0},   /* constant, before 1970 */
        {-10, 6, 4, 0, 3},    /* -10 is the last microsecond of code 6 */
        {100, -1, 0, 0, 0},   /* not counted */
        {200, 22, 10, 24, 0}, /* cyclic: 22, 23, 0, 1 ... */
    };
    size_t count = COUNT_OF(pieces);
    const int64_t cases[][2] = {
        {INT64_MIN, -1}, {-101, -1}, {-100, 5}, {-11, 5},  {-10, 6},
        {-9, 7},         {-6, 7},    {-5, 8},   {-1, 9},   {0, 9},
        {99, 34},        {100, -1},  {199, -1}, {200, 22}, {209, 22},
        {210, 23},       {220, 0},   {439, 21}, {440, 22}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CHECK_EQUAL(bcn_clock_at(pieces, count, cases[i][0]), cases[i][1]);
    }
    CHECK(bcn_clock_at(pieces, count, INT64_MAX) < 24);
    CHECK_EQUAL(bcn_clock_at(pieces, 0, 0), -1);
}

static void
check_refuses_what_could_leave_the_axis(void)
{
    const bcn_piece month[] = {
        {0, 0, 0, 0, 0}, {9, 1, 0, 0, 0}, {20, -1, 0, 0, 0}};
    CHECK(bcn_clock_check(month, 3, 2));
    CHECK(!bcn_clock_check(month, 3, 1));
    CHECK(bcn_clock_check(NULL, 0, 0));
    const bcn_piece hour[] = {{0, 0, 5, 0, 4}, {16, -1, 0, 0, 0}};
    CHECK(bcn_clock_check(hour, 2, 4)); /* (15 + 4) / 5 == 3 */
    CHECK(!bcn_clock_check(hour, 2, 3));
    CHECK(!bcn_clock_check(hour, 1, 1000)); /* goes on for ever */
    const bcn_piece cycle[] = {{0, 167, 5, 168, 4}};
    CHECK(bcn_clock_check(cycle, 1, 168));
    CHECK(!bcn_clock_check(cycle, 1, 167));
    const bcn_piece wrong[][2] = {
        {{0, 0, 0, 0, 0}, {0, 0, 0, 0, 0}},         /* starts do not grow */
        {{1, 0, 0, 0, 0}, {0, 0, 0, 0, 0}},         /* starts fall */
        {{INT64_MIN, 0, 5, 7, 0}, {0, 0, 0, 0, 0}}, /* no time to divide */
        {{0, 0, -5, 0, 0}, {9, 0, 0, 0, 0}},        /* negative width */
        {{0, 0, 5, -1, 0}, {9, 0, 0, 0, 0}},        /* negative modulus */
        {{0, 0, 5, 0, -1}, {9, 0, 0, 0, 0}},        /* negative phase */
        {{0, INT64_MAX, 1, 9, 0}, {9, 0, 0, 0, 0}}, /* code overflows */
    };
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        CHECK(!bcn_clock_check(wrong[i], 2, 1000));
    }
    /* What is not stated, then nothing, then two hours. */
    const bcn_piece open[] = {{INT64_MIN, 2, 0, 0, 0},
                              {INT64_MIN + 1, -1, 0, 0, 0},
                              {100, 0, 10, 0, 0},
                              {120, -1, 0, 0, 0}};
    CHECK(bcn_clock_check(open, 4, 3));
    CHECK(bcn_clock_at(open, 4, INT64_MIN) == 2);
    CHECK(bcn_clock_at(open, 4, INT64_MIN + 1) == -1);
    const int64_t walked[] = {INT64_MIN, INT64_MIN, 5, 100, 109, 110, 130};
    const uint64_t found[] = {2, 2, BCN_SKIP, 0, 0, 1, BCN_SKIP};
    const bcn_clock walk = {open, 4, 1};
    for (size_t first = 0; first < COUNT_OF(walked); first++) {
        bcn_clock_cursor cursor;
        size_t begin, end, row = first;
        uint64_t offset;
        bcn_clock_cursor_start(&cursor, &walk, 1, walked, first,
                               COUNT_OF(walked));
        while (bcn_clock_cursor_next(&cursor, &begin, &end, &offset)) {
            CHECK(begin == row);
            for (; row < end; row++) {
                CHECK(offset == found[row]);
            }
        }
        CHECK(row == COUNT_OF(walked));
    }
    const bcn_piece far[] = {{INT64_MIN + 1, 0, 1, 7, INT64_MAX}};
    CHECK(!bcn_clock_check(far, 1, 1000)); /* time - start + phase wraps */
}

/* Days from one end of the microseconds of int64_t to the other: a division
 * must be a floor before 1970 too.  Thirteen days are a week and six days. */
static void
weekdays_are_right_from_end_to_end(void)
{
    const bcn_piece week[] = {{-INT64_C(106751991) * DAY, 0, DAY, 7, 0}};
    int64_t first = week[0].start / DAY;
    CHECK_EQUAL(bcn_clock_check(week, 1, 7), true);
    int64_t shift = bcn_clock_at(week, 1, 0); /* a Thursday */
    uint64_t wrong = 0;
    int64_t expected = shift;
    for (int64_t day = 0; day < -first; day += 13) { /* 13 is 6 modulo 7 */
        wrong += bcn_clock_at(week, 1, day * DAY) != expected;
        wrong += bcn_clock_at(week, 1, day * DAY + DAY - 1) != expected;
        expected = expected == 0 ? 6 : expected - 1;
    }
    expected = shift;
    for (int64_t day = 0; day > first; day -= 13) {
        wrong += bcn_clock_at(week, 1, day * DAY) != expected;
        wrong += bcn_clock_at(week, 1, day * DAY - 1) !=
                 (expected == 0 ? 6 : expected - 1);
        expected = expected == 6 ? 0 : expected + 1;
    }
    CHECK_EQUAL(wrong, 0);
}

/* A clock whose pieces and codes are of all kinds, over about `span`. */
static size_t
random_clock(bcn_piece *pieces, int64_t from, int64_t span, int64_t unit)
{
    size_t count = (size_t)random_below(PIECES);
    int64_t start = from;
    for (size_t i = 0; i < count; i++) {
        uint64_t kind = random_below(4);
        bcn_piece piece = {start, (int64_t)random_below(50), 0, 0, 0};
        if (kind == 0) {
            piece.first = -1;
        } else if (kind > 1) {
            piece.width = unit * (int64_t)(1 + random_below(8));
            piece.phase = (int64_t)random_below((uint64_t)piece.width);
            piece.phase -= piece.phase % unit;
            piece.modulus = kind == 3 ? (int64_t)(1 + random_below(60)) : 0;
        }
        pieces[i] = piece;
        start += unit *
                 (int64_t)(1 + random_below(1 + (uint64_t)(span / unit) / 8));
    }
    return count;
}

static uint64_t
slow_offset(const bcn_clock *clocks, size_t count, int64_t time)
{
    uint64_t offset = 0;
    for (size_t k = 0; k < count; k++) {
        int64_t code = bcn_clock_at(clocks[k].pieces, clocks[k].count, time);
        if (code < 0) {
            return BCN_SKIP;
        }
        offset += (uint64_t)code * clocks[k].stride;
    }
    return offset;
}

static int
compare_times(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void
all_walks_agree_with_one_look_at_a_time(void)
{
    static bcn_piece pieces[3][PIECES];
    static int64_t times[ROWS];
    static uint64_t cells[ROWS];
    for (int round = 0; round < ROUNDS; round++) {
        int64_t span = INT64_C(1) << random_below(40);
        int64_t from = (int64_t)random_below(1u << 30) - (1 << 29);
        size_t rows = (size_t)random_below(ROWS), count = random_below(4);
        bcn_clock clocks[3];
        for (size_t k = 0; k < count; k++) {
            size_t made = random_clock(pieces[k], from, span, 1);
            clocks[k] = (bcn_clock){pieces[k], made, 1 + random_below(999)};
        }
        bool crowded = random_below(2) == 0; /* most rows near the start */
        for (size_t i = 0; i < rows; i++) {
            uint64_t reach = (uint64_t)span * 2;
            reach = crowded ? reach >> random_below(40) : reach;
            times[i] = from - span / 8 + (int64_t)random_below(reach + 1);
        }
        bcn_clock_cells(clocks, count, times, rows, cells);
        uint64_t wrong = 0;
        for (size_t i = 0; i < rows; i++) {
            wrong += cells[i] != slow_offset(clocks, count, times[i]);
        }
        CHECK_EQUAL(wrong, 0);

        qsort(times, rows, sizeof times[0], compare_times);
        size_t first = rows == 0 ? 0 : (size_t)random_below(rows);
        size_t last = first + (size_t)random_below(rows - first + 1);
        bcn_clock_cursor cursor;
        bcn_clock_cursor_start(&cursor, clocks, count, times, first, last);
        size_t row = first, begin, end;
        uint64_t offset;
        while (bcn_clock_cursor_next(&cursor, &begin, &end, &offset)) {
            CHECK_EQUAL(begin, row);
            CHECK(end > begin && end <= last);
            for (; row < end; row++) {
                wrong += offset != slow_offset(clocks, count, times[row]);
            }
        }
        CHECK_EQUAL(row, last);
        CHECK_EQUAL(wrong, 0);
    }
}

/* Runs of hundreds of rows, whose ends are searched side by side, among empty
 * ones, short ones and ones that hold nearly all. */
static void
long_runs_end_where_they_should(void)
{
    enum { MANY = 60000 };
    static int64_t times[MANY];
    static bcn_piece pieces[PIECES];
    for (int round = 0; round < 60; round++) {
        int64_t time = -5000, step = (int64_t)random_below(3);
        for (size_t i = 0; i < MANY; i++) {
            uint64_t luck = random_below(4000);
            time += luck == 0 ? 9000 : luck < 1000 ? step : 0;
            time += luck == 1 && round % 2 == 0 ? 1 : 0;
            times[i] = time;
        }
        size_t made = random_clock(pieces, -4000, time + 8000, 1);
        bcn_piece even[] = {{-9000, 7, 1 + (int64_t)random_below(900), 0, 0}};
        bcn_clock clocks[2] = {{pieces, made, 3}, {even, 1, 1}};
        size_t count = 1 + random_below(2), first = random_below(900);
        bcn_clock_cursor cursor;
        bcn_clock_cursor_start(&cursor, clocks + (count == 1), count, times,
                               first, MANY);
        size_t row = first, begin, end;
        uint64_t offset, wrong = 0;
        while (bcn_clock_cursor_next(&cursor, &begin, &end, &offset)) {
            wrong += begin != row || end <= begin || end > MANY;
            for (; row < end; row++) {
                wrong += offset !=
                         slow_offset(clocks + (count == 1), count, times[row]);
            }
        }
        CHECK_EQUAL(row, MANY);
        CHECK_EQUAL(wrong, 0);
    }
}

static void
slots_are_filled_or_refused(void)
{
    static bcn_piece pieces[2][PIECES];
    static uint64_t table[SLOTS];
    int refused = 0, filled = 0;
    for (int round = 0; round < ROUNDS; round++) {
        int64_t width = 12, unit = random_below(4) == 0 ? 1 : width;
        int64_t base = width * ((int64_t)random_below(2000) - 1000);
        size_t slots = (size_t)random_below(SLOTS), count = random_below(3);
        bcn_clock clocks[2];
        for (size_t k = 0; k < count; k++) {
            size_t made = random_clock(pieces[k], base + width * 5,
                                       (int64_t)slots * width, unit);
            clocks[k] = (bcn_clock){pieces[k], made, 1 + random_below(99)};
        }
        bool constant = true;
        for (size_t i = 0; i < slots && constant; i++) {
            int64_t start = base + (int64_t)i * width;
            uint64_t whole = slow_offset(clocks, count, start);
            for (int64_t t = 1; t < width; t++) {
                constant &= slow_offset(clocks, count, start + t) == whole;
            }
        }
        CHECK_EQUAL(
            bcn_clock_fill_slots(clocks, count, base, width, slots, table),
            constant);
        refused += !constant;
        filled += constant;
        uint64_t wrong = 0;
        for (size_t i = 0; i < slots && constant; i++) {
            int64_t start = base + (int64_t)i * width;
            wrong += table[i] != slow_offset(clocks, count, start);
        }
        CHECK_EQUAL(wrong, 0);
    }
    CHECK(refused > 10 && filled > 10);
}

static void
the_ends_of_int64_are_times_too(void)
{
    const bcn_piece pieces[] = {{INT64_MIN + 1, 0, WEEK, 2, 0},
                                {INT64_MAX - 9, 1, 3, 5, 2}};
    bcn_clock clock = {pieces, 2, 1};
    CHECK(bcn_clock_check(pieces, 2, 5));
    const int64_t times[] = {INT64_MIN,     INT64_MIN + 1, 0,
                             INT64_MAX - 9, INT64_MAX - 1, INT64_MAX};
    uint64_t cells[COUNT_OF(times)];
    bcn_clock_cells(&clock, 1, times, COUNT_OF(times), cells);
    bcn_clock_cursor cursor;
    bcn_clock_cursor_start(&cursor, &clock, 1, times, 0, COUNT_OF(times));
    size_t begin, end, row = 0;
    uint64_t offset;
    while (bcn_clock_cursor_next(&cursor, &begin, &end, &offset)) {
        for (; row < end; row++) {
            CHECK(offset == slow_offset(&clock, 1, times[row]));
            CHECK(offset == cells[row]);
        }
    }
    CHECK_EQUAL(row, COUNT_OF(times));
    /* The piece of what is not stated: in any order, and alone. */
    const bcn_piece open[] = {{INT64_MIN, 1, 0, 0, 0}, {0, 0, 0, 0, 0}};
    clock = (bcn_clock){open, 2, 1};
    for (size_t from = 0; from < COUNT_OF(times); from++) {
        bcn_clock_cells(&clock, 1, times + from, COUNT_OF(times) - from,
                        cells);
        for (size_t i = from; i < COUNT_OF(times); i++) {
            CHECK_EQUAL(cells[i - from], times[i] < 0);
        }
    }
    clock = (bcn_clock){pieces, 2, 1};
    uint64_t table[2];
    CHECK(bcn_clock_fill_slots(&clock, 1, INT64_MAX - 5, 3, 2, table));
    CHECK(table[0] == slow_offset(&clock, 1, INT64_MAX - 4) &&
          table[1] == slow_offset(&clock, 1, INT64_MAX));
}

int
main(void)
{
    pieces_give_what_their_formula_says();
    check_refuses_what_could_leave_the_axis();
    weekdays_are_right_from_end_to_end();
    all_walks_agree_with_one_look_at_a_time();
    long_runs_end_where_they_should();
    slots_are_filled_or_refused();
    the_ends_of_int64_are_times_too();
    return 0;
}
