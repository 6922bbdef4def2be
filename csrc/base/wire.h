/* wire.h - bytes that leave the process: little-endian numbers, and the
 * container of sections that files of this project are.
 *
 * A reader never looks past its end: a request for more gives zeros and marks
 * it as failed, so that a parser asks once, at its end, whether all was there.
 * A writer's memory grows; after a refusal it takes nothing more and says so.
 *
 * The container (docs/format.md draws it): a head with magic, version, length
 * and a table of sections, each with its digest, and a digest of the head.
 * One content has one form: sections by rising number, one behind the other,
 * filled with zeros to a multiple of eight.  bcn_container_check accepts that
 * form and no other, so writing what was read gives the same bytes. */
#ifndef BCN_WIRE_H
#define BCN_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

static inline uint64_t
bcn_wire_u64(const unsigned char *at)
{
    return (uint64_t)at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 |
           (uint64_t)at[3] << 24 | (uint64_t)at[4] << 32 |
           (uint64_t)at[5] << 40 | (uint64_t)at[6] << 48 |
           (uint64_t)at[7] << 56;
}

static inline uint32_t
bcn_wire_u32(const unsigned char *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
           (uint32_t)at[3] << 24;
}

static inline void
bcn_wire_put_u32(unsigned char *at, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        at[i] = (unsigned char)(value >> (8 * i));
    }
}

static inline void
bcn_wire_put_u64(unsigned char *at, uint64_t value)
{
    for (int i = 0; i < 8; i++) {
        at[i] = (unsigned char)(value >> (8 * i));
    }
}

typedef struct bcn_reader {
    const unsigned char *next, *end;
    bool failed;
} bcn_reader;

bcn_reader bcn_reader_over(const void *bytes, size_t length);
static inline size_t
bcn_reader_left(const bcn_reader *reader)
{
    return (size_t)(reader->end - reader->next);
}
/* Step over `length` bytes; NULL when there are fewer. */
const unsigned char *bcn_reader_take(bcn_reader *reader, size_t length);
uint32_t bcn_reader_u32(bcn_reader *reader);
uint64_t bcn_reader_u64(bcn_reader *reader);
/* Numbers of 1, 2, 4 or 8 bytes each into an array of this machine's. */
bool bcn_reader_array(bcn_reader *reader, void *out, size_t count, int width);
/* Step over the zeros up to a multiple of eight from `start`; others fail. */
bool bcn_reader_fill(bcn_reader *reader, const unsigned char *start);

typedef struct bcn_writer {
    unsigned char *bytes;
    size_t length, capacity;
    bool failed;
} bcn_writer;

void bcn_writer_free(bcn_writer *writer);
void bcn_writer_u32(bcn_writer *writer, uint32_t value);
void bcn_writer_u64(bcn_writer *writer, uint64_t value);
void bcn_writer_array(bcn_writer *writer, const void *values, size_t count,
                      int width);
void bcn_writer_fill(bcn_writer *writer); /* zeros to a multiple of eight */

enum {
    BCN_CONTAINER_MAJOR = 1,
    BCN_CONTAINER_MINOR = 0,
    BCN_CONTAINER_HEAD = 32,  /* bytes before the table */
    BCN_CONTAINER_ENTRY = 40, /* of the table, for each section */
    BCN_SECTIONS_MAX = 16
};

typedef struct bcn_section {
    uint32_t id; /* rising */
    const unsigned char *bytes;
    size_t length;
} bcn_section;

/* How long the container of these sections is; BCN_INVALID for too many or in
 * no order, BCN_TOO_LARGE where the length cannot be said. */
BCN_MUST_USE bcn_status bcn_container_size(const bcn_section *sections,
                                           size_t count, size_t *size);
/* Write it into as many bytes.  Cannot fail after bcn_container_size. */
void bcn_container_write(const bcn_section *sections, size_t count,
                         unsigned char *out);
/* Are these bytes one container, whole and undamaged?  BCN_CORRUPT in words
 * otherwise; nothing is allocated.  The sections borrow the bytes. */
BCN_MUST_USE bcn_status bcn_container_check(
    const void *bytes, size_t length, bcn_section sections[BCN_SECTIONS_MAX],
    size_t *count, bcn_error *error);

#endif
