/* Networks in closed form, and with every request for memory refused. */
#include <math.h>

#include "model/network_components.h"
#include "model/network_cores.h"
#include "model/network_fit.h"
#include "model/network_leiden.h"
#include "model/network_local.h"
#include "model/network_paths.h"
#include "model/network_spectrum.h"
#include "model/reals.h"

#include "check.h"

enum { N = 6, PAIRS = N * N };

static const uint32_t ALL[N] = {0, 1, 2, 3, 4, 5};

/* Two triangles that write 3 each way, and one message from node 2 to 3; the
 * diagonal is to be left out. */
static const int64_t BLOCKS[PAIRS] = {
    9, 3, 3, 0, 0, 0, /**/ 3, 9, 3, 0, 0, 0, /**/ 3, 3, 9, 1, 0, 0,
    0, 0, 0, 9, 3, 3, /**/ 0, 0, 0, 3, 9, 3, /**/ 0, 0, 0, 3, 3, 9,
};

static bcn_status
make_cube(const int64_t *cells, size_t width, bcn_cube **out)
{
    bcn_shape shape = {.ndim = 2, .dims = {width, width}};
    bcn_block *low = bcn_block_new(width * width, sizeof *cells, false);
    if (low == NULL) {
        return BCN_NOMEM;
    }
    memcpy(bcn_block_data(low), cells, width * width * sizeof *cells);
    return bcn_cube_from_dense(&shape, low, NULL, UINT64_MAX, UINT64_MAX, out);
}

static bcn_status
make_network(const int64_t *cells, const uint32_t *since,
             const uint32_t *until, bcn_network **out)
{
    bcn_cube *cube = NULL;
    BCN_TRY(make_cube(cells, N, &cube));
    bcn_status status = bcn_network_new(cube, ALL, N, since, until, out, NULL);
    bcn_cube_drop(cube);
    return status;
}

static bool
near(double actual, double expected)
{
    return fabs(actual - expected) <= 1e-12 * (1 + fabs(expected));
}

static void
links_are_kept_by_sender_and_by_receiver(void)
{
    bcn_network *network = NULL;
    CHECK_OK(make_network(BLOCKS, NULL, NULL, &network));
    CHECK_EQUAL(network->count, N);
    CHECK_EQUAL(network->links, 13);
    CHECK_EQUAL(network->total, 37);
    CHECK_EQUAL(network->greatest, 3);
    CHECK_EQUAL(bcn_arcs_degree(&network->out, 2), 3);
    CHECK_EQUAL(bcn_arcs_degree(&network->in, 3), 3);
    CHECK_EQUAL(bcn_arcs_strength(&network->in, 3), 7);
    int64_t cells[PAIRS] = {0}, onesided[N];
    bcn_network_cells(network, cells);
    for (size_t cell = 0; cell < PAIRS; cell++) {
        CHECK_EQUAL(cells[cell], cell % (N + 1) == 0 ? 0 : BLOCKS[cell]);
    }
    bcn_network_onesided(network, onesided);
    CHECK_EQUAL(onesided[2], 1);
    CHECK_EQUAL(onesided[0], 0);
    uint32_t group[N] = {0, 0, 0, 1, 1, 1};
    int64_t weights[4] = {0}, links[4] = {0};
    bcn_network_blocks(network, group, 2, weights, links);
    CHECK_EQUAL(weights[0], 18);
    CHECK_EQUAL(weights[1], 1);
    CHECK_EQUAL(weights[2], 0);
    CHECK_EQUAL(links[3], 6);
    bcn_network_free(network);
    bcn_network_free(NULL);
}

static void
who_never_met_has_no_link(void)
{
    uint32_t since[N] = {0, 0, 2, 2, 0, 0}, until[N] = {3, 3, 3, 3, 1, 1};
    bcn_network *network = NULL;
    CHECK_OK(make_network(BLOCKS, since, until, &network));
    CHECK(bcn_network_met(network, 0, 2));
    CHECK(!bcn_network_met(network, 2, 4));
    CHECK(!bcn_network_met(network, 2, 2));
    /* Nodes 4 and 5 had gone when 3 came. */
    CHECK_EQUAL(network->links, 9);
    double expected[PAIRS], worst;
    CHECK_OK(
        bcn_network_fit(network, BCN_FAMILY_MARGINS, NULL, expected, &worst));
    CHECK(worst <= 1e-8);
    CHECK(expected[3 * N + 4] == 0 && expected[0] == 0);
    bcn_network_free(network);
}

static void
what_is_no_network_is_refused_in_words(void)
{
    bcn_error error = {{0}};
    bcn_network *network = NULL;
    bcn_cube *cube = NULL;
    int64_t cells[4] = {0, -1, 0, 0};
    uint32_t codes[2] = {0, 1}, falling[2] = {1, 0}, beyond[2] = {0, 2};
    CHECK_OK(make_cube(cells, 2, &cube));
    CHECK_EQUAL(bcn_network_new(cube, codes, 2, NULL, NULL, &network, &error),
                BCN_INVALID);
    CHECK(strstr(error.text, "no negative weights") != NULL);
    CHECK_EQUAL(
        bcn_network_new(cube, falling, 2, NULL, NULL, &network, &error),
        BCN_RANGE);
    CHECK_EQUAL(bcn_network_new(cube, beyond, 2, NULL, NULL, &network, &error),
                BCN_RANGE);
    CHECK_EQUAL(bcn_network_new(cube, codes, BCN_NETWORK_MOST + 1, NULL, NULL,
                                &network, &error),
                BCN_TOO_LARGE);
    CHECK(strstr(error.text, "to_networkx()") != NULL);
    bcn_cube_drop(cube);
    cells[1] = cells[2] = INT64_C(1) << 62;
    CHECK_OK(make_cube(cells, 2, &cube));
    CHECK_EQUAL(bcn_network_new(cube, codes, 2, NULL, NULL, &network, &error),
                BCN_OVERFLOW);
    bcn_cube_drop(cube);
    bcn_shape line = {.ndim = 1, .dims = {4}};
    bcn_block *low = bcn_block_new(4, 8, true);
    CHECK_OK(bcn_cube_from_dense(&line, low, NULL, 0, 0, &cube));
    CHECK_EQUAL(bcn_network_new(cube, codes, 2, NULL, NULL, &network, &error),
                BCN_INVALID);
    bcn_cube_drop(cube);
    CHECK(network == NULL);
}

static void
two_blocks_have_what_is_known_of_them(void)
{
    bcn_network *network = NULL;
    CHECK_OK(make_network(BLOCKS, NULL, NULL, &network));
    double between[N] = {0}, far_out[N] = {0}, far_in[N] = {0};
    int64_t reach_out[N] = {0}, reach_in[N] = {0};
    bcn_paths paths = {between, far_out, far_in, reach_out, reach_in};
    CHECK_OK(bcn_network_paths(network, true, NULL, &paths));
    /* 0 and 1 reach 3, 4 and 5 over 2; 0, 1 and 2 reach 4 and 5 over 3. */
    CHECK(between[2] == 6 && between[3] == 6 && between[0] == 0);
    CHECK_EQUAL(reach_out[0], 5);
    CHECK_EQUAL(reach_in[0], 2);
    CHECK(near(far_in[0], 2.0 / 3));
    CHECK(near(far_out[2], 2.0 / 3 + 1 + 2 * (1 + 1.0 / 3)));

    double rank[N], vector[N], sum = 0;
    bcn_settling settling = {1e-13, 1000, 0};
    CHECK_OK(bcn_network_pagerank(network, true, 0.85, &settling, NULL, rank));
    CHECK(settling.passes < 1000);
    for (size_t i = 0; i < N; i++) {
        sum += rank[i];
    }
    CHECK(near(sum, 1) && rank[3] > rank[2]);
    CHECK(rank[0] == rank[1] && rank[4] == rank[5]);
    settling = (bcn_settling){1e-3, 2, 0};
    CHECK_OK(bcn_network_eigenvector(network, false, &settling, NULL, vector));
    CHECK(settling.passes <= 3);

    double closed[N];
    CHECK_OK(bcn_network_clustering(network, BCN_TRIANGLES_TOTAL, false, NULL,
                                    closed));
    CHECK(closed[0] == 1 && near(closed[2], 8.0 / 16));
    CHECK_OK(bcn_network_clustering(network, BCN_TRIANGLES_CYCLE, true, NULL,
                                    closed));
    CHECK(near(closed[0], 1));

    int64_t level[N];
    CHECK_OK(bcn_network_cores(network, BCN_WAY_ALL, true, level));
    CHECK_EQUAL(level[0], 12);
    CHECK_OK(bcn_network_cores(network, BCN_WAY_OUT, false, level));
    CHECK_EQUAL(level[5], 2);

    uint32_t group[N];
    size_t number = 0;
    CHECK_OK(bcn_network_components(network, false, group, &number));
    CHECK_EQUAL(number, 1);
    CHECK_OK(bcn_network_components(network, true, group, &number));
    CHECK_EQUAL(number, 2);
    CHECK(group[0] == 0 && group[2] == 0 && group[3] == 1);
    for (uint64_t seed = 0; seed < 20; seed++) {
        CHECK_OK(bcn_network_leiden(network, 1, seed, NULL, group, &number));
        CHECK_EQUAL(number, 2);
        CHECK(group[0] == group[2] && group[3] == group[5]);
    }
    double quality;
    CHECK_OK(bcn_network_modularity(network, 1, group, 2, &quality));
    CHECK(near(quality, 36.0 / 37 - (19.0 * 18 + 18.0 * 19) / (37.0 * 37)));

    double cosine[PAIRS];
    CHECK_OK(bcn_network_cosine(network, BCN_PROFILE_SENT, NULL, cosine));
    CHECK(near(cosine[1], 0.5) && cosine[5] == 0 && cosine[0] == 1);
    double sent[N], heard[N];
    for (size_t i = 0; i < N; i++) {
        sent[i] = (double)bcn_arcs_strength(&network->out, i);
        heard[i] = 7;
    }
    CHECK(isnan(bcn_network_assortativity(network, sent, heard, true)));
    CHECK(near(bcn_network_assortativity(network, sent, sent, false),
               bcn_network_assortativity(network, sent, sent, false)));
    bcn_network_free(network);
}

static void
a_star_has_its_hub_for_a_core(void)
{
    int64_t cells[PAIRS] = {0};
    for (size_t j = 1; j < N; j++) {
        cells[j] = 5;
    }
    bcn_network *network = NULL;
    CHECK_OK(make_network(cells, NULL, NULL, &network));
    uint8_t core[N];
    int64_t links[N];
    bcn_core found = {core, links, 0};
    CHECK_OK(bcn_network_core(network, true, true, NULL, &found));
    CHECK(core[0] == 1 && core[1] == 0 && core[5] == 0);
    CHECK_EQUAL(links[1], 5);
    CHECK(found.correlation > 0.6 && found.correlation < 1);
    double expected[PAIRS], worst;
    for (int family = 0; family <= BCN_FAMILY_LINKS; family++) {
        CHECK_OK(bcn_network_fit(network, (bcn_family)family, NULL, expected,
                                 &worst));
        CHECK(worst <= 1e-8);
        for (size_t j = 1; j < N; j++) {
            CHECK(near(expected[j], family == BCN_FAMILY_LINKS ? 1 : 5));
        }
    }
    /* Without a cycle there is no eigenvector. */
    double vector[N];
    bcn_settling settling = {1e-12, 1000, 0};
    CHECK_OK(bcn_network_eigenvector(network, true, &settling, NULL, vector));
    CHECK(vector[1] == 0 && settling.passes == 0);
    bcn_network_free(network);
    /* Nothing varies, nothing is core. */
    memset(cells, 0, sizeof cells);
    CHECK_OK(make_network(cells, NULL, NULL, &network));
    CHECK_OK(bcn_network_core(network, true, true, NULL, &found));
    CHECK(isnan(found.correlation) && core[0] == 0);
    bcn_network_free(network);
}

static void
gravity_finds_what_made_a_flow(void)
{
    double mass[N], apart[PAIRS], expected[PAIRS], worst = 1;
    int64_t cells[PAIRS] = {0};
    for (size_t i = 0; i < N; i++) {
        mass[i] = bcn_log((double)(i + 1));
    }
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < N; j++) {
            apart[i * N + j] = bcn_log(1 + fabs((double)i - (double)j));
            double power = 14 + mass[i] + 0.5 * mass[j] - apart[i * N + j];
            cells[i * N + j] = (int64_t)(bcn_exp(power) + 0.5);
        }
    }
    bcn_network *network = NULL;
    CHECK_OK(make_network(cells, NULL, NULL, &network));
    bcn_gravity gravity = {mass, mass, apart, {1, 1, 1, 1}, {10, 0, 0, 0}};
    CHECK_OK(bcn_network_gravity(network, &gravity, NULL, expected, &worst));
    const double truth[4] = {14, 1, 0.5, -1};
    for (size_t k = 0; k < 4; k++) {
        CHECK(fabs(gravity.coefficients[k] - truth[k]) < 1e-5);
    }
    CHECK(worst < 1e-9);
    bcn_network_free(network);
}

static void
functions_of_reals_are_those_of_the_library(void)
{
    for (double x = 1e-9; x < 1e9; x *= 1.37) {
        CHECK(fabs(bcn_cbrt(x) / cbrt(x) - 1) < 1e-15);
        CHECK(fabs(bcn_log(x) - log(x)) <= 1e-15 * (1 + fabs(log(x))));
        double power = x < 600 ? x : 600;
        CHECK(fabs(bcn_expm1(power) / expm1(power) - 1) < 2e-14);
        CHECK(fabs(bcn_expm1(-power) / expm1(-power) - 1) < 2e-14);
    }
    CHECK(bcn_cbrt(0) == 0 && bcn_exp(0) == 1 && bcn_log(1) == 0);
    CHECK(bcn_expm1(-1e300) == -1 && isfinite(bcn_exp(1e300)));
}

static bool
at_once(void *context)
{
    (void)context;
    return true;
}

static void
long_work_is_cancelled(void)
{
    bcn_network *network = NULL;
    CHECK_OK(make_network(BLOCKS, NULL, NULL, &network));
    double out[PAIRS], worst;
    int64_t numbers[N];
    uint32_t group[N];
    uint8_t core[N];
    size_t number;
    bcn_settling settling = {1e-12, 100, 0};
    bcn_core found = {core, numbers, 0};
    bcn_paths paths = {out, out, out, numbers, numbers};
#define CANCELLED(CALL)                                                       \
    do {                                                                      \
        bcn_watch watch = {.poll = at_once};                                  \
        CHECK_EQUAL(CALL, BCN_CANCELLED);                                     \
    } while (0)
    CANCELLED(bcn_network_paths(network, true, &watch, &paths));
    CANCELLED(
        bcn_network_pagerank(network, true, 0.85, &settling, &watch, out));
    CANCELLED(bcn_network_eigenvector(network, true, &settling, &watch, out));
    CANCELLED(
        bcn_network_clustering(network, BCN_TRIANGLES_IN, true, &watch, out));
    CANCELLED(bcn_network_cosine(network, BCN_PROFILE_BOTH, &watch, out));
    CANCELLED(bcn_network_core(network, false, true, &watch, &found));
    CANCELLED(bcn_network_leiden(network, 1, 7, &watch, group, &number));
    CANCELLED(
        bcn_network_fit(network, BCN_FAMILY_WEIGHTS, &watch, out, &worst));
    bcn_network_free(network);
}

/* --- with memory refused ---------------------------------------------------- */

static bcn_status
every_measure(const bcn_network *network)
{
    double out[PAIRS] = {0}, more[N] = {0}, worst;
    int64_t numbers[N] = {0}, others[N] = {0};
    uint32_t group[N];
    uint8_t core[N];
    size_t number = 0;
    bcn_settling settling = {1e-9, 1000, 0};
    bcn_core found = {core, numbers, 0};
    bcn_paths paths = {out, more, out + N, numbers, others};
    BCN_TRY(bcn_network_paths(network, true, NULL, &paths));
    BCN_TRY(bcn_network_pagerank(network, true, 0.85, &settling, NULL, out));
    BCN_TRY(bcn_network_eigenvector(network, true, &settling, NULL, out));
    BCN_TRY(
        bcn_network_clustering(network, BCN_TRIANGLES_OUT, true, NULL, out));
    BCN_TRY(bcn_network_cosine(network, BCN_PROFILE_RECEIVED, NULL, out));
    BCN_TRY(bcn_network_cores(network, BCN_WAY_IN, true, numbers));
    BCN_TRY(bcn_network_core(network, false, false, NULL, &found));
    BCN_TRY(bcn_network_components(network, true, group, &number));
    BCN_TRY(bcn_network_leiden(network, 1, 3, NULL, group, &number));
    BCN_TRY(bcn_network_modularity(network, 1, group, number, &worst));
    BCN_TRY(bcn_network_fit(network, BCN_FAMILY_LINKS, NULL, out, &worst));
    return BCN_OK;
}

static bcn_status
from_cube_to_measures(void)
{
    uint32_t since[N] = {0}, until[N] = {1, 1, 1, 1, 1, 1};
    bcn_network *network = NULL;
    BCN_TRY(make_network(BLOCKS, since, until, &network));
    bcn_status status = every_measure(network);
    bcn_network_free(network);
    return status;
}

static bcn_status
from_a_sparse_cube(void)
{
    bcn_shape shape = {.ndim = 2, .dims = {2000, 2000}};
    bcn_entry entries[3];
    entries[0].index = 5 * 2000 + 7;
    entries[1].index = 7 * 2000 + 5;
    entries[2].index = 7 * 2000 + 7;
    entries[0].value = bcn_wide_of(4);
    entries[1].value = bcn_wide_of(2);
    entries[2].value = bcn_wide_of(1);
    uint32_t codes[2] = {5, 7};
    bcn_cube *cube = NULL;
    bcn_network *network = NULL;
    BCN_TRY(bcn_cube_from_entries(&shape, entries, 3, 7, 0, &cube, NULL));
    bcn_status status =
        bcn_network_new(cube, codes, 2, NULL, NULL, &network, NULL);
    bcn_cube_drop(cube);
    if (status == BCN_OK) {
        CHECK_EQUAL(network->links, 2);
        CHECK_EQUAL(network->in.weight[0], 2);
    }
    bcn_network_free(network);
    return status;
}

int
main(void)
{
    links_are_kept_by_sender_and_by_receiver();
    who_never_met_has_no_link();
    what_is_no_network_is_refused_in_words();
    two_blocks_have_what_is_known_of_them();
    a_star_has_its_hub_for_a_core();
    gravity_finds_what_made_a_flow();
    functions_of_reals_are_those_of_the_library();
    long_work_is_cancelled();
    CHECK_SURVIVES(from_cube_to_measures);
    CHECK_SURVIVES(from_a_sparse_cube);
    return 0;
}
