#include "text/time_format.h"

#include "base/memory.h"

enum { STEPS = 64 };

struct bcn_time_format {
    size_t count;
    bool clock;
    struct {
        char directive; /* 0: the literal */
        char literal;
    } steps[STEPS];
};

/* Directives that stand for several. */
static const char *
expansion(char directive)
{
    switch (directive) {
    case 'T':
        return "%H:%M:%S";
    case 'R':
        return "%H:%M";
    case 'F':
        return "%Y-%m-%d";
    case 'D':
        return "%m/%d/%y";
    default:
        return NULL;
    }
}

static bcn_status
step_add(bcn_time_format *format, char directive, char literal,
         bcn_error *error)
{
    if (format->count == STEPS) {
        return bcn_fail(error, BCN_INVALID, "the time format is too long");
    }
    format->steps[format->count].directive = directive;
    format->steps[format->count++].literal = literal;
    return BCN_OK;
}

static bcn_status
compile(bcn_time_format *format, bcn_bytes text, bcn_error *error)
{
    for (size_t i = 0; i < text.length; i++) {
        char letter = text.data[i];
        if (letter != '%') {
            BCN_TRY(step_add(format, 0, letter, error));
            continue;
        }
        if (++i == text.length) {
            return bcn_fail(error, BCN_INVALID,
                            "the time format ends in the middle of a "
                            "directive: write %%%% for a percent sign");
        }
        letter = text.data[i];
        const char *longer = expansion(letter);
        if (longer != NULL) {
            bcn_bytes inner = {longer, strlen(longer)};
            BCN_TRY(compile(format, inner, error));
        } else if (letter == '%') {
            BCN_TRY(step_add(format, 0, '%', error));
        } else if (letter != '\0' &&
                   strchr("YymdHIpMSfzZbBh", letter) != NULL) {
            BCN_TRY(step_add(format, letter, 0, error));
        } else {
            return bcn_fail(error, BCN_INVALID,
                            "the time format has the directive %%%c, which "
                            "is none of %%Y %%y %%m %%d %%H %%I %%p %%M %%S "
                            "%%f %%z %%Z %%b %%B %%T %%R %%F %%D",
                            letter >= ' ' && letter < 127 ? letter : '?');
        }
    }
    return BCN_OK;
}

static bool
has(const bcn_time_format *format, const char *directives)
{
    for (size_t i = 0; i < format->count; i++) {
        char directive = format->steps[i].directive;
        if (directive != 0 && strchr(directives, directive) != NULL) {
            return true;
        }
    }
    return false;
}

bcn_status
bcn_time_format_new(bcn_bytes text, bcn_time_format **out, bcn_error *error)
{
    bcn_time_format *format = bcn_calloc(1, sizeof *format);
    if (format == NULL) {
        return BCN_NOMEM;
    }
    bcn_status status = compile(format, text, error);
    if (status == BCN_OK &&
        (!has(format, "Yy") || !has(format, "mbBh") || !has(format, "d"))) {
        status = bcn_fail(error, BCN_INVALID,
                          "the time format needs a year (%%Y or %%y), a "
                          "month (%%m or %%b) and a day (%%d)");
    }
    if (status == BCN_OK && has(format, "I") != has(format, "p")) {
        status = bcn_fail(error, BCN_INVALID,
                          "the time format needs %%I and %%p together");
    }
    format->clock = has(format, "HI");
    if (status == BCN_OK && !format->clock && has(format, "MSfzZ")) {
        status = bcn_fail(error, BCN_INVALID,
                          "the time format has minutes, seconds or a zone, "
                          "but no hour (%%H or %%I)");
    }
    if (status != BCN_OK) {
        bcn_time_format_free(format);
        return status;
    }
    *out = format;
    return BCN_OK;
}

void
bcn_time_format_free(bcn_time_format *format)
{
    bcn_free(format);
}

bool
bcn_time_format_clock(const bcn_time_format *format)
{
    return format->clock;
}

static char
lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? (char)(letter + 32) : letter;
}

static bool
word_read(bcn_part *part, const char *word, size_t length)
{
    if ((size_t)(part->end - part->at) < length) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (lower(part->at[i]) != lower(word[i])) {
            return false;
        }
    }
    part->at += length;
    return true;
}

static bool
month_read(bcn_part *part, bool whole, int *month)
{
    static const char *const names[] = {
        "january", "february", "march",     "april",   "may",      "june",
        "july",    "august",   "september", "october", "november", "december"};
    for (int i = 0; i < 12; i++) {
        if (word_read(part, names[i], whole ? strlen(names[i]) : 3)) {
            *month = i + 1;
            return true;
        }
    }
    return false;
}

static bool
zone_read(bcn_part *part)
{
    return word_read(part, "UTC", 3) || word_read(part, "GMT", 3) ||
           word_read(part, "Z", 1);
}

/* Hours of a twelve-hour clock, kept until the text has been read. */
typedef struct halves {
    bool used, afternoon;
} halves;

static bool
step_read(char directive, bcn_part *part, bcn_moment *moment, halves *half)
{
    switch (directive) {
    case 'Y':
        return bcn_part_number(part, 4, 4, &moment->year);
    case 'y':
        if (!bcn_part_number(part, 2, 2, &moment->year)) {
            return false;
        }
        moment->year += moment->year < 69 ? 2000 : 1900;
        return true;
    case 'm':
        return bcn_part_number(part, 2, 1, &moment->month);
    case 'b':
    case 'h':
    case 'B':
        return month_read(part, directive == 'B', &moment->month);
    case 'd':
        return bcn_part_number(part, 2, 1, &moment->day);
    case 'I':
        half->used = true;
        return bcn_part_number(part, 2, 1, &moment->hour) &&
               moment->hour >= 1 && moment->hour <= 12;
    case 'H':
        return bcn_part_number(part, 2, 1, &moment->hour);
    case 'p':
        half->afternoon = word_read(part, "PM", 2);
        return half->afternoon || word_read(part, "AM", 2);
    case 'M':
        return bcn_part_number(part, 2, 1, &moment->minute);
    case 'S':
        return bcn_part_number(part, 2, 1, &moment->second);
    case 'f':
        return bcn_part_fraction(part, &moment->microsecond);
    case 'z':
        moment->zoned = true;
        return bcn_part_offset(part, &moment->offset);
    default:
        moment->zoned = true;
        return zone_read(part);
    }
}

bool
bcn_time_format_read(const bcn_time_format *format, bcn_bytes text,
                     bcn_moment *moment)
{
    bcn_part part = {text.data, text.data + text.length};
    halves half = {false, false};
    *moment = (bcn_moment){.clock = format->clock};
    for (size_t i = 0; i < format->count; i++) {
        char directive = format->steps[i].directive;
        char literal = format->steps[i].literal;
        if (directive != 0) {
            if (!step_read(directive, &part, moment, &half)) {
                return false;
            }
        } else if (!bcn_part_literal(&part, literal)) {
            return false;
        } else if (literal == ' ') {
            while (bcn_part_literal(&part, ' ')) {
            }
        }
    }
    if (half.used) {
        moment->hour = moment->hour % 12 + (half.afternoon ? 12 : 0);
    }
    return part.at == part.end;
}
