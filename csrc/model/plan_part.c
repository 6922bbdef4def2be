#include <string.h>

#include "kernel/narrow.h"
#include "model/plan_crew.h"

/* Counting in any order into more cells than a cache holds: first the rows'
 * cells are dealt out to parts of the answer, then each part is counted in a
 * small table and written once.  A part is 65,536 cells, so a row waits as 16
 * bits.  Rows wait in chunks from one pool; every worker fills chunks of its
 * own, one for each part, and the chunks of a part hang together. */

enum {
    PART = BCN_PART,
    CHUNK = 2048,
    PARTED_CELLS = 1 << 18,
    PARTED_ROWS = 1 << 18
};
#define NO_CHUNK UINT32_MAX

struct bcn_parts {
    size_t parts; /* one more takes the rows that are not counted */
    size_t chunks;
    atomic_size_t taken;
    bcn_block *block; /* chunks x CHUNK rows: */
    uint16_t *pool;
    uint32_t *next;   /* of each chunk: the one filled before it */
    uint32_t *heads;  /* of each worker and part: its newest chunk */
    uint32_t *ends;   /* and where in the pool its next row goes */
    uint32_t *tables; /* of each worker: PART cells */
};

bool
bcn_parts_pay(const bcn_job *job)
{
    uint64_t rows = job->end - job->begin;
    return job->run == NULL && job->plan->measure == NULL &&
           job->cells > PARTED_CELLS && rows >= PARTED_ROWS &&
           rows <= UINT32_MAX && rows >= job->cells / 8;
}

uint64_t
bcn_parts_bytes(const bcn_job *job)
{
    return (uint64_t)(job->end - job->begin) * sizeof(uint16_t);
}

void
bcn_parts_free(bcn_parts *all)
{
    if (all != NULL) {
        bcn_block_drop(all->block);
        bcn_free(all->next);
        bcn_free(all->heads);
        bcn_free(all->ends);
        bcn_free(all->tables);
        bcn_free(all);
    }
}

static void
take_chunk(bcn_parts *all, size_t slot)
{
    size_t chunk = atomic_fetch_add(&all->taken, 1);
    all->next[chunk] = all->heads[slot];
    all->heads[slot] = (uint32_t)chunk;
    all->ends[slot] = (uint32_t)(chunk * CHUNK);
}

bcn_status
bcn_parts_new(const bcn_job *job, size_t workers, bcn_parts **out)
{
    bcn_parts *all = bcn_calloc(1, sizeof *all);
    if (all == NULL) {
        return BCN_NOMEM;
    }
    size_t rows = job->end - job->begin;
    all->parts = (size_t)(job->cells / PART) + 1;
    size_t slots = (all->parts + 1) * workers;
    all->chunks = rows / CHUNK + slots;
    all->block = bcn_block_new(all->chunks * CHUNK, sizeof *all->pool, false);
    all->next = bcn_alloc(all->chunks, sizeof *all->next);
    all->heads = bcn_alloc(slots, sizeof *all->heads);
    all->ends = bcn_alloc(slots, sizeof *all->ends);
    all->tables = bcn_calloc(workers * PART, sizeof *all->tables);
    if (all->block == NULL || all->next == NULL || all->heads == NULL ||
        all->ends == NULL || all->tables == NULL) {
        bcn_parts_free(all);
        return BCN_NOMEM;
    }
    all->pool = bcn_block_data(all->block);
    for (size_t slot = 0; slot < slots; slot++) {
        all->heads[slot] = NO_CHUNK;
        take_chunk(all, slot);
    }
    *out = all;
    return BCN_OK;
}

void
bcn_parts_deal(bcn_parts *all, size_t worker, uint32_t limit,
               const uint32_t *cells, size_t count)
{
    size_t first = worker * (all->parts + 1), parts = all->parts;
    uint32_t *ends = all->ends + first;
    uint16_t *pool = all->pool;
    for (size_t i = 0; i < count; i++) {
        uint32_t cell = cells[i];
        size_t part = cell < limit ? cell / PART : parts;
        uint32_t end = ends[part];
        pool[end] = (uint16_t)cell;
        ends[part] = ++end;
        if (end % CHUNK == 0) {
            if (part == parts) {
                ends[part] = end - CHUNK;
            } else {
                take_chunk(all, first + part);
            }
        }
    }
}

/* False: to be stopped. */
static bool
count_part(const bcn_crew *crew, size_t part, uint32_t *table, bool caller)
{
    const bcn_parts *all = crew->parts;
    for (size_t worker = 0; worker < crew->workers; worker++) {
        size_t slot = worker * (all->parts + 1) + part;
        uint32_t chunk = all->heads[slot];
        size_t rows = all->ends[slot] - (size_t)chunk * CHUNK;
        for (; chunk != NO_CHUNK; chunk = all->next[chunk], rows = CHUNK) {
            if (bcn_watch_check(crew->job->watch, caller)) {
                return false;
            }
            const uint16_t *cells = all->pool + (size_t)chunk * CHUNK;
            for (size_t i = 0; i < rows; i++) {
                table[cells[i]]++;
            }
        }
    }
    return true;
}

void
bcn_parts_work(void *context, size_t worker)
{
    bcn_crew *crew = context;
    bcn_share *mine = &crew->shares[worker];
    const bcn_parts *all = crew->parts;
    uint32_t *table = all->tables + worker * PART;
    for (;;) {
        size_t part = atomic_fetch_add(&crew->next, 1);
        if (part >= all->parts) {
            return;
        }
        if (!count_part(crew, part, table, worker == 0)) {
            mine->status = BCN_CANCELLED;
            return;
        }
        size_t first = part * PART, rest = (size_t)crew->job->cells - first;
        size_t cells = rest < PART ? rest : PART;
        if (cells == 0) {
            return; /* the last part, of a whole number of them */
        }
        int width;
        uint64_t bits = bcn_narrow_bits(table, 4, cells, &mine->nonzero);
        char *to = bcn_sheet_open(&crew->sheet, part, bits, first, &width);
        if (to == NULL) {
            mine->status = BCN_NOMEM;
            return;
        }
        bcn_narrow_copy(to + first * (size_t)width, width, table, 4, cells);
        memset(table, 0, PART * sizeof *table);
    }
}
