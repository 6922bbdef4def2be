#include "model/met.h"

#include <string.h>

enum { LOOK = 1 << 14 }; /* rows between two looks at what was met */

static bool
before(const bcn_labels *labels, uint32_t a, uint32_t b)
{
    return bcn_text_compare(bcn_labels_text(labels, a),
                            bcn_labels_text(labels, b)) < 0;
}

/* Merge sort: at most 65,535 labels, and no allocator but ours. */
static void
sort_numbers(const bcn_labels *labels, uint32_t *numbers, uint32_t *room,
             size_t count)
{
    if (count < 2) {
        return;
    }
    size_t half = count / 2;
    sort_numbers(labels, numbers, room, half);
    sort_numbers(labels, numbers + half, room, count - half);
    memcpy(room, numbers, count * sizeof *numbers);
    size_t a = 0, b = half;
    for (size_t i = 0; i < count; i++) {
        bool right =
            a == half || (b < count && before(labels, room[b], room[a]));
        numbers[i] = right ? room[b++] : room[a++];
    }
}

static bool
shares(const bcn_store *store, const bcn_store *owner)
{
    return store->owner == owner && store->present;
}

static bool
all_met(const uint8_t *met, size_t known)
{
    size_t i = 0;
    while (i < known && met[i]) {
        i++;
    }
    return i == known;
}

/* Mark which numbers rows have; mostly the first rows have them all. */
static void
mark_used(const bcn_store *store, size_t known, uint8_t *used)
{
    uint32_t unstated = bcn_unstated(store->width);
    if (store->width == 1) {
        const uint8_t *codes = store->values.data;
        uint8_t met[256] = {0};
        for (size_t i = 0; i < store->rows; i++) {
            met[codes[i]] = 1;
            if (i % LOOK == 0 && known < 256 && all_met(met, known)) {
                break;
            }
        }
        for (uint32_t i = 0; i < unstated; i++) {
            if (met[i]) {
                used[i] = 1;
            }
        }
        return;
    }
    const uint16_t *codes = store->values.data;
    for (size_t i = 0; i < store->rows; i++) {
        if (codes[i] != unstated) {
            used[codes[i]] = 1;
        }
    }
}

/* New codes for old ones, in elements as narrow as `count` labels allow; a
 * row is written at or before the place where it is read. */
static void
renumber(bcn_store *store, const uint32_t *fresh, size_t known, size_t count)
{
    unsigned width = count > 255 ? 2 : 1;
    uint32_t was = bcn_unstated(store->width), is = bcn_unstated(width);
    uint8_t *narrow = store->values.data;
    uint16_t *wide = store->values.data;
    if (store->width == 1) {
        uint8_t table[256];
        for (uint32_t i = 0; i < 255; i++) {
            table[i] = i < known ? (uint8_t)fresh[i] : 0;
        }
        table[255] = 255;
        for (size_t i = 0; i < store->rows; i++) {
            narrow[i] = table[narrow[i]];
        }
        return;
    }
    for (size_t i = 0; i < store->rows; i++) {
        uint32_t code = (uint32_t)bcn_store_value(store, i);
        code = code == was ? is : fresh[code];
        if (width == 1) {
            narrow[i] = (uint8_t)code;
        } else {
            wide[i] = (uint16_t)code;
        }
    }
    store->values.capacity *= store->width / width;
    store->width = width;
}

bcn_status
bcn_met_settle(bcn_store *stores, size_t count, size_t owner, uint32_t **order,
               size_t *labels)
{
    const bcn_store *all = &stores[owner];
    size_t known = bcn_labels_count(all->known), kept = 0;
    uint8_t *used = bcn_calloc(known, sizeof *used);
    uint32_t *numbers = bcn_alloc(known, sizeof *numbers);
    uint32_t *fresh = bcn_alloc(known, sizeof *fresh);
    bcn_status status = BCN_NOMEM;
    if (used == NULL || numbers == NULL || fresh == NULL) {
        goto done;
    }
    for (size_t c = 0; c < count; c++) {
        if (shares(&stores[c], all)) {
            mark_used(&stores[c], known, used);
        }
    }
    for (uint32_t i = 0; i < known; i++) {
        if (used[i]) {
            numbers[kept++] = i;
        }
    }
    sort_numbers(all->known, numbers, fresh, kept);
    for (uint32_t i = 0; i < kept; i++) {
        fresh[numbers[i]] = i;
    }
    bool same = known < 255 && kept == known;
    for (uint32_t i = 0; i < kept; i++) {
        same = same && fresh[i] == i;
    }
    for (size_t c = 0; c < count && !same; c++) {
        if (shares(&stores[c], all)) {
            renumber(&stores[c], fresh, known, kept);
        }
    }
    *order = numbers;
    *labels = kept;
    numbers = NULL;
    status = BCN_OK;
done:
    bcn_free(used);
    bcn_free(numbers);
    bcn_free(fresh);
    return status;
}
