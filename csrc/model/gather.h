/* gather.h - adding up cells of an index space too large to lay out.
 *
 * Takes (index, value) in any order and yields every index once, ascending,
 * with the exact sum of its values.  Blocks of indices are sorted and summed,
 * and kept as runs whose lengths at least halve from the oldest to the
 * newest; two runs are merged when that would break.  So memory follows the
 * different indices, not the rows, and each entry is moved O(log) times. */
#ifndef BCN_GATHER_H
#define BCN_GATHER_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/wide.h"

typedef struct bcn_entry {
    uint64_t index;
    bcn_wide value;
} bcn_entry;

typedef struct bcn_gather bcn_gather;

enum { BCN_GATHER_BLOCK = 1 << 16 }; /* pushes of this size are the best */

BCN_MUST_USE bcn_gather *bcn_gather_new(void);
void bcn_gather_free(bcn_gather *gather);
/* Add values[i], or 1 when `values` is NULL, to the cell indices[i].
 * On BCN_NOMEM some of the rows may have been added: give up the whole. */
BCN_MUST_USE bcn_status bcn_gather_push(bcn_gather *gather,
                                        const uint64_t *indices,
                                        const bcn_wide *values, size_t count);
/* Add all that `other` holds, which is empty afterwards. */
BCN_MUST_USE bcn_status bcn_gather_merge(bcn_gather *gather,
                                         bcn_gather *other);
/* Everything as one ascending run, borrowed until the next call.  A sum that
 * came out as zero is still an entry. */
BCN_MUST_USE bcn_status bcn_gather_finish(bcn_gather *gather,
                                          const bcn_entry **entries,
                                          size_t *count);

#endif
