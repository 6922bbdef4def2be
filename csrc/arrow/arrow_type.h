/* arrow_type.h - what the format string of a column says.
 *
 * A few shapes cover everything that a log can be made of; the rest is
 * OTHER, which a reader refuses by name.  A type borrows from its schema. */
#ifndef BCN_ARROW_TYPE_H
#define BCN_ARROW_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arrow/abi.h"

typedef enum bcn_arrow_shape {
    BCN_ARROW_OTHER,
    BCN_ARROW_NOTHING, /* a column of nulls without memory */
    BCN_ARROW_BOOL,    /* bits */
    BCN_ARROW_SIGNED,
    BCN_ARROW_UNSIGNED,
    BCN_ARROW_FLOAT,
    BCN_ARROW_TEXT, /* offsets of `width` bytes; bytes count as text */
    BCN_ARROW_VIEW, /* string views */
    BCN_ARROW_STAMP,
    BCN_ARROW_DATE
} bcn_arrow_shape;

typedef struct bcn_arrow_type {
    bcn_arrow_shape shape;
    unsigned width;     /* bytes of an element or of an offset */
    int64_t per_second; /* stamp: 1, 1000, 1000000 or 1000000000 */
    const char *zone;   /* stamp: "" means none */
    const char *format; /* as it stands in the schema */
} bcn_arrow_type;

/* The type of a column, without its dictionary.  Never fails. */
bcn_arrow_type bcn_arrow_type_of(const struct ArrowSchema *schema);

/* Write a name for people, as "timestamp[us, UTC]" or "dictionary(utf8)". */
void bcn_arrow_type_name(const struct ArrowSchema *schema, char *text,
                         size_t size);

static inline bool
bcn_arrow_type_is_text(bcn_arrow_type type)
{
    return type.shape == BCN_ARROW_TEXT || type.shape == BCN_ARROW_VIEW;
}

#endif
