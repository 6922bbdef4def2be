#include <string.h>

#include "python/py_arrow.h"

char
py_arrow_letter(const char *format)
{
    const uint16_t probe = 1;
    bool little = *(const char *)&probe == 1;
    if (format == NULL) {
        return 'u';
    }
    if (*format == '@' || *format == '=' || *format == (little ? '<' : '>')) {
        format++;
    }
    if (*format == '\0' || format[1] != '\0') {
        return 0;
    }
    return strchr("bhilqn", *format)   ? 'i'
           : strchr("BHILQN", *format) ? 'u'
           : strchr("fd", *format)     ? 'f'
           : *format == '?'            ? '?'
                                       : 0;
}

int64_t
py_arrow_integer(const char *at, char letter, Py_ssize_t itemsize)
{
    bool sign = letter == 'i';
    switch (itemsize) {
    case 1:
        return sign ? (int64_t)(signed char)*at : (unsigned char)*at;
    case 2: {
        uint16_t raw;
        memcpy(&raw, at, sizeof raw);
        return sign ? (int64_t)(int16_t)raw : raw;
    }
    case 4: {
        uint32_t raw;
        memcpy(&raw, at, sizeof raw);
        return sign ? (int64_t)(int32_t)raw : raw;
    }
    default: {
        int64_t raw;
        memcpy(&raw, at, sizeof raw);
        return raw;
    }
    }
}
