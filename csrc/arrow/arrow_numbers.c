#include <math.h>
#include <stdio.h>

#include "arrow/arrow_column.h"
#include "base/memory.h"
#include "base/order.h"
#include "base/timestamp.h"

/* Microseconds of 0001-01-01 and of 10000-01-01. */
#define FIRST_TIME INT64_C(-62135596800000000)
#define END_TIME INT64_C(253402300800000000)
#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)

size_t
bcn_arrow_digits(int64_t value, char text[32])
{
    char reversed[20];
    size_t count = 0, length = 0;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        reversed[count++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (value < 0) {
        text[length++] = '-';
    }
    while (count != 0) {
        text[length++] = reversed[--count];
    }
    text[length] = '\0';
    return length;
}

static int64_t
signed_at(const char *at, unsigned width)
{
    switch (width) {
    case 1:
        return (signed char)*at;
    case 2: {
        int16_t raw;
        memcpy(&raw, at, sizeof raw);
        return raw;
    }
    case 4: {
        int32_t raw;
        memcpy(&raw, at, sizeof raw);
        return raw;
    }
    default: {
        int64_t raw;
        memcpy(&raw, at, sizeof raw);
        return raw;
    }
    }
}

static uint64_t
unsigned_at(const char *at, unsigned width)
{
    if (width == 8) {
        uint64_t raw;
        memcpy(&raw, at, sizeof raw);
        return raw;
    }
    uint64_t mask = (UINT64_C(1) << (8 * width)) - 1;
    return (uint64_t)signed_at(at, width) & mask;
}

static bcn_status
number_fault(bcn_arrow_piece *piece, size_t row, bcn_reason reason,
             double shown)
{
    char note[32];
    piece->column->numbers[row] = BCN_MISSING;
    (void)snprintf(note, sizeof note, "%.17g", shown);
    return bcn_arrow_fault_note(piece, row, reason, note);
}

static bcn_status
float_number(bcn_arrow_piece *piece, size_t row, const char *at, bool exact)
{
    double value;
    if (piece->view->type.width == 4) {
        float raw;
        memcpy(&raw, at, sizeof raw);
        value = (double)raw;
    } else {
        memcpy(&value, at, sizeof value);
    }
    int64_t *number = &piece->column->numbers[row];
    *number = BCN_MISSING;
    if (isnan(value)) {
        return BCN_OK;
    }
    if (isinf(value)) {
        return number_fault(piece, row, BCN_REASON_INTEGER, value);
    }
    double most = exact ? 9007199254740992.0 : 9223372036854775808.0;
    if (value >= most || value <= -most) {
        return number_fault(piece, row, BCN_REASON_INTEGER_RANGE, value);
    }
    int64_t whole = (int64_t)value;
    if ((double)whole < value || (double)whole > value) {
        return number_fault(piece, row, BCN_REASON_INTEGER, value);
    }
    *number = whole;
    return BCN_OK;
}

static bcn_status
odd_number(bcn_arrow_piece *piece, size_t row, const char *at, bool exact)
{
    bcn_arrow_type type = piece->view->type;
    char note[32];
    if (type.shape == BCN_ARROW_FLOAT) {
        return float_number(piece, row, at, exact);
    }
    if (type.shape == BCN_ARROW_UNSIGNED) {
        uint64_t value = unsigned_at(at, type.width);
        piece->column->numbers[row] = (int64_t)value;
        if (value <= INT64_MAX) {
            return BCN_OK;
        }
        (void)snprintf(note, sizeof note, "%llu", (unsigned long long)value);
    } else {
        int64_t value = signed_at(at, type.width);
        piece->column->numbers[row] = value;
        if (value != BCN_MISSING) {
            return BCN_OK;
        }
        (void)bcn_arrow_digits(value, note);
    }
    piece->column->numbers[row] = BCN_MISSING;
    return bcn_arrow_fault_note(piece, row, BCN_REASON_INTEGER_RANGE, note);
}

#define WIDEN(type)                                                           \
    do {                                                                      \
        type low = 0, high = 0;                                               \
        if (piece->count != 0) {                                              \
            memcpy(&low, at, sizeof low);                                     \
            high = low;                                                       \
        }                                                                     \
        for (size_t i = 0; i < piece->count; i++) {                           \
            type raw;                                                         \
            memcpy(&raw, at + i * sizeof raw, sizeof raw);                    \
            low = raw < low ? raw : low;                                      \
            high = raw > high ? raw : high;                                   \
            numbers[i] = raw;                                                 \
        }                                                                     \
        slice->least = low;                                                   \
        slice->most = high;                                                   \
    } while (0)

/* The types whose every value is a number; false for the others. */
static bool
widen(bcn_arrow_piece *piece, const char *at, int64_t *numbers,
      bcn_slice *slice)
{
    bcn_arrow_type type = piece->view->type;
    bool sign = type.shape == BCN_ARROW_SIGNED;
    if (type.shape == BCN_ARROW_FLOAT || type.width == 8) {
        return false;
    }
    if (type.width == 1) {
        if (sign) {
            WIDEN(int8_t);
        } else {
            WIDEN(uint8_t);
        }
    } else if (type.width == 2) {
        if (sign) {
            WIDEN(int16_t);
        } else {
            WIDEN(uint16_t);
        }
    } else if (sign) {
        WIDEN(int32_t);
    } else {
        WIDEN(uint32_t);
    }
    slice->bounded = piece->missing == NULL;
    return true;
}

bcn_status
bcn_arrow_numbers(bcn_arrow_piece *piece, bool exact, bcn_slice *slice)
{
    bcn_arrow_column *column = piece->column;
    const bcn_arrow_view *view = piece->view;
    const uint8_t *missing = piece->missing;
    BCN_TRY(bcn_arrow_room(&column->numbers, sizeof *column->numbers));
    int64_t *numbers = column->numbers;
    slice->values = numbers;
    if (view->type.shape == BCN_ARROW_BOOL) {
        const uint8_t *bits = (const uint8_t *)view->data;
        size_t bit = view->start + piece->from;
        for (size_t i = 0; i < piece->count; i++, bit++) {
            numbers[i] = bits[bit >> 3] >> (bit & 7) & 1;
        }
    } else if (view->type.shape != BCN_ARROW_NOTHING) {
        unsigned width = view->type.width;
        const char *at = view->data + (view->start + piece->from) * width;
        if (!widen(piece, at, numbers, slice)) {
            for (size_t i = 0; i < piece->count; i++) {
                if (missing == NULL || !missing[i]) {
                    BCN_TRY(odd_number(piece, i, at + i * width, exact));
                }
            }
        }
    }
    for (size_t i = 0; missing != NULL && i < piece->count; i++) {
        numbers[i] = missing[i] ? BCN_MISSING : numbers[i];
    }
    return BCN_OK;
}

static bcn_status
raw_time_fault(bcn_arrow_piece *piece, size_t row, bcn_reason reason,
               int64_t raw)
{
    char note[32];
    piece->column->numbers[row] = BCN_MISSING;
    (void)bcn_arrow_digits(raw, note);
    return bcn_arrow_fault_note(piece, row, reason, note);
}

static bcn_status
local_time(bcn_arrow_piece *piece, size_t row, int64_t naive)
{
    const bcn_arrow_options *options = piece->column->options;
    bcn_reason reason = BCN_REASON_TIME_ZONE;
    int64_t *time = &piece->column->numbers[row];
    if (options->localize != NULL &&
        options->localize(options->context, naive, time, &reason)) {
        return BCN_OK;
    }
    char note[BCN_TIMESTAMP_ROOM];
    *time = BCN_MISSING;
    if (bcn_timestamp_write(naive, note) == 0) {
        (void)bcn_arrow_digits(naive, note);
    }
    return bcn_arrow_fault_note(piece, row, reason, note);
}

static bcn_status
stamps(bcn_arrow_piece *piece)
{
    const bcn_arrow_view *view = piece->view;
    int64_t per_second = view->type.per_second;
    int64_t scale = per_second < SECOND ? SECOND / per_second : 1;
    int64_t part = per_second > SECOND ? per_second / SECOND : 1;
    int64_t first = FIRST_TIME / scale, end = END_TIME / scale;
    bool naive = view->type.zone[0] == '\0';
    const char *at = view->data + (view->start + piece->from) * 8;
    int64_t *times = piece->column->numbers;
    for (size_t i = 0; i < piece->count; i++) {
        int64_t raw = signed_at(at + i * 8, 8);
        if (piece->missing != NULL && piece->missing[i]) {
            times[i] = BCN_MISSING;
            continue;
        }
        int64_t time = part == 1 ? raw : raw / part - (raw % part < 0);
        if (time < first || time >= end) {
            BCN_TRY(raw_time_fault(piece, i, BCN_REASON_TIME_RANGE, raw));
            continue;
        }
        times[i] = time * scale;
        if (naive) {
            BCN_TRY(local_time(piece, i, times[i]));
        }
    }
    return BCN_OK;
}

static bcn_status
dates(bcn_arrow_piece *piece)
{
    const bcn_arrow_view *view = piece->view;
    unsigned width = view->type.width;
    int64_t scale = width == 4 ? DAY : 1000;
    const char *at = view->data + (view->start + piece->from) * width;
    int64_t *times = piece->column->numbers;
    for (size_t i = 0; i < piece->count; i++) {
        int64_t raw = signed_at(at + i * width, width);
        if (piece->missing != NULL && piece->missing[i]) {
            times[i] = BCN_MISSING;
        } else if (raw < FIRST_TIME / scale || raw >= END_TIME / scale) {
            BCN_TRY(raw_time_fault(piece, i, BCN_REASON_TIME_RANGE, raw));
        } else if (raw * scale % DAY != 0) {
            /* date64 counts milliseconds, but of whole days. */
            BCN_TRY(raw_time_fault(piece, i, BCN_REASON_TIME, raw));
        } else {
            times[i] = raw * scale;
        }
    }
    return BCN_OK;
}

static bcn_status
written_times(bcn_arrow_piece *piece, bcn_slice *slice)
{
    const bcn_arrow_options *options = piece->column->options;
    int64_t *times = piece->column->numbers;
    for (size_t i = 0; i < piece->count; i++) {
        bcn_bytes text = piece->column->texts[i];
        bcn_reason reason = BCN_REASON_TIME;
        int date = 0;
        times[i] = BCN_MISSING;
        if (text.data == NULL) {
            continue;
        }
        if (options->parse_time(options->context, text, &times[i], &date,
                                &reason)) {
            slice->dates |= date;
        } else {
            times[i] = BCN_MISSING;
            BCN_TRY(bcn_arrow_fault(piece, i, reason, text));
        }
    }
    return BCN_OK;
}

/* Times that are what a log keeps are lent where they lie. */
static bool
lend(bcn_arrow_piece *piece, bcn_slice *slice)
{
    const bcn_arrow_view *view = piece->view;
    if (view->type.shape != BCN_ARROW_STAMP || piece->missing != NULL ||
        view->type.per_second != SECOND || view->type.zone[0] == '\0') {
        return false;
    }
    const char *at = view->data + (view->start + piece->from) * 8;
    if ((uintptr_t)at % sizeof(int64_t) != 0) {
        return false;
    }
    const int64_t *times = (const int64_t *)(const void *)at;
    int64_t least, most;
    if (piece->count == 0) {
        return false;
    }
    if (bcn_order_of(times, piece->count).sorted) {
        least = times[0];
        most = times[piece->count - 1];
    } else {
        least = most = times[0];
        for (size_t i = 1; i < piece->count; i++) {
            least = times[i] < least ? times[i] : least;
            most = times[i] > most ? times[i] : most;
        }
    }
    slice->values = times;
    slice->bounded = least >= FIRST_TIME && most < END_TIME;
    slice->least = least;
    slice->most = most;
    return slice->bounded;
}

bcn_status
bcn_arrow_times(bcn_arrow_piece *piece, bcn_slice *slice)
{
    bcn_arrow_column *column = piece->column;
    bcn_arrow_shape shape = piece->view->type.shape;
    if (lend(piece, slice)) {
        return BCN_OK;
    }
    BCN_TRY(bcn_arrow_room(&column->numbers, sizeof *column->numbers));
    slice->values = column->numbers;
    switch (shape) {
    case BCN_ARROW_STAMP:
        return stamps(piece);
    case BCN_ARROW_DATE:
        slice->dates = 1;
        return dates(piece);
    case BCN_ARROW_NOTHING:
        return bcn_arrow_numbers(piece, true, slice);
    default:
        return written_times(piece, slice);
    }
}
