#include <string.h>

#include "kernel/narrow.h"
#include "model/plan_crew.h"

/* Slices of the answer are counted in a table and written once. */

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
        const char *cells =
            bcn_sheet_open(&crew->sheet, mine->piece, 0, mine->fresh, &width);
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
    char *cells =
        bcn_sheet_open(&crew->sheet, mine->piece, bits, mine->fresh, &width);
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
void
bcn_crew_write_slice(bcn_crew *crew, bcn_share *mine)
{
    uint64_t start = mine->slice;
    mine->slice = BCN_NO_SLICE;
    if (start == BCN_NO_SLICE || mine->status != BCN_OK) {
        return;
    }
    bcn_crew_send_pairs(crew, mine);
    bcn_crew_send_duos(crew, mine);
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
void
bcn_crew_end_piece(bcn_crew *crew, bcn_share *mine)
{
    bcn_crew_write_slice(crew, mine);
    size_t rest = (size_t)(crew->cells[mine->piece + 1] - mine->fresh);
    if (!crew->on_sheet) {
        memset(crew->low + mine->fresh, 0, rest * 8);
        memset(crew->high + mine->fresh, 0, rest * 8);
    } else if (mine->status == BCN_OK) {
        int width;
        char *cells =
            bcn_sheet_open(&crew->sheet, mine->piece, 0, mine->fresh, &width);
        if (cells == NULL) {
            mine->status = BCN_NOMEM;
            return;
        }
        memset(cells + mine->fresh * (size_t)width, 0, rest * (size_t)width);
    }
}
