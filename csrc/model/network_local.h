/* network_local.h - what the links around a node look like. */
#ifndef BCN_NETWORK_LOCAL_H
#define BCN_NETWORK_LOCAL_H

#include "model/network.h"

/* The triangles of Fagiolo (2007), "Clustering in complex directed networks",
 * Phys. Rev. E 76, 026107, table I: which way i, j and k write. */
typedef enum bcn_triangles {
    BCN_TRIANGLES_TOTAL,     /* any */
    BCN_TRIANGLES_CYCLE,     /* i to j to k to i */
    BCN_TRIANGLES_MIDDLEMAN, /* i to j, k to j, k to i */
    BCN_TRIANGLES_IN,        /* j to i, j to k, k to i */
    BCN_TRIANGLES_OUT,       /* i to j, j to k, i to k */
} bcn_triangles;

/* The clustering coefficient of each node: its triangles, each the cube root
 * of the product of its weights over the greatest, over those that its
 * degrees allow; 0 where they allow none.  Costs O(links * nodes) and three
 * matrices of doubles. */
BCN_MUST_USE bcn_status bcn_network_clustering(const bcn_network *network,
                                               bcn_triangles kind,
                                               bool weighted, bcn_watch *watch,
                                               double *out);

/* Whom nodes are compared by. */
typedef enum bcn_profile {
    BCN_PROFILE_SENT,     /* what each sent to everyone */
    BCN_PROFILE_RECEIVED, /* what each received from everyone */
    BCN_PROFILE_BOTH,     /* both, side by side */
} bcn_profile;

/* The cosine of the profiles of every two nodes: count^2 values, symmetric;
 * 0 where one has no messages.  Costs O(nodes^3) for dense networks. */
BCN_MUST_USE bcn_status bcn_network_cosine(const bcn_network *network,
                                           bcn_profile profile,
                                           bcn_watch *watch, double *out);

/* Pearson's correlation over links of x at the sender and y at the receiver,
 * each link counted by its weight or once; NAN where either does not vary.
 * Costs O(links), twice. */
double bcn_network_assortativity(const bcn_network *network, const double *x,
                                 const double *y, bool weighted);

/* The directed, weighted modularity of a division into groups, numbered below
 * `groups`, as network_leiden.h says it; 0 without links. */
BCN_MUST_USE bcn_status bcn_network_modularity(const bcn_network *network,
                                               double resolution,
                                               const uint32_t *group,
                                               size_t groups, double *out);

#endif
