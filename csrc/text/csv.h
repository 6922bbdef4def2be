/* csv.h - delimited text, straight to the columns of a log.
 *
 * The grammar is RFC 4180's, made total, so that every byte string has one
 * reading:
 *
 * - A record ends at LF, CRLF, a lone CR, or the end of the text.  Empty
 *   lines are skipped, but counted as lines.
 * - A field that begins with the quote ends at the next quote which is not
 *   doubled; delimiters and line ends inside belong to it.  A quote anywhere
 *   else, or text behind a closing quote, is a fault of the row (QUOTE), and
 *   the quote is then a character like any other.  A quote never closed is an
 *   error that ends the reading, with the line where it opened.
 * - A record with another number of fields is a fault of the row (FIELDS).
 *   QUOTE is told before FIELDS, both before what is wrong in a column.
 * - In columns that are used: spaces and tabs around an unquoted field do not
 *   count; an empty field, quoted or not, is missing; a label such as NA is a
 *   label.  Bytes that are not UTF-8 are a fault (ENCODING).  NUL is a
 *   character.  Columns not used are not looked at.
 * - A byte order mark is skipped when `first_line` is 1.
 *
 * Invariant: rows, faults and lines handed to the sink are those of one pass
 * from the first byte to the last, whatever `workers`, `block_bytes` and
 * `batch_rows` are, and so is the first error.  Only where one batch ends and
 * the next begins depends on them, and the numbers that labels not known
 * beforehand get in a worker's dictionary.
 *
 * How: under one lock a worker takes the next block of bytes and cuts it
 * behind its last whole record; what is left over begins the next block.  A
 * block so begins and ends between records for certain, nothing is guessed,
 * and blocks are parsed side by side.  The cut costs a search for quotes and
 * a few bytes looked at backwards; only blocks that hold quotes are walked
 * from quote to quote.  Each worker then waits for its turn and hands its
 * batch to the sink itself, so batches and dictionaries are never copied.
 *
 * Memory: per worker one block (or the longest record) and one batch. */
#ifndef BCN_CSV_H
#define BCN_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/batch.h"
#include "base/error.h"
#include "base/thread.h"
#include "text/times.h"

enum { BCN_CSV_FIELDS_MAX = 65535, BCN_CSV_ABSENT = -1 };

/* One column of the schema, in its order. */
typedef struct bcn_csv_column {
    bcn_kind kind;
    int field; /* from 0, or BCN_CSV_ABSENT: its slice stays all zero */
    /* Labels: texts whose numbers hold in every dictionary; may be NULL. */
    const bcn_labels *labels;
    /* Times, numbers, ids: texts that stand for a missing value; may be NULL */
    const bcn_labels *unstated;
} bcn_csv_column;

typedef struct bcn_csv_options {
    char delimiter; /* not CR, LF or the quote */
    char quote;     /* 0: the source has no quotes */
    size_t fields;  /* of every record, 1 to BCN_CSV_FIELDS_MAX */
    const bcn_csv_column *columns;
    size_t column_count; /* below 65535 */
    bcn_time_rule times; /* zone and format of time columns */
    uint64_t first_line; /* the line on which the text begins; 0 is 1 */
    bcn_bytes before;    /* text already taken from the input, read first */
    size_t workers;      /* 0: one */
    size_t block_bytes;  /* 0: the default */
    size_t batch_rows;   /* most rows in a batch; 0: 65536 */
    size_t record_limit; /* bytes of a record; 0: 64 MiB, at most 1 GiB */
} bcn_csv_options;

/* What `read` may return besides a number of bytes (0: the end). */
enum { BCN_CSV_FAILED = -1, BCN_CSV_INTERRUPTED = -2 /* ask again */ };

/* Where bytes come from.  Called by one thread at a time, but not always by
 * the same and not always by the caller of bcn_csv_read: a source that needs
 * the interpreter takes it in `read`.  A source that can block for long (a
 * pipe) is best read with one worker: then everything happens on the calling
 * thread, and `read` returns BCN_CSV_INTERRUPTED on a signal. */
typedef struct bcn_csv_input {
    ptrdiff_t (*read)(void *context, char *buffer, size_t size);
    void *context;
} bcn_csv_input;

/* Bytes of a file descriptor from where it stands; needs no interpreter.
 * `failure` keeps errno of a failed read.  The descriptor stays open. */
typedef struct bcn_csv_file {
    int descriptor;
    int failure;
} bcn_csv_file;
ptrdiff_t bcn_csv_file_read(void *file, char *buffer, size_t size);

/* Read to the end.  The sink is called in the order of the source, one call
 * at a time, by any of the workers; it must not need the interpreter held.
 * Slices of label columns carry dictionaries that live until this returns;
 * their `codes` are the sink's to grow with bcn_grow, and are freed here.  In
 * every batch each time column holds only dates or only instants (`dates` is
 * set when it has dates; a column of missing values alone says 0).
 *
 * BCN_INVALID: an unfinished quote or a record over the limit (after the rows
 * before it were handed on); BCN_RANGE: options out of range; BCN_IO: `read`
 * failed (the same); BCN_CANCELLED; BCN_NOMEM; or what the sink said. */
BCN_MUST_USE bcn_status bcn_csv_read(const bcn_csv_options *options,
                                     bcn_csv_input input, bcn_sink sink,
                                     bcn_watch *watch, bcn_error *error);

/* One record of a text, taken apart; for headers and for looking at a file.
 * `texts` and what they point at belong to the record. */
typedef struct bcn_csv_record {
    bcn_bytes *texts; /* quotes undone, spaces kept */
    size_t count;
    size_t length;  /* bytes used, with what was skipped before */
    uint64_t lines; /* lines used, with empty ones before */
    size_t flaw;    /* first field with a quote out of place, from 1; 0 none */
    char *memory;
    size_t capacity;
} bcn_csv_record;

/* Take apart the first record behind a byte order mark and empty lines.
 * `whole` says that the text ends where the source ends; otherwise BCN_RANGE
 * says that the record does not end in the text, and more is needed.
 * BCN_INVALID: no record, an unfinished quote, or more than
 * BCN_CSV_FIELDS_MAX fields.  Free the record in any case. */
BCN_MUST_USE bcn_status bcn_csv_record_read(bcn_bytes text, bool whole,
                                            char delimiter, char quote,
                                            bcn_csv_record *record,
                                            bcn_error *error);
void bcn_csv_record_free(bcn_csv_record *record);

#endif
