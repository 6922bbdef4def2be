#include "model/origins.h"

uint64_t
bcn_batch_line(const bcn_batch *batch, size_t row, size_t *entry)
{
    if (batch->line_count == 0) {
        return 0;
    }
    while (*entry + 1 < batch->line_count &&
           batch->lines[*entry + 1].row <= row) {
        ++*entry;
    }
    return batch->lines[*entry].line + row - batch->lines[*entry].row;
}

static bcn_status
add(bcn_origins *origins, bcn_origin here)
{
    if (origins->count != 0) {
        const bcn_origin *last = &origins->items[origins->count - 1];
        uint64_t step = here.row - last->row;
        if (last->source == here.source && last->at + step == here.at &&
            (here.line == 0 ? last->line == 0
                            : last->line + step == here.line)) {
            return BCN_OK; /* goes on as before */
        }
    }
    BCN_TRY(bcn_grow((void **)&origins->items, &origins->capacity,
                     origins->count + 1, sizeof *origins->items));
    origins->items[origins->count++] = here;
    return BCN_OK;
}

bcn_status
bcn_origins_note(bcn_origins *origins, const bcn_batch *batch, bcn_origin from,
                 const uint8_t *skip)
{
    size_t entry = 0;
    bool lost = true; /* the next row that stays does not follow the last */
    for (size_t row = 0; row < batch->rows; row++) {
        size_t before = entry;
        uint64_t line = bcn_batch_line(batch, row, &entry);
        lost |= entry != before;
        if (skip != NULL && skip[row]) {
            lost = true;
            continue;
        }
        if (lost) {
            bcn_origin here = {from.row, from.at + row, line, from.source};
            BCN_TRY(add(origins, here));
            lost = false;
        } else if (skip == NULL && entry + 1 >= batch->line_count) {
            break; /* the rest follows one by one */
        }
        from.row++;
    }
    return BCN_OK;
}

bcn_origin
bcn_origins_find(const bcn_origins *origins, uint64_t row)
{
    size_t low = 0, high = origins->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (origins->items[middle].row <= row) {
            low = middle;
        } else {
            high = middle;
        }
    }
    bcn_origin found = origins->items[low];
    uint64_t step = row - found.row;
    found.row += step;
    found.at += step;
    found.line += found.line != 0 ? step : 0;
    return found;
}

void
bcn_origins_free(bcn_origins *origins)
{
    bcn_free(origins->items);
    *origins = (bcn_origins){0};
}
