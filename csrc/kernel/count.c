#include "kernel/count.h"

/* The cell of a row, or a spill cell when it is not counted.  `place` is the
 * row's position in the unrolled loop. */
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
    return limit == BCN_NO_LIMIT || cell < limit ? cell : limit + place;
}

#define EIGHT_ROWS(ROW)                                                       \
    ROW(0, 0)                                                                 \
    ROW(1, 1) ROW(2, 2) ROW(3, 3) ROW(4, 0) ROW(5, 1) ROW(6, 2) ROW(7, 3)

/* Bytes are loaded one by one: shifting them out of words takes more of what
 * these loops are short of. */
#define LANES(type)                                                           \
    const bcn_looks looks = *shared; /* local: no store can change it */      \
    type *lanes[BCN_LANES] = {cells + offsets[0], cells + offsets[1],         \
                              cells + offsets[2], cells + offsets[3]}

static BCN_ALWAYS_INLINE void
count_u32(uint32_t *cells, const size_t *offsets, uint32_t limit,
          const bcn_looks *shared, size_t terms, size_t begin, size_t end)
{
    LANES(uint32_t);
    size_t row = begin;
    for (; row + 8 <= end; row += 8) {
#define ROW(place, turn)                                                      \
    lanes[turn][cell_of(&looks, terms, row + place, limit, place)]++;
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
    LANES(uint64_t);
    size_t row = begin;
    for (; row + 8 <= end; row += 8) {
#define ROW(place, turn)                                                      \
    lanes[turn][cell_of(&looks, terms, row + place, limit, place)]++;
        EIGHT_ROWS(ROW)
#undef ROW
    }
    for (; row < end; row++) {
        lanes[0][cell_of(&looks, terms, row, limit, 0)]++;
    }
}

static BCN_ALWAYS_INLINE void
sum_u64(uint64_t *cells, const size_t *offsets, uint32_t limit,
        const bcn_looks *shared, size_t terms, const void *values, int width,
        size_t begin, size_t end)
{
    LANES(uint64_t);
    size_t row = begin;
    for (; row + 8 <= end; row += 8) {
        bcn_fetch(values, (row + BCN_AHEAD) * (size_t)width);
#define ROW(place, turn)                                                      \
    lanes[turn][cell_of(&looks, terms, row + place, limit, place)] +=         \
        (uint64_t)bcn_number_at(values, width, row + place);
        EIGHT_ROWS(ROW)
#undef ROW
    }
    for (; row < end; row++) {
        lanes[0][cell_of(&looks, terms, row, limit, 0)] +=
            (uint64_t)bcn_number_at(values, width, row);
    }
}

/* CALL(terms, limit) with both known to the compiler where it matters. */
#define SPREAD(CALL)                                                          \
    if (limit == BCN_NO_LIMIT) {                                              \
        switch (looks->count) {                                               \
        case 1:                                                               \
            CALL(1, BCN_NO_LIMIT);                                            \
            break;                                                            \
        case 2:                                                               \
            CALL(2, BCN_NO_LIMIT);                                            \
            break;                                                            \
        default:                                                              \
            CALL(3, BCN_NO_LIMIT);                                            \
        }                                                                     \
        return;                                                               \
    }                                                                         \
    switch (looks->count) {                                                   \
    case 1:                                                                   \
        CALL(1, limit);                                                       \
        break;                                                                \
    case 2:                                                                   \
        CALL(2, limit);                                                       \
        break;                                                                \
    default:                                                                  \
        CALL(3, limit);                                                       \
    }

void
bcn_count_u32(uint32_t *cells, const size_t *offsets, uint32_t limit,
              const bcn_looks *looks, size_t begin, size_t end)
{
#define CALL(terms, most)                                                     \
    count_u32(cells, offsets, most, looks, terms, begin, end)
    SPREAD(CALL)
#undef CALL
}

/* The cell of a row with a wide code and none to three bytes. */
static BCN_ALWAYS_INLINE uint32_t
word_cell(const bcn_looks *looks, size_t terms, const uint16_t *words,
          const uint32_t *table, unsigned shift, size_t row, uint32_t limit,
          uint32_t place)
{
    uint32_t cell = table[words[row] >> shift];
    if (terms > 0) {
        cell += looks->tables[0][looks->codes[0][row]];
    }
    if (terms > 1) {
        cell += looks->tables[1][looks->codes[1][row]];
    }
    if (terms > 2) {
        cell += looks->tables[2][looks->codes[2][row]];
    }
    return limit == BCN_NO_LIMIT || cell < limit ? cell : limit + place;
}

static BCN_ALWAYS_INLINE void
count_words(uint32_t *cells, const size_t *offsets, uint32_t limit,
            const bcn_looks *shared, size_t terms, const uint16_t *words,
            const uint32_t *table, unsigned shift, size_t begin, size_t end)
{
    LANES(uint32_t);
    size_t row = begin;
    for (; row + 8 <= end; row += 8) {
#define ROW(place, turn)                                                      \
    lanes[turn][word_cell(&looks, terms, words, table, shift, row + place,    \
                          limit, place)]++;
        EIGHT_ROWS(ROW)
#undef ROW
    }
    for (; row < end; row++) {
        lanes[0]
             [word_cell(&looks, terms, words, table, shift, row, limit, 0)]++;
    }
}

void
bcn_count_words_u32(uint32_t *cells, const size_t *offsets, uint32_t limit,
                    const bcn_looks *looks, const uint16_t *words,
                    const uint32_t *table, unsigned shift, size_t begin,
                    size_t end)
{
#define CALL(terms)                                                           \
    if (limit == BCN_NO_LIMIT) {                                              \
        count_words(cells, offsets, BCN_NO_LIMIT, looks, terms, words, table, \
                    shift, begin, end);                                       \
    } else {                                                                  \
        count_words(cells, offsets, limit, looks, terms, words, table, shift, \
                    begin, end);                                              \
    }
    if (looks->count == 0) {
        CALL(0)
    } else if (looks->count == 1) {
        CALL(1)
    } else if (looks->count == 2) {
        CALL(2)
    } else {
        CALL(3)
    }
#undef CALL
}

void
bcn_count_u64(uint64_t *cells, const size_t *offsets, uint32_t limit,
              const bcn_looks *looks, size_t begin, size_t end)
{
#define CALL(terms, most)                                                     \
    count_u64(cells, offsets, most, looks, terms, begin, end)
    SPREAD(CALL)
#undef CALL
}

static BCN_ALWAYS_INLINE void
sum_width(uint64_t *cells, const size_t *offsets, uint32_t limit,
          const bcn_looks *looks, const void *values, int width, size_t begin,
          size_t end)
{
#define CALL(terms, most)                                                     \
    sum_u64(cells, offsets, most, looks, terms, values, width, begin, end)
    SPREAD(CALL)
#undef CALL
}

void
bcn_sum_u64(uint64_t *cells, const size_t *offsets, uint32_t limit,
            const bcn_looks *looks, const void *values, int width,
            size_t begin, size_t end)
{
    switch (width) {
    case 1:
        sum_width(cells, offsets, limit, looks, values, 1, begin, end);
        break;
    case 2:
        sum_width(cells, offsets, limit, looks, values, 2, begin, end);
        break;
    case 4:
        sum_width(cells, offsets, limit, looks, values, 4, begin, end);
        break;
    default:
        sum_width(cells, offsets, limit, looks, values, 8, begin, end);
    }
}
