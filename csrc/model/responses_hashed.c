#include <string.h>

#include "model/responses_work.h"

/* Ids in any order, or texts: requests and replies are dealt out to parts by
 * the hash of their id and bureaus, so that what belongs together is in one
 * part, and each part is joined by a table that fits the cache. */

enum { PART_BITS = 9, PART_ROWS = 1 << 14 };
enum { REQUEST, REPLY, SIDES };
#define NO_ENTRY UINT32_MAX

typedef struct entry {
    uint64_t key; /* of the id */
    uint32_t row;
    /* The lower bits of the hash; of a request that was entered, another one
     * like it. */
    uint32_t link;
} entry;

typedef struct deal {
    bcn_work *work;
    unsigned part_bits;
    /* Each worker has a run of its own for each side in each part, so that no
     * two write near each other: [side][part][worker]. */
    size_t *starts, *ends;
    entry *entries;
    atomic_size_t next;
    bool writing;
} deal;

/* Requests are dealt by their own bureaus, replies by those of the request
 * that they answer. */
static uint64_t
hash_of(const bcn_work *w, uint64_t key, size_t row, int side)
{
    uint64_t from = (uint64_t)bcn_column_at(w->sender, row);
    uint64_t to = (uint64_t)bcn_column_at(w->receiver, row);
    uint64_t asker = side == REQUEST ? from : to;
    uint64_t asked = side == REQUEST ? to : from;
    uint64_t pair = asker << 16 | (w->ask->anyone ? 0 : asked);
    return bcn_mix(key * UINT64_C(0x9e3779b97f4a7c15) ^
                   pair * UINT64_C(0xd6e8feb86659fd93));
}

static size_t
run_of(const deal *d, int side, size_t part, size_t worker)
{
    size_t sided = ((size_t)side << d->part_bits) + part;
    return sided * d->work->workers + worker;
}

static void
deal_pass(void *context, size_t worker)
{
    deal *d = context;
    bcn_work *w = d->work;
    bool texts = w->id->texts || w->to->texts;
    size_t row, end;
    bcn_work_share(w, worker, &row, &end);
    for (; row < end; row++) {
        if (row % BCN_WORK_STEP == 0 && bcn_work_stop(w, worker)) {
            return;
        }
        bool is[SIDES] = {0};
        is[REQUEST] = bcn_work_is_request(w, row);
        is[REPLY] =
            atomic_load_explicit(&w->replies[row], memory_order_relaxed) ==
            BCN_REPLY_ORPHAN;
        for (int side = REQUEST; side <= REPLY; side++) {
            if (!is[side]) {
                continue;
            }
            const bcn_log_column *column = side == REQUEST ? w->id : w->to;
            uint64_t key = texts ? bcn_work_key(w, column, row)
                                 : (uint64_t)bcn_column_at(&column->view, row);
            uint64_t hash = hash_of(w, key, row, side);
            size_t part = (size_t)(hash >> (63 - d->part_bits) >> 1);
            size_t run = run_of(d, side, part, worker);
            if (d->writing) {
                d->entries[d->ends[run]] =
                    (entry){key, (uint32_t)row, (uint32_t)hash};
            }
            d->ends[run]++;
        }
    }
}

/* --- one part ------------------------------------------------------------------- */

typedef struct table {
    uint32_t *slots; /* an entry's number + 1; 0 is free */
    size_t mask, capacity;
} table;

static bcn_status
table_clear(table *t, size_t count)
{
    size_t size = 16;
    while (size < count * 2) {
        size *= 2;
    }
    BCN_TRY(
        bcn_grow((void **)&t->slots, &t->capacity, size, sizeof *t->slots));
    memset(t->slots, 0, size * sizeof *t->slots);
    t->mask = size - 1;
    return BCN_OK;
}

/* Do two requests have one id, asker and (unless anyone may answer) asked?
 * Texts only seem so: what answers is compared in full. */
static bool
alike(const bcn_work *w, const entry *a, const entry *b)
{
    return a->key == b->key &&
           bcn_column_at(w->sender, a->row) ==
               bcn_column_at(w->sender, b->row) &&
           (w->ask->anyone || bcn_column_at(w->receiver, a->row) ==
                                  bcn_column_at(w->receiver, b->row));
}

static void
enter(const deal *d, const table *t, uint32_t number)
{
    entry *all = d->entries, *own = &all[number];
    size_t slot = own->link;
    own->link = NO_ENTRY;
    for (;; slot++) {
        uint32_t *place = &t->slots[slot & t->mask];
        if (*place == 0) {
            *place = number + 1;
            return;
        }
        if (alike(d->work, &all[*place - 1], own)) {
            own->link = all[*place - 1].link;
            all[*place - 1].link = number;
            return;
        }
    }
}

static void
look_up(const deal *d, const table *t, const entry *reply, size_t *looked)
{
    bcn_work *w = d->work;
    const entry *all = d->entries;
    size_t slot = reply->link;
    bcn_reply kind = BCN_REPLY_ORPHAN;
    uint32_t found = 0;
    for (; (found = t->slots[slot & t->mask]) != 0; slot++) {
        const entry *request = &all[found - 1];
        if (request->key == reply->key &&
            bcn_work_fits(w, request->row, reply->row)) {
            break;
        }
    }
    for (uint32_t at = found - 1; found != 0 && at != NO_ENTRY;
         at = all[at].link, (*looked)++) {
        size_t row = all[at].row;
        if (row == reply->row || ((w->id->texts || w->to->texts) &&
                                  !bcn_work_same(w, row, reply->row))) {
            continue;
        }
        bcn_reply here = bcn_work_meet(w, row, reply->row) ? BCN_REPLY_FURTHER
                                                           : BCN_REPLY_EARLY;
        kind = here < kind ? here : kind;
    }
    atomic_store_explicit(&w->replies[reply->row], (unsigned char)kind,
                          memory_order_relaxed);
}

static bcn_status
join_part(deal *d, table *t, size_t part, size_t worker)
{
    size_t count = 0, looked = 0;
    for (size_t w = 0; w < d->work->workers; w++) {
        size_t run = run_of(d, REQUEST, part, w);
        count += d->ends[run] - d->starts[run];
    }
    BCN_TRY(table_clear(t, count));
    for (int side = REQUEST; side <= REPLY; side++) {
        for (size_t w = 0; w < d->work->workers; w++) {
            size_t run = run_of(d, side, part, w);
            for (size_t at = d->starts[run]; at < d->ends[run]; at++) {
                if (side == REQUEST) {
                    enter(d, t, (uint32_t)at);
                } else {
                    look_up(d, t, &d->entries[at], &looked);
                }
                if (++looked >= BCN_WORK_STEP) {
                    looked = 0;
                    if (bcn_work_stop(d->work, worker)) {
                        return BCN_CANCELLED;
                    }
                }
            }
        }
    }
    return bcn_work_stop(d->work, worker) ? BCN_CANCELLED : BCN_OK;
}

static void
join_pass(void *context, size_t worker)
{
    deal *d = context;
    table t = {0};
    bcn_status status = BCN_OK;
    while (status == BCN_OK) {
        size_t part = atomic_fetch_add(&d->next, 1);
        if (part >= (size_t)1 << d->part_bits) {
            break;
        }
        status = join_part(d, &t, part, worker);
    }
    bcn_free(t.slots);
    if (status != BCN_OK) {
        bcn_work_fail(d->work, status);
    }
}

static bcn_status
deal_all(deal *d)
{
    bcn_work *w = d->work;
    size_t runs = (size_t)SIDES * w->workers << d->part_bits, capacity = 0;
    d->starts = bcn_calloc(runs, sizeof *d->starts);
    d->ends = bcn_calloc(runs, sizeof *d->ends);
    if (d->starts == NULL || d->ends == NULL) {
        return BCN_NOMEM;
    }
    BCN_TRY(bcn_work_run(w, deal_pass, d));
    size_t used = 0;
    for (size_t run = 0; run < runs; run++) {
        size_t count = d->ends[run];
        d->starts[run] = d->ends[run] = used;
        used += count;
    }
    if (used >= NO_ENTRY) { /* entries are numbered in 32 bits */
        return BCN_TOO_LARGE;
    }
    BCN_TRY(bcn_grow((void **)&d->entries, &capacity, used + 1,
                     sizeof *d->entries));
    d->writing = true;
    BCN_TRY(bcn_work_run(w, deal_pass, d));
    return bcn_work_run(w, join_pass, d);
}

bcn_status
bcn_work_hashed(bcn_work *work)
{
    deal d = {.work = work};
    while (d.part_bits < PART_BITS && work->rows >> d.part_bits > PART_ROWS) {
        d.part_bits++;
    }
    bcn_status status = deal_all(&d);
    bcn_free(d.entries);
    bcn_free(d.ends);
    bcn_free(d.starts);
    return status == BCN_OK ? bcn_work_lost(work) : status;
}
