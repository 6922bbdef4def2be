/* batch.h - what every reader hands to the log builder.
 *
 * A batch is a run of consecutive rows of one source in columns, in the order
 * of the schema.  A reader turns its format into these few forms and judges
 * only what the format itself shows (a field that is no time, a line with too
 * few fields); what a label means, what is required, duplicates and the
 * ledger are the builder's.  A batch borrows everything for the call.  Keep
 * batches small (some 64 Ki rows) so that they stay in cache. */
#ifndef BCN_BATCH_H
#define BCN_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/labels.h"
#include "base/reason.h"

typedef enum bcn_kind {
    BCN_LABEL,   /* a text of a closed set */
    BCN_TIME,    /* microseconds since 1970-01-01 UTC, or a date */
    BCN_INTEGER, /* a whole number */
    BCN_ID       /* an identifier: whole numbers, or texts */
} bcn_kind;

#define BCN_MISSING INT64_MIN /* in a time or integer column */

/* The labels a reader has met, in its own numbering.  `texts` grows while the
 * reader reads; `codes[i]` is what the builder has made of text i, for i <
 * resolved (the builder extends it when it commits a batch).  A reader keeps
 * one dictionary per column for as long as its numbering holds (a CSV worker:
 * for ever; an Arrow batch: for that batch). */
typedef struct bcn_dictionary {
    bcn_labels *texts;
    uint32_t *codes;
    size_t resolved, capacity;
} bcn_dictionary;

typedef struct bcn_slice {
    const uint32_t *codes;      /* label: number in dictionary, or BCN_NONE */
    bcn_dictionary *dictionary; /* label */
    bool stated;                /* label: surely none is BCN_NONE */
    const int64_t *values;      /* time, integer, id as whole numbers */
    bool bounded;               /* surely none is missing, and all are */
    int64_t least, most;        /* between these */
    const bcn_bytes *texts;     /* id as texts, when values is NULL */
    int dates; /* time: 1 when some were dates, without hours */
} bcn_slice;   /* a column not in the source: all zero */

/* A value that a reader could not take.  Faults are sorted by row, at most
 * one per row: the first in the order of the schema.  The row's other values
 * may be anything. */
typedef struct bcn_fault {
    uint32_t row;    /* in the batch */
    uint16_t column; /* in the schema; UINT16_MAX: the whole row */
    uint16_t reason; /* bcn_reason */
    bcn_bytes value; /* as it stood in the source */
} bcn_fault;

/* Where rows start in a text source: row `row` starts at line `line`, and
 * the rows after it on the following lines, one each, until the next entry.
 * Lines count from 1, header included. */
typedef struct bcn_line {
    uint32_t row;
    uint64_t line;
} bcn_line;

typedef struct bcn_batch {
    size_t rows;
    const bcn_slice *slices; /* one per column of the schema */
    const bcn_fault *faults;
    size_t fault_count;
    const bcn_line *lines; /* none: the source has no lines */
    size_t line_count;
} bcn_batch;

/* Where batches go.  Called in the order of the source, never at the same
 * time twice; anything but BCN_OK ends the reading with that status. */
typedef struct bcn_sink {
    bcn_status (*take)(void *context, const bcn_batch *batch);
    void *context;
} bcn_sink;

#endif
