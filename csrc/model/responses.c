#include "model/responses.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/cells.h"
#include "model/responses_work.h"

enum { ALONE_ROWS = 500000, MOST_WORKERS = 64, BLOCK = BCN_CELLS_BLOCK };

void
bcn_work_share(const bcn_work *work, size_t worker, size_t *from, size_t *to)
{
    *from = (size_t)((uint64_t)work->rows * worker / work->workers);
    *to = (size_t)((uint64_t)work->rows * (worker + 1) / work->workers);
}

void
bcn_work_fail(bcn_work *work, bcn_status status)
{
    int fine = BCN_OK;
    (void)atomic_compare_exchange_strong(&work->status, &fine, (int)status);
}

bool
bcn_work_stop(bcn_work *work, size_t worker)
{
    if (bcn_watch_check(work->watch, worker == 0)) {
        bcn_work_fail(work, BCN_CANCELLED);
    }
    return atomic_load_explicit(&work->status, memory_order_relaxed) != BCN_OK;
}

bcn_status
bcn_work_run(bcn_work *work, bcn_task task, void *context)
{
    bcn_run(work->workers, task, context);
    return (bcn_status)atomic_load(&work->status);
}

bool
bcn_work_stated(const bcn_log_column *column, size_t row)
{
    return column->texts ? bcn_column_has(&column->view, row)
                         : bcn_column_at(&column->view, row) != BCN_MISSING;
}

/* Ids of two kinds are compared as texts: numbers as they are written. */
static bcn_bytes
text_of(const bcn_log_column *column, size_t row, char buffer[BCN_ID_TEXT])
{
    if (!column->texts) {
        int length = snprintf(buffer, BCN_ID_TEXT, "%" PRId64,
                              bcn_column_at(&column->view, row));
        return (bcn_bytes){buffer, (size_t)length};
    }
    const uint64_t *ends = bcn_block_data(column->ends);
    uint64_t start = row == 0 ? 0 : ends[row - 1];
    if (ends[row] == start) {
        return (bcn_bytes){"", 0}; /* there may be no bytes at all */
    }
    const char *bytes = bcn_block_data(column->bytes);
    return (bcn_bytes){bytes + start, (size_t)(ends[row] - start)};
}

uint64_t
bcn_work_key(const bcn_work *work, const bcn_log_column *column, size_t row)
{
    if (!work->id->texts && !work->to->texts) {
        return (uint64_t)bcn_column_at(&column->view, row);
    }
    char buffer[BCN_ID_TEXT];
    bcn_bytes text = text_of(column, row, buffer);
    return bcn_hash(text.data, text.length);
}

bool
bcn_work_same(const bcn_work *work, size_t row, size_t reply)
{
    if (!work->id->texts && !work->to->texts) {
        return bcn_column_at(&work->id->view, row) ==
               bcn_column_at(&work->to->view, reply);
    }
    char one[BCN_ID_TEXT], other[BCN_ID_TEXT];
    return bcn_bytes_equal(text_of(work->id, row, one),
                           text_of(work->to, reply, other)) != 0;
}

bool
bcn_work_meet(bcn_work *work, size_t request, uint32_t reply)
{
    const int64_t *times = work->times;
    if (times[reply] < times[request]) {
        return false;
    }
    atomic_uint *place = &work->answers[request];
    unsigned best = atomic_load_explicit(place, memory_order_relaxed);
    while (best == BCN_NO_ANSWER || times[reply] < times[best] ||
           (times[reply] == times[best] && reply < best)) {
        if (atomic_compare_exchange_weak_explicit(place, &best, reply,
                                                  memory_order_relaxed,
                                                  memory_order_relaxed)) {
            break;
        }
    }
    return true;
}

/* --- before and after ------------------------------------------------------------ */

/* Which rows of a block state an id. */
static void
stated(const bcn_log_column *column, size_t row, size_t count, uint8_t *out)
{
    if (column->texts) {
        for (size_t i = 0; i < count; i++) {
            out[i] = bcn_column_has(&column->view, row + i);
        }
        return;
    }
    const int64_t *ids = (const int64_t *)column->view.data + row;
    for (size_t i = 0; i < count; i++) {
        out[i] = ids[i] != BCN_MISSING;
    }
}

/* What each row is, before anything is matched: choices by arithmetic, as no
 * branch on such data is foreseen. */
static void
mark_block(const bcn_work *w, size_t row, size_t count)
{
    uint32_t cells[BLOCK];
    uint8_t named[BLOCK], replies[BLOCK], kinds[BLOCK];
    const int64_t *times = w->times + row;
    uint8_t *asked = w->asked + row;
    bool fresh = w->ask->fresh;
    int64_t end = w->ask->end;
    bcn_plan_cells_at(w->ask->requests, cells, row, count);
    stated(w->id, row, count, named);
    stated(w->to, row, count, replies);
    for (size_t i = 0; i < count; i++) {
        bool late = times[i] >= end;
        bool asks = (cells[i] == 0) & !(fresh & (replies[i] != 0));
        uint8_t state = late ? BCN_ASKED_LATE : BCN_ASKED_OPEN;
        state = named[i] ? state : BCN_ASKED_NAMELESS;
        asked[i] = asks ? state : BCN_ASKED_NOT;
        uint8_t kind = late ? BCN_REPLY_LATE : BCN_REPLY_ORPHAN;
        kinds[i] = replies[i] ? kind : BCN_REPLY_NOT;
    }
    for (size_t i = 0; i < count; i++) {
        atomic_store_explicit(&w->replies[row + i], kinds[i],
                              memory_order_relaxed);
    }
    for (size_t i = 0; i < count; i++) {
        atomic_store_explicit(&w->answers[row + i], BCN_NO_ANSWER,
                              memory_order_relaxed);
    }
}

static void
mark_pass(void *context, size_t worker)
{
    bcn_work *w = context;
    size_t row, end;
    bcn_work_share(w, worker, &row, &end);
    for (size_t turn = 0; row < end; turn++) {
        if (turn % (BCN_WORK_STEP / BLOCK) == 0 && bcn_work_stop(w, worker)) {
            return;
        }
        size_t count = end - row < BLOCK ? end - row : BLOCK;
        mark_block(w, row, count);
        row += count;
    }
}

/* How long each request waited, and which reply was its first.  Those answered
 * are listed first: their answers' times are far away, and so many are fetched
 * at once. */
static void
settle_block(const bcn_work *w, size_t row, size_t count)
{
    uint32_t rows[BLOCK], firsts[BLOCK];
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        bool asks = bcn_work_is_request(w, row + i);
        uint32_t answer =
            atomic_load_explicit(&w->answers[row + i], memory_order_relaxed);
        rows[used] = (uint32_t)(row + i);
        firsts[used] = answer;
        used += asks & (answer != BCN_NO_ANSWER);
        int64_t age = w->ask->end - w->times[row + i];
        w->waits[row + i] = asks ? age : 0;
    }
    for (size_t i = 0; i < used; i++) {
        w->asked[rows[i]] = BCN_ASKED_ANSWERED;
        w->waits[rows[i]] = w->times[firsts[i]] - w->times[rows[i]];
        atomic_store_explicit(&w->replies[firsts[i]], BCN_REPLY_FIRST,
                              memory_order_relaxed);
    }
}

static void
settle_pass(void *context, size_t worker)
{
    bcn_work *w = context;
    size_t row, end;
    bcn_work_share(w, worker, &row, &end);
    for (size_t turn = 0; row < end; turn++) {
        if (turn % (BCN_WORK_STEP / BLOCK) == 0 && bcn_work_stop(w, worker)) {
            return;
        }
        size_t count = end - row < BLOCK ? end - row : BLOCK;
        settle_block(w, row, count);
        row += count;
    }
}

static bcn_status
draw_sums(bcn_work *w, bcn_responses *out)
{
    uint64_t asked[256] = {0}, replies[256] = {0};
    for (size_t row = 0; row < w->rows; row++) {
        if (row % BCN_WORK_STEP == 0 && bcn_work_stop(w, 0)) {
            return (bcn_status)atomic_load(&w->status);
        }
        asked[w->asked[row]]++;
        replies[atomic_load_explicit(&w->replies[row],
                                     memory_order_relaxed)]++;
        out->longest =
            w->waits[row] > out->longest ? w->waits[row] : out->longest;
    }
    memcpy(out->asked_counts, asked, sizeof out->asked_counts);
    memcpy(out->reply_counts, replies, sizeof out->reply_counts);
    return BCN_OK;
}

void
bcn_responses_free(bcn_responses *responses)
{
    bcn_block_drop(responses->asked);
    bcn_block_drop(responses->replies);
    bcn_block_drop(responses->waits);
    *responses = (bcn_responses){0};
}

static bcn_status
find(bcn_work *w, bcn_responses *out)
{
    bool done = false;
    BCN_TRY(bcn_work_run(w, mark_pass, w));
    BCN_TRY(bcn_work_rising(w, &done));
    if (!done) {
        BCN_TRY(bcn_work_hashed(w));
    }
    BCN_TRY(bcn_work_run(w, settle_pass, w));
    return draw_sums(w, out);
}

bcn_status
bcn_responses_find(const bcn_responses_ask *ask, bcn_watch *watch,
                   bcn_responses *out)
{
    *out = (bcn_responses){0};
    bcn_work w = {
        .ask = ask,
        .rows = bcn_log_rows(ask->log),
        .id = bcn_log_at(ask->log, ask->id),
        .to = bcn_log_at(ask->log, ask->reply_to),
        .sender = &bcn_log_at(ask->log, ask->sender)->view,
        .receiver = &bcn_log_at(ask->log, ask->receiver)->view,
        .times = bcn_log_at(ask->log, ask->time)->view.data,
        .watch = watch,
    };
    if (w.rows >= UINT32_MAX) {
        return BCN_TOO_LARGE;
    }
    w.workers = w.rows < ALONE_ROWS ? 1 : bcn_processors();
    w.workers = ask->workers != 0 ? ask->workers : w.workers;
    w.workers = w.workers > MOST_WORKERS ? MOST_WORKERS : w.workers;
    out->asked = bcn_block_new(w.rows, 1, false);
    out->replies = bcn_block_new(w.rows, 1, false);
    out->waits =
        bcn_spare_block(bcn_log_spare(ask->log), w.rows, sizeof(int64_t));
    bcn_block *answers =
        bcn_spare_block(bcn_log_spare(ask->log), w.rows, sizeof(atomic_uint));
    bcn_status status = BCN_NOMEM;
    if (out->asked != NULL && out->replies != NULL && out->waits != NULL &&
        answers != NULL) {
        w.asked = bcn_block_data(out->asked);
        w.replies = bcn_block_data(out->replies);
        w.waits = bcn_block_data(out->waits);
        w.answers = bcn_block_data(answers);
        status = find(&w, out);
    }
    bcn_block_drop(answers);
    if (status != BCN_OK) {
        bcn_responses_free(out);
    }
    return status;
}
