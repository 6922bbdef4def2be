#include "text/csv_marks.h"

#include "text/numbers.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* A CR counts where no LF follows; `next` is the byte behind the 64. */
static inline uint64_t
lone(uint64_t returns, uint64_t feeds, char next)
{
    return returns & ~(feeds >> 1 | (uint64_t)(next == '\n') << 63);
}

/* The high bit of each byte that is zero, and of no other. */
static uint64_t
zero_bytes(uint64_t word)
{
    const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f);
    return ~(((word & low) + low) | word | low);
}

static uint64_t
equal_plain(const char *text, char wanted)
{
    uint64_t pattern =
        UINT64_C(0x0101010101010101) * (uint64_t)(unsigned char)wanted;
    uint64_t bits = 0;
    for (unsigned i = 0; i < 8; i++) {
        uint64_t hits = zero_bytes(bcn_load64(text + (size_t)8 * i) ^ pattern);
        bits |= ((hits >> 7) * UINT64_C(0x0102040810204080) >> 56) << (8 * i);
    }
    return bits;
}

static void
mark_plain(const char *text, size_t count, char delimiter, char quote,
           bcn_csv_marks *marks)
{
    for (size_t i = 0; i < count; i++, text += 64) {
        uint64_t feeds = equal_plain(text, '\n');
        marks[i].ends = feeds | lone(equal_plain(text, '\r'), feeds, text[64]);
        marks[i].splits = equal_plain(text, delimiter);
        marks[i].quotes = quote != 0 ? equal_plain(text, quote) : 0;
    }
}

bcn_csv_marker
bcn_csv_marker_plain(void)
{
    return mark_plain;
}

#if defined(__x86_64__)

static inline uint64_t
equal_sse2(const __m128i part[4], __m128i pattern)
{
    uint64_t bits = 0;
    for (int i = 0; i < 4; i++) {
        int hits = _mm_movemask_epi8(_mm_cmpeq_epi8(part[i], pattern));
        bits |= (uint64_t)(unsigned)hits << (16 * i);
    }
    return bits;
}

static void
mark_sse2(const char *text, size_t count, char delimiter, char quote,
          bcn_csv_marks *marks)
{
    const __m128i feed = _mm_set1_epi8('\n'), back = _mm_set1_epi8('\r');
    const __m128i split = _mm_set1_epi8(delimiter);
    const __m128i mark = _mm_set1_epi8(quote);
    for (size_t i = 0; i < count; i++, text += 64) {
        __m128i part[4];
        for (int j = 0; j < 4; j++) {
            part[j] = _mm_loadu_si128((const __m128i *)(const void *)text + j);
        }
        uint64_t feeds = equal_sse2(part, feed);
        marks[i].ends = feeds | lone(equal_sse2(part, back), feeds, text[64]);
        marks[i].splits = equal_sse2(part, split);
        marks[i].quotes = quote != 0 ? equal_sse2(part, mark) : 0;
    }
}

bcn_csv_marker
bcn_csv_marker_sse2(void)
{
    return mark_sse2;
}

#else

bcn_csv_marker
bcn_csv_marker_sse2(void)
{
    return NULL;
}

#endif

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))

BCN_MODERN static inline uint64_t
equal_avx2(__m256i low, __m256i high, __m256i pattern)
{
    int first = _mm256_movemask_epi8(_mm256_cmpeq_epi8(low, pattern));
    int second = _mm256_movemask_epi8(_mm256_cmpeq_epi8(high, pattern));
    return (uint64_t)(unsigned)first | (uint64_t)(unsigned)second << 32;
}

BCN_MODERN static void
mark_avx2(const char *text, size_t count, char delimiter, char quote,
          bcn_csv_marks *marks)
{
    const __m256i feed = _mm256_set1_epi8('\n');
    const __m256i back = _mm256_set1_epi8('\r');
    const __m256i split = _mm256_set1_epi8(delimiter);
    const __m256i mark = _mm256_set1_epi8(quote);
    for (size_t i = 0; i < count; i++, text += 64) {
        const __m256i *at = (const __m256i *)(const void *)text;
        __m256i low = _mm256_loadu_si256(at);
        __m256i high = _mm256_loadu_si256(at + 1);
        uint64_t feeds = equal_avx2(low, high, feed);
        marks[i].ends =
            feeds | lone(equal_avx2(low, high, back), feeds, text[64]);
        marks[i].splits = equal_avx2(low, high, split);
        marks[i].quotes = quote != 0 ? equal_avx2(low, high, mark) : 0;
    }
}

bcn_csv_marker
bcn_csv_marker_avx2(void)
{
    return bcn_modern() ? mark_avx2 : NULL;
}

#else

bcn_csv_marker
bcn_csv_marker_avx2(void)
{
    return NULL;
}

#endif

bcn_csv_marker
bcn_csv_marker_best(void)
{
    bcn_csv_marker best = bcn_csv_marker_avx2();
    best = best != NULL ? best : bcn_csv_marker_sse2();
    return best != NULL ? best : bcn_csv_marker_plain();
}

bool
bcn_csv_marks_parity(const bcn_csv_marks *marks, const char *text,
                     char delimiter, char quote, bool border, bool inside,
                     uint64_t *mask)
{
    uint64_t quotes = marks->quotes, parity = quotes;
    for (unsigned shift = 1; shift < 64; shift *= 2) {
        parity ^= parity << shift;
    }
    *mask = inside ? ~parity : parity;
    uint64_t borders = marks->ends | marks->splits | quotes;
    if (quotes & *mask & ~(borders << 1 | border)) {
        return false;
    }
    uint64_t doubtful = quotes & ~*mask & ~(borders >> 1);
    for (; doubtful != 0; doubtful &= doubtful - 1) {
        char next = text[bcn_bits_first(doubtful) + 1];
        if (next != '\r' && next != '\n' && next != delimiter &&
            next != quote) {
            return false;
        }
    }
    return true;
}
