#include "model/duplicates.h"

#include <string.h>

#include "model/repeats.h"

/* What one search shares between its workers. */
typedef struct search {
    const bcn_store *ids;
    const bcn_store *keys[2];
    size_t key_count, rows, workers;
    /* Each worker has a run of its own in each part: [worker][part], so that
     * no two write near each other. */
    unsigned part_bits;
    size_t room;         /* of every run; 0: each is as long as was counted */
    size_t *starts;      /* of runs */
    size_t *counts;      /* what runs hold */
    uint64_t *entries;   /* 32 bits of hash, then the row */
    atomic_bool crowded; /* a run was full */
    atomic_size_t next_part;
    bcn_repeats *found; /* one per worker */
    bcn_watch *watch;
    atomic_int status;
} search;

/* Every worker owns a fixed share of the rows, so there must not be more of
 * them than bcn_run starts. */
enum {
    PART_BITS = 9,       /* as many streams of writing as caches follow */
    PART_ROWS = 1 << 14, /* fewer are not worth a part */
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

/* Hashes of some rows, column by column: no row waits for another.  Says
 * whether any of the rows has no id. */
static bool
hashes_of(const search *s, size_t from, size_t count, uint64_t hashes[LOT])
{
    bool gaps = false;
    if (s->ids->texts) {
        for (size_t i = 0; i < count; i++) {
            bool none = missing(s, from + i);
            gaps |= none;
            hashes[i] = none ? 0 : hash_of(s, from + i);
        }
        return gaps;
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
        gaps |= ids[i] == BCN_MISSING;
        hashes[i] = hash_join((uint64_t)ids[i] * ID_FACTOR, keys[i]);
    }
    return gaps;
}

/* What a pass over the rows does with each hash. */
typedef enum doing { COUNT, WRITE } doing;

/* Go over a worker's rows; each hash goes to the worker's run of its part.
 * False when a run had no room. */
static BCN_ALWAYS_INLINE bool
pass(search *s, size_t worker, doing what)
{
    size_t from, end;
    uint64_t hashes[LOT];
    share_of(s, worker, &from, &end);
    size_t *counts = s->counts + (worker << s->part_bits);
    const size_t *starts = s->starts + (worker << s->part_bits);
    size_t room = s->room != 0 ? s->room : SIZE_MAX;
    unsigned shift = 63 - s->part_bits;
    uint64_t *entries = s->entries;
    for (size_t lot = from; lot < end; lot += LOT) {
        size_t count = end - lot < LOT ? end - lot : LOT;
        if ((lot - from) % STEP == 0 &&
            bcn_watch_check(s->watch, worker == 0)) {
            fail(s, BCN_CANCELLED);
            return true;
        }
        bool gaps = hashes_of(s, lot, count, hashes);
        for (size_t i = 0; i < count; i++) {
            if (gaps && missing(s, lot + i)) {
                continue;
            }
            size_t part = (size_t)(hashes[i] >> 1 >> shift);
            size_t at = counts[part];
            if (what == WRITE) {
                if (at == room) {
                    return false;
                }
                entries[starts[part] + at] = hashes[i] << 32 | (lot + i);
            }
            counts[part] = at + 1;
        }
    }
    return true;
}

static void
count_pass(void *context, size_t worker)
{
    (void)pass(context, worker, COUNT);
}

static void
write_pass(void *context, size_t worker)
{
    search *s = context;
    if (!pass(s, worker, WRITE)) {
        atomic_store(&s->crowded, true);
    }
}

static bcn_status
table_enter_all(table *t, const search *s, bcn_stretch run, bcn_repeats *found)
{
    for (size_t i = 0; i < run.count; i++) {
        BCN_TRY(table_enter(t, s, (uint32_t)(run.entries[i] >> 32),
                            (uint32_t)run.entries[i], found));
    }
    return BCN_OK;
}

static void
match_pass(void *context, size_t worker)
{
    search *s = context;
    table t = {0};
    bcn_sieve sieve = {0};
    bcn_stretch runs[MOST_WORKERS];
    bcn_status status = BCN_OK;
    while (status == BCN_OK) {
        size_t part = atomic_fetch_add(&s->next_part, 1);
        if (part >= (size_t)1 << s->part_bits) {
            break;
        }
        for (size_t w = 0; w < s->workers; w++) {
            size_t run = (w << s->part_bits) + part;
            runs[w] = (bcn_stretch){.entries = s->entries + s->starts[run],
                                    .count = s->counts[run]};
        }
        size_t left = 0;
        status = bcn_sieve_sift(&sieve, runs, s->workers, &left);
        if (status == BCN_OK) {
            status = table_clear(&t, left);
        }
        for (size_t w = 0; status == BCN_OK && w < s->workers; w++) {
            status = table_enter_all(&t, s, runs[w], &s->found[worker]);
        }
        if (bcn_watch_check(s->watch, worker == 0)) {
            status = BCN_CANCELLED;
        }
    }
    bcn_free(t.slots);
    bcn_free(sieve.words);
    if (status != BCN_OK) {
        fail(s, status);
    }
}

/* Where each run starts: one after the other, as long as they are allowed to
 * be or, without a bound, as they were counted. */
static size_t
lay_out(search *s)
{
    size_t total = 0;
    for (size_t i = 0; i < s->workers << s->part_bits; i++) {
        s->starts[i] = total;
        total += s->room != 0 ? s->room : s->counts[i];
        s->counts[i] = 0;
    }
    return total;
}

/* Hashes of records that stand alone fall evenly: runs with some room to spare
 * hold them, and no pass has to count them first.  What repeats much may not:
 * then the runs are counted, and written again. */
static bcn_status
spread(search *s)
{
    size_t even = (s->rows / s->workers + s->workers) >> s->part_bits;
    size_t root = 1;
    while (root * root < even) {
        root *= 2;
    }
    size_t capacity = 0; /* grown, not allocated: by large pages */
    s->room = even + 8 * root + 8;
    do {
        BCN_TRY(bcn_grow((void **)&s->entries, &capacity, lay_out(s) + 1,
                         sizeof *s->entries));
        atomic_store(&s->crowded, false);
        bcn_run(s->workers, write_pass, s);
        BCN_TRY((bcn_status)atomic_load(&s->status));
        if (!atomic_load(&s->crowded)) {
            return BCN_OK;
        }
        s->room = 0;
        memset(s->counts, 0, (s->workers << s->part_bits) * sizeof(size_t));
        bcn_run(s->workers, count_pass, s);
        BCN_TRY((bcn_status)atomic_load(&s->status));
    } while (true);
}

static bcn_status
search_all(search *s, bcn_repeats *repeats)
{
    bcn_status status = BCN_NOMEM;
    while (s->part_bits < PART_BITS && s->rows >> s->part_bits > PART_ROWS) {
        s->part_bits++;
    }
    size_t runs = s->workers << s->part_bits;
    s->starts = bcn_calloc(runs, sizeof *s->starts);
    s->counts = bcn_calloc(runs, sizeof *s->counts);
    s->found = bcn_calloc(s->workers, sizeof *s->found);
    if (s->starts == NULL || s->counts == NULL || s->found == NULL) {
        goto done;
    }
    status = spread(s);
    if (status == BCN_OK) {
        bcn_run(s->workers, match_pass, s);
        status = (bcn_status)atomic_load(&s->status);
    }
    if (status == BCN_OK) {
        status = bcn_repeats_gather(repeats, s->found, s->workers);
    }
done:
    for (size_t w = 0; s->found != NULL && w < s->workers; w++) {
        bcn_repeats_free(&s->found[w]);
    }
    bcn_free(s->found);
    bcn_free(s->entries);
    bcn_free(s->counts);
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
