/* numbers.h - whole numbers as they stand in a text.
 *
 * Two readings.  A measure (`bcn_integer_read`) may carry a sign and leading
 * zeros.  An identifier (`bcn_canonical_read`) is a number only when writing
 * the number gives back the very same text, so "007" and "7" stay different
 * identifiers.  Eight digits are judged and turned into a number at once, in
 * one 64-bit word, without a branch per digit.
 *
 * INT64_MIN is never a result: it is how a column says "missing". */
#ifndef BCN_NUMBERS_H
#define BCN_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/reason.h"
#include "base/status.h"

/* Eight bytes as a number, the first byte lowest, on every platform. */
static inline uint64_t
bcn_load64(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    return (uint64_t)at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 |
           (uint64_t)at[3] << 24 | (uint64_t)at[4] << 32 |
           (uint64_t)at[5] << 40 | (uint64_t)at[6] << 48 |
           (uint64_t)at[7] << 56;
}

/* Every byte of the word is 0 to 9. */
static inline bool
bcn_digits_are(uint64_t digits)
{
    return (((digits + UINT64_C(0x7676767676767676)) | digits) &
            UINT64_C(0x8080808080808080)) == 0;
}

/* The number that eight digits (0 to 9, the first one lowest) form. */
static inline uint64_t
bcn_digits_join(uint64_t digits)
{
    const uint64_t mask = UINT64_C(0x000000ff000000ff);
    digits = digits * 10 + (digits >> 8);
    return ((digits & mask) * UINT64_C(0x000f424000000064) +
            ((digits >> 16) & mask) * UINT64_C(0x0000271000000001)) >>
           32;
}

/* The number that `length` digits (1 to 16) form; false when they are not all
 * digits.  Reads whole words: 8 bytes from the start when length < 8. */
static inline bool
bcn_digits_read(const char *text, size_t length, uint64_t *value)
{
    const uint64_t zeros = UINT64_C(0x3030303030303030);
    if (length <= 8) {
        uint64_t word = (bcn_load64(text) ^ zeros) << (64 - 8 * length);
        *value = bcn_digits_join(word);
        return bcn_digits_are(word);
    }
    uint64_t high = (bcn_load64(text) ^ zeros) << (128 - 8 * length);
    uint64_t low = bcn_load64(text + length - 8) ^ zeros;
    *value = bcn_digits_join(high) * 100000000 + bcn_digits_join(low);
    return bcn_digits_are(high) && bcn_digits_are(low);
}

/* An optional sign and digits.  BCN_REASON_NONE, _INTEGER or _INTEGER_RANGE
 * (beyond 64 bits, or INT64_MIN). */
BCN_MUST_USE bcn_reason bcn_integer_read(bcn_bytes text, int64_t *value);

/* True when the text is exactly how the number is written: no plus, no
 * leading zero, no "-0"; and not INT64_MIN. */
BCN_MUST_USE bool bcn_canonical_read(bcn_bytes text, int64_t *value);

enum { BCN_CANONICAL_ROOM = 20 };

/* Write the number, without an end mark; returns how many characters. */
size_t bcn_canonical_write(int64_t value, char text[BCN_CANONICAL_ROOM]);

#endif
