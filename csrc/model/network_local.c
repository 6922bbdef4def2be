#include "model/network_local.h"

#include "model/reals.h"

/* --- clustering ------------------------------------------------------------- */

/* Cube roots of weights: by sender, by receiver, and both added. */
typedef struct roots {
    double *there, *back, *both;
} roots;

static bcn_status
make_roots(const bcn_network *network, bool weighted, roots *made)
{
    size_t n = network->count;
    const bcn_arcs *out = &network->out;
    made->there = bcn_calloc(n * n, 3 * sizeof(double));
    if (made->there == NULL) {
        return BCN_NOMEM;
    }
    made->back = made->there + n * n;
    made->both = made->back + n * n;
    double greatest = (double)network->greatest;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = out->from[i]; k < out->from[i + 1]; k++) {
            size_t j = out->node[k];
            double root =
                weighted ? bcn_cbrt((double)out->weight[k] / greatest) : 1;
            made->there[i * n + j] = root;
            made->back[j * n + i] = root;
            made->both[i * n + j] += root;
            made->both[j * n + i] += root;
        }
    }
    return BCN_OK;
}

/* How many j both write to i and are written to by i. */
static double
both_ways(const bcn_network *network, size_t i)
{
    const bcn_arcs *out = &network->out, *in = &network->in;
    size_t a = out->from[i], b = in->from[i], found = 0;
    while (a < out->from[i + 1] && b < in->from[i + 1]) {
        uint32_t there = out->node[a], back = in->node[b];
        found += there == back;
        a += there <= back;
        b += back <= there;
    }
    return (double)found;
}

static double
possible(const bcn_network *network, bcn_triangles kind, size_t i)
{
    double sent = (double)bcn_arcs_degree(&network->out, i);
    double heard = (double)bcn_arcs_degree(&network->in, i);
    double all = sent + heard;
    switch (kind) {
    case BCN_TRIANGLES_TOTAL:
        return 2 * (all * (all - 1) - 2 * both_ways(network, i));
    case BCN_TRIANGLES_IN:
        return heard * (heard - 1);
    case BCN_TRIANGLES_OUT:
        return sent * (sent - 1);
    default:
        return sent * heard - both_ways(network, i);
    }
}

bcn_status
bcn_network_clustering(const bcn_network *network, bcn_triangles kind,
                       bool weighted, bcn_watch *watch, double *out)
{
    size_t n = network->count;
    roots all;
    BCN_TRY(make_roots(network, weighted, &all));
    bool total = kind == BCN_TRIANGLES_TOTAL;
    /* The sum over j and k of first[i, j] * middle[j, k] * last[i, k]. */
    const double *first = total                      ? all.both
                          : kind == BCN_TRIANGLES_IN ? all.back
                                                     : all.there;
    const double *middle = total                             ? all.both
                           : kind == BCN_TRIANGLES_MIDDLEMAN ? all.back
                                                             : all.there;
    const double *last = total                       ? all.both
                         : kind == BCN_TRIANGLES_OUT ? all.there
                                                     : all.back;
    bcn_status status = BCN_OK;
    for (size_t i = 0; i < n; i++) {
        if (bcn_watch_check(watch, true)) {
            status = BCN_CANCELLED;
            break;
        }
        double most = possible(network, kind, i), sum = 0;
        for (size_t j = 0; most > 0 && j < n; j++) {
            double step = first[i * n + j];
            /* What is symmetric needs one half. */
            size_t k = total ? j + 1 : 0;
            if (step > 0) {
                sum += step *
                       bcn_dot(middle + j * n + k, last + i * n + k, n - k);
            }
        }
        out[i] = most > 0 ? (total ? 2 * sum : sum) / most : 0;
    }
    bcn_free(all.there);
    return status;
}

/* --- similarity ------------------------------------------------------------- */

/* Add the products of the profiles of all pairs i <= j, taken from arcs. */
static bcn_status
add_products(const bcn_network *network, const bcn_arcs *arcs, double *row,
             bcn_watch *watch, double *out)
{
    size_t n = network->count;
    double scale = (double)network->greatest;
    for (size_t i = 0; i < n; i++) {
        if (bcn_watch_check(watch, true)) {
            return BCN_CANCELLED;
        }
        for (size_t k = arcs->from[i]; k < arcs->from[i + 1]; k++) {
            row[arcs->node[k]] = (double)arcs->weight[k] / scale;
        }
        for (size_t j = i; j < n; j++) {
            double sum = 0;
            for (size_t k = arcs->from[j]; k < arcs->from[j + 1]; k++) {
                sum += (double)arcs->weight[k] / scale * row[arcs->node[k]];
            }
            out[i * n + j] += sum;
        }
        for (size_t k = arcs->from[i]; k < arcs->from[i + 1]; k++) {
            row[arcs->node[k]] = 0;
        }
    }
    return BCN_OK;
}

bcn_status
bcn_network_cosine(const bcn_network *network, bcn_profile profile,
                   bcn_watch *watch, double *out)
{
    size_t n = network->count;
    double *row = bcn_calloc(n, sizeof *row);
    bcn_status status = row == NULL ? BCN_NOMEM : BCN_OK;
    for (size_t cell = 0; cell < n * n; cell++) {
        out[cell] = 0;
    }
    if (status == BCN_OK && profile != BCN_PROFILE_RECEIVED) {
        status = add_products(network, &network->out, row, watch, out);
    }
    if (status == BCN_OK && profile != BCN_PROFILE_SENT) {
        status = add_products(network, &network->in, row, watch, out);
    }
    bcn_free(row);
    if (status != BCN_OK) {
        return status;
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i + 1; j < n; j++) {
            double size = sqrt(out[i * n + i] * out[j * n + j]);
            double cosine = size > 0 ? out[i * n + j] / size : 0;
            out[i * n + j] = out[j * n + i] = cosine < 1 ? cosine : 1;
        }
    }
    for (size_t i = 0; i < n; i++) {
        out[i * n + i] = out[i * n + i] > 0 ? 1 : 0;
    }
    return BCN_OK;
}

/* --- assortativity ---------------------------------------------------------- */

double
bcn_network_assortativity(const bcn_network *network, const double *x,
                          const double *y, bool weighted)
{
    const bcn_arcs *out = &network->out;
    double all = 0, sum_x = 0, sum_y = 0, xx = 0, yy = 0, xy = 0;
    for (size_t i = 0; i < network->count; i++) {
        for (size_t k = out->from[i]; k < out->from[i + 1]; k++) {
            double w = weighted ? (double)out->weight[k] : 1;
            all += w;
            sum_x += w * x[i];
            sum_y += w * y[out->node[k]];
        }
    }
    double mean_x = sum_x / all, mean_y = sum_y / all;
    for (size_t i = 0; i < network->count; i++) {
        for (size_t k = out->from[i]; k < out->from[i + 1]; k++) {
            double w = weighted ? (double)out->weight[k] : 1;
            double a = x[i] - mean_x, b = y[out->node[k]] - mean_y;
            xx += w * a * a;
            yy += w * b * b;
            xy += w * a * b;
        }
    }
    /* Less than rounding leaves is no variation. */
    double least = all * 0x1p-80;
    if (!(xx > least * mean_x * mean_x) || !(yy > least * mean_y * mean_y)) {
        return NAN;
    }
    return xy / sqrt(xx * yy);
}

/* --- modularity ------------------------------------------------------------- */

bcn_status
bcn_network_modularity(const bcn_network *network, double resolution,
                       const uint32_t *group, size_t groups, double *out)
{
    const bcn_arcs *to = &network->out;
    int64_t *sums = bcn_calloc(3 * groups, sizeof *sums);
    if (sums == NULL) {
        return BCN_NOMEM;
    }
    int64_t *sent = sums + groups, *received = sent + groups;
    for (size_t i = 0; i < network->count; i++) {
        sent[group[i]] += bcn_arcs_strength(to, i);
        received[group[i]] += bcn_arcs_strength(&network->in, i);
        for (size_t k = to->from[i]; k < to->from[i + 1]; k++) {
            sums[group[i]] +=
                group[i] == group[to->node[k]] ? to->weight[k] : 0;
        }
    }
    double all = (double)network->total, sum = 0;
    for (size_t c = 0; all > 0 && c < groups; c++) {
        sum += (double)sums[c] / all - resolution * ((double)sent[c] / all) *
                                           ((double)received[c] / all);
    }
    bcn_free(sums);
    *out = sum;
    return BCN_OK;
}
