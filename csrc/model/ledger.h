/* ledger.h - what was refused, and why.
 *
 * Every refused row is counted, once, under its reason, column and value; the
 * first `keep` of them in the order of source and row are kept whole, so that
 * a person can look at them.  Distinct values are counted one by one up to a
 * bound; beyond it, a value not met before is counted under its reason and
 * column with no value, so hostile input cannot fill the memory. */
#ifndef BCN_LEDGER_H
#define BCN_LEDGER_H

#include "base/batch.h"
#include "base/memory.h"

#define BCN_WHOLE_ROW UINT16_MAX /* the column of a fault of the row */

typedef struct bcn_refusal {
    uint32_t source;
    uint64_t row;  /* in its source, from 1 */
    uint64_t line; /* 0: the source has no lines */
    uint16_t column, reason;
    uint32_t value; /* in bcn_ledger.values; BCN_NONE: missing */
} bcn_refusal;

/* One line of the account: so many rows, for this reason. */
typedef struct bcn_account {
    uint16_t column, reason;
    uint32_t value; /* in bcn_ledger.values; BCN_NONE: missing, or any other */
    uint64_t rows;
} bcn_account;

typedef struct bcn_ledger {
    uint64_t rows; /* refused in all */
    bcn_labels *values;
    bcn_refusal *kept;
    size_t kept_count, kept_capacity, keep;
    bcn_labels *keys; /* of the accounts */
    bcn_account *accounts;
    size_t account_count, account_capacity;
} bcn_ledger;

BCN_MUST_USE bcn_status bcn_ledger_init(bcn_ledger *ledger, size_t keep);
void bcn_ledger_free(bcn_ledger *ledger);

/* Enter one refused row; `where->value` is ignored, `value` is copied (cut at
 * 200 bytes).  Rows of one reading come in order; those found later (in a
 * second look for duplicates) are sorted in by bcn_ledger_sort. */
BCN_MUST_USE bcn_status bcn_ledger_add(bcn_ledger *ledger,
                                       const bcn_refusal *where,
                                       bcn_bytes value);
/* Put the kept rows in the order of source and row, and cut to `keep`. */
void bcn_ledger_sort(bcn_ledger *ledger);

#endif
