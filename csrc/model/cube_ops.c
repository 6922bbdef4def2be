#include "model/cube_ops.h"

#include <string.h>

#include "kernel/clock.h" /* BCN_SKIP */
#include "kernel/narrow.h"
#include "model/cube_maker.h"

static uint64_t
capped_sum(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* A dimension with its route; neighbours that behave as one are joined. */
typedef struct leg {
    uint64_t dim;
    bcn_route route;
} leg;

static size_t
join_legs(const bcn_cube *cube, const bcn_route *routes, leg *legs)
{
    size_t count = 0;
    for (size_t d = 0; d < cube->shape.ndim; d++) {
        leg next = {cube->shape.dims[d], routes[d]};
        if (next.dim == 1 && next.route.table == NULL) {
            continue;
        }
        leg *last = count == 0 ? NULL : &legs[count - 1];
        if (last != NULL && last->route.table == NULL &&
            next.route.table == NULL &&
            last->route.stride == next.route.stride * next.dim) {
            last->dim *= next.dim;
            last->route.stride = next.route.stride;
        } else {
            legs[count++] = next;
        }
    }
    if (count == 0) {
        legs[count++] = (leg){1, {NULL, 0}};
    }
    return count;
}

static uint64_t
offset_of(const bcn_route *route, uint64_t position)
{
    return route->table != NULL ? route->table[position]
                                : position * route->stride;
}

static bcn_status
check_routes(const bcn_cube *cube, const bcn_route *routes, uint64_t size,
             bcn_error *error)
{
    uint64_t reach = 0;
    for (size_t d = 0; d < cube->shape.ndim; d++) {
        uint64_t most = 0, dim = cube->shape.dims[d];
        if (routes[d].table == NULL) {
            uint64_t stride = routes[d].stride;
            most = stride == 0                           ? 0
                   : dim - 1 > (UINT64_MAX - 1) / stride ? UINT64_MAX
                                                         : (dim - 1) * stride;
        }
        for (uint64_t i = 0; routes[d].table != NULL && i < dim; i++) {
            uint64_t offset = routes[d].table[i];
            most = offset != BCN_SKIP && offset > most ? offset : most;
        }
        reach = capped_sum(reach, most);
    }
    if (reach >= size) {
        return bcn_fail(error, BCN_RANGE, "the tables leave the shape");
    }
    return BCN_OK;
}

/* Add numbers to cells that hold any partial sum. */
static BCN_ALWAYS_INLINE void
map_numbers(int64_t *to, const bcn_route *route, const void *from, int width,
            uint64_t at, uint64_t count)
{
    if (route->table != NULL) {
        for (uint64_t i = 0; i < count; i++) {
            if (route->table[i] != BCN_SKIP) {
                to[route->table[i]] += bcn_number_at(from, width, at + i);
            }
        }
    } else if (route->stride == 0) {
        int64_t sum = 0;
        for (uint64_t i = 0; i < count; i++) {
            sum += bcn_number_at(from, width, at + i);
        }
        *to += sum;
    } else if (route->stride == 1) {
        for (uint64_t i = 0; i < count; i++) {
            to[i] += bcn_number_at(from, width, at + i);
        }
    } else {
        for (uint64_t i = 0; i < count; i++) {
            to[i * route->stride] += bcn_number_at(from, width, at + i);
        }
    }
}

/* Add `count` neighbouring cells from `at` on; the first goes to `base`. */
static bcn_status
map_row(const bcn_cube *cube, const bcn_route *route, uint64_t at,
        uint64_t count, uint64_t base, bcn_maker *maker)
{
    if (maker->low != NULL && maker->high == NULL && cube->high == NULL) {
        /* The mass says that no partial sum leaves 64 bits. */
        int64_t *to = (int64_t *)bcn_block_data(maker->low) + base;
        const void *from = bcn_block_data(cube->low);
        switch (cube->width) {
        case 1:
            map_numbers(to, route, from, 1, at, count);
            break;
        case 2:
            map_numbers(to, route, from, 2, at, count);
            break;
        case 4:
            map_numbers(to, route, from, 4, at, count);
            break;
        default:
            map_numbers(to, route, from, 8, at, count);
        }
        return BCN_OK;
    }
    for (uint64_t i = 0; i < count; i++) {
        bcn_wide value = bcn_cube_stored(cube, at + i);
        uint64_t offset = offset_of(route, i);
        if (offset != BCN_SKIP && (value.low | (uint64_t)value.high) != 0) {
            BCN_TRY(bcn_maker_add(maker, base + offset, value));
        }
    }
    return BCN_OK;
}

static bcn_status
map_dense(const bcn_cube *cube, const leg *legs, size_t count,
          bcn_maker *maker)
{
    uint64_t position[BCN_DIMS_MAX] = {0}, block[BCN_DIMS_MAX];
    const leg *inner = &legs[count - 1];
    block[count - 1] = inner->dim;
    for (size_t d = count - 1; d-- > 0;) {
        block[d] = block[d + 1] * legs[d].dim;
    }
    for (uint64_t at = 0; at < cube->size;) {
        uint64_t base = 0;
        size_t d = 0; /* the dimension to go on along */
        for (; d + 1 < count; d++) {
            uint64_t offset = offset_of(&legs[d].route, position[d]);
            if (offset == BCN_SKIP) { /* and so the whole block below */
                break;
            }
            base += offset;
        }
        if (d + 1 == count) {
            BCN_TRY(map_row(cube, &inner->route, at, inner->dim, base, maker));
            at += inner->dim;
        } else {
            at += block[d + 1];
            d++;
        }
        while (d-- > 0) {
            if (++position[d] < legs[d].dim) {
                break;
            }
            position[d] = 0;
        }
    }
    return BCN_OK;
}

static bcn_status
map_sparse(const bcn_cube *cube, const leg *legs, size_t count,
           bcn_maker *maker)
{
    bcn_walk walk = {.cube = cube};
    while (bcn_walk_next(&walk)) {
        uint64_t rest = walk.index, index = 0;
        for (size_t d = count; d-- > 0 && index != BCN_SKIP;) {
            uint64_t offset = offset_of(&legs[d].route, rest % legs[d].dim);
            rest /= legs[d].dim;
            index = offset == BCN_SKIP ? BCN_SKIP : index + offset;
        }
        if (index != BCN_SKIP) {
            BCN_TRY(bcn_maker_add(maker, index, walk.value));
        }
    }
    return BCN_OK;
}

bcn_status
bcn_cube_map(const bcn_cube *cube, const bcn_route *routes,
             const bcn_shape *shape, uint64_t limit, bcn_cube **out,
             bcn_error *error)
{
    bcn_maker maker;
    leg legs[BCN_DIMS_MAX];
    BCN_TRY(bcn_maker_start(&maker, shape, cube->stored, cube->mass, limit,
                            error));
    bcn_status status = BCN_OK;
    if (cube->size > 0) {
        status = check_routes(cube, routes, maker.size, error);
        if (status == BCN_OK) {
            size_t count = join_legs(cube, routes, legs);
            status = cube->index == NULL
                         ? map_dense(cube, legs, count, &maker)
                         : map_sparse(cube, legs, count, &maker);
        }
    }
    if (status != BCN_OK) {
        bcn_maker_drop(&maker);
        return status;
    }
    return bcn_maker_finish(&maker, out);
}

/* Give the dimensions named in `order` row-major strides. */
static void
route_in_order(const bcn_cube *cube, const size_t *order, size_t count,
               bcn_shape *shape, bcn_route *routes)
{
    uint64_t stride = 1;
    shape->ndim = count;
    for (size_t i = count; i-- > 0;) {
        uint64_t dim = cube->shape.dims[order[i]];
        shape->dims[i] = dim;
        routes[order[i]] = (bcn_route){NULL, stride};
        stride *= dim > 0 ? dim : 1;
    }
}

bcn_status
bcn_cube_sum(const bcn_cube *cube, const bool *keep, uint64_t limit,
             bcn_cube **out, bcn_error *error)
{
    bcn_shape shape = {0};
    bcn_route routes[BCN_DIMS_MAX] = {{0}};
    size_t order[BCN_DIMS_MAX], count = 0;
    for (size_t d = 0; d < cube->shape.ndim; d++) {
        if (keep[d]) {
            order[count++] = d;
        }
    }
    route_in_order(cube, order, count, &shape, routes);
    return bcn_cube_map(cube, routes, &shape, limit, out, error);
}

bcn_status
bcn_cube_permute(const bcn_cube *cube, const size_t *order, uint64_t limit,
                 bcn_cube **out, bcn_error *error)
{
    bcn_shape shape = {0};
    bcn_route routes[BCN_DIMS_MAX] = {{0}};
    bool seen[BCN_DIMS_MAX] = {false};
    for (size_t i = 0; i < cube->shape.ndim; i++) {
        if (order[i] >= cube->shape.ndim || seen[order[i]]) {
            return bcn_fail(error, BCN_INVALID,
                            "an order names every dimension once");
        }
        seen[order[i]] = true;
    }
    route_in_order(cube, order, cube->shape.ndim, &shape, routes);
    return bcn_cube_map(cube, routes, &shape, limit, out, error);
}

static bcn_status
check_position(const bcn_cube *cube, size_t dim, uint64_t position,
               bcn_error *error)
{
    if (dim >= cube->shape.ndim || position >= cube->shape.dims[dim]) {
        return bcn_fail(error, BCN_RANGE, "no such position");
    }
    return BCN_OK;
}

bcn_status
bcn_cube_pick(const bcn_cube *cube, size_t dim, uint64_t position,
              uint64_t limit, bcn_cube **out, bcn_error *error)
{
    bcn_shape shape = {0};
    bcn_route routes[BCN_DIMS_MAX] = {{0}};
    size_t order[BCN_DIMS_MAX], count = 0;
    BCN_TRY(check_position(cube, dim, position, error));
    for (size_t d = 0; d < cube->shape.ndim; d++) {
        if (d != dim) {
            order[count++] = d;
        }
    }
    size_t entries = (size_t)cube->shape.dims[dim];
    uint64_t *table = bcn_alloc(entries, sizeof *table);
    if (table == NULL) {
        return BCN_NOMEM;
    }
    memset(table, 0xff, entries * sizeof *table); /* BCN_SKIP */
    table[position] = 0;
    route_in_order(cube, order, count, &shape, routes);
    routes[dim].table = table;
    bcn_status status = bcn_cube_map(cube, routes, &shape, limit, out, error);
    bcn_free(table);
    return status;
}

/* The walk through the positions: where[p] is the last place of position p
 * in the list, earlier[i] the place before i of the same position. */
bcn_status
bcn_cube_take(const bcn_cube *cube, size_t dim, const uint64_t *positions,
              size_t count, uint64_t limit, bcn_cube **out, bcn_error *error)
{
    for (size_t i = 0; i < count; i++) {
        BCN_TRY(check_position(cube, dim, positions[i], error));
    }
    if (dim >= cube->shape.ndim) {
        return check_position(cube, dim, 0, error);
    }
    bcn_shape shape = cube->shape;
    shape.dims[dim] = count;
    uint64_t inner = 1, size;
    BCN_TRY(bcn_shape_size(&shape, &size, error));
    for (size_t d = dim + 1; d < shape.ndim; d++) {
        inner *= shape.dims[d];
    }
    uint64_t block = inner * cube->shape.dims[dim];
    uint64_t mass = cube->mass, entries = size;
    if (cube->index != NULL && count < UINT64_MAX / (cube->stored + 1)) {
        entries = cube->stored * count < size ? cube->stored * count : size;
    }
    mass = count != 0 && mass > UINT64_MAX / count ? UINT64_MAX : mass * count;
    bcn_maker maker;
    BCN_TRY(bcn_maker_start(&maker, &shape, entries, mass, limit, error));
    bcn_status status = BCN_OK;
    size_t dims = (size_t)cube->shape.dims[dim];
    size_t *where = bcn_alloc(dims, sizeof *where);
    size_t *earlier = bcn_alloc(count, sizeof *earlier);
    if (where == NULL || earlier == NULL) {
        status = BCN_NOMEM;
    } else {
        memset(where, 0xff, dims * sizeof *where);
        for (size_t i = 0; i < count; i++) {
            earlier[i] = where[positions[i]];
            where[positions[i]] = i;
        }
    }
    bcn_walk walk = {.cube = cube};
    while (status == BCN_OK && size > 0 && bcn_walk_next(&walk)) {
        uint64_t outer = walk.index / block, rest = walk.index % block;
        size_t at = where[rest / inner];
        for (; at != SIZE_MAX && status == BCN_OK; at = earlier[at]) {
            status = bcn_maker_add(&maker,
                                   (outer * count + at) * inner + rest % inner,
                                   walk.value);
        }
    }
    bcn_free(where);
    bcn_free(earlier);
    if (status != BCN_OK) {
        bcn_maker_drop(&maker);
        return status;
    }
    return bcn_maker_finish(&maker, out);
}

bcn_status
bcn_cube_add(const bcn_cube *a, const bcn_cube *b, bool subtract,
             uint64_t limit, bcn_cube **out, bcn_error *error)
{
    if (a->shape.ndim != b->shape.ndim ||
        memcmp(a->shape.dims, b->shape.dims,
               a->shape.ndim * sizeof a->shape.dims[0]) != 0) {
        return bcn_fail(error, BCN_INVALID, "the shapes differ");
    }
    uint64_t mass = capped_sum(a->mass, b->mass);
    uint64_t entries = a->stored + b->stored;
    bcn_maker maker;
    BCN_TRY(bcn_maker_start(&maker, &a->shape, entries, mass, limit, error));
    if (maker.low != NULL && maker.high == NULL && a->index == NULL &&
        b->index == NULL) {
        uint64_t *to = bcn_block_data(maker.low);
        size_t size = (size_t)a->size;
        bcn_narrow_copy(to, 8, bcn_block_data(b->low), b->width, size);
        for (size_t i = 0; subtract && i < size; i++) {
            to[i] = 0 - to[i];
        }
        bcn_narrow_add_u64(to, bcn_block_data(a->low), a->width, size);
        return bcn_maker_finish(&maker, out);
    }
    bcn_status status = BCN_OK;
    bcn_walk walk = {.cube = a};
    while (status == BCN_OK && bcn_walk_next(&walk)) {
        status = bcn_maker_add(&maker, walk.index, walk.value);
    }
    walk = (bcn_walk){.cube = b};
    while (status == BCN_OK && bcn_walk_next(&walk)) {
        status =
            bcn_maker_add(&maker, walk.index,
                          subtract ? bcn_wide_negate(walk.value) : walk.value);
    }
    if (status != BCN_OK) {
        bcn_maker_drop(&maker);
        return status;
    }
    return bcn_maker_finish(&maker, out);
}
