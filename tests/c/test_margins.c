/* The margins of squares, by every variant, against the loop one would write first. */
#include "kernel/margins.h"

#include "check.h"

enum { MOST = 41, ROUNDS = 400 };

static uint64_t state = 20231128;

static uint64_t
draw(uint64_t limit)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (state >> 33) % limit;
}

static int64_t
draw_cell(int64_t top)
{
    int64_t value =
        (int64_t)draw((uint64_t)top) - (draw(3) == 0 ? top / 2 : 0);
    return draw(2) == 0 ? 0 : value;
}

static void
every_variant_is_the_obvious_loop(bcn_margins_reader read)
{
    for (int round = 0; read != NULL && round < ROUNDS; round++) {
        static int64_t cells[MOST * MOST], arrays[4 * MOST];
        size_t count = draw(MOST + 1);
        int64_t largest = 0, top = draw(2) == 0 ? 9 : INT64_C(1) << 31;
        for (size_t i = 0; i < count * count; i++) {
            cells[i] = draw_cell(top);
            largest = cells[i] > largest ? cells[i] : largest;
        }
        memset(arrays, 0, sizeof arrays);
        bcn_margins margins = {arrays, arrays + MOST, arrays + 2 * MOST,
                               arrays + 3 * MOST, 0};
        read(cells, count, &margins);
        CHECK_EQUAL(margins.largest, largest);
        for (size_t i = 0; i < count; i++) {
            int64_t sums[2] = {0, 0}, zeros[2] = {0, 0};
            for (size_t j = 0; j < count; j++) {
                sums[0] += cells[i * count + j];
                sums[1] += cells[j * count + i];
                zeros[0] += cells[i * count + j] == 0;
                zeros[1] += cells[j * count + i] == 0;
            }
            CHECK_EQUAL(margins.row_sum[i], sums[0]);
            CHECK_EQUAL(margins.column_sum[i], sums[1]);
            CHECK_EQUAL(margins.row_zeros[i], zeros[0]);
            CHECK_EQUAL(margins.column_zeros[i], zeros[1]);
        }
    }
}

static void
the_ends_of_the_range_are_told_apart(bcn_margins_reader read)
{
    static int64_t cells[64], arrays[32];
    if (read == NULL) {
        return;
    }
    memset(arrays, 0, sizeof arrays);
    cells[9] = -(INT64_C(1) << 61);
    cells[18] = INT64_C(1) << 61;
    cells[27] = (INT64_C(1) << 61) - 1;
    bcn_margins margins = {arrays, arrays + 8, arrays + 16, arrays + 24,
                           -(INT64_C(1) << 62)};
    read(cells, 8, &margins);
    CHECK_EQUAL(margins.largest, INT64_C(1) << 61);
    CHECK_EQUAL(margins.row_sum[1], -(INT64_C(1) << 61));
}

int
main(void)
{
    bcn_margins_reader all[] = {bcn_margins_plain(), bcn_margins_sse2(),
                                bcn_margins_avx2(), bcn_margins_best()};
    CHECK(all[0] != NULL && all[3] != NULL);
    for (size_t k = 0; k < sizeof all / sizeof all[0]; k++) {
        every_variant_is_the_obvious_loop(all[k]);
        the_ends_of_the_range_are_told_apart(all[k]);
    }
    return 0;
}
