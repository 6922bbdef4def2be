/* clock.h - from a time to a position on a calendar axis.
 *
 * A calendar axis, in any zone, is a function that is simple in pieces: a
 * month is a constant between two instants; hours, minutes and the hour of
 * the week are a division between two changes of the zone's offset.  A
 * `bcn_piece` is one such stretch, valid from its `start` up to the start of
 * the next; a `bcn_clock` is a sorted array of them, with the stride of its
 * axis in the cube.  For a time t inside a piece
 *
 *     code = first                                        if width == 0
 *     code = first + (t - start + phase) / width          otherwise
 *     code = code % modulus                               if modulus != 0
 *
 * Every operand is made non-negative by whoever builds the pieces, so that
 * the division is a floor also before 1970.  `first < 0` says that the times
 * of this piece are not counted, and so are times before the first piece.
 *
 * A time that is not stated is INT64_MIN, so a piece that starts there (a
 * constant) gives it a code; without one it is not counted.
 *
 * Invariant, tested by bcn_clock_check where pieces enter the core: starts
 * grow strictly, and no time whatsoever gives a code outside the axis.  So the loops below check nothing.
 *
 * What it buys: zones, ISO weeks and leap years are data made outside the
 * core; time in order costs one search per change of code and nothing per
 * row; time without order costs one table look-up per row. */
#ifndef BCN_CLOCK_H
#define BCN_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BCN_SKIP UINT64_MAX /* instead of an offset: the row is not counted */
#define BCN_CLOCKS_MAX 8    /* axes over one column of times in one question */
enum { BCN_CLOCK_AHEAD = 16 };

typedef struct bcn_piece {
    int64_t start, first, width, modulus, phase; /* times in microseconds */
} bcn_piece;

typedef struct bcn_clock {
    const bcn_piece *pieces;
    size_t count;
    uint64_t stride;
} bcn_clock;

/* Do the pieces keep the invariant, for an axis of `positions` codes? */
bool bcn_clock_check(const bcn_piece *pieces, size_t count,
                     uint64_t positions);

/* The code of one time, or -1 when it is not counted.  O(log count). */
int64_t bcn_clock_at(const bcn_piece *pieces, size_t count, int64_t time);

/* Walks over times in order and yields runs of rows that share one offset:
 * the sum over the clocks of code * stride, or BCN_SKIP where any clock does
 * not count.  Each end is found by a search that starts where the run does,
 * so a run of n rows costs about 2 log2(n) steps, and where codes change more
 * often than rows come, a row costs one step.  Neighbouring runs may share an
 * offset: the hour that a zone repeats is two stretches of one position.
 *
 * Rows of long runs are far apart in memory, so that each step of a search is
 * a wait for it.  But when codes change is known without any row: the ends of
 * BCN_CLOCK_AHEAD runs are searched side by side, and wait together. */
typedef struct bcn_clock_cursor {
    const bcn_clock *clocks;
    size_t clock_count;
    const int64_t *times;
    size_t row, end;
    size_t length; /* rows in the last run, a guess at the next */
    int64_t least; /* the earliest of `last` */
    uint64_t offset;
    size_t next[BCN_CLOCKS_MAX];  /* the piece after the one in force */
    int64_t code[BCN_CLOCKS_MAX]; /* -1: not counted */
    int64_t last[BCN_CLOCKS_MAX]; /* the last microsecond of this code */
    /* Runs found already: where they end, and their offsets. */
    size_t ready, taken;
    size_t ends[BCN_CLOCK_AHEAD];
    uint64_t offsets[BCN_CLOCK_AHEAD];
} bcn_clock_cursor;

/* Over rows [begin, end) of `times`, which must be sorted; borrowed while the
 * cursor is used, like the clocks (at most BCN_CLOCKS_MAX; none: one run). */
void bcn_clock_cursor_start(bcn_clock_cursor *cursor, const bcn_clock *clocks,
                            size_t clock_count, const int64_t *times,
                            size_t begin, size_t end);

/* The next run, [*begin, *end) with *offset; false when no row is left. */
bool bcn_clock_cursor_next(bcn_clock_cursor *cursor, size_t *begin,
                           size_t *end, uint64_t *offset);

/* For times without order that are kept as slots, (time - base) / width:
 * table[slot] = the offset shared by all times of the slot.  False, with the
 * table half written, when some clock changes inside a slot: then use
 * bcn_clock_cells.  Costs O(slots + pieces); base + slots * width must not
 * pass INT64_MAX + 1. */
bool bcn_clock_fill_slots(const bcn_clock *clocks, size_t clock_count,
                          int64_t base, int64_t width, size_t slots,
                          uint64_t *table);

/* cells[i] = the offset of times[i], for times in any order. */
void bcn_clock_cells(const bcn_clock *clocks, size_t clock_count,
                     const int64_t *times, size_t rows, uint64_t *cells);

#endif
