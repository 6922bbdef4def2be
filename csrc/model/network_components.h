/* network_components.h - which nodes hang together.
 *
 * Weakly: by links in either direction.  Strongly: each reaches each along
 * links (Tarjan 1972, without recursion).  Costs O(nodes + links). */
#ifndef BCN_NETWORK_COMPONENTS_H
#define BCN_NETWORK_COMPONENTS_H

#include "model/network.h"

/* Number the components in the order of their first nodes: component[i] is
 * that of node i, *number how many there are. */
BCN_MUST_USE bcn_status bcn_network_components(const bcn_network *network,
                                               bool strong,
                                               uint32_t *component,
                                               size_t *number);

#endif
