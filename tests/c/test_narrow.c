/* Numbers in few bytes, and the loops that are compiled twice: each is asked
 * as this machine would run it and as the baseline does. */
#include <stdlib.h>
#include <string.h>

#include "base/modern.h"
#include "base/number.h"
#include "check.h"
#include "kernel/count.h"
#include "kernel/narrow.h"

static uint64_t state = 3;

static uint64_t
draw(void)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return state >> 33;
}

enum { COUNT = 5003, LONG = 300001 };

static void
numbers_keep_their_value_in_every_width(void)
{
    static uint64_t words[COUNT], to[COUNT], back[COUNT], sums[COUNT];
    static uint32_t small_sums[COUNT];
    for (int from = 1; from <= 8; from *= 2) {
        uint64_t bits = 0, nonzero = 0, met = 0, total = 0;
        for (size_t i = 0; i < COUNT; i++) {
            uint64_t value = draw() % 3 == 0 ? 0 : draw() << 33 | draw();
            value =
                from == 8 ? value : value & (UINT64_MAX >> (64 - 8 * from));
            bcn_number_put(words, from, i, (int64_t)value);
            bits |= value;
            met += value != 0;
            total += value;
        }
        CHECK(bcn_narrow_bits(words, from, COUNT, &nonzero) == bits);
        CHECK(nonzero == met);
        CHECK(bcn_narrow_sum(words, from, COUNT) == total);
        for (int width = from; width <= 8; width *= 2) {
            bcn_narrow_copy(to, width, words, from, COUNT);
            bcn_narrow_copy(back, from, to, width, COUNT);
            CHECK(memcmp(back, words, COUNT * (size_t)from) == 0);
        }
        memset(sums, 0, sizeof sums);
        memset(small_sums, 0, sizeof small_sums);
        bcn_narrow_add_u64(sums, words, from, COUNT);
        bcn_narrow_add_u32(small_sums, words, from, COUNT);
        for (size_t i = 0; i < COUNT; i++) {
            uint64_t value = (uint64_t)bcn_number_at(words, from, i);
            CHECK(sums[i] == value && small_sums[i] == (uint32_t)value);
        }
    }
    uint64_t none = 0;
    CHECK(bcn_narrow_bits(words, 1, 0, &none) == 0 && none == 0);
}

/* Labels without order, one alone, two by turns, and in order. */
static void
make_codes(uint8_t *codes, size_t count, int shape)
{
    for (size_t i = 0; i < count; i++) {
        size_t code = shape == 0   ? draw() % 256
                      : shape == 1 ? 7
                      : shape == 2 ? i % 2 * 9
                                   : i * 256 / count;
        codes[i] = (uint8_t)code;
    }
}

static void
neighbours_are_counted_as_bytes_are(void)
{
    static uint8_t codes[LONG];
    static uint16_t duos[BCN_DUOS];
    for (int shape = 0; shape < 4; shape++) {
        uint32_t bins[256] = {0}, known[256] = {0};
        make_codes(codes, LONG, shape);
        for (size_t begin = 0; begin < LONG; begin += BCN_DUO_ROWS) {
            size_t rest = LONG - begin;
            size_t rows = rest < BCN_DUO_ROWS ? rest : BCN_DUO_ROWS;
            bcn_duos_count(duos, bins, codes + begin, rows);
            bcn_duos_fold(duos, bins);
        }
        for (size_t i = 0; i < LONG; i++) {
            known[codes[i]]++;
        }
        CHECK(memcmp(bins, known, sizeof bins) == 0);
        for (size_t i = 0; i < BCN_DUOS; i++) {
            CHECK(duos[i] == 0);
        }
    }
}

static void
few_bytes_are_counted_by_comparing(void)
{
    static uint8_t codes[LONG];
    for (size_t count = 0; count <= bcn_few_most(); count++) {
        uint8_t known[BCN_FEW];
        uint32_t counts[BCN_FEW] = {0}, right[256] = {0};
        size_t rows = count % 3 == 0 ? LONG : 97 * count;
        for (size_t i = 0; i < rows; i++) {
            codes[i] = (uint8_t)(draw() % 29);
            right[codes[i]]++;
        }
        for (size_t k = 0; k < count; k++) {
            known[k] = (uint8_t)(k == 3 ? 28 : k);
        }
        bcn_few_count(counts, known, count, codes, rows);
        for (size_t k = 0; k < count; k++) {
            CHECK(counts[k] == right[known[k]]);
        }
    }
}

static void
rare_values_are_added_row_by_row(void)
{
    static uint8_t codes[LONG], values[LONG];
    for (size_t rare = 2; rare <= 1000; rare *= 5) {
        uint64_t sums[256] = {0}, right[256] = {0};
        size_t rows = LONG - rare;
        for (size_t i = 0; i < rows; i++) {
            codes[i] = (uint8_t)draw();
            values[i] = draw() % rare == 0 ? (uint8_t)draw() : 0;
            right[codes[i]] += values[i];
        }
        bool taken = bcn_rare_sum(sums, codes, values, rows);
        CHECK(taken == (rare > 2)); /* half of them is not rare */
        for (size_t code = 0; code < 256; code++) {
            CHECK(sums[code] == (taken ? right[code] : 0));
        }
    }
    /* rare at first, then all: no list of them is too short */
    uint64_t sums[256] = {0}, total = 0, right = 0;
    memset(values, 0, 8192);
    memset(values + 8192, 1, LONG - 8192);
    CHECK(bcn_rare_sum(sums, codes, values, LONG));
    for (size_t code = 0; code < 256; code++) {
        total += sums[code];
    }
    right = LONG - 8192;
    CHECK(total == right);
}

static void
two_measures_share_a_word(void)
{
    static uint8_t codes[COUNT];
    static uint16_t hits[COUNT];
    static uint8_t weights[COUNT], bytes[COUNT];
    static uint64_t bins[BCN_LANES * BCN_BIN_LANE];
    make_codes(codes, COUNT, 0);
    for (size_t i = 0; i < COUNT; i++) {
        hits[i] = (uint16_t)(draw() % 16384);
        weights[i] = (uint8_t)draw();
        bytes[i] = (uint8_t)(draw() % 2);
    }
    bcn_both given[3] = {
        {NULL, bytes, 0, 1}, {NULL, hits, 0, 2}, {weights, hits, 1, 2}};
    for (size_t g = 0; g < 3; g++) {
        uint32_t first[256] = {0}, second[256] = {0};
        memset(bins, 0, sizeof bins);
        bcn_bins_both(bins, codes, given[g], COUNT);
        for (size_t i = 0; i < COUNT; i++) {
            first[codes[i]] += g == 2 ? weights[i] : 1u;
            second[codes[i]] += g == 0 ? bytes[i] : hits[i];
        }
        for (size_t code = 0; code < 256; code++) {
            uint64_t sum = 0;
            for (size_t lane = 0; lane < BCN_LANES; lane++) {
                sum += bins[lane * BCN_BIN_LANE + code];
            }
            CHECK(sum == (first[code] | (uint64_t)second[code] << 32));
        }
    }
}

int
main(void)
{
    for (int plain = 0; plain < 2; plain++) {
        bcn_modern_forbid(plain != 0);
        CHECK(plain == 0 || !bcn_modern());
        numbers_keep_their_value_in_every_width();
        neighbours_are_counted_as_bytes_are();
        few_bytes_are_counted_by_comparing();
        rare_values_are_added_row_by_row();
        two_measures_share_a_word();
    }
    return 0;
}
