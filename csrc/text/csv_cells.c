#include "text/csv_cells.h"

#include "base/memory.h"
#include "text/encoding.h"
#include "text/numbers.h"

enum { KNOWN = 1024, KNOWN_BYTES = 16 };

bcn_status
bcn_csv_cells_new(bcn_csv_cells *cells, const bcn_csv_column *column,
                  uint16_t number, size_t capacity)
{
    cells->kind = column->kind;
    cells->field = column->field;
    cells->column = number;
    cells->unstated = column->unstated;
    cells->memo = BCN_TIME_MEMO_EMPTY;
    if (cells->field == BCN_CSV_ABSENT) {
        return BCN_OK;
    }
    if (cells->kind != BCN_LABEL) {
        cells->values = bcn_alloc(capacity, sizeof *cells->values);
        return cells->values != NULL ? BCN_OK : BCN_NOMEM;
    }
    cells->codes = bcn_alloc(capacity, sizeof *cells->codes);
    cells->known = bcn_alloc(KNOWN, sizeof *cells->known);
    cells->shorts = bcn_alloc(KNOWN, sizeof *cells->shorts);
    cells->dictionary.texts = column->labels != NULL
                                  ? bcn_labels_copy(column->labels)
                                  : bcn_labels_new();
    if (cells->codes == NULL || cells->known == NULL ||
        cells->shorts == NULL || cells->dictionary.texts == NULL) {
        return BCN_NOMEM;
    }
    memset(cells->known, 0xff, KNOWN * sizeof *cells->known);
    memset(cells->shorts, 0xff, KNOWN * sizeof *cells->shorts);
    return BCN_OK;
}

void
bcn_csv_cells_free(bcn_csv_cells *cells)
{
    bcn_free(cells->codes);
    bcn_free(cells->values);
    bcn_free(cells->texts);
    bcn_free(cells->known);
    bcn_free(cells->shorts);
    bcn_labels_free(cells->dictionary.texts);
    bcn_free(cells->dictionary.codes);
}

bcn_status
bcn_csv_span_fault(bcn_csv_span *span, size_t record, uint16_t column,
                   bcn_reason reason, bcn_bytes value)
{
    bcn_fault fault = {(uint32_t)record, column, (uint16_t)reason, value};
    uint32_t slot = span->slots[record];
    if (slot != 0) {
        if (column < span->faults[slot - 1].column) {
            span->faults[slot - 1] = fault;
        }
        return BCN_OK;
    }
    BCN_TRY(bcn_grow((void **)&span->faults, &span->fault_capacity,
                     span->fault_count + 1, sizeof *span->faults));
    span->faults[span->fault_count++] = fault;
    span->slots[record] = (uint32_t)span->fault_count;
    return BCN_OK;
}

/* One field of the records of a span: copies of what the loops need, which a
 * store into a column cannot seem to change. */
typedef struct run {
    const char *text;
    const uint32_t *firsts;
    const uint32_t *ends; /* of this field, for a first field at place 0 */
    size_t count;
    bool last;
} run;

static run
run_of(const bcn_csv_span *span, int field)
{
    const bcn_csv_rows *rows = span->rows;
    return (run){rows->text, rows->firsts + span->from, rows->ends + field,
                 span->count, (size_t)field + 1 == rows->fields};
}

/* The raw field of a record, quotes and all; false when the record has a flaw
 * and therefore no such field. */
static BCN_ALWAYS_INLINE bool
raw_of(const run *fields, size_t record, bcn_bytes *raw)
{
    uint32_t first = fields->firsts[record];
    if (first == BCN_NONE) {
        return false;
    }
    const uint32_t *ends = fields->ends + first;
    uint32_t start = ends[-1] + 1;
    size_t length = ends[0] - start;
    raw->data = fields->text + start;
    if (fields->last && length != 0 && raw->data[length - 1] == '\r' &&
        raw->data[length] == '\n') {
        length--;
    }
    raw->length = length;
    return true;
}

/* A field without the quotes around it, for the quick ways, which take only
 * what has no quote inside. */
static BCN_ALWAYS_INLINE bcn_bytes
bare_of(bcn_bytes raw, char quote)
{
    if (raw.length >= 2 && raw.data[0] == quote && quote != 0) {
        return (bcn_bytes){raw.data + 1, raw.length - 2};
    }
    return raw;
}

static bool
blank(char letter)
{
    return letter == ' ' || letter == '\t';
}

/* The text that a raw field stands for. */
static bcn_status
text_of(const bcn_csv_span *span, bcn_bytes raw, bcn_bytes *text)
{
    char quote = span->rows->quote;
    *text = raw;
    if (quote == 0 || raw.length < 2 || raw.data[0] != quote) {
        while (text->length != 0 && blank(text->data[0])) {
            text->data++;
            text->length--;
        }
        while (text->length != 0 && blank(text->data[text->length - 1])) {
            text->length--;
        }
        return BCN_OK;
    }
    text->data++;
    text->length -= 2;
    if (text->length == 0 || memchr(text->data, quote, text->length) == NULL) {
        return BCN_OK;
    }
    char *plain = bcn_scratch_take(span->scratch, text->length);
    if (plain == NULL) {
        return BCN_NOMEM;
    }
    size_t length = 0;
    for (size_t i = 0; i < text->length; i++) {
        plain[length++] = text->data[i];
        i += text->data[i] == quote; /* the second of two */
    }
    *text = (bcn_bytes){plain, length};
    return BCN_OK;
}

/* Does a text say that nothing is stated?  Columns with such texts have no
 * quick way: -1 may be one. */
static bool
says_nothing(const bcn_csv_cells *cells, bcn_bytes text)
{
    return text.length == 0 || bcn_labels_has(cells->unstated, text);
}

static bcn_status
refuse(bcn_csv_span *span, const bcn_csv_cells *cells, size_t record,
       bcn_reason reason, bcn_bytes text)
{
    if (!bcn_utf8_valid(text)) {
        reason = BCN_REASON_ENCODING;
    }
    return bcn_csv_span_fault(span, record, cells->column, reason, text);
}

static bcn_status
label_slow(bcn_csv_cells *cells, bcn_csv_span *span, size_t record,
           bcn_bytes raw, uint32_t *code)
{
    bcn_bytes text;
    bcn_labels *labels = cells->dictionary.texts;
    *code = BCN_NONE;
    BCN_TRY(text_of(span, raw, &text));
    if (text.length != 0) {
        *code = bcn_labels_find(labels, text);
        if (*code == BCN_NONE && !bcn_utf8_valid(text)) {
            return refuse(span, cells, record, BCN_REASON_ENCODING, text);
        }
        if (*code == BCN_NONE) {
            BCN_TRY(bcn_labels_add(labels, text, code));
        }
    }
    return BCN_OK;
}

/* The bytes of a word that belong to a field of 0 to 8 bytes. */
static const uint64_t masks[] = {
    0,
    UINT64_C(0xff),
    UINT64_C(0xffff),
    UINT64_C(0xffffff),
    UINT64_C(0xffffffff),
    UINT64_C(0xffffffffff),
    UINT64_C(0xffffffffffff),
    UINT64_C(0xffffffffffffff),
    UINT64_MAX,
};

static bcn_status
labels_read(bcn_csv_cells *cells, bcn_csv_span *span)
{
    run fields = run_of(span, cells->field);
    uint32_t *codes = cells->codes + span->row;
    bcn_csv_short *shorts = cells->shorts;
    for (size_t i = 0; i < fields.count; i++) {
        bcn_bytes raw;
        if (!raw_of(&fields, i, &raw)) {
            codes[i] = BCN_NONE;
            continue;
        }
        bcn_csv_known *at = NULL;
        bcn_csv_short *brief = NULL;
        uint64_t key = 0, head = 0, tail = 0;
        if (raw.length < 8) {
            key = (bcn_load64(raw.data) & masks[raw.length]) |
                  (uint64_t)raw.length << 56;
            uint64_t hash = key * UINT64_C(0x9e3779b97f4a7c15);
            brief = &shorts[hash >> 54];
            unsigned second = brief->keys[1] == key;
            if (brief->keys[second] == key) {
                codes[i] = brief->codes[second];
                continue;
            }
        } else if (raw.length <= KNOWN_BYTES) {
            head = bcn_load64(raw.data);
            tail = bcn_load64(raw.data + 8) & masks[raw.length - 8];
            uint64_t hash = (head ^ tail * 31) * UINT64_C(0x9e3779b97f4a7c15);
            at = &cells->known[hash >> 54];
            if (((at->head ^ head) | (at->tail ^ tail) |
                 (at->length ^ raw.length)) == 0) {
                codes[i] = at->code;
                continue;
            }
        }
        BCN_TRY(label_slow(cells, span, i, raw, &codes[i]));
        if (codes[i] == BCN_NONE && raw.length != 0) {
            continue; /* a fault, or blanks: judged each time */
        }
        if (brief != NULL) {
            brief->keys[1] = brief->keys[0];
            brief->codes[1] = brief->codes[0];
            brief->keys[0] = key;
            brief->codes[0] = codes[i];
        } else if (at != NULL) {
            *at = (bcn_csv_known){head, tail, (uint32_t)raw.length, codes[i]};
        }
    }
    return BCN_OK;
}

static bcn_status
integers_read(bcn_csv_cells *cells, bcn_csv_span *span)
{
    char quote = span->rows->quote;
    bool quick = cells->unstated == NULL;
    run fields = run_of(span, cells->field);
    int64_t *values = cells->values + span->row;
    for (size_t i = 0; i < fields.count; i++) {
        bcn_bytes raw, text;
        uint64_t number;
        values[i] = BCN_MISSING;
        if (!raw_of(&fields, i, &raw)) {
            continue;
        }
        bcn_bytes bare = bare_of(raw, quote);
        if (quick && bare.length - 1 < 16 &&
            bcn_digits_read(bare.data, bare.length, &number)) {
            values[i] = (int64_t)number;
            continue;
        }
        BCN_TRY(text_of(span, raw, &text));
        if (!says_nothing(cells, text)) {
            bcn_reason reason = bcn_integer_read(text, &values[i]);
            if (reason != BCN_REASON_NONE) {
                BCN_TRY(refuse(span, cells, i, reason, text));
            }
        }
    }
    return BCN_OK;
}

/* The ids of this batch are texts after all: the whole numbers so far are
 * written as they were read. */
static bcn_status
ids_become_texts(bcn_csv_cells *cells, bcn_csv_span *span, size_t rows)
{
    if (cells->texts == NULL) {
        cells->texts = bcn_alloc(span->capacity, sizeof *cells->texts);
        if (cells->texts == NULL) {
            return BCN_NOMEM;
        }
    }
    for (size_t i = 0; i < rows; i++) {
        cells->texts[i] = (bcn_bytes){NULL, 0};
        if (cells->values[i] != BCN_MISSING) {
            char *text = bcn_scratch_take(span->scratch, BCN_CANONICAL_ROOM);
            if (text == NULL) {
                return BCN_NOMEM;
            }
            size_t length = bcn_canonical_write(cells->values[i], text);
            cells->texts[i] = (bcn_bytes){text, length};
        }
    }
    cells->as_texts = true;
    return BCN_OK;
}

static bcn_status
ids_read(bcn_csv_cells *cells, bcn_csv_span *span)
{
    char quote = span->rows->quote;
    bool quick = cells->unstated == NULL;
    run fields = run_of(span, cells->field);
    for (size_t i = 0; i < fields.count; i++) {
        size_t row = span->row + i;
        bcn_bytes raw, text = {NULL, 0};
        uint64_t number;
        bool there = raw_of(&fields, i, &raw);
        bcn_bytes bare = there ? bare_of(raw, quote) : text;
        if (quick && !cells->as_texts && bare.length - 1 < 16 &&
            (bare.data[0] != '0' || bare.length == 1) &&
            bcn_digits_read(bare.data, bare.length, &number)) {
            cells->values[row] = (int64_t)number;
            continue;
        }
        if (there) {
            BCN_TRY(text_of(span, raw, &text));
        }
        if (says_nothing(cells, text)) {
            text.length = 0;
        }
        if (text.length != 0 && !bcn_utf8_valid(text)) {
            BCN_TRY(refuse(span, cells, i, BCN_REASON_ENCODING, text));
            text.length = 0;
        }
        if (!cells->as_texts) {
            cells->values[row] = BCN_MISSING;
            if (text.length == 0 ||
                bcn_canonical_read(text, &cells->values[row])) {
                continue;
            }
            BCN_TRY(ids_become_texts(cells, span, row));
        }
        cells->texts[row] = text.length != 0 ? text : (bcn_bytes){NULL, 0};
    }
    return BCN_OK;
}

/* Reads up to the record where dates and instants would meet. */
static bcn_status
times_read(bcn_csv_cells *cells, bcn_csv_span *span)
{
    enum { DATES = 1, INSTANTS = 2 };
    char quote = span->rows->quote;
    run fields = run_of(span, cells->field);
    int64_t *values = cells->values + span->row;
    bool quick = span->times->format == NULL && cells->unstated == NULL;
    bcn_time_memo memo = cells->memo; /* which no store can seem to change */
    for (size_t i = 0; i < fields.count; i++) {
        bcn_bytes raw, text;
        bool date;
        if (!raw_of(&fields, i, &raw)) {
            values[i] = BCN_MISSING;
            continue;
        }
        bcn_bytes bare = bare_of(raw, quote);
        if (quick && cells->form == INSTANTS &&
            bcn_time_quick(bare.data, bare.length, &memo, &values[i])) {
            continue;
        }
        BCN_TRY(text_of(span, raw, &text));
        values[i] = BCN_MISSING;
        if (says_nothing(cells, text)) {
            continue;
        }
        bcn_reason reason =
            bcn_time_read(text, span->times, &cells->memo, &values[i], &date);
        memo = cells->memo;
        if (reason != BCN_REASON_NONE) {
            values[i] = BCN_MISSING;
            BCN_TRY(refuse(span, cells, i, reason, text));
            continue;
        }
        int form = date ? DATES : INSTANTS;
        if (cells->form != 0 && cells->form != form) {
            span->count = i;
            break;
        }
        cells->form = form;
    }
    return BCN_OK;
}

bcn_status
bcn_csv_cells_read(bcn_csv_cells *cells, bcn_csv_span *span)
{
    switch (cells->kind) {
    case BCN_LABEL:
        return labels_read(cells, span);
    case BCN_TIME:
        return times_read(cells, span);
    case BCN_INTEGER:
        return integers_read(cells, span);
    default:
        return ids_read(cells, span);
    }
}
