#include "model/network_leiden.h"

#include "model/network_local.h"
#include "model/network_merged.h"
#include "model/reals.h"

enum { MOST_ROUNDS = 20 };

typedef struct leiden {
    double total, resolution;
    uint64_t state;
    size_t count; /* nodes of the whole network */
    bcn_merged now, next;
    /* Per node of the present graph: */
    uint32_t *community, *part, *order, *queue;
    uint8_t *waiting;
    /* Per community or part: */
    int64_t *sent, *received, *cut, *near;
    int64_t *part_sent, *part_received;
    uint32_t *size, *found, *name;
    /* Per node of the whole network: its node in the present graph. */
    uint32_t *holder;
    bcn_watch *watch;
} leiden;

static uint64_t
draw(leiden *l, uint64_t below)
{
    uint64_t z = l->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (z ^ z >> 31) % below;
}

static void
shuffle(leiden *l, uint32_t *order, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        order[i] = (uint32_t)i;
    }
    for (size_t i = count; i > 1; i--) {
        size_t j = (size_t)draw(l, i);
        uint32_t kept = order[i - 1];
        order[i - 1] = order[j];
        order[j] = kept;
    }
}

/* What chance would put between two, both ways. */
static double
chance(const leiden *l, int64_t sent, int64_t received, int64_t all_sent,
       int64_t all_received)
{
    return l->resolution *
           ((double)sent * (double)all_received +
            (double)received * (double)all_sent) /
           l->total;
}

/* Which groups node v has links with, of `label`: their weights in near, the
 * groups in found; returns how many. */
static size_t
look_round(leiden *l, const uint32_t *label, size_t v)
{
    const bcn_merged *g = &l->now;
    size_t groups = 0;
    for (size_t k = g->from[v]; k < g->from[v + 1]; k++) {
        uint32_t u = g->node[k];
        if (u == v) {
            continue;
        }
        uint32_t group = label[u];
        if (l->near[group] == 0) {
            l->found[groups++] = group;
        }
        l->near[group] += g->weight[k];
    }
    return groups;
}

static void
forget(leiden *l, size_t groups)
{
    for (size_t k = 0; k < groups; k++) {
        l->near[l->found[k]] = 0;
    }
}

/* --- moving nodes ----------------------------------------------------------- */

/* Move v where it gains most: into a community near it, or alone into the
 * empty one `empty`.  Returns where it is then. */
static uint32_t
move_node(leiden *l, size_t v, uint32_t empty)
{
    const bcn_merged *g = &l->now;
    uint32_t old = l->community[v], best = old;
    size_t groups = look_round(l, l->community, v);
    int64_t sent = g->sent[v], received = g->received[v];
    l->sent[old] -= sent;
    l->received[old] -= received;
    l->size[old]--;
    double most = (double)l->near[old] -
                  chance(l, sent, received, l->sent[old], l->received[old]);
    /* Less than rounding leaves is no gain. */
    most += l->total * 1e-13;
    for (size_t k = 0; k < groups; k++) {
        uint32_t to = l->found[k];
        double gain = (double)l->near[to] -
                      chance(l, sent, received, l->sent[to], l->received[to]);
        if (gain > most || (gain == most && best != old && to < best)) {
            most = gain;
            best = to;
        }
    }
    if (0 > most && l->size[old] > 0) {
        best = empty;
    }
    forget(l, groups);
    l->community[v] = best;
    l->sent[best] += sent;
    l->received[best] += received;
    l->size[best]++;
    return best;
}

static void
add_up_communities(leiden *l)
{
    size_t n = l->now.count;
    for (size_t c = 0; c <= n; c++) {
        l->sent[c] = l->received[c] = 0;
        l->size[c] = 0;
    }
    for (size_t v = 0; v < n; v++) {
        uint32_t c = l->community[v];
        l->sent[c] += l->now.sent[v];
        l->received[c] += l->now.received[v];
        l->size[c]++;
    }
}

static bcn_status
move_nodes(leiden *l)
{
    const bcn_merged *g = &l->now;
    size_t n = g->count, first = 0, waiting = n, looked = 0;
    add_up_communities(l);
    shuffle(l, l->queue, n);
    for (size_t v = 0; v < n; v++) {
        l->waiting[v] = 1;
    }
    uint32_t empty = 0;
    while (waiting > 0) {
        if (looked++ % 1024 == 0 && bcn_watch_check(l->watch, true)) {
            return BCN_CANCELLED;
        }
        uint32_t v = l->queue[first];
        first = (first + 1) % n;
        waiting--;
        l->waiting[v] = 0;
        /* Of n + 1 communities at least one is empty. */
        while (l->size[empty] > 0) {
            empty = (uint32_t)((empty + 1) % (n + 1));
        }
        uint32_t old = l->community[v], now = move_node(l, v, empty);
        if (now == old) {
            continue;
        }
        for (size_t k = g->from[v]; k < g->from[v + 1]; k++) {
            uint32_t u = g->node[k];
            if (l->community[u] != now && l->waiting[u] == 0) {
                l->waiting[u] = 1;
                l->queue[(first + waiting++) % n] = u;
            }
        }
    }
    return BCN_OK;
}

/* --- refining --------------------------------------------------------------- */

/* Has a part enough with the rest of its community? */
static bool
well_connected(const leiden *l, uint32_t part, uint32_t community)
{
    int64_t sent = l->part_sent[part], received = l->part_received[part];
    return (double)l->cut[part] >= chance(l, sent, received,
                                          l->sent[community] - sent,
                                          l->received[community] - received);
}

static void
refine_node(leiden *l, uint32_t v)
{
    uint32_t community = l->community[v], best = v;
    if (l->size[v] != 1 || !well_connected(l, v, community)) {
        return;
    }
    const bcn_merged *g = &l->now;
    size_t groups = look_round(l, l->part, v);
    double most = -1;
    for (size_t k = 0; k < groups; k++) {
        uint32_t to = l->found[k];
        /* A part lies in one community, that of the node it is named after. */
        if (to == v || l->community[to] != community ||
            !well_connected(l, to, community)) {
            continue;
        }
        double gain = (double)l->near[to] -
                      chance(l, g->sent[v], g->received[v], l->part_sent[to],
                             l->part_received[to]);
        if (gain >= 0 && (gain > most || (gain == most && to < best))) {
            most = gain;
            best = to;
        }
    }
    if (best != v) {
        l->part[v] = best;
        l->size[best]++;
        l->size[v] = 0;
        l->part_sent[best] += g->sent[v];
        l->part_received[best] += g->received[v];
        l->cut[best] += l->cut[v] - 2 * l->near[best];
    }
    forget(l, groups);
}

static bcn_status
refine(leiden *l)
{
    const bcn_merged *g = &l->now;
    add_up_communities(l);
    for (size_t v = 0; v < g->count; v++) {
        l->part[v] = (uint32_t)v;
        l->size[v] = 1;
        l->part_sent[v] = g->sent[v];
        l->part_received[v] = g->received[v];
        l->cut[v] = 0;
        for (size_t k = g->from[v]; k < g->from[v + 1]; k++) {
            uint32_t u = g->node[k];
            bool inside = u != v && l->community[u] == l->community[v];
            l->cut[v] += inside ? g->weight[k] : 0;
        }
    }
    shuffle(l, l->order, g->count);
    for (size_t at = 0; at < g->count; at++) {
        if (at % 1024 == 0 && bcn_watch_check(l->watch, true)) {
            return BCN_CANCELLED;
        }
        refine_node(l, l->order[at]);
    }
    return BCN_OK;
}

/* --- a smaller network ------------------------------------------------------ */

/* Number what a label says from 0, in order; returns how many. */
static size_t
number_labels(leiden *l, uint32_t *label, size_t count)
{
    uint32_t known = 0;
    for (size_t v = 0; v <= l->count; v++) {
        l->name[v] = UINT32_MAX;
    }
    for (size_t v = 0; v < count; v++) {
        uint32_t *name = &l->name[label[v]];
        if (*name == UINT32_MAX) {
            *name = known++;
        }
        label[v] = *name;
    }
    return known;
}

/* Parts become nodes; each begins in the community that it lay in. */
static void
shrink(leiden *l)
{
    const bcn_merged *g = &l->now;
    bcn_merged *small = &l->next;
    size_t parts = number_labels(l, l->part, g->count), links = 0, at = 0;
    for (size_t p = 0; p < parts; p++) {
        small->sent[p] = small->received[p] = 0;
        l->size[p] = 0;
    }
    for (size_t v = 0; v < g->count; v++) {
        uint32_t p = l->part[v];
        small->sent[p] += g->sent[v];
        small->received[p] += g->received[v];
        l->name[p] = l->community[v];
        l->size[p]++;
    }
    /* The nodes of each part in a row. */
    for (size_t p = 0; p < parts; p++) {
        small->from[p] = at;
        at += l->size[p];
    }
    for (size_t v = 0; v < g->count; v++) {
        l->order[small->from[l->part[v]]++] = (uint32_t)v;
    }
    at = 0;
    for (size_t p = 0; p < parts; p++) {
        size_t groups = 0;
        small->from[p] = links;
        for (size_t end = at + l->size[p]; at < end; at++) {
            uint32_t v = l->order[at];
            for (size_t k = g->from[v]; k < g->from[v + 1]; k++) {
                uint32_t to = l->part[g->node[k]];
                if (l->near[to] == 0) {
                    l->found[groups++] = to;
                }
                l->near[to] += g->weight[k];
            }
        }
        for (size_t k = 0; k < groups; k++) {
            small->node[links] = l->found[k];
            small->weight[links++] = l->near[l->found[k]];
        }
        forget(l, groups);
    }
    small->from[parts] = links;
    small->count = parts;
    for (size_t i = 0; i < l->count; i++) {
        l->holder[i] = l->part[l->holder[i]];
    }
    memcpy(l->community, l->name, parts * sizeof *l->community);
    (void)number_labels(l, l->community, parts);
    bcn_merged kept = l->now;
    l->now = l->next;
    l->next = kept;
}

/* --- the whole -------------------------------------------------------------- */

/* One round, from the communities given for the nodes of the network. */
static bcn_status
run_round(leiden *l, const bcn_network *network, uint32_t *community)
{
    bcn_merged_fill(&l->now, network);
    for (size_t i = 0; i < l->count; i++) {
        l->holder[i] = (uint32_t)i;
    }
    memcpy(l->community, community, l->count * sizeof *community);
    for (;;) {
        BCN_TRY(move_nodes(l));
        size_t number = number_labels(l, l->community, l->now.count);
        if (number == l->now.count) {
            break;
        }
        BCN_TRY(refine(l));
        size_t before = l->now.count;
        shrink(l);
        if (l->now.count == before) {
            break; /* the parts are single nodes: nothing can be merged */
        }
    }
    for (size_t i = 0; i < l->count; i++) {
        community[i] = l->community[l->holder[i]];
    }
    return BCN_OK;
}

static bool
make_room(leiden *l, const bcn_network *network)
{
    size_t n = network->count, room = n + 1;
    if (bcn_merged_new(n, 2 * network->links, &l->now) != BCN_OK ||
        bcn_merged_new(n, 2 * network->links, &l->next) != BCN_OK) {
        return false;
    }
    l->community = bcn_alloc(8 * room, sizeof *l->community);
    l->sent = bcn_calloc(6 * room, sizeof *l->sent);
    l->waiting = bcn_alloc(room, 1);
    if (l->community == NULL || l->sent == NULL || l->waiting == NULL) {
        return false;
    }
    uint32_t **labels[] = {&l->part,  &l->order, &l->queue, &l->size,
                           &l->found, &l->name,  &l->holder};
    for (size_t k = 0; k < sizeof labels / sizeof labels[0]; k++) {
        *labels[k] = l->community + (k + 1) * room;
    }
    int64_t **sums[] = {&l->received, &l->cut, &l->near, &l->part_sent,
                        &l->part_received};
    for (size_t k = 0; k < sizeof sums / sizeof sums[0]; k++) {
        *sums[k] = l->sent + (k + 1) * room;
    }
    return true;
}

static bcn_status
run_rounds(leiden *l, const bcn_network *network, uint32_t *community)
{
    double reached = -INFINITY;
    for (int round = 0; round < MOST_ROUNDS; round++) {
        double quality;
        BCN_TRY(run_round(l, network, community));
        size_t number = number_labels(l, community, l->count);
        BCN_TRY(bcn_network_modularity(network, l->resolution, community,
                                       number, &quality));
        if (!(quality > reached + 1e-12)) {
            break;
        }
        reached = quality;
    }
    return BCN_OK;
}

bcn_status
bcn_network_leiden(const bcn_network *network, double resolution,
                   uint64_t seed, bcn_watch *watch, uint32_t *community,
                   size_t *number)
{
    leiden l = {.total = (double)network->total,
                .resolution = resolution,
                .state = seed,
                .count = network->count,
                .watch = watch};
    bcn_status status = make_room(&l, network) ? BCN_OK : BCN_NOMEM;
    for (size_t i = 0; i < network->count; i++) {
        community[i] = (uint32_t)i;
    }
    if (status == BCN_OK && network->links > 0) {
        status = run_rounds(&l, network, community);
    }
    if (status == BCN_OK) {
        *number = number_labels(&l, community, network->count);
    }
    bcn_merged_free(&l.now);
    bcn_merged_free(&l.next);
    bcn_free(l.community);
    bcn_free(l.sent);
    bcn_free(l.waiting);
    return status;
}
