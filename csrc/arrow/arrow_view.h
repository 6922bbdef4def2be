/* arrow_view.h - one column of one record batch, checked before it is read.
 *
 * The interface gives pointers without sizes, so some things must be
 * believed: that a buffer is as long as length, offset and the last text
 * offset say.  Everything else is checked: the number of buffers, lengths and
 * offsets that are negative or do not fit their parent, buffers that are
 * missing, text offsets that run backwards or past the end, views that leave
 * their buffer, indices outside their dictionary.  A buffer need not be
 * aligned.  After binding, element i of the view is element start + i. */
#ifndef BCN_ARROW_VIEW_H
#define BCN_ARROW_VIEW_H

#include "arrow/abi.h"
#include "arrow/arrow_type.h"
#include "base/bytes.h"
#include "base/error.h"

typedef struct bcn_arrow_view {
    bcn_arrow_type type;
    const char *name;        /* of the column, for messages */
    const uint8_t *validity; /* NULL: nothing is missing */
    const char *data;        /* elements, bits, views or offsets */
    const char *bytes;       /* what offsets point into */
    int64_t first_byte;      /* offsets: where the bytes begin */
    int64_t last_byte;       /* and end */
    const void *const *variadic;
    const char *variadic_sizes; /* int64 each */
    size_t variadic_count;
    size_t start;
    size_t length;
} bcn_arrow_view;

/* Look at a whole array.  `name` is for messages. */
BCN_MUST_USE bcn_status bcn_arrow_view_bind(bcn_arrow_view *view,
                                            bcn_arrow_type type,
                                            const struct ArrowArray *array,
                                            const char *name,
                                            bcn_error *error);

/* Is this an array that may be looked at: lengths and offsets in order,
 * nulls counted, and as many buffers as `buffers`? */
BCN_MUST_USE bcn_status bcn_arrow_array_check(const struct ArrowArray *array,
                                              int64_t buffers,
                                              const char *name,
                                              bcn_error *error);

/* Set missing[i] to 1 for each missing element among `count` from `from`;
 * others are left as they are.  False when it had nothing to set. */
bool bcn_arrow_view_missing(const bcn_arrow_view *view, size_t from,
                            size_t count, uint8_t *missing);

/* The texts of a text column; missing and empty ones become {NULL, 0}.
 * `missing` may be NULL. */
BCN_MUST_USE bcn_status bcn_arrow_view_texts(const bcn_arrow_view *view,
                                             size_t from, size_t count,
                                             const uint8_t *missing,
                                             bcn_bytes *texts,
                                             bcn_error *error);

/* Element `i` of an integer column as an index: false when it is negative or
 * not below `limit`. */
static inline bool
bcn_arrow_view_index(const bcn_arrow_view *view, size_t i, size_t limit,
                     size_t *index)
{
    const char *at = view->data + (view->start + i) * view->type.width;
    uint64_t value;
    switch (view->type.width) {
    case 1:
        value = (unsigned char)*at;
        break;
    case 2: {
        uint16_t raw;
        memcpy(&raw, at, sizeof raw);
        value = raw;
        break;
    }
    case 4: {
        uint32_t raw;
        memcpy(&raw, at, sizeof raw);
        value = raw;
        break;
    }
    default:
        memcpy(&value, at, sizeof value);
    }
    /* A negative index has its highest bit set: it is too large, unless the
     * dictionary is longer than the index type can say. */
    *index = (size_t)value;
    return value < limit && (view->type.shape == BCN_ARROW_UNSIGNED ||
                             value >> (8 * view->type.width - 1) == 0);
}

bool bcn_arrow_is_utf8(bcn_bytes text);

#endif
