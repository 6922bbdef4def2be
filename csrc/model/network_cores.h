/* network_cores.h - who holds the network together. */
#ifndef BCN_NETWORK_CORES_H
#define BCN_NETWORK_CORES_H

#include "model/network.h"

/* Which links of a node count. */
typedef enum bcn_way { BCN_WAY_ALL, BCN_WAY_OUT, BCN_WAY_IN } bcn_way;

/* The core number of each node: the largest s for which it belongs to a part
 * of the network where everyone has at least s with the others of that part:
 * links (k-core, Seidman 1983) or weight (s-core, Eidsaa and Almaas 2013).
 * Exact.  Costs O(nodes^2 + links). */
BCN_MUST_USE bcn_status bcn_network_cores(const bcn_network *network,
                                          bcn_way way, bool weighted,
                                          int64_t *level);

/* A core and a periphery (Borgatti and Everett 1999): the division for which
 * weights w_ij over ordered pairs i != j correlate best with an ideal one,
 * 1 where both are core (`either`: where at least one is) and 0 elsewhere.
 *
 * From the best of the n - 1 cores that the strongest make, the best of all
 * single changes (one added, one removed, two exchanged) is made while it
 * helps: no single change betters the answer, which is the same everywhere,
 * for it is decided by exact sums of weights.  core[i] is 1 or 0; links[i]
 * what i exchanged with the core.  All are periphery, with correlation NAN,
 * where weights do not vary or there are fewer than 2 nodes.  Costs O(nodes^2)
 * a change, 8 bytes a pair. */
typedef struct bcn_core {
    uint8_t *core;
    int64_t *links;
    double correlation;
} bcn_core;

BCN_MUST_USE bcn_status bcn_network_core(const bcn_network *network,
                                         bool either, bool weighted,
                                         bcn_watch *watch, bcn_core *out);

#endif
