#include "model/repeats.h"

#include <string.h>

bcn_status
bcn_repeats_add(bcn_repeats *repeats, size_t row, size_t first)
{
    BCN_TRY(bcn_grow((void **)&repeats->firsts, &repeats->firsts_capacity,
                     repeats->count + 1, sizeof *repeats->firsts));
    BCN_TRY(bcn_grow((void **)&repeats->rows, &repeats->capacity,
                     repeats->count + 1, sizeof *repeats->rows));
    repeats->rows[repeats->count] = (uint32_t)row;
    repeats->firsts[repeats->count++] = (uint32_t)first;
    return BCN_OK;
}

void
bcn_repeats_free(bcn_repeats *repeats)
{
    bcn_free(repeats->rows);
    bcn_free(repeats->firsts);
    *repeats = (bcn_repeats){0};
}

bcn_status
bcn_sieve_sift(bcn_sieve *bits, uint64_t *entries, size_t count, size_t *left)
{
    size_t words = 1;
    while (words * 8 < count) {
        words *= 2;
    }
    BCN_TRY(bcn_grow((void **)&bits->met, &bits->capacity, words * 2,
                     sizeof *bits->met));
    uint64_t *met = bits->met, *again = met + words, mask = words - 1;
    memset(met, 0, words * 2 * sizeof *met);
    for (size_t i = 0; i < count; i++) {
        uint64_t hash = entries[i] >> 32, bit = UINT64_C(1) << (hash & 63);
        size_t word = (size_t)(hash >> 6 & mask);
        if (met[word] & bit) {
            again[word] |= bit;
        } else {
            met[word] |= bit;
        }
    }
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t entry = entries[i], hash = entry >> 32;
        entries[kept] = entry;
        kept += again[hash >> 6 & mask] >> (hash & 63) & 1;
    }
    *left = kept;
    return BCN_OK;
}
