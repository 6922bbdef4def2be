#include "kernel/count.h"

#include <string.h>

#include "base/status.h"

/* The offset of a row, sent to a spill cell when it is not counted.  `place`
 * is the row's position in the unrolled loop. */
static BCN_ALWAYS_INLINE uint32_t
cell_of(const bcn_looks *looks, size_t terms, size_t row, uint32_t limit,
        uint32_t place)
{
    uint32_t cell = looks->tables[0][looks->codes[0][row]];
    if (terms > 1) {
        cell += looks->tables[1][looks->codes[1][row]];
    }
    if (terms > 2) {
        cell += looks->tables[2][looks->codes[2][row]];
    }
    return cell < limit ? cell : limit + place;
}

#define EIGHT_ROWS(ROW)                                                       \
    ROW(0, 0) ROW(1, 1) ROW(2, 2) ROW(3, 3)                                   \
    ROW(4, 0) ROW(5, 1) ROW(6, 2) ROW(7, 3)

/* The same for eight rows whose codes were loaded as one word per column.
 * Which of them is the first does not matter to a count. */
static BCN_ALWAYS_INLINE uint32_t
cell_in(const bcn_looks *looks, size_t terms, const uint64_t *words,
        uint32_t limit, uint32_t place)
{
    uint32_t cell = looks->tables[0][(uint8_t)(words[0] >> (8 * place))];
    if (terms > 1) {
        cell += looks->tables[1][(uint8_t)(words[1] >> (8 * place))];
    }
    if (terms > 2) {
        cell += looks->tables[2][(uint8_t)(words[2] >> (8 * place))];
    }
    return cell < limit ? cell : limit + place;
}

static BCN_ALWAYS_INLINE void
load_words(const bcn_looks *looks, size_t terms, size_t row, uint64_t *words)
{
    for (size_t i = 0; i < terms; i++) {
        memcpy(&words[i], looks->codes[i] + row, 8);
    }
}

static BCN_ALWAYS_INLINE void
count_u32(uint32_t *cells, const size_t *offsets, uint32_t limit,
          const bcn_looks *shared, size_t terms, size_t begin, size_t end)
{
    const bcn_looks looks = *shared; /* local: no store can change it */
    uint32_t *lanes[BCN_LANES] = {
        cells + offsets[0], cells + offsets[1], cells + offsets[2],
        cells + offsets[3]};
    size_t row = begin;
    for (; row + 8 <= end; row += 8) {
        uint64_t words[BCN_LOOKS];
        load_words(&looks, terms, row, words);
#define ROW(place, turn)                                                      \
    lanes[turn][cell_in(&looks, terms, words, limit, place)]++;
        EIGHT_ROWS(ROW)
#undef ROW
    }
    for (; row < end; row++) {
        lanes[0][cell_of(&looks, terms, row, limit, 0)]++;
    }
}

static BCN_ALWAYS_INLINE void
count_u64(uint64_t *cells, const size_t *offsets, uint32_t limit,
          const bcn_looks *shared, size_t terms, size_t begin, size_t end)
{
    const bcn_looks looks = *shared;
    uint64_t *lanes[BCN_LANES] = {
        cells + offsets[0], cells + offsets[1], cells + offsets[2],
        cells + offsets[3]};
    size_t row = begin;
    for (; row + 8 <= end; row += 8) {
        uint64_t words[BCN_LOOKS];
        load_words(&looks, terms, row, words);
#define ROW(place, turn)                                                      \
    lanes[turn][cell_in(&looks, terms, words, limit, place)]++;
        EIGHT_ROWS(ROW)
#undef ROW
    }
    for (; row < end; row++) {
        lanes[0][cell_of(&looks, terms, row, limit, 0)]++;
    }
}

static BCN_ALWAYS_INLINE uint64_t
value_at(const void *values, int width, size_t row)
{
    switch (width) {
    case 1:
        return ((const uint8_t *)values)[row];
    case 2:
        return ((const uint16_t *)values)[row];
    case 4:
        return ((const uint32_t *)values)[row];
    default:
        return (uint64_t)((const int64_t *)values)[row];
    }
}

static BCN_ALWAYS_INLINE void
sum_u64(uint64_t *cells, const size_t *offsets, uint32_t limit,
        const bcn_looks *shared, size_t terms, const void *values, int width,
        size_t begin, size_t end)
{
    const bcn_looks looks = *shared;
    uint64_t *lanes[BCN_LANES] = {
        cells + offsets[0], cells + offsets[1], cells + offsets[2],
        cells + offsets[3]};
    size_t row = begin;
    for (; row + 8 <= end; row += 8) {
#define ROW(place, turn)                                                      \
    lanes[turn][cell_of(&looks, terms, row + place, limit, place)] +=         \
        value_at(values, width, row + place);
        EIGHT_ROWS(ROW)
#undef ROW
    }
    for (; row < end; row++) {
        lanes[0][cell_of(&looks, terms, row, limit, 0)] +=
            value_at(values, width, row);
    }
}

void
bcn_count_u32(uint32_t *cells, const size_t *offsets, uint32_t limit,
              const bcn_looks *looks, size_t begin, size_t end)
{
    switch (looks->count) {
    case 1:
        count_u32(cells, offsets, limit, looks, 1, begin, end);
        break;
    case 2:
        count_u32(cells, offsets, limit, looks, 2, begin, end);
        break;
    default:
        count_u32(cells, offsets, limit, looks, 3, begin, end);
    }
}

void
bcn_count_u64(uint64_t *cells, const size_t *offsets, uint32_t limit,
              const bcn_looks *looks, size_t begin, size_t end)
{
    switch (looks->count) {
    case 1:
        count_u64(cells, offsets, limit, looks, 1, begin, end);
        break;
    case 2:
        count_u64(cells, offsets, limit, looks, 2, begin, end);
        break;
    default:
        count_u64(cells, offsets, limit, looks, 3, begin, end);
    }
}

static BCN_ALWAYS_INLINE void
sum_terms(uint64_t *cells, const size_t *offsets, uint32_t limit,
          const bcn_looks *looks,
          const void *values, int width, size_t begin, size_t end)
{
    switch (looks->count) {
    case 1:
        sum_u64(cells, offsets, limit, looks, 1, values, width, begin, end);
        break;
    case 2:
        sum_u64(cells, offsets, limit, looks, 2, values, width, begin, end);
        break;
    default:
        sum_u64(cells, offsets, limit, looks, 3, values, width, begin, end);
    }
}

void
bcn_sum_u64(uint64_t *cells, const size_t *offsets, uint32_t limit,
            const bcn_looks *looks, const void *values, int width,
            size_t begin, size_t end)
{
    switch (width) {
    case 1:
        sum_terms(cells, offsets, limit, looks, values, 1, begin, end);
        break;
    case 2:
        sum_terms(cells, offsets, limit, looks, values, 2, begin, end);
        break;
    case 4:
        sum_terms(cells, offsets, limit, looks, values, 4, begin, end);
        break;
    default:
        sum_terms(cells, offsets, limit, looks, values, 8, begin, end);
    }
}

void
bcn_bins_count(uint32_t *bins, const uint8_t *codes, size_t count)
{
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        uint64_t a, b;
        memcpy(&a, codes + i, 8);
        memcpy(&b, codes + i + 8, 8);
#define BYTE(word, place)                                                     \
    bins[place * BCN_BIN_LANE + (uint8_t)(word >> (8 * place))]++;
#define WORD(word)                                                            \
    BYTE(word, 0) BYTE(word, 1) BYTE(word, 2) BYTE(word, 3)                   \
    BYTE(word, 4) BYTE(word, 5) BYTE(word, 6) BYTE(word, 7)
        WORD(a)
        WORD(b)
#undef WORD
#undef BYTE
    }
    for (; i < count; i++) {
        bins[codes[i]]++;
    }
}
