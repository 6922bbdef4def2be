#include "base/timestamp.h"

#include <stdio.h>

static const int64_t SECOND = 1000000;
static const int64_t DAY = 86400 * INT64_C(1000000);

static int64_t
floor_divide(int64_t a, int64_t b)
{
    int64_t quotient = a / b;
    return quotient - (a % b < 0);
}

/* The Gregorian date of a day number, by counting years from 1 March of the
 * year 0, where the leap day is the last day of its year. */
static void
civil(int64_t day, int64_t *year, int *month, int *mday)
{
    day += 719468; /* days from 0000-03-01 to 1970-01-01 */
    int64_t era = floor_divide(day, 146097);
    int64_t in_era = day - era * 146097;
    int64_t y =
        (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int64_t in_year = in_era - (365 * y + y / 4 - y / 100);
    int64_t shifted = (5 * in_year + 2) / 153;
    *mday = (int)(in_year - (153 * shifted + 2) / 5 + 1);
    *month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = y + era * 400 + (*month <= 2);
}

int
bcn_timestamp_write(int64_t time, char text[BCN_TIMESTAMP_ROOM])
{
    int64_t day = floor_divide(time, DAY), year;
    int64_t rest = time % DAY + (time % DAY < 0 ? DAY : 0);
    int month, mday;
    civil(day, &year, &month, &mday);
    if (year < 0 || year > 9999) {
        return 0;
    }
    int second = (int)(rest / SECOND), fraction = (int)(rest % SECOND);
    int length = snprintf(text, BCN_TIMESTAMP_ROOM,
                          "%04d-%02d-%02dT%02d:%02d:%02d", (int)year, month,
                          mday, second / 3600, second / 60 % 60, second % 60);
    if (fraction != 0) {
        length += snprintf(text + length, BCN_TIMESTAMP_ROOM - (size_t)length,
                           ".%06d", fraction);
    }
    return length;
}
