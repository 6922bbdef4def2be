/* Chances of counts by closed forms, series with their discoveries against the
 * loops one would write first, sums that run. */
#include <float.h>
#include <math.h>

#include "check.h"
#include "kernel/special.h"
#include "model/running.h"
#include "model/unusual.h"

static uint64_t state = 20231207;

static uint64_t
draw(uint64_t limit)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (state >> 33) % limit;
}

static void
check_near(double actual, double expected)
{
    CHECK(fabs(actual - expected) <= 1e-12 * fabs(expected) + DBL_MIN);
}

/* Tails by adding up chances term by term, from the far end. */
static void
tails_are_sums_of_chances(void)
{
    for (int k = 0; k <= 12; k++) {
        double mean = 3.7, size = 1.6, share = 0.3, poisson = 0, binomial = 0;
        double negative = 0;
        for (int j = 0; j <= k; j++) {
            poisson += exp(-mean + j * log(mean) - lgamma(j + 1.0));
            binomial += exp(lgamma(13.0) - lgamma(j + 1.0) - lgamma(13.0 - j) +
                            j * log(share) + (12 - j) * log1p(-share));
            negative += exp(lgamma(size + j) - lgamma(size) - lgamma(j + 1.0) +
                            size * log(size / (size + mean)) +
                            j * log(mean / (size + mean)));
        }
        CHECK(fabs(bcn_poisson_tails(k, mean).lower - poisson) < 1e-13);
        CHECK(fabs(bcn_binomial_tails(k, 12, share).lower - binomial) < 1e-13);
        CHECK(fabs(bcn_negative_tails(k, mean, size).lower - negative) <
              1e-13);
        /* One that is even over 0 to n: a = b = 1. */
        check_near(bcn_split_tails(k, 12, 1, 1).lower, (k + 1) / 13.0);
        check_near(bcn_split_tails(k, 12, 1, 1).upper, (13 - k) / 13.0);
    }
    check_near(bcn_poisson_tails(0, 2).lower, exp(-2));
    check_near(bcn_poisson_tails(1, 1e-9).upper, -expm1(-1e-9));
    check_near(bcn_gamma_upper(1, 30), exp(-30));
    check_near(bcn_beta_lower(1, 5, 1e-6, 1 - 1e-6), -expm1(5 * log1p(-1e-6)));
    CHECK(bcn_two_sided(bcn_poisson_tails(3, 3)) == 1);
    CHECK(bcn_poisson_tails(5, 0).upper == 0);
}

enum { SERIES = 40, PERIODS = 14 };

static int64_t counts[SERIES * PERIODS];
static double weights[PERIODS], means[SERIES * PERIODS],
    chances[SERIES * PERIODS], others[SERIES * PERIODS];
static uint8_t classes[PERIODS];
static uint32_t ranges[2 * SERIES];

static bcn_series
make_series(bool parted)
{
    for (size_t t = 0; t < PERIODS; t++) {
        weights[t] = 1 + (double)draw(5);
        classes[t] = (uint8_t)(t % 3);
    }
    for (size_t i = 0; i < SERIES; i++) {
        for (size_t t = 0; t < PERIODS; t++) {
            counts[i * PERIODS + t] = i == 3 ? 0 : (int64_t)draw(30);
        }
        ranges[2 * i] = (uint32_t)draw(4);
        ranges[2 * i + 1] = PERIODS - (uint32_t)draw(4);
    }
    return (bcn_series){SERIES,
                        PERIODS,
                        counts,
                        weights,
                        parted ? classes : NULL,
                        parted ? ranges : NULL};
}

static void
chances_are_those_of_the_definition(void)
{
    for (int round = 0; round < 8; round++) {
        bcn_series s = make_series(round % 2 == 1);
        double size = round < 4 ? INFINITY : 2.5;
        CHECK_OK(bcn_series_check(&s));
        CHECK_OK(bcn_series_test(&s, size, 1, NULL, means, chances));
        CHECK_OK(bcn_series_test(&s, size, 3, NULL, means, others));
        CHECK(memcmp(chances, others, sizeof chances) == 0);
        for (size_t i = 0; i < SERIES; i++) {
            size_t from = s.ranges == NULL ? 0 : ranges[2 * i];
            size_t to = s.ranges == NULL ? PERIODS : ranges[2 * i + 1];
            for (size_t t = 0; t < PERIODS; t++) {
                double total = 0, weight = 0;
                for (size_t u = from; u < to; u++) {
                    if (s.classes == NULL || classes[u] == classes[t]) {
                        total += (double)counts[i * PERIODS + u];
                        weight += weights[u];
                    }
                }
                double mean =
                    t < from || t >= to ? 0 : weights[t] * (total / weight);
                double count = (double)counts[i * PERIODS + t];
                double right =
                    mean <= 0 ? 2
                    : isinf(size)
                        ? bcn_two_sided(bcn_poisson_tails(count, mean))
                        : bcn_two_sided(bcn_negative_tails(count, mean, size));
                CHECK(means[i * PERIODS + t] == mean);
                CHECK(chances[i * PERIODS + t] == right);
            }
        }
        bcn_dispersion d = bcn_series_dispersion(&s);
        CHECK(d.statistic > d.freedom && d.chance < 1e-6 && d.size > 0);
    }
}

static void
counts_that_cannot_be_are_refused(void)
{
    bcn_series s = make_series(true);
    counts[5] = -1;
    CHECK_EQUAL(bcn_series_check(&s), BCN_RANGE);
    counts[5] = INT64_MAX;
    CHECK_EQUAL(bcn_series_check(&s), BCN_OVERFLOW);
    counts[5] = 0;
    ranges[1] = PERIODS + 1;
    CHECK_EQUAL(bcn_series_check(&s), BCN_RANGE);
    ranges[1] = 0;
    ranges[0] = 1;
    CHECK_EQUAL(bcn_series_check(&s), BCN_RANGE);
    ranges[0] = 0;
    classes[0] = BCN_CLASSES_MAX;
    CHECK_EQUAL(bcn_series_check(&s), BCN_RANGE);
}

/* The rule by its definition: the greatest i with p(i) <= i q / m. */
static void
discoveries_are_those_of_the_rule(void)
{
    for (int round = 0; round < 200; round++) {
        static double given[50];
        size_t count = draw(51), tests = 0, kept = 0;
        for (size_t i = 0; i < count; i++) {
            given[i] = draw(9) == 0 ? 2 : (double)draw(40) / 39;
            given[i] = draw(3) == 0 ? given[i] / 100 : given[i];
            tests += given[i] <= 1;
        }
        double rate = 0.2;
        for (size_t i = 0; i < count; i++) {
            size_t rank = 0;
            for (size_t j = 0; j < count; j++) {
                rank += given[j] <= given[i];
            }
            if (given[i] <= 1 &&
                given[i] <= rate * (double)rank / (double)tests &&
                rank > kept) {
                kept = rank;
            }
        }
        bcn_discoveries found;
        CHECK_OK(bcn_discoveries_find(given, count, rate, NULL, &found));
        CHECK_EQUAL(found.tests, tests);
        CHECK_EQUAL(found.count, kept);
        for (size_t i = 0; i < found.count; i++) {
            CHECK(found.adjusted[i] <= rate * (1 + 1e-12));
            if (i > 0) {
                size_t a = found.places[i - 1], b = found.places[i];
                CHECK(given[a] < given[b] || (given[a] == given[b] && a < b));
                CHECK(found.adjusted[i - 1] <= found.adjusted[i]);
            }
        }
        bcn_discoveries_free(&found);
    }
}

static bcn_status
discovering(void)
{
    static const double few[] = {0.001, 0.7, 0.002, 2};
    bcn_discoveries found;
    BCN_TRY(bcn_discoveries_find(few, 4, 0.05, NULL, &found));
    CHECK_EQUAL(found.count, 2);
    bcn_discoveries_free(&found);
    return BCN_OK;
}

static void
running_sums_are_sums(void)
{
    for (int round = 0; round < 100; round++) {
        static int64_t figures[4 * 6 * 3], out[4 * 6 * 3];
        bcn_running r = {draw(4), draw(6) + 1, draw(3) + 1, 0};
        r.window = draw(r.length + 1);
        for (size_t i = 0; i < 4 * 6 * 3; i++) {
            figures[i] = (int64_t)draw(1000) - 500;
        }
        CHECK_OK(bcn_running_sums(&r, figures, out));
        for (size_t o = 0; o < r.outer; o++) {
            for (size_t k = 0; k < bcn_running_length(&r); k++) {
                for (size_t i = 0; i < r.inner; i++) {
                    size_t from = r.window == 0 ? 0 : k;
                    size_t to = r.window == 0 ? k + 1 : k + r.window;
                    int64_t sum = 0;
                    for (size_t t = from; t < to; t++) {
                        sum += figures[(o * r.length + t) * r.inner + i];
                    }
                    size_t at = (o * bcn_running_length(&r) + k) * r.inner + i;
                    CHECK_EQUAL(out[at], sum);
                }
            }
        }
    }
    int64_t great[] = {INT64_MAX, 1, -1}, out[3];
    bcn_running r = {1, 3, 1, 0};
    CHECK_EQUAL(bcn_running_sums(&r, great, out), BCN_OVERFLOW);
    r.window = 1;
    CHECK_OK(bcn_running_sums(&r, great, out));
}

int
main(void)
{
    tails_are_sums_of_chances();
    chances_are_those_of_the_definition();
    counts_that_cannot_be_are_refused();
    discoveries_are_those_of_the_rule();
    running_sums_are_sums();
    CHECK_SURVIVES(discovering);
    return 0;
}
