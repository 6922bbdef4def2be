/* The longest runs against the loop one would write first. */
#include "kernel/runs.h"

#include "check.h"

enum { ROWS = 600, ROOM = 7, ROUNDS = 2000 };

static uint64_t state = 20231128;

static uint64_t
draw(uint64_t limit)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (state >> 33) % limit;
}

/* Every run in turn into a list, the longest first, equal ones by time. */
static size_t
obvious(const int64_t *times, size_t count, const bcn_units *units,
        uint64_t *lengths, int64_t *codes)
{
    size_t used = 0;
    for (size_t i = 0; i < count;) {
        int64_t code = (times[i] - units->origin) / units->width;
        size_t end = i;
        while (end < count &&
               (times[end] - units->origin) / units->width == code) {
            end++;
        }
        size_t place = used++;
        for (; place > 0 && lengths[place - 1] < end - i; place--) {
            lengths[place] = lengths[place - 1];
            codes[place] = codes[place - 1];
        }
        lengths[place] = end - i;
        codes[place] = units->first + code;
        i = end;
    }
    return used;
}

static void
the_longest_runs_are_those_of_the_obvious_loop(void)
{
    for (int round = 0; round < ROUNDS; round++) {
        static int64_t times[ROWS], all_codes[ROWS], codes[ROOM];
        static uint64_t all[ROWS], lengths[ROOM];
        bcn_units units = {(int64_t)draw(50) - 25, (int64_t)draw(9) + 1,
                           (int64_t)draw(3)};
        size_t count = draw(ROWS + 1);
        uint64_t gap = draw(12) + 1, often = draw(20) + 1;
        int64_t now = units.origin;
        for (size_t i = 0; i < count; i++) {
            now += draw(often) ? 0 : (int64_t)draw(gap * 3);
            times[i] = now;
        }
        size_t known = obvious(times, count, &units, all, all_codes);
        bcn_runs runs = {draw(ROOM) + 1, 0, lengths, codes, 0};
        size_t step = draw(ROWS) + 1, at = 0;
        while (at < count) {
            size_t next =
                bcn_runs_find(&runs, &units, times, count, at, at + step);
            CHECK(next > at);
            at = next;
        }
        CHECK_EQUAL(runs.used, known < runs.room ? known : runs.room);
        uint64_t equal = 0;
        for (size_t i = 0; i < runs.used; i++) {
            CHECK_EQUAL(lengths[i], all[i]);
            CHECK_EQUAL(codes[i], all_codes[i]);
        }
        for (size_t i = runs.used; i < known; i++) {
            equal += all[i] == lengths[runs.used - 1];
        }
        CHECK_EQUAL(runs.equal, equal);
    }
}

static void
a_row_is_found_by_its_time(void)
{
    const int64_t times[] = {-5, -5, 0, 3, 3, 3, 9};
    CHECK_EQUAL(bcn_runs_from(times, 7, -6), 0);
    CHECK_EQUAL(bcn_runs_from(times, 7, -4), 2);
    CHECK_EQUAL(bcn_runs_from(times, 7, 3), 3);
    CHECK_EQUAL(bcn_runs_from(times, 7, 10), 7);
    CHECK_EQUAL(bcn_runs_from(times, 0, 0), 0);
}

int
main(void)
{
    the_longest_runs_are_those_of_the_obvious_loop();
    a_row_is_found_by_its_time();
    return 0;
}
