#include "text/times.h"

#include "text/time_format.h"

bool
bcn_day_of(int year, int month, int day, int64_t *midnight)
{
    static const int before[] = {0,   31,  59,  90,  120, 151,
                                 181, 212, 243, 273, 304, 334};
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1 || year > 9999 || month < 1 || month > 12) {
        return false;
    }
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (day < 1 || day > days[month - 1] + (month == 2 && leap)) {
        return false;
    }
    int past = year - 1;
    int64_t number = (int64_t)past * 365 + past / 4 - past / 100 + past / 400 +
                     before[month - 1] + (month > 2 && leap) + day - 1;
    *midnight = number * BCN_DAY + BCN_TIME_FIRST;
    return true;
}

bcn_reason
bcn_moment_to_utc(const bcn_moment *moment, const bcn_zone *zone,
                  bcn_zone_memo *memo, int64_t *value)
{
    int64_t time;
    if (moment->year < 1 || moment->year > 9999) {
        return BCN_REASON_TIME_RANGE;
    }
    if (!bcn_day_of(moment->year, moment->month, moment->day, &time) ||
        moment->hour > 23 || moment->minute > 59 || moment->second > 60) {
        return BCN_REASON_TIME;
    }
    if (!moment->clock) {
        *value = time;
        return BCN_REASON_NONE;
    }
    int second = moment->second == 60 ? 59 : moment->second;
    time += (int64_t)((moment->hour * 60 + moment->minute) * 60 + second) *
                BCN_SECOND +
            moment->microsecond;
    if (moment->zoned) {
        time -= moment->offset * BCN_SECOND;
    } else if (zone == NULL) {
        return BCN_REASON_TIME_ZONE;
    } else {
        bcn_reason reason = bcn_zone_to_utc(zone, memo, time, &time);
        if (reason != BCN_REASON_NONE) {
            return reason;
        }
    }
    if (time < BCN_TIME_FIRST || time > BCN_TIME_LAST) {
        return BCN_REASON_TIME_RANGE;
    }
    *value = time;
    return BCN_REASON_NONE;
}

bool
bcn_part_number(bcn_part *part, size_t most, size_t least, int *value)
{
    size_t count = 0;
    int sum = 0;
    while (count < most && part->at < part->end && *part->at >= '0' &&
           *part->at <= '9') {
        sum = sum * 10 + (*part->at++ - '0');
        count++;
    }
    *value = sum;
    return count >= least;
}

bool
bcn_part_literal(bcn_part *part, char wanted)
{
    if (part->at < part->end && *part->at == wanted) {
        part->at++;
        return true;
    }
    return false;
}

bool
bcn_part_fraction(bcn_part *part, int *microsecond)
{
    int scale = 100000, sum = 0;
    const char *start = part->at;
    while (part->at < part->end && *part->at >= '0' && *part->at <= '9') {
        int digit = *part->at++ - '0';
        if (scale == 0 && digit != 0) {
            return false;
        }
        sum += digit * scale;
        scale /= 10;
    }
    *microsecond = sum;
    return part->at != start;
}

bool
bcn_part_offset(bcn_part *part, int *offset)
{
    *offset = 0;
    if (bcn_part_literal(part, 'Z') || bcn_part_literal(part, 'z')) {
        return true;
    }
    bool east = bcn_part_literal(part, '+');
    if (!east && !bcn_part_literal(part, '-')) {
        return false;
    }
    int hours, minutes = 0, seconds = 0;
    if (!bcn_part_number(part, 2, 2, &hours)) {
        return false;
    }
    bool colon = bcn_part_literal(part, ':');
    if ((colon || part->at < part->end) &&
        !bcn_part_number(part, 2, 2, &minutes)) {
        return false;
    }
    if (colon && bcn_part_literal(part, ':') &&
        !bcn_part_number(part, 2, 2, &seconds)) {
        return false;
    }
    *offset = ((hours * 60 + minutes) * 60 + seconds) * (east ? 1 : -1);
    return hours < 24 && minutes < 60 && seconds < 60;
}

/* Fraction and zone, behind the seconds. */
static bool
tail_read(bcn_part *part, bcn_moment *moment)
{
    if ((bcn_part_literal(part, '.') || bcn_part_literal(part, ',')) &&
        !bcn_part_fraction(part, &moment->microsecond)) {
        return false;
    }
    if (part->at == part->end) {
        return true;
    }
    moment->zoned = true;
    if (part->end - part->at == 4 && memcmp(part->at, " UTC", 4) == 0) {
        part->at = part->end;
        return true;
    }
    (void)bcn_part_literal(part, ' ');
    return bcn_part_offset(part, &moment->offset) && part->at == part->end;
}

static bool
iso_read(bcn_bytes text, bcn_moment *moment)
{
    bcn_part part = {text.data, text.data + text.length};
    if (!bcn_part_number(&part, 4, 4, &moment->year) ||
        !bcn_part_literal(&part, '-') ||
        !bcn_part_number(&part, 2, 2, &moment->month) ||
        !bcn_part_literal(&part, '-') ||
        !bcn_part_number(&part, 2, 2, &moment->day)) {
        return false;
    }
    if (part.at == part.end) {
        return true;
    }
    moment->clock = true;
    if ((!bcn_part_literal(&part, 'T') && !bcn_part_literal(&part, ' ') &&
         !bcn_part_literal(&part, 't')) ||
        !bcn_part_number(&part, 2, 2, &moment->hour) ||
        !bcn_part_literal(&part, ':') ||
        !bcn_part_number(&part, 2, 2, &moment->minute)) {
        return false;
    }
    if (bcn_part_literal(&part, ':')) {
        return bcn_part_number(&part, 2, 2, &moment->second) &&
               tail_read(&part, moment);
    }
    return part.at == part.end ||
           (*part.at != '.' && *part.at != ',' && tail_read(&part, moment));
}

/* Times of one day, with a fraction, an offset or neither, without taking
 * the date apart again. */
static bool
same_day_read(bcn_bytes text, const bcn_time_rule *rule, bcn_time_memo *memo,
              int64_t *value)
{
    if (text.length < 19 || bcn_load64(text.data) != memo->head ||
        bcn_load64(text.data + 2) != memo->tail ||
        (text.data[10] != 'T' && text.data[10] != ' ')) {
        return false;
    }
    int64_t clock;
    if (!bcn_clock_read(text.data + 11, &clock)) {
        return false;
    }
    bcn_part part = {text.data + 19, text.data + text.length};
    bcn_moment moment = {0};
    if (!tail_read(&part, &moment)) {
        return false;
    }
    int64_t time = memo->day + clock + moment.microsecond;
    if (moment.zoned) {
        time -= moment.offset * BCN_SECOND;
    } else if (rule->zone == NULL ||
               bcn_zone_to_utc(rule->zone, &memo->zone, time, &time) !=
                   BCN_REASON_NONE) {
        return false; /* the long way finds the reason */
    }
    *value = time;
    return time >= BCN_TIME_FIRST && time <= BCN_TIME_LAST;
}

bcn_reason
bcn_time_read(bcn_bytes text, const bcn_time_rule *rule, bcn_time_memo *memo,
              int64_t *value, bool *date)
{
    bcn_moment moment = {0};
    if (rule->format != NULL) {
        *date = !bcn_time_format_clock(rule->format);
        if (!bcn_time_format_read(rule->format, text, &moment)) {
            return BCN_REASON_TIME;
        }
        return bcn_moment_to_utc(&moment, rule->zone, &memo->zone, value);
    }
    if (same_day_read(text, rule, memo, value)) {
        *date = false;
        return BCN_REASON_NONE;
    }
    if (!iso_read(text, &moment)) {
        return BCN_REASON_TIME;
    }
    *date = !moment.clock;
    bcn_reason reason =
        bcn_moment_to_utc(&moment, rule->zone, &memo->zone, value);
    if (reason == BCN_REASON_NONE) {
        memo->head = bcn_load64(text.data);
        memo->tail = bcn_load64(text.data + 2);
        (void)bcn_day_of(moment.year, moment.month, moment.day, &memo->day);
    }
    return reason;
}
