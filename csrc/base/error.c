#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

const char *
bcn_status_text(bcn_status status)
{
    static const char *const texts[] = {
#define X(name, text) text,
        BCN_STATUS_MAP(X)
#undef X
    };
    return texts[status];
}

bcn_status
bcn_fail(bcn_error *error, bcn_status status, const char *format, ...)
{
    if (error != NULL) {
        va_list arguments;
        va_start(arguments, format);
        (void)vsnprintf(error->text, sizeof error->text, format, arguments);
        va_end(arguments);
    }
    return status;
}
