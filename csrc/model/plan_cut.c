#include "model/plan_crew.h"

/* Where rows may be cut so that no position of the outermost clock lies on
 * both sides. */

/* The least and the greatest code for times from `from` to `to`; greatest is
 * -1 when none is counted. */
static void
extent(const bcn_clock *clock, int64_t from, int64_t to, int64_t *least,
       int64_t *greatest)
{
    *least = INT64_MAX;
    *greatest = -1;
    for (size_t i = 0; i < clock->count; i++) {
        const bcn_piece *piece = &clock->pieces[i];
        int64_t first = piece->start > from ? piece->start : from;
        int64_t last = to;
        if (i + 1 < clock->count && piece[1].start <= to) {
            last = piece[1].start - 1;
        }
        if (first > last || piece->first < 0) {
            continue;
        }
        int64_t low = bcn_clock_at(clock->pieces, clock->count, first);
        int64_t high = bcn_clock_at(clock->pieces, clock->count, last);
        *least = low < *least ? low : *least;
        *greatest = high > *greatest ? high : *greatest;
    }
}

/* The clock whose positions are slices of `cells`, none when it goes round
 * or when it is not the outermost axis. */
static const bcn_clock *
outermost(const bcn_job *job)
{
    const bcn_clock *widest = NULL;
    if (job->run == NULL || job->end == job->begin) {
        return NULL;
    }
    for (size_t i = 0; i < job->run->count; i++) {
        const bcn_clock *clock = &job->run->clocks[i];
        if (widest == NULL || clock->stride > widest->stride) {
            widest = clock;
        }
    }
    const bcn_column *times = job->run->times;
    uint64_t codes = bcn_job_code(widest, times);
    if (widest->stride == 0 || job->cells % widest->stride != 0 ||
        job->reach - codes * widest->stride >= widest->stride) {
        return NULL;
    }
    for (size_t i = 0; i < widest->count; i++) {
        if (widest->pieces[i].modulus != 0) {
            return NULL;
        }
    }
    return widest;
}

/* The first row after `row` whose code differs from that of `row`. */
static size_t
next_change(const bcn_job *job, const bcn_clock *clock, size_t row)
{
    bcn_clock_cursor cursor;
    size_t from, to;
    uint64_t first, offset;
    bcn_clock_cursor_start(&cursor, clock, 1, job->run->times->data, row,
                           job->end);
    if (!bcn_clock_cursor_next(&cursor, &from, &to, &first)) {
        return job->end;
    }
    while (bcn_clock_cursor_next(&cursor, &from, &to, &offset)) {
        if (offset != first) {
            return from;
        }
    }
    return job->end;
}

bool
bcn_crew_cut(bcn_crew *crew)
{
    const bcn_job *job = crew->job;
    const bcn_clock *clock = outermost(job);
    if (clock == NULL || clock->stride > BCN_CELLS_MAX) {
        return false;
    }
    size_t rows = job->end - job->begin;
    size_t wanted = rows / (BCN_PIECE_ROWS * 2) + 1;
    if (wanted < crew->workers * 4) {
        wanted = crew->workers * 4;
    }
    wanted = crew->workers == 1 ? 1 : wanted;
    wanted = wanted > BCN_CUTS_MAX ? BCN_CUTS_MAX : wanted;
    size_t cuts[BCN_CUTS_MAX + 1], count = 0;
    cuts[0] = job->begin;
    for (size_t i = 1; i < wanted; i++) {
        size_t row = next_change(job, clock, job->begin + rows / wanted * i);
        if (row > cuts[count] && row < job->end) {
            cuts[++count] = row;
        }
    }
    cuts[++count] = job->end;
    /* Keep a cut when all codes before it are below all codes after it. */
    const int64_t *times = job->run->times->data;
    int64_t least[BCN_CUTS_MAX], greatest[BCN_CUTS_MAX];
    for (size_t i = 0; i < count; i++) {
        extent(clock, times[cuts[i]], times[cuts[i + 1] - 1], &least[i],
               &greatest[i]);
    }
    for (size_t i = count - 1; i-- > 0;) {
        least[i] = least[i] < least[i + 1] ? least[i] : least[i + 1];
    }
    size_t kept = 0;
    int64_t before = -1;
    crew->cuts[0] = job->begin;
    crew->cells[0] = 0;
    for (size_t i = 0; i + 1 < count; i++) {
        before = greatest[i] > before ? greatest[i] : before;
        if (before < least[i + 1]) {
            kept++;
            crew->cuts[kept] = cuts[i + 1];
            crew->cells[kept] = (uint64_t)(before + 1) * clock->stride;
        }
    }
    if (kept + 1 < crew->workers) {
        return false;
    }
    kept++;
    crew->cuts[kept] = job->end;
    crew->cells[kept] = job->cells;
    crew->cut_count = kept;
    crew->span = clock->stride;
    return true;
}
