#include "model/network_fit.h"
#include "model/reals.h"

enum { TERMS = 4, MOST_STEPS = 200, MOST_HALVINGS = 60 };

/* What one pass over the pairs tells of a Poisson model. */
typedef struct tally {
    double score[TERMS]; /* of the likelihood, by coefficient */
    double scale[TERMS]; /* the score if all terms had one sign */
    double curve[TERMS][TERMS];
} tally;

static void
terms_of(const bcn_gravity *g, size_t n, size_t i, size_t j, double *x)
{
    x[0] = 1;
    x[1] = g->sender[i];
    x[2] = g->receiver[j];
    x[3] = g->apart == NULL ? 0 : g->apart[i * n + j];
}

static void
look(const bcn_network *network, const bcn_gravity *g, const double *b,
     double *expected, tally *t)
{
    size_t n = network->count;
    *t = (tally){{0}, {0}, {{0}}};
    for (size_t i = 0; i < n; i++) {
        size_t k = network->out.from[i], end = network->out.from[i + 1];
        for (size_t j = 0; j < n; j++) {
            double x[TERMS], wrote = 0, power = 0;
            if (k < end && network->out.node[k] == j) {
                wrote = (double)network->out.weight[k++];
            }
            expected[i * n + j] = 0;
            if (!bcn_network_met(network, i, j)) {
                continue;
            }
            terms_of(g, n, i, j, x);
            for (size_t c = 0; c < TERMS; c++) {
                power += b[c] * x[c];
            }
            double mean = bcn_exp(power);
            expected[i * n + j] = mean;
            for (size_t c = 0; c < TERMS; c++) {
                t->score[c] += (wrote - mean) * x[c];
                t->scale[c] += (wrote + mean) * fabs(x[c]);
                for (size_t d = 0; d <= c; d++) {
                    t->curve[c][d] += mean * x[c] * x[d];
                }
            }
        }
    }
}

/* step = curve^-1 score over the free coefficients, by Cholesky; those that
 * the data cannot tell stay. */
static void
solve(const bcn_gravity *g, const tally *t, double *step)
{
    double low[TERMS][TERMS] = {{0}};
    bool used[TERMS];
    for (size_t c = 0; c < TERMS; c++) {
        for (size_t d = 0; d <= c; d++) {
            double sum = t->curve[c][d];
            for (size_t k = 0; k < d; k++) {
                sum -= low[c][k] * low[d][k];
            }
            if (d < c) {
                low[c][d] = used[d] && g->free[c] ? sum / low[d][d] : 0;
                continue;
            }
            used[c] = g->free[c] != 0 && sum > t->curve[c][c] * 1e-12;
            low[c][c] = used[c] ? sqrt(sum) : 1;
        }
        for (size_t d = 0; d < c && !used[c]; d++) {
            low[c][d] = 0;
        }
    }
    for (size_t c = 0; c < TERMS; c++) {
        double sum = used[c] ? t->score[c] : 0;
        for (size_t d = 0; d < c; d++) {
            sum -= low[c][d] * step[d];
        }
        step[c] = sum / low[c][c];
    }
    for (size_t c = TERMS; c-- > 0;) {
        double sum = step[c];
        for (size_t d = c + 1; d < TERMS; d++) {
            sum -= low[d][c] * step[d];
        }
        step[c] = sum / low[c][c];
    }
}

static double
worst_of(const bcn_gravity *g, const tally *t)
{
    double worst = 0;
    for (size_t c = 0; c < TERMS; c++) {
        double part = t->scale[c] > 0 ? fabs(t->score[c]) / t->scale[c] : 0;
        worst = g->free[c] && part > worst ? part : worst;
    }
    return worst;
}

bcn_status
bcn_network_gravity(const bcn_network *network, bcn_gravity *gravity,
                    bcn_watch *watch, double *expected, double *worst)
{
    tally t;
    double *b = gravity->coefficients;
    look(network, gravity, b, expected, &t);
    *worst = worst_of(gravity, &t);
    for (int step = 0; step<MOST_STEPS && * worst> 1e-13; step++) {
        double by[TERMS], trial[TERMS], part = 1, climb, before = *worst;
        solve(gravity, &t, by);
        climb = bcn_dot(t.score, by, TERMS);
        int halving = 0;
        for (; halving < MOST_HALVINGS; halving++, part /= 2) {
            if (bcn_watch_check(watch, true)) {
                return BCN_CANCELLED;
            }
            for (size_t c = 0; c < TERMS; c++) {
                trial[c] = b[c] + part * by[c];
            }
            look(network, gravity, trial, expected, &t);
            if (bcn_dot(t.score, by, TERMS) > -0.5 * climb) {
                break;
            }
        }
        memcpy(b, trial, sizeof trial);
        *worst = worst_of(gravity, &t);
        if (halving == MOST_HALVINGS ||
            (*worst < 1e-9 && *worst > before / 2)) {
            break;
        }
    }
    return BCN_OK;
}
