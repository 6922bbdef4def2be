#include "model/value.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/timestamp.h"

bcn_bytes
bcn_value_text(bcn_kind kind, int64_t value, char buffer[32])
{
    int length = kind == BCN_TIME ? bcn_timestamp_write(value, buffer) : 0;
    if (length != 0) {
        buffer[length++] = 'Z';
    } else { /* a number, or a time too far off to have a date */
        length = snprintf(buffer, 32, "%" PRId64, value);
    }
    return (bcn_bytes){buffer, (size_t)length};
}
