/* times.h - instants and dates as they stand in a text.
 *
 * A time is microseconds since 1970-01-01 UTC, in the years 1 to 9999; a date
 * is its midnight, marked as a date, and needs no zone.  Without a format the
 * text is ISO 8601's usual form:
 *
 *     2023-10-29
 *     2023-10-29T02:30          'T', 't' or one space
 *     2023-10-29 02:30:07.25    ',' or '.', up to 6 digits (more if zeros)
 *     2023-10-29T02:30:07Z      'Z', 'z', ' UTC', or +02 +0200 +02:00, with
 *                               or without one space before
 *
 * A time without a zone goes through the caller's zone table (zone.h), or is
 * refused when there is none.  Second 60 counts as second 59, so that a leap
 * second stays in its minute.  Hour 24 is not a time.
 *
 * Most rows of a log repeat the date of the row before, so a memo holds the
 * last one; hours, minutes and seconds are judged in one 64-bit word. */
#ifndef BCN_TIMES_H
#define BCN_TIMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/reason.h"
#include "base/status.h"
#include "text/numbers.h"
#include "text/zone.h"

#define BCN_SECOND INT64_C(1000000)
#define BCN_DAY (86400 * BCN_SECOND)
#define BCN_TIME_FIRST (INT64_C(-719162) * BCN_DAY)    /* 0001-01-01 */
#define BCN_TIME_LAST (INT64_C(2932897) * BCN_DAY - 1) /* 9999-12-31 */

typedef struct bcn_time_format bcn_time_format; /* time_format.h */

/* How the times of a source are written; borrowed by whoever reads them. */
typedef struct bcn_time_rule {
    const bcn_zone *zone;          /* NULL: times must carry a zone */
    const bcn_time_format *format; /* NULL: ISO 8601 */
} bcn_time_rule;

/* One per thread and column. */
typedef struct bcn_time_memo {
    uint64_t head, tail; /* the ten characters of the last date */
    int64_t day;         /* its midnight */
    bcn_zone_memo zone;
} bcn_time_memo;

/* A memo that matches no text: its halves contradict each other. */
#define BCN_TIME_MEMO_EMPTY ((bcn_time_memo){.tail = UINT64_MAX})

/* A moment taken apart.  `offset` (seconds east) counts when `zoned`. */
typedef struct bcn_moment {
    int year, month, day, hour, minute, second, microsecond;
    int offset;
    bool zoned, clock; /* clock: it has an hour */
} bcn_moment;

/* Midnight of a day as microseconds; false when there is no such day. */
bool bcn_day_of(int year, int month, int day, int64_t *midnight);

/* A moment to UTC: BCN_REASON_NONE or the reason why not. */
BCN_MUST_USE bcn_reason bcn_moment_to_utc(const bcn_moment *moment,
                                          const bcn_zone *zone,
                                          bcn_zone_memo *memo, int64_t *value);

/* Read a whole text; `*date` says that it was a date.  BCN_REASON_NONE or the
 * reason why not. */
BCN_MUST_USE bcn_reason bcn_time_read(bcn_bytes text,
                                      const bcn_time_rule *rule,
                                      bcn_time_memo *memo, int64_t *value,
                                      bool *date);

/* "hh:mm:ss" in one word: false unless it is a time before second 60. */
static inline bool
bcn_clock_read(const char *text, int64_t *microseconds)
{
    uint64_t digits = bcn_load64(text) ^ UINT64_C(0x30303a30303a3030);
    uint64_t pairs = digits * 10 + (digits >> 8);
    unsigned hour = (unsigned)pairs & 0xff;
    unsigned minute = (unsigned)(pairs >> 24) & 0xff;
    unsigned second = (unsigned)(pairs >> 48) & 0xff;
    *microseconds = (int64_t)((hour * 60 + minute) * 60 + second) * BCN_SECOND;
    return bcn_digits_are(digits) &&
           (digits & UINT64_C(0x0000ff0000ff0000)) == 0 && hour < 24 &&
           minute < 60 && second < 60;
}

/* The common cases, "yyyy-mm-ddThh:mm:ssZ" and the same with one to six digits
 * behind a point, on the date of the row before.  Reads 28 bytes at `text`
 * whatever its length. */
static inline bool
bcn_time_quick(const char *text, size_t length, const bcn_time_memo *memo,
               int64_t *value)
{
    enum { WHOLE = 20, LONGEST = 27 };
    int64_t clock;
    if (length - WHOLE > LONGEST - WHOLE || bcn_load64(text) != memo->head ||
        bcn_load64(text + 2) != memo->tail || text[length - 1] != 'Z' ||
        (text[10] != 'T' && text[10] != ' ') ||
        !bcn_clock_read(text + 11, &clock)) {
        return false;
    }
    *value = memo->day + clock;
    if (length == WHOLE) {
        return true;
    }
    /* "dddZ...." becomes the eight digits 00ddd000: microseconds. */
    unsigned digits = (unsigned)(length - WHOLE - 1);
    uint64_t fraction =
        bcn_load64(text + WHOLE) ^ UINT64_C(0x3030303030303030);
    fraction = (fraction & ((UINT64_C(1) << 8 * digits) - 1)) << 16;
    *value += (int64_t)bcn_digits_join(fraction);
    return text[WHOLE - 1] == '.' && digits != 0 && bcn_digits_are(fraction);
}

#endif
