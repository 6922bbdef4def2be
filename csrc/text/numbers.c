#include "text/numbers.h"

#include <string.h>

bcn_reason
bcn_integer_read(bcn_bytes text, int64_t *value)
{
    size_t at = 0;
    bool negative = false;
    if (text.length != 0 && (text.data[0] == '-' || text.data[0] == '+')) {
        negative = text.data[0] == '-';
        at = 1;
    }
    if (at == text.length) {
        return BCN_REASON_INTEGER;
    }
    bool fits = true;
    uint64_t sum = 0;
    for (; at < text.length; at++) {
        unsigned digit = (unsigned)(unsigned char)text.data[at] - '0';
        if (digit > 9) {
            return BCN_REASON_INTEGER;
        }
        /* All digits are looked at: "99999999999999999999x" is no number. */
        if (sum > ((uint64_t)INT64_MAX - digit) / 10) {
            fits = false;
        }
        sum = fits ? sum * 10 + digit : sum;
    }
    if (!fits) {
        return BCN_REASON_INTEGER_RANGE;
    }
    *value = negative ? -(int64_t)sum : (int64_t)sum;
    return BCN_REASON_NONE;
}

bool
bcn_canonical_read(bcn_bytes text, int64_t *value)
{
    if (text.length == 0 || text.length > BCN_CANONICAL_ROOM) {
        return false;
    }
    bool negative = text.data[0] == '-';
    size_t digits = text.length - negative;
    if (digits == 0 || text.data[0] == '+' ||
        (text.data[negative] == '0' && (digits > 1 || negative))) {
        return false;
    }
    return bcn_integer_read(text, value) == BCN_REASON_NONE;
}

size_t
bcn_canonical_write(int64_t value, char text[BCN_CANONICAL_ROOM])
{
    char backwards[BCN_CANONICAL_ROOM];
    size_t count = 0;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        backwards[count++] = (char)('0' + (int)(rest % 10));
        rest /= 10;
    } while (rest != 0);
    size_t length = 0;
    if (value < 0) {
        text[length++] = '-';
    }
    while (count != 0) {
        text[length++] = backwards[--count];
    }
    return length;
}
