/* log.h - records in columns, as they stay.
 *
 * A log is what a builder leaves when it has finished: immutable, shared by
 * count, read by any number of threads.  Each column is one block of codes,
 * times or numbers (column.h), with bits for what is not stated; ids that are
 * texts are two blocks, ends and bytes. */
#ifndef BCN_LOG_H
#define BCN_LOG_H

#include "model/builder.h"
#include "model/column.h"

typedef struct bcn_log_column {
    bool present;
    bcn_column view; /* what a plan reads; ids as texts have none */
    bool texts, dates, rising;
    size_t missing; /* numbers and times: rows that state none */
    bcn_block *values, *stated, *ends, *bytes, *slots;
} bcn_log_column;

typedef struct bcn_log bcn_log;

/* Take over what a finished builder holds: its stores are empty afterwards,
 * its account stays.  On failure the builder can only be freed. */
BCN_MUST_USE bcn_status bcn_log_new(bcn_builder *builder, bcn_log **out);
/* The same records with `count` further columns, whose blocks it shares as it
 * does those of `log`; BCN_RANGE for more than BCN_MAX_FIELDS in all. */
BCN_MUST_USE bcn_status bcn_log_with(const bcn_log *log,
                                     const bcn_log_column *more, size_t count,
                                     bcn_log **out);
bcn_log *bcn_log_keep(bcn_log *log);
void bcn_log_drop(bcn_log *log); /* NULL is fine */

size_t bcn_log_rows(const bcn_log *log);
size_t bcn_log_count(const bcn_log *log); /* columns, present or not */
const bcn_log_column *bcn_log_at(const bcn_log *log, size_t column);
/* Set seen[code] for each code that a row of a column of labels has, "not
 * stated" included; `seen` has 256 entries, or 65,536 for codes of two bytes.
 * Says whether any was 0 before. */
bool bcn_log_mark(const bcn_log *log, size_t column, uint8_t *seen);
/* Where the memory of large answers waits for the next question. */
bcn_spare *bcn_log_spare(const bcn_log *log);
/* Bytes of all columns; those of ids apart. */
void bcn_log_bytes(const bcn_log *log, size_t *columns, size_t *ids);

#endif
