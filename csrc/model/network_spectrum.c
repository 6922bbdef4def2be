#include "model/network_spectrum.h"

#include "model/network_components.h"
#include "model/reals.h"

/* The links' values: by link, or as a matrix where many pairs have one. */
typedef struct bcn_operator {
    const bcn_network *network;
    double *value;
    bool dense;
} bcn_operator;

static bcn_status
make_operator(const bcn_network *network, bcn_operator *made)
{
    size_t n = network->count;
    made->network = network;
    made->dense = n <= 1024 && network->links > n * n / 4;
    made->value = made->dense ? bcn_calloc(n * n, sizeof(double))
                              : bcn_alloc(network->links, sizeof(double));
    return made->value == NULL ? BCN_NOMEM : BCN_OK;
}

static void
set_value(bcn_operator *made, size_t i, size_t link, double value)
{
    size_t j = made->network->out.node[link];
    made->value[made->dense ? i * made->network->count + j : link] = value;
}

/* to[j] += from[i] * row[j] for four senders, in their order. */
static void
add_four(double *restrict to, const double *from, const double *rows,
         size_t count)
{
    const double *a = rows, *b = a + count, *c = b + count, *d = c + count;
    double w = from[0], x = from[1], y = from[2], z = from[3];
    for (size_t j = 0; j < count; j++) {
        double sum = to[j] + w * a[j];
        sum += x * b[j];
        sum += y * c[j];
        to[j] = sum + z * d[j];
    }
}

static void
add_one(double *restrict to, double from, const double *row, size_t count)
{
    for (size_t j = 0; j < count; j++) {
        to[j] += from * row[j];
    }
}

/* to = from W. */
static void
pass(const bcn_operator *by, const double *from, double *to)
{
    const bcn_network *network = by->network;
    size_t n = network->count, i = 0;
    for (size_t j = 0; j < n; j++) {
        to[j] = 0;
    }
    if (by->dense) {
        for (; i + 4 <= n; i += 4) {
            add_four(to, from + i, by->value + i * n, n);
        }
        for (; i < n; i++) {
            add_one(to, from[i], by->value + i * n, n);
        }
        return;
    }
    const bcn_arcs *out = &network->out;
    for (; i < n; i++) {
        for (size_t k = out->from[i]; k < out->from[i + 1]; k++) {
            to[out->node[k]] += from[i] * by->value[k];
        }
    }
}

static double
moved(const double *a, const double *b, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += fabs(a[i] - b[i]);
    }
    return sum;
}

bcn_status
bcn_network_pagerank(const bcn_network *network, bool weighted, double damping,
                     bcn_settling *settling, bcn_watch *watch, double *rank)
{
    size_t n = network->count;
    const bcn_arcs *out = &network->out;
    bcn_operator by;
    double *next = bcn_alloc(n, sizeof *next);
    bcn_status status = next == NULL ? BCN_NOMEM : BCN_OK;
    by.value = NULL;
    if (status == BCN_OK) {
        status = make_operator(network, &by);
    }
    if (status != BCN_OK) {
        bcn_free(next);
        return status;
    }
    for (size_t i = 0; i < n; i++) {
        double all = weighted ? (double)bcn_arcs_strength(out, i)
                              : (double)bcn_arcs_degree(out, i);
        for (size_t k = out->from[i]; k < out->from[i + 1]; k++) {
            set_value(&by, i, k,
                      (weighted ? (double)out->weight[k] : 1) / all);
        }
        rank[i] = 1 / (double)n;
    }
    double change = INFINITY;
    settling->passes = 0;
    while (change > settling->tolerance &&
           settling->passes++ < settling->most) {
        if (bcn_watch_check(watch, true)) {
            status = BCN_CANCELLED;
            break;
        }
        double stuck = 0;
        for (size_t i = 0; i < n; i++) {
            stuck += bcn_arcs_degree(out, i) == 0 ? rank[i] : 0;
        }
        pass(&by, rank, next);
        double anywhere = (damping * stuck + 1 - damping) / (double)n;
        double sum = 0;
        for (size_t i = 0; i < n; i++) {
            next[i] = damping * next[i] + anywhere;
            sum += next[i];
        }
        for (size_t i = 0; i < n; i++) {
            next[i] /= sum;
        }
        change = moved(rank, next, n);
        memcpy(rank, next, n * sizeof *rank);
    }
    bcn_free(next);
    bcn_free(by.value);
    return status;
}

/* Without a cycle every walk ends, and the iteration with it. */
static bcn_status
has_cycle(const bcn_network *network, bool *answer)
{
    uint32_t *component = bcn_alloc(network->count, sizeof *component);
    size_t number = 0;
    if (component == NULL) {
        return BCN_NOMEM;
    }
    bcn_status status =
        bcn_network_components(network, true, component, &number);
    bcn_free(component);
    *answer = number < network->count;
    return status;
}

bcn_status
bcn_network_eigenvector(const bcn_network *network, bool weighted,
                        bcn_settling *settling, bcn_watch *watch,
                        double *vector)
{
    size_t n = network->count;
    bool cycle;
    settling->passes = 0;
    BCN_TRY(has_cycle(network, &cycle));
    if (!cycle) {
        for (size_t i = 0; i < n; i++) {
            vector[i] = 0;
        }
        return BCN_OK;
    }
    bcn_operator by = {.value = NULL};
    double *next = bcn_alloc(n, sizeof *next);
    bcn_status status = next == NULL ? BCN_NOMEM : make_operator(network, &by);
    if (status != BCN_OK) {
        bcn_free(next);
        return status;
    }
    const bcn_arcs *out = &network->out;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = out->from[i]; k < out->from[i + 1]; k++) {
            double value = (double)out->weight[k];
            set_value(&by, i, k,
                      weighted ? value / (double)network->greatest : 1);
        }
        vector[i] = 1 / (double)n;
    }
    double change = INFINITY;
    while (change > settling->tolerance &&
           settling->passes++ < settling->most) {
        if (bcn_watch_check(watch, true)) {
            status = BCN_CANCELLED;
            break;
        }
        pass(&by, vector, next);
        double size = 0, sum = 0;
        for (size_t i = 0; i < n; i++) {
            size += next[i];
        }
        /* A quarter of where one was, so that a ring of nodes settles too. */
        for (size_t i = 0; i < n; i++) {
            next[i] += size / 4 * vector[i];
            sum += next[i];
        }
        for (size_t i = 0; i < n; i++) {
            next[i] /= sum;
        }
        change = moved(vector, next, n);
        memcpy(vector, next, n * sizeof *vector);
    }
    double length = sqrt(bcn_dot(vector, vector, n));
    for (size_t i = 0; i < n; i++) {
        vector[i] /= length;
    }
    bcn_free(next);
    bcn_free(by.value);
    return status;
}
