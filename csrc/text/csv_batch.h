/* csv_batch.h - rows of a block gathered into one batch.
 *
 * One per worker, for the whole reading: its dictionaries number labels for
 * ever, its arrays are used again and again.  Slices and faults point into
 * the block, so a batch is handed on before its block goes. */
#ifndef BCN_CSV_BATCH_H
#define BCN_CSV_BATCH_H

#include "text/csv_cells.h"

typedef struct bcn_csv_batch {
    bcn_csv_cells *cells; /* one per column */
    bcn_slice *slices;
    size_t column_count;
    size_t rows, capacity;
    size_t fields;
    bcn_fault *faults;
    size_t fault_count, fault_capacity;
    bcn_line *lines;
    size_t line_count, line_capacity;
    uint64_t next_line; /* in the block, of the next row */
    bcn_scratch scratch;
    bcn_time_rule times;
    bcn_csv_span span;
} bcn_csv_batch; /* all zero to begin with */

BCN_MUST_USE bcn_status bcn_csv_batch_new(bcn_csv_batch *batch,
                                          const bcn_csv_options *options);
void bcn_csv_batch_free(bcn_csv_batch *batch);
/* Add records of the window from `from` on; `*taken` says how many.  Fewer
 * than there are: hand the batch on, clear it, and add the rest. */
BCN_MUST_USE bcn_status bcn_csv_batch_add(bcn_csv_batch *batch,
                                          const bcn_csv_rows *rows,
                                          size_t from, size_t *taken);
/* The batch as the sink sees it, the block's first line being `line`. */
bcn_batch bcn_csv_batch_view(bcn_csv_batch *batch, uint64_t line);
void bcn_csv_batch_clear(bcn_csv_batch *batch);

#endif
