/* test_tally_rows.c - rows into buckets, in place and by a tally of their own,
 * against a plain array. */
#include <string.h>

#include "check.h"
#include "kernel/clock.h"
#include "model/tally.h"
#include "model/tally_wire.h"

enum { BUCKETS = 5, CELLS = 37, ROWS = 400 };

static uint64_t state = 11;

static uint64_t
draw(void)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return state >> 33;
}

static const int64_t hours[BUCKETS] = {-7, 0, 3, 1000, BCN_TALLY_UNSTATED};
static const int64_t *const keys[] = {hours};

/* Rows of a bucket and a cell each; the last code of either is not counted. */
typedef struct rows {
    uint8_t buckets[ROWS], cells[ROWS];
    uint64_t bucket_table[256], cell_table[256];
    bcn_term terms[2];
    bcn_plan plan;
} rows;

static void
rows_draw(rows *self, size_t count, unsigned buckets, unsigned cells)
{
    for (unsigned i = 0; i < 256; i++) {
        self->bucket_table[i] = i < BUCKETS ? i * CELLS : BCN_SKIP;
        self->cell_table[i] = i < CELLS ? i : BCN_SKIP;
    }
    for (size_t i = 0; i < count; i++) {
        /* in order, as of times, but for a few */
        self->buckets[i] = (uint8_t)(draw() % 50 == 0 ? draw() % (buckets + 1)
                                                      : i * buckets / count);
        self->cells[i] = (uint8_t)(draw() % 90 == 0 ? CELLS : draw() % cells);
    }
    self->terms[0] = (bcn_term){self->buckets, 1, self->bucket_table};
    self->terms[1] = (bcn_term){self->cells, 1, self->cell_table};
    self->plan = (bcn_plan){.rows = count,
                            .shape = {2, {BUCKETS, CELLS}},
                            .terms = self->terms,
                            .term_count = 2,
                            .workers = 1};
}

static void
rows_note(const rows *self, int64_t all[BUCKETS][CELLS])
{
    for (size_t i = 0; i < self->plan.rows; i++) {
        if (self->buckets[i] < BUCKETS && self->cells[i] < CELLS) {
            all[self->buckets[i]][self->cells[i]]++;
        }
    }
}

/* The bytes of a tally are those of the cube of all figures. */
static void
check_same(const bcn_tally *tally, int64_t all[BUCKETS][CELLS])
{
    const bcn_shape shape = {2, {BUCKETS, CELLS}};
    bcn_entry entries[BUCKETS * CELLS];
    bcn_cube *cube;
    bcn_tally *twin;
    for (uint64_t i = 0; i < BUCKETS * CELLS; i++) {
        entries[i] = (bcn_entry){i, bcn_wide_of(all[i / CELLS][i % CELLS])};
    }
    CHECK_OK(bcn_cube_from_entries(&shape, entries, BUCKETS * CELLS,
                                   UINT64_MAX, 0, &cube, NULL));
    CHECK_OK(bcn_tally_from_cube(cube, 1, keys, &twin, NULL));
    bcn_writer mine = {0}, theirs = {0};
    CHECK_OK(bcn_tally_write(tally, NULL, &mine));
    CHECK_OK(bcn_tally_write(twin, NULL, &theirs));
    CHECK(mine.length == theirs.length);
    CHECK(memcmp(mine.bytes, theirs.bytes, mine.length) == 0);
    bcn_writer_free(&mine);
    bcn_writer_free(&theirs);
    bcn_tally_free(twin);
    bcn_cube_drop(cube);
}

static void
test_adds_up(size_t count, unsigned buckets, unsigned cells, int times)
{
    int64_t all[BUCKETS][CELLS] = {{0}};
    rows batch;
    bcn_tally *tally, *one;
    CHECK_OK(bcn_tally_new(1, CELLS, &tally, NULL));
    for (int i = 0; i < times; i++) {
        rows_draw(&batch, count, buckets, cells);
        rows_note(&batch, all);
        CHECK_OK(bcn_tally_add_rows(tally, &batch.plan, keys, NULL));
        if (i == 0) {
            CHECK_OK(
                bcn_tally_from_rows(&batch.plan, CELLS, 1, keys, &one, NULL));
            check_same(one, all);
            bcn_tally_free(one);
        }
    }
    check_same(tally, all);
    bcn_tally_free(tally);
}

static bcn_status
scenario(void)
{
    rows batch;
    bcn_tally *tally;
    BCN_TRY(bcn_tally_new(1, CELLS, &tally, NULL));
    bcn_status status = BCN_OK;
    for (int i = 0; i < 3 && status == BCN_OK; i++) {
        rows_draw(&batch, ROWS, 2, 3);
        status = bcn_tally_add_rows(tally, &batch.plan, keys, NULL);
    }
    bcn_tally_free(tally);
    return status;
}

int
main(void)
{
    for (unsigned buckets = 1; buckets <= BUCKETS; buckets += 2) {
        test_adds_up(ROWS, buckets, 3, 400); /* sparse, past two bytes */
        test_adds_up(ROWS, buckets, CELLS, 50);
        test_adds_up(7, buckets, CELLS, 50);
    }
    CHECK_SURVIVES(scenario);
    return 0;
}
