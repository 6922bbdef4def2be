#include "kernel/cells.h"

#include "base/number.h"
#include "kernel/count.h" /* BCN_SPILL, BCN_LANES */

void
bcn_cells_fill(uint32_t *cells, size_t count, uint32_t value)
{
    for (size_t i = 0; i < count; i++) {
        cells[i] = value;
    }
}

void
bcn_cells_add(uint32_t *cells, const void *codes, int width,
              const uint32_t *table, size_t count)
{
    if (width == 1) {
        const uint8_t *bytes = codes;
        for (size_t i = 0; i < count; i++) {
            cells[i] += table[bytes[i]];
        }
    } else if (width == 2) {
        const uint16_t *words = codes;
        for (size_t i = 0; i < count; i++) {
            cells[i] += table[words[i]];
        }
    } else {
        const uint32_t *numbers = codes;
        for (size_t i = 0; i < count; i++) {
            cells[i] += table[numbers[i]];
        }
    }
}

void
bcn_cells_add_offsets(uint32_t *cells, const uint64_t *offsets, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        cells[i] +=
            offsets[i] == BCN_SKIP ? BCN_SKIP_CELL : (uint32_t)offsets[i];
    }
}

/* The cell, or BCN_SKIP_CELL when `keep` is 0 and not 1.  Written with masks:
 * a branch on such data costs more than all the rest. */
static BCN_ALWAYS_INLINE uint32_t
kept(uint32_t cell, uint32_t keep)
{
    uint32_t mask = 0u - keep;
    return (cell & mask) | (BCN_SKIP_CELL & ~mask);
}

/* One subtraction and one unsigned comparison say whether a value lies in
 * [from, from + span). */
static BCN_ALWAYS_INLINE void
keep(uint32_t *cells, const void *values, int width, int64_t from,
     uint64_t span, int outside, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t past =
            (uint64_t)bcn_number_at(values, width, i) - (uint64_t)from;
        cells[i] = kept(cells[i], (past < span) != outside);
    }
}

void
bcn_cells_keep(uint32_t *cells, const void *values, int width, int64_t from,
               int64_t to, int outside, size_t count)
{
    uint64_t span = from < to ? (uint64_t)to - (uint64_t)from : 0;
    outside = outside != 0;
    switch (width) {
    case 1:
        keep(cells, values, 1, from, span, outside, count);
        break;
    case 2:
        keep(cells, values, 2, from, span, outside, count);
        break;
    case 4:
        keep(cells, values, 4, from, span, outside, count);
        break;
    default:
        keep(cells, values, 8, from, span, outside, count);
    }
}

void
bcn_cells_keep_valid(uint32_t *cells, const uint8_t *bits, size_t first,
                     size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t row = first + i;
        unsigned bit = (unsigned)bits[row / 8] >> (row % 8) & 1u;
        cells[i] = kept(cells[i], bit);
    }
}

static BCN_ALWAYS_INLINE uint32_t
spill(uint32_t cell, uint32_t limit, uint32_t place)
{
    return cell < limit ? cell : limit + place;
}

void
bcn_cells_count_u32(uint32_t *table, const size_t *lanes, uint32_t limit,
                    const uint32_t *cells, size_t count)
{
    uint32_t *second = table + lanes[1], *third = table + lanes[2],
             *fourth = table + lanes[3];
    table += lanes[0];
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        table[spill(cells[i], limit, 0)]++;
        second[spill(cells[i + 1], limit, 1)]++;
        third[spill(cells[i + 2], limit, 2)]++;
        fourth[spill(cells[i + 3], limit, 3)]++;
    }
    for (; i < count; i++) {
        table[spill(cells[i], limit, 0)]++;
    }
}

void
bcn_cells_count_u64(uint64_t *table, const size_t *lanes, uint32_t limit,
                    const uint32_t *cells, size_t count)
{
    uint64_t *second = table + lanes[1], *third = table + lanes[2],
             *fourth = table + lanes[3];
    table += lanes[0];
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        table[spill(cells[i], limit, 0)]++;
        second[spill(cells[i + 1], limit, 1)]++;
        third[spill(cells[i + 2], limit, 2)]++;
        fourth[spill(cells[i + 3], limit, 3)]++;
    }
    for (; i < count; i++) {
        table[spill(cells[i], limit, 0)]++;
    }
}

static BCN_ALWAYS_INLINE void
sum_u64(uint64_t *table, const size_t *lanes, uint32_t limit,
        const uint32_t *cells, const void *values, int width, size_t count)
{
    uint64_t *second = table + lanes[1], *third = table + lanes[2],
             *fourth = table + lanes[3];
    table += lanes[0];
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        table[spill(cells[i], limit, 0)] +=
            (uint64_t)bcn_number_at(values, width, i);
        second[spill(cells[i + 1], limit, 1)] +=
            (uint64_t)bcn_number_at(values, width, i + 1);
        third[spill(cells[i + 2], limit, 2)] +=
            (uint64_t)bcn_number_at(values, width, i + 2);
        fourth[spill(cells[i + 3], limit, 3)] +=
            (uint64_t)bcn_number_at(values, width, i + 3);
    }
    for (; i < count; i++) {
        table[spill(cells[i], limit, 0)] +=
            (uint64_t)bcn_number_at(values, width, i);
    }
}

void
bcn_cells_sum_u64(uint64_t *table, const size_t *lanes, uint32_t limit,
                  const uint32_t *cells, const void *values, int width,
                  size_t count)
{
    switch (width) {
    case 1:
        sum_u64(table, lanes, limit, cells, values, 1, count);
        break;
    case 2:
        sum_u64(table, lanes, limit, cells, values, 2, count);
        break;
    case 4:
        sum_u64(table, lanes, limit, cells, values, 4, count);
        break;
    default:
        sum_u64(table, lanes, limit, cells, values, 8, count);
    }
}

void
bcn_cells_both_u64(uint64_t *table, const size_t *lanes, uint32_t limit,
                   const uint32_t *cells, bcn_both measures, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t first = measures.first == NULL
                             ? 1
                             : (uint64_t)bcn_number_at(
                                   measures.first, measures.first_width, i);
        uint64_t second =
            (uint64_t)bcn_number_at(measures.second, measures.second_width, i);
        table[lanes[i % BCN_LANES] + spill(cells[i], limit, 0)] +=
            first + (second << 32);
    }
}

void
bcn_cells_sum_wide(bcn_wide *table, uint32_t limit, const uint32_t *cells,
                   const void *values, int width, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bcn_wide *at = &table[spill(cells[i], limit, 0)];
        *at = bcn_wide_add(*at, bcn_wide_of(bcn_number_at(values, width, i)));
    }
}

static BCN_ALWAYS_INLINE uint64_t
key_sum(uint64_t key, uint64_t offset)
{
    return key == BCN_SKIP || offset == BCN_SKIP ? BCN_SKIP : key + offset;
}

void
bcn_keys_add(uint64_t *keys, const void *codes, int width,
             const uint64_t *table, size_t count)
{
    if (width == 1) {
        const uint8_t *bytes = codes;
        for (size_t i = 0; i < count; i++) {
            keys[i] = key_sum(keys[i], table[bytes[i]]);
        }
    } else {
        const uint16_t *words = codes;
        for (size_t i = 0; i < count; i++) {
            keys[i] = key_sum(keys[i], table[words[i]]);
        }
    }
}

void
bcn_keys_add_offsets(uint64_t *keys, const uint64_t *offsets, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        keys[i] = key_sum(keys[i], offsets[i]);
    }
}

void
bcn_keys_mark(uint64_t *keys, const uint32_t *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        keys[i] = cells[i] == 0 ? keys[i] : BCN_SKIP;
    }
}
