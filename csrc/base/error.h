/* error.h - the words of a failure, owned by the caller.
 *
 * A function that fails for a reason a person must act on takes a
 * `bcn_error *`, which may be NULL, and returns bcn_fail(...). */
#ifndef BCN_ERROR_H
#define BCN_ERROR_H

#include "base/status.h"

typedef struct bcn_error {
    char text[496];
} bcn_error;

/* Write the message (cut short where it does not fit) and return `status`. */
BCN_PRINTF(3, 4)
bcn_status bcn_fail(bcn_error *error, bcn_status status, const char *format,
                    ...);

#endif
