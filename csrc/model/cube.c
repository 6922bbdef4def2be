#include "model/cube.h"

#include <string.h>

#include "kernel/narrow.h"

static bcn_cube *
shell_new(const bcn_shape *shape, uint64_t size, uint64_t mass)
{
    bcn_cube *cube = bcn_calloc(1, sizeof *cube);
    if (cube != NULL) {
        atomic_init(&cube->owners, 1);
        cube->shape = *shape;
        cube->size = size;
        cube->mass = mass;
        cube->width = 8;
    }
    return cube;
}

bcn_cube *
bcn_cube_keep(bcn_cube *cube)
{
    atomic_fetch_add_explicit(&cube->owners, 1, memory_order_relaxed);
    return cube;
}

void
bcn_cube_drop(bcn_cube *cube)
{
    if (cube != NULL && atomic_fetch_sub_explicit(&cube->owners, 1,
                                                  memory_order_acq_rel) == 1) {
        bcn_block_drop(cube->index);
        bcn_block_drop(cube->low);
        bcn_block_drop(cube->high);
        bcn_free(cube);
    }
}

/* Is any value outside int64_t? */
static bool
needs_high(const int64_t *low, const int64_t *high, uint64_t count)
{
    for (uint64_t k = 0; k < count; k++) {
        if (high[k] != (low[k] < 0 ? -1 : 0)) {
            return true;
        }
    }
    return false;
}

/* Count the values that are not 0, and or the bits of all together. */
static uint64_t
count_nonzero(const void *low, int width, const int64_t *high, uint64_t count,
              uint64_t *bits)
{
    uint64_t nonzero = 0;
    *bits = bcn_narrow_bits(low, width, (size_t)count, &nonzero);
    if (high != NULL) {
        *bits = UINT64_MAX;
        for (uint64_t k = 0; k < count; k++) {
            nonzero += ((const int64_t *)low)[k] == 0 && high[k] != 0;
        }
    }
    return nonzero;
}

/* Fill `cube` with the cells of `low` and `high` that are not 0. */
static bcn_status
make_sparse(bcn_cube *cube, const void *low, int width, const int64_t *high,
            uint64_t nonzero)
{
    cube->stored = nonzero;
    cube->index = bcn_block_new((size_t)nonzero, 8, false);
    cube->low = bcn_block_new((size_t)nonzero, 8, false);
    cube->high =
        high == NULL ? NULL : bcn_block_new((size_t)nonzero, 8, false);
    if (cube->index == NULL || cube->low == NULL ||
        (high != NULL && cube->high == NULL)) {
        return BCN_NOMEM;
    }
    uint64_t *index = bcn_block_data(cube->index);
    int64_t *value = bcn_block_data(cube->low);
    int64_t *word = high == NULL ? NULL : bcn_block_data(cube->high);
    uint64_t k = 0;
    for (uint64_t i = 0; i < cube->size; i++) {
        int64_t cell = bcn_number_at(low, width, (size_t)i);
        if (cell != 0 || (high != NULL && high[i] != 0)) {
            index[k] = i;
            value[k] = cell;
            if (high != NULL) {
                word[k] = high[i];
            }
            k++;
        }
    }
    return BCN_OK;
}

/* Give a cube its dense cells of `width` bytes, both blocks taken over, in
 * their one form: `bits` is what all of them give, or-ed together. */
static bcn_status
settle(bcn_cube *cube, bcn_block *low, int width, bcn_block *high,
       uint64_t nonzero, uint64_t bits)
{
    bcn_status status = BCN_OK;
    int fewest = high == NULL ? bcn_shape_width(cube->size, bits) : 8;
    if (bcn_shape_sparse(cube->size, nonzero)) {
        status =
            make_sparse(cube, bcn_block_data(low), width,
                        high == NULL ? NULL : bcn_block_data(high), nonzero);
    } else {
        cube->stored = cube->size;
        if (fewest < width) {
            cube->low =
                bcn_block_new((size_t)cube->size, (size_t)fewest, false);
            if (cube->low == NULL) {
                status = BCN_NOMEM;
            } else {
                bcn_narrow_copy(bcn_block_data(cube->low), fewest,
                                bcn_block_data(low), width,
                                (size_t)cube->size);
            }
        } else {
            cube->low = bcn_block_keep(low);
            cube->high = high == NULL ? NULL : bcn_block_keep(high);
        }
        cube->width = fewest;
    }
    bcn_block_drop(low);
    bcn_block_drop(high);
    return status;
}

bcn_status
bcn_cube_from_narrow(const bcn_shape *shape, bcn_block *cells, int width,
                     uint64_t nonzero, uint64_t mass, bcn_cube **out)
{
    if (width == 8) {
        return bcn_cube_from_dense(shape, cells, NULL, nonzero, mass, out);
    }
    uint64_t size = 0;
    bcn_cube *cube = NULL;
    bcn_status status = bcn_shape_size(shape, &size, NULL);
    if (status == BCN_OK) {
        cube = shell_new(shape, size, mass);
        status = cube == NULL ? BCN_NOMEM : BCN_OK;
    }
    if (status != BCN_OK) {
        bcn_block_drop(cells);
        return status;
    }
    uint64_t bits = UINT64_MAX >> (64 - 8 * width);
    if (nonzero == UINT64_MAX) {
        nonzero =
            count_nonzero(bcn_block_data(cells), width, NULL, size, &bits);
    }
    status = settle(cube, cells, width, NULL, nonzero, bits);
    if (status != BCN_OK) {
        bcn_cube_drop(cube);
        return status;
    }
    *out = cube;
    return BCN_OK;
}

bcn_status
bcn_cube_from_dense(const bcn_shape *shape, bcn_block *low, bcn_block *high,
                    uint64_t nonzero, uint64_t mass, bcn_cube **out)
{
    bcn_status status;
    bcn_cube *cube = NULL;
    uint64_t size = 0;
    status = bcn_shape_size(shape, &size, NULL);
    if (status != BCN_OK) {
        goto fail;
    }
    cube = shell_new(shape, size, mass);
    if (cube == NULL) {
        status = BCN_NOMEM;
        goto fail;
    }
    const int64_t *lows = bcn_block_data(low);
    if (high != NULL && !needs_high(lows, bcn_block_data(high), size)) {
        bcn_block_drop(high);
        high = NULL;
    }
    uint64_t bits = UINT64_MAX;
    if (size > (UINT64_C(1) << 20)) {
        nonzero = count_nonzero(
            lows, 8, high == NULL ? NULL : bcn_block_data(high), size, &bits);
    } else {
        nonzero = size; /* dense whatever it holds */
    }
    status = settle(cube, low, 8, high, nonzero, bits);
    low = high = NULL;
    if (status != BCN_OK) {
        goto fail;
    }
    *out = cube;
    return BCN_OK;
fail:
    bcn_cube_drop(cube);
    bcn_block_drop(low);
    bcn_block_drop(high);
    return status;
}

bcn_status
bcn_cube_from_entries(const bcn_shape *shape, const bcn_entry *entries,
                      size_t count, uint64_t mass, uint64_t limit,
                      bcn_cube **out, bcn_error *error)
{
    uint64_t size = 0;
    BCN_TRY(bcn_shape_size(shape, &size, error));
    uint64_t nonzero = 0;
    uint64_t bits = 0;
    bool wide = false;
    for (size_t i = 0; i < count; i++) {
        bcn_wide value = entries[i].value;
        bits |= value.low;
        nonzero += (value.low | (uint64_t)value.high) != 0;
        wide |= !bcn_wide_fits(value);
    }
    bool sparse = bcn_shape_sparse(size, nonzero);
    uint64_t stored = sparse ? nonzero : size;
    int width = sparse || wide ? 8 : bcn_shape_width(size, bits);
    uint64_t bytes = (uint64_t)width + 8u * sparse + 8u * wide;
    BCN_TRY(bcn_shape_afford(stored, bytes, limit, error));
    bcn_cube *cube = shell_new(shape, size, mass);
    if (cube == NULL) {
        return BCN_NOMEM;
    }
    cube->stored = stored;
    cube->index = sparse ? bcn_block_new((size_t)stored, 8, false) : NULL;
    cube->width = width;
    cube->low = bcn_block_new((size_t)stored, (size_t)width, !sparse);
    cube->high = wide ? bcn_block_new((size_t)stored, 8, !sparse) : NULL;
    if ((sparse && cube->index == NULL) || cube->low == NULL ||
        (wide && cube->high == NULL)) {
        bcn_cube_drop(cube);
        return BCN_NOMEM;
    }
    uint64_t *index = sparse ? bcn_block_data(cube->index) : NULL;
    void *low = bcn_block_data(cube->low);
    int64_t *high = wide ? bcn_block_data(cube->high) : NULL;
    uint64_t k = 0;
    for (size_t i = 0; i < count; i++) {
        bcn_wide value = entries[i].value;
        if ((value.low | (uint64_t)value.high) == 0) {
            continue;
        }
        uint64_t at = entries[i].index;
        if (sparse) {
            index[k] = at;
            at = k++;
        }
        bcn_number_put(low, width, (size_t)at, (int64_t)value.low);
        if (wide) {
            high[at] = value.high;
        }
    }
    *out = cube;
    return BCN_OK;
}

bcn_status
bcn_cube_check(const bcn_cube *cube, bcn_error *error)
{
    uint64_t size = 0;
    BCN_TRY(bcn_shape_size(&cube->shape, &size, error));
    if (size != cube->size || cube->low == NULL ||
        (cube->width != 8 && (cube->index != NULL || cube->high != NULL)) ||
        bcn_block_bytes(cube->low) / (size_t)cube->width < cube->stored ||
        (cube->high != NULL &&
         bcn_block_bytes(cube->high) / 8 < cube->stored) ||
        (cube->index == NULL
             ? cube->stored != size
             : bcn_block_bytes(cube->index) / 8 < cube->stored)) {
        return bcn_fail(error, BCN_CORRUPT, "the parts differ in length");
    }
    const void *low = bcn_block_data(cube->low);
    const int64_t *high =
        cube->high == NULL ? NULL : bcn_block_data(cube->high);
    if (high != NULL && !needs_high(low, high, cube->stored)) {
        return bcn_fail(error, BCN_CORRUPT, "wide without need");
    }
    uint64_t bits;
    uint64_t nonzero =
        count_nonzero(low, cube->width, high, cube->stored, &bits);
    if (bcn_shape_sparse(size, nonzero) != bcn_cube_sparse(cube) ||
        (cube->index == NULL && high == NULL &&
         cube->width != bcn_shape_width(size, bits))) {
        return bcn_fail(error, BCN_CORRUPT, "not in its one form");
    }
    if (cube->index != NULL) {
        const uint64_t *index = bcn_block_data(cube->index);
        if (nonzero != cube->stored) {
            return bcn_fail(error, BCN_CORRUPT, "a stored value is 0");
        }
        for (uint64_t k = 0; k < cube->stored; k++) {
            if (index[k] >= size || (k > 0 && index[k] <= index[k - 1])) {
                return bcn_fail(error, BCN_CORRUPT,
                                "indices do not ascend below the size");
            }
        }
    }
    return BCN_OK;
}

bcn_wide
bcn_cube_item(const bcn_cube *cube, uint64_t index)
{
    if (cube->index == NULL) {
        return bcn_cube_stored(cube, index);
    }
    const uint64_t *indices = bcn_block_data(cube->index);
    uint64_t from = 0, to = cube->stored;
    while (from < to) {
        uint64_t middle = from + (to - from) / 2;
        if (indices[middle] < index) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    if (from < cube->stored && indices[from] == index) {
        return bcn_cube_stored(cube, from);
    }
    return bcn_wide_of(0);
}

bcn_wide
bcn_cube_total(const bcn_cube *cube)
{
    if (cube->high == NULL && cube->mass <= INT64_MAX) {
        return bcn_wide_of((int64_t)bcn_narrow_sum(
            bcn_block_data(cube->low), cube->width, (size_t)cube->stored));
    }
    bcn_wide sum = bcn_wide_of(0);
    for (uint64_t k = 0; k < cube->stored; k++) {
        sum = bcn_wide_add(sum, bcn_cube_stored(cube, k));
    }
    return sum;
}

uint64_t
bcn_cube_nonzero(const bcn_cube *cube)
{
    if (cube->index != NULL) {
        return cube->stored;
    }
    uint64_t bits;
    return count_nonzero(bcn_block_data(cube->low), cube->width,
                         cube->high == NULL ? NULL
                                            : bcn_block_data(cube->high),
                         cube->stored, &bits);
}

uint64_t
bcn_cube_bytes(const bcn_cube *cube)
{
    uint64_t bytes = (uint64_t)cube->width;
    bytes += (cube->index != NULL ? 8u : 0u) + (cube->high != NULL ? 8u : 0u);
    return cube->stored * bytes;
}

static bool
same_words(const bcn_block *a, const bcn_block *b, uint64_t count, int width)
{
    if (a == NULL || b == NULL) {
        return a == b;
    }
    return count == 0 || memcmp(bcn_block_data(a), bcn_block_data(b),
                                (size_t)count * (size_t)width) == 0;
}

bool
bcn_cube_equal(const bcn_cube *a, const bcn_cube *b)
{
    return a->shape.ndim == b->shape.ndim &&
           memcmp(a->shape.dims, b->shape.dims,
                  a->shape.ndim * sizeof a->shape.dims[0]) == 0 &&
           a->stored == b->stored && a->width == b->width &&
           same_words(a->index, b->index, a->stored, 8) &&
           same_words(a->low, b->low, a->stored, a->width) &&
           same_words(a->high, b->high, a->stored, 8);
}
