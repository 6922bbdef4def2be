/* met.h - the domain that was met.
 *
 * A column without a closed domain takes every text as a label and numbers it
 * at its first appearance, so its codes depend on the order of the rows, and a
 * reader's dictionary may hold texts of refused rows or of none.  In the end
 * the domain is made of the labels of the accepted rows alone, in the order of
 * their bytes: the same rows give the same codes, through whatever door and in
 * whatever order they came.  Columns that share a domain are settled together.
 * Costs two passes over the codes. */
#ifndef BCN_MET_H
#define BCN_MET_H

#include "model/store.h"

/* Settle the domain of column `owner` in all of the `count` stores that share
 * it.  `order[i]`, the caller's to free, is the number in stores[owner].known
 * of what is now label i; `*labels` is how many there are. */
BCN_MUST_USE bcn_status bcn_met_settle(bcn_store *stores, size_t count,
                                       size_t owner, uint32_t **order,
                                       size_t *labels);

#endif
