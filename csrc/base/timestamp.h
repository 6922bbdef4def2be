/* timestamp.h - a time in words, for messages. */
#ifndef BCN_TIMESTAMP_H
#define BCN_TIMESTAMP_H

#include <stdint.h>

enum { BCN_TIMESTAMP_ROOM = 32 };

/* Write microseconds since 1970 as 2023-05-04T10:20:30.000001, the fraction
 * only where there is one, and return how many characters; 0, and nothing
 * written, for a year without four digits. */
int bcn_timestamp_write(int64_t time, char text[BCN_TIMESTAMP_ROOM]);

#endif
