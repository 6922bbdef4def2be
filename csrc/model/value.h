/* value.h - a stored value in words, for messages. */
#ifndef BCN_VALUE_H
#define BCN_VALUE_H

#include "base/batch.h"

/* A number in decimal, a time as 2023-05-04T10:20:30.000001Z (the fraction
 * only where there is one). */
bcn_bytes bcn_value_text(bcn_kind kind, int64_t value, char buffer[32]);

#endif
