#include "model/gather.h"

#include <string.h>

#include "base/memory.h"
#include "kernel/radix.h"

enum { RUNS_MAX = 64 };

typedef struct run {
    bcn_entry *entries;
    size_t count;
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
    size_t i = 0, j = 0, count = 0;
    while (i < a->count && j < b->count) {
        if (a->entries[i].index < b->entries[j].index) {
            merged[count++] = a->entries[i++];
        } else if (a->entries[i].index > b->entries[j].index) {
            merged[count++] = b->entries[j++];
        } else {
            merged[count].index = a->entries[i].index;
            merged[count++].value =
                bcn_wide_add(a->entries[i++].value, b->entries[j++].value);
        }
    }
    memcpy(merged + count, a->entries + i, (a->count - i) * sizeof *merged);
    count += a->count - i;
    memcpy(merged + count, b->entries + j, (b->count - j) * sizeof *merged);
    count += b->count - j;
    bcn_free(a->entries);
    bcn_free(b->entries);
    *a = (run){merged, count};
    *b = (run){NULL, 0};
    gather->run_count--;
    return BCN_OK;
}

/* Take over a run. */
static bcn_status
push_run(bcn_gather *gather, run fresh)
{
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
push_block(bcn_gather *gather, const uint64_t *indices,
           const bcn_wide *values, size_t count)
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
    return push_run(gather, (run){entries, different});
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
bcn_gather_finish(bcn_gather *gather, const bcn_entry **entries,
                  size_t *count)
{
    while (gather->run_count > 1) {
        BCN_TRY(merge_newest(gather));
    }
    *entries = gather->runs[0].entries;
    *count = gather->run_count == 0 ? 0 : gather->runs[0].count;
    return BCN_OK;
}
