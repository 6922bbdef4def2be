/* responses_work.h - what the ways of matching share.
 *
 * Private to the responses family.  responses.c marks the rows and draws the
 * sums; responses_rising.c and responses_hashed.c find, for each reply, the
 * rows that it may answer, and tell bcn_work_meet of them. */
#ifndef BCN_RESPONSES_WORK_H
#define BCN_RESPONSES_WORK_H

#include "model/responses.h"

#define BCN_NO_ANSWER UINT32_MAX
enum {
    BCN_WORK_STEP = 1 << 16, /* rows between two looks at the watch */
    BCN_ID_TEXT = 21         /* the longest number in digits, sign and NUL */
};

typedef struct bcn_work {
    const bcn_responses_ask *ask;
    size_t rows, workers;
    const bcn_log_column *id, *to;
    const bcn_column *sender, *receiver;
    const int64_t *times;
    uint8_t *asked;
    atomic_uchar *replies;
    int64_t *waits;
    atomic_uint *answers; /* of each row: its first answer so far */
    bcn_watch *watch;
    atomic_int status;
} bcn_work;

/* Rows [*from, *to) are the worker's share. */
void bcn_work_share(const bcn_work *work, size_t worker, size_t *from,
                    size_t *to);
/* Say that the work failed; the first to say so is heard. */
void bcn_work_fail(bcn_work *work, bcn_status status);
/* Shall the worker stop?  Says so to the others. */
bool bcn_work_stop(bcn_work *work, size_t worker);
/* Run a pass over all shares. */
BCN_MUST_USE bcn_status bcn_work_run(bcn_work *work, bcn_task task,
                                     void *context);

bool bcn_work_stated(const bcn_log_column *column, size_t row);
/* An id that is stated as 64 bits: itself, or of texts their hash.  Equal ids
 * have equal keys; of texts, bcn_work_same says whether equal keys are one id:
 * the row's own, and that which the reply replies to. */
uint64_t bcn_work_key(const bcn_work *work, const bcn_log_column *column,
                      size_t row);
bool bcn_work_same(const bcn_work *work, size_t row, size_t reply);

/* Do the bureaus of a reply fit the request's? */
static inline bool
bcn_work_fits(const bcn_work *work, size_t request, size_t reply)
{
    const bcn_column *from = work->sender, *to = work->receiver;
    return bcn_column_at(to, reply) == bcn_column_at(from, request) &&
           (work->ask->anyone ||
            bcn_column_at(from, reply) == bcn_column_at(to, request));
}

static inline bool
bcn_work_is_request(const bcn_work *work, size_t row)
{
    return work->asked[row] == BCN_ASKED_OPEN;
}

/* A request that a reply fits: take its answer, unless an earlier one is
 * there.  True when it came in time, false when before its request. */
bool bcn_work_meet(bcn_work *work, size_t request, uint32_t reply);

/* Fill in `answers` and the replies' kinds, but BCN_REPLY_FIRST. */
BCN_MUST_USE bcn_status bcn_work_rising(bcn_work *work, bool *done);
BCN_MUST_USE bcn_status bcn_work_hashed(bcn_work *work);
/* responses_lost.c: tell apart the replies that met no request. */
BCN_MUST_USE bcn_status bcn_work_lost(bcn_work *work);

#endif
