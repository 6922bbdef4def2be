#include "arrow/arrow_view.h"

/* More elements than any machine holds, yet far from where 16 * n wraps. */
static const int64_t MOST = INT64_C(1) << 56;

bcn_status
bcn_arrow_array_check(const struct ArrowArray *array, int64_t buffers,
                      const char *name, bcn_error *error)
{
    if (array->release == NULL) {
        return bcn_fail(error, BCN_INVALID,
                        "column '%s': the array has "
                        "already been released",
                        name);
    }
    if (array->length < 0 || array->offset < 0 || array->length > MOST ||
        array->offset > MOST) {
        return bcn_fail(error, BCN_INVALID,
                        "column '%s': length %lld with "
                        "offset %lld is not possible",
                        name, (long long)array->length,
                        (long long)array->offset);
    }
    if (array->n_buffers != buffers ||
        (buffers > 0 && array->buffers == NULL)) {
        return bcn_fail(error, BCN_INVALID,
                        "column '%s': %lld buffers where "
                        "its type has %lld",
                        name, (long long)array->n_buffers, (long long)buffers);
    }
    if (array->null_count < -1 || array->null_count > array->length) {
        return bcn_fail(error, BCN_INVALID,
                        "column '%s': %lld nulls in %lld "
                        "rows",
                        name, (long long)array->null_count,
                        (long long)array->length);
    }
    return BCN_OK;
}

static int64_t
offset_at(const bcn_arrow_view *view, size_t i)
{
    if (view->type.width == 4) {
        int32_t raw;
        memcpy(&raw, view->data + i * sizeof raw, sizeof raw);
        return raw;
    }
    int64_t raw;
    memcpy(&raw, view->data + i * sizeof raw, sizeof raw);
    return raw;
}

static bcn_status
absent(const bcn_arrow_view *view, bcn_error *error)
{
    return bcn_fail(error, BCN_INVALID, "column '%s': its memory is missing",
                    view->name);
}

static bcn_status
bind_text(bcn_arrow_view *view, const struct ArrowArray *array,
          bcn_error *error)
{
    view->bytes = array->buffers[2];
    if (view->data == NULL) {
        /* Producers of old leave out the one offset of an empty array. */
        return array->length == 0 ? BCN_OK : absent(view, error);
    }
    int64_t first = offset_at(view, view->start);
    view->last_byte = offset_at(view, view->start + view->length);
    if (first < 0 || view->last_byte < first) {
        return bcn_fail(error, BCN_INVALID,
                        "column '%s': text offsets run "
                        "from %lld to %lld",
                        view->name, (long long)first,
                        (long long)view->last_byte);
    }
    if (view->bytes == NULL) {
        if (first != view->last_byte) {
            return absent(view, error);
        }
        view->bytes = ""; /* no text has any bytes */
    }
    view->first_byte = first;
    return BCN_OK;
}

static bcn_status
bind_views(bcn_arrow_view *view, const struct ArrowArray *array,
           bcn_error *error)
{
    view->variadic_count = (size_t)array->n_buffers - 3;
    view->variadic = array->buffers + 2;
    view->variadic_sizes = array->buffers[array->n_buffers - 1];
    if (view->variadic_count != 0 && view->variadic_sizes == NULL) {
        return absent(view, error);
    }
    return BCN_OK;
}

bcn_status
bcn_arrow_view_bind(bcn_arrow_view *view, bcn_arrow_type type,
                    const struct ArrowArray *array, const char *name,
                    bcn_error *error)
{
    int64_t buffers = type.shape == BCN_ARROW_NOTHING ? 0
                      : type.shape == BCN_ARROW_TEXT  ? 3
                                                      : 2;
    if (type.shape == BCN_ARROW_VIEW) {
        /* validity, views, any number of data buffers, their lengths */
        buffers = array->n_buffers > 3 ? array->n_buffers : 3;
    }
    BCN_TRY(bcn_arrow_array_check(array, buffers, name, error));
    *view = (bcn_arrow_view){.type = type,
                             .name = name,
                             .start = (size_t)array->offset,
                             .length = (size_t)array->length};
    if (type.shape == BCN_ARROW_NOTHING) {
        return BCN_OK;
    }
    view->data = array->buffers[1];
    if (array->null_count != 0) {
        /* An unknown count (-1) without a bitmap means that none is null. */
        view->validity = array->buffers[0];
        if (view->validity == NULL && array->null_count > 0) {
            return bcn_fail(error, BCN_INVALID,
                            "column '%s': %lld nulls "
                            "without a validity bitmap",
                            name, (long long)array->null_count);
        }
    }
    if (type.shape == BCN_ARROW_TEXT) {
        return bind_text(view, array, error);
    }
    if (view->data == NULL && view->length != 0) {
        return absent(view, error);
    }
    return type.shape == BCN_ARROW_VIEW ? bind_views(view, array, error)
                                        : BCN_OK;
}

bool
bcn_arrow_view_missing(const bcn_arrow_view *view, size_t from, size_t count,
                       uint8_t *missing)
{
    if (view->type.shape == BCN_ARROW_NOTHING) {
        memset(missing, 1, count);
        return count != 0;
    }
    if (view->validity == NULL) {
        return false;
    }
    size_t bit = view->start + from;
    uint8_t any = 0;
    for (size_t i = 0; i < count; i++, bit++) {
        uint8_t null = (uint8_t)(~(view->validity[bit >> 3] >> (bit & 7)) & 1);
        missing[i] |= null;
        any |= null;
    }
    return any != 0;
}

static bcn_status
offset_texts(const bcn_arrow_view *view, size_t from, size_t count,
             const uint8_t *missing, bcn_bytes *texts, bcn_error *error)
{
    if (count == 0) {
        return BCN_OK;
    }
    int64_t begin = offset_at(view, view->start + from);
    for (size_t i = 0; i < count; i++) {
        int64_t end = offset_at(view, view->start + from + i + 1);
        if (begin < view->first_byte || end < begin || end > view->last_byte) {
            return bcn_fail(error, BCN_INVALID,
                            "column '%s', row %zu: text "
                            "from byte %lld to %lld of %lld",
                            view->name, from + i, (long long)begin,
                            (long long)end, (long long)view->last_byte);
        }
        texts[i] = (bcn_bytes){NULL, 0};
        if (end != begin && (missing == NULL || !missing[i])) {
            texts[i] = (bcn_bytes){view->bytes + begin, (size_t)(end - begin)};
        }
        begin = end;
    }
    return BCN_OK;
}

static bcn_status
view_texts(const bcn_arrow_view *view, size_t from, size_t count,
           const uint8_t *missing, bcn_bytes *texts, bcn_error *error)
{
    for (size_t i = 0; i < count; i++) {
        texts[i] = (bcn_bytes){NULL, 0};
        if (missing != NULL && missing[i]) {
            continue; /* what stands there has no meaning */
        }
        const char *at = view->data + (view->start + from + i) * 16;
        int32_t parts[4]; /* length, prefix, buffer, offset */
        memcpy(parts, at, sizeof parts);
        int64_t length = parts[0];
        if (length >= 0 && length <= 12) {
            if (length != 0) {
                texts[i] = (bcn_bytes){at + 4, (size_t)length};
            }
            continue;
        }
        size_t buffer = (size_t)(uint32_t)parts[2];
        int64_t size = INT64_MIN;
        if (length > 0 && parts[3] >= 0 && parts[2] >= 0 &&
            buffer < view->variadic_count && view->variadic[buffer] != NULL) {
            memcpy(&size, view->variadic_sizes + buffer * sizeof size,
                   sizeof size);
        }
        if (length < 0 || size < parts[3] + length) {
            return bcn_fail(error, BCN_INVALID,
                            "column '%s', row %zu: a "
                            "view of %lld bytes at %ld in buffer %ld lies "
                            "outside its memory",
                            view->name, from + i, (long long)length,
                            (long)parts[3], (long)parts[2]);
        }
        texts[i] = (bcn_bytes){(const char *)view->variadic[buffer] + parts[3],
                               (size_t)length};
    }
    return BCN_OK;
}

bcn_status
bcn_arrow_view_texts(const bcn_arrow_view *view, size_t from, size_t count,
                     const uint8_t *missing, bcn_bytes *texts,
                     bcn_error *error)
{
    return view->type.shape == BCN_ARROW_VIEW
               ? view_texts(view, from, count, missing, texts, error)
               : offset_texts(view, from, count, missing, texts, error);
}

bool
bcn_arrow_is_utf8(bcn_bytes text)
{
    if (text.length == 0) {
        return true;
    }
    const unsigned char *at = (const unsigned char *)text.data;
    const unsigned char *end = at + text.length;
    while (at < end) {
        if (*at < 0x80) {
            at++;
            continue;
        }
        unsigned lead = *at++;
        unsigned more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
        if (lead < 0xc2 || lead > 0xf4 || (size_t)(end - at) < more) {
            return false;
        }
        /* Overlong forms, surrogates and what lies beyond U+10FFFF differ
         * from the rest in the second byte alone. */
        unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
        unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
        if (*at < low || *at > high) {
            return false;
        }
        for (at++; more > 1; more--, at++) {
            if ((*at & 0xc0) != 0x80) {
                return false;
            }
        }
    }
    return true;
}
