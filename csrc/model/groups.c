#include "model/groups.h"

#include "model/duplicates.h"

/* A log's column as the search for duplicates reads it.  Only looked at. */
static bcn_store
store_of(const bcn_log_column *column)
{
    return (bcn_store){
        .field = {.kind = column->view.kind},
        .present = true,
        .rows = column->view.rows,
        .values = {.data = (void *)(uintptr_t)column->view.data},
        .width = (unsigned)column->view.width,
        .stated = {.data = (void *)(uintptr_t)column->view.valid},
        .texts = column->texts,
        .ends = {.data = column->ends != NULL ? bcn_block_data(column->ends)
                                              : NULL},
        .bytes = {.data = column->bytes != NULL ? bcn_block_data(column->bytes)
                                                : NULL},
        .sorted = column->view.sorted,
        .rising = column->rising,
    };
}

bcn_status
bcn_groups_new(const bcn_log *log, size_t id, size_t sender, size_t workers,
               bcn_watch *watch, bcn_block **block, bcn_column *column)
{
    size_t rows = bcn_log_rows(log);
    if (rows >= UINT32_MAX) {
        return BCN_TOO_LARGE;
    }
    bcn_block *made = bcn_block_new(rows, sizeof(uint32_t), false);
    if (made == NULL) {
        return BCN_NOMEM;
    }
    uint32_t *groups = bcn_block_data(made);
    for (size_t i = 0; i < rows; i++) {
        groups[i] = (uint32_t)i;
    }
    bool alone = sender == BCN_NO_SENDER;
    const bcn_store stores[] = {
        store_of(bcn_log_at(log, id)),
        store_of(bcn_log_at(log, alone ? id : sender))};
    const bcn_schema schema = {.count = alone ? 1 : 2,
                               .id = 0,
                               .keys = {1},
                               .key_count = alone ? 0 : 1};
    bcn_repeats repeats = {0};
    bcn_status status =
        bcn_repeats_find(stores, &schema, workers, watch, &repeats);
    for (size_t i = 0; status == BCN_OK && i < repeats.count; i++) {
        groups[repeats.rows[i]] = repeats.firsts[i];
    }
    bcn_repeats_free(&repeats);
    if (status != BCN_OK) {
        bcn_block_drop(made);
        return status;
    }
    *block = made;
    *column = (bcn_column){.kind = BCN_INTEGER,
                           .width = 4,
                           .data = groups,
                           .rows = rows,
                           .greatest = rows == 0 ? 0 : (int64_t)rows - 1};
    return BCN_OK;
}
