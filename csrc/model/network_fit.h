/* network_fit.h - what a model that knows little expects of each pair.
 *
 * Three models know what each node sent and received, and nothing else; each
 * is the distribution of greatest entropy that reproduces it (Squartini and
 * Garlaschelli 2011, New J. Phys. 13, 083001), one multiplier per sender and
 * one per receiver, x_i y_j = z:
 *     links     the degrees; a link is there or not, with the chance
 *               z / (1 + z): the directed configuration model;
 *     weights   the strengths; a weight is geometric with the mean z / (1 - z):
 *               its weighted sister, the DWCM;
 *     margins   the strengths; a weight is Poisson with the mean z:
 *               quasi-independence (Goodman 1968).
 * Cells that cannot be (a node and itself, nodes never members together) are
 * structural zeros: 0, and part of no margin.
 *
 * Solved as one concave problem by Newton's rule; each step's system by
 * conjugate gradients, in O(nodes^2).  Two or three matrices of doubles. */
#ifndef BCN_NETWORK_FIT_H
#define BCN_NETWORK_FIT_H

#include "model/network.h"

typedef enum bcn_family {
    BCN_FAMILY_MARGINS,
    BCN_FAMILY_WEIGHTS,
    BCN_FAMILY_LINKS,
} bcn_family;

/* Fill `expected` (nodes^2 cells, a row per sender).  *worst is the largest
 * difference of a margin from the observed one, over that one or over 1;
 * small unless no finite answer was found in the steps there are. */
BCN_MUST_USE bcn_status bcn_network_fit(const bcn_network *network,
                                        bcn_family family, bcn_watch *watch,
                                        double *expected, double *worst);

/* A gravity model: weights are Poisson, the logarithm of their mean is
 * b0 + b1 * sender[i] + b2 * receiver[j] + b3 * apart[i, j].  `apart` may be
 * NULL.  `coefficients` are what to begin with; those with free[k] not 0 are
 * fitted by maximum likelihood (Santos Silva and Tenreyro 2006), the others
 * stay.  *worst is the largest difference of a fitted coefficient's score from
 * 0, over its scale. */
typedef struct bcn_gravity {
    const double *sender, *receiver, *apart;
    uint8_t free[4];
    double coefficients[4];
} bcn_gravity;

BCN_MUST_USE bcn_status bcn_network_gravity(const bcn_network *network,
                                            bcn_gravity *gravity,
                                            bcn_watch *watch, double *expected,
                                            double *worst);

#endif
