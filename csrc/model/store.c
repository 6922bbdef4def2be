#include "model/store.h"

#include <string.h>

#include "base/number.h"
#include "model/store_ids.h"

void
bcn_store_init(bcn_store *store, const bcn_field *field)
{
    *store = (bcn_store){.field = *field, .sorted = true, .rising = true};
    store->minimum = INT64_MAX;
    store->maximum = INT64_MIN;
    switch (field->kind) {
    case BCN_LABEL:
        store->width = field->labels > 255 ? 2 : 1;
        break;
    case BCN_INTEGER:
        store->width = 1;
        break;
    default:
        store->width = 8;
    }
}

void
bcn_store_renew(bcn_store *store)
{
    bcn_store fresh;
    bcn_free(store->values.data);
    bcn_free(store->stated.data);
    bcn_free(store->ends.data);
    bcn_free(store->bytes.data);
    bcn_store_init(&fresh, &store->field);
    fresh.present = store->present;
    fresh.owner = store->owner;
    fresh.known = store->known;
    fresh.codes = store->codes;
    fresh.code_capacity = store->code_capacity;
    fresh.unstated = store->unstated;
    *store = fresh;
}

void
bcn_store_free(bcn_store *store)
{
    bcn_free(store->values.data);
    bcn_free(store->stated.data);
    bcn_free(store->ends.data);
    bcn_free(store->bytes.data);
    bcn_free(store->codes);
    bcn_labels_free(store->known);
    bcn_labels_free(store->unstated);
    memset(store, 0, sizeof *store);
}

/* --- bits: one per row, 1 = stated -------------------------------------- */

bool
bcn_store_stated(const bcn_store *store, size_t row)
{
    return store->stated.data == NULL || bcn_bit(store->stated.data, row);
}

/* --- numbers ------------------------------------------------------------ */

static unsigned
width_for(int64_t minimum, int64_t maximum)
{
    if (minimum > maximum) {
        return 1; /* none stated */
    }
    if (minimum < 0 || maximum > (int64_t)UINT32_MAX) {
        return 8;
    }
    return maximum <= UINT8_MAX ? 1 : maximum <= UINT16_MAX ? 2 : 4;
}

static void
number_set(void *data, unsigned width, size_t row, int64_t value)
{
    switch (width) {
    case 1:
        ((uint8_t *)data)[row] = (uint8_t)value;
        break;
    case 2:
        ((uint16_t *)data)[row] = (uint16_t)value;
        break;
    case 4:
        ((uint32_t *)data)[row] = (uint32_t)value;
        break;
    default:
        ((int64_t *)data)[row] = value;
    }
}

/* Widen in place: the last element first, so that none is overwritten. */
static bcn_status
widen(bcn_store *store, unsigned width)
{
    if (width <= store->width) {
        return BCN_OK;
    }
    size_t room = store->values.capacity;
    if (room != 0) {
        void *larger = bcn_realloc(store->values.data, room, width);
        if (larger == NULL) {
            return BCN_NOMEM;
        }
        store->values.data = larger;
    }
    for (size_t i = store->rows; i-- > 0;) {
        int64_t value =
            bcn_number_at(store->values.data, (int)store->width, i);
        if (store->field.kind == BCN_LABEL &&
            value == (int64_t)bcn_unstated(store->width)) {
            value = bcn_unstated(width);
        }
        number_set(store->values.data, width, i, value);
    }
    store->width = width;
    return BCN_OK;
}

static bcn_status
put_numbers(bcn_store *store, const bcn_slice *slice, size_t rows,
            const uint8_t *skip)
{
    const int64_t *values = slice->values;
    int64_t minimum = INT64_MAX, maximum = INT64_MIN;
    bool missing = values == NULL;
    /* Mostly no row is skipped or missing, and one pass without a branch
     * does: a missing value is the least there is. */
    bool plain = values != NULL && skip == NULL;
    if (plain && slice->bounded) {
        minimum = slice->least;
        maximum = slice->most;
    }
    for (size_t i = 0; plain && !slice->bounded && i < rows; i++) {
        minimum = values[i] < minimum ? values[i] : minimum;
        maximum = values[i] > maximum ? values[i] : maximum;
    }
    if (plain && minimum == BCN_MISSING) {
        plain = false;
        minimum = INT64_MAX;
        maximum = INT64_MIN;
    }
    for (size_t i = 0; values != NULL && !plain && i < rows; i++) {
        if (skip != NULL && skip[i]) {
            continue;
        }
        if (values[i] == BCN_MISSING) {
            missing = true;
            continue;
        }
        minimum = values[i] < minimum ? values[i] : minimum;
        maximum = values[i] > maximum ? values[i] : maximum;
    }
    BCN_TRY(widen(store, width_for(minimum, maximum)));
    store->minimum = minimum < store->minimum ? minimum : store->minimum;
    store->maximum = maximum > store->maximum ? maximum : store->maximum;
    size_t end = store->rows + rows;
    BCN_TRY(bcn_array_reserve(&store->values, end, store->width));
    bool bits = missing || store->stated.data != NULL;
    if (bits) {
        BCN_TRY(bcn_bits_reserve(store, store->rows, end));
    }
    void *tail = (char *)store->values.data + store->rows * store->width;
    if (!bits && store->width == 1) {
        for (size_t i = 0; i < rows; i++) {
            ((uint8_t *)tail)[i] = (uint8_t)values[i];
        }
    } else if (!bits && store->width == 2) {
        for (size_t i = 0; i < rows; i++) {
            ((uint16_t *)tail)[i] = (uint16_t)values[i];
        }
    } else if (!bits && store->width == 4) {
        for (size_t i = 0; i < rows; i++) {
            ((uint32_t *)tail)[i] = (uint32_t)values[i];
        }
    } else {
        for (size_t i = 0; i < rows; i++) {
            bool stated = values != NULL && values[i] != BCN_MISSING;
            number_set(tail, store->width, i, stated ? values[i] : 0);
            if (bits) {
                bcn_bit_set(store->stated.data, store->rows + i, stated);
            }
        }
    }
    return BCN_OK;
}

/* --- labels ------------------------------------------------------------- */

/* Codes by number, straight to the store; returns the largest code met, where
 * a row that states none counts as `missing`. */
#define DEFINE_CODES(name, type)                                              \
    static uint32_t name(type *out, const uint32_t *met, size_t rows,         \
                         const uint32_t *codes, uint32_t missing)             \
    {                                                                         \
        uint32_t worst = 0;                                                   \
        for (size_t i = 0; i < rows; i++) {                                   \
            bool none = met[i] == BCN_NONE;                                   \
            uint32_t code = none ? missing : codes[met[i]];                   \
            out[i] = (type)(none ? BCN_NONE : code);                          \
            worst = worst > code ? worst : code;                              \
        }                                                                     \
        return worst;                                                         \
    }

DEFINE_CODES(codes_1, uint8_t)
DEFINE_CODES(codes_2, uint16_t)

/* The same where every row states a text that has a code. */
#define DEFINE_SURE(name, type)                                               \
    static void name(type *out, const uint32_t *met, size_t rows,             \
                     const uint32_t *codes)                                   \
    {                                                                         \
        for (size_t i = 0; i < rows; i++) {                                   \
            out[i] = (type)codes[met[i]];                                     \
        }                                                                     \
    }

DEFINE_SURE(sure_1, uint8_t)
DEFINE_SURE(sure_2, uint16_t)

static bool
all_sure(const bcn_slice *slice, size_t rows)
{
    const bcn_dictionary *dictionary = slice->dictionary;
    bool sure = slice->stated && dictionary->resolved <= rows;
    for (size_t i = 0; sure && i < dictionary->resolved; i++) {
        sure = dictionary->codes[i] < BCN_REFUSED;
    }
    return sure;
}

bcn_status
bcn_store_put_labels(bcn_store *store, const bcn_slice *slice, size_t rows,
                     bool *doubt)
{
    *doubt = false;
    if (store->field.labels == 0 && store->owner != NULL &&
        bcn_labels_count(store->owner->known) > 255) {
        BCN_TRY(widen(store, 2));
    }
    BCN_TRY(
        bcn_array_reserve(&store->values, store->rows + rows, store->width));
    void *tail = (char *)store->values.data + store->rows * store->width;
    if (slice->codes == NULL) {
        memset(tail, 0xff, rows * store->width);
        return BCN_OK;
    }
    const uint32_t *met = slice->codes, *codes = slice->dictionary->codes;
    if (all_sure(slice, rows)) {
        if (store->width == 1) {
            sure_1(tail, met, rows, codes);
        } else {
            sure_2(tail, met, rows, codes);
        }
        return BCN_OK;
    }
    uint32_t missing = store->field.required ? BCN_NONE : 0;
    uint32_t worst = store->width == 1
                         ? codes_1(tail, met, rows, codes, missing)
                         : codes_2(tail, met, rows, codes, missing);
    *doubt = worst >= BCN_REFUSED;
    return BCN_OK;
}

/* --- rows --------------------------------------------------------------- */

bcn_status
bcn_store_put(bcn_store *store, const bcn_slice *slice, size_t rows,
              const uint8_t *skip)
{
    switch (store->field.kind) {
    case BCN_LABEL: {
        bool doubt;
        return bcn_store_put_labels(store, slice, rows, &doubt);
    }
    case BCN_INTEGER:
        return put_numbers(store, slice, rows, skip);
    case BCN_ID:
        return bcn_store_put_ids(store, slice, rows, skip);
    case BCN_TIME:
        break;
    }
    BCN_TRY(bcn_array_reserve(&store->values, store->rows + rows,
                              sizeof(int64_t)));
    int64_t *tail = (int64_t *)store->values.data + store->rows;
    if (slice->values != NULL) {
        memcpy(tail, slice->values, rows * sizeof *tail);
    } else {
        for (size_t i = 0; i < rows; i++) {
            tail[i] = BCN_MISSING;
        }
    }
    return BCN_OK;
}

bcn_status
bcn_store_pad(bcn_store *store, size_t rows)
{
    enum { STEP = 1 << 16 };
    const bcn_slice nothing = {0};
    store->present = true;
    while (store->rows < rows) {
        size_t step = rows - store->rows < STEP ? rows - store->rows : STEP;
        BCN_TRY(bcn_store_put(store, &nothing, step, NULL));
        bcn_store_keep(store, step, NULL);
    }
    return BCN_OK;
}

/* Close the gaps that marked rows leave; returns the rows that stay. */
static size_t
squeeze(bcn_store *store, size_t rows, const uint8_t *skip)
{
    char *values = store->values.data;
    uint64_t *ends = store->ends.data;
    uint8_t *stated = store->stated.data;
    size_t width = store->width, to = store->rows;
    for (size_t i = 0; i < rows; i++) {
        size_t from = store->rows + i;
        if (skip[i]) {
            continue;
        }
        if (to != from) {
            if (store->texts) {
                ends[to] = ends[from];
            } else {
                memcpy(values + to * width, values + from * width, width);
            }
            if (stated != NULL) {
                bcn_bit_set(stated, to, bcn_bit(stated, from));
            }
        }
        to++;
    }
    return to - store->rows;
}

void
bcn_store_keep(bcn_store *store, size_t rows, const uint8_t *skip)
{
    size_t kept = skip != NULL ? squeeze(store, rows, skip) : rows;
    size_t from = store->rows;
    store->rows += kept;
    bcn_store_note(store, from, store->rows);
}

void
bcn_store_drop(bcn_store *store, const uint32_t *gone, size_t count)
{
    size_t rows = store->rows, to = 0, next = 0, width = store->width;
    uint64_t *ends = store->ends.data;
    char *values = store->values.data, *bytes = store->bytes.data;
    uint8_t *stated = store->stated.data;
    uint64_t from_byte = 0, to_byte = 0;
    for (size_t i = 0; i < rows; i++) {
        uint64_t length = store->texts ? ends[i] - from_byte : 0;
        if (next < count && gone[next] == i) {
            next++;
            from_byte += length;
            continue;
        }
        if (store->texts) {
            if (length != 0) {
                memmove(bytes + to_byte, bytes + from_byte, (size_t)length);
            }
            from_byte += length;
            to_byte += length;
            ends[to] = to_byte;
        } else {
            memmove(values + to * width, values + i * width, width);
        }
        if (stated != NULL) {
            bcn_bit_set(stated, to, bcn_bit(stated, i));
        }
        to++;
    }
    store->rows = to;
    store->missing = 0;
    if (store->field.kind != BCN_INTEGER) {
        store->minimum = INT64_MAX;
        store->maximum = INT64_MIN;
    }
    store->sorted = store->rising = true;
    bcn_store_note(store, 0, to);
}

int64_t
bcn_store_value(const bcn_store *store, size_t row)
{
    return bcn_number_at(store->values.data, (int)store->width, row);
}

bool
bcn_store_same(const bcn_store *store, size_t a, size_t b)
{
    if (bcn_store_stated(store, a) != bcn_store_stated(store, b)) {
        return false;
    }
    if (store->texts) {
        return bcn_bytes_equal(bcn_store_text(store, a),
                               bcn_store_text(store, b));
    }
    return bcn_store_value(store, a) == bcn_store_value(store, b);
}
