/* network_spectrum.h - importance that flows along links.
 *
 * Both measures repeat x -> x W until nothing moves.  A pass adds up the
 * senders of each node in their order, whether links are many (then a matrix
 * of doubles, 8 bytes a pair) or few, so that both give the same bits.
 * Costs O(links) a pass. */
#ifndef BCN_NETWORK_SPECTRUM_H
#define BCN_NETWORK_SPECTRUM_H

#include "model/network.h"

/* When to stop, and how it ended. */
typedef struct bcn_settling {
    double tolerance; /* the sum over nodes of |new - old| */
    int64_t most;     /* passes */
    int64_t passes;   /* made; above `most`: not settled */
} bcn_settling;

/* PageRank (Brin and Page 1998): a reader follows a link in proportion to its
 * weight with probability `damping`, else, and from nodes without links,
 * starts again anywhere.  `rank` has one value per node; they add up to 1. */
BCN_MUST_USE bcn_status bcn_network_pagerank(const bcn_network *network,
                                             bool weighted, double damping,
                                             bcn_settling *settling,
                                             bcn_watch *watch, double *rank);

/* The left eigenvector of the largest eigenvalue (Bonacich 1987): central is
 * who receives from the central.  Of length 1; all 0 without cycles, where
 * there is none. */
BCN_MUST_USE bcn_status bcn_network_eigenvector(const bcn_network *network,
                                                bool weighted,
                                                bcn_settling *settling,
                                                bcn_watch *watch,
                                                double *vector);

#endif
