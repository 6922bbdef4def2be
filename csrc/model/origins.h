/* origins.h - where the rows of a log stood in their sources.
 *
 * What is found at the end, a row that contradicts an earlier one, has to be
 * told with its place.  Rows mostly follow one another, so the places are kept
 * as runs: a run ends where a row was refused, a record took several lines, or
 * a source ended.  A log of clean lines costs one entry for each source. */
#ifndef BCN_ORIGINS_H
#define BCN_ORIGINS_H

#include "base/batch.h"
#include "base/memory.h"

/* Row `row` of the log is row `at` of `source` on line `line` (0: the source
 * has no lines), and so on one by one until the next entry. */
typedef struct bcn_origin {
    uint64_t row, at, line;
    uint32_t source;
} bcn_origin;

typedef struct bcn_origins {
    bcn_origin *items;
    size_t count, capacity;
} bcn_origins;

/* The line of row `row` of a batch; `*entry` walks along its lines and begins
 * at 0.  Rows are asked for in rising order.  0: the source has no lines. */
uint64_t bcn_batch_line(const bcn_batch *batch, size_t row, size_t *entry);

/* Note where the rows of a batch stood, less those marked in `skip` (NULL:
 * none).  `from.row` is the log's number of the first that stays, `from.at` the
 * number of the batch's first row in its source. */
BCN_MUST_USE bcn_status bcn_origins_note(bcn_origins *origins,
                                         const bcn_batch *batch,
                                         bcn_origin from, const uint8_t *skip);
/* The place of a row that was noted. */
bcn_origin bcn_origins_find(const bcn_origins *origins, uint64_t row);
void bcn_origins_free(bcn_origins *origins);

#endif
