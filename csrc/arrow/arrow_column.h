/* arrow_column.h - one column on its way from Arrow to a slice.
 *
 * Set up once per stream, bound to each record batch, asked for slices.  All
 * scratch belongs to the column, is made on first need and used again, so a
 * column that needs no conversion owns nothing. */
#ifndef BCN_ARROW_COLUMN_H
#define BCN_ARROW_COLUMN_H

#include "arrow/arrow_read.h"
#include "arrow/arrow_view.h"

typedef struct bcn_arrow_faults {
    bcn_fault *items; /* sorted by row, one per row */
    size_t count, capacity;
    bcn_fault *spare;
    size_t spare_capacity;
} bcn_arrow_faults;

typedef struct bcn_arrow_column {
    const bcn_arrow_options *options;
    const char *name;
    bcn_kind kind;
    uint16_t number; /* in the schema */
    bool present;
    size_t child;              /* in the record batch */
    bool indexed;              /* dictionary encoded */
    bcn_arrow_type type;       /* of the values */
    bcn_arrow_type key;        /* of the indices */
    bcn_arrow_view values;     /* this batch's */
    bcn_arrow_view keys;       /* this batch's, when indexed */
    bcn_dictionary dictionary; /* label */
    uint32_t *remap;           /* this batch's numbers to the dictionary's */
    size_t remap_capacity;
    bool identity; /* remap[i] == i for all */
    /* Scratch for BCN_ARROW_ROWS rows each. */
    uint8_t *missing;
    uint32_t *codes;
    int64_t *numbers;
    bcn_bytes *texts;
    char *gathered;    /* 8 bytes a row */
    char (*notes)[32]; /* what numbers looked like, for faults and ids */
    size_t note_count;
} bcn_arrow_column;

/* Refuses, by name, a type that cannot be what is wanted. */
BCN_MUST_USE bcn_status bcn_arrow_column_open(bcn_arrow_column *column,
                                              const bcn_arrow_options *options,
                                              size_t number,
                                              const struct ArrowSchema *schema,
                                              bcn_error *error);
void bcn_arrow_column_close(bcn_arrow_column *column);

/* Look at the column's array of a record batch; `first` and `rows` are the
 * part of it that the batch shows. */
BCN_MUST_USE bcn_status bcn_arrow_column_bind(bcn_arrow_column *column,
                                              const struct ArrowArray *array,
                                              size_t first, size_t rows,
                                              bcn_error *error);

/* Rows from .. from + count of the batch.  `rows` is the record batch's own
 * validity, or NULL.  The slice is good until the next call. */
BCN_MUST_USE bcn_status bcn_arrow_column_slice(bcn_arrow_column *column,
                                               size_t from, size_t count,
                                               const bcn_arrow_view *rows,
                                               bcn_slice *slice,
                                               bcn_arrow_faults *faults,
                                               bcn_error *error);

/* --- shared by the files that convert --- */

/* A piece of a column, without its dictionary. */
typedef struct bcn_arrow_piece {
    bcn_arrow_column *column;
    const bcn_arrow_view *view;
    size_t from, count;
    const uint8_t *missing; /* NULL: none is */
    bcn_arrow_faults *faults;
    bcn_error *error;
} bcn_arrow_piece;

BCN_MUST_USE bcn_status bcn_arrow_fault(bcn_arrow_piece *piece, size_t row,
                                        bcn_reason reason, bcn_bytes value);
/* The same for a number, shown in `note`. */
BCN_MUST_USE bcn_status bcn_arrow_fault_note(bcn_arrow_piece *piece,
                                             size_t row, bcn_reason reason,
                                             const char *note);
/* Merge what a column has added after `before` entries. */
BCN_MUST_USE bcn_status bcn_arrow_faults_merge(bcn_arrow_faults *faults,
                                               size_t before);

BCN_MUST_USE bcn_status bcn_arrow_room(void *scratch, size_t size);

/* Decimal digits; returns the length. */
size_t bcn_arrow_digits(int64_t value, char text[32]);

/* column->numbers from a numeric piece, as the slice's values; missing ones
 * BCN_MISSING. */
BCN_MUST_USE bcn_status bcn_arrow_numbers(bcn_arrow_piece *piece, bool exact,
                                          bcn_slice *slice);
/* column->numbers from a piece of stamps, dates or column->texts. */
BCN_MUST_USE bcn_status bcn_arrow_times(bcn_arrow_piece *piece,
                                        bcn_slice *slice);

/* Labels: see arrow_labels.c. */
BCN_MUST_USE bcn_status bcn_arrow_labels_bind(bcn_arrow_column *column,
                                              bcn_error *error);
BCN_MUST_USE bcn_status bcn_arrow_labels_keys(bcn_arrow_piece *piece,
                                              bcn_slice *slice);
BCN_MUST_USE bcn_status bcn_arrow_labels_texts(bcn_arrow_piece *piece,
                                               bcn_slice *slice);
BCN_MUST_USE bcn_status bcn_arrow_labels_numbers(bcn_arrow_piece *piece,
                                                 bcn_slice *slice);

#endif
