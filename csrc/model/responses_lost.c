#include <string.h>

#include "model/responses_work.h"

/* Replies that met no request by id and bureaus: is their id that of a request
 * between others, of another message, or of none?  Only these are kept in one
 * table by id, and all rows that state an id are held against it. */

typedef struct lost {
    bcn_work *work;
    uint32_t *rows; /* the replies */
    uint32_t *next; /* of each: another one of the same key */
    uint64_t *keys;
    size_t count, capacity;
    uint32_t *slots; /* a number + 1; 0 is free */
    size_t mask;
} lost;

static bcn_status
collect(lost *l)
{
    bcn_work *w = l->work;
    size_t count = 0;
    for (size_t row = 0; row < w->rows; row++) {
        count += w->replies[row] == BCN_REPLY_ORPHAN;
    }
    size_t size = 16;
    while (size < count * 2) {
        size *= 2;
    }
    l->mask = size - 1;
    l->rows = bcn_alloc(count, sizeof *l->rows);
    l->next = bcn_alloc(count, sizeof *l->next);
    l->keys = bcn_alloc(count, sizeof *l->keys);
    l->slots = bcn_calloc(count == 0 ? 0 : size, sizeof *l->slots);
    if (l->rows == NULL || l->next == NULL || l->keys == NULL ||
        l->slots == NULL) {
        return BCN_NOMEM;
    }
    for (size_t row = 0; l->count < count; row++) {
        if (w->replies[row] == BCN_REPLY_ORPHAN) {
            l->rows[l->count++] = (uint32_t)row;
        }
    }
    return BCN_OK;
}

/* The slot of a key: free, or with the first of its chain. */
static uint32_t *
slot_of(const lost *l, uint64_t key)
{
    size_t slot = (size_t)bcn_mix(key * UINT64_C(0x9e3779b97f4a7c15));
    while (l->slots[slot & l->mask] != 0 &&
           l->keys[l->slots[slot & l->mask] - 1] != key) {
        slot++;
    }
    return &l->slots[slot & l->mask];
}

static void
enter_all(lost *l)
{
    for (uint32_t i = 0; i < l->count; i++) {
        l->keys[i] = bcn_work_key(l->work, l->work->to, l->rows[i]);
        uint32_t *slot = slot_of(l, l->keys[i]);
        l->next[i] = *slot;
        *slot = i + 1;
    }
}

static void
hold_pass(void *context, size_t worker)
{
    const lost *l = context;
    bcn_work *w = l->work;
    size_t row, end, looked = BCN_WORK_STEP;
    bcn_work_share(w, worker, &row, &end);
    for (; row < end; row++, looked++) {
        if (looked >= BCN_WORK_STEP) {
            looked = 0;
            if (bcn_work_stop(w, worker)) {
                return;
            }
        }
        if (!bcn_work_stated(w->id, row)) {
            continue;
        }
        uint32_t at = *slot_of(l, bcn_work_key(w, w->id, row));
        for (; at != 0; at = l->next[at - 1], looked++) {
            uint32_t reply = l->rows[at - 1];
            if ((w->id->texts || w->to->texts) &&
                !bcn_work_same(w, row, reply)) {
                continue;
            }
            unsigned char kind = BCN_REPLY_ASIDE;
            if (bcn_work_is_request(w, row) && row != reply) {
                kind = BCN_REPLY_STRAY;
            }
            atomic_uchar *place = &w->replies[reply];
            unsigned char was =
                atomic_load_explicit(place, memory_order_relaxed);
            while (kind < was && !atomic_compare_exchange_weak_explicit(
                                     place, &was, kind, memory_order_relaxed,
                                     memory_order_relaxed)) {
            }
        }
    }
}

bcn_status
bcn_work_lost(bcn_work *work)
{
    lost l = {.work = work};
    bcn_status status = collect(&l);
    if (status == BCN_OK && l.count > 0) {
        enter_all(&l);
        status = bcn_work_run(work, hold_pass, &l);
    }
    bcn_free(l.slots);
    bcn_free(l.keys);
    bcn_free(l.next);
    bcn_free(l.rows);
    return status;
}
