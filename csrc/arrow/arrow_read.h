/* arrow_read.h - record batches into the batches of the log builder.
 *
 * A stream hands over one array per record batch: a struct whose children
 * are the columns, with an offset and a validity bitmap of its own, or one
 * plain column.  Each is cut into pieces of at most BCN_ARROW_ROWS rows.
 *
 * Labels come from texts, from dictionaries with any index type (replaced in
 * every batch), or from whole numbers; one dictionary per column lasts for
 * the whole stream.  Int32 indices into a dictionary that agrees with it, and
 * int64 values that need no change, are handed on where they lie.
 *
 * Decided here, where the interface is silent:
 * - An empty text is missing, as it is in delimited text, and so is a NaN.
 * - A row whose struct is null has all its columns missing.
 * - A time finer than a microsecond becomes the microsecond it lies in
 *   (towards the past, so that order and calendar are kept).
 * - A time with a zone is already UTC, whatever the zone is called; one
 *   without goes through `localize`, or is a fault.
 * - Floats are numbers only where they are whole, and identifiers only up to
 *   2^53: beyond, neighbours have already been merged.
 * - An id column of numbers beyond int64 gives texts in that batch. */
#ifndef BCN_ARROW_READ_H
#define BCN_ARROW_READ_H

#include "arrow/abi.h"
#include "base/batch.h"
#include "base/error.h"
#include "base/thread.h"

enum { BCN_ARROW_ROWS = 1 << 15 };

/* Which column of the source feeds a column of the schema. */
typedef struct bcn_arrow_want {
    const char *name; /* NULL: not in the source */
    bcn_kind kind;
    /* Times, numbers, ids: texts that stand for a missing value; may be NULL */
    const bcn_labels *unstated;
} bcn_arrow_want;

/* What needs knowledge that this layer does not have; each may be NULL.
 * False means a fault with the reason given. */
typedef struct bcn_arrow_options {
    const bcn_arrow_want *columns;
    size_t count;
    bool (*parse_time)(void *context, bcn_bytes text, int64_t *utc, int *dates,
                       bcn_reason *reason);
    bool (*parse_integer)(void *context, bcn_bytes text, int64_t *value,
                          bcn_reason *reason);
    /* `naive`: microseconds on the wall clock, as if it were UTC's. */
    bool (*localize)(void *context, int64_t naive, int64_t *utc,
                     bcn_reason *reason);
    void *context;
} bcn_arrow_options;

/* Read a stream to its end.  The stream stays the caller's to release.  It
 * is used on this thread only; its producer may need an interpreter, which
 * must not be held here. */
BCN_MUST_USE bcn_status bcn_arrow_read(struct ArrowArrayStream *stream,
                                       const bcn_arrow_options *options,
                                       bcn_sink sink, bcn_watch *watch,
                                       bcn_error *error);

/* A schema as BCN_INVALID or BCN_IO with the producer's words; on success the
 * caller releases `out`. */
BCN_MUST_USE bcn_status bcn_arrow_schema(struct ArrowArrayStream *stream,
                                         struct ArrowSchema *out,
                                         bcn_error *error);

#endif
