#include "simulate/making.h"

enum { LOOKS = 12, ELIGIBLE = 4 };
#define MINUTE INT64_C(60000000)

/* How well a delay suits a bureau that answers soon, as most do, or late:
 * up to an hour, four, twelve, two days, a week, and longer. */
static unsigned
suits(unsigned pace, int64_t delay)
{
    static const uint8_t fit[BCN_WORLD_PACES][6] = {
        {9, 8, 5, 3, 2, 1}, {4, 5, 5, 5, 4, 3}, {1, 2, 3, 5, 8, 9}};
    static const int64_t upto[5] = {60 * MINUTE, 240 * MINUTE, 720 * MINUTE,
                                    2880 * MINUTE, 10080 * MINUTE};
    unsigned i = 0;
    while (i < 5 && delay >= upto[i]) {
        i++;
    }
    return fit[pace][i];
}

/* How likely the request at row `asked` is answered by the row `reply`. */
static unsigned
likely(const bcn_making *making, size_t asked, size_t reply)
{
    const bcn_world *world = making->world;
    size_t from = making->receiver[asked], to = making->sender[asked];
    int64_t delay = making->sent_at[reply] - making->sent_at[asked];
    if (delay < MINUTE || from == to || world->weight[from] == 0 ||
        world->pairs[from * world->bureaus + to] == 0) {
        return 0;
    }
    size_t slot = (size_t)(making->sent_at[reply] - world->start) /
                  BCN_SLOT_MICROSECONDS;
    unsigned busy = world->hours[bcn_world_hour(world, from, slot)];
    return busy * suits(world->pace[from], delay);
}

/* Give the requests of one half hour to the replies that picked it. */
static void
answer_slot(bcn_making *making, bcn_desk *desk, size_t slot)
{
    size_t begin = slot == 0 ? 0 : making->picked[slot - 1];
    size_t end = making->picked[slot];
    if (begin == end) {
        return;
    }
    uint32_t *open = desk->firsts;
    uint32_t count = 0;
    for (size_t row = making->first[slot]; row < making->first[slot + 1];
         row++) {
        if (making->kind[row] == BCN_MESSAGE_REQUEST) {
            open[count++] = (uint32_t)row;
        }
    }
    bcn_stream stream = bcn_stream_of(making->seed, BCN_STREAM_REPLIES, slot);
    for (size_t i = begin; i < end; i++) {
        size_t reply = making->replies[i];
        uint32_t best = 0;
        unsigned most = 0;
        for (int look = 0, met = 0;
             look < LOOKS && met < ELIGIBLE && count > 0; look++) {
            uint32_t at = bcn_draw_below(bcn_stream_next(&stream), count);
            unsigned chance = likely(making, open[at], reply);
            met += chance > 0;
            if (chance > most) {
                most = chance;
                best = at;
            }
        }
        if (most == 0) {
            making->reply_to[reply] = BCN_NO_REPLY;
            continue;
        }
        uint32_t asked = open[best];
        open[best] = open[--count];
        making->reply_to[reply] = making->message_id[asked];
        making->sender[reply] = making->receiver[asked];
        making->receiver[reply] = making->sender[asked];
        making->priority[reply] = making->priority[asked];
    }
}

void
bcn_making_replies(void *context, size_t worker)
{
    bcn_making *making = context;
    for (;;) {
        size_t slot =
            atomic_fetch_add_explicit(&making->next, 1, memory_order_relaxed);
        if (slot >= making->slots ||
            bcn_watch_check(making->watch, worker == 0)) {
            return;
        }
        answer_slot(making, &making->desks[worker], slot);
    }
}

/* Replies that found no request are plain messages.  A pass of its own: in
 * the one before, other threads read the kinds. */
void
bcn_making_close(void *context, size_t worker)
{
    bcn_making *making = context;
    size_t rows = making->first[making->slots], workers = making->workers;
    size_t begin = rows / workers * worker;
    size_t end = worker + 1 == workers ? rows : begin + rows / workers;
    for (size_t row = begin; row < end; row++) {
        if (making->kind[row] == BCN_MESSAGE_REPLY &&
            making->reply_to[row] == BCN_NO_REPLY) {
            making->kind[row] = BCN_MESSAGE_MESSAGE;
        }
    }
}
