#include <string.h>

#include "model/plan_crew.h"

/* Rows that share all but one or two columns: what these hold is counted, and
 * sent to the cells once. */

const void *
bcn_crew_measure(const bcn_crew *crew, size_t row)
{
    const bcn_column *measure = crew->job->plan->measure;
    return (const char *)measure->data + row * (size_t)measure->width;
}

bcn_both
bcn_crew_both(const bcn_crew *crew, size_t row)
{
    const bcn_column *first = crew->job->plan->measure;
    const bcn_column *second = crew->job->also;
    return (bcn_both){
        .first = first == NULL ? NULL : bcn_crew_measure(crew, row),
        .first_width = first == NULL ? 0 : first->width,
        .second = (const char *)second->data + row * (size_t)second->width,
        .second_width = second->width};
}

void
bcn_crew_add(const bcn_crew *crew, bcn_share *mine, uint32_t cell,
             uint64_t rows)
{
    if (crew->form == COUNT_32) {
        ((uint32_t *)mine->table)[cell] += (uint32_t)rows;
    } else {
        ((uint64_t *)mine->table)[cell] += rows;
    }
}

void
bcn_crew_few(const bcn_crew *crew, bcn_share *mine, size_t begin, size_t end,
             uint32_t offset)
{
    uint32_t counts[BCN_FEW] = {0};
    bcn_few_count(counts, crew->known, crew->known_count,
                  crew->quick.codes[0] + begin, end - begin);
    for (size_t i = 0; i < crew->known_count; i++) {
        bcn_crew_add(crew, mine,
                     offset + crew->quick.tables[0][crew->known[i]],
                     counts[i]);
    }
}

void
bcn_crew_bins(const bcn_crew *crew, bcn_share *mine, size_t begin, size_t end,
              uint32_t offset)
{
    uint32_t bins[BCN_BINS];
    memset(bins, 0, sizeof bins);
    bcn_bins_count(bins, crew->quick.codes[0] + begin, end - begin);
    for (size_t i = 0; i < crew->known_count; i++) {
        size_t code = crew->known[i];
        uint32_t rows = 0;
        for (size_t lane = 0; lane < 8; lane++) {
            rows += bins[lane * BCN_BIN_LANE + code];
        }
        bcn_crew_add(crew, mine, offset + crew->quick.tables[0][code], rows);
    }
}

/* Send the bytes that wait to their cells. */
void
bcn_crew_send_duos(const bcn_crew *crew, bcn_share *mine)
{
    if (mine->duo_rows == 0) {
        return;
    }
    mine->duo_rows = 0;
    uint32_t *bins = bcn_block_data(mine->duos);
    bcn_duos_fold((uint16_t *)(bins + 256), bins);
    for (size_t i = 0; i < crew->known_count; i++) {
        size_t code = crew->known[i];
        bcn_crew_add(crew, mine,
                     mine->duo_offset + crew->quick.tables[0][code],
                     bins[code]);
    }
    memset(bins, 0, 256 * sizeof *bins);
}

/* False, and nothing is counted, without memory. */
bool
bcn_crew_duos(const bcn_crew *crew, bcn_share *mine, size_t begin, size_t end,
              uint32_t offset)
{
    if (mine->duos == NULL) {
        mine->duos = bcn_block_new(512 + BCN_DUOS, sizeof(uint16_t), true);
        if (mine->duos == NULL) {
            return false;
        }
    }
    uint32_t *bins = bcn_block_data(mine->duos);
    while (begin < end) {
        if (mine->duo_offset != offset || mine->duo_rows == BCN_DUO_ROWS) {
            bcn_crew_send_duos(crew, mine);
            mine->duo_offset = offset;
        }
        size_t room = BCN_DUO_ROWS - mine->duo_rows;
        size_t rows = end - begin < room ? end - begin : room;
        bcn_duos_count((uint16_t *)(bins + 256), bins,
                       crew->quick.codes[0] + begin, rows);
        mine->duo_rows += rows;
        begin += rows;
    }
    return true;
}

void
bcn_crew_sum_bins(const bcn_crew *crew, bcn_share *mine, size_t begin,
                  size_t end, uint32_t offset)
{
    uint64_t bins[BCN_LANES * BCN_BIN_LANE];
    memset(bins, 0, sizeof bins);
    if (crew->form == BOTH_64) {
        bcn_bins_both(bins, crew->quick.codes[0] + begin,
                      bcn_crew_both(crew, begin), end - begin);
    } else {
        bcn_bins_sum(bins, crew->quick.codes[0] + begin,
                     bcn_crew_measure(crew, begin),
                     crew->job->plan->measure->width, end - begin);
    }
    uint64_t *table = mine->table;
    for (size_t i = 0; i < crew->known_count; i++) {
        size_t code = crew->known[i];
        uint64_t sum = 0;
        for (size_t lane = 0; lane < BCN_LANES; lane++) {
            sum += bins[lane * BCN_BIN_LANE + code];
        }
        table[offset + crew->quick.tables[0][code]] += sum;
    }
}

/* Few bytes are compared, and what they seldom have is added row by row; else
 * one look-up adds up both. */
void
bcn_crew_both_bins(const bcn_crew *crew, bcn_share *mine, size_t begin,
                   size_t end, uint32_t offset)
{
    enum { BLOCK = 1 << 15 };
    bcn_both measures = bcn_crew_both(crew, begin);
    if (measures.first != NULL || measures.second_width != 1 ||
        crew->known_count > bcn_few_most()) {
        bcn_crew_sum_bins(crew, mine, begin, end, offset);
        return;
    }
    uint64_t *table = (uint64_t *)mine->table + offset;
    const uint32_t *cells = crew->quick.tables[0];
    for (size_t row = begin; row < end; row += BLOCK) {
        size_t rows = end - row < BLOCK ? end - row : BLOCK;
        const uint8_t *codes = crew->quick.codes[0] + row;
        const uint8_t *values = bcn_crew_both(crew, row).second;
        uint64_t sums[256] = {0};
        uint32_t counts[BCN_FEW] = {0};
        if (!bcn_rare_sum(sums, codes, values, rows)) {
            bcn_crew_sum_bins(crew, mine, row, row + rows, offset);
            continue;
        }
        bcn_few_count(counts, crew->known, crew->known_count, codes, rows);
        for (size_t i = 0; i < crew->known_count; i++) {
            size_t code = crew->known[i];
            table[cells[code]] += counts[i] + (sums[code] << 32);
        }
    }
}

/* Send the waiting pairs to their cells. */
void
bcn_crew_send_pairs(const bcn_crew *crew, bcn_share *mine)
{
    if (!mine->pairs_wait) {
        return;
    }
    mine->pairs_wait = false;
    uint32_t *pairs = bcn_block_data(mine->pairs);
    const uint32_t *rows = crew->quick.tables[0];
    const uint32_t *columns = crew->quick.tables[1];
    uint32_t limit = crew->limit - mine->pair_offset;
    uint32_t *table = (uint32_t *)mine->table + mine->pair_offset;
    for (size_t a = 0; a < 256; a++) {
        const uint32_t *first = pairs + a * BCN_PAIR_ROW;
        const uint32_t *second = first + BCN_PAIR_LANE;
        for (size_t b = 0; b < 256 && rows[a] < limit; b++) {
            uint32_t cell = rows[a] + columns[b];
            if (cell < limit) {
                table[cell] += first[b] + second[b];
            }
        }
    }
    memset(pairs, 0, BCN_PAIRS * sizeof *pairs);
}

void
bcn_crew_pairs(const bcn_crew *crew, bcn_share *mine, size_t begin, size_t end,
               uint32_t offset)
{
    if (mine->pair_offset != offset) {
        bcn_crew_send_pairs(crew, mine);
        mine->pair_offset = offset;
    }
    mine->pairs_wait = true;
    if (crew->pick_count > 0) {
        bcn_pairs_pick(bcn_block_data(mine->pairs), crew->quick.codes[0],
                       crew->quick.codes[1], crew->pair_by, crew->picks,
                       crew->pick_count, crew->words,
                       (uint32_t)crew->job->slot_from,
                       (uint32_t)crew->job->slot_to, begin, end);
        return;
    }
    bcn_pairs_count(bcn_block_data(mine->pairs), crew->quick.codes[0],
                    crew->quick.codes[1], crew->pair_by, crew->pair_kept,
                    begin, end);
}
