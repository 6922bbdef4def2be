/* making.h - the state shared by the passes that make a synthetic year.
 *
 * One `bcn_making` lives for one call of bcn_year_new.  Everything in it is
 * allocated before the first thread starts; a pass writes only rows of the
 * half hours it takes (or, in the second pass, of the replies that picked
 * them), so passes need no lock. */
#ifndef BCN_MAKING_H
#define BCN_MAKING_H

#include "simulate/draw.h"
#include "simulate/simulate.h"

enum { BCN_SLOT_BUCKETS_LOG = 12 };
#define BCN_SLOT_MICROSECONDS UINT32_C(1800000000)
#define BCN_NO_REPLY INT64_MIN

/* Streams of one seed, by purpose. */
enum {
    BCN_STREAM_PLAN = 1,
    BCN_STREAM_ROWS,
    BCN_STREAM_REPLIES,
    BCN_STREAM_HOURS, /* these for searches */
    BCN_STREAM_STARTS,
    BCN_STREAM_CELLS,
    BCN_STREAM_TIMES,
    BCN_STREAM_HITS
};

/* What one worker needs for one half hour. */
typedef struct bcn_desk {
    uint32_t *times;  /* room for the rows of the fullest half hour */
    uint32_t *sorted; /* the same */
    uint32_t *firsts; /* first row of each message; of requests, later */
    uint32_t buckets[(1 << BCN_SLOT_BUCKETS_LOG) + 1];
    bcn_share senders[256];
} bcn_desk;

typedef struct bcn_making {
    const bcn_world *world;
    uint64_t seed;
    size_t slots;
    uint64_t *first;      /* slots + 1: the first row of each */
    bcn_share *receivers; /* bureaus x bureaus */
    uint8_t *fallback;    /* whom each writes to instead of a later member */
    uint32_t *replies;    /* rows of replies, by the half hour they picked */
    atomic_uint *picked;  /* slots + 1: how many; then where they start */
    bcn_desk *desks;
    size_t workers;
    bcn_watch *watch;
    atomic_size_t next; /* slot not yet taken */
    int64_t *sent_at, *message_id, *reply_to;
    uint8_t *sender, *receiver, *kind, *priority;
    uint32_t *size;
} bcn_making;

/* Where in a week, by its local time, a bureau is during a half hour. */
static inline size_t
bcn_world_place(const bcn_world *world, size_t bureau, size_t week,
                size_t slot)
{
    size_t place = (size_t)world->weekday * 48 + slot + BCN_WEEK_SLOTS;
    place = (size_t)((ptrdiff_t)place + world->offset[bureau]);
    return week * BCN_WEEK_SLOTS + place % BCN_WEEK_SLOTS;
}

/* The same in the week that it keeps. */
static inline size_t
bcn_world_hour(const bcn_world *world, size_t bureau, size_t slot)
{
    return bcn_world_place(world, bureau, world->week[bureau], slot);
}

/* Whether the bureaus, their weeks and the calendar are in range. */
BCN_MUST_USE bcn_status bcn_world_check(const bcn_world *world,
                                        bcn_error *error);

/* The passes, each a bcn_task over a bcn_making. */
void bcn_making_rows(void *context, size_t worker);
void bcn_making_replies(void *context, size_t worker);
void bcn_making_close(void *context, size_t worker);

#endif
