#include <stdbool.h>
#include <string.h>

#include "base/bits.h"
#include "base/modern.h"
#include "kernel/count.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Counting rows by what they hold: bytes and pairs of bytes. */

void
bcn_bins_count(uint32_t *bins, const uint8_t *codes, size_t count)
{
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        uint64_t a, b;
        memcpy(&a, codes + i, 8);
        memcpy(&b, codes + i + 8, 8);
#define BYTE(word, place)                                                     \
    bins[place * BCN_BIN_LANE + (uint8_t)(word >> (8 * place))]++
#define WORD(word)                                                            \
    BYTE(word, 0);                                                            \
    BYTE(word, 1);                                                            \
    BYTE(word, 2);                                                            \
    BYTE(word, 3);                                                            \
    BYTE(word, 4);                                                            \
    BYTE(word, 5);                                                            \
    BYTE(word, 6);                                                            \
    BYTE(word, 7)
        WORD(a);
        WORD(b);
#undef WORD
#undef BYTE
    }
    for (; i < count; i++) {
        bins[codes[i]]++;
    }
}

enum { DUO_LANE = 65536 + 32 };

void
bcn_duos_count(uint16_t *duos, uint32_t *bins, const uint8_t *codes,
               size_t count)
{
    uint16_t *second = duos + DUO_LANE;
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        uint64_t a, b;
        memcpy(&a, codes + i, 8);
        memcpy(&b, codes + i + 8, 8);
        uint16_t first = (uint16_t)a;
        /* Sorted rows would wait for one counter: count their run at once. */
        if (a == b && a == first * UINT64_C(0x0001000100010001)) {
            duos[first] = (uint16_t)(duos[first] + 4);
            second[first] = (uint16_t)(second[first] + 4);
            continue;
        }
        uint16_t pairs[8];
        memcpy(pairs, codes + i, 16);
        duos[pairs[0]]++;
        second[pairs[1]]++;
        duos[pairs[2]]++;
        second[pairs[3]]++;
        duos[pairs[4]]++;
        second[pairs[5]]++;
        duos[pairs[6]]++;
        second[pairs[7]]++;
    }
    for (; i < count; i++) {
        bins[codes[i]]++;
    }
}

/* Of a pair, which byte came first does not matter: both are counted.  Each
 * line is cleared while it is near. */
static BCN_ALWAYS_INLINE void
fold_duos(uint16_t *restrict duos, uint32_t *restrict bins)
{
    for (size_t high = 0; high < 256; high++) {
        uint16_t *a = duos + high * 256, *b = a + DUO_LANE;
        uint32_t sum = 0;
        for (size_t low = 0; low < 256; low++) {
            uint32_t rows = (uint32_t)a[low] + b[low];
            bins[low] += rows;
            sum += rows;
        }
        memset(a, 0, 256 * sizeof *a);
        memset(b, 0, 256 * sizeof *b);
        bins[high] += sum;
    }
}

BCN_MODERN static void
fold_duos_modern(uint16_t *duos, uint32_t *bins)
{
    fold_duos(duos, bins);
}

void
bcn_duos_fold(uint16_t *duos, uint32_t *bins)
{
    if (bcn_modern()) {
        fold_duos_modern(duos, bins);
    } else {
        fold_duos(duos, bins);
    }
}

static BCN_ALWAYS_INLINE void
sum(uint64_t *bins, const uint8_t *codes, const void *values, int width,
    size_t count)
{
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        bcn_fetch(values, (i + BCN_AHEAD) * (size_t)width);
#define ROW(place)                                                            \
    bins[place * BCN_BIN_LANE + codes[i + place]] +=                          \
        (uint64_t)bcn_number_at(values, width, i + place)
        ROW(0);
        ROW(1);
        ROW(2);
        ROW(3);
#undef ROW
    }
    for (; i < count; i++) {
        bins[codes[i]] += (uint64_t)bcn_number_at(values, width, i);
    }
}

void
bcn_bins_sum(uint64_t *bins, const uint8_t *codes, const void *values,
             int width, size_t count)
{
    switch (width) {
    case 1:
        sum(bins, codes, values, 1, count);
        break;
    case 2:
        sum(bins, codes, values, 2, count);
        break;
    case 4:
        sum(bins, codes, values, 4, count);
        break;
    default:
        sum(bins, codes, values, 8, count);
    }
}

static BCN_ALWAYS_INLINE uint64_t
both_at(const bcn_both *measures, bool one, int width, size_t row)
{
    uint64_t first = one ? 1
                         : (uint64_t)bcn_number_at(measures->first,
                                                   measures->first_width, row);
    return first +
           ((uint64_t)bcn_number_at(measures->second, width, row) << 32);
}

static BCN_ALWAYS_INLINE void
both(uint64_t *bins, const uint8_t *codes, const bcn_both *measures, bool one,
     int width, size_t count)
{
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
#define ROW(place)                                                            \
    bins[place * BCN_BIN_LANE + codes[i + place]] +=                          \
        both_at(measures, one, width, i + place)
        ROW(0);
        ROW(1);
        ROW(2);
        ROW(3);
#undef ROW
    }
    for (; i < count; i++) {
        bins[codes[i]] += both_at(measures, one, width, i);
    }
}

void
bcn_bins_both(uint64_t *bins, const uint8_t *codes, bcn_both measures,
              size_t count)
{
    if (measures.first != NULL) {
        both(bins, codes, &measures, false, measures.second_width, count);
    } else if (measures.second_width == 1) {
        both(bins, codes, &measures, true, 1, count);
    } else {
        both(bins, codes, &measures, true, measures.second_width, count);
    }
}

static BCN_ALWAYS_INLINE void
pairs(uint32_t *first, const uint8_t *a, const uint8_t *b, const uint8_t *by,
      const uint32_t *kept, size_t begin, size_t end)
{
    uint32_t *second = first + BCN_PAIR_LANE;
    size_t row = begin;
    for (; row + 8 <= end; row += 8) {
#define ROW(lane, place)                                                      \
    lane[(size_t)a[row + place] * BCN_PAIR_ROW + b[row + place]] +=           \
        by == NULL ? 1 : kept[by[row + place]]
        ROW(first, 0);
        ROW(second, 1);
        ROW(first, 2);
        ROW(second, 3);
        ROW(first, 4);
        ROW(second, 5);
        ROW(first, 6);
        ROW(second, 7);
#undef ROW
    }
    for (; row < end; row++) {
        first[(size_t)a[row] * BCN_PAIR_ROW + b[row]] +=
            by == NULL ? 1 : kept[by[row]];
    }
}

void
bcn_pairs_count(uint32_t *table, const uint8_t *a, const uint8_t *b,
                const uint8_t *by, const uint32_t *kept, size_t begin,
                size_t end)
{
    if (by == NULL) {
        pairs(table, a, b, NULL, NULL, begin, end);
    } else {
        pairs(table, a, b, by, kept, begin, end);
    }
}

/* One bit for each of 64 rows: does by[row] equal one of the codes? */
static BCN_ALWAYS_INLINE uint64_t
picked(const uint8_t *by, const uint8_t *codes, size_t count)
{
    uint64_t bits = 0;
#if defined(__SSE2__)
    for (unsigned part = 0; part < 64; part += 16) {
        __m128i rows = _mm_loadu_si128((const __m128i *)(by + part));
        __m128i met = _mm_setzero_si128();
        for (size_t k = 0; k < count; k++) {
            __m128i code = _mm_set1_epi8((char)codes[k]);
            met = _mm_or_si128(met, _mm_cmpeq_epi8(rows, code));
        }
        bits |= (uint64_t)(unsigned)_mm_movemask_epi8(met) << part;
    }
#else
    for (size_t i = 0; i < 64; i++) {
        unsigned met = 0;
        for (size_t k = 0; k < count; k++) {
            met |= by[i] == codes[k];
        }
        bits |= (uint64_t)met << i;
    }
#endif
    return bits;
}

enum { PICK_ROW_BY_ROW = 28 }; /* of 64 rows: more are cheaper unpicked */

/* Add 1, or, with words, whether the row's word lies in the range. */
static BCN_ALWAYS_INLINE void
pick(uint32_t *table, const uint8_t *a, const uint8_t *b,
     const uint16_t *words, uint32_t from, uint32_t span, size_t row)
{
    table[(size_t)a[row] * BCN_PAIR_ROW + b[row]] +=
        words == NULL || words[row] - from < span;
}

static BCN_ALWAYS_INLINE void
pick_pairs(uint32_t *first, const uint8_t *a, const uint8_t *b,
           const uint8_t *by, const uint8_t *codes, size_t count,
           const uint32_t *kept, const uint16_t *words, uint32_t from,
           uint32_t span, size_t begin, size_t end)
{
    uint32_t *second = first + BCN_PAIR_LANE;
    size_t row = begin;
    for (; row + 64 <= end; row += 64) {
        uint64_t bits = picked(by + row, codes, count);
        if (words == NULL && bcn_bits_count(bits) > PICK_ROW_BY_ROW) {
            pairs(first, a, b, by, kept, row, row + 64);
            continue;
        }
        while (bits != 0) {
            size_t place = bcn_bits_first(bits);
            pick(first, a, b, words, from, span, row + place);
            bits &= bits - 1;
            if (bits == 0) {
                break;
            }
            place = bcn_bits_first(bits);
            pick(second, a, b, words, from, span, row + place);
            bits &= bits - 1;
        }
    }
    for (; row < end; row++) {
        if (kept[by[row]] != 0) {
            pick(first, a, b, words, from, span, row);
        }
    }
}

void
bcn_pairs_pick(uint32_t *table, const uint8_t *a, const uint8_t *b,
               const uint8_t *by, const uint8_t *codes, size_t count,
               const uint16_t *words, uint32_t from, uint32_t to, size_t begin,
               size_t end)
{
    uint32_t kept[256] = {0};
    for (size_t k = 0; k < count; k++) {
        kept[codes[k]] = 1;
    }
    if (words == NULL) {
        pick_pairs(table, a, b, by, codes, count, kept, NULL, 0, 0, begin,
                   end);
    } else {
        uint32_t span = from < to ? to - from : 0;
        pick_pairs(table, a, b, by, codes, count, kept, words, from, span,
                   begin, end);
    }
}
