#include "model/plan_crew.h"

enum {
    BLOCK = BCN_CELLS_BLOCK,
    SHORT_RUN = 48,      /* rows: shorter runs are counted block by block */
    HISTOGRAM_RUN = 512, /* rows: longer ones pay for a byte histogram */
    DUOS_RUN = 1 << 15,  /* rows: longer ones are counted two at a time */
    PAIRS_RUN = 4096     /* rows: longer ones are counted as pairs */
};

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
                          bcn_crew_measure(crew, row),
                          crew->job->plan->measure->width, count);
        break;
    case BOTH_64:
        bcn_cells_both_u64(mine->table, crew->lanes, crew->limit, cells,
                           bcn_crew_both(crew, row), count);
        break;
    case SUM_WIDE:
        bcn_cells_sum_wide(mine->table, crew->limit, cells,
                           bcn_crew_measure(crew, row),
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

/* Count rows [begin, end) that share the offset of their clocks. */
static void
count_run(bcn_crew *crew, bcn_share *mine, size_t begin, size_t end,
          uint64_t offset)
{
    if (crew->span != 0 && offset < crew->job->cells) {
        if (mine->slice == BCN_NO_SLICE || offset < mine->slice ||
            offset - mine->slice >= crew->span) {
            count_waiting(crew, mine);
            bcn_crew_write_slice(crew, mine);
            mine->slice = offset - offset % crew->span;
        }
        offset -= mine->slice;
    }
    if (crew->bare) {
        if (offset < crew->limit) {
            bcn_crew_add(crew, mine, (uint32_t)offset, end - begin);
        }
        return;
    }
    size_t least = crew->form == BOTH_64 ? HISTOGRAM_RUN : SHORT_RUN;
    if (end - begin < least || !crew->fused) {
        wait_with(crew, mine, begin, end,
                  offset >= crew->limit ? BCN_SKIP_CELL : (uint32_t)offset);
        return;
    }
    count_waiting(crew, mine);
    if (offset >= crew->limit) {
        return; /* BCN_SKIP */
    }
    if (crew->paired && end - begin >= PAIRS_RUN) {
        bcn_crew_pairs(crew, mine, begin, end, (uint32_t)offset);
    } else if (crew->form == BOTH_64) {
        bcn_crew_both_bins(crew, mine, begin, end, (uint32_t)offset);
    } else if (crew->histogram && crew->form == SUM_64) {
        (end - begin >= HISTOGRAM_RUN ? bcn_crew_sum_bins : count_fused)(
            crew, mine, begin, end, (uint32_t)offset);
    } else if (crew->histogram && crew->known_count <= bcn_few_most()) {
        bcn_crew_few(crew, mine, begin, end, (uint32_t)offset);
    } else if (crew->histogram && crew->form == COUNT_32 &&
               end - begin >= DUOS_RUN &&
               bcn_crew_duos(crew, mine, begin, end, (uint32_t)offset)) {
        return;
    } else if (crew->histogram && end - begin >= HISTOGRAM_RUN) {
        bcn_crew_bins(crew, mine, begin, end, (uint32_t)offset);
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
            bcn_crew_send_pairs(crew, mine);
            bcn_crew_send_duos(crew, mine);
            if (crew->form == BOTH_64) {
                bcn_both_part(crew, mine);
            }
            return;
        }
        mine->slice = BCN_NO_SLICE;
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
            if (crew->form == BOTH_64) {
                if (mine->both_rows + (stop - row) > crew->both_rows) {
                    bcn_both_part(crew, mine);
                }
                mine->both_rows += stop - row;
            }
            count_rows(crew, mine, row, stop);
            row = stop;
        }
        if (crew->span != 0) {
            bcn_crew_end_piece(crew, mine);
        }
    }
}
