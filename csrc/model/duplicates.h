/* duplicates.h - rows whose record came before.
 *
 * Two rows are the same record when their ids and key labels agree.  Ids that
 * rise strictly cost nothing, ids that never fall one look at each; any other
 * order is split by hash into parts that fit the cache, where a small table
 * finds the pairs, and every pair is compared in full.  The answer depends on
 * the rows alone, not on threads.  Some 8 bytes a row while it runs. */
#ifndef BCN_DUPLICATES_H
#define BCN_DUPLICATES_H

#include "base/thread.h"
#include "model/store.h"

/* Row rows[i] repeats the record of the earlier row firsts[i], the first of
 * its kind; rows rise. */
typedef struct bcn_repeats {
    uint32_t *rows, *firsts;
    size_t count, capacity, firsts_capacity;
} bcn_repeats;

BCN_MUST_USE bcn_status bcn_repeats_find(const bcn_store *stores,
                                         const bcn_schema *schema,
                                         size_t workers, bcn_watch *watch,
                                         bcn_repeats *repeats);
void bcn_repeats_free(bcn_repeats *repeats);

/* Do two rows agree in every column that is present? */
bool bcn_repeat_same(const bcn_store *stores, size_t count, size_t a,
                     size_t b);

#endif
