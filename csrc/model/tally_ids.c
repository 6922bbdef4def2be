#include "model/tally_ids.h"

#include <stdlib.h>
#include <string.h>

#include "model/tally_slab.h"

enum { ID_WORDS = 6, SMALL_RUN = 48 };

void
bcn_ids_free(bcn_ids *ids)
{
    if (ids != NULL) {
        bcn_free(ids->items);
        bcn_free(ids);
    }
}

static bcn_status
ids_new(size_t room, bcn_ids **out)
{
    bcn_ids *ids = bcn_calloc(1, sizeof *ids);
    if (ids == NULL) {
        return BCN_NOMEM;
    }
    ids->items = bcn_alloc(room, sizeof *ids->items);
    if (ids->items == NULL) {
        bcn_free(ids);
        return BCN_NOMEM;
    }
    *out = ids;
    return BCN_OK;
}

static int
by_key(const bcn_id *a, const bcn_id *b)
{
    for (int i = 0; i < 2; i++) {
        if (a->key[i] != b->key[i]) {
            return a->key[i] < b->key[i] ? -1 : 1;
        }
    }
    return 0;
}

static int
by_key_of(const void *a, const void *b)
{
    return by_key(a, b);
}

/* Add a row or record to the end: to the last one if it is of the same key. */
static void
put(bcn_ids *ids, const bcn_id *next)
{
    bcn_id *last = ids->count != 0 ? &ids->items[ids->count - 1] : NULL;
    if (last == NULL || by_key(last, next) != 0) {
        ids->items[ids->count++] = *next;
        ids->same += next->count;
    } else if (next->value < last->value) {
        ids->same += next->count;
        ids->same -= last->count;
        *last = *next;
    } else if (next->value == last->value) {
        /* A count stops at its end, in any order alike. */
        uint32_t most = UINT32_MAX - last->count;
        uint32_t more = next->count < most ? next->count : most;
        last->count += more;
        ids->same += more;
    }
}

bcn_status
bcn_ids_merge(const bcn_ids *a, const bcn_ids *b, bcn_ids **out)
{
    size_t room, i = 0, k = 0;
    bcn_ids *ids;
    if (!bcn_size_add(a->count, b->count, &room)) {
        return BCN_NOMEM;
    }
    BCN_TRY(ids_new(room, &ids));
    while (i < a->count || k < b->count) {
        bool first = k == b->count ||
                     (i < a->count && by_key(&a->items[i], &b->items[k]) <= 0);
        put(ids, first ? &a->items[i++] : &b->items[k++]);
    }
    *out = ids;
    return BCN_OK;
}

/* --- from rows -------------------------------------------------------------- */

/* Rows by the first bits of their keys, which are as good as drawn; then each
 * short run by itself. */
static bcn_status
sort(bcn_ids *ids)
{
    unsigned bits = 1;
    while (bits < 20 && ids->count >> bits > 16) {
        bits++;
    }
    size_t runs = (size_t)1 << bits;
    size_t *ends = bcn_calloc(runs + 1, sizeof *ends);
    bcn_id *sorted = bcn_alloc(ids->count, sizeof *sorted);
    if (ends == NULL || sorted == NULL) {
        bcn_free(ends);
        bcn_free(sorted);
        return BCN_NOMEM;
    }
    for (size_t i = 0; i < ids->count; i++) {
        ends[(ids->items[i].key[0] >> (64 - bits)) + 1]++;
    }
    for (size_t r = 0; r < runs; r++) {
        ends[r + 1] += ends[r];
    }
    for (size_t i = 0; i < ids->count; i++) {
        sorted[ends[ids->items[i].key[0] >> (64 - bits)]++] = ids->items[i];
    }
    size_t from = 0;
    for (size_t r = 0; r < runs; r++) {
        size_t count = ends[r] - from;
        bcn_id *run = sorted + from;
        if (count > SMALL_RUN) {
            qsort(run, count, sizeof *run, by_key_of);
        }
        for (size_t i = 1; i < count && count <= SMALL_RUN; i++) {
            bcn_id one = run[i];
            size_t at = i;
            for (; at > 0 && by_key(&run[at - 1], &one) > 0; at--) {
                run[at] = run[at - 1];
            }
            run[at] = one;
        }
        from = ends[r];
    }
    bcn_free(ends);
    bcn_free(ids->items);
    ids->items = sorted;
    return BCN_OK;
}

bcn_status
bcn_ids_settle(bcn_ids *ids)
{
    BCN_TRY(sort(ids));
    size_t rows = ids->count;
    ids->count = 0;
    ids->same = 0;
    for (size_t i = 0; i < rows; i++) {
        bcn_id next = ids->items[i]; /* put never writes past here */
        put(ids, &next);
    }
    return BCN_OK;
}

/* --- cells ------------------------------------------------------------------ */

bcn_status
bcn_ids_recode(const bcn_ids *ids, const bcn_shape *shape, size_t axis,
               const uint32_t *map, uint64_t size, bcn_ids **out,
               bcn_error *error)
{
    uint64_t cells, inner = 1, old;
    BCN_TRY(bcn_shape_size(shape, &cells, error));
    if (axis >= shape->ndim) {
        return bcn_fail(error, BCN_INVALID, "there is no such axis");
    }
    old = shape->dims[axis];
    for (size_t d = axis + 1; d < shape->ndim; d++) {
        inner *= shape->dims[d];
    }
    bcn_shape wider = *shape;
    wider.dims[axis] = size;
    BCN_TRY(bcn_shape_size(&wider, &cells, error));
    if (cells > UINT32_MAX) {
        return bcn_fail(error, BCN_TOO_LARGE, "too many cells for a tally");
    }
    bcn_ids *made;
    BCN_TRY(ids_new(ids->count, &made));
    for (size_t i = 0; i < ids->count; i++) {
        bcn_id one = ids->items[i];
        uint64_t cell = one.cell;
        if (one.amount != 0) {
            uint32_t moved = map[cell / inner % old];
            if (moved >= size) {
                bcn_ids_free(made);
                return bcn_fail(error, BCN_RANGE, "no such position");
            }
            one.cell = (uint32_t)((cell / inner / old * size + moved) * inner +
                                  cell % inner);
        }
        made->items[i] = one;
    }
    made->count = ids->count;
    made->same = ids->same;
    *out = made;
    return BCN_OK;
}

static int
by_place(const void *left, const void *right)
{
    const bcn_id *a = left, *b = right;
    if (a->bucket != b->bucket) {
        return a->bucket < b->bucket ? -1 : 1;
    }
    return (a->cell > b->cell) - (a->cell < b->cell);
}

static bcn_status
fill(const bcn_id *items, size_t count, bcn_tally *tally)
{
    bcn_figures figures = {0};
    bcn_status status = bcn_grow((void **)&figures.items, &figures.capacity,
                                 count, sizeof *figures.items);
    tally->keys = bcn_alloc(count * tally->clocks, sizeof *tally->keys);
    tally->slabs = bcn_alloc(count, sizeof *tally->slabs);
    if (tally->keys == NULL || tally->slabs == NULL) {
        status = BCN_NOMEM;
    }
    for (size_t i = 0; status == BCN_OK && i < count;) {
        int64_t bucket = items[i].bucket;
        figures.count = 0;
        for (; i < count && items[i].bucket == bucket; i++) {
            bcn_wide value = bcn_wide_of(items[i].amount);
            bcn_figure *last =
                figures.count != 0 ? &figures.items[figures.count - 1] : NULL;
            if (last != NULL && last->cell == items[i].cell) {
                last->value = bcn_wide_add(last->value, value);
            } else {
                figures.items[figures.count++] =
                    (bcn_figure){items[i].cell, value};
            }
        }
        size_t kept = 0; /* sums of 0 are no figures */
        for (size_t k = 0; k < figures.count; k++) {
            bcn_figure one = figures.items[k];
            if ((one.value.low | (uint64_t)one.value.high) != 0) {
                figures.items[kept++] = one;
            }
        }
        figures.count = kept;
        status =
            bcn_slab_make(&figures, tally->cells, &tally->slabs[tally->count]);
        if (status == BCN_OK) {
            for (size_t d = 0; d < tally->clocks; d++) {
                tally->keys[tally->count * tally->clocks + d] = bucket;
            }
            tally->count++;
        }
    }
    bcn_free(figures.items);
    return status;
}

bcn_status
bcn_ids_tally(const bcn_ids *ids, size_t clocks, uint64_t cells,
              bcn_tally **out, bcn_error *error)
{
    bcn_tally *tally;
    size_t count = 0;
    if (clocks > 1) {
        return bcn_fail(error, BCN_INVALID, "ids know one axis of time");
    }
    BCN_TRY(bcn_tally_new(clocks, cells, &tally, error));
    bcn_id *items = bcn_alloc(ids->count, sizeof *items);
    bcn_status status = items != NULL ? BCN_OK : BCN_NOMEM;
    for (size_t i = 0; status == BCN_OK && i < ids->count; i++) {
        if (ids->items[i].amount != 0) {
            items[count++] = ids->items[i];
        }
    }
    if (count != 0) {
        qsort(items, count, sizeof *items, by_place);
    }
    if (status == BCN_OK) {
        status = fill(items, count, tally);
    }
    bcn_free(items);
    if (status != BCN_OK) {
        bcn_tally_free(tally);
        return status;
    }
    *out = tally;
    return BCN_OK;
}

/* --- bytes ------------------------------------------------------------------ */

void
bcn_ids_write(const bcn_ids *ids, bcn_writer *writer)
{
    bcn_writer_u64(writer, ids->count);
    for (size_t i = 0; i < ids->count; i++) {
        const bcn_id *one = &ids->items[i];
        const uint64_t words[ID_WORDS] = {one->key[0],
                                          one->key[1],
                                          one->value,
                                          (uint64_t)one->bucket,
                                          (uint64_t)one->amount,
                                          one->cell | (uint64_t)one->count
                                                          << 32};
        bcn_writer_array(writer, words, ID_WORDS, 8);
    }
}

bcn_status
bcn_ids_read(const void *bytes, size_t length, uint64_t cells, bcn_ids **out,
             bcn_error *error)
{
    bcn_reader reader = bcn_reader_over(bytes, length);
    uint64_t count = bcn_reader_u64(&reader);
    if (reader.failed || count != bcn_reader_left(&reader) / (8 * ID_WORDS) ||
        bcn_reader_left(&reader) % (8 * ID_WORDS) != 0) {
        return bcn_fail(error, BCN_CORRUPT, "damaged ids: cut short");
    }
    bcn_ids *ids;
    BCN_TRY(ids_new((size_t)count, &ids));
    for (size_t i = 0; i < count; i++) {
        uint64_t words[ID_WORDS];
        (void)bcn_reader_array(&reader, words, ID_WORDS, 8);
        bcn_id one = {{words[0], words[1]}, words[2],
                      (int64_t)words[3],    (int64_t)words[4],
                      (uint32_t)words[5],   (uint32_t)(words[5] >> 32)};
        if (one.count == 0 || one.cell >= (cells != 0 ? cells : 1) ||
            (one.amount == 0 && (one.bucket != 0 || one.cell != 0)) ||
            (i > 0 && by_key(&ids->items[i - 1], &one) >= 0)) {
            bcn_ids_free(ids);
            return bcn_fail(error, BCN_CORRUPT, "damaged ids: in no order");
        }
        ids->items[i] = one;
        ids->same += one.count;
        ids->count++;
    }
    *out = ids;
    return BCN_OK;
}
