/* network_merged.h - a network whose links have no direction: what two nodes
 * wrote to each other, together.
 *
 * The nodes may stand for several of another network; a link from a node to
 * itself is what these wrote among themselves.  What each node sent and
 * received is kept beside, for it is what chance knows of direction. */
#ifndef BCN_NETWORK_MERGED_H
#define BCN_NETWORK_MERGED_H

#include "model/network.h"

typedef struct bcn_merged {
    size_t count;
    size_t
        *from; /* count + 1: the links of node v are [from[v], from[v + 1]) */
    uint32_t *node;
    int64_t *weight;
    int64_t *sent, *received;
} bcn_merged;

/* Room for that many nodes and links; free it also where this failed. */
BCN_MUST_USE bcn_status bcn_merged_new(size_t count, size_t links,
                                       bcn_merged *out);
void bcn_merged_free(bcn_merged *merged); /* a zeroed one is fine */
/* The links of a network, of which there are at most twice as many. */
void bcn_merged_fill(bcn_merged *merged, const bcn_network *network);

#endif
