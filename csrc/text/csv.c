#include "text/csv.h"

#include <string.h>

#include "base/memory.h"
#include "text/csv_batch.h"
#include "text/csv_input.h"
#include "text/csv_rows.h"

enum {
    BLOCK_BYTES = 512 << 10,
    BATCH_ROWS = 1 << 16,
    RECORD_LIMIT = 64 << 20,
    MOST = 1 << 30
};

/* What one worker owns. */
typedef struct worker {
    bcn_csv_block block;
    bcn_csv_rows rows;
    bcn_csv_batch batch;
    uint64_t ticket; /* the block's place in the source */
    bool has_turn;
    bool caller;
} worker;

typedef struct reading {
    bcn_csv_options options;
    bcn_sink sink;
    bcn_watch *watch;
    bcn_error *error;
    worker *workers;
    /* Whoever holds `taking` takes the next block. */
    bcn_lock *taking;
    bcn_csv_source source;
    uint64_t tickets;
    /* Blocks are handed on in the order of their tickets.  `turn` and `over`
     * change only under `turns`; the rest is the turn's. */
    bcn_lock *turns;
    uint64_t turn;
    bool over;
    bcn_status status;
    uint64_t line; /* the first of the block whose turn it is */
} reading;

/* The work has failed for good; the first to say so is heard. */
static void
give_up(reading *all, bcn_status status)
{
    bcn_lock_take(all->turns);
    if (!all->over) {
        all->over = true;
        all->status = status;
    }
    bcn_lock_notify(all->turns);
    bcn_lock_give(all->turns);
}

static bool
is_over(reading *all, const worker *mine)
{
    bool stop = bcn_watch_check(all->watch, mine->caller);
    bcn_lock_take(all->turns);
    bool over = all->over;
    bcn_lock_give(all->turns);
    if (stop && !over) {
        give_up(all, BCN_CANCELLED);
    }
    return stop || over;
}

/* Wait until all blocks before mine are done; false when the work is over. */
static bool
turn_await(reading *all, worker *mine)
{
    if (mine->has_turn) {
        return !is_over(all, mine);
    }
    bool stop = false;
    bcn_lock_take(all->turns);
    while (!all->over && all->turn != mine->ticket && !stop) {
        if (mine->caller) {
            bcn_lock_wait_briefly(all->turns);
            stop = bcn_watch_check(all->watch, true);
        } else {
            bcn_lock_wait(all->turns);
        }
    }
    mine->has_turn = !all->over && all->turn == mine->ticket;
    bcn_lock_give(all->turns);
    if (stop) {
        give_up(all, BCN_CANCELLED);
        return false;
    }
    return mine->has_turn && !is_over(all, mine);
}

static void
turn_pass(reading *all, worker *mine)
{
    bcn_lock_take(all->turns);
    all->turn++;
    mine->has_turn = false;
    bcn_lock_notify(all->turns);
    bcn_lock_give(all->turns);
}

/* Hand the batch on; false when the work is over. */
static bool
hand_on(reading *all, worker *mine)
{
    if (!turn_await(all, mine)) {
        return false;
    }
    if (mine->batch.rows != 0) {
        bcn_batch view = bcn_csv_batch_view(&mine->batch, all->line);
        bcn_status status = all->sink.take(all->sink.context, &view);
        bcn_csv_batch_clear(&mine->batch);
        if (status != BCN_OK) {
            give_up(all, status);
            return false;
        }
    }
    return true;
}

/* Parse the block into batches; false when the work is over. */
static bool
parse(reading *all, worker *mine)
{
    bcn_csv_rows *rows = &mine->rows;
    const bcn_csv_block *block = &mine->block;
    bcn_csv_rows_begin(rows, block->text, block->length, block->quoted);
    mine->batch.next_line = 0;
    while (rows->position < rows->length && !rows->too_long) {
        bcn_status status = bcn_csv_rows_next(rows);
        size_t from = 0, taken;
        while (status == BCN_OK && from < rows->row_count) {
            status = bcn_csv_batch_add(&mine->batch, rows, from, &taken);
            from += taken;
            if (status == BCN_OK && from < rows->row_count &&
                !hand_on(all, mine)) {
                return false;
            }
        }
        if (status != BCN_OK) {
            give_up(all, status);
            return false;
        }
    }
    return hand_on(all, mine);
}

/* What ends the reading at this block, in its turn. */
static bcn_status
trouble_tell(const reading *all, const worker *mine)
{
    const bcn_csv_block *block = &mine->block;
    uint64_t line = all->line + mine->rows.first_line;
    if (mine->rows.too_long || block->trouble == BCN_CSV_TOO_LONG) {
        return bcn_fail(all->error, BCN_INVALID,
                        "line %llu: the record that begins here is longer "
                        "than %llu bytes; is this delimited text?",
                        (unsigned long long)line,
                        (unsigned long long)all->options.record_limit);
    }
    if (block->trouble == BCN_CSV_UNFINISHED) {
        line += bcn_csv_count_lines(block->text + block->length,
                                    block->open - block->length);
        return bcn_fail(all->error, BCN_INVALID,
                        "line %llu: a quote opens here and is never closed",
                        (unsigned long long)line);
    }
    if (block->trouble == BCN_CSV_BROKEN) {
        return bcn_fail(all->error, BCN_IO, "reading failed after line %llu",
                        (unsigned long long)(line != 0 ? line - 1 : 0));
    }
    return BCN_OK;
}

/* Take the next block; false when there is none. */
static bool
take_block(reading *all, worker *mine)
{
    bcn_lock_take(all->taking);
    bool there = !all->source.ended;
    bcn_status status = BCN_OK;
    if (there) {
        status = bcn_csv_source_next(&all->source, &mine->block, all->watch,
                                     mine->caller);
        mine->ticket = all->tickets++;
        all->source.ended |= status != BCN_OK;
    }
    bcn_lock_give(all->taking);
    if (status != BCN_OK) {
        give_up(all, status);
    }
    return there && status == BCN_OK;
}

static void
work(void *context, size_t number)
{
    reading *all = context;
    worker *mine = &all->workers[number];
    while (!is_over(all, mine) && take_block(all, mine)) {
        if (!parse(all, mine)) {
            return;
        }
        bcn_status status = trouble_tell(all, mine);
        if (status != BCN_OK) {
            give_up(all, status);
            return;
        }
        all->line += mine->rows.line;
        turn_pass(all, mine);
    }
}

static bcn_status
options_check(const bcn_csv_options *options, bcn_error *error)
{
    char split = options->delimiter, quote = options->quote;
    if (split == '\n' || split == '\r' || split == quote || quote == '\n' ||
        quote == '\r') {
        return bcn_fail(error, BCN_RANGE,
                        "delimiter and quote must differ, and neither may be "
                        "a line end");
    }
    if (options->fields < 1 || options->fields > BCN_CSV_FIELDS_MAX) {
        return bcn_fail(error, BCN_RANGE,
                        "%zu fields in a record; 1 to %d are possible",
                        options->fields, BCN_CSV_FIELDS_MAX);
    }
    if (options->column_count >= UINT16_MAX) {
        return bcn_fail(error, BCN_RANGE, "%zu columns are too many",
                        options->column_count);
    }
    for (size_t i = 0; i < options->column_count; i++) {
        int field = options->columns[i].field;
        if (field < BCN_CSV_ABSENT || field >= (int)options->fields) {
            return bcn_fail(error, BCN_RANGE,
                            "column %zu reads field %d of %zu", i, field,
                            options->fields);
        }
    }
    return BCN_OK;
}

static size_t
or_default(size_t given, size_t otherwise)
{
    size_t value = given != 0 ? given : otherwise;
    return value < MOST ? value : MOST;
}

static bcn_status
prepare(reading *all)
{
    bcn_csv_options *options = &all->options;
    all->taking = bcn_lock_new();
    all->turns = bcn_lock_new();
    all->workers = bcn_calloc(options->workers, sizeof *all->workers);
    if (all->taking == NULL || all->turns == NULL || all->workers == NULL) {
        return BCN_NOMEM;
    }
    for (size_t i = 0; i < options->workers; i++) {
        worker *mine = &all->workers[i];
        mine->caller = i == 0;
        BCN_TRY(bcn_csv_rows_new(&mine->rows, options->delimiter,
                                 options->quote, options->fields,
                                 options->record_limit));
        BCN_TRY(bcn_csv_batch_new(&mine->batch, options));
    }
    return BCN_OK;
}

static void
clean(reading *all)
{
    for (size_t i = 0; all->workers != NULL && i < all->options.workers; i++) {
        bcn_free(all->workers[i].block.text);
        bcn_csv_rows_free(&all->workers[i].rows);
        bcn_csv_batch_free(&all->workers[i].batch);
    }
    bcn_free(all->workers);
    bcn_free(all->source.carry);
    bcn_lock_free(all->taking);
    bcn_lock_free(all->turns);
}

bcn_status
bcn_csv_read(const bcn_csv_options *options, bcn_csv_input input,
             bcn_sink sink, bcn_watch *watch, bcn_error *error)
{
    enum { MOST_WORKERS = 64 };
    BCN_TRY(options_check(options, error));
    reading all = {.options = *options, .sink = sink, .watch = watch};
    all.error = error;
    all.options.workers = or_default(options->workers, 1);
    if (all.options.workers > MOST_WORKERS) {
        all.options.workers = MOST_WORKERS;
    }
    all.options.block_bytes = or_default(options->block_bytes, BLOCK_BYTES);
    all.options.batch_rows = or_default(options->batch_rows, BATCH_ROWS);
    all.options.record_limit = or_default(options->record_limit, RECORD_LIMIT);
    all.line = options->first_line != 0 ? options->first_line : 1;
    all.source = (bcn_csv_source){.input = input,
                                  .before = options->before,
                                  .delimiter = options->delimiter,
                                  .quote = options->quote,
                                  .marker = bcn_csv_marker_best(),
                                  .block_bytes = all.options.block_bytes,
                                  .limit = all.options.record_limit,
                                  .mark = all.line == 1};
    all.status = prepare(&all);
    if (all.status == BCN_OK) {
        bcn_run(all.options.workers, work, &all);
    }
    clean(&all);
    return all.status;
}
