/* flow.h - what one pass over a traffic matrix tells.
 *
 * A flow is a square cube of two dimensions: row i, column j is what i sent
 * to j.  The nine quantities are those of the Anonymized Network Sensing
 * Graph Challenge (arXiv 2409.08115), over all cells, the diagonal included.
 * The largest are among links, 0 without any; of negative ones, negative.
 * What is about pairs leaves the diagonal out and may be limited to members.
 * All are integers and exact: sums have 128 bits.  Costs one pass over the
 * cells that are not 0, and 48 bytes per row and column. */
#ifndef BCN_FLOW_H
#define BCN_FLOW_H

#include "model/cube.h"

typedef struct bcn_flow {
    bcn_wide messages;    /* the sum of all cells */
    uint64_t links;       /* cells that are not 0 */
    bcn_wide max_link;    /* the largest cell */
    uint64_t senders;     /* rows with any link */
    bcn_wide max_sent;    /* the largest sum of a row */
    uint64_t max_fan_out; /* the most links in a row */
    uint64_t receivers;   /* the same three for columns */
    bcn_wide max_received;
    uint64_t max_fan_in;
    bcn_wide self; /* the sum of the diagonal */
    /* Between different members: */
    bcn_wide weight;        /* the sum */
    uint64_t pair_links;    /* links */
    bcn_wide mutual_weight; /* sum of min(w_ij, w_ji) over ordered pairs */
    uint64_t mutual_links;  /* links whose reverse is a link */
} bcn_flow;

/* `mask` has one byte per row, not 0 for a member; NULL: all are.  Without
 * `pairs` what is between different members may stay 0.  BCN_INVALID when the
 * cube is not square. */
BCN_MUST_USE bcn_status bcn_flow_read(const bcn_cube *cube,
                                      const uint8_t *mask, bool pairs,
                                      bcn_flow *out, bcn_error *error);

#endif
