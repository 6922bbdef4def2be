#include "model/prefix.h"

#include <string.h>

enum { PREFIX_STEP = 1 << 20 }; /* cells between two looks at the watch */

/* Where the cells of a cube go: cell (o, p, k) to row p + 1, o * inner + k. */
typedef struct layout {
    uint64_t positions, inner, cells;
} layout;

/* The sum of all |figures|, UINT64_MAX when it passes 64 bits; `negative`
 * says whether there is one below 0. */
static uint64_t
weigh(const bcn_cube *cube, bool *negative)
{
    const int64_t *low = bcn_block_data(cube->low);
    uint64_t sum = 0;
    *negative = false;
    for (uint64_t k = 0; k < cube->stored; k++) {
        uint64_t size = (uint64_t)low[k];
        if (low[k] < 0) {
            *negative = true;
            size = 0 - size;
        }
        if (sum > UINT64_MAX - size) {
            return UINT64_MAX;
        }
        sum += size;
    }
    return sum;
}

/* The greatest sum of one column: all of its cells together. */
static bcn_status
fullest(const bcn_cube *cube, const layout *to, uint64_t *most)
{
    uint64_t *sums = bcn_calloc((size_t)to->cells, sizeof *sums);
    if (sums == NULL) {
        return BCN_NOMEM;
    }
    uint64_t block = to->positions * to->inner;
    bcn_walk walk = {.cube = cube};
    while (block > 0 && bcn_walk_next(&walk)) {
        uint64_t outer = walk.index / block;
        sums[outer * to->inner + walk.index % to->inner] += walk.value.low;
    }
    *most = 0;
    for (uint64_t c = 0; c < to->cells; c++) {
        *most = sums[c] > *most ? sums[c] : *most;
    }
    bcn_free(sums);
    return BCN_OK;
}

/* row[c] = before[c] + figure of cell c; a dense cube whose first dimension
 * is added up along has its figures side by side. */
static void
add_row(const bcn_prefix *prefix, uint64_t p, const int64_t *figures)
{
    size_t cells = (size_t)prefix->cells;
    if (prefix->width == 4) {
        uint32_t *row =
            (uint32_t *)bcn_block_data(prefix->rows) + (p + 1) * cells;
        const uint32_t *before = row - cells;
        for (size_t c = 0; c < cells; c++) {
            row[c] =
                before[c] + (figures != NULL ? (uint32_t)figures[c] : row[c]);
        }
        return;
    }
    uint64_t *row = (uint64_t *)bcn_block_data(prefix->rows) + (p + 1) * cells;
    const uint64_t *before = row - cells;
    for (size_t c = 0; c < cells; c++) {
        row[c] = before[c] + (figures != NULL ? (uint64_t)figures[c] : row[c]);
    }
}

/* Lay every figure down in its row, where the order of the cube is another. */
static bcn_status
scatter(const bcn_cube *cube, const layout *to, bcn_prefix *prefix,
        bcn_watch *watch)
{
    uint64_t block = to->positions * to->inner, seen = 0;
    bcn_walk walk = {.cube = cube};
    while (bcn_walk_next(&walk)) {
        uint64_t outer = walk.index / block, rest = walk.index % block;
        uint64_t at = (rest / to->inner + 1) * to->cells + outer * to->inner +
                      rest % to->inner;
        if (prefix->width == 4) {
            ((uint32_t *)bcn_block_data(prefix->rows))[at] =
                (uint32_t)walk.value.low;
        } else {
            ((uint64_t *)bcn_block_data(prefix->rows))[at] = walk.value.low;
        }
        if (++seen % PREFIX_STEP == 0 && bcn_watch_check(watch, true)) {
            return BCN_CANCELLED;
        }
    }
    return BCN_OK;
}

static bcn_status
fill(const bcn_cube *cube, const layout *to, bcn_prefix *prefix,
     bcn_watch *watch)
{
    bool straight = cube->index == NULL && to->inner == to->cells;
    const int64_t *figures = bcn_block_data(cube->low);
    if (!straight) {
        BCN_TRY(scatter(cube, to, prefix, watch));
    }
    uint64_t seen = 0;
    for (uint64_t p = 0; p < prefix->positions; p++) {
        add_row(prefix, p, straight ? figures + p * prefix->cells : NULL);
        seen += prefix->cells;
        if (seen >= PREFIX_STEP) {
            seen = 0;
            if (bcn_watch_check(watch, true)) {
                return BCN_CANCELLED;
            }
        }
    }
    return BCN_OK;
}

static layout
layout_of(const bcn_cube *cube, size_t dim)
{
    layout to = {cube->shape.dims[dim], 1, 1};
    for (size_t d = 0; d < cube->shape.ndim; d++) {
        to.inner *= d > dim ? cube->shape.dims[d] : 1;
        to.cells *= d != dim ? cube->shape.dims[d] : 1;
    }
    return to;
}

bcn_status
bcn_prefix_new(const bcn_cube *cube, size_t dim, uint64_t limit,
               bcn_watch *watch, bcn_prefix **out, bcn_error *error)
{
    bool negative;
    if (dim >= cube->shape.ndim) {
        return bcn_fail(error, BCN_RANGE, "no such dimension");
    }
    uint64_t mass = cube->high != NULL ? UINT64_MAX : weigh(cube, &negative);
    if (mass > INT64_MAX) {
        return bcn_fail(error, BCN_OVERFLOW,
                        "figures beyond 64 bits are not added up along an "
                        "axis");
    }
    layout to = layout_of(cube, dim);
    uint64_t most = mass;
    if (!negative && most > UINT32_MAX) {
        BCN_TRY(fullest(cube, &to, &most));
    }
    unsigned width = negative || most > UINT32_MAX ? 8 : 4;
    uint64_t count;
    bcn_shape laid = {2, {to.positions + 1, to.cells}};
    BCN_TRY(bcn_shape_size(&laid, &count, error));
    BCN_TRY(bcn_shape_afford(count, width, limit, error));
    bcn_prefix *prefix = bcn_calloc(1, sizeof *prefix);
    if (prefix == NULL) {
        return BCN_NOMEM;
    }
    *prefix = (bcn_prefix){.positions = to.positions,
                           .cells = to.cells,
                           .mass = mass,
                           .width = width};
    for (size_t d = 0; d < cube->shape.ndim; d++) {
        if (d != dim) {
            prefix->shape.dims[prefix->shape.ndim++] = cube->shape.dims[d];
        }
    }
    prefix->rows = bcn_block_new((size_t)count, width, true);
    bcn_status status =
        prefix->rows == NULL ? BCN_NOMEM : fill(cube, &to, prefix, watch);
    if (status != BCN_OK) {
        bcn_prefix_free(prefix);
        return status;
    }
    *out = prefix;
    return BCN_OK;
}

void
bcn_prefix_free(bcn_prefix *prefix)
{
    if (prefix != NULL) {
        bcn_block_drop(prefix->rows);
        bcn_free(prefix);
    }
}

bcn_status
bcn_prefix_between(const bcn_prefix *prefix, uint64_t from, uint64_t to,
                   bcn_cube **out)
{
    if (from > to || to > prefix->positions) {
        return BCN_RANGE;
    }
    size_t cells = (size_t)prefix->cells;
    bcn_block *block = bcn_block_new(cells, 8, false);
    if (block == NULL) {
        return BCN_NOMEM;
    }
    int64_t *sums = bcn_block_data(block);
    if (prefix->width == 4) {
        const uint32_t *rows = bcn_block_data(prefix->rows);
        const uint32_t *low = rows + from * cells, *high = rows + to * cells;
        for (size_t c = 0; c < cells; c++) {
            sums[c] = high[c] - low[c];
        }
    } else {
        const uint64_t *rows = bcn_block_data(prefix->rows);
        const uint64_t *low = rows + from * cells, *high = rows + to * cells;
        for (size_t c = 0; c < cells; c++) {
            sums[c] = (int64_t)(high[c] - low[c]);
        }
    }
    return bcn_cube_from_dense(&prefix->shape, block, NULL, UINT64_MAX,
                               prefix->mass, out);
}
