/* schema.h - which columns a kind of record has, in order.
 *
 * The order matters: of several faults in one row the first in this order is
 * the one that is reported and counted, whatever the reader and the number of
 * threads. */
#ifndef BCN_SCHEMA_H
#define BCN_SCHEMA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/batch.h"

#define BCN_MAX_FIELDS 64
#define BCN_MAX_RULES 8
#define BCN_MAX_LABELS 65535u /* of a domain; one more code is "not stated" */

typedef struct bcn_field {
    bcn_kind kind;
    bool required;
    /* label: the size of its closed domain; 0: the domain is what is met */
    uint32_t labels;
    /* label without a closed domain: the column whose labels it shares; its own
     * number: nobody's */
    int shares;
    /* integer: what may be stored; time: the stated period, [from, to] */
    int64_t minimum, maximum;
} bcn_field;

/* ORDER: the number in `first` is at most that in `second`, where both are
 * stated; without a column `second` it is at most `otherwise`.  EITHER: one of
 * the two is stated. */
typedef enum bcn_rule_kind { BCN_RULE_ORDER, BCN_RULE_EITHER } bcn_rule_kind;

typedef struct bcn_rule {
    bcn_rule_kind kind;
    int first, second; /* columns; a row that breaks it has its fault in
                        * `first` */
    int64_t otherwise;
} bcn_rule;

typedef struct bcn_schema {
    bcn_field fields[BCN_MAX_FIELDS];
    size_t count;
    /* Rows that agree in the id column and in these label columns are the same
     * record twice; -1: records have no identity. */
    int id;
    int keys[2];
    size_t key_count;
    bcn_rule rules[BCN_MAX_RULES];
    size_t rule_count;
} bcn_schema;

#endif
