/* tally_ids.h - records by their identity, so that each counts once.
 *
 * What a tally keeps of a record with an id: a 128-bit hash of its id and key
 * labels, a 64-bit hash of all its other values, the cell it counts in and how
 * much.  Of rows with one key, those with the least hash of values count as one
 * record; more of these are duplicates, all others conflicts.  That is a
 * function of the set of rows alone: no order, split or tree of merges matters,
 * and nothing is ever taken back out of the cells, which are made from this
 * when they are asked for.
 *
 * Two different ids are taken for one with a chance of 2^-128 for each pair of
 * records (less than 10^-20 in ten billion records); who may choose ids can
 * make such a pair.  48 bytes a record; immutable, any thread may read. */
#ifndef BCN_TALLY_IDS_H
#define BCN_TALLY_IDS_H

#include "base/wire.h"
#include "model/log.h"
#include "model/tally.h"

typedef struct bcn_id {
    uint64_t key[2], value;
    int64_t bucket, amount; /* bucket and cell are 0 where the amount is */
    uint32_t cell, count;   /* rows with this very value */
} bcn_id;

typedef struct bcn_ids {
    size_t count;
    uint64_t same; /* rows that agree with their record: all counts together */
    bcn_id *items; /* by rising key */
} bcn_ids;

/* A column that takes part: `texts` are 16 bytes for each label of a column of
 * labels, the digests of its texts; NULL for other kinds. */
typedef struct bcn_ids_column {
    size_t column;
    const unsigned char *texts;
    size_t labels;
} bcn_ids_column;

typedef struct bcn_ids_rows {
    const bcn_log *log;
    size_t id;
    const bcn_ids_column *keys, *values;
    size_t key_count, value_count;
    const uint64_t *cells;    /* of each row, BCN_SKIP: not counted */
    const bcn_column *amount; /* NULL: each row is one */
    uint64_t bucket_cells;    /* cells of a bucket */
    const int64_t *buckets;   /* NULL: there is one, 0 */
    size_t bucket_count;
} bcn_ids_rows;

/* The records of the rows that state an id, `*identified` in number.  The cells and amounts of the
 * others, as far as they are counted, go to `loose_cells` and `loose_amounts`,
 * which have room for all rows; `*loose` is their number. */
BCN_MUST_USE bcn_status bcn_ids_of_rows(const bcn_ids_rows *rows,
                                        bcn_watch *watch,
                                        uint64_t *loose_cells,
                                        int64_t *loose_amounts, size_t *loose,
                                        size_t *identified, bcn_ids **out,
                                        bcn_error *error);
/* Bring rows in any order, one entry each, into order, one entry a record. */
BCN_MUST_USE bcn_status bcn_ids_settle(bcn_ids *ids);
void bcn_ids_free(bcn_ids *ids); /* NULL is fine */
/* All records of both. */
BCN_MUST_USE bcn_status bcn_ids_merge(const bcn_ids *a, const bcn_ids *b,
                                      bcn_ids **out);
/* As bcn_tally_recode. */
BCN_MUST_USE bcn_status bcn_ids_recode(const bcn_ids *ids,
                                       const bcn_shape *shape, size_t axis,
                                       const uint32_t *map, uint64_t size,
                                       bcn_ids **out, bcn_error *error);
/* The cells of all records. */
BCN_MUST_USE bcn_status bcn_ids_tally(const bcn_ids *ids, size_t clocks,
                                      uint64_t cells, bcn_tally **out,
                                      bcn_error *error);
void bcn_ids_write(const bcn_ids *ids, bcn_writer *writer);
/* BCN_CORRUPT for anything but what bcn_ids_write gives over so many cells. */
BCN_MUST_USE bcn_status bcn_ids_read(const void *bytes, size_t length,
                                     uint64_t cells, bcn_ids **out,
                                     bcn_error *error);

#endif
