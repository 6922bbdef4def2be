#include <string.h>

#include "model/plan_crew.h"

/* Two measures in one pass: the halves of a word are the sums of a cell, so
 * that a row costs one addition. */

void
bcn_both_part(const bcn_crew *crew, bcn_share *mine)
{
    size_t cells = crew->limit;
    uint64_t *first = bcn_block_data(mine->sums), *second = first + cells;
    for (size_t turn = 0; turn < crew->lane_count; turn++) {
        uint64_t *table = (uint64_t *)mine->table + turn * crew->lane;
        for (size_t cell = 0; cell < cells; cell++) {
            first[cell] += (uint32_t)table[cell];
            second[cell] += table[cell] >> 32;
        }
        memset(table, 0, crew->lane * sizeof *table);
    }
    mine->both_rows = 0;
}

void
bcn_both_fold(const bcn_crew *crew)
{
    size_t cells = crew->limit;
    for (size_t i = 0; i < crew->workers; i++) {
        const uint64_t *sums = bcn_block_data(crew->shares[i].sums);
        for (size_t cell = 0; cell < cells; cell++) {
            crew->low[cell] += (int64_t)sums[cell];
            crew->also[cell] += (int64_t)sums[cells + cell];
        }
    }
}
