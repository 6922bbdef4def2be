#include "base/bits.h"
#include "base/modern.h"
#include "base/number.h"
#include "kernel/count.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Counting by comparing, where few bytes occur, and adding up values that are
 * mostly 0. */

enum { ABREAST = 32, TURNS = 255 };

/* Count four bytes side by side.  Every counter of eight bits meets at most
 * TURNS codes before it is emptied; compilers make the inner loop a handful
 * of instructions on whole vectors. */
static BCN_ALWAYS_INLINE void
count_four(uint32_t *counts, const uint8_t *known, const uint8_t *codes,
           size_t count)
{
    uint8_t a = known[0], b = known[1], c = known[2], d = known[3];
    uint32_t sums[4] = {0};
    size_t i = 0;
    while (count - i >= ABREAST) {
        size_t turns = (count - i) / ABREAST;
        size_t stop = i + (turns < TURNS ? turns : TURNS) * ABREAST;
        uint8_t as[ABREAST] = {0}, bs[ABREAST] = {0}, cs[ABREAST] = {0},
                ds[ABREAST] = {0};
        for (; i < stop; i += ABREAST) {
            for (size_t k = 0; k < ABREAST; k++) {
                uint8_t code = codes[i + k];
                as[k] = (uint8_t)(as[k] + (code == a));
                bs[k] = (uint8_t)(bs[k] + (code == b));
                cs[k] = (uint8_t)(cs[k] + (code == c));
                ds[k] = (uint8_t)(ds[k] + (code == d));
            }
        }
        for (size_t k = 0; k < ABREAST; k++) {
            sums[0] += as[k];
            sums[1] += bs[k];
            sums[2] += cs[k];
            sums[3] += ds[k];
        }
    }
    for (; i < count; i++) {
        sums[0] += codes[i] == a;
        sums[1] += codes[i] == b;
        sums[2] += codes[i] == c;
        sums[3] += codes[i] == d;
    }
    for (size_t k = 0; k < 4; k++) {
        counts[k] += sums[k];
    }
}

/* Block by block, for every four bytes are one more walk over it. */
static BCN_ALWAYS_INLINE void
count_few(uint32_t *counts, const uint8_t *known, size_t known_count,
          const uint8_t *codes, size_t count)
{
    enum { BLOCK = TURNS * ABREAST };
    for (size_t begin = 0; begin < count; begin += BLOCK) {
        size_t rest = count - begin, rows = rest < BLOCK ? rest : BLOCK;
        for (size_t first = 0; first < known_count; first += 4) {
            uint8_t four[4];
            uint32_t sums[4] = {0};
            for (size_t k = 0; k < 4; k++) {
                four[k] = known[first + k < known_count ? first + k : first];
            }
            count_four(sums, four, codes + begin, rows);
            for (size_t k = 0; k < 4 && first + k < known_count; k++) {
                counts[first + k] += sums[k];
            }
        }
    }
}

size_t
bcn_few_most(void)
{
    return bcn_modern() ? BCN_FEW : BCN_FEW / 2;
}

BCN_MODERN static void
count_few_modern(uint32_t *counts, const uint8_t *known, size_t known_count,
                 const uint8_t *codes, size_t count)
{
    count_few(counts, known, known_count, codes, count);
}

void
bcn_few_count(uint32_t *counts, const uint8_t *known, size_t known_count,
              const uint8_t *codes, size_t count)
{
    if (bcn_modern()) {
        count_few_modern(counts, known, known_count, codes, count);
    } else {
        count_few(counts, known, known_count, codes, count);
    }
}

enum { RARE_BLOCK = 4096, RARE_MOST = RARE_BLOCK / 8, AHEAD = 2048 };

/* One bit for each of 64 values: is it not 0? */
static BCN_ALWAYS_INLINE uint64_t
not_zero(const uint8_t *values)
{
    uint64_t bits = 0;
#if defined(__SSE2__)
    const __m128i zero = _mm_setzero_si128();
    for (unsigned part = 0; part < 64; part += 16) {
        __m128i some = _mm_loadu_si128((const __m128i *)(values + part));
        int zeros = _mm_movemask_epi8(_mm_cmpeq_epi8(some, zero));
        bits |= (uint64_t)(0xffffu & ~(unsigned)zeros) << part;
    }
#else
    for (size_t i = 0; i < 64; i++) {
        bits |= (uint64_t)(values[i] != 0) << i;
    }
#endif
    return bits;
}

/* Where the values are that are not 0: list them first, two of 64 rows without
 * asking whether they are there, for a guess at how many there are costs more
 * when it is wrong than all the rest. */
static BCN_ALWAYS_INLINE size_t
list_rows(uint16_t *rows, const uint8_t *codes, const uint8_t *values,
          size_t count)
{
    size_t found = 0, i = 0;
    for (; i + 64 <= count; i += 64) {
        bcn_fetch(values, i + AHEAD);
        bcn_fetch(codes, i + AHEAD);
        uint64_t bits = not_zero(values + i);
        size_t met = bcn_bits_count(bits);
        rows[found] = (uint16_t)(i + bcn_bits_first(bits));
        bits &= bits - 1;
        rows[found + 1] = (uint16_t)(i + bcn_bits_first(bits));
        for (size_t k = 2; k < met; k++) {
            bits &= bits - 1;
            rows[found + k] = (uint16_t)(i + bcn_bits_first(bits));
        }
        found += met;
    }
    for (; i < count; i++) {
        rows[found] = (uint16_t)i;
        found += values[i] != 0;
    }
    return found;
}

static BCN_ALWAYS_INLINE bool
sum_rare(uint64_t *sums, const uint8_t *codes, const uint8_t *values,
         size_t count)
{
    uint16_t rows[RARE_BLOCK + 2];
    for (size_t begin = 0; begin < count; begin += RARE_BLOCK) {
        size_t rest = count - begin;
        size_t found = list_rows(rows, codes + begin, values + begin,
                                 rest < RARE_BLOCK ? rest : RARE_BLOCK);
        if (begin == 0 && found > RARE_MOST) {
            return false;
        }
        for (size_t k = 0; k < found; k++) {
            sums[codes[begin + rows[k]]] += values[begin + rows[k]];
        }
    }
    return true;
}

BCN_MODERN static bool
sum_rare_modern(uint64_t *sums, const uint8_t *codes, const uint8_t *values,
                size_t count)
{
    return sum_rare(sums, codes, values, count);
}

bool
bcn_rare_sum(uint64_t *sums, const uint8_t *codes, const uint8_t *values,
             size_t count)
{
    return bcn_modern() ? sum_rare_modern(sums, codes, values, count)
                        : sum_rare(sums, codes, values, count);
}
