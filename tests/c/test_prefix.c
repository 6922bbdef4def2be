#include "check.h"
#include "model/cube_ops.h"
#include "model/prefix.h"

static uint64_t state = 11;

static uint64_t
draw(uint64_t below)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (state >> 33) % below;
}

static bcn_status
make_cube(const bcn_shape *shape, uint64_t figures, int64_t least,
          uint64_t spread, bcn_cube **out)
{
    bcn_entry entries[64];
    uint64_t size;
    BCN_TRY(bcn_shape_size(shape, &size, NULL));
    size_t count = 0;
    uint64_t step = size / figures + (size < figures);
    for (uint64_t at = 0; at < size && count < 64; at += step) {
        int64_t value = least + (int64_t)draw(spread);
        entries[count++] = (bcn_entry){at, bcn_wide_of(value)};
    }
    return bcn_cube_from_entries(shape, entries, count, UINT64_MAX, 0, out,
                                 NULL);
}

/* Every range along every dimension is the sum of its positions. */
static void
check_all(const bcn_cube *cube)
{
    for (size_t dim = 0; dim < cube->shape.ndim; dim++) {
        bcn_prefix *prefix = NULL;
        CHECK_OK(bcn_prefix_new(cube, dim, 0, NULL, &prefix, NULL));
        uint64_t n = cube->shape.dims[dim];
        for (int turn = 0; turn < 12; turn++) {
            uint64_t from = draw(n + 1), left = n - from;
            uint64_t to = from + draw((left < 64 ? left : 64) + 1);
            bcn_cube *sum = NULL, *taken = NULL, *slow = NULL;
            CHECK_OK(bcn_prefix_between(prefix, from, to, &sum));
            CHECK_OK(bcn_cube_check(sum, NULL));
            uint64_t positions[64];
            CHECK(to - from <= 64);
            for (uint64_t p = from; p < to; p++) {
                positions[p - from] = p;
            }
            bool keep[BCN_DIMS_MAX];
            for (size_t d = 0; d < cube->shape.ndim; d++) {
                keep[d] = d != dim;
            }
            CHECK_OK(bcn_cube_take(cube, dim, positions, (size_t)(to - from),
                                   0, &taken, NULL));
            CHECK_OK(bcn_cube_sum(taken, keep, 0, &slow, NULL));
            CHECK(bcn_cube_equal(sum, slow));
            bcn_cube_drop(sum);
            bcn_cube_drop(taken);
            bcn_cube_drop(slow);
        }
        bcn_cube *out = NULL;
        CHECK_EQUAL(bcn_prefix_between(prefix, 1, 0, &out), BCN_RANGE);
        CHECK_EQUAL(bcn_prefix_between(prefix, 0, n + 1, &out), BCN_RANGE);
        bcn_prefix_free(prefix);
    }
}

static void
ranges_are_sums_of_their_positions(void)
{
    static const bcn_shape shapes[] = {{1, {9}},           {2, {5, 7}},
                                       {3, {4, 3, 6}},     {3, {60, 1, 2}},
                                       {3, {8, 4, 50000}}, {2, {0, 4}}};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        for (int kind = 0; kind < 3; kind++) {
            bcn_cube *cube = NULL;
            int64_t least = kind == 1 ? -50 : 0;
            uint64_t spread = kind == 2 ? UINT64_C(1) << 40 : 99;
            CHECK_OK(make_cube(&shapes[i], 50, least, spread, &cube));
            check_all(cube);
            bcn_cube_drop(cube);
        }
    }
}

static void
words_are_as_narrow_as_the_sums_allow(void)
{
    bcn_shape shape = {2, {2, 2}};
    int64_t least[] = {UINT32_MAX - 1, UINT32_MAX, -1};
    unsigned width[] = {4, 8, 8};
    for (size_t i = 0; i < 3; i++) {
        bcn_entry entries[3] = {{0, bcn_wide_of(least[i])},
                                {1, bcn_wide_of(UINT32_MAX)},
                                {2, bcn_wide_of(1)}};
        bcn_cube *cube = NULL;
        bcn_prefix *prefix = NULL;
        CHECK_OK(bcn_cube_from_entries(&shape, entries, 3, UINT64_MAX, 0,
                                       &cube, NULL));
        CHECK_OK(bcn_prefix_new(cube, 0, 0, NULL, &prefix, NULL));
        CHECK_EQUAL(prefix->width, width[i]);
        bcn_prefix_free(prefix);
        bcn_cube_drop(cube);
    }
}

static bool
stop_now(void *context)
{
    (void)context;
    return true;
}

static void
what_cannot_be_is_refused_in_words(void)
{
    bcn_error error;
    bcn_shape shape = {2, {3, 2}};
    bcn_entry entries[2] = {{0, bcn_wide_of(INT64_MAX)}, {1, bcn_wide_of(1)}};
    bcn_cube *cube = NULL;
    bcn_prefix *prefix = NULL;
    CHECK_OK(
        bcn_cube_from_entries(&shape, entries, 2, UINT64_MAX, 0, &cube, NULL));
    CHECK_EQUAL(bcn_prefix_new(cube, 0, 0, NULL, &prefix, &error),
                BCN_OVERFLOW);
    CHECK(strstr(error.text, "beyond 64 bits") != NULL);
    CHECK_EQUAL(bcn_prefix_new(cube, 2, 0, NULL, &prefix, &error), BCN_RANGE);
    bcn_cube_drop(cube);
    CHECK_OK(bcn_cube_from_entries(&shape, entries + 1, 1, UINT64_MAX, 0,
                                   &cube, NULL));
    CHECK_EQUAL(bcn_prefix_new(cube, 0, 10, NULL, &prefix, &error),
                BCN_TOO_LARGE);
    bcn_cube_drop(cube);
    bcn_shape large = {2, {8, 1 << 20}};
    bcn_watch watch = {.poll = stop_now};
    CHECK_OK(bcn_cube_from_entries(&large, entries + 1, 1, UINT64_MAX, 0,
                                   &cube, NULL));
    CHECK_EQUAL(bcn_prefix_new(cube, 0, 0, &watch, &prefix, &error),
                BCN_CANCELLED);
    bcn_cube_drop(cube);
    CHECK(prefix == NULL);
}

static bcn_status
everything_once(void)
{
    bcn_shape shape = {3, {3, 4, 5}};
    bcn_cube *cube = NULL, *sum = NULL;
    bcn_prefix *prefix = NULL;
    bcn_status status = make_cube(&shape, 30, 0, UINT64_C(1) << 33, &cube);
    if (status == BCN_OK) {
        status = bcn_prefix_new(cube, 1, 0, NULL, &prefix, NULL);
    }
    if (status == BCN_OK) {
        status = bcn_prefix_between(prefix, 1, 3, &sum);
    }
    bcn_cube_drop(sum);
    bcn_prefix_free(prefix);
    bcn_cube_drop(cube);
    return status;
}

int
main(void)
{
    ranges_are_sums_of_their_positions();
    words_are_as_narrow_as_the_sums_allow();
    what_cannot_be_is_refused_in_words();
    CHECK_SURVIVES(everything_once);
    return 0;
}
