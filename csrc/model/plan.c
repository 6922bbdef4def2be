#include "model/plan.h"

#include <inttypes.h>

#include "model/plan_job.h"

enum { ALONE_ROWS = 500000 }; /* below, a second thread costs more */

static uint64_t
magnitude(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

/* a * b, or UINT64_MAX. */
static uint64_t
capped_product(uint64_t a, uint64_t b)
{
    return b != 0 && a > UINT64_MAX / b ? UINT64_MAX : a * b;
}

static uint64_t
capped_sum(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t
greatest_offset(const bcn_term *term)
{
    size_t entries = term->width == 1 ? 256 : 65536;
    uint64_t greatest = 0;
    for (size_t i = 0; i < entries; i++) {
        uint64_t offset = term->table[i];
        if (offset != BCN_SKIP && offset > greatest) {
            greatest = offset;
        }
    }
    return greatest;
}

uint64_t
bcn_job_code(const bcn_clock *clock, const bcn_column *times)
{
    /* What is not stated is a time of its own, ahead of all. */
    int64_t from = times->valid != NULL ? INT64_MIN : times->least;
    int64_t to = times->greatest;
    uint64_t greatest = 0;
    for (size_t i = 0; i < clock->count; i++) {
        const bcn_piece *piece = &clock->pieces[i];
        if (piece->start > to) {
            break;
        }
        int64_t last = to;
        if (i + 1 < clock->count && piece[1].start <= to) {
            last = piece[1].start - 1;
        }
        if (last < from || piece->first < 0) {
            continue;
        }
        int64_t code = bcn_clock_at(clock->pieces, clock->count, last);
        if (piece->modulus != 0) {
            code = piece->modulus - 1;
        }
        if (code > 0 && (uint64_t)code > greatest) {
            greatest = (uint64_t)code;
        }
    }
    return greatest;
}

static bool
column_fine(const bcn_column *column, size_t rows)
{
    int width = column->width;
    return column->rows >= rows &&
           (width == 1 || width == 2 || width == 4 || width == 8);
}

static bcn_status
check(const bcn_plan *plan, uint64_t *cells, uint64_t *top, bcn_error *error)
{
    if (plan->term_count > BCN_PLAN_TERMS ||
        plan->dial_count > BCN_PLAN_DIALS ||
        plan->range_count > BCN_PLAN_RANGES) {
        return bcn_fail(error, BCN_INVALID,
                        "a question may have up to %d columns of labels, %d "
                        "of times and %d ranges",
                        BCN_PLAN_TERMS, BCN_PLAN_DIALS, BCN_PLAN_RANGES);
    }
    BCN_TRY(bcn_shape_size(&plan->shape, cells, error));
    uint64_t reach = 0;
    for (size_t i = 0; i < plan->term_count; i++) {
        if (plan->terms[i].width != 1 && plan->terms[i].width != 2) {
            return bcn_fail(error, BCN_INVALID, "codes have 1 or 2 bytes");
        }
        reach = capped_sum(reach, greatest_offset(&plan->terms[i]));
    }
    for (size_t i = 0; i < plan->dial_count; i++) {
        const bcn_dial *dial = &plan->dials[i];
        if (!column_fine(dial->times, plan->rows) || dial->times->width != 8 ||
            dial->count > BCN_CLOCKS_MAX) {
            return bcn_fail(error, BCN_INVALID, "these are not times");
        }
        for (size_t k = 0; k < dial->count; k++) {
            uint64_t code = bcn_job_code(&dial->clocks[k], dial->times);
            reach = capped_sum(reach,
                               capped_product(code, dial->clocks[k].stride));
        }
    }
    for (size_t i = 0; i < plan->range_count; i++) {
        if (!column_fine(plan->ranges[i].column, plan->rows)) {
            return bcn_fail(error, BCN_INVALID, "a range over no numbers");
        }
    }
    if ((plan->measure != NULL && !column_fine(plan->measure, plan->rows)) ||
        (plan->groups != NULL && !column_fine(plan->groups, plan->rows))) {
        return bcn_fail(error, BCN_LENGTH, "columns differ in length");
    }
    if (plan->rows > 0 && *cells > 0 && reach >= *cells) {
        return bcn_fail(error, BCN_RANGE,
                        "the tables reach cell %" PRIu64 " of %" PRIu64, reach,
                        *cells);
    }
    *top = reach;
    return BCN_OK;
}

/* The first row of a column in order with value >= `bound`. */
static size_t
first_from(const bcn_column *column, size_t rows, int64_t bound)
{
    size_t from = 0, to = rows;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (bcn_column_at(column, middle) < bound) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from;
}

/* Turn ranges over columns in order into a stretch of rows, drop those that
 * keep everything, and copy the rest. */
static void
trim_ranges(bcn_job *job)
{
    const bcn_plan *plan = job->plan;
    job->begin = 0;
    job->end = plan->rows;
    for (size_t i = 0; i < plan->range_count; i++) {
        const bcn_range *range = &plan->ranges[i];
        const bcn_column *column = range->column;
        if (column->valid == NULL && !range->outside) {
            if (range->from <= column->least && column->greatest < range->to) {
                continue;
            }
            if (column->sorted) {
                size_t begin = first_from(column, plan->rows, range->from);
                size_t end = first_from(column, plan->rows, range->to);
                job->begin = begin > job->begin ? begin : job->begin;
                job->end = end < job->end ? end : job->end;
                continue;
            }
        }
        job->ranges[job->range_count++] = *range;
    }
    if (job->end < job->begin) {
        job->end = job->begin;
    }
}

static void
sort_dials(bcn_job *job)
{
    for (size_t i = 0; i < job->plan->dial_count; i++) {
        const bcn_dial *dial = &job->plan->dials[i];
        if (dial->count == 0) {
            continue;
        }
        if (dial->times->sorted && job->run == NULL) {
            job->run = dial;
        } else {
            job->dials[job->dial_count++] = *dial;
        }
    }
}

void
bcn_job_ranges(const bcn_job *job, uint32_t *cells, size_t row, size_t count)
{
    for (size_t i = 0; i < job->range_count; i++) {
        const bcn_range *range = &job->ranges[i];
        const bcn_column *column = range->column;
        const char *values =
            (const char *)column->data + row * (size_t)column->width;
        bcn_cells_keep(cells, values, column->width, range->from, range->to,
                       range->outside, count);
        if (column->valid != NULL) {
            bcn_cells_keep_valid(cells, column->valid, row, count);
        }
    }
}

bcn_status
bcn_plan_check(const bcn_plan *plan, bcn_error *error)
{
    uint64_t cells, reach;
    return check(plan, &cells, &reach, error);
}

bcn_status
bcn_job_make(const bcn_plan *plan, bcn_watch *watch, bcn_error *error,
             bcn_job *job)
{
    *job = (bcn_job){.plan = plan, .watch = watch, .error = error};
    BCN_TRY(check(plan, &job->cells, &job->reach, error));
    trim_ranges(job);
    sort_dials(job);
    return BCN_OK;
}

static uint64_t
mass_of(const bcn_column *measure, uint64_t rows)
{
    if (measure == NULL) {
        return rows;
    }
    uint64_t most = magnitude(measure->least);
    uint64_t other = magnitude(measure->greatest);
    return capped_product(rows, most > other ? most : other);
}

/* One cube, or two when there is a second measure. */
static bcn_status
run(const bcn_plan *plan, const bcn_column *also, bcn_watch *watch,
    bcn_cube **out, bcn_error *error)
{
    bcn_job job;
    BCN_TRY(bcn_job_make(plan, watch, error, &job));
    job.also = also;
    uint64_t rows = job.end - job.begin;
    job.mass = mass_of(plan->measure, rows);
    job.also_mass = mass_of(also, rows);
    job.workers = plan->workers;
    if (job.workers == 0) {
        job.workers = rows < ALONE_ROWS ? 1 : bcn_processors();
    }
    if (job.workers > 64) {
        job.workers = 64;
    }
    if (plan->groups != NULL) {
        return bcn_job_distinct(&job, out);
    }
    /* With so few rows the answer is sparse whatever they hold. */
    if (bcn_shape_sparse(job.cells, rows)) {
        return bcn_job_sparse(&job, out);
    }
    BCN_TRY(bcn_shape_afford(job.cells, 8, plan->memory, error));
    return bcn_job_dense(&job, out);
}

bcn_status
bcn_plan_run(const bcn_plan *plan, bcn_watch *watch, bcn_cube **out,
             bcn_error *error)
{
    return run(plan, NULL, watch, out, error);
}

/* Is a measure so small that the sums of a piece of rows fit 32 bits? */
static bool
is_small(const bcn_column *measure)
{
    return measure == NULL ||
           (measure->least >= 0 &&
            measure->greatest <= UINT32_MAX / BCN_PIECE_ROWS);
}

static bool
go_together(const bcn_plan *plan, const bcn_column *a, const bcn_column *b)
{
    uint64_t cells;
    return plan->groups == NULL && b != NULL && is_small(a) && is_small(b) &&
           column_fine(b, plan->rows) &&
           bcn_shape_size(&plan->shape, &cells, NULL) == BCN_OK &&
           cells <= BCN_BOTH_CELLS;
}

bcn_status
bcn_plan_run_each(const bcn_plan *plan, const bcn_column *const *measures,
                  size_t count, bcn_watch *watch, bcn_cube **out,
                  bcn_error *error)
{
    size_t made = 0;
    bcn_status status = BCN_OK;
    while (status == BCN_OK && made < count) {
        bcn_plan one = *plan;
        one.measure = measures[made];
        bool two = made + 1 < count &&
                   go_together(plan, measures[made], measures[made + 1]);
        status = run(&one, two ? measures[made + 1] : NULL, watch, out + made,
                     error);
        made += status != BCN_OK ? 0u : two ? 2u : 1u;
    }
    while (status != BCN_OK && made > 0) {
        bcn_cube_drop(out[--made]);
    }
    return status;
}
