#include <string.h>

#include "model/plan_crew.h"

enum {
    SMALL_CELLS = 1 << 15,
    OWN_BYTES = 1 << 28,
    SLACK_CELLS = 1 << 13, /* tables that have room for what is not counted */
    PAIRED_ROWS = 1 << 17  /* rows of a table that pay for counting pairs */
};

static size_t
entries_of(const bcn_term *term)
{
    return term->width == 1 ? 256 : 65536;
}

/* What is not counted lies just past the cells of the table: the looks of one
 * row together reach at most as many times past them as they are. */
static uint32_t
narrow(const bcn_crew *crew, uint64_t offset)
{
    return offset == BCN_SKIP ? crew->limit : (uint32_t)offset;
}

/* Times out of order that are kept as slots are codes with a table, unless
 * an axis changes inside a slot. */
static bcn_status
narrow_slots(bcn_crew *crew, const bcn_dial *dial, uint32_t *next, bool *taken)
{
    const bcn_column *times = dial->times;
    *taken = false;
    uint64_t *table = bcn_alloc(times->slot_count, sizeof *table);
    if (table == NULL) {
        return BCN_NOMEM;
    }
    if (bcn_clock_fill_slots(dial->clocks, dial->count, times->slot_base,
                             times->slot_width, times->slot_count, table)) {
        for (size_t i = 0; i < times->slot_count; i++) {
            next[i] = narrow(crew, table[i]);
        }
        crew->looks[crew->look_count++] =
            (bcn_look){times->slots, times->slot_count > 65536 ? 4 : 2, next};
        *taken = true;
    }
    bcn_free(table);
    return BCN_OK;
}

/* Halve a table while neighbours agree, as the slots of an hour do: the
 * smaller stays in the nearer cache. */
static uint32_t *
shorten(const bcn_look *look, size_t entries, uint32_t *short_table,
        unsigned *shift)
{
    const uint32_t *from = look->table;
    for (*shift = 0; entries > 512; (*shift)++) {
        size_t i = 0;
        while (i + 1 < entries && from[i] == from[i + 1]) {
            i += 2;
        }
        if (i + 1 < entries) {
            break;
        }
        for (i = 0; i < entries; i += 2) {
            short_table[i / 2] = from[i];
        }
        entries = (entries + 1) / 2;
        from = short_table;
    }
    return *shift == 0 ? NULL : short_table;
}

static bool
slots_pay(const bcn_job *job, const bcn_dial *dial)
{
    return dial->times->slots != NULL &&
           dial->times->slot_count < (job->end - job->begin) / 2;
}

/* Copy the tables to 32 bits, which all offsets of a dense question fit. */
static bcn_status
narrow_tables(bcn_crew *crew, bcn_block **block)
{
    const bcn_job *job = crew->job;
    const bcn_plan *plan = job->plan;
    size_t total = 0;
    for (size_t i = 0; i < plan->term_count; i++) {
        total += entries_of(&plan->terms[i]);
    }
    for (size_t i = 0; i < job->dial_count; i++) {
        total += slots_pay(job, &job->dials[i])
                     ? job->dials[i].times->slot_count / 2 * 3 + 1
                     : 0;
    }
    *block = bcn_block_new(total, sizeof(uint32_t), false);
    if (*block == NULL) {
        return BCN_NOMEM;
    }
    uint32_t *next = bcn_block_data(*block);
    for (size_t i = 0; i < plan->term_count; i++) {
        const bcn_term *term = &plan->terms[i];
        for (size_t k = 0; k < entries_of(term); k++) {
            next[k] = narrow(crew, term->table[k]);
        }
        crew->looks[crew->look_count++] =
            (bcn_look){term->codes, term->width, next};
        next += entries_of(term);
    }
    for (size_t i = 0; i < job->dial_count; i++) {
        const bcn_dial *dial = &job->dials[i];
        bool taken = false;
        if (slots_pay(job, dial)) {
            BCN_TRY(narrow_slots(crew, dial, next, &taken));
            next += dial->times->slot_count;
            bcn_look *look = &crew->looks[crew->look_count - taken];
            if (taken && look->width == 2) {
                crew->word_table = shorten(look, dial->times->slot_count, next,
                                           &crew->word_shift);
                next += dial->times->slot_count / 2 + 1;
            }
        }
        if (!taken) {
            crew->dials[crew->dial_count++] = *dial;
        }
    }
    return BCN_OK;
}

/* Does a table only keep rows or leave them out? */
static bool
only_keeps(const bcn_crew *crew, const uint32_t *table)
{
    for (size_t code = 0; code < 256; code++) {
        if (table[code] != 0 && table[code] != crew->limit) {
            return false;
        }
    }
    return true;
}

/* Two columns, or three of which one only keeps: count pairs. */
static void
choose_pairs(bcn_crew *crew, uint64_t table_rows)
{
    bcn_looks *quick = &crew->quick;
    if (crew->form != COUNT_32 || quick->count < 2 ||
        table_rows < PAIRED_ROWS) {
        return;
    }
    for (size_t i = 0; quick->count == 3 && i < 3; i++) {
        if (only_keeps(crew, quick->tables[i])) {
            crew->pair_by = quick->codes[i];
            for (size_t code = 0; code < 256; code++) {
                crew->pair_kept[code] = quick->tables[i][code] == 0;
            }
            /* The pair is the first two; short runs use all three. */
            const uint32_t *table = quick->tables[i];
            quick->codes[i] = quick->codes[2];
            quick->tables[i] = quick->tables[2];
            quick->codes[2] = crew->pair_by;
            quick->tables[2] = table;
            crew->paired = true;
            return;
        }
    }
    crew->paired = quick->count == 2;
}

/* Does a table leave any code out? */
static bool
skips(const bcn_crew *crew, const uint32_t *table)
{
    for (size_t code = 0; code < 256; code++) {
        if (table[code] >= crew->limit) {
            return true;
        }
    }
    return false;
}

/* Which of the loops can answer, and the lanes they count in. */
static void
choose_loop(bcn_crew *crew, bool direct)
{
    const bcn_job *job = crew->job;
    uint64_t rows = job->end - job->begin;
    bool plain = job->range_count == 0 && crew->dial_count == 0 &&
                 crew->form != SUM_WIDE && !crew->parted;
    crew->bare = plain && crew->look_count == 0 && job->plan->measure == NULL;
    crew->fused =
        plain && crew->look_count >= 1 && crew->look_count <= BCN_LOOKS;
    size_t skipping = 0;
    for (size_t i = 0; i < crew->look_count && crew->fused; i++) {
        const bcn_look *look = &crew->looks[i];
        if (look->width == 1) {
            crew->quick.codes[crew->quick.count] =
                (const uint8_t *)look->codes;
            crew->quick.tables[crew->quick.count++] = look->table;
            skipping += skips(crew, look->table);
        } else if (look->width == 2 && crew->words == NULL &&
                   crew->form == COUNT_32) {
            crew->words = (const uint16_t *)(const void *)look->codes;
            if (crew->word_table == NULL) {
                crew->word_table = look->table;
                crew->word_shift = 0;
            }
            skipping++;
        } else {
            crew->fused = false;
        }
    }
    crew->lane = (size_t)crew->limit + BCN_SPILL;
    if (crew->fused) {
        crew->unbound =
            skipping == 0 || (!direct && crew->limit <= SLACK_CELLS);
        if (crew->unbound) {
            crew->lane += skipping * crew->limit;
        }
        crew->histogram = crew->words == NULL && crew->look_count == 1;
        if (!direct && crew->words == NULL &&
            (job->run == NULL || crew->span != 0)) {
            choose_pairs(crew, crew->span == 0
                                   ? rows
                                   : rows / (job->cells / crew->span));
        }
        if (crew->paired) {
            crew->lane_count = 1;
        } else if (crew->words != NULL && crew->lane_count > 2) {
            crew->lane_count = 2; /* the table of words wants its room */
        }
    }
    for (size_t i = 0; i < BCN_LANES; i++) {
        crew->lanes[i] = i % crew->lane_count * crew->lane;
    }
    for (size_t code = 0; crew->histogram && code < 256; code++) {
        if (crew->quick.tables[0][code] < crew->limit) {
            crew->known[crew->known_count++] = (uint8_t)code;
        }
    }
}

static size_t
figure_bytes(bcn_form form)
{
    return form == COUNT_32 ? 4 : form == SUM_WIDE ? 16 : 8;
}

static void
cut_evenly(bcn_crew *crew)
{
    const bcn_job *job = crew->job;
    size_t rows = job->end - job->begin;
    size_t count = rows / BCN_PIECE_ROWS + (rows > 0);
    count = count > BCN_CUTS_MAX ? BCN_CUTS_MAX : count;
    for (size_t i = 0; i <= count && count > 0; i++) {
        crew->cuts[i] = job->begin + rows / count * i;
    }
    crew->cuts[count] = job->end;
    crew->cut_count = count;
}

static uint64_t
own_bytes(const bcn_crew *crew)
{
    return crew->job->cells * figure_bytes(crew->form) * crew->workers;
}

/* Where to count: see plan_crew.h. */
static bool
choose_way(bcn_crew *crew)
{
    const bcn_job *job = crew->job;
    uint64_t rows = job->end - job->begin, tables = 1;
    crew->workers = job->workers;
    if (job->plan->measure == NULL) {
        crew->form = rows > UINT32_MAX ? COUNT_64 : COUNT_32;
    } else {
        crew->form = job->mass <= INT64_MAX ? SUM_64 : SUM_WIDE;
    }
    crew->limit = (uint32_t)job->cells;
    crew->parted =
        bcn_parts_pay(job) && (job->plan->memory == 0 ||
                               bcn_parts_bytes(job) <= job->plan->memory / 4);
    if (job->cells > SMALL_CELLS && bcn_crew_cut(crew)) {
        crew->limit = (uint32_t)crew->span;
        tables = job->cells / crew->span;
    } else if (crew->parted) {
        cut_evenly(crew);
    } else {
        cut_evenly(crew);
        /* Cells for every worker pay only while rows outnumber them. */
        if (job->cells > rows || own_bytes(crew) > OWN_BYTES ||
            (job->plan->memory != 0 &&
             own_bytes(crew) > job->plan->memory / 2)) {
            crew->workers = 1;
        }
    }
    bool direct = crew->workers == 1 && crew->span == 0 && !crew->parted &&
                  job->cells > UINT64_C(1) << 22 && crew->form != SUM_WIDE;
    if (direct && crew->form == COUNT_32) {
        crew->form = COUNT_64;
    }
    /* Lanes while they stay in the cache and rows pay for adding them up. */
    uint64_t bytes = crew->limit * figure_bytes(crew->form);
    crew->lane_count = bytes <= 128 << 10 ? 4 : bytes <= 256 << 10 ? 2 : 1;
    while (crew->lane_count > 1 &&
           crew->limit * crew->lane_count > rows / tables) {
        crew->lane_count /= 2;
    }
    if (direct || crew->form == SUM_WIDE) {
        crew->lane_count = 1;
    }
    return direct;
}

/* Add cells [from, to) of one worker's lane, `first` figures into its
 * table, to the answer. */
static void
fold_lane(const bcn_crew *crew, const void *table, size_t first, size_t from,
          size_t to)
{
    if (crew->form == COUNT_32) {
        const uint32_t *own = (const uint32_t *)table + first;
        for (size_t c = from; c < to; c++) {
            crew->low[c] += own[c];
        }
    } else if (crew->form == SUM_WIDE) {
        const bcn_wide *own = table;
        for (size_t c = from; c < to; c++) {
            bcn_wide sum = {(uint64_t)crew->low[c], crew->high[c]};
            sum = bcn_wide_add(sum, own[c]);
            crew->low[c] = (int64_t)sum.low;
            crew->high[c] = sum.high;
        }
    } else {
        const uint64_t *own = (const uint64_t *)table + first;
        for (size_t c = from; c < to; c++) {
            crew->low[c] = (int64_t)((uint64_t)crew->low[c] + own[c]);
        }
    }
}

/* bcn_task: add up one share of the cells over all workers and lanes. */
static void
fold(void *context, size_t worker)
{
    const bcn_crew *crew = context;
    size_t cells = (size_t)crew->job->cells;
    size_t from = cells / crew->folders * worker;
    size_t to =
        worker + 1 == crew->folders ? cells : from + cells / crew->folders;
    for (size_t i = 0; i < crew->workers; i++) {
        for (size_t turn = 0; turn < crew->lane_count; turn++) {
            fold_lane(crew, crew->shares[i].table, turn * crew->lane, from,
                      to);
        }
    }
}

static bcn_status
make_shares(bcn_crew *crew, bool direct)
{
    crew->shares = bcn_calloc(crew->workers, sizeof *crew->shares);
    if (crew->shares == NULL) {
        return BCN_NOMEM;
    }
    for (size_t i = 0; i < crew->workers; i++) {
        bcn_share *share = &crew->shares[i];
        if (crew->paired) {
            share->pairs = bcn_block_new(BCN_PAIRS, 4, true);
            if (share->pairs == NULL) {
                return BCN_NOMEM;
            }
        }
        if (crew->parted) {
            continue;
        }
        if (direct) {
            share->table = crew->low;
            continue;
        }
        share->block = bcn_block_new(crew->lane * crew->lane_count,
                                     figure_bytes(crew->form), true);
        if (share->block == NULL) {
            return BCN_NOMEM;
        }
        share->table = bcn_block_data(share->block);
    }
    return BCN_OK;
}

static bcn_status
run_all(bcn_crew *crew, bcn_task task)
{
    bcn_run(crew->workers, task, crew);
    for (size_t i = 0; i < crew->workers; i++) {
        BCN_TRY(crew->shares[i].status);
    }
    return BCN_OK;
}

static bcn_status
count(bcn_crew *crew, bool direct, bcn_block **low, bcn_block **high,
      bcn_block **tables)
{
    size_t room = (size_t)crew->job->cells + BCN_SPILL;
    *low = bcn_block_new(room, 8, crew->span == 0 && !crew->parted);
    if (*low == NULL) {
        return BCN_NOMEM;
    }
    crew->low = bcn_block_data(*low);
    if (crew->form == SUM_WIDE) {
        *high = bcn_block_new(room, 8, crew->span == 0);
        if (*high == NULL) {
            return BCN_NOMEM;
        }
        crew->high = bcn_block_data(*high);
    }
    BCN_TRY(narrow_tables(crew, tables));
    choose_loop(crew, direct);
    BCN_TRY(make_shares(crew, direct));
    if (crew->parted) {
        BCN_TRY(bcn_parts_new(crew->job, crew->workers, &crew->parts));
    }
    BCN_TRY(run_all(crew, bcn_crew_work));
    if (crew->parted) {
        atomic_store(&crew->next, 0);
        BCN_TRY(run_all(crew, bcn_parts_work));
    } else if (!direct && crew->span == 0) {
        crew->folders = crew->job->cells > 1 << 20 ? crew->workers : 1;
        bcn_run(crew->folders, fold, crew);
    }
    return BCN_OK;
}

bcn_status
bcn_job_dense(bcn_job *job, bcn_cube **out)
{
    bcn_crew crew = {.job = job};
    bcn_block *low = NULL, *high = NULL, *tables = NULL;
    bool direct = choose_way(&crew);
    bcn_status status = count(&crew, direct, &low, &high, &tables);
    uint64_t nonzero = crew.span == 0 && !crew.parted ? UINT64_MAX : 0;
    for (size_t i = 0; crew.shares != NULL && i < crew.workers; i++) {
        const bcn_share *share = &crew.shares[i];
        nonzero = share->mixed || nonzero == UINT64_MAX
                      ? UINT64_MAX
                      : nonzero + share->nonzero;
        bcn_block_drop(share->block);
        bcn_block_drop(share->pairs);
    }
    bcn_free(crew.shares);
    bcn_parts_free(crew.parts);
    bcn_block_drop(tables);
    if (status != BCN_OK) {
        bcn_block_drop(low);
        bcn_block_drop(high);
        return status;
    }
    return bcn_cube_from_dense(&job->plan->shape, low, high, nonzero,
                               job->mass, out);
}
