#include "arrow/arrow_type.h"

#include <stdio.h>
#include <string.h>

typedef struct known {
    const char *format;
    bcn_arrow_shape shape;
    unsigned width;
    const char *name;
} known;

static const known whole[] = {
    {"n", BCN_ARROW_NOTHING, 0, "null"},
    {"b", BCN_ARROW_BOOL, 0, "bool"},
    {"c", BCN_ARROW_SIGNED, 1, "int8"},
    {"s", BCN_ARROW_SIGNED, 2, "int16"},
    {"i", BCN_ARROW_SIGNED, 4, "int32"},
    {"l", BCN_ARROW_SIGNED, 8, "int64"},
    {"C", BCN_ARROW_UNSIGNED, 1, "uint8"},
    {"S", BCN_ARROW_UNSIGNED, 2, "uint16"},
    {"I", BCN_ARROW_UNSIGNED, 4, "uint32"},
    {"L", BCN_ARROW_UNSIGNED, 8, "uint64"},
    {"f", BCN_ARROW_FLOAT, 4, "float32"},
    {"g", BCN_ARROW_FLOAT, 8, "float64"},
    {"u", BCN_ARROW_TEXT, 4, "utf8"},
    {"U", BCN_ARROW_TEXT, 8, "large_utf8"},
    {"vu", BCN_ARROW_VIEW, 16, "utf8_view"},
    {"z", BCN_ARROW_TEXT, 4, "binary"},
    {"Z", BCN_ARROW_TEXT, 8, "large_binary"},
    {"vz", BCN_ARROW_VIEW, 16, "binary_view"},
    {"tdD", BCN_ARROW_DATE, 4, "date32"},
    {"tdm", BCN_ARROW_DATE, 8, "date64"},
    {"e", BCN_ARROW_OTHER, 0, "float16"},
    {"+s", BCN_ARROW_OTHER, 0, "struct"},
    {"+l", BCN_ARROW_OTHER, 0, "list"},
    {"+L", BCN_ARROW_OTHER, 0, "large_list"},
    {"+m", BCN_ARROW_OTHER, 0, "map"},
    {"+r", BCN_ARROW_OTHER, 0, "run_end_encoded"},
};

static const known *
find(const char *format)
{
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        if (strcmp(format, whole[i].format) == 0) {
            return &whole[i];
        }
    }
    return NULL;
}

static int64_t
units_per_second(char letter)
{
    switch (letter) {
    case 's':
        return 1;
    case 'm':
        return 1000;
    case 'u':
        return 1000000;
    case 'n':
        return 1000000000;
    default:
        return 0;
    }
}

bcn_arrow_type
bcn_arrow_type_of(const struct ArrowSchema *schema)
{
    const char *format = schema->format != NULL ? schema->format : "";
    bcn_arrow_type type = {.format = format, .zone = ""};
    const known *found = find(format);
    if (found != NULL) {
        type.shape = found->shape;
        type.width = found->width;
    } else if (strncmp(format, "ts", 2) == 0 &&
               units_per_second(format[2]) != 0) {
        /* The colon stays when the zone is empty; some leave it out. */
        if (format[3] == '\0' || format[3] == ':') {
            type.shape = BCN_ARROW_STAMP;
            type.width = 8;
            type.per_second = units_per_second(format[2]);
            type.zone = format[3] == ':' ? format + 4 : "";
        }
    }
    return type;
}

void
bcn_arrow_type_name(const struct ArrowSchema *schema, char *text, size_t size)
{
    const struct ArrowSchema *inner =
        schema->dictionary != NULL ? schema->dictionary : schema;
    bcn_arrow_type type = bcn_arrow_type_of(inner);
    const char *open = schema->dictionary != NULL ? "dictionary(" : "";
    const char *close = schema->dictionary != NULL ? ")" : "";
    const known *found = find(type.format);
    if (found != NULL) {
        (void)snprintf(text, size, "%s%s%s", open, found->name, close);
    } else if (type.shape == BCN_ARROW_STAMP) {
        const char *unit = type.per_second == 1         ? "s"
                           : type.per_second == 1000    ? "ms"
                           : type.per_second == 1000000 ? "us"
                                                        : "ns";
        (void)snprintf(text, size, "%stimestamp[%s%s%.40s]%s", open, unit,
                       type.zone[0] != '\0' ? ", " : "", type.zone, close);
    } else {
        (void)snprintf(text, size, "%sformat '%.40s'%s", open, type.format,
                       close);
    }
}
