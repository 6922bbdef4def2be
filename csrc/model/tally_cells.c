/* tally_cells.c - from a cube to a tally and back, and its axes moved. */
#include <inttypes.h>
#include <stdlib.h>

#include "kernel/radix.h"
#include "model/cube_maker.h"
#include "model/tally_slab.h"

/* --- from a cube ------------------------------------------------------------ */

typedef struct making {
    bcn_tally *tally;
    size_t keys_capacity, slabs_capacity;
    bcn_figures figures; /* of the bucket in hand */
} making;

static bcn_status
room_for_one(making *self)
{
    bcn_tally *tally = self->tally;
    BCN_TRY(bcn_grow((void **)&tally->keys, &self->keys_capacity,
                     (tally->count + 1) * tally->clocks + 1,
                     sizeof *tally->keys));
    return bcn_grow((void **)&tally->slabs, &self->slabs_capacity,
                    tally->count + 1, sizeof *tally->slabs);
}

/* Close the bucket in hand: its place among all of the cube's is `bucket`. */
static bcn_status
close_bucket(making *self, const uint64_t *dims, uint64_t bucket,
             const int64_t *const *keys)
{
    bcn_tally *tally = self->tally;
    if (self->figures.count == 0) {
        return BCN_OK;
    }
    BCN_TRY(room_for_one(self));
    BCN_TRY(bcn_slab_make(&self->figures, tally->cells,
                          &tally->slabs[tally->count]));
    int64_t *key = tally->keys + tally->count * tally->clocks;
    for (size_t d = tally->clocks; d-- > 0;) {
        key[d] = keys[d][bucket % dims[d]];
        bucket /= dims[d];
    }
    tally->count++;
    self->figures.count = 0;
    return BCN_OK;
}

static bcn_status
fill(making *self, const bcn_cube *cube, const int64_t *const *keys)
{
    uint64_t cells = self->tally->cells, bucket = 0;
    uint64_t most = cube->stored < cells ? cube->stored : cells;
    bcn_walk walk = {.cube = cube};
    BCN_TRY(bcn_grow((void **)&self->figures.items, &self->figures.capacity,
                     (size_t)most, sizeof *self->figures.items));
    while (bcn_walk_next(&walk)) {
        if (walk.index - bucket * cells >= cells) {
            BCN_TRY(close_bucket(self, cube->shape.dims, bucket, keys));
            bucket = walk.index / cells;
        }
        self->figures.items[self->figures.count++] =
            (bcn_figure){(uint32_t)(walk.index - bucket * cells), walk.value};
    }
    return close_bucket(self, cube->shape.dims, bucket, keys);
}

static bool
rising(const int64_t *keys, uint64_t count)
{
    for (uint64_t i = 1; i < count; i++) {
        if (keys[i] <= keys[i - 1]) {
            return false;
        }
    }
    return true;
}

bcn_status
bcn_tally_from_cube(const bcn_cube *cube, size_t clocks,
                    const int64_t *const *keys, bcn_tally **out,
                    bcn_error *error)
{
    uint64_t cells = 1;
    if (clocks > cube->shape.ndim) {
        return bcn_fail(error, BCN_INVALID, "more axes than the cube has");
    }
    for (size_t d = 0; d < cube->shape.ndim; d++) {
        if (d >= clocks) {
            cells *= cube->shape.dims[d]; /* of a cube: cannot wrap */
        } else if (!rising(keys[d], cube->shape.dims[d])) {
            return bcn_fail(error, BCN_INVALID, "buckets in no order");
        }
    }
    making self = {0};
    BCN_TRY(bcn_tally_new(clocks, cells, &self.tally, error));
    bcn_status status = fill(&self, cube, keys);
    bcn_free(self.figures.items);
    if (status != BCN_OK) {
        bcn_tally_free(self.tally);
        return status;
    }
    *out = self.tally;
    return BCN_OK;
}

/* Rows by the order of their cells, so that equal ones are neighbours. */
static bcn_status
fill_rows(making *self, const bcn_plan *plan, uint64_t *cells,
          uint32_t *places, const int64_t *const *keys)
{
    uint64_t size = self->tally->cells, bucket = 0;
    size_t rows = plan->rows;
    bcn_plan_row_cells(plan, cells);
    for (size_t i = 0; i < rows; i++) {
        places[i] = (uint32_t)i;
    }
    bcn_radix_sort_pairs(cells, places, cells + rows, places + rows, rows);
    BCN_TRY(bcn_grow((void **)&self->figures.items, &self->figures.capacity,
                     rows, sizeof *self->figures.items));
    for (size_t i = 0; i < rows && cells[i] != BCN_SKIP;) {
        uint64_t cell = cells[i];
        bcn_wide sum = {0, 0};
        for (; i < rows && cells[i] == cell; i++) {
            sum = bcn_wide_add(
                sum, bcn_wide_of(plan->measure != NULL
                                     ? bcn_column_at(plan->measure, places[i])
                                     : 1));
        }
        if (cell - bucket * size >= size) {
            BCN_TRY(close_bucket(self, plan->shape.dims, bucket, keys));
            bucket = cell / size;
        }
        if ((sum.low | (uint64_t)sum.high) != 0) {
            self->figures.items[self->figures.count++] =
                (bcn_figure){(uint32_t)(cell - bucket * size), sum};
        }
    }
    return close_bucket(self, plan->shape.dims, bucket, keys);
}

bcn_status
bcn_tally_from_rows(const bcn_plan *plan, uint64_t cells, size_t clocks,
                    const int64_t *const *keys, bcn_tally **out,
                    bcn_error *error)
{
    making self = {0};
    size_t rows = plan->rows;
    if (rows > UINT32_MAX / 2 || cells == 0) {
        return bcn_fail(error, BCN_INVALID, "rows for no cell");
    }
    BCN_TRY(bcn_tally_new(clocks, cells, &self.tally, error));
    uint64_t *sorted = bcn_alloc(2 * rows, sizeof *sorted);
    uint32_t *places = bcn_alloc(2 * rows, sizeof *places);
    bcn_status status = BCN_NOMEM;
    if (sorted != NULL && places != NULL) {
        status = fill_rows(&self, plan, sorted, places, keys);
    }
    bcn_free(sorted);
    bcn_free(places);
    bcn_free(self.figures.items);
    if (status != BCN_OK) {
        bcn_tally_free(self.tally);
        return status;
    }
    *out = self.tally;
    return BCN_OK;
}

/* --- moved ------------------------------------------------------------------ */

static int
by_cell(const void *left, const void *right)
{
    const bcn_figure *a = left, *b = right;
    return (a->cell > b->cell) - (a->cell < b->cell);
}

/* Put figures in the order of their cells, and add up those of one cell. */
static bcn_status
settle(bcn_figures *figures)
{
    size_t kept = 0;
    if (figures->count == 0) {
        return BCN_OK;
    }
    qsort(figures->items, figures->count, sizeof *figures->items, by_cell);
    for (size_t i = 1; i < figures->count; i++) {
        if (figures->items[i].cell != figures->items[kept].cell) {
            figures->items[++kept] = figures->items[i];
        } else if (!bcn_figure_add(&figures->items[kept].value,
                                   figures->items[i].value)) {
            return BCN_OVERFLOW;
        }
    }
    figures->count = kept + 1;
    for (size_t i = kept = 0; i < figures->count; i++) {
        bcn_figure figure = figures->items[i];
        if ((figure.value.low | (uint64_t)figure.value.high) != 0) {
            figures->items[kept++] = figure;
        }
    }
    figures->count = kept;
    return BCN_OK;
}

static bcn_status
recode_all(const bcn_tally *tally, uint64_t old, uint64_t inner,
           const uint32_t *map, uint64_t size, making *self)
{
    bcn_tally *out = self->tally;
    for (size_t i = 0; i < tally->count; i++) {
        BCN_TRY(bcn_slab_read(&tally->slabs[i], &self->figures));
        for (size_t k = 0; k < self->figures.count; k++) {
            uint64_t cell = self->figures.items[k].cell;
            uint64_t position = cell / inner % old;
            self->figures.items[k].cell =
                (uint32_t)((cell / inner / old * size + map[position]) *
                               inner +
                           cell % inner);
        }
        BCN_TRY(settle(&self->figures));
        BCN_TRY(room_for_one(self));
        BCN_TRY(bcn_slab_make(&self->figures, out->cells,
                              &out->slabs[out->count]));
        for (size_t d = 0; d < out->clocks; d++) {
            out->keys[out->count * out->clocks + d] =
                tally->keys[i * out->clocks + d];
        }
        out->count++;
    }
    return BCN_OK;
}

bcn_status
bcn_tally_recode(const bcn_tally *tally, const bcn_shape *shape, size_t axis,
                 const uint32_t *map, uint64_t size, bcn_tally **out,
                 bcn_error *error)
{
    uint64_t cells, inner = 1;
    BCN_TRY(bcn_shape_size(shape, &cells, error));
    if (cells != tally->cells || axis >= shape->ndim) {
        return bcn_fail(error, BCN_INVALID,
                        "these are not the axes of the tally");
    }
    for (uint64_t p = 0; p < shape->dims[axis]; p++) {
        if (map[p] >= size) {
            return bcn_fail(error, BCN_RANGE, "no such position");
        }
    }
    for (size_t d = axis + 1; d < shape->ndim; d++) {
        inner *= shape->dims[d];
    }
    bcn_shape wider = *shape;
    wider.dims[axis] = size;
    BCN_TRY(bcn_shape_size(&wider, &cells, error));
    making self = {0};
    BCN_TRY(bcn_tally_new(tally->clocks, cells, &self.tally, error));
    bcn_status status =
        recode_all(tally, shape->dims[axis], inner, map, size, &self);
    bcn_free(self.figures.items);
    if (status != BCN_OK) {
        bcn_tally_free(self.tally);
        return status;
    }
    *out = self.tally;
    return BCN_OK;
}

/* --- to a cube -------------------------------------------------------------- */

/* The place of a bucket among those asked for; false: not one of them. */
static bool
place(const bcn_tally *tally, size_t bucket, const int64_t *const *keys,
      const size_t *counts, uint64_t *out)
{
    *out = 0;
    for (size_t d = 0; d < tally->clocks; d++) {
        int64_t key = tally->keys[bucket * tally->clocks + d];
        size_t from = 0, to = counts[d];
        while (from < to) {
            size_t middle = from + (to - from) / 2;
            if (keys[d][middle] < key) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        if (from == counts[d] || keys[d][from] != key) {
            return false;
        }
        *out = *out * counts[d] + from;
    }
    return true;
}

static bcn_status
lay_out(const bcn_tally *tally, const int64_t *const *keys,
        const size_t *counts, bcn_watch *watch, bcn_maker *maker,
        bcn_error *error)
{
    for (size_t i = 0; i < tally->count; i++) {
        const bcn_slab *slab = &tally->slabs[i];
        uint64_t bucket;
        if (bcn_watch_check(watch, true)) {
            return BCN_CANCELLED;
        }
        bool inside = place(tally, i, keys, counts, &bucket);
        const uint32_t *cells = slab->sparse ? bcn_slab_cells(slab) : NULL;
        for (uint32_t k = 0; k < slab->count; k++) {
            bcn_wide value = bcn_slab_value(slab, k);
            if ((value.low | (uint64_t)value.high) == 0) {
                continue;
            }
            if (!inside) {
                return bcn_fail(error, BCN_RANGE,
                                "figures outside the period asked for");
            }
            BCN_TRY(bcn_maker_add(
                maker, bucket * tally->cells + (cells != NULL ? cells[k] : k),
                value));
        }
    }
    return BCN_OK;
}

/* A bound of the sum of all magnitudes, or UINT64_MAX. */
static uint64_t
mass(const bcn_tally *tally, uint64_t *values)
{
    uint64_t sum = 0;
    *values = 0;
    for (size_t i = 0; i < tally->count; i++) {
        const bcn_slab *slab = &tally->slabs[i];
        *values += slab->count;
        if (slab->most != 0 && slab->count > (UINT64_MAX - sum) / slab->most) {
            sum = UINT64_MAX;
        } else if (sum != UINT64_MAX) {
            sum += slab->count * slab->most;
        }
    }
    return sum;
}

bcn_status
bcn_tally_cube(const bcn_tally *tally, const int64_t *const *keys,
               const size_t *counts, const bcn_shape *cells, uint64_t limit,
               bcn_watch *watch, bcn_cube **out, bcn_error *error)
{
    bcn_shape shape = {.ndim = tally->clocks + cells->ndim};
    uint64_t size;
    BCN_TRY(bcn_shape_size(cells, &size, error));
    if (size != tally->cells || shape.ndim > BCN_DIMS_MAX) {
        return bcn_fail(error, BCN_INVALID,
                        "these are not the axes of the tally");
    }
    for (size_t d = 0; d < shape.ndim; d++) {
        shape.dims[d] =
            d < tally->clocks ? counts[d] : cells->dims[d - tally->clocks];
        if (d < tally->clocks && !rising(keys[d], counts[d])) {
            return bcn_fail(error, BCN_INVALID, "buckets in no order");
        }
    }
    uint64_t values;
    uint64_t bound = mass(tally, &values);
    bcn_maker maker;
    BCN_TRY(bcn_maker_start(&maker, &shape, values, bound, limit, error));
    bcn_status status = lay_out(tally, keys, counts, watch, &maker, error);
    if (status != BCN_OK) {
        bcn_maker_drop(&maker);
        return status;
    }
    return bcn_maker_finish(&maker, out);
}
