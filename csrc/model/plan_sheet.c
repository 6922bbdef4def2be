#include "model/plan_sheet.h"

#include <string.h>

#include "kernel/narrow.h"

static size_t
place_of(int width)
{
    return width == 1 ? 0 : width == 2 ? 1 : width == 4 ? 2 : 3;
}

bcn_status
bcn_sheet_start(bcn_sheet *sheet, bcn_spare *spare, size_t cells, size_t step,
                size_t regions, bool fixed)
{
    regions = step != 0 ? cells / step + (cells % step != 0) : regions;
    sheet->spare = spare;
    sheet->cells = cells;
    sheet->regions = regions;
    sheet->fixed = fixed;
    atomic_init(&sheet->widest, fixed ? 8 : 1);
    atomic_init(&sheet->next, 0);
    for (size_t i = 0; i < BCN_SHEET_WIDTHS; i++) {
        atomic_init(&sheet->blocks[i], NULL);
    }
    sheet->starts = bcn_alloc(regions + 1, sizeof *sheet->starts);
    sheet->widths = bcn_calloc(regions, sizeof *sheet->widths);
    if (sheet->starts == NULL || sheet->widths == NULL) {
        return BCN_NOMEM;
    }
    for (size_t i = 0; i < regions; i++) {
        sheet->starts[i] = i * step;
    }
    sheet->starts[regions] = cells;
    return BCN_OK;
}

void
bcn_sheet_drop(bcn_sheet *sheet)
{
    for (size_t i = 0; i < BCN_SHEET_WIDTHS; i++) {
        bcn_block_drop(atomic_load(&sheet->blocks[i]));
    }
    bcn_free(sheet->starts);
    bcn_free(sheet->widths);
}

/* The block of so many bytes per cell.  Two workers may want it first: the
 * block of one of them goes back. */
static void *
block_of(bcn_sheet *sheet, int width)
{
    _Atomic(bcn_block *) *place = &sheet->blocks[place_of(width)];
    bcn_block *block = atomic_load(place);
    if (block == NULL) {
        bcn_block *made =
            bcn_spare_block(sheet->spare, sheet->cells, (size_t)width);
        if (made == NULL) {
            return NULL;
        }
        if (atomic_compare_exchange_strong(place, &block, made)) {
            block = made;
        } else {
            bcn_block_drop(made);
        }
    }
    return bcn_block_data(block);
}

/* Copy cells [from, to) into wider ones. */
static void
widen(void *wide, int width, const void *narrow, int before, uint64_t from,
      uint64_t to)
{
    bcn_narrow_copy((char *)wide + from * (size_t)width, width,
                    (const char *)narrow + from * (size_t)before, before,
                    (size_t)(to - from));
}

void *
bcn_sheet_open(bcn_sheet *sheet, size_t region, uint64_t bits,
               uint64_t written, int *width)
{
    int before = sheet->widths[region];
    int needed = sheet->fixed         ? 8
                 : bits <= UINT8_MAX  ? 1
                 : bits <= UINT16_MAX ? 2
                 : bits <= UINT32_MAX ? 4
                                      : 8;
    int widest = atomic_load(&sheet->widest);
    while (widest < needed &&
           !atomic_compare_exchange_weak(&sheet->widest, &widest, needed)) {
    }
    needed = before != 0 && before >= needed ? before
             : needed > widest               ? needed
                                             : widest;
    void *cells = block_of(sheet, needed);
    if (cells != NULL && before != 0 && before < needed) {
        widen(cells, needed, block_of(sheet, before), before,
              sheet->starts[region], written);
    }
    sheet->widths[region] = (uint8_t)needed;
    *width = needed;
    return cells;
}

/* bcn_task: make narrower regions as wide as the widest. */
static void
level(void *context, size_t worker)
{
    bcn_sheet *sheet = context;
    int width = atomic_load(&sheet->widest);
    (void)worker;
    for (;;) {
        size_t region = atomic_fetch_add(&sheet->next, 1);
        if (region >= sheet->regions) {
            return;
        }
        int before = sheet->widths[region];
        uint64_t from = sheet->starts[region], to = sheet->starts[region + 1];
        char *cells =
            bcn_block_data(atomic_load(&sheet->blocks[place_of(width)]));
        if (before == 0) {
            memset(cells + from * (size_t)width, 0,
                   (size_t)(to - from) * (size_t)width);
        } else if (before < width) {
            widen(
                cells, width,
                bcn_block_data(atomic_load(&sheet->blocks[place_of(before)])),
                before, from, to);
        }
    }
}

bcn_status
bcn_sheet_finish(bcn_sheet *sheet, size_t workers, bcn_block **cells,
                 int *width)
{
    bool level_already = true;
    *width = atomic_load(&sheet->widest);
    if (block_of(sheet, *width) == NULL) {
        return BCN_NOMEM;
    }
    for (size_t i = 0; i < sheet->regions; i++) {
        level_already = level_already && sheet->widths[i] == *width;
    }
    if (!level_already) {
        bcn_run(workers, level, sheet);
    }
    *cells = bcn_block_keep(atomic_load(&sheet->blocks[place_of(*width)]));
    return BCN_OK;
}
