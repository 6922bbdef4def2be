/* simulate.h - a synthetic year of messages between bureaus.
 *
 * For demonstrations, tests and benchmarks where real logs may not be shown.
 * The caller describes a world in small whole numbers: how much each bureau
 * writes, who writes to whom, the shape of its local week, the shape of the
 * year.  The year that comes out has exactly the rows asked for, sorted by
 * time; the same world, rows and seed give the same bytes on every platform
 * and for any number of threads.
 *
 * How: the year is cut into half hours.  Each gets its share of the rows from
 * the weights of the bureaus at work in it, and its own stream of random
 * numbers, so half hours are filled independently.  Some rows are marked as
 * replies; each picks the half hour of its request, and a second pass gives
 * every half hour's requests to the replies that picked it, at most one each.
 * A diffusion takes no more rows than its half hour has left, so in small years
 * few bureaus get it.
 *
 * What always holds: rows ascend by time, and message ids with them; the rows
 * of one message (a diffusion to several bureaus) are neighbours and differ
 * only in the receiver; a pair of weight 0 never occurs, nor a bureau before
 * its first day; reply_to is the id of an earlier request from the replying
 * row's receiver to its sender, and no request is answered twice.
 *
 * Cost: some 50 ns a row on one thread, memory that was never touched apart,
 * and 32 bytes a row. */
#ifndef BCN_SIMULATE_H
#define BCN_SIMULATE_H

#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/thread.h"

/* The kinds of message, in the order of their codes. */
#define BCN_MESSAGE_KIND_MAP(X)                                               \
    X(MESSAGE, "message")                                                     \
    X(REQUEST, "request")                                                     \
    X(REPLY, "reply")                                                         \
    X(DIFFUSION, "diffusion")                                                 \
    X(NOTICE, "notice")

typedef enum bcn_message_kind {
#define X(name, text) BCN_MESSAGE_##name,
    BCN_MESSAGE_KIND_MAP(X)
#undef X
        BCN_MESSAGE_KINDS
} bcn_message_kind;

enum {
    BCN_WEEK_SLOTS = 336, /* half hours of a week, from Monday 00:00 */
    BCN_WORLD_BUREAUS = 255,
    BCN_WORLD_DAYS = 366,
    BCN_WORLD_PACES = 3,
    BCN_NO_SECRETARIAT = -1
};

typedef struct bcn_world {
    size_t bureaus;         /* 1 .. 255; a bureau's code is its place */
    const uint16_t *weight; /* how much each writes */
    const uint16_t *pairs;  /* bureaus x bureaus: to whom; 0: never */
    const int8_t *offset;   /* half hours east of UTC: -24 .. 28 */
    const uint8_t *week;    /* which of the weeks it keeps */
    const uint8_t *pace;    /* 0 answers soon, 1 as most do, 2 late */
    const uint16_t *since;  /* its first day in the network, from 0 */
    size_t weeks;
    const uint8_t *hours; /* weeks x 336: how busy, by local time */
    size_t days;          /* 1 .. 366 */
    const uint16_t *day;  /* how busy each day is */
    int weekday;          /* of the first day: Monday is 0 */
    int64_t start;        /* its midnight, microseconds UTC */
    int secretariat;      /* whom requests for notices go to, or -1 */
} bcn_world;

typedef struct bcn_year {
    size_t rows;
    bcn_block *sent_at;    /* int64_t, microseconds UTC, ascending */
    bcn_block *sender;     /* uint8_t */
    bcn_block *receiver;   /* uint8_t */
    bcn_block *kind;       /* uint8_t, bcn_message_kind */
    bcn_block *priority;   /* uint8_t: 0 normal, 1 urgent, 2 very urgent */
    bcn_block *size;       /* uint32_t, bytes */
    bcn_block *message_id; /* int64_t, ascending, from 1 */
    bcn_block *reply_to;   /* int64_t, INT64_MIN: no reply */
} bcn_year;

/* Make `rows` rows (below 2^32 - 1) with `threads` threads (0: one for each
 * processor).  BCN_INVALID, with words, for a world that cannot write them;
 * on any failure *year is left all zero. */
BCN_MUST_USE bcn_status bcn_year_new(bcn_year *year, const bcn_world *world,
                                     uint64_t rows, uint64_t seed,
                                     size_t threads, bcn_watch *watch,
                                     bcn_error *error);
void bcn_year_free(bcn_year *year); /* any zeroed part is fine */

#endif
