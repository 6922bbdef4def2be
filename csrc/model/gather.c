#include "model/gather.h"

#include <string.h>

#include "base/memory.h"
#include "kernel/radix.h"

enum { RUNS_MAX = 64 };

typedef struct run {
    bcn_entry *entries;
    size_t count, capacity;
} run;

struct bcn_gather {
    run runs[RUNS_MAX];
    size_t run_count;
    uint64_t *keys, *spare;
    uint32_t *places, *spare_places;
};

bcn_gather *
bcn_gather_new(void)
{
    return bcn_calloc(1, sizeof(bcn_gather));
}

void
bcn_gather_free(bcn_gather *gather)
{
    if (gather == NULL) {
        return;
    }
    for (size_t i = 0; i < gather->run_count; i++) {
        bcn_free(gather->runs[i].entries);
    }
    bcn_free(gather->keys);
    bcn_free(gather->spare);
    bcn_free(gather->places);
    bcn_free(gather->spare_places);
    bcn_free(gather);
}

static bcn_status
make_room(bcn_gather *gather)
{
    if (gather->spare_places != NULL) {
        return BCN_OK;
    }
    /* Each may be there already from a call that ran out of memory. */
    void **parts[4] = {(void **)&gather->keys, (void **)&gather->spare,
                       (void **)&gather->places,
                       (void **)&gather->spare_places};
    size_t sizes[4] = {8, 8, 4, 4};
    for (unsigned i = 0; i < 4; i++) {
        if (*parts[i] == NULL) {
            *parts[i] = bcn_alloc(BCN_GATHER_BLOCK, sizes[i]);
        }
        if (*parts[i] == NULL) {
            return BCN_NOMEM;
        }
    }
    return BCN_OK;
}

/* Merge two ascending lists into `to`, apart from both; returns the length. */
static size_t
merge(bcn_entry *to, const bcn_entry *a, size_t a_count, const bcn_entry *b,
      size_t b_count)
{
    size_t i = 0, j = 0, count = 0;
    while (i < a_count && j < b_count) {
        if (a[i].index < b[j].index) {
            to[count++] = a[i++];
        } else if (a[i].index > b[j].index) {
            to[count++] = b[j++];
        } else {
            to[count].index = a[i].index;
            to[count++].value = bcn_wide_add(a[i++].value, b[j++].value);
        }
    }
    memcpy(to + count, a + i, (a_count - i) * sizeof *to);
    count += a_count - i;
    memcpy(to + count, b + j, (b_count - j) * sizeof *to);
    return count + (b_count - j);
}

/* Put the sum of the two newest runs in their place. */
static bcn_status
merge_newest(bcn_gather *gather)
{
    run *a = &gather->runs[gather->run_count - 2], *b = a + 1;
    size_t room;
    if (!bcn_size_add(a->count, b->count, &room)) {
        return BCN_NOMEM;
    }
    bcn_entry *merged = bcn_alloc(room, sizeof *merged);
    if (merged == NULL) {
        return BCN_NOMEM;
    }
    size_t count = merge(merged, a->entries, a->count, b->entries, b->count);
    bcn_free(a->entries);
    bcn_free(b->entries);
    *a = (run){merged, count, room};
    *b = (run){NULL, 0, 0};
    gather->run_count--;
    return BCN_OK;
}

/* The first entry of a run at or past `index`. */
static size_t
first_from(const run *a, uint64_t index)
{
    size_t from = 0, to = a->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (a->entries[middle].index < index) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from;
}

/* Keys that come nearly in order, as those of times do, overlap the newest
 * run in its tail only: extend it.  `*done` says whether that was so. */
static bcn_status
extend_newest(bcn_gather *gather, run fresh, bool *done)
{
    run *newest = &gather->runs[gather->run_count - 1];
    size_t start = first_from(newest, fresh.entries[0].index);
    size_t tail = newest->count - start;
    *done = false;
    if (tail > fresh.count) {
        return BCN_OK;
    }
    bcn_entry *old = bcn_alloc(tail, sizeof *old);
    if (old == NULL ||
        bcn_grow((void **)&newest->entries, &newest->capacity,
                 newest->count + fresh.count, sizeof *old) != BCN_OK) {
        bcn_free(old);
        return BCN_NOMEM;
    }
    memcpy(old, newest->entries + start, tail * sizeof *old);
    newest->count = start + merge(newest->entries + start, old, tail,
                                  fresh.entries, fresh.count);
    bcn_free(old);
    bcn_free(fresh.entries);
    *done = true;
    return BCN_OK;
}

/* Take over a run, also on failure. */
static bcn_status
push_run(bcn_gather *gather, run fresh)
{
    if (gather->run_count > 0) {
        bool done;
        bcn_status status = extend_newest(gather, fresh, &done);
        if (status != BCN_OK) {
            bcn_free(fresh.entries);
            return status;
        }
        if (done) {
            return BCN_OK;
        }
    }
    gather->runs[gather->run_count++] = fresh;
    while (gather->run_count > 1) {
        run *newest = &gather->runs[gather->run_count - 1];
        if (newest[-1].count / 2 >= newest->count) {
            break;
        }
        BCN_TRY(merge_newest(gather));
    }
    return BCN_OK;
}

static bcn_status
push_block(bcn_gather *gather, const uint64_t *indices, const bcn_wide *values,
           size_t count)
{
    memcpy(gather->keys, indices, count * sizeof *indices);
    if (values == NULL) {
        bcn_radix_sort(gather->keys, gather->spare, count);
    } else {
        for (size_t i = 0; i < count; i++) {
            gather->places[i] = (uint32_t)i;
        }
        bcn_radix_sort_pairs(gather->keys, gather->places, gather->spare,
                             gather->spare_places, count);
    }
    size_t different = count > 0;
    for (size_t i = 1; i < count; i++) {
        different += gather->keys[i] != gather->keys[i - 1];
    }
    if (different == 0) {
        return BCN_OK;
    }
    bcn_entry *entries = bcn_alloc(different, sizeof *entries);
    if (entries == NULL) {
        return BCN_NOMEM;
    }
    size_t last = 0;
    for (size_t i = 0; i < count; i++) {
        bcn_wide value =
            values == NULL ? bcn_wide_of(1) : values[gather->places[i]];
        if (i > 0 && gather->keys[i] == entries[last].index) {
            entries[last].value = bcn_wide_add(entries[last].value, value);
        } else {
            last += i > 0;
            entries[last] = (bcn_entry){gather->keys[i], value};
        }
    }
    return push_run(gather, (run){entries, different, different});
}

bcn_status
bcn_gather_push(bcn_gather *gather, const uint64_t *indices,
                const bcn_wide *values, size_t count)
{
    BCN_TRY(make_room(gather));
    for (size_t at = 0; at < count; at += BCN_GATHER_BLOCK) {
        size_t part = count - at;
        if (part > BCN_GATHER_BLOCK) {
            part = BCN_GATHER_BLOCK;
        }
        BCN_TRY(push_block(gather, indices + at,
                           values == NULL ? NULL : values + at, part));
    }
    return BCN_OK;
}

bcn_status
bcn_gather_merge(bcn_gather *gather, bcn_gather *other)
{
    const bcn_entry *entries;
    size_t count;
    BCN_TRY(bcn_gather_finish(other, &entries, &count));
    if (count == 0) {
        return BCN_OK;
    }
    run taken = other->runs[0];
    other->run_count = 0;
    return push_run(gather, taken);
}

bcn_status
bcn_gather_finish(bcn_gather *gather, const bcn_entry **entries, size_t *count)
{
    while (gather->run_count > 1) {
        BCN_TRY(merge_newest(gather));
    }
    *entries = gather->runs[0].entries;
    *count = gather->run_count == 0 ? 0 : gather->runs[0].count;
    return BCN_OK;
}
