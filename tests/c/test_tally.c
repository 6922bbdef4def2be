/* test_tally.c - cells by bucket against a plain array, merged in any order,
 * written and read back. */
#include <stdlib.h>

#include "base/digest.h"
#include "check.h"
#include "model/tally_slab.h"
#include "model/tally_wire.h"

enum { BUCKETS = 9, CELLS = 37 };

static uint64_t state = 7;

static uint64_t
draw(void)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return state >> 33;
}

/* Figures as a test keeps them: all buckets, all cells. */
typedef struct plain {
    bcn_wide at[BUCKETS][CELLS];
} plain;

static int64_t
value_of(int size)
{
    static const int64_t most[] = {3, 200, 70000, INT64_C(1) << 34, INT64_MAX};
    int64_t value = (int64_t)(draw() << 31 ^ draw()) % most[size];
    return size == 4 && draw() % 2 ? -value : value;
}

static bcn_cube *
cube_of(const bcn_shape *shape, const plain *figures)
{
    bcn_entry entries[BUCKETS * CELLS];
    size_t count = 0;
    bcn_cube *cube;
    for (uint64_t i = 0; i < BUCKETS * CELLS; i++) {
        entries[count++] = (bcn_entry){i, figures->at[i / CELLS][i % CELLS]};
    }
    CHECK_OK(bcn_cube_from_entries(shape, entries, count, UINT64_MAX, 0, &cube,
                                   NULL));
    return cube;
}

static const int64_t hours[BUCKETS] = {
    -7, -1, 0, 3, 4, 5, 1000, 1001, BCN_TALLY_UNSTATED};

/* A tally of drawn figures, which are added to `all`. */
static bcn_tally *
drawn(plain *all, int size, uint64_t sparsity)
{
    plain figures = {{{{0, 0}}}};
    for (size_t b = 0; b < BUCKETS; b++) {
        for (size_t c = 0; c < CELLS; c++) {
            if (draw() % 3 != 0 && draw() % sparsity == 0) {
                figures.at[b][c] = bcn_wide_of(value_of(size));
                all->at[b][c] = bcn_wide_add(all->at[b][c], figures.at[b][c]);
            }
        }
    }
    const bcn_shape shape = {2, {BUCKETS, CELLS}};
    const int64_t *keys[] = {hours};
    bcn_cube *cube = cube_of(&shape, &figures);
    bcn_tally *tally;
    CHECK_OK(bcn_tally_from_cube(cube, 1, keys, &tally, NULL));
    bcn_cube_drop(cube);
    return tally;
}

static bcn_writer
written(const bcn_tally *tally)
{
    bcn_writer writer = {0};
    CHECK_OK(bcn_tally_write(tally, NULL, &writer));
    return writer;
}

static bool
same_bytes(const bcn_tally *a, const bcn_tally *b)
{
    bcn_writer one = written(a), two = written(b);
    bool same = one.length == two.length &&
                memcmp(one.bytes, two.bytes, one.length) == 0;
    bcn_writer_free(&one);
    bcn_writer_free(&two);
    return same;
}

static void
check_figures(const bcn_tally *tally, const plain *all)
{
    const int64_t *keys[] = {hours};
    const size_t counts[] = {BUCKETS};
    const bcn_shape cells = {1, {CELLS}};
    bcn_cube *cube;
    bcn_wide total = {0, 0}, sum;
    CHECK_OK(
        bcn_tally_cube(tally, keys, counts, &cells, 0, NULL, &cube, NULL));
    for (uint64_t i = 0; i < BUCKETS * CELLS; i++) {
        bcn_wide expected = all->at[i / CELLS][i % CELLS];
        CHECK(bcn_wide_compare(bcn_cube_item(cube, i), expected) == 0);
        total = bcn_wide_add(total, expected);
    }
    CHECK_OK(bcn_tally_total(tally, &sum));
    CHECK(bcn_wide_compare(sum, total) == 0);
    bcn_cube_drop(cube);
}

static void
check_round(const bcn_tally *tally)
{
    bcn_writer writer = written(tally);
    bcn_tally *back;
    CHECK_OK(bcn_tally_read(writer.bytes, writer.length, NULL, &back, NULL));
    CHECK(same_bytes(tally, back));
    bcn_tally_free(back);
    bcn_writer_free(&writer);
}

static void
test_merge_in_any_order(int size, uint64_t sparsity)
{
    enum { PARTS = 6 };
    plain all = {{{{0, 0}}}};
    bcn_tally *parts[PARTS], *one, *other;
    for (int i = 0; i < PARTS; i++) {
        parts[i] = drawn(&all, size < 0 ? i % 5 : size, sparsity);
    }
    CHECK_OK(bcn_tally_copy(parts[0], &one));
    for (int i = 1; i < PARTS; i++) {
        bcn_tally *before;
        CHECK_OK(bcn_tally_copy(parts[i], &before));
        CHECK_OK(bcn_tally_merge(one, parts[i], false, NULL));
        CHECK(same_bytes(before, parts[i])); /* untouched */
        bcn_tally_free(before);
    }
    check_figures(one, &all);
    check_round(one);
    /* Pairs first, the other way round, and taken over. */
    for (int i = 0; i < PARTS; i += 2) {
        CHECK_OK(bcn_tally_merge(parts[i + 1], parts[i], true, NULL));
        CHECK_EQUAL(parts[i]->count, 0);
    }
    CHECK_OK(bcn_tally_new(1, CELLS, &other, NULL));
    for (int i = PARTS - 1; i > 0; i -= 2) {
        CHECK_OK(bcn_tally_merge(other, parts[i], i == 1, NULL));
    }
    CHECK(same_bytes(one, other));
    bcn_tally_free(other);
    bcn_tally_free(one);
    for (int i = 0; i < PARTS; i++) {
        bcn_tally_free(parts[i]);
    }
}

static bcn_tally *
single(int64_t value)
{
    const bcn_shape shape = {1, {2}};
    const bcn_entry entry = {1, bcn_wide_of(value)};
    bcn_cube *cube;
    bcn_tally *tally;
    CHECK_OK(
        bcn_cube_from_entries(&shape, &entry, 1, UINT64_MAX, 0, &cube, NULL));
    CHECK_OK(bcn_tally_from_cube(cube, 0, NULL, &tally, NULL));
    bcn_cube_drop(cube);
    return tally;
}

static void
test_narrow_and_wide(void)
{
    static const int64_t edges[] = {UINT8_MAX, UINT16_MAX, UINT32_MAX,
                                    INT64_MAX};
    static const uint8_t widths[] = {1, 2, 4, 8, 16};
    for (int i = 0; i < 4; i++) {
        bcn_tally *sum = single(edges[i]), *one = single(1);
        CHECK_EQUAL(sum->slabs[0].width, widths[i]);
        CHECK_OK(bcn_tally_merge(sum, one, false, NULL));
        CHECK_EQUAL(sum->slabs[0].width, widths[i + 1]);
        bcn_wide total;
        CHECK_OK(bcn_tally_total(sum, &total));
        CHECK(bcn_wide_compare(total, bcn_wide_add(bcn_wide_of(edges[i]),
                                                   bcn_wide_of(1))) == 0);
        check_round(sum);
        /* Back over the edge: the bytes are those of what never passed it. */
        bcn_tally *less = single(-1), *plain_edge = single(edges[i]);
        CHECK_OK(bcn_tally_merge(sum, less, false, NULL));
        CHECK(same_bytes(sum, plain_edge));
        bcn_tally_free(plain_edge);
        bcn_tally_free(less);
        bcn_tally_free(one);
        bcn_tally_free(sum);
    }
    bcn_tally *up = single(5), *down = single(-5), *nothing;
    CHECK_OK(bcn_tally_merge(up, down, false, NULL));
    CHECK_OK(bcn_tally_new(0, 2, &nothing, NULL));
    CHECK(same_bytes(up, nothing)); /* no figures, no bucket */
    CHECK_OK(bcn_tally_merge(up, down, false, NULL));
    CHECK(same_bytes(up, down));
    CHECK_OK(bcn_tally_merge(nothing, up, false, NULL));
    CHECK(same_bytes(nothing, down));
    bcn_tally_free(nothing);
    bcn_tally_free(down);
    bcn_tally_free(up);
}

static void
test_overflow_leaves_both(void)
{
    bcn_tally *sum = single(INT64_MAX), *more;
    bcn_error error = {""};
    bcn_status status = BCN_OK;
    int doubled = 0;
    while (status == BCN_OK) {
        CHECK_OK(bcn_tally_copy(sum, &more));
        bcn_writer before = written(sum);
        status = bcn_tally_merge(sum, more, false, &error);
        if (status != BCN_OK) {
            bcn_writer after = written(sum);
            CHECK(before.length == after.length &&
                  memcmp(before.bytes, after.bytes, after.length) == 0);
            CHECK(same_bytes(sum, more));
            bcn_writer_free(&after);
        }
        bcn_writer_free(&before);
        bcn_tally_free(more);
        doubled++;
    }
    CHECK_EQUAL(status, BCN_OVERFLOW);
    CHECK_EQUAL(doubled, 65); /* 2^63 - 1, 64 times */
    bcn_tally_free(sum);
}

static void
test_refuses(void)
{
    bcn_tally *one, *other, *many;
    bcn_error error = {""};
    CHECK_EQUAL(bcn_tally_new(5, 2, &many, &error), BCN_INVALID);
    CHECK_EQUAL(bcn_tally_new(1, UINT64_C(1) << 32, &many, &error),
                BCN_TOO_LARGE);
    CHECK_OK(bcn_tally_new(1, 2, &one, &error));
    CHECK_OK(bcn_tally_new(1, 3, &other, &error));
    CHECK_EQUAL(bcn_tally_merge(one, other, false, &error), BCN_INVALID);
    const int64_t falling[] = {2, 1};
    const int64_t *keys[] = {falling};
    const size_t counts[] = {2};
    const bcn_shape two = {1, {2}}, wrong = {1, {3}};
    bcn_cube *cube;
    CHECK_EQUAL(
        bcn_tally_cube(one, keys, counts, &two, 0, NULL, &cube, &error),
        BCN_INVALID);
    CHECK_EQUAL(
        bcn_tally_cube(one, keys, counts, &wrong, 0, NULL, &cube, &error),
        BCN_INVALID);
    plain all = {{{{0, 0}}}};
    bcn_tally *full = drawn(&all, 0, 1);
    const size_t few[] = {2};
    const int64_t *early[] = {hours};
    const bcn_shape cells = {1, {CELLS}};
    CHECK_EQUAL(
        bcn_tally_cube(full, early, few, &cells, 0, NULL, &cube, &error),
        BCN_RANGE);
    bcn_tally_free(full);
    bcn_tally_free(other);
    bcn_tally_free(one);
}

/* Positions move and meet: against the plain array. */
static void
test_recode(void)
{
    plain all = {{{{0, 0}}}};
    bcn_tally *tally = drawn(&all, 2, 1), *moved;
    /* 37 = 1 x 37: the one axis, folded by two and turned round */
    uint32_t map[CELLS];
    for (uint32_t p = 0; p < CELLS; p++) {
        map[p] = 18 - p / 2;
    }
    const bcn_shape shape = {2, {1, CELLS}};
    CHECK_OK(bcn_tally_recode(tally, &shape, 1, map, 20, &moved, NULL));
    CHECK_EQUAL(moved->cells, 20);
    const int64_t *keys[] = {hours};
    const size_t counts[] = {BUCKETS};
    const bcn_shape cells = {1, {20}};
    bcn_cube *cube;
    CHECK_OK(
        bcn_tally_cube(moved, keys, counts, &cells, 0, NULL, &cube, NULL));
    for (uint64_t b = 0; b < BUCKETS; b++) {
        for (uint32_t c = 0; c < 20; c++) {
            bcn_wide sum = {0, 0};
            for (uint32_t p = 0; p < CELLS; p++) {
                sum = map[p] == c ? bcn_wide_add(sum, all.at[b][p]) : sum;
            }
            CHECK(bcn_wide_compare(bcn_cube_item(cube, b * 20 + c), sum) == 0);
        }
    }
    bcn_cube_drop(cube);
    bcn_tally_free(moved);
    bcn_error error = {""};
    map[3] = 20;
    CHECK_EQUAL(bcn_tally_recode(tally, &shape, 1, map, 20, &moved, &error),
                BCN_RANGE);
    CHECK_EQUAL(bcn_tally_recode(tally, &shape, 2, map, 20, &moved, &error),
                BCN_INVALID);
    bcn_tally_free(tally);
}

/* Damage without a checksum above it: refused, or read as what it then says. */
static void
test_any_bytes(void)
{
    plain all = {{{{0, 0}}}};
    for (int size = 0; size < 5; size++) {
        bcn_tally *tally = drawn(&all, size, 1 + (uint64_t)size % 2 * 9);
        bcn_writer writer = written(tally);
        bcn_tally *back;
        bcn_error error = {""};
        for (size_t length = 0; length < writer.length; length++) {
            unsigned char *copy = bcn_alloc(length, 1);
            CHECK(copy != NULL);
            memcpy(copy, writer.bytes, length);
            CHECK_EQUAL(bcn_tally_read(copy, length, NULL, &back, &error),
                        BCN_CORRUPT);
            bcn_free(copy);
        }
        for (size_t bit = 0; bit < 8 * writer.length; bit++) {
            writer.bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
            bcn_status status = bcn_tally_read(writer.bytes, writer.length,
                                               NULL, &back, &error);
            CHECK(status == BCN_OK || status == BCN_CORRUPT);
            if (status == BCN_OK) {
                bcn_writer again = written(back);
                CHECK(again.length == writer.length &&
                      memcmp(again.bytes, writer.bytes, again.length) == 0);
                bcn_writer_free(&again);
                bcn_tally_free(back);
            }
            writer.bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        }
        bcn_writer_free(&writer);
        bcn_tally_free(tally);
    }
}

/* The same figures have the same digest under every compiler and for ever. */
static void
test_digest(void)
{
    state = 11;
    plain all = {{{{0, 0}}}};
    bcn_tally *sum = drawn(&all, 0, 1);
    for (int size = 1; size < 5; size++) {
        bcn_tally *more = drawn(&all, size, 3);
        CHECK_OK(bcn_tally_merge(sum, more, true, NULL));
        bcn_tally_free(more);
    }
    bcn_writer writer = written(sum);
    unsigned char digest[BCN_DIGEST_BYTES];
    char shown[2 * BCN_DIGEST_BYTES + 1];
    bcn_digest_of(writer.bytes, writer.length, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        (void)snprintf(shown + 2 * i, 3, "%02x", digest[i]);
    }
    printf("digest %s of %zu bytes\n", shown, writer.length);
    CHECK_TEXT(shown, "2d4bb9ead8ab115aed6638c926d76640");
    bcn_writer_free(&writer);
    bcn_tally_free(sum);
}

static bcn_status
scenario(void)
{
    state = 3;
    plain all = {{{{0, 0}}}};
    const bcn_shape shape = {2, {BUCKETS, CELLS}};
    const int64_t *keys[] = {hours};
    bcn_entry entries[3] = {{5, {1, 0}}, {40, {2, 0}}, {300, {UINT64_MAX, 0}}};
    bcn_cube *cube = NULL;
    bcn_tally *one = NULL, *two = NULL, *back = NULL, *moved = NULL;
    bcn_writer writer = {0};
    uint32_t map[CELLS] = {0};
    (void)all;
    bcn_status status =
        bcn_cube_from_entries(&shape, entries, 3, UINT64_MAX, 0, &cube, NULL);
    if (status == BCN_OK) {
        status = bcn_tally_from_cube(cube, 1, keys, &one, NULL);
    }
    if (status == BCN_OK) {
        status = bcn_tally_new(1, CELLS, &two, NULL);
    }
    if (status == BCN_OK) {
        status = bcn_tally_merge(two, one, false, NULL);
    }
    if (status == BCN_OK) {
        status = bcn_tally_merge(two, one, true, NULL);
    }
    if (status == BCN_OK) {
        status = bcn_tally_write(two, NULL, &writer);
    }
    if (status == BCN_OK) {
        status =
            bcn_tally_read(writer.bytes, writer.length, NULL, &back, NULL);
    }
    if (status == BCN_OK) {
        const bcn_shape cells = {1, {CELLS}};
        status = bcn_tally_recode(back, &cells, 0, map, 1, &moved, NULL);
    }
    bcn_writer_free(&writer);
    bcn_tally_free(moved);
    bcn_tally_free(back);
    bcn_tally_free(two);
    bcn_tally_free(one);
    bcn_cube_drop(cube);
    return status;
}

int
main(void)
{
    for (int size = -1; size < 5; size++) {
        test_merge_in_any_order(size, 1);
        test_merge_in_any_order(size, 20);
    }
    test_narrow_and_wide();
    test_overflow_leaves_both();
    test_refuses();
    test_recode();
    test_any_bytes();
    test_digest();
    CHECK_SURVIVES(scenario);
    return 0;
}
