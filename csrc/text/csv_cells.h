/* csv_cells.h - one column of a batch in the making.
 *
 * A column reads its field of many records in one loop, so each kind's loop
 * is small and predictable: the ends of the fields are known (csv_rows.h), no
 * record waits for the one before.  Labels go through a small cache keyed by
 * the field's raw bytes, up to 16 of them in two words: quotes, spaces and
 * encoding are judged once per different field, not once per row. */
#ifndef BCN_CSV_CELLS_H
#define BCN_CSV_CELLS_H

#include "text/csv.h"
#include "text/csv_rows.h"
#include "text/scratch.h"

/* Labels already seen, by their raw bytes: up to 7 of them and their number in
 * one word (two such share a place), or 8 to 16 in two words.  A field of 255
 * bytes has no place in either, so memory full of ones is an empty cache. */
typedef struct bcn_csv_short {
    uint64_t keys[2];
    uint32_t codes[2];
} bcn_csv_short;

typedef struct bcn_csv_known {
    uint64_t head, tail;
    uint32_t length, code;
} bcn_csv_known;

typedef struct bcn_csv_cells {
    bcn_kind kind;
    int field;
    uint16_t column; /* in the schema */
    const bcn_labels *unstated;
    uint32_t *codes;
    int64_t *values;
    bcn_bytes *texts;
    bool as_texts; /* an id: this batch's are texts */
    bcn_dictionary dictionary;
    bcn_csv_short *shorts;
    bcn_csv_known *known;
    bcn_time_memo memo;
    int form; /* of times: 0 not known yet, 1 dates, 2 instants */
    int form_before;
} bcn_csv_cells;

/* Where the cells stand, and where what they meet goes. */
typedef struct bcn_csv_span {
    const bcn_csv_rows *rows;
    size_t from, count; /* records of the window */
    size_t row;         /* of the batch, where the first of them goes */
    size_t capacity;    /* rows of a batch */
    const bcn_time_rule *times;
    bcn_scratch *scratch; /* for texts, until the batch is handed on */
    /* One fault per record, the first column's: slots[r] is one more than its
     * place in faults, 0 for none. */
    uint32_t *slots;
    bcn_fault *faults;
    size_t fault_count, fault_capacity;
} bcn_csv_span;

BCN_MUST_USE bcn_status bcn_csv_cells_new(bcn_csv_cells *cells,
                                          const bcn_csv_column *column,
                                          uint16_t number, size_t capacity);
void bcn_csv_cells_free(bcn_csv_cells *cells);
/* Note what is wrong with record `record` of the span. */
BCN_MUST_USE bcn_status bcn_csv_span_fault(bcn_csv_span *span, size_t record,
                                           uint16_t column, bcn_reason reason,
                                           bcn_bytes value);
/* Read the span.  Times may take fewer records: they lower span->count to
 * where dates and instants would meet. */
BCN_MUST_USE bcn_status bcn_csv_cells_read(bcn_csv_cells *cells,
                                           bcn_csv_span *span);

#endif
