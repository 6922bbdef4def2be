#include "model/network.h"

#include <string.h>

static const int64_t MOST_WEIGHT = INT64_C(1) << 62;

void
bcn_network_free(bcn_network *network)
{
    if (network == NULL) {
        return;
    }
    bcn_free(network->out.from);
    bcn_free(network->out.node);
    bcn_free(network->out.weight);
    bcn_free(network->in.from);
    bcn_free(network->in.node);
    bcn_free(network->in.weight);
    bcn_free(network->since);
    bcn_free(network);
}

/* --- making one ------------------------------------------------------------ */

/* What the links are drawn from: the cube, and which nodes its positions
 * are (UINT32_MAX: none). */
typedef struct source {
    const bcn_cube *cube;
    const uint32_t *codes;
    uint32_t *place;
} source;

static bool
judge(const bcn_network *network, size_t i, size_t j, int64_t value,
      bool *negative)
{
    if (value == 0 || !bcn_network_met(network, i, j)) {
        return false;
    }
    *negative = *negative || value < 0;
    return true;
}

static void
put_link(bcn_network *network, size_t at, size_t j, int64_t value)
{
    network->out.node[at] = (uint32_t)j;
    network->out.weight[at] = value;
}

/* Count the links of every row in out.from, or, when there is room for them,
 * put them there.  False for a negative one. */
static bool
walk_links(const source *from, bcn_network *network)
{
    const bcn_cube *cube = from->cube;
    size_t width = (size_t)cube->shape.dims[0], n = network->count, at = 0;
    bool negative = false, fill = network->out.node != NULL;
    if (!bcn_cube_sparse(cube)) {
        for (size_t i = 0; i < n; i++) {
            uint64_t row = (uint64_t)from->codes[i] * width;
            for (size_t j = 0; j < n; j++) {
                bcn_wide cell = bcn_cube_stored(cube, row + from->codes[j]);
                int64_t value = (int64_t)cell.low;
                if (judge(network, i, j, value, &negative)) {
                    if (fill) {
                        put_link(network, at, j, value);
                    }
                    at++;
                }
            }
            network->out.from[i + 1] = at;
        }
        network->links = at;
        return !negative;
    }
    bcn_walk walk = {.cube = cube};
    while (bcn_walk_next(&walk)) {
        uint32_t i = from->place[walk.index / width];
        uint32_t j = from->place[walk.index % width];
        int64_t value = (int64_t)walk.value.low;
        if (i != UINT32_MAX && j != UINT32_MAX &&
            judge(network, i, j, value, &negative)) {
            if (fill) {
                put_link(network, at, j, value);
            } else {
                network->out.from[i + 1]++;
            }
            at++;
        }
    }
    for (size_t i = 0; !fill && i < n; i++) {
        network->out.from[i + 1] += network->out.from[i];
    }
    network->links = at;
    return !negative;
}

/* The links by receiver, from those by sender. */
static void
turn_round(bcn_network *network)
{
    const bcn_arcs *out = &network->out;
    bcn_arcs *in = &network->in;
    size_t n = network->count;
    for (size_t k = 0; k < network->links; k++) {
        in->from[out->node[k] + 1]++;
    }
    for (size_t j = 0; j < n; j++) {
        in->from[j + 1] += in->from[j];
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t k = out->from[i]; k < out->from[i + 1]; k++) {
            size_t at = in->from[out->node[k]]++;
            in->node[at] = (uint32_t)i;
            in->weight[at] = out->weight[k];
        }
    }
    /* Every start has moved to its end. */
    memmove(in->from + 1, in->from, n * sizeof *in->from);
    in->from[0] = 0;
}

static bcn_status
add_up(bcn_network *network, bcn_error *error)
{
    for (size_t k = 0; k < network->links; k++) {
        int64_t value = network->out.weight[k];
        if (value > MOST_WEIGHT - network->total) {
            return bcn_fail(error, BCN_OVERFLOW,
                            "the weights of this network add up to more than "
                            "2**62: ask for a shorter period or another "
                            "measure");
        }
        network->total += value;
        network->greatest =
            value > network->greatest ? value : network->greatest;
    }
    return BCN_OK;
}

static bcn_status
make_links(const source *from, bcn_network *network, bcn_error *error)
{
    if (!walk_links(from, network)) {
        return bcn_fail(error, BCN_INVALID,
                        "a network has no negative weights: a difference of "
                        "flows is no network");
    }
    size_t links = network->links;
    network->out.node = bcn_alloc(links, sizeof(uint32_t));
    network->out.weight = bcn_alloc(links, sizeof(int64_t));
    network->in.node = bcn_alloc(links, sizeof(uint32_t));
    network->in.weight = bcn_alloc(links, sizeof(int64_t));
    if (network->out.node == NULL || network->out.weight == NULL ||
        network->in.node == NULL || network->in.weight == NULL) {
        return BCN_NOMEM;
    }
    (void)walk_links(from, network);
    BCN_TRY(add_up(network, error));
    turn_round(network);
    return BCN_OK;
}

static bcn_status
make_places(source *from, size_t count, bcn_error *error)
{
    size_t width = (size_t)from->cube->shape.dims[0];
    for (size_t i = 0; i < count; i++) {
        if (from->codes[i] >= width ||
            (i > 0 && from->codes[i] <= from->codes[i - 1])) {
            return bcn_fail(error, BCN_RANGE,
                            "the nodes are positions of the flow, in rising "
                            "order");
        }
    }
    from->place = bcn_alloc(width, sizeof *from->place);
    if (from->place == NULL) {
        return BCN_NOMEM;
    }
    memset(from->place, 0xff, width * sizeof *from->place);
    for (size_t i = 0; i < count; i++) {
        from->place[from->codes[i]] = (uint32_t)i;
    }
    return BCN_OK;
}

static bcn_status
make_nodes(bcn_network *network, size_t count, const uint32_t *since,
           const uint32_t *until)
{
    network->count = count;
    network->out.from = bcn_calloc(count + 1, sizeof(size_t));
    network->in.from = bcn_calloc(count + 1, sizeof(size_t));
    if (network->out.from == NULL || network->in.from == NULL) {
        return BCN_NOMEM;
    }
    if (since != NULL && until != NULL) {
        network->since = bcn_alloc(2 * count, sizeof(uint32_t));
        if (network->since == NULL) {
            return BCN_NOMEM;
        }
        network->until = network->since + count;
        if (count > 0) {
            memcpy(network->since, since, count * sizeof *since);
            memcpy(network->until, until, count * sizeof *until);
        }
    }
    return BCN_OK;
}

bcn_status
bcn_network_new(const bcn_cube *cube, const uint32_t *codes, size_t count,
                const uint32_t *since, const uint32_t *until,
                bcn_network **out, bcn_error *error)
{
    if (cube->shape.ndim != 2 || cube->shape.dims[0] != cube->shape.dims[1]) {
        return bcn_fail(error, BCN_INVALID,
                        "a flow has as many senders as receivers");
    }
    if (count > BCN_NETWORK_MOST) {
        return bcn_fail(error, BCN_TOO_LARGE,
                        "a network of %zu bureaus: measures here are of at "
                        "most %d; to_networkx(), to_igraph() and to_scipy() "
                        "take larger ones",
                        count, (int)BCN_NETWORK_MOST);
    }
    if (cube->high != NULL) {
        return bcn_fail(error, BCN_OVERFLOW,
                        "a network has no weights beyond 2**62: ask for a "
                        "shorter period or another measure");
    }
    source from = {.cube = cube, .codes = codes};
    bcn_network *network = bcn_calloc(1, sizeof *network);
    bcn_status status =
        network == NULL ? BCN_NOMEM : make_nodes(network, count, since, until);
    if (status == BCN_OK) {
        status = make_places(&from, count, error);
    }
    if (status == BCN_OK) {
        status = make_links(&from, network, error);
    }
    bcn_free(from.place);
    if (status != BCN_OK) {
        bcn_network_free(network);
        return status;
    }
    *out = network;
    return BCN_OK;
}

/* --- what one pass over the links tells ------------------------------------ */

int64_t
bcn_arcs_strength(const bcn_arcs *arcs, size_t i)
{
    int64_t sum = 0;
    for (size_t k = arcs->from[i]; k < arcs->from[i + 1]; k++) {
        sum += arcs->weight[k];
    }
    return sum;
}

void
bcn_network_onesided(const bcn_network *network, int64_t *out)
{
    const bcn_arcs *to = &network->out, *of = &network->in;
    for (size_t i = 0; i < network->count; i++) {
        size_t a = to->from[i], b = of->from[i];
        int64_t sum = 0;
        while (a < to->from[i + 1] || b < of->from[i + 1]) {
            uint32_t there = a < to->from[i + 1] ? to->node[a] : UINT32_MAX;
            uint32_t back = b < of->from[i + 1] ? of->node[b] : UINT32_MAX;
            int64_t wrote = there <= back ? to->weight[a++] : 0;
            int64_t heard = back <= there ? of->weight[b++] : 0;
            sum += wrote > heard ? wrote - heard : heard - wrote;
        }
        out[i] = sum;
    }
}

void
bcn_network_cells(const bcn_network *network, int64_t *cells)
{
    const bcn_arcs *out = &network->out;
    for (size_t i = 0; i < network->count; i++) {
        for (size_t k = out->from[i]; k < out->from[i + 1]; k++) {
            cells[i * network->count + out->node[k]] = out->weight[k];
        }
    }
}

void
bcn_network_blocks(const bcn_network *network, const uint32_t *group,
                   size_t groups, int64_t *weights, int64_t *links)
{
    const bcn_arcs *out = &network->out;
    for (size_t i = 0; i < network->count; i++) {
        for (size_t k = out->from[i]; k < out->from[i + 1]; k++) {
            size_t cell = group[i] * groups + group[out->node[k]];
            weights[cell] += out->weight[k];
            links[cell]++;
        }
    }
}
