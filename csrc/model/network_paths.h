/* network_paths.h - who lies between whom, and how near each is to all.
 *
 * A link of weight w has the length 1/w (1 when weights are left out), so
 * that those who write much are near; a path is as long as its links together
 * (Opsahl, Agneessens and Skvoretz 2010, with alpha 1).  Betweenness is
 * Brandes's (2001).  Two lengths are the same when they differ by no more
 * than 2^-40 of the longer: sums of fractions are rounded, and ties between
 * paths count.
 *
 * Costs O(nodes * links * log nodes) at most, less where few links are short
 * ones: those of each node are looked at from the shortest on, until none of
 * the rest can matter.  20 bytes a link and 48 a node. */
#ifndef BCN_NETWORK_PATHS_H
#define BCN_NETWORK_PATHS_H

#include "model/network.h"

/* Arrays of one value per node, of the caller, zeroed before. */
typedef struct bcn_paths {
    double *between;    /* sum over pairs of others of the share through it */
    double *far_out;    /* the sum of the lengths to those it reaches */
    double *far_in;     /* and from those that reach it */
    int64_t *reach_out; /* how many these are, itself not among them */
    int64_t *reach_in;
} bcn_paths;

/* BCN_CANCELLED when the watch says so. */
BCN_MUST_USE bcn_status bcn_network_paths(const bcn_network *network,
                                          bool weighted, bcn_watch *watch,
                                          const bcn_paths *out);

#endif
