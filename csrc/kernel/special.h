/* special.h - the chances of counts: tails of four distributions.
 *
 * A tail is a term of Loader's saddle-point form (2000), exact to the last
 * digits for counts of billions, times a series or continued fraction of
 * positive or well-behaved terms (Numerical Recipes, 6.2 and 6.4), so small
 * chances keep their digits.  Held equal to SciPy to ten digits.
 *
 * `lower` is P(X <= count), `upper` P(X >= count): both hold the count
 * itself, so they add up to more than 1.  Counts are whole numbers from 0 on,
 * below 2^53; means, sizes and shares are positive, shares below 1.
 *
 * Cost: about the square root of the largest argument in steps; the
 * beta-binomial's are as many as its tail has terms that matter.
 *
 * No allocation, no status, cannot fail. */
#ifndef BCN_SPECIAL_H
#define BCN_SPECIAL_H

typedef struct bcn_tails {
    double lower, upper;
} bcn_tails;

/* Regularized: the share of Gamma(a) beyond x, a > 0, x >= 0. */
double bcn_gamma_upper(double a, double x);
double bcn_gamma_lower(double a, double x);
/* Regularized: the share of Beta(a, b) below x; y is 1 - x. */
double bcn_beta_lower(double a, double b, double x, double y);

bcn_tails bcn_poisson_tails(double count, double mean);
/* Variance mean + mean^2 / size. */
bcn_tails bcn_negative_tails(double count, double mean, double size);
bcn_tails bcn_binomial_tails(double count, double trials, double share);
/* Of `trials`, those that fall to the first of two parts whose shares are
 * Beta(a, b). */
bcn_tails bcn_split_tails(double count, double trials, double a, double b);
/* Twice the smaller tail, at most 1. */
double bcn_two_sided(bcn_tails tails);

#endif
