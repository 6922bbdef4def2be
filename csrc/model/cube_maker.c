#include "model/cube_maker.h"

void
bcn_maker_drop(bcn_maker *maker)
{
    bcn_block_drop(maker->low);
    bcn_block_drop(maker->high);
    bcn_gather_free(maker->gather);
    bcn_free(maker->keys);
    bcn_free(maker->values);
    *maker = (bcn_maker){0};
}

bcn_status
bcn_maker_start(bcn_maker *maker, const bcn_shape *shape, uint64_t entries,
                uint64_t mass, uint64_t limit, bcn_error *error)
{
    *maker = (bcn_maker){
        .shape = *shape, .mass = mass, .limit = limit, .error = error};
    BCN_TRY(bcn_shape_size(shape, &maker->size, error));
    bool wide = mass > INT64_MAX;
    if (!bcn_shape_sparse(maker->size, entries) &&
        bcn_shape_afford(maker->size, wide ? 16 : 8, limit, NULL) == BCN_OK) {
        size_t size = (size_t)maker->size;
        maker->low = bcn_block_new(size, 8, true);
        maker->high = wide ? bcn_block_new(size, 8, true) : NULL;
        if (maker->low == NULL || (wide && maker->high == NULL)) {
            bcn_maker_drop(maker);
            return BCN_NOMEM;
        }
        return BCN_OK;
    }
    maker->gather = bcn_gather_new();
    maker->keys = bcn_alloc(BCN_GATHER_BLOCK, sizeof *maker->keys);
    maker->values = bcn_alloc(BCN_GATHER_BLOCK, sizeof *maker->values);
    if (maker->gather == NULL || maker->keys == NULL ||
        maker->values == NULL) {
        bcn_maker_drop(maker);
        return BCN_NOMEM;
    }
    return BCN_OK;
}

static bcn_status
pour(bcn_maker *maker)
{
    size_t count = maker->waiting;
    maker->waiting = 0;
    return bcn_gather_push(maker->gather, maker->keys, maker->values, count);
}

bcn_status
bcn_maker_add(bcn_maker *maker, uint64_t index, bcn_wide value)
{
    if (maker->low != NULL) {
        int64_t *low = (int64_t *)bcn_block_data(maker->low) + index;
        if (maker->high == NULL) {
            *low = (int64_t)((uint64_t)*low + value.low);
            return BCN_OK;
        }
        int64_t *high = (int64_t *)bcn_block_data(maker->high) + index;
        bcn_wide sum = bcn_wide_add((bcn_wide){(uint64_t)*low, *high}, value);
        *low = (int64_t)sum.low;
        *high = sum.high;
        return BCN_OK;
    }
    if (maker->waiting == BCN_GATHER_BLOCK) {
        BCN_TRY(pour(maker));
    }
    maker->keys[maker->waiting] = index;
    maker->values[maker->waiting++] = value;
    return BCN_OK;
}

bcn_status
bcn_maker_finish(bcn_maker *maker, bcn_cube **out)
{
    bcn_status status;
    if (maker->low != NULL) {
        bcn_block *low = maker->low, *high = maker->high;
        maker->low = maker->high = NULL;
        status = bcn_cube_from_dense(&maker->shape, low, high, UINT64_MAX,
                                     maker->mass, out);
    } else {
        const bcn_entry *entries;
        size_t count;
        status = pour(maker);
        if (status == BCN_OK) {
            status = bcn_gather_finish(maker->gather, &entries, &count);
        }
        if (status == BCN_OK) {
            status = bcn_cube_from_entries(&maker->shape, entries, count,
                                           maker->mass, maker->limit, out,
                                           maker->error);
        }
    }
    bcn_maker_drop(maker);
    return status;
}
