/* memory.h - the only door to the allocator.
 *
 * Everything the core allocates passes here, so that a test can make the
 * n-th request fail and watch what happens, and so that sizes are computed
 * in one place that cannot wrap.  Small things come from bcn_alloc; arrays
 * that live in a log or a cube, and may be seen by several owners (another
 * log, an exported Arrow array, a NumPy view), are blocks. */
#ifndef BCN_MEMORY_H
#define BCN_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* Like malloc, calloc, realloc and free, but a request of zero bytes gives
 * one byte, so that NULL always means failure.  bcn_free(NULL) does nothing. */
BCN_MUST_USE void *bcn_alloc(size_t count, size_t size);
BCN_MUST_USE void *bcn_calloc(size_t count, size_t size);
BCN_MUST_USE void *bcn_realloc(void *memory, size_t count, size_t size);
void bcn_free(void *memory);

/* Make room for `needed` elements in a growing array: `*memory` and
 * `*capacity` change together, and only on success.  Growth is geometric;
 * on Linux pages that were never written cost nothing. */
BCN_MUST_USE bcn_status bcn_grow(void **memory, size_t *capacity,
                                 size_t needed, size_t size);

/* A shared array.  Born with one owner; `keep` adds one, `drop` takes one
 * away and the last frees it.  The count is atomic: owners may live on any
 * thread, and dropping needs no interpreter.  Data are 64-byte aligned, large
 * blocks 2 MiB-aligned and offered to the kernel as huge pages. */
typedef struct bcn_block bcn_block;
BCN_MUST_USE bcn_block *bcn_block_new(size_t count, size_t size, bool zeroed);
/* Take over memory from bcn_alloc/bcn_realloc/bcn_grow: freed with the block.
 * On failure returns NULL and the memory stays the caller's. */
BCN_MUST_USE bcn_block *bcn_block_wrap(void *memory, size_t bytes);
bcn_block *bcn_block_keep(bcn_block *block);
void bcn_block_drop(bcn_block *block); /* NULL is fine */
void *bcn_block_data(const bcn_block *block);
size_t bcn_block_bytes(const bcn_block *block);

/* Memory between two uses.  Clearing fresh pages takes the kernel longer than
 * counting into them, so large blocks made from a spare return to it when
 * their last owner drops them, and the next request of that size has them.
 * A spare keeps BCN_SPARES blocks of 4 to 256 MiB at most, on Linux as pages
 * that the kernel may take back when it is short; all go when it is closed,
 * and what returns later is freed.  Blocks may outlive the closing. */
enum { BCN_SPARES = 2 };
typedef struct bcn_spare bcn_spare;
BCN_MUST_USE bcn_spare *bcn_spare_new(void);
void bcn_spare_close(bcn_spare *spare); /* NULL is fine */
/* A block that holds anything; without a spare, bcn_block_new. */
BCN_MUST_USE bcn_block *bcn_spare_block(bcn_spare *spare, size_t count,
                                        size_t size);

/* Testing: let `successes` requests pass, then fail the next (and, when
 * `onward`, all after it).  A negative number switches this off.  The count of
 * requests since the last call is returned by bcn_memory_requests. */
void bcn_memory_fail(long successes, bool onward);
long bcn_memory_requests(void);

/* a * b and a + b, or false when they wrap. */
static inline bool
bcn_size_mul(size_t a, size_t b, size_t *out)
{
    if (b != 0 && a > SIZE_MAX / b) {
        return false;
    }
    *out = a * b;
    return true;
}

static inline bool
bcn_size_add(size_t a, size_t b, size_t *out)
{
    if (a > SIZE_MAX - b) {
        return false;
    }
    *out = a + b;
    return true;
}

#endif
