#include "text/csv_rows.h"

#include <string.h>

#include "base/memory.h"

enum { GROUP = 64, SLACK = 16, WINDOW_BYTES = BCN_CSV_WINDOW * GROUP };

bcn_status
bcn_csv_rows_new(bcn_csv_rows *rows, char delimiter, char quote, size_t fields,
                 size_t limit)
{
    rows->delimiter = delimiter;
    rows->quote = quote;
    rows->fields = fields;
    rows->limit = limit;
    rows->marker = bcn_csv_marker_best();
    rows->modern = bcn_modern() != 0;
    rows->firsts = bcn_alloc(WINDOW_BYTES, sizeof *rows->firsts);
    rows->marks = bcn_alloc(BCN_CSV_WINDOW, sizeof *rows->marks);
    return rows->firsts != NULL && rows->marks != NULL ? BCN_OK : BCN_NOMEM;
}

void
bcn_csv_rows_free(bcn_csv_rows *rows)
{
    bcn_free(rows->ends);
    bcn_free(rows->firsts);
    bcn_free(rows->flaws);
    bcn_free(rows->jumps);
    bcn_free(rows->marks);
}

void
bcn_csv_rows_begin(bcn_csv_rows *rows, const char *text, size_t length,
                   bool quoted)
{
    rows->text = text;
    rows->length = length;
    rows->position = 0;
    rows->quoted = quoted;
    rows->careful = rows->fields == 1 || length > rows->limit;
    rows->end_count = 0;
    rows->row_count = rows->flaw_count = rows->jump_count = 0;
    rows->first = 0;
    rows->line = rows->first_line = 0;
    rows->expected = UINT64_MAX;
    rows->resume = 0;
    rows->quote_flaw = 0;
    rows->inside = rows->too_long = false;
}

/* The odd record: blank, too long, or with a flaw. */
static bcn_status
row_odd(bcn_csv_rows *rows, size_t last, size_t count)
{
    size_t start = (uint32_t)(rows->ends[rows->first - 1] + 1);
    size_t end = rows->ends[last];
    if (end > start && rows->text[end - 1] == '\r' &&
        rows->text[end] == '\n') {
        end--;
    }
    if (end - start > rows->limit) {
        rows->too_long = true;
        return BCN_OK;
    }
    rows->line++;
    if (end == start) {
        rows->first = last + 1;
        rows->first_line = rows->line;
        return BCN_OK;
    }
    uint32_t first = (uint32_t)rows->first;
    if (count != rows->fields || rows->quote_flaw != 0) {
        BCN_TRY(bcn_grow((void **)&rows->flaws, &rows->flaw_capacity,
                         rows->flaw_count + 1, sizeof *rows->flaws));
        rows->flaws[rows->flaw_count++] =
            (bcn_csv_flaw){(uint32_t)rows->row_count, first, (uint32_t)count,
                           rows->quote_flaw};
        rows->quote_flaw = 0;
        first = BCN_NONE;
    }
    if (rows->first_line != rows->expected) {
        BCN_TRY(bcn_grow((void **)&rows->jumps, &rows->jump_capacity,
                         rows->jump_count + 1, sizeof *rows->jumps));
        rows->jumps[rows->jump_count++] =
            (bcn_csv_jump){(uint32_t)rows->row_count, rows->first_line};
    }
    rows->expected = rows->first_line + 1;
    rows->firsts[rows->row_count++] = first;
    rows->first = last + 1;
    rows->first_line = rows->line;
    return BCN_OK;
}

/* The record whose last field's end is at `last` in ends. */
static BCN_ALWAYS_INLINE bcn_status
row_end(bcn_csv_rows *rows, size_t last)
{
    size_t count = last - rows->first + 1;
    if (count != rows->fields || rows->careful || rows->quote_flaw != 0 ||
        rows->first_line != rows->expected) {
        return row_odd(rows, last, count);
    }
    rows->expected = rows->first_line + 1;
    rows->firsts[rows->row_count++] = (uint32_t)rows->first;
    rows->first = last + 1;
    rows->first_line = ++rows->line;
    return BCN_OK;
}

/* 64 bytes without quotes, outside quotes. */
static BCN_ALWAYS_INLINE bcn_status
group_plain(bcn_csv_rows *rows, const bcn_csv_marks *marks, uint32_t base)
{
    uint64_t bits = marks->ends | marks->splits;
    uint32_t *out = rows->ends + rows->end_count;
    size_t before = rows->end_count;
    unsigned count = bcn_bits_count(bits);
    uint64_t left = bits;
    /* Always eight, then eight more if need be: a branch that the processor
     * foresees is worth more than a store saved. */
    for (unsigned done = 0; done < count; done += 8) {
        for (unsigned i = 0; i < 8; i++) {
            out[done + i] = base + bcn_bits_first(left);
            left &= left - 1;
        }
    }
    rows->end_count = before + count;
    for (uint64_t ends = marks->ends; ends != 0; ends &= ends - 1) {
        uint64_t below = (ends & (0 - ends)) - 1;
        BCN_TRY(row_end(rows, before + bcn_bits_count(bits & below)));
        if (rows->too_long) {
            break;
        }
    }
    return BCN_OK;
}

static bool
ends_field(const bcn_csv_rows *rows, char next)
{
    return next == rows->delimiter || next == '\n' || next == '\r';
}

static void
flaw_here(bcn_csv_rows *rows)
{
    if (rows->quote_flaw == 0) {
        rows->quote_flaw = (uint32_t)(rows->end_count - rows->first + 1);
    }
}

static void
quote_seen(bcn_csv_rows *rows, size_t at)
{
    const char *text = rows->text;
    if (!rows->inside) {
        if (at == (uint32_t)(rows->ends[rows->end_count - 1] + 1)) {
            rows->inside = true;
        } else {
            flaw_here(rows);
        }
    } else if (text[at + 1] == rows->quote) {
        rows->resume = at + 2;
    } else {
        rows->inside = false;
        if (!ends_field(rows, text[at + 1])) {
            flaw_here(rows);
        }
    }
}

/* 64 bytes with quotes, or inside of them: character by character, but only
 * those that mean something. */
static bcn_status
group_quoted(bcn_csv_rows *rows, const bcn_csv_marks *marks, size_t base)
{
    if (rows->inside && marks->quotes == 0) {
        rows->line += bcn_bits_count(marks->ends);
        return BCN_OK;
    }
    uint64_t bits = marks->ends | marks->splits | marks->quotes;
    for (; bits != 0 && !rows->too_long; bits &= bits - 1) {
        uint64_t bit = bits & (0 - bits);
        size_t at = base + bcn_bits_first(bits);
        if (at < rows->resume) {
            continue;
        }
        if (marks->quotes & bit) {
            quote_seen(rows, at);
        } else if (rows->inside) {
            rows->line += (marks->ends & bit) != 0;
        } else {
            rows->ends[rows->end_count++] = (uint32_t)at;
            if (marks->ends & bit) {
                BCN_TRY(row_end(rows, rows->end_count - 1));
            }
        }
    }
    return BCN_OK;
}

/* The same by parity, all at once, where quotes stand as they should and no
 * line ends are inside of them; false, and nothing done, elsewhere. */
static BCN_ALWAYS_INLINE bool
group_simple(bcn_csv_rows *rows, const bcn_csv_marks *marks, size_t base,
             bcn_csv_marks *outside)
{
    const char *text = rows->text + base;
    /* The first half of a doubled quote may have been the last byte before:
     * to parity, that one closed. */
    bool half = rows->resume > base;
    bool border = base == 0 || half || ends_field(rows, text[-1]);
    uint64_t mask;
    if (!bcn_csv_marks_parity(marks, text, rows->delimiter, rows->quote,
                              border, rows->inside && !half, &mask) ||
        (marks->ends & mask) != 0) {
        return false;
    }
    *outside = (bcn_csv_marks){marks->ends & ~mask, marks->splits & ~mask, 0};
    rows->inside = mask >> 63 != 0;
    if (marks->quotes >> 63 != 0 && !rows->inside && text[64] == rows->quote) {
        rows->inside = true;
        rows->resume = base + GROUP + 1;
    }
    return true;
}

static BCN_ALWAYS_INLINE bcn_status
walk(bcn_csv_rows *rows, size_t groups)
{
    size_t base = rows->position;
    for (size_t i = 0; i < groups && !rows->too_long; i++, base += GROUP) {
        const bcn_csv_marks *marks = &rows->marks[i];
        bcn_csv_marks outside;
        if (!rows->quoted || (!rows->inside && marks->quotes == 0)) {
            BCN_TRY(group_plain(rows, marks, (uint32_t)base));
        } else if (group_simple(rows, marks, base, &outside)) {
            BCN_TRY(group_plain(rows, &outside, (uint32_t)base));
        } else {
            BCN_TRY(group_quoted(rows, marks, base));
        }
    }
    return BCN_OK;
}

static bcn_status
walk_plain(bcn_csv_rows *rows, size_t groups)
{
    return walk(rows, groups);
}

BCN_MODERN static bcn_status
walk_modern(bcn_csv_rows *rows, size_t groups)
{
    return walk(rows, groups);
}

/* Forget the records of the last window, keep the open one. */
static void
carry_over(bcn_csv_rows *rows)
{
    if (rows->end_count == 0) {
        rows->ends[0] = UINT32_MAX; /* the place before the first byte */
        rows->end_count = 1;
        rows->first = 1;
        return;
    }
    size_t from = rows->first - 1;
    rows->end_count -= from;
    memmove(rows->ends, rows->ends + from,
            rows->end_count * sizeof *rows->ends);
    rows->first = 1;
}

bcn_status
bcn_csv_rows_next(bcn_csv_rows *rows)
{
    BCN_TRY(bcn_grow((void **)&rows->ends, &rows->end_capacity,
                     rows->end_count + WINDOW_BYTES + SLACK + 1,
                     sizeof *rows->ends));
    carry_over(rows);
    rows->row_count = rows->flaw_count = rows->jump_count = 0;
    size_t left = rows->length - rows->position;
    size_t bytes = left < WINDOW_BYTES ? left : WINDOW_BYTES;
    size_t groups = (bytes + GROUP - 1) / GROUP;
    char quote = rows->quoted ? rows->quote : 0;
    rows->marker(rows->text + rows->position, groups, rows->delimiter, quote,
                 rows->marks);
    if (bytes % GROUP != 0) {
        uint64_t valid = (UINT64_C(1) << bytes % GROUP) - 1;
        rows->marks[groups - 1].ends &= valid;
        rows->marks[groups - 1].splits &= valid;
        rows->marks[groups - 1].quotes &= valid;
    }
    bcn_status status =
        rows->modern ? walk_modern(rows, groups) : walk_plain(rows, groups);
    rows->position += bytes;
    return status;
}
