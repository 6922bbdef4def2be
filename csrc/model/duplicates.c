#include "model/duplicates.h"

#include <stdlib.h>
#include <string.h>

#include "model/repeats.h"

/* What one search shares between its workers. */
typedef struct search {
    const bcn_store *ids;
    const bcn_store *keys[2];
    size_t key_count, rows, workers;
    size_t *starts;    /* [part][worker], then running positions */
    uint64_t *entries; /* 32 bits of hash, then the row */
    atomic_size_t next_part;
    bcn_repeats *found; /* one per worker */
    bcn_watch *watch;
    atomic_int status;
} search;

/* Every worker owns a fixed share of the rows, so there must not be more of
 * them than bcn_run starts. */
enum {
    PART_BITS = 8, /* as many streams of writing as caches follow */
    PARTS = 1 << PART_BITS,
    STEP = 1 << 16,
    LOT = 256, /* hashes made at once; divides STEP */
    MANY_ROWS = 2000000,
    MOST_WORKERS = 64
};

static bool
missing(const search *s, size_t row)
{
    return s->ids->texts ? !bcn_store_stated(s->ids, row)
                         : bcn_store_value(s->ids, row) == BCN_MISSING;
}

static uint64_t
key_of(const search *s, size_t row)
{
    uint64_t key = 0;
    for (size_t k = 0; k < s->key_count; k++) {
        key = key << 16 | (uint64_t)bcn_store_value(s->keys[k], row);
    }
    return key;
}

#define ID_FACTOR UINT64_C(0x9e3779b97f4a7c15)

static inline uint64_t
hash_join(uint64_t id, uint64_t key)
{
    return bcn_mix(id ^ key * UINT64_C(0xd6e8feb86659fd93));
}

static uint64_t
hash_of(const search *s, size_t row)
{
    uint64_t id;
    if (s->ids->texts) {
        bcn_bytes text = bcn_store_text(s->ids, row);
        id = bcn_hash(text.data, text.length);
    } else {
        id = (uint64_t)((const int64_t *)s->ids->values.data)[row] * ID_FACTOR;
    }
    return hash_join(id, key_of(s, row));
}

static bool
same_record(const search *s, size_t a, size_t b)
{
    return key_of(s, a) == key_of(s, b) && bcn_store_same(s->ids, a, b);
}

/* A table of rows by hash, as large as twice what it shall hold. */
typedef struct table {
    uint64_t *slots; /* hash << 32 | row + 1; 0 is free */
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

/* Enter a row unless its record is there: then it is a repeat. */
static bcn_status
table_enter(table *t, const search *s, uint32_t hash, uint32_t row,
            bcn_repeats *found)
{
    size_t slot = hash & t->mask;
    while (t->slots[slot] != 0) {
        uint32_t other = (uint32_t)t->slots[slot] - 1;
        if (t->slots[slot] >> 32 == hash && same_record(s, other, row)) {
            return bcn_repeats_add(found, row, other);
        }
        slot = (slot + 1) & t->mask;
    }
    t->slots[slot] = (uint64_t)hash << 32 | (row + 1u);
    return BCN_OK;
}

/* --- ids that never fall: repeats stand together -------------------------- */

static bcn_status
search_run(const search *s, size_t from, size_t end, table *t,
           bcn_repeats *found)
{
    BCN_TRY(table_clear(t, end - from));
    for (size_t row = from; row < end; row++) {
        BCN_TRY(table_enter(t, s, (uint32_t)hash_of(s, row), (uint32_t)row,
                            found));
    }
    return BCN_OK;
}

static bcn_status
search_sorted(search *s, bcn_repeats *found)
{
    table t = {0};
    bcn_status status = BCN_OK;
    size_t from = 0;
    for (size_t row = 1; status == BCN_OK && row <= s->rows; row++) {
        if (row % STEP == 0 && bcn_watch_check(s->watch, true)) {
            status = BCN_CANCELLED;
            break;
        }
        if (row < s->rows && bcn_store_same(s->ids, row - 1, row)) {
            continue;
        }
        if (row - from > 1 && !missing(s, from)) {
            status = search_run(s, from, row, &t, found);
        }
        from = row;
    }
    bcn_free(t.slots);
    return status;
}

/* --- any order ------------------------------------------------------------ */

static void
share_of(const search *s, size_t worker, size_t *from, size_t *end)
{
    *from = s->rows / s->workers * worker;
    *end = worker + 1 == s->workers ? s->rows
                                    : s->rows / s->workers * (worker + 1);
}

static void
fail(search *s, bcn_status status)
{
    int fine = BCN_OK;
    (void)atomic_compare_exchange_strong(&s->status, &fine, (int)status);
}

/* Hashes of some rows, column by column: no row waits for another. */
static void
hashes_of(const search *s, size_t from, size_t count, uint64_t hashes[LOT])
{
    if (s->ids->texts) {
        for (size_t i = 0; i < count; i++) {
            hashes[i] = missing(s, from + i) ? 0 : hash_of(s, from + i);
        }
        return;
    }
    const int64_t *ids = (const int64_t *)s->ids->values.data + from;
    uint64_t keys[LOT] = {0};
    for (size_t k = 0; k < s->key_count; k++) {
        const bcn_store *key = s->keys[k];
        const uint8_t *codes = (const uint8_t *)key->values.data + from;
        for (size_t i = 0; key->width == 1 && i < count; i++) {
            keys[i] = keys[i] << 16 | codes[i];
        }
        for (size_t i = 0; key->width != 1 && i < count; i++) {
            keys[i] = keys[i] << 16 | (uint64_t)bcn_store_value(key, from + i);
        }
    }
    for (size_t i = 0; i < count; i++) {
        hashes[i] = hash_join((uint64_t)ids[i] * ID_FACTOR, keys[i]);
    }
}

/* Go over a worker's rows; each hash goes to its part: counted first, written
 * the second time. */
static void
pass(search *s, size_t worker, bool write)
{
    size_t from, end;
    uint64_t hashes[LOT];
    share_of(s, worker, &from, &end);
    size_t *starts = s->starts + worker;
    for (size_t lot = from; lot < end; lot += LOT) {
        size_t count = end - lot < LOT ? end - lot : LOT;
        if ((lot - from) % STEP == 0 &&
            bcn_watch_check(s->watch, worker == 0)) {
            fail(s, BCN_CANCELLED);
            return;
        }
        hashes_of(s, lot, count, hashes);
        for (size_t i = 0; i < count; i++) {
            if (missing(s, lot + i)) {
                continue;
            }
            size_t *at = starts + (hashes[i] >> (64 - PART_BITS)) * s->workers;
            if (write) {
                s->entries[*at] = hashes[i] << 32 | (lot + i);
            }
            ++*at;
        }
    }
}

static void
count_pass(void *context, size_t worker)
{
    pass(context, worker, false);
}

static void
write_pass(void *context, size_t worker)
{
    pass(context, worker, true);
}

static void
match_pass(void *context, size_t worker)
{
    search *s = context;
    table t = {0};
    bcn_sieve bits = {0};
    bcn_status status = BCN_OK;
    while (status == BCN_OK) {
        size_t part = atomic_fetch_add(&s->next_part, 1);
        if (part >= PARTS) {
            break;
        }
        /* After writing, a position is the end of its run; the part begins
         * where the one before it ended. */
        size_t end = s->starts[part * s->workers + s->workers - 1];
        size_t from = part == 0 ? 0 : s->starts[part * s->workers - 1];
        size_t left = 0;
        status = bcn_sieve_sift(&bits, s->entries + from, end - from, &left);
        if (status == BCN_OK) {
            status = table_clear(&t, left);
        }
        end = from + left;
        for (size_t i = from; status == BCN_OK && i < end; i++) {
            status = table_enter(&t, s, (uint32_t)(s->entries[i] >> 32),
                                 (uint32_t)s->entries[i], &s->found[worker]);
        }
        if (bcn_watch_check(s->watch, worker == 0)) {
            status = BCN_CANCELLED;
        }
    }
    bcn_free(t.slots);
    bcn_free(bits.met);
    if (status != BCN_OK) {
        fail(s, status);
    }
}

/* Counts become the position where each run starts. */
static size_t
positions(search *s)
{
    size_t total = 0;
    for (size_t i = 0; i < (size_t)PARTS * s->workers; i++) {
        size_t count = s->starts[i];
        s->starts[i] = total;
        total += count;
    }
    return total;
}

static int
by_value(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

/* Bring the workers' findings together in the order of rows. */
static bcn_status
gather(const search *s, bcn_repeats *repeats)
{
    size_t count = 0;
    for (size_t w = 0; w < s->workers; w++) {
        count += s->found[w].count;
    }
    if (count == 0) {
        return BCN_OK;
    }
    uint64_t *pairs = bcn_alloc(count, sizeof *pairs);
    if (pairs == NULL) {
        return BCN_NOMEM;
    }
    size_t n = 0;
    for (size_t w = 0; w < s->workers; w++) {
        for (size_t i = 0; i < s->found[w].count; i++) {
            pairs[n++] =
                (uint64_t)s->found[w].rows[i] << 32 | s->found[w].firsts[i];
        }
    }
    qsort(pairs, count, sizeof *pairs, by_value);
    bcn_status status = BCN_OK;
    for (size_t i = 0; status == BCN_OK && i < count; i++) {
        status = bcn_repeats_add(repeats, (size_t)(pairs[i] >> 32),
                                 (size_t)(uint32_t)pairs[i]);
    }
    bcn_free(pairs);
    return status;
}

static bcn_status
search_all(search *s, bcn_repeats *repeats)
{
    bcn_status status = BCN_NOMEM;
    s->starts = bcn_calloc((size_t)PARTS * s->workers, sizeof *s->starts);
    s->found = bcn_calloc(s->workers, sizeof *s->found);
    if (s->starts == NULL || s->found == NULL) {
        goto done;
    }
    bcn_run(s->workers, count_pass, s);
    status = (bcn_status)atomic_load(&s->status);
    if (status != BCN_OK) {
        goto done;
    }
    size_t room = 0; /* grown, not allocated: by large pages */
    status = bcn_grow((void **)&s->entries, &room, positions(s) + 1,
                      sizeof *s->entries);
    if (status != BCN_OK) {
        goto done;
    }
    bcn_run(s->workers, write_pass, s);
    if (atomic_load(&s->status) == BCN_OK) {
        bcn_run(s->workers, match_pass, s);
    }
    status = (bcn_status)atomic_load(&s->status);
    if (status == BCN_OK) {
        status = gather(s, repeats);
    }
done:
    for (size_t w = 0; s->found != NULL && w < s->workers; w++) {
        bcn_repeats_free(&s->found[w]);
    }
    bcn_free(s->found);
    bcn_free(s->entries);
    bcn_free(s->starts);
    return status;
}

bcn_status
bcn_repeats_find(const bcn_store *stores, const bcn_schema *schema,
                 size_t workers, bcn_watch *watch, bcn_repeats *repeats)
{
    search s = {.ids = &stores[schema->id], .watch = watch};
    s.rows = s.ids->rows;
    if (s.ids->rising || s.rows < 2) {
        return BCN_OK;
    }
    if (s.rows >= UINT32_MAX) {
        return BCN_TOO_LARGE;
    }
    for (size_t k = 0; k < schema->key_count; k++) {
        if (stores[schema->keys[k]].present) {
            s.keys[s.key_count++] = &stores[schema->keys[k]];
        }
    }
    s.workers = s.rows < MANY_ROWS || workers == 0 ? 1
                : workers > MOST_WORKERS           ? MOST_WORKERS
                                                   : workers;
    return s.ids->sorted ? search_sorted(&s, repeats)
                         : search_all(&s, repeats);
}

bool
bcn_repeat_same(const bcn_store *stores, size_t count, size_t a, size_t b)
{
    for (size_t c = 0; c < count; c++) {
        if (stores[c].present && !bcn_store_same(&stores[c], a, b)) {
            return false;
        }
    }
    return true;
}
