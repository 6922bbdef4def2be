/* csv_rows.h - where the fields of a block's records end.
 *
 * A block begins and ends between records (csv_input.h).  It is walked in
 * windows of some KiB, so that text and positions stay in the first cache
 * while the columns are read from them.  A window yields the records that end
 * in it: `ends` is every field's end in turn, `firsts[r]` the place in `ends`
 * of record r's first field, so that field f of record r is the text
 *
 *     from ends[firsts[r] + f - 1] + 1  to  ends[firsts[r] + f]
 *
 * with its quotes, and with the CR of a CRLF at the end of the last.  Records
 * with the wrong number of fields or with a quote out of place have BCN_NONE
 * there and a flaw beside.  A field costs about one store; fields that nobody
 * uses cost no more.
 *
 * Invariant: windows show in nothing but the number of rows a call yields. */
#ifndef BCN_CSV_ROWS_H
#define BCN_CSV_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/labels.h"
#include "base/status.h"
#include "text/csv_marks.h"

enum {
    BCN_CSV_WINDOW = 256, /* groups of 64 bytes */
    BCN_CSV_PADDING = 128 /* readable zero bytes behind every block */
};

typedef struct bcn_csv_flaw {
    uint32_t row;   /* in the window */
    uint32_t first; /* place in ends */
    uint32_t count; /* fields found */
    uint32_t quote; /* field with a quote out of place, from 1; 0 none */
} bcn_csv_flaw;

typedef struct bcn_csv_jump {
    uint32_t row;  /* in the window */
    uint64_t line; /* where it starts, from 0 in the block */
} bcn_csv_jump;

typedef struct bcn_csv_rows {
    /* The grammar; set once. */
    char delimiter, quote;
    size_t fields, limit;
    bcn_csv_marker marker;
    bool modern;
    /* The block. */
    const char *text;
    size_t length, position;
    bool quoted;  /* the block has quotes */
    bool careful; /* blank and too long records are possible */
    /* The window. */
    uint32_t *ends;
    size_t end_count, end_capacity;
    uint32_t *firsts;
    size_t row_count;
    bcn_csv_flaw *flaws;
    size_t flaw_count, flaw_capacity;
    bcn_csv_jump *jumps;
    size_t jump_count, jump_capacity;
    bcn_csv_marks *marks;
    /* Between windows. */
    size_t first;        /* place in ends of the open record's first field */
    uint64_t line;       /* line ends so far */
    uint64_t first_line; /* the line where the open record starts */
    uint64_t expected;   /* the line where it starts if no line was skipped */
    size_t resume;       /* text before this was dealt with */
    uint32_t quote_flaw; /* in the open record */
    bool inside;         /* of quotes */
    bool too_long;       /* a record over the limit; it starts at first_line */
} bcn_csv_rows;

BCN_MUST_USE bcn_status bcn_csv_rows_new(bcn_csv_rows *rows, char delimiter,
                                         char quote, size_t fields,
                                         size_t limit);
void bcn_csv_rows_free(bcn_csv_rows *rows);
/* Begin a block; BCN_CSV_PADDING bytes behind it can be read. */
void bcn_csv_rows_begin(bcn_csv_rows *rows, const char *text, size_t length,
                        bool quoted);
/* The next window; the block is done when position == length, or too_long. */
BCN_MUST_USE bcn_status bcn_csv_rows_next(bcn_csv_rows *rows);

#endif
