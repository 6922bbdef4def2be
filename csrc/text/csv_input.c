#include "text/csv_input.h"

#include <errno.h>
#include <string.h>

#if defined(_WIN32)
#include <io.h>
#else
#include <unistd.h>
#endif

#include "base/memory.h"
#include "text/csv_rows.h"

/* How far the search for quotes has come. */
typedef struct cut {
    size_t at;      /* looked at */
    size_t outside; /* outside quotes since */
    size_t open;    /* the last quote that opened */
    size_t end;     /* behind the last whole record */
    bool inside, quoted;
} cut;

ptrdiff_t
bcn_csv_file_read(void *context, char *buffer, size_t size)
{
    bcn_csv_file *file = context;
#if defined(_WIN32)
    unsigned most = size < 1u << 30 ? (unsigned)size : 1u << 30;
    ptrdiff_t got = _read(file->descriptor, buffer, most);
#else
    ptrdiff_t got = read(file->descriptor, buffer, size);
#endif
    if (got < 0) {
        file->failure = errno;
        return errno == EINTR ? BCN_CSV_INTERRUPTED : BCN_CSV_FAILED;
    }
    return got;
}

uint64_t
bcn_csv_count_lines(const char *text, size_t length)
{
    uint64_t lines = 0;
    for (size_t i = 0; i < length; i++) {
        bool pair = i + 1 < length && text[i] == '\r' && text[i + 1] == '\n';
        lines += text[i] == '\n' || (text[i] == '\r' && !pair);
    }
    return lines;
}

/* Behind the last line end between `from` and `to`, or 0.  A CR as the very
 * last byte known may be half of a CRLF: it ends nothing yet. */
static size_t
line_end_before(const char *text, size_t from, size_t to, size_t filled,
                bool whole)
{
    for (size_t i = to; i > from; i--) {
        if (text[i - 1] == '\n' ||
            (text[i - 1] == '\r' && (i < filled ? text[i] != '\n' : whole))) {
            return i;
        }
    }
    return 0;
}

static bool
opens(const bcn_csv_source *source, const char *text, size_t at)
{
    return at == 0 || text[at - 1] == source->delimiter ||
           text[at - 1] == '\n' || text[at - 1] == '\r';
}

/* Walk from quote to quote up to `stop`; false when the last byte filled is a
 * quote that only the next one can explain.  Here and in csv_rows.c the same
 * quotes open and close. */
static bool
cut_slowly(const bcn_csv_source *source, const char *text, size_t stop,
           size_t filled, bool whole, cut *found)
{
    const char *hit;
    while (found->at < stop && (hit = memchr(text + found->at, source->quote,
                                             stop - found->at)) != NULL) {
        size_t at = (size_t)(hit - text);
        found->at = at + 1;
        if (!found->inside) {
            if (opens(source, text, at)) {
                size_t end =
                    line_end_before(text, found->outside, at, filled, whole);
                found->end = end != 0 ? end : found->end;
                found->inside = true;
                found->open = at;
            }
        } else if (at + 1 == filled && !whole) {
            found->at = at;
            return false;
        } else if (at + 1 < filled && text[at + 1] == source->quote) {
            found->at = at + 2;
        } else {
            found->inside = false;
            found->outside = at + 1;
        }
    }
    found->at = found->at < stop ? stop : found->at;
    return true;
}

/* 64 bytes at once, where the next byte is known and quotes stand as they
 * should; false, and nothing done, elsewhere. */
static bool
cut_quickly(const bcn_csv_source *source, const char *text,
            const bcn_csv_marks *marks, cut *found)
{
    size_t base = found->at;
    uint64_t mask;
    if (!bcn_csv_marks_parity(marks, text + base, source->delimiter,
                              source->quote, opens(source, text, base),
                              found->inside, &mask)) {
        return false;
    }
    uint64_t ends = marks->ends & ~mask;
    uint64_t opening = marks->quotes & mask & ~(marks->quotes << 1);
    if (!found->inside && ends == 0 && found->outside < base) {
        /* Line ends before this group, not looked for yet. */
        size_t end =
            line_end_before(text, found->outside, base, base + 64, false);
        found->end = end != 0 ? end : found->end;
    }
    if (ends != 0) {
        found->end = base + bcn_bits_last(ends) + 1;
    }
    if (opening != 0) {
        found->open = base + bcn_bits_last(opening);
    }
    found->inside = mask >> 63 != 0;
    found->at = found->outside = base + 64;
    if (marks->quotes >> 63 != 0 && !found->inside &&
        text[base + 64] == source->quote) {
        found->inside = true;
        found->at++;
    }
    return true;
}

/* Take the search to the end of what is filled. */
static void
cut_on(const bcn_csv_source *source, const char *text, size_t filled,
       bool whole, cut *found)
{
    enum { GROUPS = 32 };
    bcn_csv_marks marks[GROUPS];
    if (source->quote != 0 && !found->quoted) {
        const char *hit =
            memchr(text + found->at, source->quote, filled - found->at);
        found->quoted = hit != NULL;
    }
    while (found->quoted && found->at < filled) {
        size_t base = found->at, left = filled - base;
        size_t groups = (left - 1) / 64; /* with one byte known behind */
        groups = groups < GROUPS ? groups : GROUPS;
        source->marker(text + base, groups, source->delimiter, source->quote,
                       marks);
        for (size_t i = 0; i < groups && found->at == base + 64 * i; i++) {
            if (!cut_quickly(source, text, &marks[i], found)) {
                (void)cut_slowly(source, text, base + 64 * i + 64, filled,
                                 whole, found);
            }
        }
        if (groups == 0 &&
            !cut_slowly(source, text, filled, filled, whole, found)) {
            return;
        }
    }
    found->at = filled;
    if (!found->inside) {
        size_t end =
            line_end_before(text, found->outside, filled, filled, whole);
        found->end = end != 0 ? end : found->end;
    }
}

/* New bytes, from what was taken before or from the input. */
static ptrdiff_t
pull(bcn_csv_source *source, char *buffer, size_t size)
{
    if (source->before.length != 0) {
        size_t count =
            source->before.length < size ? source->before.length : size;
        memcpy(buffer, source->before.data, count);
        source->before.data += count;
        source->before.length -= count;
        return (ptrdiff_t)count;
    }
    return source->input.read(source->input.context, buffer, size);
}

static bcn_status
room_for(bcn_csv_block *block, size_t bytes)
{
    return bcn_grow((void **)&block->text, &block->capacity,
                    bytes + BCN_CSV_PADDING + 1, 1);
}

/* Fill up to `wanted`; `*whole` when the input has ended. */
static bcn_status
fill(bcn_csv_source *source, bcn_csv_block *block, size_t *filled,
     size_t wanted, bool *whole, bcn_watch *watch, bool caller)
{
    BCN_TRY(room_for(block, wanted));
    while (*filled < wanted) {
        if (bcn_watch_check(watch, caller)) {
            return BCN_CANCELLED;
        }
        ptrdiff_t got = pull(source, block->text + *filled, wanted - *filled);
        if (got == BCN_CSV_INTERRUPTED) {
            continue;
        }
        if (got < 0 || (size_t)got > wanted - *filled) {
            block->trouble = BCN_CSV_BROKEN;
            return BCN_OK;
        }
        if (got == 0) {
            *whole = true;
            return BCN_OK;
        }
        *filled += (size_t)got;
    }
    return BCN_OK;
}

static void
mark_skip(bcn_csv_source *source, char *text, size_t *filled)
{
    if (*filled >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        *filled -= 3;
        memmove(text, text + 3, *filled);
    }
    source->mark = false;
}

static bcn_status
carry_keep(bcn_csv_source *source, const char *text, size_t length)
{
    BCN_TRY(
        bcn_grow((void **)&source->carry, &source->carry_capacity, length, 1));
    if (length != 0) {
        memcpy(source->carry, text, length);
    }
    source->carry_length = length;
    return BCN_OK;
}

/* The input has ended: what the last bytes are. */
static void
close_last(const bcn_csv_source *source, bcn_csv_block *block, size_t filled,
           const cut *found)
{
    char *text = block->text;
    block->length = found->end;
    if (found->inside) {
        block->trouble = filled - found->end > source->limit
                             ? BCN_CSV_TOO_LONG
                             : BCN_CSV_UNFINISHED;
        block->open = found->open;
        return;
    }
    block->length = filled;
    if (filled != 0 && text[filled - 1] != '\n' && text[filled - 1] != '\r') {
        text[block->length++] = '\n';
    }
}

bcn_status
bcn_csv_source_next(bcn_csv_source *source, bcn_csv_block *block,
                    bcn_watch *watch, bool caller)
{
    size_t filled = source->carry_length;
    size_t wanted = filled + source->block_bytes;
    bool whole = false;
    cut found = {0};
    block->trouble = BCN_CSV_FINE;
    BCN_TRY(room_for(block, wanted));
    if (filled != 0) {
        memcpy(block->text, source->carry, filled);
    }
    for (;;) {
        if (source->mark && wanted < 3) {
            wanted = 3;
        }
        BCN_TRY(fill(source, block, &filled, wanted, &whole, watch, caller));
        if (source->mark) {
            mark_skip(source, block->text, &filled);
        }
        cut_on(source, block->text, filled, whole, &found);
        block->length = found.end;
        if (whole || block->trouble != BCN_CSV_FINE || found.end != 0) {
            break;
        }
        if (filled > source->limit + 1) {
            block->trouble = BCN_CSV_TOO_LONG;
            break;
        }
        wanted = filled +
                 (filled > source->block_bytes ? filled : source->block_bytes);
    }
    block->quoted = found.quoted;
    if (whole) {
        close_last(source, block, filled, &found);
    } else if (block->trouble == BCN_CSV_FINE) {
        BCN_TRY(carry_keep(source, block->text + block->length,
                           filled - block->length));
    }
    source->ended = whole || block->trouble != BCN_CSV_FINE;
    size_t used = filled > block->length ? filled : block->length;
    memset(block->text + used, 0, BCN_CSV_PADDING);
    return BCN_OK;
}
