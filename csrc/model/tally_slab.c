#include "model/tally_slab.h"

#include <string.h>

bcn_wide
bcn_slab_value(const bcn_slab *slab, size_t k)
{
    const void *values = bcn_slab_values(slab);
    return slab->width == 16
               ? ((const bcn_wide *)values)[k]
               : bcn_wide_of(bcn_number_at(values, slab->width, k));
}

unsigned
bcn_slab_width(bcn_wide least, bcn_wide greatest)
{
    if (!bcn_wide_fits(least) || !bcn_wide_fits(greatest)) {
        return 16;
    }
    uint64_t most = greatest.low;
    if (least.high < 0 || most > UINT32_MAX) {
        return 8;
    }
    return most > UINT16_MAX ? 4 : most > UINT8_MAX ? 2 : 1;
}

static bool
zero(bcn_wide value)
{
    return (value.low | (uint64_t)value.high) == 0;
}

bool
bcn_figure_add(bcn_wide *into, bcn_wide value)
{
    bcn_wide sum = bcn_wide_add(*into, value);
    bool over = (into->high < 0) == (value.high < 0) &&
                (sum.high < 0) != (value.high < 0);
    *into = sum;
    return !over;
}

bcn_status
bcn_slab_read(const bcn_slab *slab, bcn_figures *figures)
{
    figures->count = 0;
    BCN_TRY(bcn_grow((void **)&figures->items, &figures->capacity, slab->count,
                     sizeof *figures->items));
    const uint32_t *cells = slab->sparse ? bcn_slab_cells(slab) : NULL;
    for (uint32_t k = 0; k < slab->count; k++) {
        bcn_wide value = bcn_slab_value(slab, k);
        if (!zero(value)) {
            figures->items[figures->count++] =
                (bcn_figure){cells != NULL ? cells[k] : k, value};
        }
    }
    return BCN_OK;
}

static void
store(void *data, unsigned width, size_t k, bcn_wide value)
{
    switch (width) {
    case 1:
        ((uint8_t *)data)[k] = (uint8_t)value.low;
        break;
    case 2:
        ((uint16_t *)data)[k] = (uint16_t)value.low;
        break;
    case 4:
        ((uint32_t *)data)[k] = (uint32_t)value.low;
        break;
    case 8:
        ((uint64_t *)data)[k] = value.low;
        break;
    default:
        ((bcn_wide *)data)[k] = value;
    }
}

static uint64_t
magnitude(bcn_wide value)
{
    bcn_wide size = value.high < 0 ? bcn_wide_negate(value) : value;
    return size.high == 0 ? size.low : UINT64_MAX;
}

bcn_status
bcn_slab_make(const bcn_figures *figures, uint64_t cells, bcn_slab *out)
{
    bcn_wide least = {0, 0}, greatest = {0, 0};
    *out = (bcn_slab){.width = 1};
    for (size_t i = 0; i < figures->count; i++) {
        bcn_wide value = figures->items[i].value;
        least = bcn_wide_compare(value, least) < 0 ? value : least;
        greatest = bcn_wide_compare(value, greatest) > 0 ? value : greatest;
    }
    if (figures->count == 0) {
        out->data = bcn_calloc(1, 1);
        return out->data != NULL ? BCN_OK : BCN_NOMEM;
    }
    unsigned width = bcn_slab_width(least, greatest);
    out->sparse = bcn_slab_rule(cells, figures->count, width);
    out->count = (uint32_t)(out->sparse ? figures->count : cells);
    out->width = (uint8_t)width;
    uint64_t low = magnitude(least), high = magnitude(greatest);
    out->most = low > high ? low : high;
    out->data = bcn_calloc(bcn_slab_size(out->count, width, out->sparse), 1);
    if (out->data == NULL) {
        return BCN_NOMEM;
    }
    void *values = bcn_slab_values(out);
    uint32_t *places = bcn_slab_cells(out);
    for (size_t i = 0; i < figures->count; i++) {
        uint32_t cell = figures->items[i].cell;
        if (out->sparse) {
            places[i] = cell;
        }
        store(values, width, out->sparse ? i : cell, figures->items[i].value);
    }
    return BCN_OK;
}

bcn_status
bcn_slab_copy(const bcn_slab *slab, bcn_slab *out)
{
    *out = *slab;
    size_t bytes = bcn_slab_size(slab->count, slab->width, slab->sparse);
    out->data = bcn_alloc(bytes, 1);
    if (out->data == NULL) {
        return BCN_NOMEM;
    }
    memcpy(out->data, slab->data, bytes);
    return BCN_OK;
}

/* --- adding in place -------------------------------------------------------- */

bool
bcn_slab_fits(const bcn_slab *into, const bcn_slab *from)
{
    static const uint64_t limits[9] = {
        [1] = UINT8_MAX, [2] = UINT16_MAX, [4] = UINT32_MAX, [8] = INT64_MAX};
    if (into->sparse || into->count == 0 || into->width == 16 ||
        from->width == 16 || (into->width < 8 && from->width == 8)) {
        return false;
    }
    uint64_t limit = limits[into->width];
    return from->most <= limit && into->most <= limit - from->most;
}

#define DEFINE_ADD(INTO, FROM, NAME)                                          \
    static void NAME(INTO *restrict into, const FROM *restrict from,          \
                     size_t count, const uint32_t *restrict cells)            \
    {                                                                         \
        if (cells != NULL) {                                                  \
            for (size_t k = 0; k < count; k++) {                              \
                into[cells[k]] = (INTO)(into[cells[k]] + (INTO)from[k]);      \
            }                                                                 \
            return;                                                           \
        }                                                                     \
        for (size_t k = 0; k < count; k++) {                                  \
            into[k] = (INTO)(into[k] + (INTO)from[k]);                        \
        }                                                                     \
    }
DEFINE_ADD(uint8_t, uint8_t, add_1_1)
DEFINE_ADD(uint8_t, uint16_t, add_1_2)
DEFINE_ADD(uint8_t, uint32_t, add_1_4)
DEFINE_ADD(uint16_t, uint8_t, add_2_1)
DEFINE_ADD(uint16_t, uint16_t, add_2_2)
DEFINE_ADD(uint16_t, uint32_t, add_2_4)
DEFINE_ADD(uint32_t, uint8_t, add_4_1)
DEFINE_ADD(uint32_t, uint16_t, add_4_2)
DEFINE_ADD(uint32_t, uint32_t, add_4_4)
DEFINE_ADD(int64_t, uint8_t, add_8_1)
DEFINE_ADD(int64_t, uint16_t, add_8_2)
DEFINE_ADD(int64_t, uint32_t, add_8_4)
DEFINE_ADD(int64_t, int64_t, add_8_8)
#undef DEFINE_ADD

void
bcn_slab_add(bcn_slab *into, const bcn_slab *from)
{
    const uint32_t *cells = from->sparse ? bcn_slab_cells(from) : NULL;
    size_t count = from->count;
    into->most += from->most;
#define ADD(INTO, FROM)                                                       \
    case INTO * 16 + FROM:                                                    \
        add_##INTO##_##FROM(into->data, bcn_slab_values(from), count, cells); \
        return
    switch (into->width * 16 + from->width) {
        ADD(1, 1);
        ADD(1, 2);
        ADD(1, 4);
        ADD(2, 1);
        ADD(2, 2);
        ADD(2, 4);
        ADD(4, 1);
        ADD(4, 2);
        ADD(4, 4);
        ADD(8, 1);
        ADD(8, 2);
        ADD(8, 4);
        ADD(8, 8);
    default:
        return; /* bcn_slab_fits says no */
    }
#undef ADD
}

/* --- a new slab ------------------------------------------------------------- */

bcn_status
bcn_slab_sum(const bcn_slab *a, const bcn_slab *b, uint64_t cells,
             bcn_figures scratch[3], bcn_slab *out)
{
    bcn_figures *one = &scratch[0], *two = &scratch[1], *sum = &scratch[2];
    BCN_TRY(bcn_slab_read(a, one));
    BCN_TRY(bcn_slab_read(b, two));
    BCN_TRY(bcn_grow((void **)&sum->items, &sum->capacity,
                     one->count + two->count, sizeof *sum->items));
    size_t i = 0, k = 0;
    sum->count = 0;
    while (i < one->count || k < two->count) {
        bcn_figure next;
        if (k == two->count ||
            (i < one->count && one->items[i].cell < two->items[k].cell)) {
            next = one->items[i++];
        } else if (i == one->count ||
                   two->items[k].cell < one->items[i].cell) {
            next = two->items[k++];
        } else {
            next = one->items[i++];
            if (!bcn_figure_add(&next.value, two->items[k++].value)) {
                return BCN_OVERFLOW;
            }
        }
        if (!zero(next.value)) {
            sum->items[sum->count++] = next;
        }
    }
    return bcn_slab_make(sum, cells, out);
}
