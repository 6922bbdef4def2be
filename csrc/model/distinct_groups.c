#include "model/distinct_groups.h"

#include "sketch/distinct_sketch.h"

enum { PIECE = 16 }; /* blocks between two looks at the watch */

static uint64_t
hash_of(const bcn_log_column *column, size_t row)
{
    if (!column->texts) {
        return bcn_distinct_hash((uint64_t)bcn_column_at(&column->view, row));
    }
    const uint64_t *ends = bcn_block_data(column->ends);
    size_t from = row == 0 ? 0 : (size_t)ends[row - 1];
    const char *bytes = bcn_block_data(column->bytes);
    return bcn_hash(bytes + from, (size_t)ends[row] - from);
}

static bool
states(const bcn_log_column *column, size_t row)
{
    const uint8_t *bits =
        column->stated == NULL ? NULL : bcn_block_data(column->stated);
    return bits == NULL || ((unsigned)bits[row / 8] >> (row % 8) & 1u) != 0;
}

static bcn_status
walk(const bcn_plan_cells *all, const bcn_log_column *column,
     bcn_distinct_sketch *sketches, bcn_watch *watch)
{
    uint32_t groups = bcn_plan_cells_groups(all), cells[BCN_PLAN_BLOCK];
    size_t row, end;
    bcn_plan_cells_rows(all, &row, &end);
    for (size_t block = 0; row < end; block++) {
        if (block % PIECE == 0 && bcn_watch_check(watch, true)) {
            return BCN_CANCELLED;
        }
        size_t count = end - row < BCN_PLAN_BLOCK ? end - row : BCN_PLAN_BLOCK;
        bcn_plan_cells_at((void *)(uintptr_t)all, cells, row, count);
        for (size_t i = 0; i < count; i++) {
            if (cells[i] < groups && states(column, row + i)) {
                BCN_TRY(bcn_distinct_sketch_add(&sketches[cells[i]],
                                                hash_of(column, row + i)));
            }
        }
        row += count;
    }
    return BCN_OK;
}

bcn_status
bcn_distinct_groups(const bcn_plan_cells *cells, const bcn_log_column *column,
                    unsigned bits, bcn_watch *watch, double *estimates,
                    uint8_t *exact)
{
    uint32_t groups = bcn_plan_cells_groups(cells);
    bcn_distinct_sketch *sketches = bcn_alloc(groups, sizeof *sketches);
    if (sketches == NULL) {
        return BCN_NOMEM;
    }
    for (uint32_t g = 0; g < groups; g++) {
        sketches[g] = bcn_distinct_sketch_new(bits);
    }
    bcn_status status = walk(cells, column, sketches, watch);
    for (uint32_t g = 0; g < groups; g++) {
        if (status == BCN_OK) {
            estimates[g] = bcn_distinct_sketch_estimate(&sketches[g]);
            exact[g] = bcn_distinct_sketch_exact(&sketches[g]);
        }
        bcn_distinct_sketch_free(&sketches[g]);
    }
    bcn_free(sketches);
    return status;
}
