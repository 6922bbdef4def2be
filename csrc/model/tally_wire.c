#include "model/tally_wire.h"

#include <string.h>

#include "model/tally_slab.h"

enum { HEAD_BYTES = 8, DENSE = 0, SPARSE = 1 };

/* What the form of a slab on the wire hangs on. */
typedef struct survey {
    uint64_t count; /* of the values that are not 0 */
    bcn_wide least, greatest;
} survey;

#define DEFINE_LOOK(TYPE, NAME)                                               \
    static survey NAME(const TYPE *values, size_t count)                      \
    {                                                                         \
        TYPE least = 0, greatest = 0;                                         \
        size_t zeros = 0;                                                     \
        for (size_t k = 0; k < count; k++) {                                  \
            least = values[k] < least ? values[k] : least;                    \
            greatest = values[k] > greatest ? values[k] : greatest;           \
            zeros += values[k] == 0;                                          \
        }                                                                     \
        return (survey){count - zeros, bcn_wide_of((int64_t)least),           \
                        bcn_wide_of((int64_t)greatest)};                      \
    }
DEFINE_LOOK(uint8_t, look_1)
DEFINE_LOOK(uint16_t, look_2)
DEFINE_LOOK(uint32_t, look_4)
DEFINE_LOOK(int64_t, look_8)
#undef DEFINE_LOOK

static survey
look(const bcn_slab *slab)
{
    const void *values = bcn_slab_values(slab);
    switch (slab->width) {
    case 1:
        return look_1(values, slab->count);
    case 2:
        return look_2(values, slab->count);
    case 4:
        return look_4(values, slab->count);
    case 8:
        return look_8(values, slab->count);
    default:
        break;
    }
    survey all = {0, {0, 0}, {0, 0}};
    for (size_t k = 0; k < slab->count; k++) {
        bcn_wide value = ((const bcn_wide *)values)[k];
        all.count += (value.low | (uint64_t)value.high) != 0;
        if (bcn_wide_compare(value, all.least) < 0) {
            all.least = value;
        }
        if (bcn_wide_compare(value, all.greatest) > 0) {
            all.greatest = value;
        }
    }
    return all;
}

/* --- writing ---------------------------------------------------------------- */

static void
write_values(bcn_writer *writer, const bcn_slab *slab)
{
    bool wide = slab->width == 16; /* as pairs of words, the low one first */
    bcn_writer_array(writer, bcn_slab_values(slab),
                     (size_t)slab->count * (wide ? 2 : 1),
                     wide ? 8 : slab->width);
}

static void
write_slab(bcn_writer *writer, const bcn_slab *slab)
{
    if (slab->sparse) {
        bcn_writer_array(writer, bcn_slab_cells(slab), slab->count, 4);
    }
    write_values(writer, slab);
    bcn_writer_fill(writer);
}

/* Is a slab in memory as it is to be on the wire? */
static bool
formed(const bcn_slab *slab, const survey *all, uint64_t cells)
{
    return slab->width == bcn_slab_width(all->least, all->greatest) &&
           slab->sparse == bcn_slab_rule(cells, all->count, slab->width) &&
           (!slab->sparse || slab->count == all->count);
}

static bcn_status
write_formed(bcn_writer *writer, const bcn_slab *slab, const survey *all,
             uint64_t cells, bcn_figures *scratch)
{
    if (formed(slab, all, cells)) {
        write_slab(writer, slab);
        return BCN_OK;
    }
    bcn_slab made;
    BCN_TRY(bcn_slab_read(slab, scratch));
    BCN_TRY(bcn_slab_make(scratch, cells, &made));
    write_slab(writer, &made);
    bcn_free(made.data);
    return BCN_OK;
}

static bcn_status
write_all(const bcn_tally *tally, bcn_watch *watch, survey *surveys,
          bcn_writer *writer, bcn_figures *scratch)
{
    uint64_t count = 0;
    for (size_t i = 0; i < tally->count; i++) {
        surveys[i] = look(&tally->slabs[i]);
        count += surveys[i].count != 0;
        if (i % 64 == 0 && bcn_watch_check(watch, true)) {
            return BCN_CANCELLED;
        }
    }
    bcn_writer_u64(writer, tally->clocks);
    bcn_writer_u64(writer, tally->cells);
    bcn_writer_u64(writer, count);
    for (size_t i = 0; i < tally->count; i++) {
        const survey *all = &surveys[i];
        if (all->count == 0) {
            continue;
        }
        unsigned width = bcn_slab_width(all->least, all->greatest);
        bool sparse = bcn_slab_rule(tally->cells, all->count, width);
        bcn_writer_array(writer, tally->keys + i * tally->clocks,
                         tally->clocks, 8);
        bcn_writer_u32(writer, width | (uint32_t)sparse << 8);
        bcn_writer_u32(writer, (uint32_t)all->count);
    }
    for (size_t i = 0; i < tally->count; i++) {
        if (surveys[i].count != 0) {
            BCN_TRY(write_formed(writer, &tally->slabs[i], &surveys[i],
                                 tally->cells, scratch));
        }
        if (i % 64 == 0 && bcn_watch_check(watch, true)) {
            return BCN_CANCELLED;
        }
    }
    return writer->failed ? BCN_NOMEM : BCN_OK;
}

bcn_status
bcn_tally_write(const bcn_tally *tally, bcn_watch *watch, bcn_writer *writer)
{
    bcn_figures scratch = {0};
    survey *surveys = bcn_alloc(tally->count, sizeof *surveys);
    bcn_status status = BCN_NOMEM;
    if (surveys != NULL) {
        status = write_all(tally, watch, surveys, writer, &scratch);
    }
    bcn_free(scratch.items);
    bcn_free(surveys);
    writer->failed |= status != BCN_OK;
    return status;
}

/* --- reading ---------------------------------------------------------------- */

static bcn_status
wrong(bcn_error *error, const char *what)
{
    return bcn_fail(error, BCN_CORRUPT, "damaged cells: %s", what);
}

static uint64_t
magnitude(bcn_wide value)
{
    bcn_wide size = value.high < 0 ? bcn_wide_negate(value) : value;
    return size.high == 0 ? size.low : UINT64_MAX;
}

static bcn_status
check_slab(bcn_slab *slab, uint64_t count, uint64_t cells, bcn_error *error)
{
    survey all = look(slab);
    if (all.count != count || !formed(slab, &all, cells)) {
        return wrong(error, "a bucket in another form than its figures have");
    }
    const uint32_t *places = slab->sparse ? bcn_slab_cells(slab) : NULL;
    for (size_t k = 0; places != NULL && k < slab->count; k++) {
        if (places[k] >= cells || (k > 0 && places[k] <= places[k - 1])) {
            return wrong(error, "cells in no order");
        }
    }
    uint64_t low = magnitude(all.least), high = magnitude(all.greatest);
    slab->most = low > high ? low : high;
    return BCN_OK;
}

static bcn_status
read_slab(bcn_reader *reader, uint32_t form, uint64_t count, uint64_t cells,
          bcn_slab *slab, bcn_error *error)
{
    unsigned width = form & 0xff;
    bool sparse = form >> 8 == SPARSE;
    if ((width != 1 && width != 2 && width != 4 && width != 8 &&
         width != 16) ||
        form >> 8 > SPARSE || count == 0 || count > cells) {
        return wrong(error, "a bucket of no known form");
    }
    uint64_t values = sparse ? count : cells;
    if (values > bcn_reader_left(reader) / width) {
        return wrong(error, "cut short");
    }
    slab->width = (uint8_t)width;
    slab->sparse = sparse;
    slab->count = (uint32_t)values;
    slab->data = bcn_alloc(bcn_slab_size(values, width, sparse), 1);
    if (slab->data == NULL) {
        return BCN_NOMEM;
    }
    const unsigned char *start = reader->next;
    if ((sparse &&
         !bcn_reader_array(reader, bcn_slab_cells(slab), (size_t)values, 4)) ||
        !bcn_reader_array(reader, bcn_slab_values(slab),
                          (size_t)values * (width == 16 ? 2 : 1),
                          width == 16 ? 8 : (int)width)) {
        return wrong(error, "cut short");
    }
    if (!bcn_reader_fill(reader, start)) {
        return wrong(error, "bytes between two buckets");
    }
    return check_slab(slab, count, cells, error);
}

static bool
in_order(const int64_t *key, size_t clocks)
{
    const int64_t *before = key - clocks;
    for (size_t d = 0; d < clocks; d++) {
        if (key[d] != before[d]) {
            return key[d] > before[d];
        }
    }
    return false;
}

static bcn_status
read_all(bcn_reader *reader, uint64_t count, bcn_watch *watch,
         bcn_tally *tally, bcn_error *error)
{
    size_t clocks = tally->clocks;
    uint64_t *heads = bcn_alloc((size_t)count, sizeof *heads);
    bcn_status status = heads != NULL ? BCN_OK : BCN_NOMEM;
    for (size_t i = 0; status == BCN_OK && i < count; i++) {
        int64_t *key = tally->keys + i * clocks;
        if (!bcn_reader_array(reader, key, clocks, 8) ||
            !bcn_reader_array(reader, &heads[i], 1, 8)) {
            status = wrong(error, "cut short");
        } else if (i > 0 && !in_order(key, clocks)) {
            status = wrong(error, "buckets in no order");
        }
    }
    for (size_t i = 0; status == BCN_OK && i < count; i++) {
        bcn_slab *slab = &tally->slabs[tally->count++];
        *slab = (bcn_slab){0};
        status = read_slab(reader, (uint32_t)heads[i], heads[i] >> 32,
                           tally->cells, slab, error);
        if (status == BCN_OK && i % 64 == 0 && bcn_watch_check(watch, true)) {
            status = BCN_CANCELLED;
        }
    }
    bcn_free(heads);
    if (status == BCN_OK && bcn_reader_left(reader) != 0) {
        status = wrong(error, "bytes behind the last bucket");
    }
    return status;
}

bcn_status
bcn_tally_read(const void *bytes, size_t length, bcn_watch *watch,
               bcn_tally **out, bcn_error *error)
{
    bcn_reader reader = bcn_reader_over(bytes, length);
    uint64_t clocks = bcn_reader_u64(&reader);
    uint64_t cells = bcn_reader_u64(&reader);
    uint64_t count = bcn_reader_u64(&reader);
    if (reader.failed || clocks > BCN_TALLY_CLOCKS || cells > UINT32_MAX ||
        count > bcn_reader_left(&reader) / (HEAD_BYTES + clocks * 8)) {
        return wrong(error, "the head says what cannot be");
    }
    bcn_tally *tally;
    BCN_TRY(bcn_tally_new((size_t)clocks, cells, &tally, error));
    tally->keys = bcn_alloc((size_t)(count * clocks), sizeof *tally->keys);
    tally->slabs = bcn_alloc((size_t)count, sizeof *tally->slabs);
    bcn_status status = BCN_NOMEM;
    if (tally->keys != NULL && tally->slabs != NULL) {
        status = read_all(&reader, count, watch, tally, error);
    }
    if (status != BCN_OK) {
        bcn_tally_free(tally);
        return status;
    }
    *out = tally;
    return BCN_OK;
}
