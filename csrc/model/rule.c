#include "model/rule.h"

static int64_t
number_of(const bcn_slice *slice, size_t row)
{
    return slice->values != NULL ? slice->values[row] : BCN_MISSING;
}

static bool
stated(const bcn_field *field, const bcn_slice *slice, size_t row)
{
    if (field->kind == BCN_LABEL) {
        uint32_t met = slice->codes != NULL ? slice->codes[row] : BCN_NONE;
        return met != BCN_NONE && slice->dictionary->codes[met] != BCN_NONE;
    }
    if (slice->texts != NULL) {
        return slice->texts[row].data != NULL;
    }
    return number_of(slice, row) != BCN_MISSING;
}

bcn_reason
bcn_rule_judge(const bcn_rule *rule, const bcn_schema *schema,
               const bcn_slice *slices, size_t row)
{
    const bcn_slice *first = &slices[rule->first];
    const bcn_slice *second = &slices[rule->second];
    if (rule->kind == BCN_RULE_EITHER) {
        bool any = stated(&schema->fields[rule->first], first, row) ||
                   stated(&schema->fields[rule->second], second, row);
        return any ? BCN_REASON_NONE : BCN_REASON_MISSING;
    }
    int64_t low = number_of(first, row);
    int64_t high = number_of(second, row);
    if (high == BCN_MISSING) {
        /* Not stated among rows that state it: nothing to compare with. */
        high = second->values != NULL ? INT64_MAX : rule->otherwise;
    }
    /* A missing `low` is the least number there is. */
    return low <= high ? BCN_REASON_NONE : BCN_REASON_RULE;
}

bool
bcn_rule_suspects(const bcn_rule *rule, const bcn_schema *schema,
                  const bcn_slice *slices, size_t rows)
{
    for (size_t row = 0; row < rows; row++) {
        if (bcn_rule_judge(rule, schema, slices, row) != BCN_REASON_NONE) {
            return true;
        }
    }
    return false;
}
