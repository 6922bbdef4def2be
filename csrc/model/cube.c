#include "model/cube.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bcn_status
bcn_shape_size(const bcn_shape *shape, uint64_t *size, bcn_error *error)
{
    if (shape->ndim > BCN_DIMS_MAX) {
        return bcn_fail(error, BCN_INVALID,
                        "%zu axes: a question may have up to %d", shape->ndim,
                        BCN_DIMS_MAX);
    }
    uint64_t product = 1;
    for (size_t i = 0; i < shape->ndim; i++) {
        if (shape->dims[i] == 0) {
            *size = 0;
            return BCN_OK;
        }
    }
    for (size_t i = 0; i < shape->ndim; i++) {
        if (product > (uint64_t)INT64_MAX / shape->dims[i]) {
            char words[320] = "";
            size_t length = 0;
            for (size_t k = 0; k < shape->ndim && length < 290; k++) {
                length += (size_t)snprintf(words + length,
                                           sizeof words - length, "%s%" PRIu64,
                                           k > 0 ? " x " : "", shape->dims[k]);
            }
            return bcn_fail(error, BCN_TOO_LARGE,
                            "%s cells are more than can be numbered: ask for "
                            "fewer axes or a coarser time axis, or filter "
                            "with where=",
                            words);
        }
        product *= shape->dims[i];
    }
    *size = product;
    return BCN_OK;
}

bcn_status
bcn_shape_afford(uint64_t count, uint64_t width, uint64_t limit,
                 bcn_error *error)
{
    uint64_t most = (uint64_t)(SIZE_MAX / 2);
    if (limit != 0 && limit < most) {
        most = limit;
    }
    if (count <= most / width) {
        return BCN_OK;
    }
    return bcn_fail(error, BCN_TOO_LARGE,
                    "%" PRIu64 " cells of %" PRIu64
                    " bytes each would not fit in the %" PRIu64
                    " bytes of memory allowed: ask for fewer axes or a "
                    "coarser time axis, or filter with where=",
                    count, width, most);
}

static bcn_cube *
shell_new(const bcn_shape *shape, uint64_t size, uint64_t mass)
{
    bcn_cube *cube = bcn_calloc(1, sizeof *cube);
    if (cube != NULL) {
        atomic_init(&cube->owners, 1);
        cube->shape = *shape;
        cube->size = size;
        cube->mass = mass;
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

static uint64_t
count_nonzero(const int64_t *low, const int64_t *high, uint64_t count)
{
    uint64_t nonzero = 0;
    for (uint64_t k = 0; k < count; k++) {
        nonzero += low[k] != 0 || (high != NULL && high[k] != 0);
    }
    return nonzero;
}

/* Fill `cube` with the cells of `low` and `high` that are not 0. */
static bcn_status
make_sparse(bcn_cube *cube, const int64_t *low, const int64_t *high,
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
        if (low[i] != 0 || (high != NULL && high[i] != 0)) {
            index[k] = i;
            value[k] = low[i];
            if (high != NULL) {
                word[k] = high[i];
            }
            k++;
        }
    }
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
    const int64_t *highs = high == NULL ? NULL : bcn_block_data(high);
    if (size > (UINT64_C(1) << 20)) {
        if (nonzero == UINT64_MAX) {
            nonzero = count_nonzero(lows, highs, size);
        }
        if (bcn_shape_sparse(size, nonzero)) {
            status = make_sparse(cube, lows, highs, nonzero);
            if (status != BCN_OK) {
                goto fail;
            }
            bcn_block_drop(low);
            bcn_block_drop(high);
            *out = cube;
            return BCN_OK;
        }
    }
    cube->stored = size;
    cube->low = low;
    cube->high = high;
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
    bool wide = false;
    for (size_t i = 0; i < count; i++) {
        bcn_wide value = entries[i].value;
        nonzero += (value.low | (uint64_t)value.high) != 0;
        wide |= !bcn_wide_fits(value);
    }
    bool sparse = bcn_shape_sparse(size, nonzero);
    uint64_t stored = sparse ? nonzero : size;
    uint64_t words = UINT64_C(1) + sparse + wide;
    BCN_TRY(bcn_shape_afford(stored, 8 * words, limit, error));
    bcn_cube *cube = shell_new(shape, size, mass);
    if (cube == NULL) {
        return BCN_NOMEM;
    }
    cube->stored = stored;
    cube->index = sparse ? bcn_block_new((size_t)stored, 8, false) : NULL;
    cube->low = bcn_block_new((size_t)stored, 8, !sparse);
    cube->high = wide ? bcn_block_new((size_t)stored, 8, !sparse) : NULL;
    if ((sparse && cube->index == NULL) || cube->low == NULL ||
        (wide && cube->high == NULL)) {
        bcn_cube_drop(cube);
        return BCN_NOMEM;
    }
    uint64_t *index = sparse ? bcn_block_data(cube->index) : NULL;
    int64_t *low = bcn_block_data(cube->low);
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
        low[at] = (int64_t)value.low;
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
        bcn_block_bytes(cube->low) / 8 < cube->stored ||
        (cube->high != NULL &&
         bcn_block_bytes(cube->high) / 8 < cube->stored) ||
        (cube->index == NULL
             ? cube->stored != size
             : bcn_block_bytes(cube->index) / 8 < cube->stored)) {
        return bcn_fail(error, BCN_CORRUPT, "the parts differ in length");
    }
    const int64_t *low = bcn_block_data(cube->low);
    const int64_t *high =
        cube->high == NULL ? NULL : bcn_block_data(cube->high);
    if (high != NULL && !needs_high(low, high, cube->stored)) {
        return bcn_fail(error, BCN_CORRUPT, "wide without need");
    }
    uint64_t nonzero = count_nonzero(low, high, cube->stored);
    if (bcn_shape_sparse(size, nonzero) != bcn_cube_sparse(cube)) {
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
    const int64_t *low = bcn_block_data(cube->low);
    if (cube->high == NULL && cube->mass <= INT64_MAX) {
        int64_t sum = 0;
        for (uint64_t k = 0; k < cube->stored; k++) {
            sum += low[k];
        }
        return bcn_wide_of(sum);
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
    return count_nonzero(
        bcn_block_data(cube->low),
        cube->high == NULL ? NULL : bcn_block_data(cube->high), cube->stored);
}

uint64_t
bcn_cube_bytes(const bcn_cube *cube)
{
    uint64_t words = UINT64_C(1) + (cube->index != NULL);
    words += cube->high != NULL;
    return cube->stored * 8 * words;
}

static bool
same_words(const bcn_block *a, const bcn_block *b, uint64_t count)
{
    if (a == NULL || b == NULL) {
        return a == b;
    }
    return count == 0 || memcmp(bcn_block_data(a), bcn_block_data(b),
                                (size_t)count * 8) == 0;
}

bool
bcn_cube_equal(const bcn_cube *a, const bcn_cube *b)
{
    return a->shape.ndim == b->shape.ndim &&
           memcmp(a->shape.dims, b->shape.dims,
                  a->shape.ndim * sizeof a->shape.dims[0]) == 0 &&
           a->stored == b->stored &&
           same_words(a->index, b->index, a->stored) &&
           same_words(a->low, b->low, a->stored) &&
           same_words(a->high, b->high, a->stored);
}
