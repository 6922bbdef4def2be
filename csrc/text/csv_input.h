/* csv_input.h - a stream of bytes, cut into blocks between records.
 *
 * A block holds what was left over from the one before and then new bytes,
 * and ends behind its last whole record, so the state of the grammar at its
 * start is known: outside quotes, in the first field.  A block without quotes
 * is cut at its last line end, found backwards.  One with quotes is walked
 * through, 64 bytes at a time where quotes stand as they should.  A record
 * longer than a block makes the block grow,
 * doubling, so the work stays linear; beyond the limit the reading stops.
 *
 * Invariant: the blocks, one after the other, are the text (without the byte
 * order mark; a line end is added behind a last record that has none), and
 * `trouble` in the last block tells what cannot be parsed behind it. */
#ifndef BCN_CSV_INPUT_H
#define BCN_CSV_INPUT_H

#include "text/csv.h"
#include "text/csv_marks.h"

typedef enum bcn_csv_trouble {
    BCN_CSV_FINE,
    BCN_CSV_UNFINISHED, /* a quote that nothing closes, at `open` */
    BCN_CSV_TOO_LONG,   /* the record behind the block is over the limit */
    BCN_CSV_BROKEN      /* the input failed */
} bcn_csv_trouble;

typedef struct bcn_csv_block {
    char *text; /* BCN_CSV_PADDING readable bytes behind */
    size_t length, capacity;
    bool quoted;
    bcn_csv_trouble trouble;
    size_t open;
} bcn_csv_block; /* all zero to begin with; free text with bcn_free */

typedef struct bcn_csv_source {
    bcn_csv_input input;
    bcn_bytes before;
    char delimiter, quote;
    bcn_csv_marker marker;
    size_t block_bytes, limit;
    bool mark;  /* a byte order mark may come */
    bool ended; /* no block is left */
    char *carry;
    size_t carry_length, carry_capacity;
} bcn_csv_source; /* free carry with bcn_free */

/* The next block; for one thread at a time.  BCN_OK, BCN_NOMEM or
 * BCN_CANCELLED; in the last block `source->ended` turns true. */
BCN_MUST_USE bcn_status bcn_csv_source_next(bcn_csv_source *source,
                                            bcn_csv_block *block,
                                            bcn_watch *watch, bool caller);

/* Line ends in a piece of text, CRLF counting once. */
uint64_t bcn_csv_count_lines(const char *text, size_t length);

#endif
