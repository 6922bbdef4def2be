#if defined(__linux__) && !defined(_DEFAULT_SOURCE)
#define _DEFAULT_SOURCE 1 /* madvise */
#endif
#include "base/memory.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>
#endif

enum {
    LINE = 64,
    HUGE_PAGE = 2 << 20,
    SPARE_LEAST = 4 << 20,
    SPARE_MOST = 256 << 20
};

struct bcn_block {
    atomic_size_t owners;
    void *data;
    size_t bytes;
    bcn_spare *home; /* where it returns to; NULL: it is freed */
};

/* Owned by whoever made it and by each block that is out. */
struct bcn_spare {
    atomic_size_t owners;
    atomic_bool closed;
    _Atomic(bcn_block *) held[BCN_SPARES];
};

/* Off unless a test asks: the hot paths allocate blocks, not elements, so
 * one relaxed load per request is free. */
static atomic_long fail_after = -1;
static atomic_bool fail_onward = false;
static atomic_long requests = 0;

void
bcn_memory_fail(long successes, bool onward)
{
    atomic_store(&requests, 0);
    atomic_store(&fail_onward, onward);
    atomic_store(&fail_after, successes);
}

long
bcn_memory_requests(void)
{
    return atomic_load(&requests);
}

static bool
refused(void)
{
    long limit = atomic_load_explicit(&fail_after, memory_order_relaxed);
    if (limit < 0) {
        return false;
    }
    long mine = atomic_fetch_add(&requests, 1);
    return atomic_load(&fail_onward) ? mine >= limit : mine == limit;
}

/* Advice only: large arrays fault in by 2 MiB instead of 4 KiB, which saves
 * most of the time that fresh memory costs. */
static void
offer_huge_pages(void *memory, size_t bytes)
{
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    if (bytes >= (size_t)4 * HUGE_PAGE) {
        uintptr_t start = ((uintptr_t)memory + HUGE_PAGE - 1) / HUGE_PAGE;
        uintptr_t end = ((uintptr_t)memory + bytes) / HUGE_PAGE;
        (void)madvise((void *)(start * HUGE_PAGE), (end - start) * HUGE_PAGE,
                      MADV_HUGEPAGE);
    }
#else
    (void)memory;
    (void)bytes;
#endif
}

/* The same for what realloc shall move later: all pages of the mapping, for
 * advice on a part would split it in the kernel's eyes, and what is split can
 * only be moved by copying. */
static void
offer_huge_mapping(void *memory, size_t bytes)
{
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    long unit = sysconf(_SC_PAGESIZE);
    if (bytes >= (size_t)4 * HUGE_PAGE && unit > 0) {
        uintptr_t page = (uintptr_t)unit;
        uintptr_t start = (uintptr_t)memory / page * page;
        uintptr_t end = ((uintptr_t)memory + bytes + page - 1) / page * page;
        (void)madvise((void *)start, end - start, MADV_HUGEPAGE);
    }
#else
    (void)memory;
    (void)bytes;
#endif
}

void *
bcn_alloc(size_t count, size_t size)
{
    size_t bytes;
    if (!bcn_size_mul(count, size, &bytes) || refused()) {
        return NULL;
    }
    return malloc(bytes != 0 ? bytes : 1);
}

void *
bcn_calloc(size_t count, size_t size)
{
    size_t bytes;
    if (!bcn_size_mul(count, size, &bytes) || refused()) {
        return NULL;
    }
    return calloc(bytes != 0 ? bytes : 1, 1);
}

void *
bcn_realloc(void *memory, size_t count, size_t size)
{
    size_t bytes;
    if (!bcn_size_mul(count, size, &bytes) || refused()) {
        return NULL;
    }
    return realloc(memory, bytes != 0 ? bytes : 1);
}

void
bcn_free(void *memory)
{
    free(memory);
}

/* How much a growing array asks for.  On Linux a page never written costs
 * nothing, so an array of some size goes on in steps that malloc gives a
 * mapping of its own, whatever it has learnt (it never does so above 32 MiB),
 * and whose last page is full: then realloc moves pages and copies nothing.
 * The mapping is a whole number of huge pages: the kernel puts such a one on
 * a boundary of them, so that they move whole.  Others it takes apart, and a
 * column in small pages is twice as dear to walk. */
static bool
room_for(size_t capacity, size_t needed, size_t size, size_t *room)
{
    *room = capacity < 8 ? 8 : capacity;
    while (*room < needed) {
        if (!bcn_size_add(*room, *room / 2 + 1, room)) {
            return false;
        }
    }
#if defined(__linux__)
    enum { MAPPED = 36 << 20, PAGE = 2 << 20, HEAD = 64 };
    size_t bytes, padded;
    if (bcn_size_mul(*room, size, &bytes) && bytes >= (size_t)2 * HUGE_PAGE) {
        bytes = bytes < MAPPED ? MAPPED : bytes;
        if (bcn_size_add(bytes, PAGE + HEAD, &padded)) {
            *room = (padded - padded % PAGE - HEAD) / size;
        }
    }
#else
    (void)size;
#endif
    return true;
}

bcn_status
bcn_grow(void **memory, size_t *capacity, size_t needed, size_t size)
{
    if (needed <= *capacity) {
        return BCN_OK;
    }
    size_t room;
    if (!room_for(*capacity, needed, size, &room)) {
        return BCN_NOMEM;
    }
    void *larger = bcn_realloc(*memory, room, size);
    if (larger == NULL) {
        return BCN_NOMEM;
    }
    offer_huge_mapping(larger, room * size);
    *memory = larger;
    *capacity = room;
    return BCN_OK;
}

static void *
aligned_new(size_t bytes, bool zeroed)
{
    size_t line = bytes >= (size_t)2 * HUGE_PAGE ? HUGE_PAGE : LINE;
    size_t padded;
    if (!bcn_size_add(bytes, line, &padded) || refused()) {
        return NULL;
    }
    padded -= padded % line;
    void *data = aligned_alloc(line, padded);
    if (data == NULL) {
        return NULL;
    }
    offer_huge_pages(data, padded);
    if (zeroed) {
        memset(data, 0, padded);
    }
    return data;
}

bcn_block *
bcn_block_new(size_t count, size_t size, bool zeroed)
{
    size_t bytes;
    if (!bcn_size_mul(count, size, &bytes)) {
        return NULL;
    }
    void *data = aligned_new(bytes, zeroed);
    if (data == NULL) {
        return NULL;
    }
    bcn_block *block = bcn_block_wrap(data, bytes);
    if (block == NULL) {
        free(data);
        return NULL;
    }
    return block;
}

bcn_block *
bcn_block_wrap(void *memory, size_t bytes)
{
    bcn_block *block = bcn_calloc(1, sizeof *block);
    if (block == NULL) {
        return NULL;
    }
    atomic_init(&block->owners, 1);
    block->data = memory;
    block->bytes = bytes;
    return block;
}

bcn_block *
bcn_block_keep(bcn_block *block)
{
    atomic_fetch_add_explicit(&block->owners, 1, memory_order_relaxed);
    return block;
}

static void
block_free(bcn_block *block)
{
    if (block != NULL) {
        free(block->data);
        bcn_free(block);
    }
}

static void
spare_empty(bcn_spare *spare)
{
    for (size_t i = 0; i < BCN_SPARES; i++) {
        block_free(atomic_exchange(&spare->held[i], NULL));
    }
}

static void
spare_drop(bcn_spare *spare)
{
    if (atomic_fetch_sub_explicit(&spare->owners, 1, memory_order_acq_rel) ==
        1) {
        spare_empty(spare);
        bcn_free(spare);
    }
}

/* Take a block back.  One that comes while the spare closes may be held all
 * the same: whoever owns the spare last frees it. */
static void
spare_return(bcn_spare *spare, bcn_block *block)
{
    block->home = NULL;
#if defined(__linux__) && defined(MADV_FREE)
    (void)madvise(block->data, block->bytes / HUGE_PAGE * HUGE_PAGE,
                  MADV_FREE);
#endif
    for (size_t i = 0; i < BCN_SPARES && block != NULL; i++) {
        bcn_block *none = NULL;
        if (!atomic_load(&spare->closed) &&
            atomic_compare_exchange_strong(&spare->held[i], &none, block)) {
            block = NULL;
        }
    }
    block_free(block);
    spare_drop(spare);
}

void
bcn_block_drop(bcn_block *block)
{
    if (block == NULL || atomic_fetch_sub_explicit(
                             &block->owners, 1, memory_order_acq_rel) != 1) {
        return;
    }
    if (block->home != NULL) {
        spare_return(block->home, block);
    } else {
        block_free(block);
    }
}

bcn_spare *
bcn_spare_new(void)
{
    bcn_spare *spare = bcn_calloc(1, sizeof *spare);
    if (spare != NULL) {
        atomic_init(&spare->owners, 1);
        atomic_init(&spare->closed, false);
        for (size_t i = 0; i < BCN_SPARES; i++) {
            atomic_init(&spare->held[i], NULL);
        }
    }
    return spare;
}

void
bcn_spare_close(bcn_spare *spare)
{
    if (spare != NULL) {
        atomic_store(&spare->closed, true);
        spare_empty(spare);
        spare_drop(spare);
    }
}

bcn_block *
bcn_spare_block(bcn_spare *spare, size_t count, size_t size)
{
    size_t bytes = 0;
    bool large = bcn_size_mul(count, size, &bytes) && bytes >= SPARE_LEAST &&
                 bytes <= SPARE_MOST;
    bcn_block *block = NULL;
    for (size_t i = 0;
         spare != NULL && large && block == NULL && i < BCN_SPARES; i++) {
        block = atomic_exchange(&spare->held[i], NULL);
        if (block != NULL && block->bytes != bytes) {
            block_free(block); /* another question now: make room */
            block = NULL;
        }
    }
    if (block != NULL) {
        atomic_store(&block->owners, 1);
    } else {
        block = bcn_block_new(count, size, false);
    }
    if (block != NULL && spare != NULL && large) {
        atomic_fetch_add_explicit(&spare->owners, 1, memory_order_relaxed);
        block->home = spare;
    }
    return block;
}

void *
bcn_block_data(const bcn_block *block)
{
    return block->data;
}

size_t
bcn_block_bytes(const bcn_block *block)
{
    return block->bytes;
}
