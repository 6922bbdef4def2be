/* scratch.h - short-lived memory that stays where it is.
 *
 * Pieces are handed out one after the other and all taken back at once.
 * Unlike a growing array, a piece never moves, so slices may point at it.  The
 * largest chunk is kept for the next round. */
#ifndef BCN_SCRATCH_H
#define BCN_SCRATCH_H

#include <stddef.h>

#include "base/status.h"

typedef struct bcn_scratch {
    struct bcn_scratch_chunk *chunk; /* the newest; NULL: none yet */
} bcn_scratch;                       /* all zero to begin with */

/* Memory for characters, or NULL. */
BCN_MUST_USE char *bcn_scratch_take(bcn_scratch *scratch, size_t size);
/* Everything taken so far is given back. */
void bcn_scratch_reset(bcn_scratch *scratch);
void bcn_scratch_free(bcn_scratch *scratch);

#endif
