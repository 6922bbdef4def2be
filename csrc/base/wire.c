#include "base/wire.h"

#include <inttypes.h>
#include <string.h>

#include "base/digest.h"
#include "base/memory.h"

/* A high bit that seven-bit channels lose, both line ends, and the end of file
 * of old systems: what mangles files mangles this. */
static const unsigned char MAGIC[8] = {0x89, 'B',  'C',  'N',
                                       '\r', '\n', 0x1a, '\n'};

static size_t
filled(size_t length)
{
    return length + (8 - length % 8) % 8;
}

static bool
little(void)
{
    const uint16_t one = 1;
    return *(const unsigned char *)&one == 1;
}

/* --- reading ---------------------------------------------------------------- */

bcn_reader
bcn_reader_over(const void *bytes, size_t length)
{
    const unsigned char *from = bytes;
    return (bcn_reader){from, length != 0 ? from + length : from, false};
}

const unsigned char *
bcn_reader_take(bcn_reader *reader, size_t length)
{
    if (reader->failed || length > bcn_reader_left(reader)) {
        reader->failed = true;
        return NULL;
    }
    const unsigned char *at = reader->next;
    reader->next = length != 0 ? at + length : at;
    return at;
}

uint32_t
bcn_reader_u32(bcn_reader *reader)
{
    const unsigned char *at = bcn_reader_take(reader, 4);
    return at != NULL ? bcn_wire_u32(at) : 0;
}

uint64_t
bcn_reader_u64(bcn_reader *reader)
{
    const unsigned char *at = bcn_reader_take(reader, 8);
    return at != NULL ? bcn_wire_u64(at) : 0;
}

/* Between bytes of the wire and numbers of this machine: both ways alike. */
static void
turn(unsigned char *out, const unsigned char *in, size_t count, size_t width)
{
    if (width == 1 || little()) {
        memcpy(out, in, count * width);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < width; k++) {
            out[i * width + k] = in[i * width + width - 1 - k];
        }
    }
}

bool
bcn_reader_array(bcn_reader *reader, void *out, size_t count, int width)
{
    size_t bytes;
    if (!bcn_size_mul(count, (size_t)width, &bytes)) {
        reader->failed = true;
    }
    const unsigned char *at =
        reader->failed ? NULL : bcn_reader_take(reader, bytes);
    if (at != NULL && bytes != 0) {
        turn(out, at, count, (size_t)width);
    }
    return at != NULL;
}

bool
bcn_reader_fill(bcn_reader *reader, const unsigned char *start)
{
    size_t length = (size_t)(reader->next - start);
    size_t zeros = filled(length) - length;
    const unsigned char *at = bcn_reader_take(reader, zeros);
    for (size_t i = 0; at != NULL && i < zeros; i++) {
        reader->failed |= at[i] != 0;
    }
    return !reader->failed;
}

/* --- writing ---------------------------------------------------------------- */

void
bcn_writer_free(bcn_writer *writer)
{
    bcn_free(writer->bytes);
    *writer = (bcn_writer){0};
}

static unsigned char *
room(bcn_writer *writer, size_t length)
{
    size_t needed;
    if (writer->failed || !bcn_size_add(writer->length, length, &needed) ||
        bcn_grow((void **)&writer->bytes, &writer->capacity, needed, 1) !=
            BCN_OK) {
        writer->failed = true;
        return NULL;
    }
    unsigned char *at = writer->bytes + writer->length;
    writer->length = needed;
    return at;
}

void
bcn_writer_u32(bcn_writer *writer, uint32_t value)
{
    unsigned char *at = room(writer, 4);
    if (at != NULL) {
        bcn_wire_put_u32(at, value);
    }
}

void
bcn_writer_u64(bcn_writer *writer, uint64_t value)
{
    unsigned char *at = room(writer, 8);
    if (at != NULL) {
        bcn_wire_put_u64(at, value);
    }
}

void
bcn_writer_array(bcn_writer *writer, const void *values, size_t count,
                 int width)
{
    unsigned char *at = room(writer, count * (size_t)width);
    if (at != NULL && count != 0) {
        turn(at, values, count, (size_t)width);
    }
}

void
bcn_writer_fill(bcn_writer *writer)
{
    size_t zeros = filled(writer->length) - writer->length;
    unsigned char *at = room(writer, zeros);
    if (at != NULL && zeros != 0) {
        memset(at, 0, zeros);
    }
}

/* --- the container ---------------------------------------------------------- */

static size_t
head_bytes(size_t count)
{
    return BCN_CONTAINER_HEAD + count * BCN_CONTAINER_ENTRY + BCN_DIGEST_BYTES;
}

bcn_status
bcn_container_size(const bcn_section *sections, size_t count, size_t *size)
{
    if (count > BCN_SECTIONS_MAX) {
        return BCN_INVALID;
    }
    *size = head_bytes(count);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && sections[i].id <= sections[i - 1].id) {
            return BCN_INVALID;
        }
        if (sections[i].length > SIZE_MAX - 7 ||
            !bcn_size_add(*size, filled(sections[i].length), size)) {
            return BCN_TOO_LARGE;
        }
    }
    return BCN_OK;
}

void
bcn_container_write(const bcn_section *sections, size_t count,
                    unsigned char *out)
{
    size_t offset = head_bytes(count);
    unsigned char *entry = out + BCN_CONTAINER_HEAD;
    for (size_t i = 0; i < count; i++, entry += BCN_CONTAINER_ENTRY) {
        size_t length = sections[i].length;
        bcn_wire_put_u32(entry, sections[i].id);
        bcn_wire_put_u32(entry + 4, 0);
        bcn_wire_put_u64(entry + 8, offset);
        bcn_wire_put_u64(entry + 16, length);
        bcn_digest_of(sections[i].bytes, length, entry + 24);
        if (length != 0) {
            memcpy(out + offset, sections[i].bytes, length);
        }
        memset(out + offset + length, 0, filled(length) - length);
        offset += filled(length);
    }
    memcpy(out, MAGIC, sizeof MAGIC);
    bcn_wire_put_u32(out + 8, BCN_CONTAINER_MAJOR |
                                  (uint32_t)BCN_CONTAINER_MINOR << 16);
    bcn_wire_put_u32(out + 12, 0);
    bcn_wire_put_u64(out + 16, offset);
    bcn_wire_put_u64(out + 24, count);
    bcn_digest_of(out, (size_t)(entry - out), entry);
}

static bcn_status
damaged(bcn_error *error, const char *what)
{
    return bcn_fail(error, BCN_CORRUPT, "damaged: %s", what);
}

static bcn_status
check_head(const unsigned char *bytes, size_t length, size_t *count,
           bcn_error *error)
{
    if (length < sizeof MAGIC || memcmp(bytes, MAGIC, sizeof MAGIC) != 0) {
        return bcn_fail(error, BCN_CORRUPT,
                        "these are no bytes of a tally: they begin otherwise");
    }
    if (length < head_bytes(0)) {
        return damaged(error, "cut short in the head");
    }
    uint32_t version = bcn_wire_u32(bytes + 8);
    uint64_t sections = bcn_wire_u64(bytes + 24);
    if ((version & 0xffff) != BCN_CONTAINER_MAJOR ||
        version >> 16 > BCN_CONTAINER_MINOR) {
        return bcn_fail(error, BCN_CORRUPT,
                        "written as version %u.%u; versions up to %d.%d are "
                        "read here",
                        (unsigned)(version & 0xffff),
                        (unsigned)(version >> 16), BCN_CONTAINER_MAJOR,
                        BCN_CONTAINER_MINOR);
    }
    if (bcn_wire_u32(bytes + 12) != 0) {
        return bcn_fail(error, BCN_CORRUPT,
                        "flags that this version does not "
                        "know");
    }
    if (bcn_wire_u64(bytes + 16) != length) {
        return bcn_fail(error, BCN_CORRUPT,
                        "damaged: %zu bytes where the head says %" PRIu64,
                        length, bcn_wire_u64(bytes + 16));
    }
    if (sections > BCN_SECTIONS_MAX || length < head_bytes((size_t)sections)) {
        return damaged(error, "more sections than there is room for");
    }
    size_t told = head_bytes((size_t)sections) - BCN_DIGEST_BYTES;
    unsigned char digest[BCN_DIGEST_BYTES];
    bcn_digest_of(bytes, told, digest);
    if (memcmp(digest, bytes + told, sizeof digest) != 0) {
        return damaged(error, "the head does not fit its checksum");
    }
    *count = (size_t)sections;
    return BCN_OK;
}

bcn_status
bcn_container_check(const void *bytes, size_t length,
                    bcn_section sections[BCN_SECTIONS_MAX], size_t *count,
                    bcn_error *error)
{
    const unsigned char *in = bytes;
    BCN_TRY(check_head(in, length, count, error));
    uint64_t offset = head_bytes(*count);
    const unsigned char *entry = in + BCN_CONTAINER_HEAD;
    for (size_t i = 0; i < *count; i++, entry += BCN_CONTAINER_ENTRY) {
        bcn_section *section = &sections[i];
        uint64_t bytes_here = bcn_wire_u64(entry + 16);
        section->id = bcn_wire_u32(entry);
        if (bcn_wire_u32(entry + 4) != 0 ||
            (i > 0 && section->id <= sections[i - 1].id)) {
            return damaged(error, "the table of sections is in no order");
        }
        if (bcn_wire_u64(entry + 8) != offset ||
            bytes_here > length - offset ||
            filled((size_t)bytes_here) > length - offset) {
            return damaged(error, "a section lies outside the bytes");
        }
        section->bytes = in + offset;
        section->length = (size_t)bytes_here;
        unsigned char digest[BCN_DIGEST_BYTES];
        bcn_digest_of(section->bytes, section->length, digest);
        if (memcmp(digest, entry + 24, sizeof digest) != 0) {
            return bcn_fail(error, BCN_CORRUPT,
                            "damaged: section %u does not fit its checksum",
                            (unsigned)section->id);
        }
        for (size_t k = section->length; k < filled(section->length); k++) {
            if (section->bytes[k] != 0) {
                return damaged(error, "bytes between two sections");
            }
        }
        offset += filled(section->length);
    }
    return offset == length ? BCN_OK
                            : damaged(error, "bytes behind the last section");
}
