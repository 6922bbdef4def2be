/* network_leiden.h - communities: who writes more among themselves than their
 * sizes suggest.
 *
 * Modularity of directed, weighted networks (Leicht and Newman 2008), with a
 * resolution g: Q = sum over communities of W_c / m - g * S_c R_c / m^2, where
 * W_c is the weight inside, S_c and R_c what its members sent and received,
 * and m all weight.
 *
 * Found by the Leiden algorithm (Traag, Waltman and van Eck 2019), in rounds
 * until Q no longer grows: nodes move where they gain most, communities are
 * refined into well-connected parts, parts become the nodes of a smaller
 * network.  In the refinement a node joins the part where it gains most, not
 * a drawn one.  So each community hangs together.  The seed gives the order
 * in which nodes are looked at; for one seed the answer is the same
 * everywhere.  Costs O(links) a pass, of which there are few. */
#ifndef BCN_NETWORK_LEIDEN_H
#define BCN_NETWORK_LEIDEN_H

#include "model/network.h"

/* Number the communities from 0; *number is how many. */
BCN_MUST_USE bcn_status bcn_network_leiden(const bcn_network *network,
                                           double resolution, uint64_t seed,
                                           bcn_watch *watch,
                                           uint32_t *community,
                                           size_t *number);

#endif
