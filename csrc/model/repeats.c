#include "model/repeats.h"

#include <string.h>

#include "kernel/radix.h"

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
bcn_repeats_gather(bcn_repeats *repeats, const bcn_repeats *found,
                   size_t count)
{
    size_t pairs = 0;
    for (size_t f = 0; f < count; f++) {
        pairs += found[f].count;
    }
    if (pairs == 0) {
        return BCN_OK;
    }
    uint64_t *keys = NULL;
    size_t capacity = 0, n = 0;
    BCN_TRY(bcn_grow((void **)&keys, &capacity, 2 * pairs, sizeof *keys));
    for (size_t f = 0; f < count; f++) {
        for (size_t i = 0; i < found[f].count; i++) {
            keys[n++] = (uint64_t)found[f].rows[i] << 32 | found[f].firsts[i];
        }
    }
    bcn_radix_sort(keys, keys + pairs, pairs);
    bcn_status status = BCN_OK;
    for (size_t i = 0; status == BCN_OK && i < pairs; i++) {
        status = bcn_repeats_add(repeats, (size_t)(keys[i] >> 32),
                                 (size_t)(uint32_t)keys[i]);
    }
    bcn_free(keys);
    return status;
}

enum { BIT = 32, OTHER = 14 }; /* bits of a word; where others begin */

static void
meet(uint64_t *words, size_t mask, unsigned shift, bcn_stretch run)
{
    for (size_t i = 0; i < run.count; i++) {
        uint64_t hash = run.entries[i] >> shift;
        uint64_t bit = UINT64_C(1) << (hash & (BIT - 1));
        uint64_t *word = &words[hash / BIT & mask];
        *word |= bit | (*word & bit) << BIT;
    }
}

static size_t
keep(const uint64_t *words, size_t mask, unsigned shift, bcn_stretch run)
{
    size_t kept = 0;
    for (size_t i = 0; i < run.count; i++) {
        uint64_t entry = run.entries[i], hash = entry >> shift;
        run.entries[kept] = entry;
        kept += words[hash / BIT & mask] >> (BIT + (hash & (BIT - 1))) & 1;
    }
    return kept;
}

/* Make room for eight bits per entry or more; all clear. */
static bcn_status
sieve_clear(bcn_sieve *sieve, size_t entries, size_t *mask)
{
    size_t words = 1;
    while (words * (BIT / 8) < entries) {
        words *= 2;
    }
    BCN_TRY(bcn_grow((void **)&sieve->words, &sieve->capacity, words,
                     sizeof *sieve->words));
    memset(sieve->words, 0, words * sizeof *sieve->words);
    *mask = words - 1;
    return BCN_OK;
}

bcn_status
bcn_sieve_sift(bcn_sieve *sieve, bcn_stretch *runs, size_t count, size_t *left)
{
    static const unsigned shifts[] = {32, 32 + OTHER};
    size_t entries = 0, mask;
    for (size_t r = 0; r < count; r++) {
        entries += runs[r].count;
    }
    for (size_t turn = 0; turn < 2; turn++) {
        BCN_TRY(sieve_clear(sieve, entries, &mask));
        for (size_t r = 0; r < count; r++) {
            meet(sieve->words, mask, shifts[turn], runs[r]);
        }
        entries = 0;
        for (size_t r = 0; r < count; r++) {
            runs[r].count = keep(sieve->words, mask, shifts[turn], runs[r]);
            entries += runs[r].count;
        }
    }
    *left = entries;
    return BCN_OK;
}
