#include <string.h>
#include "model/plan_crew.h"

enum {
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
        const bcn_job *job = crew->job;
        for (size_t i = 0; i < times->slot_count; i++) {
            bool kept = job->slotted != times ||
                        (i >= job->slot_from && i < job->slot_to);
            next[i] = kept ? narrow(crew, table[i]) : crew->limit;
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

/* The slot that begins at `bound`, within the slots there are; false when it
 * lies inside one. */
static bool
slot_at(const bcn_column *times, int64_t bound, uint64_t *slot)
{
    if (bound <= times->least) {
        *slot = 0;
    } else if (bound > times->greatest) {
        *slot = times->slot_count;
    } else {
        uint64_t passed = (uint64_t)bound - (uint64_t)times->slot_base;
        *slot = passed / (uint64_t)times->slot_width;
        return passed % (uint64_t)times->slot_width == 0;
    }
    return true;
}

void
bcn_job_slot_ranges(bcn_job *job)
{
    size_t left = 0;
    for (size_t i = 0; i < job->range_count; i++) {
        const bcn_range *range = &job->ranges[i];
        const bcn_column *times = range->column;
        uint64_t from, to;
        if (range->outside || times->valid != NULL || times->slots == NULL ||
            times->slot_count >= (job->end - job->begin) / 2 ||
            (job->slotted != NULL && job->slotted != times) ||
            !slot_at(times, range->from, &from) ||
            !slot_at(times, range->to, &to)) {
            job->ranges[left++] = *range;
            continue;
        }
        if (job->slotted == NULL) {
            job->slot_from = 0;
            job->slot_to = times->slot_count;
            job->slotted = times;
        }
        job->slot_from = from > job->slot_from ? from : job->slot_from;
        job->slot_to = to < job->slot_to ? to : job->slot_to;
    }
    job->range_count = left;
}

static bool
slots_pay(const bcn_job *job, const bcn_dial *dial)
{
    return dial->times->slots != NULL &&
           dial->times->slot_count < (job->end - job->begin) / 2;
}

bcn_status
bcn_crew_tables(bcn_crew *crew, bcn_block **block)
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
    total += job->slotted != NULL ? job->slotted->slot_count / 2 * 3 + 2 : 0;
    *block = bcn_block_new(total, sizeof(uint32_t), false);
    if (*block == NULL) {
        return BCN_NOMEM;
    }
    uint32_t *next = bcn_block_data(*block);
    bool slotted = job->slotted != NULL;
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
        slotted = slotted && !(taken && dial->times == job->slotted);
    }
    if (slotted) { /* no axis over these times has the range in its table */
        const bcn_column *times = job->slotted;
        for (size_t i = 0; i < times->slot_count; i++) {
            next[i] =
                i >= job->slot_from && i < job->slot_to ? 0 : crew->limit;
        }
        bcn_look *look = &crew->looks[crew->look_count++];
        *look =
            (bcn_look){times->slots, times->slot_count > 65536 ? 4 : 2, next};
        crew->ranged = true;
        if (look->width == 2 && crew->word_table == NULL) {
            crew->word_table =
                shorten(look, times->slot_count, next + times->slot_count,
                        &crew->word_shift);
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

/* Few codes to keep are found by comparing. */
static void
choose_picks(bcn_crew *crew)
{
    size_t count = 0;
    for (size_t code = 0; code < 256; code++) {
        if (crew->pair_kept[code] != 0) {
            if (count == BCN_PICKS) {
                return;
            }
            crew->picks[count++] = (uint8_t)code;
        }
    }
    crew->pick_count = count;
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
            choose_picks(crew);
            if (crew->words != NULL && crew->pick_count == 0) {
                return; /* words are looked at where rows are picked */
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
    crew->paired = quick->count == 2 && crew->words == NULL;
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

void
bcn_crew_loop(bcn_crew *crew, bool direct)
{
    const bcn_job *job = crew->job;
    uint64_t rows = job->end - job->begin;
    bool plain = job->range_count == 0 && crew->dial_count == 0 &&
                 crew->form != SUM_WIDE && !crew->parted;
    crew->bare = plain && crew->look_count == 0 &&
                 job->plan->measure == NULL && job->also == NULL;
    crew->fused =
        plain && crew->look_count >= 1 && crew->look_count <= BCN_LOOKS + 1;
    size_t skipping = 0;
    for (size_t i = 0; i < crew->look_count && crew->fused; i++) {
        const bcn_look *look = &crew->looks[i];
        if (look->width == 1 && crew->quick.count < BCN_LOOKS) {
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
    if (crew->form == BOTH_64 &&
        (crew->look_count != 1 || crew->looks[0].width != 1)) {
        crew->fused = false; /* only the byte histogram adds up both */
    }
    crew->lane = (size_t)crew->limit + BCN_SPILL;
    if (crew->fused) {
        crew->unbound =
            skipping == 0 || (!direct && crew->limit <= SLACK_CELLS);
        if (crew->unbound) {
            crew->lane += skipping * crew->limit;
        }
        crew->histogram = crew->words == NULL && crew->look_count == 1;
        if (!direct && (crew->words == NULL || crew->ranged) &&
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
