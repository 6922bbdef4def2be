/* rule.h - what two columns of one row must agree on.
 *
 * A row whose columns are each valid can still contradict itself: more hits
 * than searches, closed before it was opened.  The schema lists such rules;
 * they are looked at after the columns, in the order of the list, and the row
 * is refused with the first that it breaks.
 *
 * Costs a pass over the two columns of a batch; only a batch with a broken
 * rule is looked at row by row. */
#ifndef BCN_RULE_H
#define BCN_RULE_H

#include "model/schema.h"

/* May any row of the slices break the rule? */
bool bcn_rule_suspects(const bcn_rule *rule, const bcn_schema *schema,
                       const bcn_slice *slices, size_t rows);

/* Why a row breaks the rule; BCN_REASON_NONE where it keeps it. */
bcn_reason bcn_rule_judge(const bcn_rule *rule, const bcn_schema *schema,
                          const bcn_slice *slices, size_t row);

#endif
