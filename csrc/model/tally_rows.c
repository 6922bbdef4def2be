/* tally_rows.c - a few rows counted where the buckets of a tally lie. */
#include <string.h>

#include "kernel/clock.h"
#include "model/tally_slab.h"

enum {
    RUNS = 16, /* of rows in one bucket; more are sorted instead */
    WIDE = 16, /* cells a row, past which no table of sparse cells is made */
};

/* Rows that fall into one bucket one after the other. */
typedef struct run {
    bcn_slab *slab;
    size_t start, end;
} run;

typedef struct rows {
    uint64_t *cells;  /* of each row; then its place among the slab's values */
    uint32_t *places; /* of a sparse slab's cells, or NULL */
    run runs[RUNS];
    size_t count;
} rows;

/* The slab of a bucket, by its place among those of the plan; NULL: none. */
static bcn_slab *
slab_of(const bcn_tally *tally, const bcn_plan *plan, uint64_t bucket,
        const int64_t *const *keys)
{
    int64_t key[BCN_TALLY_CLOCKS];
    size_t clocks = tally->clocks, from = 0, to = tally->count;
    for (size_t d = clocks; d-- > 0;) {
        key[d] = keys[d][bucket % plan->shape.dims[d]];
        bucket /= plan->shape.dims[d];
    }
    while (from < to) {
        size_t middle = from + (to - from) / 2, d = 0;
        const int64_t *there = tally->keys + middle * clocks;
        while (d < clocks && there[d] == key[d]) {
            d++;
        }
        if (d == clocks) {
            return &tally->slabs[middle];
        }
        if (there[d] < key[d]) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return NULL;
}

/* From cells to places in a slab; false where it lacks one of the cells. */
static bool
place(rows *self, const run *part, uint64_t first, uint64_t cells)
{
    const bcn_slab *slab = part->slab;
    if (!slab->sparse) {
        for (size_t i = part->start; i < part->end; i++) {
            self->cells[i] -= self->cells[i] != BCN_SKIP ? first : 0;
        }
        return true;
    }
    if (self->places == NULL) {
        return false;
    }
    const uint32_t *there = bcn_slab_cells(slab);
    memset(self->places, 0xff, (size_t)cells * sizeof *self->places);
    for (uint32_t k = 0; k < slab->count; k++) {
        self->places[there[k]] = k;
    }
    bool all = true;
    for (size_t i = part->start; i < part->end; i++) {
        if (self->cells[i] != BCN_SKIP) {
            uint32_t k = self->places[self->cells[i] - first];
            all &= k != UINT32_MAX;
            self->cells[i] = k;
        }
    }
    return all;
}

/* Cut rows into runs; false where one of them must go the long way. */
static bool
cut(rows *self, const bcn_tally *tally, const bcn_plan *plan,
    const int64_t *const *keys)
{
    const uint64_t *cells = self->cells;
    for (size_t i = 0; i < plan->rows;) {
        if (cells[i] == BCN_SKIP) {
            i++;
            continue;
        }
        uint64_t bucket = cells[i] / tally->cells;
        uint64_t first = bucket * tally->cells;
        run next = {slab_of(tally, plan, bucket, keys), i, i};
        if (self->count == RUNS || next.slab == NULL ||
            next.slab->count == 0 || next.slab->width > 4) {
            return false;
        }
        while (i < plan->rows &&
               (cells[i] - first < tally->cells || cells[i] == BCN_SKIP)) {
            i++;
        }
        next.end = i;
        if (!place(self, &next, first, tally->cells)) {
            return false;
        }
        self->runs[self->count++] = next;
    }
    return true;
}

/* Count rows from `start` on; where it ended, before `end` if a value has no
 * room for more.  `most` rises to the greatest value met. */
#define DEFINE_RAISE(TYPE, NAME)                                              \
    static size_t NAME(TYPE *values, const uint64_t *cells, const run *part,  \
                       uint64_t *most)                                        \
    {                                                                         \
        TYPE high = 0;                                                        \
        size_t i = part->start;                                               \
        for (; i < part->end; i++) {                                          \
            if (cells[i] == BCN_SKIP) {                                       \
                continue;                                                     \
            }                                                                 \
            TYPE *value = &values[cells[i]];                                  \
            TYPE more = (TYPE)(*value + 1);                                   \
            if (more == 0) {                                                  \
                break;                                                        \
            }                                                                 \
            *value = more;                                                    \
            high = more > high ? more : high;                                 \
        }                                                                     \
        *most = high > *most ? high : *most;                                  \
        return i;                                                             \
    }                                                                         \
    static void NAME##_back(TYPE *values, const uint64_t *cells,              \
                            const run *part, size_t end)                      \
    {                                                                         \
        for (size_t i = part->start; i < end; i++) {                          \
            if (cells[i] != BCN_SKIP) {                                       \
                values[cells[i]]--;                                           \
            }                                                                 \
        }                                                                     \
    }
DEFINE_RAISE(uint8_t, raise_1)
DEFINE_RAISE(uint16_t, raise_2)
DEFINE_RAISE(uint32_t, raise_4)
#undef DEFINE_RAISE

static size_t
raise_run(const run *part, const uint64_t *cells)
{
    bcn_slab *slab = part->slab;
    switch (slab->width) {
    case 1:
        return raise_1(bcn_slab_values(slab), cells, part, &slab->most);
    case 2:
        return raise_2(bcn_slab_values(slab), cells, part, &slab->most);
    default:
        return raise_4(bcn_slab_values(slab), cells, part, &slab->most);
    }
}

static void
take_back(const run *part, const uint64_t *cells, size_t end)
{
    switch (part->slab->width) {
    case 1:
        raise_1_back(bcn_slab_values(part->slab), cells, part, end);
        break;
    case 2:
        raise_2_back(bcn_slab_values(part->slab), cells, part, end);
        break;
    default:
        raise_4_back(bcn_slab_values(part->slab), cells, part, end);
    }
}

/* Count the rows where they belong, all or none of them; false: none. */
static bool
in_place(rows *self, bcn_tally *tally, const bcn_plan *plan,
         const int64_t *const *keys)
{
    if (!cut(self, tally, plan, keys)) {
        return false;
    }
    for (size_t i = 0; i < self->count; i++) {
        size_t end = raise_run(&self->runs[i], self->cells);
        if (end != self->runs[i].end) {
            take_back(&self->runs[i], self->cells, end);
            while (i-- > 0) {
                take_back(&self->runs[i], self->cells, self->runs[i].end);
            }
            return false;
        }
    }
    return true;
}

static bcn_status
count_rows(bcn_tally *into, const bcn_plan *plan, const int64_t *const *keys,
           bool *done)
{
    rows self = {.cells = bcn_alloc(plan->rows, sizeof *self.cells)};
    bcn_status status = self.cells != NULL ? BCN_OK : BCN_NOMEM;
    if (status == BCN_OK && into->cells / WIDE <= plan->rows) {
        self.places = bcn_alloc((size_t)into->cells, sizeof *self.places);
        status = self.places != NULL ? BCN_OK : BCN_NOMEM;
    }
    if (status == BCN_OK) {
        bcn_plan_row_cells(plan, self.cells);
        *done = in_place(&self, into, plan, keys);
    }
    bcn_free(self.cells);
    bcn_free(self.places);
    return status;
}

bcn_status
bcn_tally_add_rows(bcn_tally *into, const bcn_plan *plan,
                   const int64_t *const *keys, bcn_error *error)
{
    bool done = false;
    if (plan->measure == NULL && into->cells != 0) {
        BCN_TRY(count_rows(into, plan, keys, &done));
    }
    if (done) {
        return BCN_OK;
    }
    bcn_tally *more;
    BCN_TRY(bcn_tally_from_rows(plan, into->cells, into->clocks, keys, &more,
                                error));
    bcn_status status = bcn_tally_merge(into, more, true, error);
    bcn_tally_free(more);
    return status;
}
