#include "model/backlog.h"

#include <string.h>

#include "base/memory.h"
#include "kernel/cells.h"

enum {
    ALONE_ROWS = 500000,
    MOST_WORKERS = 64,
    BLOCK = BCN_CELLS_BLOCK,
    PIECE = 32
};

typedef struct job {
    const bcn_backlog_ask *ask;
    size_t workers, lines, line; /* of a worker's figures */
    int64_t *figures;
    atomic_int status;
    bcn_watch *watch;
} job;

/* The first moment that is after `time` (or,
 * `with`, not before it). */
static size_t
moment_after(const bcn_backlog_ask *ask, int64_t time, bool with)
{
    size_t from = 0, to = ask->moment_count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (ask->moments[middle] < time ||
            (!with && ask->moments[middle] == time)) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from;
}

static void
count_row(const job *j, int64_t *figures, size_t row)
{
    const bcn_backlog_ask *ask = j->ask;
    int64_t sent = ask->times[row];
    size_t first = moment_after(ask, sent, false), last = ask->moment_count;
    figures[first]++;
    if (ask->kinds[row] == 0) {
        last = moment_after(ask, sent + ask->waits[row], false);
        figures[j->line + last]++;
    }
    for (size_t b = 0; b < ask->band_count; b++) {
        size_t from = first;
        if (ask->bands[b] > 0) {
            from = ask->bands[b] > INT64_MAX - (sent > 0 ? sent : 0)
                       ? last
                       : moment_after(ask, sent + ask->bands[b], true);
            from = from < first ? first : from;
        }
        if (from < last) {
            figures[(2 + b) * j->line + from]++;
            figures[(2 + b) * j->line + last]--;
        }
    }
}

static void
count_pass(void *context, size_t worker)
{
    job *j = context;
    const bcn_backlog_ask *ask = j->ask;
    size_t row = (size_t)((uint64_t)ask->count * worker / j->workers);
    size_t end = (size_t)((uint64_t)ask->count * (worker + 1) / j->workers);
    int64_t *figures = j->figures + worker * j->lines * j->line;
    uint32_t cells[BLOCK];
    for (size_t turn = 0; row < end; turn++) {
        if (turn % PIECE == 0 && bcn_watch_check(j->watch, worker == 0)) {
            atomic_store(&j->status, BCN_CANCELLED);
            return;
        }
        size_t count = end - row < BLOCK ? end - row : BLOCK;
        bcn_plan_cells_at(ask->rows, cells, row, count);
        for (size_t i = 0; i < count; i++, row++) {
            if (cells[i] == 0 && ask->kinds[row] <= 1) {
                count_row(j, figures, row);
            }
        }
    }
}

bcn_status
bcn_backlog_count(const bcn_backlog_ask *ask, bcn_watch *watch, int64_t *out)
{
    /* One place more a line: after the last moment. */
    job j = {.ask = ask,
             .lines = 2 + ask->band_count,
             .line = ask->moment_count + 1,
             .watch = watch};
    j.workers = ask->workers != 0         ? ask->workers
                : ask->count < ALONE_ROWS ? 1
                                          : bcn_processors();
    j.workers = j.workers > MOST_WORKERS ? MOST_WORKERS : j.workers;
    size_t places;
    if (!bcn_size_mul(j.lines * j.workers, j.line, &places)) {
        return BCN_TOO_LARGE;
    }
    j.figures = bcn_calloc(places, sizeof *j.figures);
    if (j.figures == NULL) {
        return BCN_NOMEM;
    }
    bcn_run(j.workers, count_pass, &j);
    bcn_status status = (bcn_status)atomic_load(&j.status);
    for (size_t l = 0; l < j.lines; l++) {
        int64_t open = 0;
        for (size_t m = 0; m < ask->moment_count; m++) {
            int64_t here = 0;
            for (size_t w = 0; w < j.workers; w++) {
                here += j.figures[(w * j.lines + l) * j.line + m];
            }
            open += here;
            out[l * ask->moment_count + m] = l < 2 ? here : open;
        }
    }
    bcn_free(j.figures);
    return status;
}
