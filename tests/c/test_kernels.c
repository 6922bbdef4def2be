#include <stdlib.h>

#include "check.h"
#include "kernel/cells.h"
#include "kernel/count.h"
#include "kernel/radix.h"

static uint64_t state = 7;

static uint64_t
draw(void)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return state >> 33;
}

enum { ROWS = 1003, LIMIT = 60, LANE = LIMIT + BCN_SPILL };

/* One, two and three tables, one, two and four lanes, any start: the same as
 * the loop one would write first. */
static void
fused_loops_count_as_the_obvious_loop(void)
{
    uint8_t codes[3][ROWS];
    uint32_t tables[3][256];
    uint8_t bytes[ROWS];
    uint16_t words[ROWS];
    uint32_t numbers[ROWS];
    int64_t values[ROWS];
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t t = 0; t < 3; t++) {
            codes[t][i] = (uint8_t)(draw() % 6);
        }
        bytes[i] = (uint8_t)draw();
        words[i] = (uint16_t)draw();
        numbers[i] = (uint32_t)draw();
        values[i] = (int64_t)draw() - (1 << 30);
    }
    for (size_t t = 0; t < 3; t++) {
        for (size_t c = 0; c < 256; c++) {
            tables[t][c] = c >= 5 ? BCN_SKIP_CELL : (uint32_t)(c * (t + 2));
        }
    }
    uint16_t words_of_slots[ROWS];
    uint32_t open[256];
    for (uint32_t c = 0; c < 256; c++) {
        open[c] = c;
    }
    const void *measures[4] = {bytes, words, numbers, values};
    for (size_t terms = 1; terms <= 3; terms++) {
        bcn_looks looks = {terms,
                           {codes[0], codes[1], codes[2]},
                           {tables[0], tables[1], tables[2]}};
        for (size_t lanes = 1; lanes <= 4; lanes *= 2) {
            for (size_t begin = 0; begin < 9; begin++) {
                size_t at[BCN_LANES], end = ROWS - begin / 2;
                for (size_t i = 0; i < BCN_LANES; i++) {
                    at[i] = i % lanes * LANE;
                }
                uint32_t narrow[4 * LANE] = {0};
                uint64_t broad[4 * LANE] = {0}, sums[4][4 * LANE] = {{0}};
                uint64_t counts[LIMIT] = {0}, totals[4][LIMIT] = {{0}};
                bcn_count_u32(narrow, at, LIMIT, &looks, begin, end);
                bcn_count_u64(broad, at, LIMIT, &looks, begin, end);
                for (int m = 0; m < 4; m++) {
                    bcn_sum_u64(sums[m], at, LIMIT, &looks, measures[m],
                                1 << m, begin, end);
                }
                for (size_t i = begin; i < end; i++) {
                    uint32_t cell = 0;
                    for (size_t t = 0; t < terms; t++) {
                        cell += tables[t][codes[t][i]];
                    }
                    if (cell < LIMIT) {
                        counts[cell]++;
                        totals[0][cell] += bytes[i];
                        totals[1][cell] += words[i];
                        totals[2][cell] += numbers[i];
                        totals[3][cell] += (uint64_t)values[i];
                    }
                }
                uint32_t free[4 * LANE] = {0};
                bcn_looks within = {
                    terms, {codes[0], codes[1], codes[2]}, {open, open, open}};
                bcn_count_u32(free, at, BCN_NO_LIMIT, &within, begin, end);
                for (size_t i = 0; i < ROWS; i++) {
                    words_of_slots[i] = (uint16_t)(codes[0][i] * 4 + i % 4);
                }
                bcn_looks rest = {
                    terms - 1, {codes[1], codes[2]}, {tables[1], tables[2]}};
                uint32_t slotted[4 * LANE] = {0};
                bcn_count_words_u32(slotted, at, LIMIT, &rest, words_of_slots,
                                    tables[0], 2, begin, end);
                for (size_t c = 0; c < LIMIT; c++) {
                    uint32_t more = 0;
                    for (size_t lane = 0; lane < lanes; lane++) {
                        more += slotted[lane * LANE + c];
                        more -= narrow[lane * LANE + c];
                    }
                    CHECK(more == 0);
                }
                uint64_t all = 0;
                for (size_t c = 0; c < 4 * LANE; c++) {
                    all += free[c];
                    CHECK(c % LANE < 18 || free[c] == 0);
                }
                CHECK(all == end - begin);
                for (size_t c = 0; c < LIMIT; c++) {
                    uint64_t a = 0, b = 0, s[4] = {0};
                    for (size_t lane = 0; lane < lanes; lane++) {
                        a += narrow[lane * LANE + c];
                        b += broad[lane * LANE + c];
                        for (int m = 0; m < 4; m++) {
                            s[m] += sums[m][lane * LANE + c];
                        }
                    }
                    CHECK(a == counts[c] && b == counts[c]);
                    for (int m = 0; m < 4; m++) {
                        CHECK(s[m] == totals[m][c]);
                    }
                }
            }
        }
    }
}

static void
a_histogram_counts_every_byte(void)
{
    static uint8_t codes[ROWS];
    for (size_t length = 0; length < 50; length++) {
        uint32_t bins[BCN_BINS] = {0}, counts[256] = {0};
        for (size_t i = 0; i < length; i++) {
            codes[i] = (uint8_t)draw();
            counts[codes[i]]++;
        }
        bcn_bins_count(bins, codes, length);
        for (size_t c = 0; c < 256; c++) {
            uint32_t sum = 0;
            for (size_t lane = 0; lane < 8; lane++) {
                sum += bins[lane * BCN_BIN_LANE + c];
            }
            CHECK(sum == counts[c]);
        }
    }
}

/* Figures by byte, by few bytes and by pair of bytes: the obvious loops. */
static void
bytes_and_pairs_are_counted_as_the_obvious_loop_does(void)
{
    static uint8_t a[ROWS], b[ROWS], by[ROWS];
    static uint32_t pairs[BCN_PAIRS];
    static int64_t values[4][ROWS];
    uint8_t bytes[ROWS];
    uint16_t words[ROWS];
    uint32_t numbers[ROWS], kept[256];
    const void *measures[4] = {bytes, words, numbers, values[3]};
    for (size_t i = 0; i < ROWS; i++) {
        a[i] = (uint8_t)(draw() % 5 * 60);
        b[i] = (uint8_t)draw();
        by[i] = (uint8_t)(draw() % 4);
        bytes[i] = (uint8_t)(values[0][i] = (int64_t)(draw() & 255));
        words[i] = (uint16_t)(values[1][i] = (int64_t)(draw() & 65535));
        numbers[i] = (uint32_t)(values[2][i] = (int64_t)draw());
        values[3][i] = (int64_t)draw() - (1 << 30);
    }
    for (size_t code = 0; code < 256; code++) {
        kept[code] = code % 2;
    }
    for (size_t length = 0; length <= ROWS; length += length < 80 ? 1 : 71) {
        for (int m = 0; m < 4; m++) {
            uint64_t bins[BCN_LANES * BCN_BIN_LANE] = {0};
            int64_t sums[256] = {0};
            for (size_t i = 0; i < length; i++) {
                sums[a[i]] += values[m][i];
            }
            bcn_bins_sum(bins, a, measures[m], 1 << m, length);
            for (size_t code = 0; code < 256; code++) {
                uint64_t sum = 0;
                for (size_t lane = 0; lane < BCN_LANES; lane++) {
                    sum += bins[lane * BCN_BIN_LANE + code];
                }
                CHECK((int64_t)sum == sums[code]);
            }
        }
        uint8_t known[BCN_FEW] = {240, 7, 0, 60, 255, 180, 1, 2, 3, 120, 4, 5};
        for (size_t count = 0; count <= BCN_FEW; count++) {
            uint32_t counts[BCN_FEW + 1] = {0}, right[BCN_FEW] = {0};
            for (size_t k = 0; k < count; k++) {
                for (size_t i = 0; i < length; i++) {
                    right[k] += a[i] == known[k];
                }
            }
            bcn_few_count(counts, known, count, a, length);
            for (size_t k = 0; k < BCN_FEW; k++) {
                CHECK(counts[k] == right[k]);
            }
        }
    }
    for (int filtered = 0; filtered < 5; filtered++) {
        for (size_t begin = 0; begin < 9; begin++) {
            size_t end = ROWS - begin / 2;
            uint64_t left = 0;
            for (size_t i = 0; i < BCN_PAIRS; i++) {
                pairs[i] = 0;
            }
            if (filtered < 2) {
                bcn_pairs_count(pairs, a, b, filtered ? by : NULL, kept, begin,
                                end);
            } else { /* the same codes, or fewer: few and many rows kept */
                size_t picks = filtered == 3 ? 1 : 2;
                kept[1] = picks == 2;
                bcn_pairs_pick(pairs, a, b, by, (const uint8_t[]){3, 1}, picks,
                               filtered == 4 ? words : NULL, 9000, 40000,
                               begin, end);
            }
            for (size_t i = begin; i < end; i++) {
                uint32_t *first = pairs + (size_t)a[i] * BCN_PAIR_ROW + b[i];
                uint32_t *second = first + BCN_PAIR_LANE;
                uint32_t rows = filtered ? kept[by[i]] : 1;
                if (filtered == 4 && (words[i] < 9000 || words[i] >= 40000)) {
                    rows = 0;
                }
                CHECK(*first + *second >= rows);
                *(*first >= rows ? first : second) -= rows;
            }
            for (size_t i = 0; i < BCN_PAIRS; i++) {
                left += pairs[i];
            }
            CHECK(left == 0);
        }
    }
}

/* A long stretch of one byte: the counters of eight bits do not wrap. */
static void
few_bytes_are_counted_over_long_stretches(void)
{
    static uint8_t codes[100003];
    for (size_t i = 0; i < sizeof codes; i++) {
        codes[i] = i == 70000 ? 9 : 4;
    }
    uint8_t known[2] = {4, 9};
    uint32_t counts[2] = {0};
    bcn_few_count(counts, known, 2, codes, sizeof codes);
    CHECK(counts[0] == sizeof codes - 1 && counts[1] == 1);
}

static void
ranges_keep_half_open_intervals(void)
{
    int64_t values[5] = {INT64_MIN, -1, 0, 9, INT64_MAX};
    uint32_t cells[5] = {1, 1, 1, 1, 1};
    bcn_cells_keep(cells, values, 8, -1, 9, 0, 5);
    CHECK_EQUAL(cells[0], BCN_SKIP_CELL);
    CHECK_EQUAL(cells[1], 1);
    CHECK_EQUAL(cells[2], 1);
    CHECK_EQUAL(cells[3], BCN_SKIP_CELL);
    CHECK_EQUAL(cells[4], BCN_SKIP_CELL);
    uint8_t bytes[3] = {0, 7, 255}, bits[2] = {0x80, 0x01};
    uint32_t others[3] = {4, 4, 4};
    bcn_cells_keep(others, bytes, 1, 7, 8, 1, 3);
    CHECK_EQUAL(others[0], 4);
    CHECK_EQUAL(others[1], BCN_SKIP_CELL);
    CHECK_EQUAL(others[2], 4);
    bcn_cells_keep_valid(others, bits, 7, 3); /* rows 7, 8, 9 */
    CHECK_EQUAL(others[0], 4);
    CHECK_EQUAL(others[2], BCN_SKIP_CELL);
}

static void
what_is_skipped_stays_skipped(void)
{
    uint64_t table[256], keys[2] = {5, 5}, offsets[2] = {BCN_SKIP, 1};
    for (size_t i = 0; i < 256; i++) {
        table[i] = i == 0 ? BCN_SKIP : i;
    }
    uint8_t codes[2] = {1, 0};
    bcn_keys_add_offsets(keys, offsets, 2);
    bcn_keys_add(keys, codes, 1, table, 2);
    CHECK(keys[0] == BCN_SKIP && keys[1] == BCN_SKIP);
    uint32_t cell = 0;
    for (int i = 0; i < BCN_TERMS_MAX; i++) {
        uint32_t skip[256] = {BCN_SKIP_CELL};
        bcn_cells_add(&cell, &codes[1], 1, skip, 1);
        CHECK(cell >= BCN_CELLS_MAX);
    }
}

static int
by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void
keys_come_out_in_order_with_their_places(void)
{
    uint64_t keys[ROWS], same[ROWS], spare[ROWS], first[ROWS];
    uint32_t places[ROWS], others[ROWS];
    for (unsigned bits = 0; bits <= 64; bits += 4) {
        for (size_t i = 0; i < ROWS; i++) {
            uint64_t word = draw() << 33 ^ draw() << 10 ^ draw();
            keys[i] = bits == 0 ? 3 : word >> (64 - bits);
            same[i] = first[i] = keys[i];
            places[i] = (uint32_t)i;
        }
        bcn_radix_sort_pairs(keys, places, spare, others, ROWS);
        for (size_t i = 0; i < ROWS; i++) {
            CHECK(keys[i] == first[places[i]]);
            CHECK(i == 0 || keys[i] > keys[i - 1] ||
                  (keys[i] == keys[i - 1] && places[i] > places[i - 1]));
        }
        bcn_radix_sort(same, spare, ROWS);
        qsort(first, ROWS, sizeof first[0], by_value);
        CHECK(memcmp(same, first, sizeof same) == 0);
    }
    bcn_radix_sort(keys, spare, 0);
}

int
main(void)
{
    fused_loops_count_as_the_obvious_loop();
    a_histogram_counts_every_byte();
    bytes_and_pairs_are_counted_as_the_obvious_loop_does();
    few_bytes_are_counted_over_long_stretches();
    ranges_keep_half_open_intervals();
    what_is_skipped_stays_skipped();
    keys_come_out_in_order_with_their_places();
    return 0;
}
