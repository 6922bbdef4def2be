#include "kernel/radix.h"

#include <string.h>

#include "base/status.h"

enum { DIGITS = 8, VALUES = 256 };

static BCN_ALWAYS_INLINE void
sort(uint64_t *keys, uint32_t *places, uint64_t *spare, uint32_t *spare_places,
     size_t count)
{
    size_t counts[DIGITS][VALUES];
    memset(counts, 0, sizeof counts);
    for (size_t i = 0; i < count; i++) {
        for (unsigned digit = 0; digit < DIGITS; digit++) {
            counts[digit][(keys[i] >> (8 * digit)) & 255]++;
        }
    }
    uint64_t *from = keys, *to = spare;
    uint32_t *from_places = places, *to_places = spare_places;
    for (unsigned digit = 0; digit < DIGITS; digit++) {
        size_t *next = counts[digit];
        if (count == 0 || next[(from[0] >> (8 * digit)) & 255] == count) {
            continue;
        }
        size_t start = 0;
        for (unsigned value = 0; value < VALUES; value++) {
            size_t here = next[value];
            next[value] = start;
            start += here;
        }
        for (size_t i = 0; i < count; i++) {
            size_t at = next[(from[i] >> (8 * digit)) & 255]++;
            to[at] = from[i];
            if (places != NULL) {
                to_places[at] = from_places[i];
            }
        }
        uint64_t *other = from;
        from = to;
        to = other;
        uint32_t *other_places = from_places;
        from_places = to_places;
        to_places = other_places;
    }
    if (from != keys) {
        memcpy(keys, from, count * sizeof *keys);
        if (places != NULL) {
            memcpy(places, from_places, count * sizeof *places);
        }
    }
}

void
bcn_radix_sort(uint64_t *keys, uint64_t *spare, size_t count)
{
    sort(keys, NULL, spare, NULL, count);
}

void
bcn_radix_sort_pairs(uint64_t *keys, uint32_t *places, uint64_t *spare,
                     uint32_t *spare_places, size_t count)
{
    sort(keys, places, spare, spare_places, count);
}
