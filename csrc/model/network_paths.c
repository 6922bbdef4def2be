#include "model/network_paths.h"

#include <stdlib.h>

#include "model/reals.h"

static const double SHORTER = 1 - 0x1p-40, LONGER = 1 + 0x1p-40;

enum { UNSEEN = -1, SETTLED = -2 };

/* A link as a step: its length, and where it leads. */
typedef struct leap {
    double cost;
    uint32_t node;
} leap;

/* A search from one node: Dijkstra's, with the nodes before each one. */
typedef struct search {
    const bcn_arcs *out, *in;
    leap *leaps;      /* of each sender the shortest first */
    size_t targets;   /* nodes to which anything leads */
    double *length;   /* from the source */
    double *ways;     /* how many shortest paths */
    double *share;    /* Brandes's dependency */
    uint32_t *before; /* those of v from in->from[v] on */
    uint32_t *known;  /* how many */
    uint32_t *heap;   /* by length, then number */
    int32_t *place;   /* in the heap */
    uint32_t *order;  /* as settled */
    size_t used, settled;
} search;

static bool
sooner(const search *s, uint32_t a, uint32_t b)
{
    return s->length[a] < s->length[b] ||
           (s->length[a] == s->length[b] && a < b);
}

static void
rise(search *s, size_t at)
{
    uint32_t node = s->heap[at];
    while (at > 0 && sooner(s, node, s->heap[(at - 1) / 2])) {
        s->heap[at] = s->heap[(at - 1) / 2];
        s->place[s->heap[at]] = (int32_t)at;
        at = (at - 1) / 2;
    }
    s->heap[at] = node;
    s->place[node] = (int32_t)at;
}

static uint32_t
take_first(search *s)
{
    uint32_t first = s->heap[0], node = s->heap[--s->used];
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= s->used) {
            break;
        }
        child += child + 1 < s->used &&
                 sooner(s, s->heap[child + 1], s->heap[child]);
        if (!sooner(s, s->heap[child], node)) {
            break;
        }
        s->heap[at] = s->heap[child];
        s->place[s->heap[at]] = (int32_t)at;
        at = child;
    }
    if (s->used > 0) {
        s->heap[at] = node;
        s->place[node] = (int32_t)at;
    }
    s->place[first] = SETTLED;
    return first;
}

/* A path over u reaches v with a length that is not longer than known. */
static void
reach(search *s, uint32_t u, uint32_t v, double length)
{
    if (s->place[v] == SETTLED) {
        return;
    }
    if (length < s->length[v] * SHORTER) {
        s->known[v] = 0;
        s->ways[v] = 0;
    }
    s->before[s->in->from[v] + s->known[v]++] = u;
    s->ways[v] += s->ways[u];
    if (length < s->length[v]) {
        s->length[v] = length;
        if (s->place[v] == UNSEEN) {
            s->place[v] = (int32_t)s->used;
            s->heap[s->used++] = v;
        }
        rise(s, (size_t)s->place[v]);
    }
}

/* No path to an open node needs to be longer: the greatest length known once
 * all that may be reached are.  The farthest is no node's parent. */
static double
far_enough(const search *s)
{
    double most = 0;
    if (s->settled + s->used <= s->targets) {
        return INFINITY;
    }
    for (size_t at = s->used / 2; at < s->used; at++) {
        double length = s->length[s->heap[at]];
        most = length > most ? length : most;
    }
    return most * LONGER;
}

static void
search_from(search *s, uint32_t start, size_t count)
{
    double far = INFINITY;
    for (size_t v = 0; v < count; v++) {
        s->length[v] = INFINITY;
        s->ways[v] = s->share[v] = 0;
        s->known[v] = 0;
        s->place[v] = UNSEEN;
    }
    s->settled = 0;
    s->length[start] = 0;
    s->ways[start] = 1;
    s->heap[0] = start;
    s->place[start] = 0;
    s->used = 1;
    while (s->used > 0) {
        uint32_t u = take_first(s);
        s->order[s->settled++] = u;
        double length = s->length[u];
        far = s->settled % 4 == 0 ? far_enough(s) : far;
        const leap *end = s->leaps + s->out->from[u + 1];
        for (const leap *at = s->leaps + s->out->from[u]; at < end; at++) {
            double through = length + at->cost;
            if (through > far) {
                break;
            }
            if (through <= s->length[at->node] * LONGER) {
                reach(s, u, at->node, through);
            }
        }
    }
}

static void
give_back(search *s, uint32_t start, const bcn_paths *out)
{
    double far = 0;
    for (size_t at = 1; at < s->settled; at++) {
        uint32_t v = s->order[at];
        far += s->length[v];
        out->far_in[v] += s->length[v];
        out->reach_in[v]++;
    }
    out->far_out[start] = far;
    out->reach_out[start] = (int64_t)s->settled - 1;
    for (size_t at = s->settled; at-- > 1;) {
        uint32_t v = s->order[at];
        double each = (1 + s->share[v]) / s->ways[v];
        const uint32_t *before = s->before + s->in->from[v];
        for (uint32_t k = 0; k < s->known[v]; k++) {
            s->share[before[k]] += s->ways[before[k]] * each;
        }
        out->between[v] += s->share[v];
    }
}

static int
compare_leaps(const void *first, const void *second)
{
    const leap *a = first, *b = second;
    return a->cost < b->cost   ? -1
           : a->cost > b->cost ? 1
           : a->node < b->node ? -1
                               : a->node > b->node;
}

static void
lay_leaps(const bcn_network *network, bool weighted, search *s)
{
    const bcn_arcs *out = &network->out;
    for (size_t k = 0; k < network->links; k++) {
        s->leaps[k].cost = weighted ? 1 / (double)out->weight[k] : 1;
        s->leaps[k].node = out->node[k];
    }
    for (size_t i = 0; i < network->count; i++) {
        if (weighted) {
            qsort(s->leaps + out->from[i], bcn_arcs_degree(out, i),
                  sizeof *s->leaps, compare_leaps);
        }
        s->targets += bcn_arcs_degree(&network->in, i) > 0;
    }
}

bcn_status
bcn_network_paths(const bcn_network *network, bool weighted, bcn_watch *watch,
                  const bcn_paths *out)
{
    size_t n = network->count, links = network->links;
    search s = {.out = &network->out, .in = &network->in};
    s.leaps = bcn_alloc(links, sizeof *s.leaps);
    s.length = bcn_alloc(3 * n, sizeof *s.length);
    s.before = bcn_alloc(links + 4 * n, sizeof *s.before);
    bcn_status status = s.leaps == NULL || s.length == NULL || s.before == NULL
                            ? BCN_NOMEM
                            : BCN_OK;
    if (status == BCN_OK) {
        s.ways = s.length + n;
        s.share = s.ways + n;
        s.known = s.before + links;
        s.heap = s.known + n;
        s.order = s.heap + n;
        s.place = (int32_t *)(s.order + n);
        lay_leaps(network, weighted, &s);
    }
    for (uint32_t start = 0; status == BCN_OK && start < n; start++) {
        if (bcn_watch_check(watch, true)) {
            status = BCN_CANCELLED;
            break;
        }
        search_from(&s, start, n);
        give_back(&s, start, out);
    }
    bcn_free(s.leaps);
    bcn_free(s.length);
    bcn_free(s.before);
    return status;
}
