#include "model/network_fit.h"

#include "model/reals.h"

enum { MOST_STEPS = 500, MOST_HALVINGS = 60 };

static const double CLOSE = 1e-11; /* a margin, to this part of it */

/* The problem: u and v are the logarithms of x and y, negative for weights;
 * all vectors have a part of n for senders and one of n for receivers. */
typedef struct fit {
    size_t n;
    bcn_family family;
    uint8_t *open;   /* n^2: cells that are not known beforehand */
    double *margins; /* 2n: of the open cells */
    double *at;      /* 2n: u, then v */
    double *lacking; /* 2n: margins - expected ones */
    double *step, *trial, *rest, *toward, *image, *scale; /* 2n each */
    double *slope;    /* n^2: d expected / d log z */
    double *expected; /* n^2, the caller's */
} fit;

/* The mean of a cell at t = log z; slope too.  False where there is none. */
static bool
mean_at(bcn_family family, double t, double *mean, double *slope)
{
    if (family == BCN_FAMILY_MARGINS) {
        *mean = *slope = bcn_exp(t);
    } else if (family == BCN_FAMILY_LINKS) {
        double other = bcn_exp(t < 0 ? t : -t);
        *mean = t < 0 ? other / (1 + other) : 1 / (1 + other);
        *slope = other / ((1 + other) * (1 + other));
    } else {
        double less = bcn_expm1(-t); /* 1/z - 1 */
        if (!(less > 0)) {
            return false;
        }
        *mean = 1 / less;
        *slope = *mean * (1 + *mean);
    }
    return true;
}

/* Expected cells, slopes and what margins lack, at a point; false outside. */
static bool
look(fit *f, const double *at)
{
    size_t n = f->n;
    memcpy(f->lacking, f->margins, 2 * n * sizeof *f->lacking);
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t j = 0; j < n; j++) {
            size_t cell = i * n + j;
            if (f->open[cell] == 0) {
                continue;
            }
            if (!mean_at(f->family, at[i] + at[n + j], &f->expected[cell],
                         &f->slope[cell])) {
                return false;
            }
            sum += f->expected[cell];
            f->lacking[n + j] -= f->expected[cell];
        }
        f->lacking[i] -= sum;
    }
    return true;
}

/* image = H toward, where H = [D1 S; S' D2] has the slopes and their sums. */
static void
multiply(const fit *f, const double *given, double *image)
{
    size_t n = f->n;
    for (size_t i = 0; i < 2 * n; i++) {
        image[i] = f->scale[i] * given[i];
    }
    for (size_t i = 0; i < n; i++) {
        const double *row = f->slope + i * n;
        image[i] += bcn_dot(row, given + n, n);
        double mine = given[i];
        for (size_t j = 0; j < n; j++) {
            image[n + j] += mine * row[j];
        }
    }
}

/* step = H^-1 lacking, nearly: conjugate gradients, scaled by the diagonal. */
static bcn_status
solve(fit *f, bcn_watch *watch)
{
    size_t n = f->n, size = 2 * n;
    for (size_t i = 0; i < size; i++) {
        f->scale[i] = 0;
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            double slope = f->slope[i * n + j];
            f->scale[i] += slope;
            f->scale[n + j] += slope;
        }
    }
    double before = 0;
    for (size_t i = 0; i < size; i++) {
        f->step[i] = 0;
        f->rest[i] = f->scale[i] > 0 ? f->lacking[i] : 0;
        f->toward[i] = f->scale[i] > 0 ? f->rest[i] / f->scale[i] : 0;
        before += f->rest[i] * f->toward[i];
    }
    double enough = before * 1e-8;
    for (size_t pass = 0; pass < 4 * size && before > enough; pass++) {
        if (bcn_watch_check(watch, true)) {
            return BCN_CANCELLED;
        }
        multiply(f, f->toward, f->image);
        double curve = bcn_dot(f->toward, f->image, size);
        if (!(curve > 0)) {
            break;
        }
        double by = before / curve, after = 0;
        for (size_t i = 0; i < size; i++) {
            f->step[i] += by * f->toward[i];
            f->rest[i] -= by * f->image[i];
            after +=
                f->scale[i] > 0 ? f->rest[i] * f->rest[i] / f->scale[i] : 0;
        }
        for (size_t i = 0; i < size; i++) {
            double own = f->scale[i] > 0 ? f->rest[i] / f->scale[i] : 0;
            f->toward[i] = own + after / before * f->toward[i];
        }
        before = after;
    }
    return BCN_OK;
}

static double
worst_of(const fit *f)
{
    double worst = 0;
    for (size_t i = 0; i < 2 * f->n; i++) {
        double size = f->margins[i] > 1 ? f->margins[i] : 1;
        double part = fabs(f->lacking[i]) / size;
        worst = part > worst ? part : worst;
    }
    return worst;
}

/* Go along the step, as far as it climbs: the likelihood is concave, so that
 * it still climbs where what is lacking points along the step. */
static bool
advance(fit *f)
{
    size_t size = 2 * f->n;
    double climb = bcn_dot(f->lacking, f->step, size), part = 1;
    for (int halving = 0; halving < MOST_HALVINGS; halving++, part /= 2) {
        for (size_t i = 0; i < size; i++) {
            f->trial[i] = f->at[i] + part * f->step[i];
        }
        if (look(f, f->trial) &&
            bcn_dot(f->lacking, f->step, size) > -0.5 * climb) {
            memcpy(f->at, f->trial, size * sizeof *f->at);
            return true;
        }
    }
    return false;
}

static bcn_status
climb(fit *f, bcn_watch *watch, double *worst)
{
    if (!look(f, f->at)) {
        return BCN_INVALID; /* the start is a point of the problem */
    }
    *worst = worst_of(f);
    for (int step = 0; step<MOST_STEPS && * worst> CLOSE; step++) {
        BCN_TRY(solve(f, watch));
        double before = *worst;
        if (!advance(f)) {
            (void)look(f, f->at);
            break;
        }
        *worst = worst_of(f);
        /* Where rounding is all that is left, nothing gets better. */
        if (*worst < 1e-9 && *worst > before / 2) {
            break;
        }
    }
    return BCN_OK;
}

/* --- what is known beforehand ----------------------------------------------- */

/* Open cells of line `line` (a row below n, then columns): those are all
 * 0, or all 1, when its margin says so.  Says whether any was closed. */
static bool
settle_line(fit *f, size_t line)
{
    size_t n = f->n, open = 0;
    bool row = line < n;
    for (size_t k = 0; k < n; k++) {
        open += f->open[row ? line * n + k : k * n + line - n];
    }
    bool none = f->margins[line] <= 0;
    bool all =
        f->family == BCN_FAMILY_LINKS && f->margins[line] >= (double)open;
    if (open == 0 || (!none && !all)) {
        return false;
    }
    for (size_t k = 0; k < n; k++) {
        size_t cell = row ? line * n + k : k * n + line - n;
        if (f->open[cell] == 0) {
            continue;
        }
        f->open[cell] = 0;
        f->expected[cell] = none ? 0 : 1;
        f->margins[row ? n + k : k] -= none ? 0 : 1;
    }
    f->margins[line] = 0;
    return true;
}

static void
begin(fit *f, const bcn_network *network)
{
    size_t n = f->n;
    bool links = f->family == BCN_FAMILY_LINKS, again = true;
    for (size_t i = 0; i < n; i++) {
        f->margins[i] = links ? (double)bcn_arcs_degree(&network->out, i)
                              : (double)bcn_arcs_strength(&network->out, i);
        f->margins[n + i] = links ? (double)bcn_arcs_degree(&network->in, i)
                                  : (double)bcn_arcs_strength(&network->in, i);
        for (size_t j = 0; j < n; j++) {
            f->open[i * n + j] = bcn_network_met(network, i, j);
            f->expected[i * n + j] = 0;
        }
    }
    while (again) {
        again = false;
        for (size_t line = 0; line < 2 * n; line++) {
            again = settle_line(f, line) || again;
        }
    }
    double total = 0;
    for (size_t i = 0; i < n; i++) {
        total += f->margins[i];
    }
    for (size_t i = 0; i < 2 * n; i++) {
        double margin = f->margins[i];
        double mean = margin / (double)n;
        f->at[i] = 0;
        if (f->family == BCN_FAMILY_WEIGHTS) {
            f->at[i] = margin > 0 ? -0.5 * bcn_log(1 + 1 / mean) : -1;
        } else if (margin > 0) {
            f->at[i] = bcn_log(margin) - 0.5 * bcn_log(total);
        }
    }
}

bcn_status
bcn_network_fit(const bcn_network *network, bcn_family family,
                bcn_watch *watch, double *expected, double *worst)
{
    size_t n = network->count;
    fit f = {.n = n, .family = family, .expected = expected};
    f.open = bcn_alloc(n * n, 1);
    f.slope = bcn_calloc(n * n, sizeof *f.slope);
    f.margins = bcn_calloc(18 * n, sizeof *f.margins);
    bcn_status status = BCN_NOMEM;
    if (f.open != NULL && f.slope != NULL && f.margins != NULL) {
        double **parts[] = {&f.at,   &f.lacking, &f.step,  &f.trial,
                            &f.rest, &f.toward,  &f.image, &f.scale};
        for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++) {
            *parts[k] = f.margins + 2 * n * (k + 1);
        }
        begin(&f, network);
        status = climb(&f, watch, worst);
    }
    bcn_free(f.open);
    bcn_free(f.slope);
    bcn_free(f.margins);
    return status;
}
