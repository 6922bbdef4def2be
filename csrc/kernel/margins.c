#include "kernel/margins.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { ROWS = 4 };

/* Columns [from, count) of one row. */
static void
read_rest(const int64_t *row, size_t from, size_t count, int64_t *sum,
          int64_t *zeros, bcn_margins *margins)
{
    int64_t largest = margins->largest;
    for (size_t j = from; j < count; j++) {
        int64_t value = row[j], none = value == 0;
        *sum += value;
        *zeros += none;
        margins->column_sum[j] += value;
        margins->column_zeros[j] += none;
        largest = value > largest ? value : largest;
    }
    margins->largest = largest;
}

static void
read_row(const int64_t *cells, size_t i, size_t count, bcn_margins *margins)
{
    margins->row_sum[i] = margins->row_zeros[i] = 0;
    read_rest(cells + i * count, 0, count, &margins->row_sum[i],
              &margins->row_zeros[i], margins);
}

static void
read_plain(const int64_t *cells, size_t count, bcn_margins *margins)
{
    for (size_t i = 0; i < count; i++) {
        read_row(cells, i, count, margins);
    }
}

bcn_margins_reader
bcn_margins_plain(void)
{
    return read_plain;
}

#if defined(__x86_64__)

/* Four rows from row i on. */
static void
four_sse2(const int64_t *cells, size_t i, size_t count, bcn_margins *margins)
{
    __m128i zero = _mm_setzero_si128(), sums[ROWS], zeros[ROWS], most[2];
    const int64_t *rows = cells + i * count;
    most[0] = most[1] = _mm_set1_epi64x(margins->largest);
    for (size_t k = 0; k < ROWS; k++) {
        sums[k] = zeros[k] = zero;
    }
    size_t j = 0;
    for (; j + 2 <= count; j += 2) {
        __m128i *in_sum = (__m128i *)(void *)(margins->column_sum + j);
        __m128i *in_zeros = (__m128i *)(void *)(margins->column_zeros + j);
        __m128i sum = _mm_loadu_si128(in_sum);
        __m128i none = _mm_loadu_si128(in_zeros);
        for (size_t k = 0; k < ROWS; k++) {
            __m128i value = _mm_loadu_si128(
                (const __m128i *)(const void *)(rows + k * count + j));
            sums[k] = _mm_add_epi64(sums[k], value);
            sum = _mm_add_epi64(sum, value);
            __m128i equal = _mm_cmpeq_epi32(value, zero);
            equal = _mm_and_si128(equal, _mm_shuffle_epi32(equal, 0xb1));
            zeros[k] = _mm_sub_epi64(zeros[k], equal);
            none = _mm_sub_epi64(none, equal);
            /* By how much it is larger, unless that is below 0. */
            __m128i more = _mm_sub_epi64(value, most[k % 2]);
            __m128i less = _mm_shuffle_epi32(_mm_srai_epi32(more, 31), 0xf5);
            most[k % 2] =
                _mm_add_epi64(most[k % 2], _mm_andnot_si128(less, more));
        }
        _mm_storeu_si128(in_sum, sum);
        _mm_storeu_si128(in_zeros, none);
    }
    int64_t parts[2];
    for (size_t k = 0; k < 2; k++) {
        _mm_storeu_si128((__m128i *)(void *)parts, most[k]);
        int64_t larger = parts[0] > parts[1] ? parts[0] : parts[1];
        margins->largest =
            larger > margins->largest ? larger : margins->largest;
    }
    for (size_t k = 0; k < ROWS; k++) {
        _mm_storeu_si128((__m128i *)(void *)parts, sums[k]);
        margins->row_sum[i + k] = parts[0] + parts[1];
        _mm_storeu_si128((__m128i *)(void *)parts, zeros[k]);
        margins->row_zeros[i + k] = parts[0] + parts[1];
        read_rest(rows + k * count, j, count, &margins->row_sum[i + k],
                  &margins->row_zeros[i + k], margins);
    }
}

static void
read_sse2(const int64_t *cells, size_t count, bcn_margins *margins)
{
    size_t i = 0;
    for (; i + ROWS <= count; i += ROWS) {
        four_sse2(cells, i, count, margins);
    }
    for (; i < count; i++) {
        read_row(cells, i, count, margins);
    }
}

bcn_margins_reader
bcn_margins_sse2(void)
{
    return read_sse2;
}

#else

bcn_margins_reader
bcn_margins_sse2(void)
{
    return NULL;
}

#endif

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))

__attribute__((target("avx2"))) static int64_t
added(__m256i values)
{
    int64_t parts[4];
    _mm256_storeu_si256((__m256i *)(void *)parts, values);
    return parts[0] + parts[1] + parts[2] + parts[3];
}

__attribute__((target("avx2"))) static void
four_avx2(const int64_t *cells, size_t i, size_t count, bcn_margins *margins)
{
    __m256i zero = _mm256_setzero_si256(), sums[ROWS], zeros[ROWS], most[2];
    const int64_t *rows = cells + i * count;
    most[0] = most[1] = _mm256_set1_epi64x(margins->largest);
    for (size_t k = 0; k < ROWS; k++) {
        sums[k] = zeros[k] = zero;
    }
    size_t j = 0;
    for (; j + 4 <= count; j += 4) {
        __m256i *in_sum = (__m256i *)(void *)(margins->column_sum + j);
        __m256i *in_zeros = (__m256i *)(void *)(margins->column_zeros + j);
        __m256i sum = _mm256_loadu_si256(in_sum);
        __m256i none = _mm256_loadu_si256(in_zeros);
        for (size_t k = 0; k < ROWS; k++) {
            __m256i value = _mm256_loadu_si256(
                (const __m256i *)(const void *)(rows + k * count + j));
            sums[k] = _mm256_add_epi64(sums[k], value);
            sum = _mm256_add_epi64(sum, value);
            __m256i equal = _mm256_cmpeq_epi64(value, zero);
            zeros[k] = _mm256_sub_epi64(zeros[k], equal);
            none = _mm256_sub_epi64(none, equal);
            most[k % 2] = _mm256_blendv_epi8(
                most[k % 2], value, _mm256_cmpgt_epi64(value, most[k % 2]));
        }
        _mm256_storeu_si256(in_sum, sum);
        _mm256_storeu_si256(in_zeros, none);
    }
    for (size_t k = 0; k < 2; k++) {
        int64_t parts[4];
        _mm256_storeu_si256((__m256i *)(void *)parts, most[k]);
        for (size_t lane = 0; lane < 4; lane++) {
            margins->largest = parts[lane] > margins->largest
                                   ? parts[lane]
                                   : margins->largest;
        }
    }
    for (size_t k = 0; k < ROWS; k++) {
        margins->row_sum[i + k] = added(sums[k]);
        margins->row_zeros[i + k] = added(zeros[k]);
        read_rest(rows + k * count, j, count, &margins->row_sum[i + k],
                  &margins->row_zeros[i + k], margins);
    }
}

static void
read_avx2(const int64_t *cells, size_t count, bcn_margins *margins)
{
    size_t i = 0;
    for (; i + ROWS <= count; i += ROWS) {
        four_avx2(cells, i, count, margins);
    }
    for (; i < count; i++) {
        read_row(cells, i, count, margins);
    }
}

bcn_margins_reader
bcn_margins_avx2(void)
{
    return __builtin_cpu_supports("avx2") ? read_avx2 : NULL;
}

#else

bcn_margins_reader
bcn_margins_avx2(void)
{
    return NULL;
}

#endif

bcn_margins_reader
bcn_margins_best(void)
{
    bcn_margins_reader best = bcn_margins_avx2();
    best = best != NULL ? best : bcn_margins_sse2();
    return best != NULL ? best : bcn_margins_plain();
}
