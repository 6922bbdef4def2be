#include "model/network_paths.h"

#include "model/reals.h"

static const double SHORTER = 1 - 0x1p-40, LONGER = 1 + 0x1p-40;

enum { UNSEEN = -1, SETTLED = -2 };

/* A search from one node: Dijkstra's, with the nodes before each one. */
typedef struct search {
    const bcn_arcs *out, *in;
    double *cost;     /* per link by sender */
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

static void
search_from(search *s, uint32_t start, size_t count)
{
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
        for (size_t k = s->out->from[u]; k < s->out->from[u + 1]; k++) {
            uint32_t v = s->out->node[k];
            double through = length + s->cost[k];
            if (through <= s->length[v] * LONGER) {
                reach(s, u, v, through);
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

bcn_status
bcn_network_paths(const bcn_network *network, bool weighted, bcn_watch *watch,
                  const bcn_paths *out)
{
    size_t n = network->count, links = network->links;
    search s = {.out = &network->out, .in = &network->in};
    s.cost = bcn_alloc(links + 3 * n, sizeof *s.cost);
    s.before = bcn_alloc(links + 4 * n, sizeof *s.before);
    bcn_status status =
        s.cost == NULL || s.before == NULL ? BCN_NOMEM : BCN_OK;
    if (status == BCN_OK) {
        s.length = s.cost + links;
        s.ways = s.length + n;
        s.share = s.ways + n;
        s.known = s.before + links;
        s.heap = s.known + n;
        s.order = s.heap + n;
        s.place = (int32_t *)(s.order + n);
        for (size_t k = 0; k < links; k++) {
            s.cost[k] = weighted ? 1 / (double)network->out.weight[k] : 1;
        }
    }
    for (uint32_t start = 0; status == BCN_OK && start < n; start++) {
        if (bcn_watch_check(watch, true)) {
            status = BCN_CANCELLED;
            break;
        }
        search_from(&s, start, n);
        give_back(&s, start, out);
    }
    bcn_free(s.cost);
    bcn_free(s.before);
    return status;
}
