/* fuzz_tally.c - no bytes break the reader of tallies, and what it accepts it
 * writes again, byte by byte; two accepted tallies merge alike both ways.
 *
 *     .ci/fuzz 60 tally
 *
 * A mutation that only breaks a checksum tells nothing, so the mutator works on
 * the cells and then puts lengths and digests right, three times in four. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "model/tally_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most,
                               unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);

enum { CELLS_SECTION = 4, ROOM = 1 << 16 };

static bcn_tally *
read_again(const void *bytes, size_t size)
{
    bcn_tally *tally;
    bcn_error error = {""};
    bcn_status status = bcn_tally_read(bytes, size, NULL, &tally, &error);
    if (status != BCN_OK) {
        if (status != BCN_CORRUPT || error.text[0] == '\0') {
            abort();
        }
        return NULL;
    }
    bcn_writer writer = {0};
    if (bcn_tally_write(tally, NULL, &writer) != BCN_OK ||
        writer.length != size || memcmp(writer.bytes, bytes, size) != 0) {
        abort();
    }
    bcn_writer_free(&writer);
    return tally;
}

/* a + b and b + a, where both can be: the same bytes. */
static void
merge_both_ways(const bcn_tally *one)
{
    bcn_tally *a, *b, *sum, *other;
    if (bcn_tally_copy(one, &a) != BCN_OK ||
        bcn_tally_copy(one, &b) != BCN_OK) {
        abort();
    }
    for (size_t i = 0; i < b->count * b->clocks; i += b->clocks) {
        b->keys[i] = b->keys[i] / 2; /* some buckets meet, some do not */
    }
    for (size_t i = 1; i < b->count; i++) {
        if (b->clocks != 1 || b->keys[i] <= b->keys[i - 1]) {
            goto done; /* not in order any more */
        }
    }
    if (bcn_tally_copy(a, &sum) != BCN_OK ||
        bcn_tally_copy(b, &other) != BCN_OK) {
        abort();
    }
    if (bcn_tally_merge(sum, b, false, NULL) == BCN_OK &&
        bcn_tally_merge(other, a, true, NULL) == BCN_OK) {
        bcn_writer first = {0}, second = {0};
        if (bcn_tally_write(sum, NULL, &first) != BCN_OK ||
            bcn_tally_write(other, NULL, &second) != BCN_OK ||
            first.length != second.length ||
            memcmp(first.bytes, second.bytes, first.length) != 0) {
            abort();
        }
        bcn_writer_free(&first);
        bcn_writer_free(&second);
    }
    bcn_tally_free(sum);
    bcn_tally_free(other);
done:
    bcn_tally_free(a);
    bcn_tally_free(b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bcn_section sections[BCN_SECTIONS_MAX];
    size_t count, length;
    bcn_error error = {""};
    if (bcn_container_check(data, size, sections, &count, &error) != BCN_OK) {
        return 0;
    }
    unsigned char *again = malloc(size != 0 ? size : 1);
    if (bcn_container_size(sections, count, &length) != BCN_OK ||
        length != size) {
        abort();
    }
    bcn_container_write(sections, count, again);
    if (memcmp(again, data, size) != 0) {
        abort();
    }
    free(again);
    for (size_t i = 0; i < count; i++) {
        if (sections[i].id == CELLS_SECTION) {
            bcn_tally *tally =
                read_again(sections[i].bytes, sections[i].length);
            if (tally != NULL) {
                merge_both_ways(tally);
                bcn_tally_free(tally);
            }
        }
    }
    return 0;
}

/* A small tally to begin with. */
static size_t
sample(uint8_t *out, size_t most, unsigned seed)
{
    const bcn_shape shape = {2, {4, 12}};
    const int64_t hours[] = {1, 2, 50, 51};
    const int64_t *keys[] = {hours};
    bcn_entry entries[5];
    for (uint64_t i = 0; i < 5; i++) {
        entries[i].index = i * 9 + seed % 9;
        entries[i].value = bcn_wide_of(1 + (int64_t)(seed >> i % 3 * 8));
    }
    bcn_cube *cube;
    bcn_tally *tally;
    bcn_writer writer = {0};
    size_t size;
    if (bcn_cube_from_entries(&shape, entries, 5, UINT64_MAX, 0, &cube,
                              NULL) != BCN_OK ||
        bcn_tally_from_cube(cube, 1, keys, &tally, NULL) != BCN_OK ||
        bcn_tally_write(tally, NULL, &writer) != BCN_OK) {
        abort();
    }
    bcn_section section = {CELLS_SECTION, writer.bytes, writer.length};
    if (bcn_container_size(&section, 1, &size) != BCN_OK) {
        abort();
    }
    if (size <= most) {
        bcn_container_write(&section, 1, out);
    }
    bcn_writer_free(&writer);
    bcn_tally_free(tally);
    bcn_cube_drop(cube);
    return size <= most ? size : 0;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most,
                        unsigned int seed)
{
    static uint8_t cells[ROOM];
    bcn_section sections[BCN_SECTIONS_MAX];
    size_t count, length;
    if (seed % 4 == 0) {
        return LLVMFuzzerMutate(data, size, most);
    }
    if (bcn_container_check(data, size, sections, &count, NULL) != BCN_OK ||
        count == 0 || sections[count - 1].length > ROOM) {
        return sample(data, most, seed);
    }
    /* The last section alone, changed, under digests that fit. */
    length = sections[count - 1].length;
    memcpy(cells, sections[count - 1].bytes, length);
    size_t head = BCN_CONTAINER_HEAD + BCN_CONTAINER_ENTRY + 32;
    if (most <= head) {
        return LLVMFuzzerMutate(data, size, most);
    }
    size_t room = most - head < ROOM ? most - head : ROOM;
    length = LLVMFuzzerMutate(cells, length < room ? length : room, room);
    bcn_section section = {CELLS_SECTION, cells, length};
    if (bcn_container_size(&section, 1, &size) != BCN_OK || size > most) {
        return 0;
    }
    bcn_container_write(&section, 1, data);
    return size;
}
