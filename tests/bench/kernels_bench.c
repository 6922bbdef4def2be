/* kernels_bench.c - what the questions of the core cost, without Python.
 *
 *     cc -std=c11 -O3 -Icsrc -pthread -o /tmp/bench tests/bench/kernels_bench.c
 *         csrc/base/{memory,error,thread,modern}.c csrc/kernel/?*.c
 *         csrc/model/{cube,cube_shape,cube_maker,cube_ops,gather}.c
 *         csrc/model/plan*.c                        (one line)
 *     /tmp/bench [rows [workers [repeats]]]
 *
 * Prints milliseconds, best and median, and the processors' time (which others
 * on the machine disturb less), per question and distribution of labels;
 * 18,000,000 rows and as many workers as pay unless said otherwise. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/cube_ops.h"
#include "model/plan.h"

enum { MEMBERS = 196, KINDS = 8, REGIONS = 5, HOURS = 8760, REPEATS_MAX = 99 };
#define HOUR INT64_C(3600000000)

static uint64_t state = 42;

static uint64_t
draw(void)
{
    state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static double
now(clockid_t which)
{
    struct timespec time;
    clock_gettime(which, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static size_t rows = 18000000, workers = 0;
static int repeats = 9;

static uint8_t zipf_table[65536];

static void
make_zipf(void)
{
    double total = 0, sum = 0;
    for (int i = 1; i <= MEMBERS; i++) {
        total += 1.0 / i;
    }
    int code = 0;
    for (int i = 0; i < 65536; i++) {
        while (code < MEMBERS - 1 &&
               (sum + 1.0 / (code + 1)) / total < (i + 0.5) / 65536) {
            sum += 1.0 / ++code;
        }
        zipf_table[i] = (uint8_t)code;
    }
}

enum { ZIPF, UNIFORM, EQUAL, ALTERNATE, SORTED, SHAPES };
static const char *const shape_names[] = {"zipf", "uniform", "equal",
                                          "alternate", "sorted"};

static uint8_t *
labels(int shape, unsigned count)
{
    uint8_t *codes = malloc(rows);
    for (size_t i = 0; i < rows; i++) {
        uint64_t word = draw();
        switch (shape) {
        case ZIPF:
            codes[i] = (uint8_t)(zipf_table[word & 65535] * count / MEMBERS);
            break;
        case UNIFORM:
            codes[i] = (uint8_t)((word >> 32) * count >> 32);
            break;
        case EQUAL:
            codes[i] = (uint8_t)(count / 2);
            break;
        case ALTERNATE:
            codes[i] = (uint8_t)(i % 2 != 0 ? count - 1 : 0);
            break;
        default:
            codes[i] = (uint8_t)(i * count / rows);
        }
    }
    return codes;
}

static void
table_of(uint64_t *table, unsigned count, uint64_t stride, unsigned groups)
{
    for (unsigned i = 0; i < 256; i++) {
        table[i] =
            i < count ? (groups != 0 ? i % groups : i) * stride : BCN_SKIP;
    }
}

static int
by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void
run(const char *name, const char *detail, const bcn_plan *plan)
{
    double times[REPEATS_MAX], busy[REPEATS_MAX];
    uint64_t total = 0;
    for (int i = 0; i < repeats; i++) {
        bcn_cube *cube = NULL;
        bcn_error error = {{0}};
        double start = now(CLOCK_MONOTONIC);
        double used = now(CLOCK_PROCESS_CPUTIME_ID);
        if (bcn_plan_run(plan, NULL, &cube, &error) != BCN_OK) {
            printf("%-26s %s\n", name, error.text);
            return;
        }
        times[i] = now(CLOCK_MONOTONIC) - start;
        busy[i] = now(CLOCK_PROCESS_CPUTIME_ID) - used;
        total = bcn_cube_total(cube).low;
        bcn_cube_drop(cube);
    }
    qsort(times, (size_t)repeats, sizeof times[0], by_size);
    qsort(busy, (size_t)repeats, sizeof busy[0], by_size);
    printf("%-26s %-10s best %9.4f  median %9.4f  processor %9.4f ms  "
           "total %llu\n",
           name, detail, times[0], times[repeats / 2], busy[0],
           (unsigned long long)total);
    fflush(stdout);
}

int
main(int argc, char **argv)
{
    rows = argc > 1 ? strtoull(argv[1], NULL, 10) : rows;
    workers = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
    repeats = argc > 3 ? atoi(argv[3]) : repeats;
    make_zipf();
    int64_t *times = malloc(rows * 8), *shuffled = malloc(rows * 8);
    int64_t span = HOURS * HOUR, year = INT64_C(1672531200000000);
    for (size_t i = 0; i < rows; i++) {
        times[i] = year + (int64_t)((double)span * (double)i / (double)rows);
        shuffled[i] = year + (int64_t)(draw() % (uint64_t)span);
    }
    uint16_t *slots = malloc(rows * 2);
    uint32_t *sizes = malloc(rows * 4);
    int64_t *large = malloc(rows * 8);
    for (size_t i = 0; i < rows; i++) {
        slots[i] = (uint16_t)((shuffled[i] - year) / (HOUR / 4));
        sizes[i] = (uint32_t)(draw() & 0xfffff);
        large[i] = (int64_t)(draw() & 0x3fffffffff);
    }
    bcn_column sorted = {BCN_TIME, 8,    times, rows, year, year + span - 1,
                         true,     NULL, NULL,  0,    0,    0};
    bcn_column loose = {
        BCN_TIME, 8,    shuffled, rows,      year, year + span - 1,
        false,    NULL, slots,    HOURS * 4, year, HOUR / 4};
    bcn_column size32 = {BCN_INTEGER, 4,    sizes, rows, 0, 0xfffff,
                         false,       NULL, NULL,  0,    0, 0};
    bcn_column size64 = {BCN_INTEGER, 8,    large, rows, 0, 0x3fffffffff,
                         false,       NULL, NULL,  0,    0, 0};
    bcn_piece hours[] = {{year, 0, HOUR, 0, 0}, {year + span, -1, 0, 0, 0}};
    bcn_piece cycle[] = {{year, 0, HOUR, 168, 144 * HOUR},
                         {year + span, -1, 0, 0, 0}};
    bcn_piece seconds[] = {{year, 0, HOUR / 3600, 86400, 0},
                           {year + span, -1, 0, 0, 0}};
    bcn_piece months[13];
    for (int i = 0; i < 13; i++) {
        months[i] =
            (bcn_piece){year + i * 730 * HOUR, i < 12 ? i : -1, 0, 0, 0};
    }
    static uint64_t by_sender[256], by_receiver[256], pair_sender[256],
        kind[256], kind_hour[256], region_a[256], region_b[256], one_kind[256];
    table_of(by_sender, MEMBERS, 1, 0);
    table_of(by_receiver, MEMBERS, 1, 0);
    table_of(pair_sender, MEMBERS, MEMBERS, 0);
    table_of(kind, KINDS, 1, 0);
    table_of(kind_hour, MEMBERS, KINDS, 0);
    table_of(region_a, MEMBERS, REGIONS, REGIONS);
    table_of(region_b, MEMBERS, 1, REGIONS);
    table_of(one_kind, 0, 0, 0);
    one_kind[3] = 0;
    for (int shape = 0; shape < SHAPES; shape++) {
        uint8_t *senders = labels(shape, MEMBERS);
        uint8_t *receivers = labels(shape, MEMBERS);
        uint8_t *kinds = labels(shape == ZIPF ? UNIFORM : shape, KINDS);
        const char *named = shape_names[shape];
        bcn_term terms[3] = {{senders, 1, by_sender}};
        bcn_plan plan = {.rows = rows,
                         .shape = {1, {MEMBERS}},
                         .terms = terms,
                         .term_count = 1,
                         .workers = workers};
        run("sender", named, &plan);
        plan.measure = &size32;
        run("sum(size u32) by sender", named, &plan);
        plan.measure = &size64;
        run("sum(size i64) by sender", named, &plan);
        plan.measure = NULL;

        bcn_clock month = {months, 13, MEMBERS};
        bcn_dial dial = {&sorted, &month, 1};
        plan.dials = &dial;
        plan.dial_count = 1;
        plan.shape = (bcn_shape){2, {12, MEMBERS}};
        run("month x sender", named, &plan);

        bcn_clock cyclic = {cycle, 2, KINDS};
        dial.clocks = &cyclic;
        terms[0] = (bcn_term){kinds, 1, kind};
        plan.shape = (bcn_shape){2, {168, KINDS}};
        run("hour of week x kind", named, &plan);
        dial.times = &loose;
        run("  the same, unsorted", named, &plan);
        dial.times = &sorted;

        bcn_clock second = {seconds, 2, KINDS};
        dial.clocks = &second;
        plan.shape = (bcn_shape){2, {86400, KINDS}};
        run("second of day x kind", named, &plan);

        bcn_clock hour = {hours, 2, MEMBERS * KINDS};
        dial.clocks = &hour;
        terms[0] = (bcn_term){senders, 1, kind_hour};
        terms[1] = (bcn_term){kinds, 1, kind};
        plan.term_count = 2;
        plan.shape = (bcn_shape){3, {HOURS, MEMBERS, KINDS}};
        run("hour x sender x kind", named, &plan);
        dial.times = &loose;
        run("  the same, unsorted", named, &plan);
        plan.dial_count = 0;

        terms[0] = (bcn_term){senders, 1, pair_sender};
        terms[1] = (bcn_term){receivers, 1, by_receiver};
        plan.shape = (bcn_shape){2, {MEMBERS, MEMBERS}};
        run("sender x receiver", named, &plan);
        plan.measure = &size32;
        run("sum(size u32) of those", named, &plan);
        plan.measure = NULL;

        bcn_range half = {&sorted, year, year + span / 2, false};
        terms[0] = (bcn_term){senders, 1, region_a};
        terms[1] = (bcn_term){receivers, 1, region_b};
        terms[2] = (bcn_term){kinds, 1, one_kind};
        plan.term_count = 3;
        plan.shape = (bcn_shape){2, {REGIONS, REGIONS}};
        plan.ranges = &half;
        plan.range_count = 1;
        run("region x region, half", named, &plan);
        half = (bcn_range){&size32, 1000, 500000, false};
        run("  the same, sizes kept", named, &plan);
        plan.range_count = 0;
        if (shape < 2) {
            terms[0] = (bcn_term){senders, 1, pair_sender};
            terms[1] = (bcn_term){receivers, 1, by_receiver};
            plan.term_count = 2;
            bcn_clock wide_hour = {hours, 2, MEMBERS * MEMBERS};
            dial = (bcn_dial){&sorted, &wide_hour, 1};
            plan.dial_count = 1;
            plan.shape = (bcn_shape){3, {HOURS, MEMBERS, MEMBERS}};
            int kept = repeats;
            repeats = repeats < 2 ? 1 : 2;
            run("hour x sender x receiver", named, &plan);
            repeats = kept;
            bcn_clock flow_month = {months, 13, MEMBERS * MEMBERS};
            dial.clocks = &flow_month;
            plan.shape = (bcn_shape){3, {12, MEMBERS, MEMBERS}};
            run("month x sender x receiver", named, &plan);
            plan.dial_count = 0;
            plan.shape = (bcn_shape){2, {MEMBERS, MEMBERS}};
            plan.rows = rows < 1000 ? rows : 1000;
            run("1,000 rows, 38,416 cells", named, &plan);
            plan.term_count = 1;
            terms[0] = (bcn_term){senders, 1, by_sender};
            plan.shape = (bcn_shape){1, {MEMBERS}};
            run("1,000 rows, 196 cells", named, &plan);
        }
        free(senders);
        free(receivers);
        free(kinds);
    }
    free(times);
    free(shuffled);
    free(slots);
    free(sizes);
    free(large);
    return 0;
}
