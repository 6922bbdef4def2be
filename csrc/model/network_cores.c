#include "model/network_cores.h"

#include "model/reals.h"

/* --- k-core and s-core ------------------------------------------------------ */

static int64_t
all_of(const bcn_arcs *arcs, bool weighted, size_t i)
{
    return weighted ? bcn_arcs_strength(arcs, i)
                    : (int64_t)bcn_arcs_degree(arcs, i);
}

/* What the others lose when node i goes. */
static void
take_away(const bcn_arcs *arcs, bool weighted, size_t i, int64_t *left)
{
    for (size_t k = arcs->from[i]; k < arcs->from[i + 1]; k++) {
        left[arcs->node[k]] -= weighted ? arcs->weight[k] : 1;
    }
}

bcn_status
bcn_network_cores(const bcn_network *network, bcn_way way, bool weighted,
                  int64_t *level)
{
    size_t n = network->count;
    int64_t *left = bcn_calloc(n, sizeof *left), reached = 0;
    uint32_t *still = bcn_alloc(n, sizeof *still);
    if (left == NULL || still == NULL) {
        bcn_free(left);
        bcn_free(still);
        return BCN_NOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        left[i] += way == BCN_WAY_IN ? 0 : all_of(&network->out, weighted, i);
        left[i] += way == BCN_WAY_OUT ? 0 : all_of(&network->in, weighted, i);
        still[i] = (uint32_t)i;
    }
    for (size_t rest = n; rest > 0; rest--) {
        size_t least = 0;
        for (size_t at = 1; at < rest; at++) {
            least = left[still[at]] < left[still[least]] ? at : least;
        }
        uint32_t node = still[least];
        still[least] = still[rest - 1];
        reached = left[node] > reached ? left[node] : reached;
        level[node] = reached;
        /* Who wrote to it loses what it sent. */
        if (way != BCN_WAY_IN) {
            take_away(&network->in, weighted, node, left);
        }
        if (way != BCN_WAY_OUT) {
            take_away(&network->out, weighted, node, left);
        }
    }
    bcn_free(left);
    bcn_free(still);
    return BCN_OK;
}

/* --- core and periphery ----------------------------------------------------- */

/* The search's state.  Ideal cells are ones: `ones` of them, over ordered
 * pairs, hold the weight `held`. */
typedef struct division {
    size_t count, size; /* nodes, and those in the core */
    bool either;
    int64_t *between; /* w_ij + w_ji, a row per node */
    int64_t *all;     /* of each node with everyone */
    int64_t *links;   /* with the core */
    uint8_t *core;
    int64_t held;
    double pairs, total, spread; /* spread: pairs * squares - total^2 */
} division;

static double
score(const division *d, size_t size, int64_t held)
{
    double k = (double)size, left = (double)(d->count - size);
    double ones = d->either ? d->pairs - left * (left - 1) : k * (k - 1);
    double varied = ones * (d->pairs - ones);
    if (!(varied > 0)) {
        return -INFINITY;
    }
    return (d->pairs * (double)held - ones * d->total) / sqrt(varied);
}

/* What the ideal cells hold more when node i joins the core. */
static int64_t
joining(const division *d, size_t i)
{
    return d->either ? d->all[i] - d->links[i] : d->links[i];
}

static void
turn(division *d, size_t i)
{
    const int64_t *row = d->between + i * d->count;
    bool joins = d->core[i] == 0;
    d->held += joins ? joining(d, i) : -joining(d, i);
    d->size += joins ? 1 : (size_t)-1;
    d->core[i] = joins;
    for (size_t j = 0; j < d->count; j++) {
        d->links[j] += joins ? row[j] : -row[j];
    }
}

/* Two to change, or one twice. */
typedef struct change {
    size_t one, two;
    double score;
} change;

static void
best_alone(const division *d, change *best)
{
    for (size_t i = 0; i < d->count; i++) {
        bool joins = d->core[i] == 0;
        int64_t held = d->held + (joins ? joining(d, i) : -joining(d, i));
        double made = score(d, joins ? d->size + 1 : d->size - 1, held);
        if (made > best->score) {
            *best = (change){i, i, made};
        }
    }
}

static void
best_exchange(const division *d, change *best)
{
    size_t n = d->count, out = n, in = n;
    int64_t most = 0;
    for (size_t i = 0; i < n; i++) {
        if (d->core[i] == 0) {
            continue;
        }
        const int64_t *row = d->between + i * n;
        int64_t lost = joining(d, i);
        for (size_t j = 0; j < n; j++) {
            /* With i gone, j has row[j] less with the core. */
            int64_t gained =
                joining(d, j) - lost + (d->either ? row[j] : -row[j]);
            if (d->core[j] == 0 && gained > most) {
                most = gained;
                out = i;
                in = j;
            }
        }
    }
    if (most > 0) {
        double made = score(d, d->size, d->held + most);
        if (made > best->score) {
            *best = (change){out, in, made};
        }
    }
}

/* The best core of those that the strongest make. */
static void
begin(division *d, uint32_t *order)
{
    size_t n = d->count, size = 0;
    double best = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        size_t at = i;
        for (; at > 0 && d->all[order[at - 1]] < d->all[i]; at--) {
            order[at] = order[at - 1];
        }
        order[at] = (uint32_t)i;
    }
    for (size_t k = 0; k < n; k++) {
        turn(d, order[k]);
        double made = score(d, d->size, d->held);
        if (made > best) {
            best = made;
            size = d->size;
        }
    }
    for (size_t k = n; k-- > size;) {
        turn(d, order[k]);
    }
}

static bcn_status
search_core(division *d, uint32_t *order, bcn_watch *watch, double *reached)
{
    begin(d, order);
    change best = {0, 0, score(d, d->size, d->held)};
    for (;;) {
        if (bcn_watch_check(watch, true)) {
            return BCN_CANCELLED;
        }
        double before = best.score;
        best_alone(d, &best);
        best_exchange(d, &best);
        if (!(best.score > before)) {
            *reached =
                isfinite(best.score) ? best.score / sqrt(d->spread) : NAN;
            return BCN_OK;
        }
        turn(d, best.one);
        if (best.two != best.one) {
            turn(d, best.two);
        }
    }
}

static void
read_weights(const bcn_network *network, bool weighted, division *d)
{
    const bcn_arcs *out = &network->out;
    size_t n = network->count;
    double squares = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = out->from[i]; k < out->from[i + 1]; k++) {
            size_t j = out->node[k];
            int64_t value = weighted ? out->weight[k] : 1;
            d->between[i * n + j] += value;
            d->between[j * n + i] += value;
            d->all[i] += value;
            d->all[j] += value;
            squares += (double)value * (double)value;
        }
    }
    d->total = weighted ? (double)network->total : (double)network->links;
    d->pairs = (double)n * ((double)n - 1);
    d->spread = d->pairs * squares - d->total * d->total;
}

bcn_status
bcn_network_core(const bcn_network *network, bool either, bool weighted,
                 bcn_watch *watch, bcn_core *out)
{
    size_t n = network->count;
    division d = {.count = n, .either = either, .core = out->core};
    d.links = out->links;
    for (size_t i = 0; i < n; i++) {
        out->core[i] = 0;
        out->links[i] = 0;
    }
    out->correlation = NAN;
    d.between = bcn_calloc(n * n + n, sizeof *d.between);
    uint32_t *order = bcn_alloc(n, sizeof *order);
    bcn_status status =
        d.between == NULL || order == NULL ? BCN_NOMEM : BCN_OK;
    if (status == BCN_OK) {
        d.all = d.between + n * n;
        read_weights(network, weighted, &d);
        double least = d.total * d.total * 0x1p-48;
        if (n > 1 && d.spread > least) {
            status = search_core(&d, order, watch, &out->correlation);
        }
    }
    bcn_free(d.between);
    bcn_free(order);
    return status;
}
