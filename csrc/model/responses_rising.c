#include "model/responses_work.h"

/* Ids that are whole numbers and never fall: rows of one id are neighbours,
 * and an index by the upper bits of the id says near where. */

enum { PER_ROWS = 4, LOOK = 16 };

typedef struct rising {
    bcn_work *work;
    const int64_t *ids;
    size_t begin, rows; /* rows before `begin` state no id */
    int64_t least;
    unsigned shift;
    size_t buckets;
    uint32_t *firsts; /* of each bucket its first row, and the end */
} rising;

static size_t
bucket_of(const rising *r, int64_t id)
{
    return (size_t)(((uint64_t)id - (uint64_t)r->least) >> r->shift);
}

static void
fill_index(rising *r)
{
    size_t bucket = 0;
    for (size_t row = r->begin; row < r->rows; row++) {
        size_t here = bucket_of(r, r->ids[row]);
        while (bucket <= here) {
            r->firsts[bucket++] = (uint32_t)row;
        }
    }
    while (bucket <= r->buckets) {
        r->firsts[bucket++] = (uint32_t)r->rows;
    }
}

/* The first row whose id is at least `id`, which is within the index.  Serial
 * numbers without gaps are where they should be. */
static size_t
first_of(const rising *r, int64_t id)
{
    uint64_t guess = (uint64_t)id - (uint64_t)r->least + r->begin;
    if (guess < r->rows && r->ids[guess] == id &&
        (guess == 0 || r->ids[guess - 1] != id)) {
        return (size_t)guess;
    }
    size_t bucket = bucket_of(r, id);
    size_t from = r->firsts[bucket], to = r->firsts[bucket + 1];
    while (to - from > LOOK) {
        size_t middle = from + (to - from) / 2;
        if (r->ids[middle] < id) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    while (from < to && r->ids[from] < id) {
        from++;
    }
    return from;
}

static bcn_reply
match(const rising *r, uint32_t reply, int64_t id, size_t *looked)
{
    bcn_work *w = r->work;
    if (id < r->least || id > r->ids[r->rows - 1]) {
        return BCN_REPLY_ORPHAN;
    }
    bcn_reply kind = BCN_REPLY_ORPHAN;
    for (size_t row = first_of(r, id); row < r->rows && r->ids[row] == id;
         row++, (*looked)++) {
        bcn_reply here = BCN_REPLY_ASIDE;
        if (bcn_work_is_request(w, row) && row != reply) {
            here = !bcn_work_fits(w, row, reply)  ? BCN_REPLY_STRAY
                   : bcn_work_meet(w, row, reply) ? BCN_REPLY_FURTHER
                                                  : BCN_REPLY_EARLY;
        }
        kind = here < kind ? here : kind;
    }
    return kind;
}

static void
match_pass(void *context, size_t worker)
{
    const rising *r = context;
    bcn_work *w = r->work;
    const int64_t *targets = w->to->view.data;
    size_t row, end, looked = BCN_WORK_STEP;
    bcn_work_share(w, worker, &row, &end);
    for (; row < end; row++, looked++) {
        if (looked >= BCN_WORK_STEP) {
            looked = 0;
            if (bcn_work_stop(w, worker)) {
                return;
            }
        }
        if (atomic_load_explicit(&w->replies[row], memory_order_relaxed) ==
            BCN_REPLY_ORPHAN) {
            bcn_reply kind = match(r, (uint32_t)row, targets[row], &looked);
            atomic_store_explicit(&w->replies[row], (unsigned char)kind,
                                  memory_order_relaxed);
        }
    }
}

bcn_status
bcn_work_rising(bcn_work *work, bool *done)
{
    rising r = {.work = work, .rows = work->rows};
    if (work->id->texts || work->to->texts || !work->id->view.sorted) {
        return BCN_OK;
    }
    *done = true;
    r.ids = work->id->view.data;
    while (r.begin < r.rows && r.ids[r.begin] == BCN_MISSING) {
        r.begin++;
    }
    if (r.begin == r.rows) {
        return BCN_OK; /* no request has an id: every reply is an orphan */
    }
    r.least = r.ids[r.begin];
    size_t most = (r.rows - r.begin) / PER_ROWS + 1;
    while (bucket_of(&r, r.ids[r.rows - 1]) >= most) {
        r.shift++;
    }
    r.buckets = bucket_of(&r, r.ids[r.rows - 1]) + 1;
    size_t capacity = 0;
    BCN_TRY(bcn_grow((void **)&r.firsts, &capacity, r.buckets + 1,
                     sizeof *r.firsts));
    fill_index(&r);
    bcn_status status = bcn_work_run(work, match_pass, &r);
    bcn_free(r.firsts);
    return status;
}
