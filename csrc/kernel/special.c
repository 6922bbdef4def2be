#include "kernel/special.h"

#include <float.h>
#include <math.h>

enum { STEPS = 1 << 20, SMALL = 15 };

#define HALF_LOG_2PI 0.91893853320467274178
#define TWO_PI 6.28318530717958647693
#define TINY 1e-300

/* --- the greatest term -------------------------------------------------------------- */

/* log Gamma(x + 1) less Stirling's formula for it. */
static double
stirling(double x)
{
    if (x <= SMALL) {
        return log(tgamma(x + 1)) - (x + 0.5) * log(x) + x - HALF_LOG_2PI;
    }
    double s = 1 / (x * x);
    return (1.0 / 12 -
            (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - s / 1188) * s) * s) * s) /
           x;
}

/* x log(x / mean) + mean - x, without cancellation where they are close. */
static double
deviance(double x, double mean)
{
    if (x <= 0) {
        return mean;
    }
    double apart = x - mean;
    if (fabs(apart) >= 0.1 * (x + mean)) {
        return x * log(x / mean) + mean - x;
    }
    double v = apart / (x + mean), total = apart * v, term = 2 * x * v;
    for (int odd = 3;; odd += 2) {
        term *= v * v;
        double more = total + term / odd;
        if (more == total) {
            return total;
        }
        total = more;
    }
}

/* x^a e^-x / Gamma(a + 1) */
static double
gamma_term(double a, double x)
{
    return exp(-stirling(a) - deviance(a, x)) / sqrt(TWO_PI * a);
}

/* x^a y^b Gamma(a + b) / (Gamma(a) Gamma(b)) */
static double
beta_term(double a, double b, double x, double y)
{
    double n = a + b;
    return sqrt(a / n * b / TWO_PI) *
           exp(stirling(n) - stirling(a) - stirling(b) - deviance(a, n * x) -
               deviance(b, n * y));
}

/* --- incomplete gamma ---------------------------------------------------------------- */

static double
gamma_series(double a, double x)
{
    double term = 1, total = 1;
    for (int i = 1; i < STEPS && term > total * (DBL_EPSILON / 8); i++) {
        term *= x / (a + i);
        total += term;
    }
    return gamma_term(a, x) * total;
}

static double
gamma_fraction(double a, double x)
{
    double b = x + 1 - a, c = 1 / TINY, d = 1 / b, h = d;
    for (int i = 1; i < STEPS; i++) {
        double an = -i * (i - a);
        b += 2;
        d = an * d + b;
        d = fabs(d) < TINY ? TINY : d;
        c = b + an / c;
        c = fabs(c) < TINY ? TINY : c;
        d = 1 / d;
        double step = d * c;
        h *= step;
        if (fabs(step - 1) < DBL_EPSILON) {
            break;
        }
    }
    return gamma_term(a, x) * a * h;
}

double
bcn_gamma_lower(double a, double x)
{
    if (x <= 0) {
        return 0;
    }
    return x < a + 1 ? gamma_series(a, x) : 1 - gamma_fraction(a, x);
}

double
bcn_gamma_upper(double a, double x)
{
    if (x <= 0) {
        return 1;
    }
    return x < a + 1 ? 1 - gamma_series(a, x) : gamma_fraction(a, x);
}

/* --- incomplete beta ------------------------------------------------------------------- */

static double
beta_fraction(double a, double b, double x)
{
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < TINY ? TINY : d);
    double h = d;
    for (int i = 1; i < STEPS; i++) {
        double m = i, even = m * (b - m) * x / ((a - 1 + 2 * m) * (a + 2 * m));
        d = 1 + even * d;
        d = 1 / (fabs(d) < TINY ? TINY : d);
        c = 1 + even / c;
        c = fabs(c) < TINY ? TINY : c;
        h *= d * c;
        double odd =
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 1 + 2 * m));
        d = 1 + odd * d;
        d = 1 / (fabs(d) < TINY ? TINY : d);
        c = 1 + odd / c;
        c = fabs(c) < TINY ? TINY : c;
        double step = d * c;
        h *= step;
        if (fabs(step - 1) < DBL_EPSILON) {
            break;
        }
    }
    return h;
}

double
bcn_beta_lower(double a, double b, double x, double y)
{
    if (x <= 0) {
        return 0;
    }
    if (y <= 0) {
        return 1;
    }
    if (x < (a + 1) / (a + b + 2)) {
        return beta_term(a, b, x, y) / a * beta_fraction(a, b, x);
    }
    return 1 - beta_term(b, a, y, x) / b * beta_fraction(b, a, y);
}

/* --- tails ------------------------------------------------------------------------------ */

bcn_tails
bcn_poisson_tails(double count, double mean)
{
    if (count <= 0) {
        return (bcn_tails){exp(-mean), 1};
    }
    return (bcn_tails){bcn_gamma_upper(count + 1, mean),
                       bcn_gamma_lower(count, mean)};
}

bcn_tails
bcn_negative_tails(double count, double mean, double size)
{
    if (count <= 0) {
        return (bcn_tails){exp(-size * log1p(mean / size)), 1};
    }
    double all = size + mean, x = size / all, y = mean / all;
    return (bcn_tails){bcn_beta_lower(size, count + 1, x, y),
                       bcn_beta_lower(count, size, y, x)};
}

bcn_tails
bcn_binomial_tails(double count, double trials, double share)
{
    bcn_tails tails = {1, 1};
    if (count < trials) {
        tails.lower =
            bcn_beta_lower(trials - count, count + 1, 1 - share, share);
    }
    if (count > 0) {
        tails.upper =
            bcn_beta_lower(count, trials - count + 1, share, 1 - share);
    }
    return tails;
}

/* The chance of `count` itself, by deviances from what both parts say. */
static double
split_term(double k, double n, double a, double b)
{
    double s = a + b, all = n + s, p = (k + a) / all, q = (n - k + b) / all;
    double choose = 1, rest = 0;
    if (k > 0 && k < n) {
        choose = sqrt(n / (TWO_PI * k * (n - k)));
        rest = stirling(n) - stirling(k) - stirling(n - k);
    }
    rest += stirling(k + a) + stirling(n - k + b) - stirling(all);
    rest -= stirling(a) + stirling(b) - stirling(s);
    double betas = sqrt(all / (k + a) / (n - k + b) * a * b / s);
    return choose * betas *
           exp(rest - deviance(k, n * p) - deviance(n - k, n * q) -
               deviance(a, s * p) - deviance(b, s * q));
}

/* The terms from `count` on over the first; with one hump they may end. */
static double
split_series(double k, double n, double a, double b)
{
    double term = 1, total = 1;
    int hump = a >= 1 && b >= 1;
    for (double j = k; j < n; j++) {
        double ratio = (n - j) / (j + 1) * (a + j) / (b + n - j - 1);
        term *= ratio;
        total += term;
        if (hump && ratio < 1 && term < total * (DBL_EPSILON / 8)) {
            break;
        }
    }
    return total;
}

bcn_tails
bcn_split_tails(double count, double trials, double a, double b)
{
    bcn_tails tails = {1, 1};
    if (trials <= 0) {
        return tails;
    }
    double here = split_term(count, trials, a, b);
    if (count > trials * (a / (a + b))) {
        tails.upper = here * split_series(count, trials, a, b);
        tails.lower = 1 - tails.upper + here;
    } else {
        tails.lower = here * split_series(trials - count, trials, b, a);
        tails.upper = 1 - tails.lower + here;
    }
    return tails;
}

double
bcn_two_sided(bcn_tails tails)
{
    double less = tails.lower < tails.upper ? tails.lower : tails.upper;
    return less >= 0.5 ? 1 : 2 * less;
}
