#include "arrow/arrow_column.h"
#include "base/memory.h"

/* Above every number that a table of labels gives out, beside BCN_NONE. */
#define UNSEEN (BCN_NONE - 2)
#define BROKEN (BCN_NONE - 1)

static bcn_status
code_of(bcn_arrow_column *column, bcn_bytes text, uint32_t *code)
{
    if (text.data == NULL) {
        *code = BCN_NONE;
        return BCN_OK;
    }
    bcn_labels *texts = column->dictionary.texts;
    *code = bcn_labels_find(texts, text);
    if (*code != BCN_NONE) {
        return BCN_OK;
    }
    if (!bcn_arrow_is_utf8(text)) {
        *code = BROKEN;
        return BCN_OK;
    }
    return bcn_labels_add(texts, text, code);
}

static bcn_status
value_at(bcn_arrow_column *column, size_t i, bcn_bytes *text, bcn_error *error)
{
    uint8_t missing = 0;
    (void)bcn_arrow_view_missing(&column->values, i, 1, &missing);
    return bcn_arrow_view_texts(&column->values, i, 1, &missing, text, error);
}

bcn_status
bcn_arrow_labels_bind(bcn_arrow_column *column, bcn_error *error)
{
    size_t length = column->values.length;
    column->identity = false;
    if (length >= UNSEEN) {
        return bcn_fail(error, BCN_RANGE,
                        "column '%s': a dictionary of %zu "
                        "labels is too long",
                        column->name, length);
    }
    BCN_TRY(bcn_grow((void **)&column->remap, &column->remap_capacity, length,
                     sizeof *column->remap));
    if (length > 1024 && length > column->keys.length) {
        /* A short batch under a long dictionary looks up what it uses. */
        for (size_t i = 0; i < length; i++) {
            column->remap[i] = UNSEEN;
        }
        return BCN_OK;
    }
    column->identity = true;
    for (size_t i = 0; i < length; i++) {
        bcn_bytes text;
        BCN_TRY(value_at(column, i, &text, error));
        BCN_TRY(code_of(column, text, &column->remap[i]));
        column->identity &= column->remap[i] == i;
    }
    return BCN_OK;
}

/* How many indices are allowed: a negative one, seen as unsigned, must not
 * pass because the dictionary is longer than its type can say. */
static uint64_t
limit_of(const bcn_arrow_column *column)
{
    uint64_t limit = column->values.length;
    if (column->key.shape == BCN_ARROW_SIGNED) {
        uint64_t most = UINT64_C(1) << (8 * column->key.width - 1);
        limit = limit < most ? limit : most;
    }
    return limit;
}

static bcn_status
outside(const bcn_arrow_piece *piece, size_t row)
{
    return bcn_fail(piece->error, BCN_INVALID,
                    "column '%s', row %zu: its "
                    "index lies outside the dictionary of %zu values",
                    piece->column->name, piece->from + row,
                    piece->column->values.length);
}

/* The rare: first use of a label, a missing one, or no text at all. */
static bcn_status
resolve(bcn_arrow_piece *piece, size_t row, size_t index, uint32_t *code)
{
    bcn_arrow_column *column = piece->column;
    if (column->remap[index] == UNSEEN) {
        bcn_bytes text;
        BCN_TRY(value_at(column, index, &text, piece->error));
        BCN_TRY(code_of(column, text, &column->remap[index]));
    }
    *code = column->remap[index];
    if (*code == BROKEN) {
        bcn_bytes text;
        *code = BCN_NONE;
        BCN_TRY(value_at(column, index, &text, piece->error));
        return bcn_arrow_fault(piece, row, BCN_REASON_ENCODING, text);
    }
    return BCN_OK;
}

#define DEFINE_REMAP(name, type)                                              \
    static bcn_status name(bcn_arrow_piece *piece, const char *keys)          \
    {                                                                         \
        const uint32_t *remap = piece->column->remap;                         \
        uint32_t *codes = piece->column->codes;                               \
        const uint8_t *missing = piece->missing;                              \
        uint64_t limit = limit_of(piece->column);                             \
        for (size_t i = 0; i < piece->count; i++) {                           \
            type key;                                                         \
            memcpy(&key, keys + i * sizeof key, sizeof key);                  \
            if (missing != NULL && missing[i]) {                              \
                codes[i] = BCN_NONE;                                          \
                continue;                                                     \
            }                                                                 \
            if (key >= limit) {                                               \
                return outside(piece, i);                                     \
            }                                                                 \
            codes[i] = remap[(size_t)key];                                    \
            if (codes[i] >= UNSEEN) {                                         \
                BCN_TRY(resolve(piece, i, (size_t)key, &codes[i]));           \
            }                                                                 \
        }                                                                     \
        return BCN_OK;                                                        \
    }

DEFINE_REMAP(remap_1, uint8_t)
DEFINE_REMAP(remap_2, uint16_t)
DEFINE_REMAP(remap_4, uint32_t)
DEFINE_REMAP(remap_8, uint64_t)

/* Where the reader's numbers are the source's, there is nothing to write. */
static bcn_status
lend(bcn_arrow_piece *piece, const char *keys, bcn_slice *slice)
{
    const uint32_t *codes = (const uint32_t *)(const void *)keys;
    uint32_t limit = (uint32_t)limit_of(piece->column); /* below UNSEEN */
    uint32_t bad = 0;
    for (size_t i = 0; i < piece->count; i++) {
        bad |= codes[i] >= limit;
    }
    for (size_t i = 0; bad && i < piece->count; i++) {
        if (codes[i] >= limit) {
            return outside(piece, i);
        }
    }
    slice->codes = codes;
    slice->stated = true;
    return BCN_OK;
}

bcn_status
bcn_arrow_labels_keys(bcn_arrow_piece *piece, bcn_slice *slice)
{
    bcn_arrow_column *column = piece->column;
    unsigned width = column->key.width;
    const char *keys =
        column->keys.data + (column->keys.start + piece->from) * width;
    slice->dictionary = &column->dictionary;
    if (column->identity && width == 4 && piece->missing == NULL &&
        (uintptr_t)keys % sizeof(uint32_t) == 0) {
        return lend(piece, keys, slice);
    }
    BCN_TRY(bcn_arrow_room(&column->codes, sizeof *column->codes));
    slice->codes = column->codes;
    switch (width) {
    case 1:
        return remap_1(piece, keys);
    case 2:
        return remap_2(piece, keys);
    case 4:
        return remap_4(piece, keys);
    default:
        return remap_8(piece, keys);
    }
}

bcn_status
bcn_arrow_labels_texts(bcn_arrow_piece *piece, bcn_slice *slice)
{
    bcn_arrow_column *column = piece->column;
    BCN_TRY(bcn_arrow_room(&column->codes, sizeof *column->codes));
    for (size_t i = 0; i < piece->count; i++) {
        bcn_bytes text = column->texts[i];
        BCN_TRY(code_of(column, text, &column->codes[i]));
        if (column->codes[i] == BROKEN) {
            column->codes[i] = BCN_NONE;
            BCN_TRY(bcn_arrow_fault(piece, i, BCN_REASON_ENCODING, text));
        }
    }
    slice->codes = column->codes;
    slice->dictionary = &column->dictionary;
    return BCN_OK;
}

bcn_status
bcn_arrow_labels_numbers(bcn_arrow_piece *piece, bcn_slice *slice)
{
    enum { MEMO = 256 }; /* labels repeat: most rows need no digits */
    bcn_arrow_column *column = piece->column;
    int64_t known[MEMO];
    uint32_t codes[MEMO];
    for (size_t i = 0; i < MEMO; i++) {
        known[i] = BCN_MISSING;
    }
    BCN_TRY(bcn_arrow_numbers(piece, true, slice));
    slice->values = NULL;
    slice->bounded = false;
    BCN_TRY(bcn_arrow_room(&column->codes, sizeof *column->codes));
    bool truth = column->type.shape == BCN_ARROW_BOOL;
    for (size_t i = 0; i < piece->count; i++) {
        int64_t value = column->numbers[i];
        size_t slot = (uint64_t)value % MEMO;
        if (value == BCN_MISSING) {
            column->codes[i] = BCN_NONE;
            continue;
        }
        if (known[slot] != value) {
            char digits[32];
            bcn_bytes text = {digits, bcn_arrow_digits(value, digits)};
            if (truth) {
                text =
                    value ? (bcn_bytes){"true", 4} : (bcn_bytes){"false", 5};
            }
            BCN_TRY(code_of(column, text, &codes[slot]));
            known[slot] = value;
        }
        column->codes[i] = codes[slot];
    }
    slice->codes = column->codes;
    slice->dictionary = &column->dictionary;
    return BCN_OK;
}
