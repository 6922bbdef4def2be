/* responses.h - which requests were answered, by which message, how soon.
 *
 * A request is a row that was asked for by the caller's plan: message id M,
 * from the asker S to the asked T, sent at t.  A reply is a row that states
 * what it replies to, X, from A to B, sent at u.  A reply answers a request
 * when X = M and B = S, and A = T unless anyone may answer.  The first answer
 * is the one with the least (u, row) among those with u >= t and u before the
 * end.  A message to several bureaus is several requests; each is answered by
 * its own bureau.
 *
 * What always holds, for any order of rows and any number of workers:
 * requests = answered + open, replies = the sum of all of BCN_REPLY_*.
 * Requests without an id, and those sent at or after the end, are no requests:
 * counted apart.
 *
 * Cost: where ids are whole numbers that never fall, an index of one number
 * per four rows and a look-up per reply; any other order or texts are split by
 * hash into parts that fit the cache and joined there, texts compared in full.
 * Memory while it runs: 4 bytes a row, and 16 for each request and reply of
 * the second kind; the answer keeps 10 bytes a row. */
#ifndef BCN_RESPONSES_H
#define BCN_RESPONSES_H

#include "model/log.h"
#include "model/plan_cells.h"

/* Of a row as a request; BCN_ASKED_NOT: the plan left it out. */
typedef enum bcn_asked {
    BCN_ASKED_ANSWERED,
    BCN_ASKED_OPEN,
    BCN_ASKED_NAMELESS, /* without an id */
    BCN_ASKED_LATE,     /* sent at the end or after */
    BCN_ASKED_COUNT,
    BCN_ASKED_NOT = 255
} bcn_asked;

/* Of a row as a reply; BCN_REPLY_NOT: it states nothing that it replies to. */
typedef enum bcn_reply {
    BCN_REPLY_FIRST,   /* the first answer of some request */
    BCN_REPLY_FURTHER, /* an answer, but not the first */
    BCN_REPLY_EARLY,   /* would answer, but was sent before its request */
    BCN_REPLY_LATE,    /* sent at the end or after */
    BCN_REPLY_STRAY,   /* to a request, between other bureaus than asked */
    BCN_REPLY_ASIDE,   /* to a message that is none of the requests */
    BCN_REPLY_ORPHAN,  /* to an id that no message has */
    BCN_REPLY_COUNT,
    BCN_REPLY_NOT = 255
} bcn_reply;

typedef struct bcn_responses_ask {
    const bcn_log *log;
    size_t id, reply_to, sender, receiver, time; /* columns, all present */
    bcn_plan_cells *requests;                    /* rows in cell 0 */
    bool fresh; /* and of them only those that reply to nothing */
    bool anyone;
    int64_t end;
    size_t workers; /* 0: as many as pay */
} bcn_responses_ask;

/* One entry per row of the log.  `waits`: of a request answered, from it to
 * its first answer; of an open one, up to the end; else 0; microseconds. */
typedef struct bcn_responses {
    bcn_block *asked;   /* uint8_t, bcn_asked */
    bcn_block *replies; /* uint8_t, bcn_reply */
    bcn_block *waits;   /* int64_t */
    int64_t longest;    /* of all waits */
    uint64_t asked_counts[BCN_ASKED_COUNT];
    uint64_t reply_counts[BCN_REPLY_COUNT];
} bcn_responses;

/* BCN_TOO_LARGE from 2^32 - 1 rows on. */
BCN_MUST_USE bcn_status bcn_responses_find(const bcn_responses_ask *ask,
                                           bcn_watch *watch,
                                           bcn_responses *out);
void bcn_responses_free(bcn_responses *responses); /* zeroed ones are fine */

#endif
