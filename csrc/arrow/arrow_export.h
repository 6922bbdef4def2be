/* arrow_export.h - columns on their way out.
 *
 * A table is an immutable list of named columns over shared blocks.  It makes
 * schemas, arrays and streams, each time new ones, which own shares of the
 * blocks and nothing else: they outlive the table, may be moved, and are
 * released from any thread without an interpreter.
 *
 * A column whose memory has no block is lent: it must outlive every array
 * made from it, so lent tables are read here and never handed out. */
#ifndef BCN_ARROW_EXPORT_H
#define BCN_ARROW_EXPORT_H

#include <stddef.h>

#include "arrow/abi.h"
#include "base/memory.h"
#include "base/status.h"

/* A buffer and the block it lies in, or NULL for lent memory. */
typedef struct bcn_arrow_buffer {
    const void *data;
    bcn_block *owner;
} bcn_arrow_buffer;

/* Texts as UTF-8: int32 offsets (count + 1 of them) and bytes. */
typedef struct bcn_arrow_texts {
    bcn_arrow_buffer offsets, bytes;
    size_t count;
} bcn_arrow_texts;

/* One column.  `format` is the interface's; for labels it is the format of
 * the codes, and `labels` what they stand for. */
typedef struct bcn_arrow_field {
    const char *name;
    const char *format;
    bcn_arrow_buffer validity; /* bits, 1: there is a value; or no data */
    bcn_arrow_buffer data;     /* elements, bits, or int32 text offsets */
    bcn_arrow_buffer bytes;    /* of texts */
    int64_t nulls;
    const bcn_arrow_texts *labels; /* NULL: not labels */
} bcn_arrow_field;

typedef struct bcn_arrow_table bcn_arrow_table;

/* Copies names and formats and takes shares of the blocks; NULL when there is
 * no memory.  Rows and fields must agree: nothing is checked here. */
BCN_MUST_USE bcn_arrow_table *
bcn_arrow_table_new(const bcn_arrow_field *fields, size_t count, size_t rows);
bcn_arrow_table *bcn_arrow_table_keep(bcn_arrow_table *table);
void bcn_arrow_table_drop(bcn_arrow_table *table); /* NULL is fine */
size_t bcn_arrow_table_rows(const bcn_arrow_table *table);
size_t bcn_arrow_table_count(const bcn_arrow_table *table);

BCN_MUST_USE bcn_status bcn_arrow_table_schema(const bcn_arrow_table *table,
                                               struct ArrowSchema *out);
BCN_MUST_USE bcn_status bcn_arrow_table_array(const bcn_arrow_table *table,
                                              struct ArrowArray *out);
/* A stream of one batch. */
BCN_MUST_USE bcn_status bcn_arrow_table_stream(bcn_arrow_table *table,
                                               struct ArrowArrayStream *out);

/* A stream over one foreign array: both structs are moved into it.  The
 * schemas that it gives must not outlive it, so it is for the reader of this
 * house only. */
BCN_MUST_USE bcn_status bcn_arrow_stream_once(struct ArrowSchema *schema,
                                              struct ArrowArray *array,
                                              struct ArrowArrayStream *out);

#endif
