#include "model/cube_read.h"

#include "kernel/narrow.h"

void
bcn_list_drop(bcn_list *list)
{
    for (size_t d = 0; d < list->ndim; d++) {
        bcn_block_drop(list->codes[d]);
    }
    bcn_block_drop(list->index);
    bcn_block_drop(list->low);
    bcn_block_drop(list->high);
    *list = (bcn_list){0};
}

/* Take blocks for `count` cells. */
static bcn_status
make_list(const bcn_cube *cube, uint64_t count, bool codes, bcn_list *list)
{
    size_t rows = (size_t)count;
    bool made = true;
    *list = (bcn_list){.count = count};
    list->ndim = codes ? cube->shape.ndim : 0;
    for (size_t d = 0; d < list->ndim; d++) {
        list->codes[d] = bcn_block_new(rows, 4, false);
        made = made && list->codes[d] != NULL;
    }
    if (!codes) {
        list->index = bcn_block_new(rows, 8, false);
        made = made && list->index != NULL;
    }
    list->low = bcn_block_new(rows, 8, false);
    made = made && list->low != NULL;
    if (cube->high != NULL) {
        list->high = bcn_block_new(rows, 8, false);
        made = made && list->high != NULL;
    }
    if (!made) {
        bcn_list_drop(list);
        return BCN_NOMEM;
    }
    return BCN_OK;
}

static void
put_value(const bcn_list *list, uint64_t k, bcn_wide value)
{
    ((int64_t *)bcn_block_data(list->low))[k] = (int64_t)value.low;
    if (list->high != NULL) {
        ((int64_t *)bcn_block_data(list->high))[k] = value.high;
    }
}

bcn_status
bcn_cube_nonzeros(const bcn_cube *cube, uint64_t limit, bcn_list *out,
                  bcn_error *error)
{
    if (cube->index != NULL) {
        *out = (bcn_list){.count = cube->stored};
        out->index = bcn_block_keep(cube->index);
        out->low = bcn_block_keep(cube->low);
        out->high = cube->high == NULL ? NULL : bcn_block_keep(cube->high);
        return BCN_OK;
    }
    uint64_t count = bcn_cube_nonzero(cube);
    BCN_TRY(
        bcn_shape_afford(count, cube->high == NULL ? 16 : 24, limit, error));
    BCN_TRY(make_list(cube, count, false, out));
    uint64_t *index = bcn_block_data(out->index), k = 0;
    bcn_walk walk = {.cube = cube};
    while (bcn_walk_next(&walk)) {
        index[k] = walk.index;
        put_value(out, k++, walk.value);
    }
    return BCN_OK;
}

/* The first stored value whose index is at least `bound`. */
static uint64_t
first_stored(const bcn_cube *cube, uint64_t bound)
{
    if (cube->index == NULL) {
        return bound;
    }
    const uint64_t *index = bcn_block_data(cube->index);
    uint64_t from = 0, to = cube->stored;
    while (from < to) {
        uint64_t middle = from + (to - from) / 2;
        if (index[middle] < bound) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from;
}

static void
put_codes(const bcn_cube *cube, const bcn_list *list, uint64_t k,
          uint64_t index)
{
    for (size_t d = cube->shape.ndim; d-- > 0;) {
        uint64_t dim = cube->shape.dims[d];
        ((uint32_t *)bcn_block_data(list->codes[d]))[k] =
            (uint32_t)(index % dim);
        index /= dim;
    }
}

bcn_status
bcn_cube_columns(const bcn_cube *cube, bool zeros, uint64_t start,
                 uint64_t stop, uint64_t limit, bcn_list *out,
                 bcn_error *error)
{
    if (start > stop || stop > cube->size) {
        return bcn_fail(error, BCN_RANGE, "no such cells");
    }
    uint64_t count = stop - start;
    bcn_walk walk = {.cube = cube, .next = first_stored(cube, start)};
    if (!zeros) {
        count = 0;
        while (bcn_walk_next(&walk) && walk.index < stop) {
            count++;
        }
        walk.next = first_stored(cube, start);
    }
    uint64_t width = 4 * cube->shape.ndim + (cube->high == NULL ? 8u : 16u);
    BCN_TRY(bcn_shape_afford(count, width, limit, error));
    BCN_TRY(make_list(cube, count, true, out));
    uint64_t k = 0;
    bool more = bcn_walk_next(&walk);
    for (uint64_t index = start; zeros && index < stop; index++) {
        put_codes(cube, out, k, index);
        bool here = more && walk.index == index;
        put_value(out, k++, here ? walk.value : bcn_wide_of(0));
        more = here ? bcn_walk_next(&walk) : more;
    }
    while (!zeros && k < count) {
        put_codes(cube, out, k, walk.index);
        put_value(out, k++, walk.value);
        (void)bcn_walk_next(&walk);
    }
    return BCN_OK;
}

bcn_status
bcn_cube_lay(const bcn_cube *cube, uint64_t limit, bcn_block **out,
             bcn_error *error)
{
    if (cube->high != NULL) {
        return BCN_OVERFLOW;
    }
    if (cube->index == NULL && cube->width == 8) {
        *out = bcn_block_keep(cube->low);
        return BCN_OK;
    }
    BCN_TRY(bcn_shape_afford(cube->size, 8, limit, error));
    *out = bcn_block_new((size_t)cube->size, 8, cube->index != NULL);
    if (*out == NULL) {
        return BCN_NOMEM;
    }
    int64_t *cells = bcn_block_data(*out);
    if (cube->index == NULL) {
        bcn_narrow_copy(cells, 8, bcn_block_data(cube->low), cube->width,
                        (size_t)cube->size);
        return BCN_OK;
    }
    bcn_walk walk = {.cube = cube};
    while (bcn_walk_next(&walk)) {
        cells[walk.index] = (int64_t)walk.value.low;
    }
    return BCN_OK;
}

static bool
omitted(const bcn_cube *cube, const bcn_omit *omit, uint64_t index)
{
    uint64_t position[BCN_DIMS_MAX];
    for (size_t d = cube->shape.ndim; d-- > 0;) {
        position[d] = index % cube->shape.dims[d];
        index /= cube->shape.dims[d];
        if (omit->drop[d] != NULL && omit->drop[d][position[d]] != 0) {
            return true;
        }
    }
    return omit->diagonal && cube->shape.ndim >= 2 &&
           position[0] == position[1];
}

/* Does a rank before b? */
static bool
before(bcn_entry a, bcn_entry b)
{
    int order = bcn_wide_compare(a.value, b.value);
    return order > 0 || (order == 0 && a.index < b.index);
}

/* Let the entry at `at` sink in a heap whose root ranks last. */
static void
sink(bcn_entry *heap, uint64_t count, uint64_t at)
{
    bcn_entry moving = heap[at];
    for (uint64_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && before(heap[child], heap[child + 1])) {
            child++;
        }
        if (!before(moving, heap[child])) {
            break;
        }
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = moving;
}

uint64_t
bcn_cube_top(const bcn_cube *cube, uint64_t count, const bcn_omit *omit,
             bcn_entry *entries)
{
    uint64_t held = 0;
    bcn_walk walk = {.cube = cube};
    while (count > 0 && bcn_walk_next(&walk)) {
        bcn_entry entry = {walk.index, walk.value};
        if (held == count && !before(entry, entries[0])) {
            continue;
        }
        if (omit != NULL && omitted(cube, omit, walk.index)) {
            continue;
        }
        if (held == count) {
            entries[0] = entry;
            sink(entries, held, 0);
            continue;
        }
        entries[held++] = entry;
        if (held == count) {
            for (uint64_t at = held / 2; at-- > 0;) {
                sink(entries, held, at);
            }
        }
    }
    if (held < count) {
        for (uint64_t at = held / 2; at-- > 0;) {
            sink(entries, held, at);
        }
    }
    for (uint64_t left = held; left > 1; left--) {
        bcn_entry last = entries[0];
        entries[0] = entries[left - 1];
        sink(entries, left - 1, 0);
        entries[left - 1] = last;
    }
    return held;
}

void
bcn_cube_extent(const bcn_cube *cube, bcn_wide *least, bcn_wide *greatest)
{
    *least = *greatest = bcn_wide_of(0);
    for (uint64_t k = 0; k < cube->stored; k++) {
        bcn_wide value = bcn_cube_stored(cube, k);
        if ((k == 0 && cube->index == NULL) ||
            bcn_wide_compare(value, *least) < 0) {
            *least = value;
        }
        if ((k == 0 && cube->index == NULL) ||
            bcn_wide_compare(value, *greatest) > 0) {
            *greatest = value;
        }
    }
}
