/* test_wire.c - digests, numbers on the wire, and the container. */
#include "base/digest.h"
#include "base/wire.h"
#include "check.h"

static void
hex(const unsigned char *bytes, char *out)
{
    for (int i = 0; i < BCN_DIGEST_BYTES; i++) {
        (void)snprintf(out + 2 * (size_t)i, 3, "%02x", bytes[i]);
    }
}

/* What was written once must be known for ever. */
static void
test_digest_is_fixed(void)
{
    unsigned char text[100], out[BCN_DIGEST_BYTES];
    char shown[2 * BCN_DIGEST_BYTES + 1];
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = (unsigned char)(i * 7 + 1);
    }
    bcn_digest_of(text, 0, out);
    hex(out, shown);
    CHECK_TEXT(shown, "6375c2a55ff103979e9a75804272e3fe");
    bcn_digest_of(text, 5, out);
    hex(out, shown);
    CHECK_TEXT(shown, "b1d64eea7bcfbe1595bfb4d300bb568b");
    bcn_digest_of(text, sizeof text, out);
    hex(out, shown);
    CHECK_TEXT(shown, "ae402846fa4fdf22c29f030d5b4c0d49");
}

static void
test_digest_of_any_cut(void)
{
    unsigned char text[200], whole[BCN_DIGEST_BYTES], cut[BCN_DIGEST_BYTES];
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = (unsigned char)(i * i);
    }
    bcn_digest_of(text, sizeof text, whole);
    for (size_t a = 0; a <= sizeof text; a++) {
        for (size_t b = a; b <= sizeof text; b += 7) {
            bcn_digest digest;
            bcn_digest_start(&digest);
            bcn_digest_add(&digest, text, a);
            bcn_digest_add(&digest, text + a, b - a);
            bcn_digest_add(&digest, text + b, sizeof text - b);
            bcn_digest_read(&digest, cut);
            CHECK(memcmp(whole, cut, sizeof cut) == 0);
        }
    }
}

static void
test_digest_sees_every_bit(void)
{
    unsigned char text[70] = {0}, first[BCN_DIGEST_BYTES];
    unsigned char out[BCN_DIGEST_BYTES];
    bcn_digest_of(text, sizeof text, first);
    for (size_t bit = 0; bit < 8 * sizeof text; bit++) {
        text[bit / 8] ^= (unsigned char)(1u << bit % 8);
        bcn_digest_of(text, sizeof text, out);
        CHECK(memcmp(first, out, sizeof out) != 0);
        text[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    for (size_t length = 0; length < sizeof text; length++) {
        bcn_digest_of(text, length, out);
        CHECK(memcmp(first, out, sizeof out) != 0);
    }
}

static void
test_numbers(void)
{
    bcn_writer writer = {0};
    const uint16_t pair[2] = {0x1234, 0xabcd};
    bcn_writer_u32(&writer, 0x01020304);
    bcn_writer_u64(&writer, UINT64_C(0x0102030405060708));
    bcn_writer_array(&writer, pair, 2, 2);
    bcn_writer_fill(&writer);
    CHECK_EQUAL(writer.length, 16);
    CHECK(!writer.failed);
    CHECK_EQUAL(writer.bytes[0], 4);
    CHECK_EQUAL(writer.bytes[4], 8);
    CHECK_EQUAL(writer.bytes[12], 0x34);
    bcn_reader reader = bcn_reader_over(writer.bytes, writer.length);
    uint16_t back[2];
    CHECK_EQUAL(bcn_reader_u32(&reader), 0x01020304);
    CHECK(bcn_reader_u64(&reader) == UINT64_C(0x0102030405060708));
    CHECK(bcn_reader_array(&reader, back, 2, 2));
    CHECK(memcmp(back, pair, sizeof pair) == 0);
    CHECK(bcn_reader_fill(&reader, writer.bytes));
    CHECK_EQUAL(bcn_reader_left(&reader), 0);
    CHECK_EQUAL(bcn_reader_u32(&reader), 0);
    CHECK(reader.failed);
    CHECK(!bcn_reader_array(&reader, back, SIZE_MAX, 2));
    bcn_reader odd = bcn_reader_over("abc\1\0\0\0", 8);
    CHECK(bcn_reader_take(&odd, 3) != NULL);
    CHECK(!bcn_reader_fill(&odd, odd.next - 3));
    bcn_writer_free(&writer);
}

enum { MOST = 400 };

static size_t
sample(unsigned char out[MOST])
{
    const bcn_section sections[] = {
        {1, (const unsigned char *)"hello", 5},
        {4, (const unsigned char *)"", 0},
        {7, (const unsigned char *)"12345678", 8},
    };
    size_t size;
    CHECK_OK(bcn_container_size(sections, 3, &size));
    CHECK(size <= MOST);
    bcn_container_write(sections, 3, out);
    return size;
}

static bcn_status
reads(const unsigned char *bytes, size_t size, bcn_error *error)
{
    bcn_section sections[BCN_SECTIONS_MAX];
    size_t count;
    /* A copy of the very size: the sanitizer sees a step too far. */
    unsigned char *copy = bcn_alloc(size, 1);
    CHECK(copy != NULL);
    memcpy(copy, bytes, size);
    bcn_status status =
        bcn_container_check(copy, size, sections, &count, error);
    bcn_free(copy);
    return status;
}

static void
test_container(void)
{
    unsigned char bytes[MOST] = {0};
    size_t size = sample(bytes), count;
    bcn_section sections[BCN_SECTIONS_MAX];
    bcn_error error = {""};
    CHECK_OK(bcn_container_check(bytes, size, sections, &count, &error));
    CHECK_EQUAL(count, 3);
    CHECK_EQUAL(sections[0].id, 1);
    CHECK_EQUAL(sections[0].length, 5);
    CHECK(memcmp(sections[2].bytes, "12345678", 8) == 0);
    for (size_t length = 0; length < size; length++) {
        CHECK_EQUAL(reads(bytes, length, &error), BCN_CORRUPT);
    }
    bytes[size] = 0;
    CHECK_EQUAL(reads(bytes, size + 1, &error), BCN_CORRUPT);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        error.text[0] = '\0';
        CHECK_EQUAL(reads(bytes, size, &error), BCN_CORRUPT);
        CHECK(error.text[0] != '\0');
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    CHECK_OK(reads(bytes, size, &error));
}

static void
test_container_refuses(void)
{
    size_t size;
    bcn_section same[] = {{2, NULL, 0}, {2, NULL, 0}};
    CHECK_EQUAL(bcn_container_size(same, 2, &size), BCN_INVALID);
    bcn_section vast[] = {{1, NULL, SIZE_MAX - 8}, {2, NULL, 64}};
    CHECK_EQUAL(bcn_container_size(vast, 2, &size), BCN_TOO_LARGE);
    bcn_section many[BCN_SECTIONS_MAX + 1] = {{0, NULL, 0}};
    CHECK_EQUAL(bcn_container_size(many, BCN_SECTIONS_MAX + 1, &size),
                BCN_INVALID);
    CHECK_OK(bcn_container_size(NULL, 0, &size));
    unsigned char empty[MOST];
    bcn_container_write(NULL, 0, empty);
    CHECK_OK(reads(empty, size, NULL));
}

static bcn_status
scenario_writer(void)
{
    bcn_writer writer = {0};
    for (uint32_t i = 0; i < 5000; i++) {
        bcn_writer_u32(&writer, i);
    }
    bcn_writer_fill(&writer);
    bcn_status status = writer.failed ? BCN_NOMEM : BCN_OK;
    bcn_writer_free(&writer);
    return status;
}

int
main(void)
{
    test_digest_is_fixed();
    test_digest_of_any_cut();
    test_digest_sees_every_bit();
    test_numbers();
    test_container();
    test_container_refuses();
    CHECK_SURVIVES(scenario_writer);
    return 0;
}
