#include "text/csv.h"

#include "base/memory.h"

/* A walk over the text, character by character. */
typedef struct walk {
    const char *text;
    size_t length, at;
    char delimiter, quote;
    char *out;
    size_t written;
    uint64_t lines;
    bool flawed;
} walk;

static bool
at_line_end(const walk *here)
{
    return here->text[here->at] == '\n' || here->text[here->at] == '\r';
}

/* Step over LF, CRLF or CR; false when the LF may still come. */
static bool
line_end_skip(walk *here, bool whole)
{
    if (here->text[here->at++] == '\r') {
        if (here->at == here->length) {
            here->lines++;
            return whole;
        }
        here->at += here->text[here->at] == '\n';
    }
    here->lines++;
    return true;
}

/* The inside of quotes, up to behind the closing one; false at the end. */
static bool
quoted_take(walk *here, bool whole)
{
    here->at++;
    while (here->at < here->length) {
        char letter = here->text[here->at];
        if (letter == here->quote) {
            if (here->at + 1 == here->length) {
                here->at++;
                return whole;
            }
            if (here->text[here->at + 1] != here->quote) {
                here->at++;
                return true;
            }
            here->at++;
        }
        bool pair = letter == '\r' && here->at + 1 < here->length &&
                    here->text[here->at + 1] == '\n';
        here->lines += letter == '\n' || (letter == '\r' && !pair);
        here->out[here->written++] = letter;
        here->at++;
    }
    return false;
}

/* One field, up to the delimiter, line end or end; false when a quote stays
 * open. */
static bool
field_take(walk *here, bool whole)
{
    bool opened = here->at < here->length && here->quote != 0 &&
                  here->text[here->at] == here->quote;
    if (opened && !quoted_take(here, whole)) {
        return false;
    }
    while (here->at < here->length && !at_line_end(here) &&
           here->text[here->at] != here->delimiter) {
        char letter = here->text[here->at++];
        here->flawed |= opened || (here->quote != 0 && letter == here->quote);
        here->out[here->written++] = letter;
    }
    return true;
}

static bcn_status
fields_take(walk *here, bool whole, bcn_csv_record *record, bcn_error *error)
{
    for (;;) {
        size_t start = here->written;
        uint64_t line = here->lines + 1;
        if (!field_take(here, whole)) {
            return whole ? bcn_fail(error, BCN_INVALID,
                                    "line %llu: a quote opens here and is "
                                    "never closed",
                                    (unsigned long long)line)
                         : BCN_RANGE;
        }
        if (record->count == BCN_CSV_FIELDS_MAX) {
            return bcn_fail(error, BCN_INVALID,
                            "line %llu: more than %d fields; is the "
                            "delimiter right?",
                            (unsigned long long)line, BCN_CSV_FIELDS_MAX);
        }
        BCN_TRY(bcn_grow((void **)&record->texts, &record->capacity,
                         record->count + 1, sizeof *record->texts));
        record->texts[record->count++] =
            (bcn_bytes){record->memory + start, here->written - start};
        if (here->flawed && record->flaw == 0) {
            record->flaw = record->count;
        }
        if (here->at == here->length) {
            here->lines += whole;
            return whole ? BCN_OK : BCN_RANGE;
        }
        if (at_line_end(here)) {
            return line_end_skip(here, whole) ? BCN_OK : BCN_RANGE;
        }
        here->at++;
    }
}

bcn_status
bcn_csv_record_read(bcn_bytes text, bool whole, char delimiter, char quote,
                    bcn_csv_record *record, bcn_error *error)
{
    *record = (bcn_csv_record){0};
    record->memory = bcn_alloc(text.length, 1);
    if (record->memory == NULL) {
        return BCN_NOMEM;
    }
    walk here = {.text = text.data,
                 .length = text.length,
                 .delimiter = delimiter,
                 .quote = quote,
                 .out = record->memory};
    if (text.length >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0) {
        here.at = 3;
    } else if (text.length < 3 && !whole) {
        return BCN_RANGE;
    }
    while (here.at < here.length && at_line_end(&here)) {
        if (!line_end_skip(&here, whole)) {
            return BCN_RANGE;
        }
    }
    if (here.at == here.length) {
        return whole ? bcn_fail(error, BCN_INVALID, "there is no record")
                     : BCN_RANGE;
    }
    BCN_TRY(fields_take(&here, whole, record, error));
    record->length = here.at;
    record->lines = here.lines;
    return BCN_OK;
}

void
bcn_csv_record_free(bcn_csv_record *record)
{
    bcn_free(record->texts);
    bcn_free(record->memory);
    *record = (bcn_csv_record){0};
}
