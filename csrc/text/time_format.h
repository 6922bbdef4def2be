/* time_format.h - times written in another order than ISO 8601's.
 *
 * A format is strptime's: %Y %y %m %d %H %I %p %M %S %f %z %b (or %h) %B,
 * with %T, %R, %F and %D for %H:%M:%S, %H:%M, %Y-%m-%d and %m/%d/%y; %Z takes
 * UTC, GMT or Z, %% a percent sign.  Month names are English, in any case.
 * Numbers may have fewer digits than usual, as in strptime; one space in the
 * format takes one or more.  Two-digit years follow POSIX: 69 to 99 are 1969 to 1999.
 *
 * It is compiled once into steps, checked then, and cannot fail to run.  A
 * format without hours reads dates. */
#ifndef BCN_TIME_FORMAT_H
#define BCN_TIME_FORMAT_H

#include "base/error.h"
#include "text/times.h"

/* BCN_INVALID, with the words in `error`, when the format is not understood;
 * BCN_NOMEM. */
BCN_MUST_USE bcn_status bcn_time_format_new(bcn_bytes text,
                                            bcn_time_format **format,
                                            bcn_error *error);
void bcn_time_format_free(bcn_time_format *format);
/* Does the format have an hour? */
bool bcn_time_format_clock(const bcn_time_format *format);
/* Take a text apart; false when it does not follow the format. */
bool bcn_time_format_read(const bcn_time_format *format, bcn_bytes text,
                          bcn_moment *moment);

/* A text being read from left to right; shared with times.c. */
typedef struct bcn_part {
    const char *at, *end;
} bcn_part;

/* `least` to `most` digits (at most 9). */
bool bcn_part_number(bcn_part *part, size_t most, size_t least, int *value);
bool bcn_part_literal(bcn_part *part, char wanted);
/* Digits behind the point; more than six only if they are zeros. */
bool bcn_part_fraction(bcn_part *part, int *microsecond);
/* Z, +hh, +hhmm, +hh:mm or +hh:mm:ss, to seconds. */
bool bcn_part_offset(bcn_part *part, int *offset);

#endif
