#include "check.h"
#include "model/roll.h"

static uint64_t state = 7;

static int64_t
draw(int64_t below)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (int64_t)((state >> 33) % (uint64_t)below);
}

enum { SPAN = 60, PIECES = 5, POSITIONS = 200 };

/* Pieces over times 0 .. SPAN - 1, some constant, some with a width. */
static size_t
make_pieces(bcn_piece *pieces)
{
    size_t count = 0;
    int64_t start = draw(4);
    while (count < PIECES && start < SPAN) {
        bcn_piece *piece = &pieces[count++];
        *piece = (bcn_piece){.start = start, .first = draw(6) - 1};
        if (piece->first >= 0 && draw(2) == 0) {
            piece->width = 1 + draw(9);
            piece->phase = draw(piece->width);
            piece->modulus = draw(2) * (1 + draw(5));
            piece->first =
                piece->modulus != 0 ? draw(piece->modulus) : draw(3);
        }
        start += 1 + draw(25);
    }
    pieces[count++] = (bcn_piece){.start = SPAN + 5, .first = -1};
    CHECK(bcn_clock_check(pieces, count, POSITIONS));
    return count;
}

/* What one time adds, the slow way. */
static uint64_t
offset_of(const bcn_roll *roll, int64_t time)
{
    uint64_t offset = 0;
    for (size_t i = 0; i < roll->range_count; i++) {
        const bcn_roll_range *r = &roll->ranges[i];
        if ((r->from <= time && time < r->to) == r->outside) {
            return BCN_SKIP;
        }
    }
    for (size_t k = 0; k < roll->clock_count; k++) {
        const bcn_clock *clock = &roll->clocks[k];
        int64_t code = bcn_clock_at(clock->pieces, clock->count, time);
        if (code < 0) {
            return BCN_SKIP;
        }
        offset += (uint64_t)code * clock->stride;
    }
    return offset;
}

static void
stretches_have_the_routes_of_their_times(void)
{
    long aligned = 0, divided = 0;
    for (int turn = 0; turn < 20000; turn++) {
        bcn_piece pieces[2][PIECES + 1];
        bcn_clock clocks[2];
        bcn_roll_range ranges[2];
        bcn_roll roll = {clocks, (size_t)draw(3), ranges, (size_t)draw(3)};
        for (size_t k = 0; k < roll.clock_count; k++) {
            size_t count = make_pieces(pieces[k]);
            clocks[k] = (bcn_clock){pieces[k], count, k == 0 ? 1 : 1000};
        }
        for (size_t i = 0; i < roll.range_count; i++) {
            int64_t from = draw(SPAN), to = draw(SPAN);
            ranges[i] = (bcn_roll_range){from, to, draw(2) != 0};
        }
        int64_t edges[8];
        size_t count = 0;
        edges[0] = draw(20);
        while (count < 7 && draw(6) != 0) {
            edges[count + 1] = edges[count] + 1 + draw(8);
            count++;
        }
        uint64_t route[7];
        bool same = true;
        for (size_t i = 0; i < count; i++) {
            for (int64_t t = edges[i]; t < edges[i + 1]; t++) {
                same =
                    same && offset_of(&roll, t) == offset_of(&roll, edges[i]);
            }
        }
        bool rolled = bcn_roll_stretches(&roll, edges, count, route);
        /* Two ranges that leave out a half each are not seen through; and
         * two clocks whose changes cancel never do, with these strides. */
        CHECK(!rolled || same);
        CHECK(rolled || !same || roll.range_count + roll.clock_count > 1);
        aligned += rolled;
        divided += !same;
        for (size_t i = 0; rolled && i < count; i++) {
            CHECK(route[i] == offset_of(&roll, edges[i]));
        }
    }
    CHECK(aligned > 2000 && divided > 2000);
}

static void
times_not_stated_have_a_route_of_their_own(void)
{
    bcn_piece pieces[3] = {{INT64_MIN, 4, 0, 0, 0},
                           {INT64_MIN + 1, -1, 0, 0, 0},
                           {0, 0, 10, 0, 0}};
    bcn_clock clock = {pieces, 3, 7};
    bcn_roll_range range = {0, 5, true};
    bcn_roll roll = {&clock, 1, NULL, 0};
    CHECK(bcn_roll_unstated(&roll) == 28);
    clock = (bcn_clock){pieces + 2, 1, 7};
    CHECK(bcn_roll_unstated(&roll) == BCN_SKIP);
    roll = (bcn_roll){&clock, 0, &range, 1};
    CHECK(bcn_roll_unstated(&roll) == BCN_SKIP);
    roll = (bcn_roll){&clock, 0, NULL, 0};
    CHECK(bcn_roll_unstated(&roll) == 0);
}

static void
the_ends_of_time_are_no_trap(void)
{
    bcn_piece piece = {-5, 0, 3, 2, 2};
    bcn_clock clock = {&piece, 1, 1};
    bcn_roll roll = {&clock, 1, NULL, 0};
    int64_t edges[3] = {INT64_MIN, -5, INT64_MAX};
    uint64_t route[2];
    CHECK(bcn_roll_stretches(&roll, edges, 1, route));
    CHECK(route[0] == BCN_SKIP);
    CHECK(!bcn_roll_stretches(&roll, edges, 2, route));
    piece = (bcn_piece){-5, 3, 0, 0, 0};
    CHECK(bcn_roll_stretches(&roll, edges, 2, route));
    CHECK_EQUAL(route[1], 3);
}

int
main(void)
{
    stretches_have_the_routes_of_their_times();
    times_not_stated_have_a_route_of_their_own();
    the_ends_of_time_are_no_trap();
    return 0;
}
