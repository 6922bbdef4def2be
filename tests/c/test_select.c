/* Order statistics of groups against sorting. */
#include "model/select_groups.h"

#include "check.h"
#include "kernel/select.h"

enum { ROWS = 40000, MANY = 600000, RANKS = 5 };

static uint64_t state = 11;

static uint64_t
draw(void)
{
    state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    return z ^ (z >> 27);
}

static const bcn_rank ranks[RANKS] = {{BCN_RANK_LEAST, 1, 2},
                                      {BCN_RANK_FLOOR, 1, 2},
                                      {BCN_RANK_CEIL, 1, 2},
                                      {BCN_RANK_LEAST, 9, 10},
                                      {BCN_RANK_CEIL, 0, 1}};

typedef struct world {
    const uint32_t *groups;
} world;

static void
cells_of(void *context, uint32_t *cells, size_t row, size_t count)
{
    const world *w = context;
    memcpy(cells, w->groups + row, count * sizeof *cells);
}

static int
compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Sort the values of one group and read the ranks off. */
static size_t
sorted_group(const int64_t *values, const uint32_t *groups, size_t rows,
             uint32_t group, int64_t *out)
{
    size_t count = 0;
    for (size_t i = 0; i < rows; i++) {
        if (groups[i] == group) {
            out[count++] = values[i];
        }
    }
    qsort(out, count, sizeof *out, compare);
    return count;
}

static void
buckets_keep_the_order_and_cover_all(void)
{
    static const int64_t ends[][2] = {{0, 0},
                                      {-5, 300},
                                      {0, INT64_MAX},
                                      {INT64_MIN, INT64_MAX},
                                      {1000, 70000}};
    for (size_t e = 0; e < 5; e++) {
        for (uint64_t room = 1; room < 5000; room = room * 3 + 1) {
            bcn_scale scale = bcn_scale_fit(ends[e][0], ends[e][1], room);
            CHECK(scale.buckets >= 1 && scale.buckets <= room);
            int64_t next = ends[e][0];
            for (uint32_t b = 0; b < scale.buckets; b++) {
                uint64_t more;
                CHECK(bcn_scale_first(&scale, b, &more) == next);
                uint32_t counts[5001] = {0}, cell = 0;
                int64_t last = (int64_t)((uint64_t)next + more);
                if (b + 1 == scale.buckets) {
                    last = ends[e][1];
                }
                bcn_scale_count(&scale, counts, 1, &cell, &next, 8, 1);
                bcn_scale_count(&scale, counts, 1, &cell, &last, 8, 1);
                CHECK_EQUAL(counts[b], 2);
                next = (int64_t)((uint64_t)last + 1);
            }
        }
    }
}

static void
a_rank_is_found_among_any_values(void)
{
    static int64_t values[3000], sorted[3000];
    for (int shape = 0; shape < 5; shape++) {
        for (size_t count = 1; count < 3000; count = count * 2 + 1) {
            for (size_t i = 0; i < count; i++) {
                values[i] = shape == 0   ? (int64_t)draw()
                            : shape == 1 ? 7
                            : shape == 2 ? (int64_t)(draw() % 3)
                            : shape == 3 ? (int64_t)i
                                         : (int64_t)(count - i);
            }
            memcpy(sorted, values, count * sizeof *values);
            qsort(sorted, count, sizeof *sorted, compare);
            for (unsigned begun = 0; begun <= 40; begun += 40) {
                bcn_search search = {values, 0, count, draw() % count, begun};
                unsigned steps = 0;
                while (!bcn_search_step(&search)) {
                    CHECK(++steps < 110);
                }
                CHECK(values[search.rank] == sorted[search.rank]);
            }
        }
    }
}

static void
groups_are_as_if_sorted(size_t rows, uint32_t group_count, int width,
                        size_t workers, int shape)
{
    int64_t *values = calloc(rows, sizeof *values);
    int64_t *sorted = calloc(rows, sizeof *sorted);
    void *narrow = calloc(rows, 8);
    uint32_t *groups = calloc(rows, sizeof *groups);
    uint8_t *valid = calloc(rows / 8 + 1, 1);
    CHECK(values != NULL && sorted != NULL && narrow != NULL &&
          groups != NULL && valid != NULL);
    int64_t least = INT64_MAX, greatest = INT64_MIN;
    for (size_t i = 0; i < rows; i++) {
        uint64_t word = draw() >> (width == 8 ? 0 : 64 - 8 * width);
        word = shape == 1 ? word >> draw() % 48 : shape == 2 ? 5 : word;
        values[i] = (int64_t)word;
        memcpy((char *)narrow + i * (size_t)width, &word, (size_t)width);
        least = values[i] < least ? values[i] : least;
        greatest = values[i] > greatest ? values[i] : greatest;
        groups[i] = (uint32_t)(draw() % (group_count + 1)); /* some past */
        if (draw() % 5 != 0) {
            valid[i / 8] = (uint8_t)(valid[i / 8] | 1u << i % 8);
        }
    }
    world w = {groups};
    bcn_selection selection = {
        .rows = rows,
        .values = narrow,
        .width = width,
        .least = least,
        .greatest = greatest,
        .valid = valid,
        .groups = group_count,
        .cells = cells_of,
        .context = &w,
        .ranks = ranks,
        .rank_count = RANKS,
        .workers = workers,
    };
    uint64_t *counts = calloc(group_count, sizeof *counts);
    int64_t *found = calloc((size_t)group_count * RANKS, sizeof *found);
    CHECK(counts != NULL && found != NULL);
    CHECK_OK(bcn_select_groups(&selection, NULL, counts, found));
    for (size_t i = 0; i < rows; i++) {
        if ((valid[i / 8] >> i % 8 & 1) == 0) {
            groups[i] = UINT32_MAX;
        }
    }
    uint32_t step = group_count / 7 + 1;
    for (uint32_t g = 0; g < group_count; g += step) {
        size_t count = sorted_group(values, groups, rows, g, sorted);
        CHECK_EQUAL(counts[g], count);
        for (size_t r = 0; r < RANKS; r++) {
            int64_t right =
                count == 0 ? 0 : sorted[bcn_rank_of(&ranks[r], count)];
            CHECK(found[g * RANKS + r] == right);
        }
    }
    free(counts);
    free(found);
    free(values);
    free(sorted);
    free(narrow);
    free(groups);
    free(valid);
}

static void
ranks_are_those_of_their_rules(void)
{
    for (uint64_t n = 1; n < 40; n++) {
        CHECK_EQUAL(bcn_rank_of(&ranks[0], n), (n + 1) / 2 - 1);
        CHECK_EQUAL(bcn_rank_of(&ranks[1], n), (n - 1) / 2);
        CHECK_EQUAL(bcn_rank_of(&ranks[2], n), n / 2);
        CHECK_EQUAL(bcn_rank_of(&ranks[3], n), (9 * n + 9) / 10 - 1);
        CHECK_EQUAL(bcn_rank_of(&ranks[4], n), 0);
    }
    bcn_rank whole = {BCN_RANK_LEAST, 1, 1};
    CHECK_EQUAL(bcn_rank_of(&whole, 5), 4);
}

static bcn_status
selecting(void)
{
    static uint32_t groups[5000];
    static int64_t values[5000];
    for (size_t i = 0; i < 5000; i++) {
        groups[i] = (uint32_t)(i % 3);
        values[i] = (int64_t)(i * i);
    }
    world w = {groups};
    bcn_selection selection = {.rows = 5000,
                               .values = values,
                               .width = 8,
                               .greatest = 5000 * 5000,
                               .groups = 3,
                               .cells = cells_of,
                               .context = &w,
                               .ranks = ranks,
                               .rank_count = RANKS,
                               .workers = 2};
    uint64_t counts[3];
    int64_t out[3 * RANKS];
    return bcn_select_groups(&selection, NULL, counts, out);
}

static bool
always(void *context)
{
    (void)context;
    return true;
}

static void
a_watch_ends_the_work(void)
{
    static uint32_t groups[ROWS];
    static int64_t values[ROWS];
    world w = {groups};
    bcn_selection selection = {.rows = ROWS,
                               .values = values,
                               .width = 8,
                               .greatest = 9,
                               .groups = 1,
                               .cells = cells_of,
                               .context = &w,
                               .ranks = ranks,
                               .rank_count = 1,
                               .workers = 1};
    uint64_t count;
    int64_t out;
    bcn_watch watch = {.poll = always};
    CHECK_EQUAL(bcn_select_groups(&selection, &watch, &count, &out),
                BCN_CANCELLED);
    selection.groups = 0;
    CHECK_OK(bcn_select_groups(&selection, &watch, &count, &out));
    selection.rank_count = BCN_RANKS_MAX + 1;
    CHECK_EQUAL(bcn_select_groups(&selection, NULL, &count, &out), BCN_RANGE);
    selection.rows = UINT32_MAX;
    CHECK_EQUAL(bcn_select_groups(&selection, NULL, &count, &out),
                BCN_TOO_LARGE);
}

int
main(void)
{
    buckets_keep_the_order_and_cover_all();
    a_rank_is_found_among_any_values();
    ranks_are_those_of_their_rules();
    for (int width = 1; width <= 8; width *= 2) {
        for (int shape = 0; shape < 3; shape++) {
            groups_are_as_if_sorted(ROWS, 1, width, 1, shape);
            groups_are_as_if_sorted(ROWS, 196, width, 3, shape);
            groups_are_as_if_sorted(ROWS / 4, 30000, width, 2, shape);
        }
    }
    groups_are_as_if_sorted(MANY, 50, 8, 0, 1);
    a_watch_ends_the_work();
    CHECK_SURVIVES(selecting);
    return 0;
}
