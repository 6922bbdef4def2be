#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "model/cube.h"
#include "model/cube_maker.h"
#include "model/cube_ops.h"
#include "model/cube_read.h"

static uint64_t state = 5;

static uint64_t
draw(void)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return state >> 33;
}

static bcn_status
make_cube(const bcn_shape *shape, uint64_t entries, bool huge, bcn_cube **out)
{
    bcn_maker maker;
    BCN_TRY(bcn_maker_start(&maker, shape, entries, huge ? UINT64_MAX : 100, 0,
                            NULL));
    for (uint64_t i = 0; i < entries; i++) {
        uint64_t index = (draw() << 31 ^ draw()) % maker.size;
        bcn_wide value = bcn_wide_of(huge ? INT64_MAX : (int64_t)(draw() % 9));
        bcn_status status = bcn_maker_add(&maker, index, value);
        if (status != BCN_OK) {
            bcn_maker_drop(&maker);
            return status;
        }
    }
    maker.mass = huge ? UINT64_MAX : entries * 9;
    return bcn_maker_finish(&maker, out);
}

static bcn_cube *
cube_of(uint64_t a, uint64_t b, uint64_t c, uint64_t entries, bool huge)
{
    bcn_shape shape = {3, {a, b, c}};
    bcn_cube *cube = NULL;
    bcn_error error;
    CHECK_OK(make_cube(&shape, entries, huge, &cube));
    CHECK_OK(bcn_cube_check(cube, &error));
    return cube;
}

static bool
same(bcn_wide a, bcn_wide b)
{
    return bcn_wide_compare(a, b) == 0;
}

static void
the_form_follows_the_content_alone(void)
{
    bcn_cube *dense = cube_of(64, 32, 16, 9000, false);
    CHECK(!bcn_cube_sparse(dense) && dense->high == NULL);
    bcn_cube *sparse = cube_of(1u << 10, 1u << 10, 2, 5000, false);
    CHECK(bcn_cube_sparse(sparse));
    bcn_cube *wide = cube_of(2, 2, 2, 100, true);
    CHECK(wide->high != NULL);
    bcn_cube *nothing = NULL, *back = NULL;
    CHECK_OK(bcn_cube_add(wide, wide, true, 0, &nothing, NULL));
    CHECK(nothing->high == NULL);
    CHECK_EQUAL(bcn_cube_nonzero(nothing), 0);
    /* dense cells with the content of a sparse cube become that cube */
    bcn_block *cells = bcn_block_new((size_t)sparse->size, 8, true);
    bcn_walk walk = {.cube = sparse};
    while (bcn_walk_next(&walk)) {
        ((int64_t *)bcn_block_data(cells))[walk.index] =
            (int64_t)walk.value.low;
    }
    CHECK_OK(bcn_cube_from_dense(&sparse->shape, cells, NULL, UINT64_MAX,
                                 UINT64_MAX, &back));
    CHECK(bcn_cube_equal(sparse, back));
    CHECK(!bcn_cube_equal(sparse, dense));
    bcn_cube_drop(dense);
    bcn_cube_drop(sparse);
    bcn_cube_drop(wide);
    bcn_cube_drop(nothing);
    bcn_cube_drop(back);
}

/* Many cells are kept in the fewest bytes that hold all of them. */
static void
large_cubes_are_narrow(void)
{
    static const struct {
        int64_t most;
        int width;
    } cases[] = {{UINT8_MAX, 1}, {UINT8_MAX + 1, 2}, {UINT32_MAX, 4}, {-1, 8}};
    bcn_shape shape = {2, {1025, 1025}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bcn_error error;
        bcn_block *cells = bcn_block_new(1025 * 1025, 8, false), *laid = NULL;
        int64_t *values = bcn_block_data(cells);
        for (size_t k = 0; k < 1025 * 1025; k++) {
            values[k] = (int64_t)(k % 3);
        }
        values[77] = cases[i].most;
        bcn_cube *cube = NULL, *twice = NULL, *once = NULL, *none = NULL;
        CHECK_OK(bcn_cube_from_dense(&shape, bcn_block_keep(cells), NULL,
                                     UINT64_MAX, UINT64_C(1) << 40, &cube));
        CHECK_OK(bcn_cube_check(cube, &error));
        CHECK_EQUAL(cube->width, cases[i].width);
        CHECK_EQUAL(bcn_cube_bytes(cube),
                    UINT64_C(1025) * 1025 * (uint64_t)cases[i].width);
        CHECK_OK(bcn_cube_lay(cube, 0, &laid, &error));
        CHECK(memcmp(bcn_block_data(laid), values, 1025 * 1025 * 8) == 0);
        CHECK(same(bcn_cube_item(cube, 77), bcn_wide_of(cases[i].most)));
        /* there and back over other widths */
        CHECK_OK(bcn_cube_add(cube, cube, false, 0, &twice, &error));
        CHECK_OK(bcn_cube_check(twice, &error));
        CHECK_OK(bcn_cube_add(twice, cube, true, 0, &once, &error));
        CHECK(bcn_cube_equal(cube, once));
        bool first[2] = {true, false};
        bcn_cube *rows = NULL;
        CHECK_OK(bcn_cube_sum(cube, first, 0, &rows, &error));
        CHECK(rows->width == 8 &&
              same(bcn_cube_total(rows), bcn_cube_total(cube)));
        CHECK_OK(bcn_cube_add(cube, cube, true, 0, &none, &error));
        CHECK(bcn_cube_sparse(none) && none->stored == 0);
        bcn_block_drop(cells);
        bcn_block_drop(laid);
        bcn_cube_drop(cube);
        bcn_cube_drop(twice);
        bcn_cube_drop(once);
        bcn_cube_drop(rows);
        bcn_cube_drop(none);
    }
}

/* Laws that hold for any cube, whatever its form. */
static void
check_laws(const bcn_cube *cube)
{
    static const bool masks[8][3] = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0},
                                     {0, 0, 1}, {1, 1, 0}, {1, 0, 1},
                                     {0, 1, 1}, {1, 1, 1}};
    bcn_error error;
    bcn_wide total = bcn_cube_total(cube);
    for (int m = 0; m < 8; m++) {
        bcn_cube *sum = NULL, *all = NULL;
        CHECK_OK(bcn_cube_sum(cube, masks[m], 0, &sum, &error));
        CHECK_OK(bcn_cube_check(sum, &error));
        CHECK(same(bcn_cube_total(sum), total));
        bool none[3] = {false, false, false};
        CHECK_OK(bcn_cube_sum(sum, none, 0, &all, &error));
        CHECK(all->size == 1 && same(bcn_cube_item(all, 0), total));
        bcn_cube_drop(sum);
        bcn_cube_drop(all);
    }
    size_t order[3] = {2, 0, 1}, inverse[3] = {1, 2, 0};
    bcn_cube *turned = NULL, *back = NULL, *twice = NULL, *once = NULL;
    CHECK_OK(bcn_cube_permute(cube, order, 0, &turned, &error));
    CHECK_OK(bcn_cube_check(turned, &error));
    CHECK_OK(bcn_cube_permute(turned, inverse, 0, &back, &error));
    CHECK(bcn_cube_equal(cube, back));
    CHECK_OK(bcn_cube_add(cube, back, false, 0, &twice, &error));
    CHECK_OK(bcn_cube_check(twice, &error));
    CHECK_OK(bcn_cube_add(twice, cube, true, 0, &once, &error));
    CHECK(bcn_cube_equal(cube, once));
    const uint64_t *d = cube->shape.dims;
    bcn_walk walk = {.cube = cube};
    for (int i = 0; i < 50 && bcn_walk_next(&walk); i++) {
        uint64_t c = walk.index % d[2], b = walk.index / d[2] % d[1];
        uint64_t a = walk.index / d[2] / d[1];
        CHECK(same(bcn_cube_item(cube, walk.index), walk.value));
        CHECK(same(bcn_cube_item(turned, (c * d[0] + a) * d[1] + b),
                   walk.value));
        CHECK(same(bcn_cube_item(twice, walk.index),
                   bcn_wide_add(walk.value, walk.value)));
        uint64_t wanted[4] = {(b + 1) % d[1], b, b, 0};
        bcn_cube *taken = NULL, *picked = NULL;
        if (i % 10 != 0) {
            continue;
        }
        CHECK_OK(bcn_cube_take(cube, 1, wanted, 4, 0, &taken, &error));
        CHECK_OK(bcn_cube_check(taken, &error));
        CHECK_OK(bcn_cube_pick(cube, 1, b, 0, &picked, &error));
        CHECK_OK(bcn_cube_check(picked, &error));
        CHECK(same(bcn_cube_item(picked, a * d[2] + c), walk.value));
        for (uint64_t k = 0; k < 4; k++) {
            CHECK(
                same(bcn_cube_item(taken, (a * 4 + k) * d[2] + c),
                     bcn_cube_item(cube, (a * d[1] + wanted[k]) * d[2] + c)));
        }
        bcn_cube_drop(taken);
        bcn_cube_drop(picked);
    }
    bcn_cube_drop(turned);
    bcn_cube_drop(back);
    bcn_cube_drop(twice);
    bcn_cube_drop(once);
}

static void
operations_obey_their_laws(void)
{
    bcn_cube *cubes[6] = {
        cube_of(7, 5, 3, 60, false),        cube_of(64, 32, 16, 9000, false),
        cube_of(2048, 512, 3, 5000, false), cube_of(7, 5, 3, 60, true),
        cube_of(2048, 512, 3, 5000, true),  cube_of(1, 1, 1, 0, false)};
    for (int i = 0; i < 6; i++) {
        check_laws(cubes[i]);
        bcn_cube_drop(cubes[i]);
    }
}

static void
lists_tell_what_the_cube_holds(void)
{
    bcn_cube *cubes[3] = {cube_of(7, 5, 3, 60, false),
                          cube_of(2048, 512, 3, 5000, false),
                          cube_of(7, 5, 3, 60, true)};
    for (int k = 0; k < 3; k++) {
        const bcn_cube *cube = cubes[k];
        const uint64_t *d = cube->shape.dims;
        bcn_list list, part;
        CHECK_OK(bcn_cube_nonzeros(cube, 0, &list, NULL));
        CHECK(list.count == bcn_cube_nonzero(cube));
        CHECK_OK(bcn_cube_columns(cube, false, 0, cube->size, 0, &part, NULL));
        CHECK(part.count == list.count);
        for (uint64_t i = 0; i < list.count; i++) {
            uint64_t index = ((uint64_t *)bcn_block_data(list.index))[i];
            uint32_t a = ((uint32_t *)bcn_block_data(part.codes[0]))[i];
            uint32_t b = ((uint32_t *)bcn_block_data(part.codes[1]))[i];
            uint32_t c = ((uint32_t *)bcn_block_data(part.codes[2]))[i];
            CHECK(index == (a * d[1] + b) * d[2] + c);
            CHECK(((uint64_t *)bcn_block_data(part.low))[i] ==
                  bcn_cube_item(cube, index).low);
        }
        bcn_list_drop(&list);
        bcn_list_drop(&part);
        uint64_t stop = cube->size < 40 ? cube->size : 40;
        CHECK_OK(bcn_cube_columns(cube, true, 3, stop, 0, &part, NULL));
        CHECK(part.count == stop - 3);
        for (uint64_t i = 0; i < part.count; i++) {
            CHECK(((uint64_t *)bcn_block_data(part.low))[i] ==
                  bcn_cube_item(cube, i + 3).low);
        }
        bcn_list_drop(&part);
        bcn_entry *all = calloc(cube->stored + 1, sizeof *all);
        bcn_entry few[5];
        uint64_t count = bcn_cube_top(cube, cube->stored, NULL, all);
        CHECK(count == bcn_cube_nonzero(cube));
        for (uint64_t i = 1; i < count; i++) {
            int order = bcn_wide_compare(all[i - 1].value, all[i].value);
            CHECK(order > 0 ||
                  (order == 0 && all[i - 1].index < all[i].index));
        }
        CHECK(bcn_cube_top(cube, 5, NULL, few) == 5);
        for (int i = 0; i < 5; i++) {
            CHECK(few[i].index == all[i].index);
        }
        bcn_wide least, greatest;
        bcn_cube_extent(cube, &least, &greatest);
        CHECK(same(greatest, all[0].value));
        CHECK(bcn_wide_compare(least, bcn_wide_of(0)) >= 0);
        uint8_t drop[2048] = {0};
        drop[all[0].index / d[2] / d[1]] = 1;
        bcn_omit omit = {{drop}, true};
        count = bcn_cube_top(cube, 5, &omit, few);
        for (uint64_t i = 0; i < count; i++) {
            uint64_t a = few[i].index / d[2] / d[1];
            CHECK(drop[a] == 0 && a != few[i].index / d[2] % d[1]);
        }
        free(all);
        bcn_cube_drop(cubes[k]);
    }
}

static void
what_does_not_fit_is_refused_in_words(void)
{
    bcn_error error;
    bcn_cube *out = NULL;
    bcn_cube *cube = cube_of(7, 5, 3, 60, false);
    bcn_cube *other = cube_of(7, 3, 5, 60, false);
    CHECK_EQUAL(bcn_cube_add(cube, other, false, 0, &out, &error),
                BCN_INVALID);
    CHECK_EQUAL(bcn_cube_pick(cube, 3, 0, 0, &out, &error), BCN_RANGE);
    CHECK_EQUAL(bcn_cube_pick(cube, 1, 5, 0, &out, &error), BCN_RANGE);
    size_t order[3] = {0, 0, 1};
    CHECK_EQUAL(bcn_cube_permute(cube, order, 0, &out, &error), BCN_INVALID);
    bcn_route away[3] = {{NULL, 1}, {NULL, 7}, {NULL, 36}};
    CHECK_EQUAL(bcn_cube_map(cube, away, &cube->shape, 0, &out, &error),
                BCN_RANGE);
    size_t straight[3] = {0, 1, 2};
    CHECK_EQUAL(bcn_cube_permute(cube, straight, 100, &out, &error),
                BCN_TOO_LARGE);
    CHECK(strstr(error.text, "105 cells of 8 bytes") != NULL);
    CHECK(out == NULL);
    ((int64_t *)bcn_block_data(other->low))[0] = 77;
    other->size = 106;
    CHECK_EQUAL(bcn_cube_check(other, &error), BCN_CORRUPT);
    bcn_cube_drop(cube);
    bcn_cube_drop(other);
}

static bcn_status
everything_once(bool huge)
{
    state = 99;
    bcn_shape shape = {3, {2048, 512, 3}};
    bcn_cube *cube = NULL, *a = NULL, *b = NULL;
    bool keep[3] = {true, true, false};
    uint64_t positions[2] = {1, 1};
    bcn_list list = {0}, columns = {0};
    bcn_status status = make_cube(&shape, 70000, huge, &cube);
    if (status == BCN_OK) {
        status = bcn_cube_sum(cube, keep, 0, &a, NULL);
    }
    if (status == BCN_OK) {
        status = bcn_cube_take(a, 0, positions, 2, 0, &b, NULL);
    }
    bcn_cube_drop(a);
    a = NULL;
    if (status == BCN_OK) {
        status = bcn_cube_pick(b, 1, 3, 0, &a, NULL);
    }
    bcn_cube_drop(a);
    a = NULL;
    if (status == BCN_OK) {
        status = bcn_cube_add(cube, cube, false, 0, &a, NULL);
    }
    if (status == BCN_OK) {
        status = bcn_cube_nonzeros(b, 0, &list, NULL);
    }
    if (status == BCN_OK) {
        status = bcn_cube_columns(b, true, 0, 9, 0, &columns, NULL);
    }
    bcn_list_drop(&list);
    bcn_list_drop(&columns);
    bcn_cube_drop(a);
    bcn_cube_drop(b);
    bcn_cube_drop(cube);
    return status;
}

static bcn_status
with_small_figures(void)
{
    return everything_once(false);
}

static bcn_status
with_large_figures(void)
{
    return everything_once(true);
}

int
main(void)
{
    the_form_follows_the_content_alone();
    large_cubes_are_narrow();
    operations_obey_their_laws();
    lists_tell_what_the_cube_holds();
    what_does_not_fit_is_refused_in_words();
    CHECK_SURVIVES(with_small_figures);
    CHECK_SURVIVES(with_large_figures);
    return 0;
}
