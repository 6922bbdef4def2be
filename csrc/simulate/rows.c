#include <string.h>

#include "simulate/making.h"

/* Invented shapes.  Shares of 1024 messages; the rest are plain messages. */
enum {
    REQUESTS = 307,
    REPLIES = 104, /* a third of the requests, and those that find none */
    DIFFUSIONS = 15,
    NOTICES = 12
};

/* Bytes: an octave for each of 64 draws, then evenly within it; a bell over
 * the octaves, as sizes of files and mails have. */
static const uint8_t OCTAVE[64] = {
    8,  9,  9,  10, 10, 10, 10, 10, 11, 11, 11, 11, 11, 11, 11, 11,
    11, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 13, 13, 13,
    13, 13, 13, 13, 13, 13, 13, 13, 14, 14, 14, 14, 14, 14, 14, 14,
    15, 15, 15, 15, 15, 15, 16, 16, 16, 16, 17, 17, 18, 19, 20, 21};

/* How many bureaus a diffusion goes to; 255: to all. */
static const uint8_t AUDIENCE[32] = {2, 2, 2, 2,  2,  2,  3,  3,  3,  3,  3,
                                     3, 4, 4, 4,  4,  4,  5,  5,  5,  6,  6,
                                     6, 8, 8, 10, 10, 12, 16, 25, 40, 255};

/* How long a reply takes, in minutes: one of 32 draws, then evenly. */
static const uint16_t DELAY[8][2] = {
    {2, 15},     {15, 60},      {60, 240},      {240, 720},
    {720, 2880}, {2880, 10080}, {10080, 30240}, {30240, 60480}};
static const uint8_t DELAYS[32] = {0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2,
                                   2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4,
                                   4, 4, 4, 4, 5, 5, 5, 6, 6, 7};

static uint8_t
kind_of(uint64_t draw)
{
    uint32_t part = (uint32_t)(draw >> 54);
    if (part < REQUESTS) {
        return BCN_MESSAGE_REQUEST;
    }
    if (part < REQUESTS + REPLIES) {
        return BCN_MESSAGE_REPLY;
    }
    if (part < REQUESTS + REPLIES + DIFFUSIONS) {
        return BCN_MESSAGE_DIFFUSION;
    }
    if (part < REQUESTS + REPLIES + DIFFUSIONS + NOTICES) {
        return BCN_MESSAGE_NOTICE;
    }
    return BCN_MESSAGE_MESSAGE;
}

static uint8_t
priority_of(uint64_t draw)
{
    uint32_t part = (uint32_t)(draw >> 40) & 255;
    return part < 206 ? 0 : part < 249 ? 1 : 2;
}

static uint32_t
size_of(uint64_t draw)
{
    uint32_t octave = OCTAVE[draw & 63];
    uint32_t base = UINT32_C(1) << octave;
    return base + ((uint32_t)(draw >> 6) & (base - 1));
}

/* May the pair write on that day? */
static bool
reachable(const bcn_world *world, size_t sender, size_t receiver, size_t day)
{
    return world->pairs[sender * world->bureaus + receiver] != 0 &&
           world->since[receiver] <= day;
}

/* The receivers of one diffusion, each once, never the sender itself. */
static size_t
diffuse(const bcn_making *making, bcn_stream *stream, size_t sender,
        size_t day, size_t room, uint8_t *receivers)
{
    const bcn_world *world = making->world;
    uint32_t bureaus = (uint32_t)world->bureaus;
    const bcn_share *shares = making->receivers + sender * bureaus;
    bool taken[256] = {false};
    size_t wanted = AUDIENCE[bcn_stream_next(stream) >> 59];
    bool everyone = wanted == 255;
    if (wanted > room) {
        wanted = room;
    }
    size_t found = 0;
    for (size_t turn = 0; turn < bureaus && found < wanted; turn++) {
        size_t code = turn;
        if (!everyone) {
            code = bcn_shares_draw(shares, bureaus, bcn_stream_next(stream));
        }
        /* One that cannot be taken makes way for the next that can. */
        for (size_t step = 0; step < bureaus; step++) {
            if (code != sender && !taken[code] &&
                reachable(world, sender, code, day)) {
                taken[code] = true;
                receivers[found++] = (uint8_t)code;
                break;
            }
            code = code + 1 < bureaus ? code + 1 : 0;
        }
    }
    return found;
}

/* Evenly spread moments of one half hour, ascending: by buckets, then by
 * insertion, since a bucket holds a few. */
static void
sort_times(bcn_desk *desk, size_t count)
{
    unsigned log = 0;
    while (log < BCN_SLOT_BUCKETS_LOG && ((size_t)1 << log) < count) {
        log++;
    }
    uint32_t *buckets = desk->buckets, *sorted = desk->sorted;
    memset(buckets, 0, (((size_t)1 << log) + 1) * sizeof *buckets);
    unsigned shift = 31 - log; /* moments are below 2^31 */
    for (size_t i = 0; i < count; i++) {
        buckets[(desk->times[i] >> shift) + 1]++;
    }
    for (size_t i = 1; i < (size_t)1 << log; i++) {
        buckets[i] += buckets[i - 1];
    }
    for (size_t i = 0; i < count; i++) {
        sorted[buckets[desk->times[i] >> shift]++] = desk->times[i];
    }
    for (size_t i = 1; i < count; i++) {
        uint32_t time = sorted[i];
        size_t at = i;
        while (at > 0 && sorted[at - 1] > time) {
            sorted[at] = sorted[at - 1];
            at--;
        }
        sorted[at] = time;
    }
}

/* Who writes in this half hour. */
static void
write_senders(const bcn_making *making, size_t slot, bcn_share *senders)
{
    const bcn_world *world = making->world;
    uint32_t weights[256];
    for (size_t i = 0; i < world->bureaus; i++) {
        uint32_t busy = world->hours[bcn_world_hour(world, i, slot)];
        weights[i] = slot / 48 < world->since[i] ? 0 : busy * world->weight[i];
    }
    bcn_shares_write(senders, weights, (uint32_t)world->bureaus);
}

/* One message at `row`, with room for `room` rows; returns how many it took. */
static size_t
write_message(const bcn_making *making, const bcn_desk *desk,
              bcn_stream *stream, size_t row, size_t room, size_t day)
{
    const bcn_world *world = making->world;
    uint32_t bureaus = (uint32_t)world->bureaus;
    uint64_t nature = bcn_stream_next(stream);
    uint8_t kind = kind_of(nature);
    size_t sender =
        bcn_shares_draw(desk->senders, bureaus, bcn_stream_next(stream));
    uint8_t *receivers = making->receiver + row;
    size_t taken = 0;
    if (kind == BCN_MESSAGE_DIFFUSION) {
        taken = diffuse(making, stream, sender, day, room, receivers);
        if (taken == 0) { /* it has nobody but itself to write to */
            kind = BCN_MESSAGE_MESSAGE;
        }
    } else if (kind == BCN_MESSAGE_NOTICE && world->secretariat >= 0 &&
               reachable(world, sender, (size_t)world->secretariat, day)) {
        receivers[0] = (uint8_t)world->secretariat;
        taken = 1;
    }
    if (taken == 0) {
        uint32_t receiver =
            bcn_shares_draw(making->receivers + sender * bureaus, bureaus,
                            bcn_stream_next(stream));
        receivers[0] = world->since[receiver] <= day
                           ? (uint8_t)receiver
                           : making->fallback[sender];
        taken = 1;
    }
    uint8_t priority = priority_of(nature);
    uint32_t size = size_of(nature);
    for (size_t i = row; i < row + taken; i++) {
        making->sender[i] = (uint8_t)sender;
        making->kind[i] = kind;
        making->priority[i] = priority;
        making->size[i] = size;
        making->message_id[i] = (int64_t)row + 1;
    }
    return taken;
}

/* The half hour in which the request of a reply was sent, or none. */
static int64_t
pick_request(bcn_making *making, bcn_stream *stream, int64_t time)
{
    uint64_t draw = bcn_stream_next(stream);
    const uint16_t *range = DELAY[DELAYS[draw & 31]];
    uint32_t span = (uint32_t)(range[1] - range[0]) * 60;
    int64_t seconds = range[0] * 60 + bcn_draw_below(draw, span);
    int64_t asked = time - making->world->start - seconds * 1000000;
    if (asked < 0) {
        return BCN_NO_REPLY;
    }
    int64_t slot = asked / BCN_SLOT_MICROSECONDS;
    atomic_fetch_add_explicit(&making->picked[slot], 1, memory_order_relaxed);
    return slot;
}

static void
write_slot(bcn_making *making, bcn_desk *desk, size_t slot)
{
    size_t row = making->first[slot], end = making->first[slot + 1];
    if (row == end) {
        return;
    }
    bcn_stream stream = bcn_stream_of(making->seed, BCN_STREAM_ROWS, slot);
    write_senders(making, slot, desk->senders);
    size_t messages = 0;
    while (row < end) {
        desk->firsts[messages] = (uint32_t)row;
        desk->times[messages] =
            bcn_draw_below(bcn_stream_next(&stream), BCN_SLOT_MICROSECONDS);
        messages++;
        row += write_message(making, desk, &stream, row, end - row, slot / 48);
    }
    desk->firsts[messages] = (uint32_t)end;
    sort_times(desk, messages);
    int64_t start =
        making->world->start + (int64_t)slot * (int64_t)BCN_SLOT_MICROSECONDS;
    for (size_t i = 0; i < messages; i++) {
        int64_t time = start + desk->sorted[i];
        row = desk->firsts[i];
        int64_t reply = BCN_NO_REPLY;
        if (making->kind[row] == BCN_MESSAGE_REPLY) {
            /* Until the second pass: the half hour of the request. */
            reply = pick_request(making, &stream, time);
            if (reply == BCN_NO_REPLY) {
                making->kind[row] = BCN_MESSAGE_MESSAGE;
            }
        }
        for (; row < desk->firsts[i + 1]; row++) {
            making->sent_at[row] = time;
            making->reply_to[row] = reply;
        }
    }
}

void
bcn_making_rows(void *context, size_t worker)
{
    bcn_making *making = context;
    for (;;) {
        size_t slot =
            atomic_fetch_add_explicit(&making->next, 1, memory_order_relaxed);
        if (slot >= making->slots ||
            bcn_watch_check(making->watch, worker == 0)) {
            return;
        }
        write_slot(making, &making->desks[worker], slot);
    }
}
