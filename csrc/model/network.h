/* network.h - a flow as a network: bureaus, and links that have a weight.
 *
 * Made from a square cube and some of its positions, in rising order; these
 * are the nodes, numbered from 0.  A link is a cell that is not 0 between two
 * different nodes that were members at the same time.  So a bureau's messages
 * to itself are no link, nor are those of pairs that never met.
 *
 * Links are kept twice, by sender and by receiver, each in rising order of
 * the other end: 24 bytes a link, so that sparse networks cost little and
 * dense ones are read in a row.  Weights are positive whole numbers whose sum
 * is at most 2^62: sums of any of them, both ways, fit int64_t.
 *
 * A network never changes after it was made: any thread may read it.  Most
 * measures cost O(links) to O(nodes * links); a network has at most
 * BCN_NETWORK_MOST nodes, so that what is asked of all pairs fits too. */
#ifndef BCN_NETWORK_H
#define BCN_NETWORK_H

#include "base/thread.h"
#include "model/cube.h"

enum { BCN_NETWORK_MOST = 4096 };

/* The links of one end: those of node i are [from[i], from[i + 1]). */
typedef struct bcn_arcs {
    size_t *from;
    uint32_t *node; /* the other end */
    int64_t *weight;
} bcn_arcs;

typedef struct bcn_network {
    size_t count; /* nodes */
    size_t links;
    int64_t total;    /* the sum of all weights */
    int64_t greatest; /* weight; 0 without links */
    bcn_arcs out, in;
    /* From which day and up to which day each node is a member, as numbers
     * that rise with the days; NULL when all were members together. */
    uint32_t *since, *until;
} bcn_network;

/* `codes` has `count` positions in rising order; `since` and `until` as many
 * days, or NULL.  BCN_INVALID for a cube that is not square and for negative
 * cells, BCN_RANGE for positions that are none, BCN_OVERFLOW for weights
 * beyond 2^62, BCN_TOO_LARGE for too many nodes, all in words. */
BCN_MUST_USE bcn_status bcn_network_new(const bcn_cube *cube,
                                        const uint32_t *codes, size_t count,
                                        const uint32_t *since,
                                        const uint32_t *until,
                                        bcn_network **out, bcn_error *error);
void bcn_network_free(bcn_network *network); /* NULL is fine */

/* Were two different nodes members at the same time? */
static inline bool
bcn_network_met(const bcn_network *network, size_t i, size_t j)
{
    return i != j &&
           (network->since == NULL || (network->since[i] < network->until[j] &&
                                       network->since[j] < network->until[i]));
}

static inline size_t
bcn_arcs_degree(const bcn_arcs *arcs, size_t i)
{
    return arcs->from[i + 1] - arcs->from[i];
}

/* The sum of a node's weights. */
int64_t bcn_arcs_strength(const bcn_arcs *arcs, size_t i);

/* Of each node: the sum over the others of |w_ij - w_ji|. */
void bcn_network_onesided(const bcn_network *network, int64_t *out);

/* Every pair's weight, a row per sender: count^2 cells, zeroed before. */
void bcn_network_cells(const bcn_network *network, int64_t *cells);

/* Weights and links from group to group: group[i] < groups is that of node
 * i; both results have groups^2 cells, zeroed before. */
void bcn_network_blocks(const bcn_network *network, const uint32_t *group,
                        size_t groups, int64_t *weights, int64_t *links);

#endif
