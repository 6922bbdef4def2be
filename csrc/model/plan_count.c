#include <string.h>

#include "kernel/narrow.h"
#include "model/plan_crew.h"

enum {
    BLOCK = BCN_CELLS_BLOCK,
    SHORT_RUN = 48,      /* rows: shorter runs are counted block by block */
    HISTOGRAM_RUN = 512, /* rows: longer ones pay for a byte histogram */
    DUOS_RUN = 1 << 15,  /* rows: longer ones are counted two at a time */
    PAIRS_RUN = 4096     /* rows: longer ones are counted as pairs */
};
#define NO_SLICE UINT64_MAX

static const void *
measure_from(const bcn_crew *crew, size_t row)
{
    const bcn_column *measure = crew->job->plan->measure;
    return (const char *)measure->data + row * (size_t)measure->width;
}

/* Count rows [row, row + count), whose cells are complete. */
static void
count_cells(const bcn_crew *crew, bcn_share *mine, size_t row,
            const uint32_t *cells, size_t count)
{
    switch (crew->form) {
    case COUNT_32:
        bcn_cells_count_u32(mine->table, crew->lanes, crew->limit, cells,
                            count);
        break;
    case COUNT_64:
        bcn_cells_count_u64(mine->table, crew->lanes, crew->limit, cells,
                            count);
        break;
    case SUM_64:
        bcn_cells_sum_u64(mine->table, crew->lanes, crew->limit, cells,
                          measure_from(crew, row),
                          crew->job->plan->measure->width, count);
        break;
    case SUM_WIDE:
        bcn_cells_sum_wide(mine->table, crew->limit, cells,
                           measure_from(crew, row),
                           crew->job->plan->measure->width, count);
        break;
    }
}

/* Count the waiting rows: their cells hold the offsets of the run's clocks,
 * the rest is added here. */
static void
count_waiting(const bcn_crew *crew, bcn_share *mine)
{
    size_t row = mine->row, count = mine->waiting;
    mine->waiting = 0;
    if (count == 0) {
        return;
    }
    for (size_t i = 0; i < crew->look_count; i++) {
        const bcn_look *look = &crew->looks[i];
        bcn_cells_add(mine->cells, look->codes + row * (size_t)look->width,
                      look->width, look->table, count);
    }
    for (size_t i = 0; i < crew->dial_count; i++) {
        const bcn_dial *dial = &crew->dials[i];
        uint64_t offsets[BLOCK];
        bcn_clock_cells(dial->clocks, dial->count,
                        (const int64_t *)dial->times->data + row, count,
                        offsets);
        bcn_cells_add_offsets(mine->cells, offsets, count);
    }
    bcn_job_ranges(crew->job, mine->cells, row, count);
    if (crew->parts != NULL) {
        bcn_parts_deal(crew->parts, (size_t)(mine - crew->shares), crew->limit,
                       mine->cells, count);
        return;
    }
    count_cells(crew, mine, row, mine->cells, count);
}

static void
wait_with(const bcn_crew *crew, bcn_share *mine, size_t begin, size_t end,
          uint32_t offset)
{
    while (begin < end) {
        if (mine->waiting == BLOCK) {
            count_waiting(crew, mine);
        }
        if (mine->waiting == 0) {
            mine->row = begin;
        }
        size_t room = BLOCK - mine->waiting;
        size_t count = end - begin < room ? end - begin : room;
        bcn_cells_fill(mine->cells + mine->waiting, count, offset);
        mine->waiting += count;
        begin += count;
    }
}

static void
add_rows(const bcn_crew *crew, bcn_share *mine, uint32_t cell, uint64_t rows)
{
    if (crew->form == COUNT_32) {
        ((uint32_t *)mine->table)[cell] += (uint32_t)rows;
    } else {
        ((uint64_t *)mine->table)[cell] += rows;
    }
}

static void
count_few(const bcn_crew *crew, bcn_share *mine, size_t begin, size_t end,
          uint32_t offset)
{
    uint32_t counts[BCN_FEW] = {0};
    bcn_few_count(counts, crew->known, crew->known_count,
                  crew->quick.codes[0] + begin, end - begin);
    for (size_t i = 0; i < crew->known_count; i++) {
        add_rows(crew, mine, offset + crew->quick.tables[0][crew->known[i]],
                 counts[i]);
    }
}

static void
count_histogram(const bcn_crew *crew, bcn_share *mine, size_t begin,
                size_t end, uint32_t offset)
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
        add_rows(crew, mine, offset + crew->quick.tables[0][code], rows);
    }
}

/* Send the bytes that wait to their cells. */
static void
send_duos(const bcn_crew *crew, bcn_share *mine)
{
    if (mine->duo_rows == 0) {
        return;
    }
    mine->duo_rows = 0;
    uint32_t *bins = bcn_block_data(mine->duos);
    bcn_duos_fold((uint16_t *)(bins + 256), bins);
    for (size_t i = 0; i < crew->known_count; i++) {
        size_t code = crew->known[i];
        add_rows(crew, mine, mine->duo_offset + crew->quick.tables[0][code],
                 bins[code]);
    }
    memset(bins, 0, 256 * sizeof *bins);
}

/* False, and nothing is counted, without memory. */
static bool
count_duos(const bcn_crew *crew, bcn_share *mine, size_t begin, size_t end,
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
            send_duos(crew, mine);
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

static void
sum_histogram(const bcn_crew *crew, bcn_share *mine, size_t begin, size_t end,
              uint32_t offset)
{
    uint64_t bins[BCN_LANES * BCN_BIN_LANE];
    memset(bins, 0, sizeof bins);
    bcn_bins_sum(bins, crew->quick.codes[0] + begin, measure_from(crew, begin),
                 crew->job->plan->measure->width, end - begin);
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

/* Send the waiting pairs to their cells. */
static void
send_pairs(const bcn_crew *crew, bcn_share *mine)
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

static void
count_pairs(const bcn_crew *crew, bcn_share *mine, size_t begin, size_t end,
            uint32_t offset)
{
    if (mine->pair_offset != offset) {
        send_pairs(crew, mine);
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

static void
count_fused(const bcn_crew *crew, bcn_share *mine, size_t begin, size_t end,
            uint32_t offset)
{
    uint32_t limit = crew->unbound ? BCN_NO_LIMIT : crew->limit - offset;
    if (crew->words != NULL) {
        bcn_count_words_u32((uint32_t *)mine->table + offset, crew->lanes,
                            limit, &crew->quick, crew->words, crew->word_table,
                            crew->word_shift, begin, end);
        return;
    }
    switch (crew->form) {
    case COUNT_32:
        bcn_count_u32((uint32_t *)mine->table + offset, crew->lanes, limit,
                      &crew->quick, begin, end);
        break;
    case COUNT_64:
        bcn_count_u64((uint64_t *)mine->table + offset, crew->lanes, limit,
                      &crew->quick, begin, end);
        break;
    default:
        bcn_sum_u64((uint64_t *)mine->table + offset, crew->lanes, limit,
                    &crew->quick, crew->job->plan->measure->data,
                    crew->job->plan->measure->width, begin, end);
    }
}

/* Add a slice of wide sums to the answer and clear the table. */
static void
write_wide(const bcn_crew *crew, bcn_share *mine, uint64_t start, bool again)
{
    int64_t *low = crew->low + start, *high = crew->high + start;
    bcn_wide *from = mine->table;
    if (!again) {
        size_t gap = (size_t)(start - mine->fresh) * 8;
        memset(crew->low + mine->fresh, 0, gap);
        memset(crew->high + mine->fresh, 0, gap);
    }
    for (uint64_t i = 0; i < crew->span; i++) {
        bcn_wide sum = {again ? (uint64_t)low[i] : 0, again ? high[i] : 0};
        sum = bcn_wide_add(sum, from[i]);
        low[i] = (int64_t)sum.low;
        high[i] = sum.high;
        from[i] = (bcn_wide){0, 0};
    }
}

/* Write a slice of figures of `bytes` bytes to the sheet and clear the
 * table. */
static bool
write_figures(bcn_crew *crew, bcn_share *mine, uint64_t start, bool again,
              int bytes)
{
    size_t span = (size_t)crew->span, slice = span * (size_t)bytes;
    int width;
    for (size_t turn = 1; turn < crew->lane_count; turn++) {
        size_t first = turn * crew->lane;
        if (bytes == 4) {
            uint32_t *table = mine->table;
            bcn_narrow_add_u32(table, table + first, 4, span);
            memset(table + first, 0, slice);
        } else {
            uint64_t *table = mine->table;
            bcn_narrow_add_u64(table, table + first, 8, span);
            memset(table + first, 0, slice);
        }
    }
    if (again) {
        const char *cells = bcn_sheet_open(&crew->sheet, mine->piece, 0,
                                           mine->fresh, &width);
        cells += start * (size_t)width;
        uint64_t before = 0;
        (void)bcn_narrow_bits(cells, width, span, &before);
        mine->nonzero -= before;
        if (bytes == 4) {
            bcn_narrow_add_u32(mine->table, cells, width, span);
        } else {
            bcn_narrow_add_u64(mine->table, cells, width, span);
        }
    }
    uint64_t bits = bcn_narrow_bits(mine->table, bytes, span, &mine->nonzero);
    char *cells = bcn_sheet_open(&crew->sheet, mine->piece, bits, mine->fresh,
                                 &width);
    if (cells == NULL) {
        return false;
    }
    if (!again) {
        memset(cells + mine->fresh * (size_t)width, 0,
               (size_t)(start - mine->fresh) * (size_t)width);
    }
    bcn_narrow_copy(cells + start * (size_t)width, width, mine->table, bytes,
                    span);
    memset(mine->table, 0, slice);
    return true;
}

/* Write the slice in the table to the answer and clear the table. */
static void
write_slice(bcn_crew *crew, bcn_share *mine)
{
    uint64_t start = mine->slice;
    mine->slice = NO_SLICE;
    if (start == NO_SLICE || mine->status != BCN_OK) {
        return;
    }
    send_pairs(crew, mine);
    send_duos(crew, mine);
    bool again = start < mine->fresh; /* an hour that a zone repeats */
    if (!crew->on_sheet) {
        write_wide(crew, mine, start, again);
    } else if (!write_figures(crew, mine, start, again,
                              crew->form == COUNT_32 ? 4 : 8)) {
        mine->status = BCN_NOMEM;
    }
    mine->fresh = again ? mine->fresh : start + crew->span;
}

/* The cells of a piece past its last slice are 0. */
static void
end_piece(bcn_crew *crew, bcn_share *mine)
{
    write_slice(crew, mine);
    size_t rest = (size_t)(crew->cells[mine->piece + 1] - mine->fresh);
    if (!crew->on_sheet) {
        memset(crew->low + mine->fresh, 0, rest * 8);
        memset(crew->high + mine->fresh, 0, rest * 8);
    } else if (mine->status == BCN_OK) {
        int width;
        char *cells = bcn_sheet_open(&crew->sheet, mine->piece, 0, mine->fresh,
                                     &width);
        if (cells == NULL) {
            mine->status = BCN_NOMEM;
            return;
        }
        memset(cells + mine->fresh * (size_t)width, 0, rest * (size_t)width);
    }
}

/* Count rows [begin, end) that share the offset of their clocks. */
static void
count_run(bcn_crew *crew, bcn_share *mine, size_t begin, size_t end,
          uint64_t offset)
{
    if (crew->span != 0 && offset < crew->job->cells) {
        if (mine->slice == NO_SLICE || offset < mine->slice ||
            offset - mine->slice >= crew->span) {
            count_waiting(crew, mine);
            write_slice(crew, mine);
            mine->slice = offset - offset % crew->span;
        }
        offset -= mine->slice;
    }
    if (crew->bare) {
        if (offset < crew->limit) {
            add_rows(crew, mine, (uint32_t)offset, end - begin);
        }
        return;
    }
    if (end - begin < SHORT_RUN || !crew->fused) {
        wait_with(crew, mine, begin, end,
                  offset >= crew->limit ? BCN_SKIP_CELL : (uint32_t)offset);
        return;
    }
    count_waiting(crew, mine);
    if (offset >= crew->limit) {
        return; /* BCN_SKIP */
    }
    if (crew->paired && end - begin >= PAIRS_RUN) {
        count_pairs(crew, mine, begin, end, (uint32_t)offset);
    } else if (crew->histogram && crew->form == SUM_64) {
        (end - begin >= HISTOGRAM_RUN ? sum_histogram : count_fused)(
            crew, mine, begin, end, (uint32_t)offset);
    } else if (crew->histogram && crew->known_count <= BCN_FEW) {
        count_few(crew, mine, begin, end, (uint32_t)offset);
    } else if (crew->histogram && crew->form == COUNT_32 &&
               end - begin >= DUOS_RUN &&
               count_duos(crew, mine, begin, end, (uint32_t)offset)) {
        return;
    } else if (crew->histogram && end - begin >= HISTOGRAM_RUN) {
        count_histogram(crew, mine, begin, end, (uint32_t)offset);
    } else {
        count_fused(crew, mine, begin, end, (uint32_t)offset);
    }
}

static void
count_rows(bcn_crew *crew, bcn_share *mine, size_t begin, size_t end)
{
    const bcn_dial *run = crew->job->run;
    if (run == NULL) {
        count_run(crew, mine, begin, end, 0);
    } else {
        bcn_clock_cursor cursor;
        size_t from, to;
        uint64_t offset;
        bcn_clock_cursor_start(&cursor, run->clocks, run->count,
                               run->times->data, begin, end);
        while (bcn_clock_cursor_next(&cursor, &from, &to, &offset)) {
            count_run(crew, mine, from, to, offset);
        }
    }
    count_waiting(crew, mine);
}

void
bcn_crew_work(void *context, size_t worker)
{
    bcn_crew *crew = context;
    bcn_share *mine = &crew->shares[worker];
    for (;;) {
        size_t piece = atomic_fetch_add(&crew->next, 1);
        if (piece >= crew->cut_count) {
            send_pairs(crew, mine);
            send_duos(crew, mine);
            return;
        }
        mine->slice = NO_SLICE;
        mine->piece = piece;
        mine->fresh = crew->cells[piece];
        size_t end = crew->cuts[piece + 1];
        for (size_t row = crew->cuts[piece]; row < end;) {
            if (bcn_watch_check(crew->job->watch, worker == 0)) {
                mine->status = BCN_CANCELLED;
            }
            if (mine->status != BCN_OK) {
                return;
            }
            size_t stop =
                end - row < BCN_PIECE_ROWS ? end : row + BCN_PIECE_ROWS;
            count_rows(crew, mine, row, stop);
            row = stop;
        }
        if (crew->span != 0) {
            end_piece(crew, mine);
        }
    }
}
