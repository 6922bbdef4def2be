#include "kernel/clock.h"

#include "base/status.h" /* BCN_ALWAYS_INLINE */

/* Pieces are numbered by the one that follows: `next` is the number of pieces
 * that start at or before a time, so 0 says "before the first". */
static BCN_ALWAYS_INLINE size_t
next_after(const bcn_piece *pieces, size_t low, size_t high, int64_t time)
{
    /* Without a branch on the data: times without order would mispredict
     * every step.  An even rest looks at one piece twice, which is right. */
    for (size_t rest = high - low; rest > 0;) {
        size_t half = rest / 2;
        low += pieces[low + half].start <= time ? rest - half : 0;
        rest = half;
    }
    return low;
}

/* The last microsecond of the piece before `next`. */
static inline int64_t
piece_last(const bcn_piece *pieces, size_t count, size_t next)
{
    return next < count ? pieces[next].start - 1 : INT64_MAX;
}

static BCN_ALWAYS_INLINE int64_t
piece_code(const bcn_piece *piece, int64_t time)
{
    if (piece->first < 0) {
        return -1;
    }
    uint64_t code = (uint64_t)piece->first;
    if (piece->width != 0) {
        uint64_t passed = (uint64_t)time - (uint64_t)piece->start;
        code += (passed + (uint64_t)piece->phase) / (uint64_t)piece->width;
    }
    if (piece->modulus != 0) {
        code %= (uint64_t)piece->modulus;
    }
    return (int64_t)code;
}

bool
bcn_clock_check(const bcn_piece *pieces, size_t count, uint64_t positions)
{
    for (size_t i = 0; i < count; i++) {
        const bcn_piece *piece = &pieces[i];
        if (i != 0 && piece->start <= pieces[i - 1].start) {
            return false;
        }
        if (piece->start == INT64_MIN && piece->width != 0) {
            return false;
        }
        if (piece->first < 0) {
            continue;
        }
        if (piece->width < 0 || piece->modulus < 0 || piece->phase < 0) {
            return false;
        }
        uint64_t highest = (uint64_t)piece->first;
        if (piece->width != 0) {
            uint64_t span = (uint64_t)piece_last(pieces, count, i + 1) -
                            (uint64_t)piece->start;
            uint64_t phase = (uint64_t)piece->phase;
            if (span > UINT64_MAX - phase) {
                return false;
            }
            uint64_t steps = (span + phase) / (uint64_t)piece->width;
            if (steps > (uint64_t)INT64_MAX - highest) {
                return false;
            }
            highest += steps;
        }
        if (piece->modulus != 0 && highest >= (uint64_t)piece->modulus) {
            highest = (uint64_t)piece->modulus - 1;
        }
        if (highest >= positions) {
            return false;
        }
    }
    return true;
}

int64_t
bcn_clock_at(const bcn_piece *pieces, size_t count, int64_t time)
{
    size_t next = next_after(pieces, 0, count, time);
    return next == 0 ? -1 : piece_code(&pieces[next - 1], time);
}

/* Bring clock k of the cursor from where it stands to a later time. */
static void
clock_advance(bcn_clock_cursor *cursor, size_t k, int64_t time)
{
    const bcn_piece *pieces = cursor->clocks[k].pieces;
    size_t count = cursor->clocks[k].count;
    size_t next = cursor->next[k];
    int64_t last = piece_last(pieces, count, next);
    uint64_t late = (uint64_t)time - (uint64_t)cursor->last[k] - 1;
    if (time <= last && next > 0) {
        /* Same piece, so it divides.  The next code is the usual case, and
         * spares a division, dear where every row has its own second. */
        const bcn_piece *piece = &pieces[next - 1];
        if (late < (uint64_t)piece->width) {
            int64_t code = cursor->code[k] + 1;
            cursor->code[k] = code == piece->modulus ? 0 : code;
            uint64_t left = (uint64_t)piece->width - 1 - late;
            uint64_t room = (uint64_t)last - (uint64_t)time;
            cursor->last[k] = left < room ? time + (int64_t)left : last;
            return;
        }
    } else {
        next++;
        if (next < count && pieces[next].start <= time) {
            next = next_after(pieces, next + 1, count, time);
        }
        cursor->next[k] = next;
        last = piece_last(pieces, count, next);
    }
    const bcn_piece *piece = &pieces[next - 1];
    cursor->code[k] = piece_code(piece, time);
    cursor->last[k] = last;
    if (piece->width != 0 && piece->first >= 0) {
        uint64_t width = (uint64_t)piece->width;
        uint64_t passed =
            (uint64_t)time - (uint64_t)piece->start + (uint64_t)piece->phase;
        uint64_t left = width - 1 - passed % width;
        if (left < (uint64_t)last - (uint64_t)time) {
            cursor->last[k] = time + (int64_t)left;
        }
    }
}

static void
cursor_advance(bcn_clock_cursor *cursor, int64_t time)
{
    uint64_t offset = 0;
    int64_t least = INT64_MAX;
    for (size_t k = 0; k < cursor->clock_count; k++) {
        if (cursor->last[k] < time) {
            clock_advance(cursor, k, time);
        }
        if (cursor->code[k] < 0) {
            offset = BCN_SKIP;
        } else if (offset != BCN_SKIP) {
            offset += (uint64_t)cursor->code[k] * cursor->clocks[k].stride;
        }
        if (cursor->last[k] < least) {
            least = cursor->last[k];
        }
    }
    cursor->offset = offset;
    cursor->least = least;
}

void
bcn_clock_cursor_start(bcn_clock_cursor *cursor, const bcn_clock *clocks,
                       size_t clock_count, const int64_t *times, size_t begin,
                       size_t end)
{
    cursor->clocks = clocks;
    cursor->clock_count = clock_count;
    cursor->times = times;
    cursor->row = begin;
    cursor->end = end;
    cursor->length = 1;
    cursor->ready = cursor->taken = 0;
    for (size_t k = 0; k < clock_count; k++) {
        /* Stand where the first time is, so that a worker that starts in the
         * middle of a column does not walk there. */
        size_t next = 0;
        if (begin < end) {
            next =
                next_after(clocks[k].pieces, 0, clocks[k].count, times[begin]);
        }
        if (next > 0) {
            next--;
        }
        cursor->code[k] = -1;
        if (next == 0 && clocks[k].count != 0 &&
            clocks[k].pieces[0].start == INT64_MIN) {
            /* Nothing lies ahead of this piece to stand in. */
            cursor->code[k] = clocks[k].pieces[0].first;
            next = 1;
        }
        cursor->next[k] = next;
        cursor->last[k] = piece_last(clocks[k].pieces, clocks[k].count, next);
    }
    /* The clocks stand before the piece of the first row, or right. */
    cursor_advance(cursor, begin < end ? times[begin] : INT64_MIN);
}

/* The first row after `row` that is later than `least`.  Rows far apart are
 * cache misses, so looks are few: a run is about as long as the one before,
 * and between two looks rows come evenly.  Each turn looks at the row where
 * `least` should be and a little beyond it; a turn that gains little is
 * followed by halving, so no data make it slow. */
static size_t
run_end(const int64_t *times, size_t row, size_t rows, size_t step,
        int64_t least)
{
    size_t low = row; /* times[low] <= least */
    while (step < rows - low && times[low + step] <= least) {
        low += step;
        step *= 2;
    }
    size_t high = step < rows - low ? low + step : rows;
    while (high - low > 32 && high < rows) {
        size_t width = high - low, margin = width / 16 + 4;
        double part = (double)((uint64_t)least - (uint64_t)times[low]) /
                      (double)((uint64_t)times[high] - (uint64_t)times[low]);
        size_t guess = low + (size_t)(part * (double)(width - 1));
        size_t first = guess - low > margin ? guess - margin : low + 1;
        size_t second = high - guess > margin ? guess + margin : high - 1;
        if (times[first] > least) {
            high = first;
        } else {
            low = first;
            if (second > low && times[second] > least) {
                high = second;
            } else if (second > low) {
                low = second;
            }
        }
        if (high - low > width / 2) {
            size_t middle = low + (high - low) / 2;
            if (times[middle] <= least) {
                low = middle;
            } else {
                high = middle;
            }
        }
    }
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (times[middle] <= least) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return high;
}

enum { LONG_RUN = 256, SAMPLES = 32 };

/* Find the ends of the next runs, side by side. */
static void
look_ahead(bcn_clock_cursor *cursor)
{
    const int64_t *times = cursor->times;
    size_t row = cursor->row, rows = cursor->end, count = 0;
    int64_t stops[BCN_CLOCK_AHEAD], final = times[rows - 1];
    for (;;) {
        stops[count] = cursor->least;
        cursor->offsets[count++] = cursor->offset;
        if (count == BCN_CLOCK_AHEAD || cursor->least >= final) {
            break;
        }
        cursor_advance(cursor, cursor->least + 1);
    }
    size_t width = cursor->length * count * 2;
    while (width < rows - row && times[row + width] <= stops[count - 1]) {
        width *= 2;
    }
    width = width < rows - row ? width : rows - row;
    /* Every end lies in (low, low + width]; times[low] is not past it. */
    size_t lows[BCN_CLOCK_AHEAD], step = width / SAMPLES, low = row;
    if (step > 1) {
        int64_t samples[SAMPLES];
        for (size_t i = 1; i < SAMPLES; i++) {
            samples[i] = times[row + i * step];
        }
        size_t sample = 1;
        for (size_t k = 0; k < count; k++) {
            for (; sample < SAMPLES && samples[sample] <= stops[k]; sample++) {
                low += step;
            }
            lows[k] = low;
        }
        width -= (SAMPLES - 1) * step;
    } else {
        for (size_t k = 0; k < count; k++) {
            lows[k] = row;
        }
    }
    while (width > 1) {
        size_t half = width / 2;
        for (size_t k = 0; k < count; k++) {
            lows[k] += times[lows[k] + half] <= stops[k] ? half : 0;
        }
        width -= half;
    }
    for (size_t k = 0; k < count; k++) {
        cursor->ends[k] = lows[k] + 1;
    }
    cursor->length = (lows[count - 1] + 1 - row) / count + 1;
    cursor->ready = count;
    cursor->taken = 0;
}

/* The next of the runs found already that has rows. */
static bool
take_ready(bcn_clock_cursor *cursor, size_t *begin, size_t *end,
           uint64_t *offset)
{
    while (cursor->taken < cursor->ready) {
        size_t k = cursor->taken++;
        if (cursor->ends[k] > cursor->row) {
            *begin = cursor->row;
            *end = cursor->row = cursor->ends[k];
            *offset = cursor->offsets[k];
            return true;
        }
    }
    return false;
}

bool
bcn_clock_cursor_next(bcn_clock_cursor *cursor, size_t *begin, size_t *end,
                      uint64_t *offset)
{
    if (take_ready(cursor, begin, end, offset)) {
        return true;
    }
    size_t row = cursor->row, rows = cursor->end;
    if (row >= rows) {
        return false;
    }
    const int64_t *times = cursor->times;
    if (times[row] > cursor->least) {
        cursor_advance(cursor, times[row]);
    }
    if (cursor->length >= LONG_RUN) {
        look_ahead(cursor);
        return take_ready(cursor, begin, end, offset);
    }
    size_t high = run_end(times, row, rows, cursor->length, cursor->least);
    cursor->length = high - row;
    *begin = row;
    *end = high;
    *offset = cursor->offset;
    cursor->row = high;
    return true;
}

bool
bcn_clock_fill_slots(const bcn_clock *clocks, size_t clock_count, int64_t base,
                     int64_t width, size_t slots, uint64_t *table)
{
    if (slots == 0) {
        return true;
    }
    bcn_clock_cursor cursor;
    bcn_clock_cursor_start(&cursor, clocks, clock_count, &base, 0, 1);
    int64_t first = base;
    for (size_t slot = 0;;) {
        if (cursor.least < first) {
            cursor_advance(&cursor, first);
        }
        uint64_t offset = cursor.offset;
        table[slot] = offset;
        int64_t last = first + (width - 1);
        while (cursor.least < last) {
            cursor_advance(&cursor, cursor.least + 1);
            if (cursor.offset != offset) {
                return false;
            }
        }
        if (++slot == slots) {
            return true;
        }
        first = last + 1;
    }
}

void
bcn_clock_cells(const bcn_clock *clocks, size_t clock_count,
                const int64_t *times, size_t rows, uint64_t *cells)
{
    for (size_t i = 0; i < rows; i++) {
        cells[i] = 0;
    }
    for (size_t k = 0; k < clock_count; k++) {
        const bcn_piece *pieces = clocks[k].pieces;
        size_t count = clocks[k].count;
        size_t next = next_after(pieces, 0, count, INT64_MIN);
        uint64_t stride = clocks[k].stride;
        int64_t first = INT64_MIN, last = piece_last(pieces, count, next);
        for (size_t i = 0; i < rows; i++) {
            int64_t time = times[i];
            if (time < first || time > last) {
                next = next_after(pieces, 0, count, time);
                first = next == 0 ? INT64_MIN : pieces[next - 1].start;
                last = piece_last(pieces, count, next);
            }
            int64_t code =
                next == 0 ? -1 : piece_code(&pieces[next - 1], time);
            if (code < 0) {
                cells[i] = BCN_SKIP;
            } else if (cells[i] != BCN_SKIP) {
                cells[i] += (uint64_t)code * stride;
            }
        }
    }
}
