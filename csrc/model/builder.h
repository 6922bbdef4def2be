/* builder.h - rows in, a log out.
 *
 * Every reader feeds this one builder: it gives labels their meaning, refuses
 * what is not valid, keeps the account, narrows the columns, and at the end
 * takes out what is there twice.  A batch is taken whole or not at all.
 *
 *     seen = gone + accepted + refused + duplicates
 *
 * holds after every call.  The builder is used by one thread at a time (its
 * readers take turns); after a failed call it can only be freed. */
#ifndef BCN_BUILDER_H
#define BCN_BUILDER_H

#include "base/error.h"
#include "base/thread.h"
#include "model/ledger.h"
#include "model/origins.h"
#include "model/store.h"

/* What a text of a closed domain stands for: its code, or BCN_REFUSED plus a
 * reason.  Asked once per column and text; a status ends the reading. */
typedef bcn_status (*bcn_resolve)(void *context, size_t column, bcn_bytes text,
                                  uint32_t *code);

typedef struct bcn_builder_options {
    bcn_resolve resolve;
    void *context;
    bool raise;  /* stop at the first refused row */
    size_t keep; /* refused rows to keep whole */
    size_t workers;
} bcn_builder_options;

typedef struct bcn_builder {
    bcn_schema schema;
    bcn_builder_options options;
    bcn_store stores[BCN_MAX_FIELDS];
    bcn_ledger ledger;
    uint32_t source;      /* the present one */
    uint64_t source_rows; /* of it, so far */
    uint64_t seen, accepted, duplicates;
    uint64_t gone;       /* rows, accepted or refused, of before a renewal */
    bcn_origins origins; /* kept from the first row with an id on */
    uint8_t *skip;       /* of the batch in hand */
    size_t skip_capacity;
    bool stopped; /* `raise` met a refused row: it is ledger.kept[0] */
} bcn_builder;

BCN_MUST_USE bcn_status bcn_builder_init(bcn_builder *builder,
                                         const bcn_schema *schema,
                                         const bcn_builder_options *options);
void bcn_builder_free(bcn_builder *builder);

/* Begin the next source; sources count from 0. */
void bcn_builder_begin(bcn_builder *builder, uint32_t source);
/* Say that the source has a column, so that the log will have it even if no
 * row comes. */
BCN_MUST_USE bcn_status bcn_builder_expect(bcn_builder *builder,
                                           size_t column);
/* Take the next rows of the source.  BCN_INVALID with `stopped` set: a row was
 * refused and `raise` asked for. */
BCN_MUST_USE bcn_status bcn_builder_take(bcn_builder *builder,
                                         const bcn_batch *batch);
/* The same as a sink for a reader. */
bcn_sink bcn_builder_sink(bcn_builder *builder);
/* After the last row: find duplicates and conflicts, order the ledger.  */
BCN_MUST_USE bcn_status bcn_builder_finish(bcn_builder *builder,
                                           bcn_watch *watch);
/* After bcn_log_new took the rows: begin again without rows and with an empty
 * ledger, in the middle of a source.  What labels mean stays, so readers go on
 * with their dictionaries; `seen` goes on, and what became of the rows before is
 * the caller's to add up.  Not with ids: repeats are found
 * among the rows of one log.  On failure the builder can only be freed. */
BCN_MUST_USE bcn_status bcn_builder_renew(bcn_builder *builder);

#endif
