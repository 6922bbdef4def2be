/* digest.h - a fixed 128-bit fingerprint of bytes.
 *
 * The same on every platform, in every version and for any cut of the bytes
 * into pieces.  A change inside one word of eight bytes always changes it, any
 * other damage but one in 2^128; some bytes per cycle, so checking costs less
 * than reading.  It tells accidents, not attackers: whoever can choose the
 * bytes can make two of one digest.
 *
 * Four lanes take a word each of every 32 bytes; the last bytes are filled up
 * with zeros, and the length is mixed in at the end. */
#ifndef BCN_DIGEST_H
#define BCN_DIGEST_H

#include <stddef.h>
#include <stdint.h>

enum { BCN_DIGEST_BYTES = 16, BCN_DIGEST_STRIPE = 32 };

typedef struct bcn_digest {
    uint64_t lanes[4];
    uint64_t length;
    unsigned char rest[BCN_DIGEST_STRIPE]; /* length % 32 bytes wait here */
} bcn_digest;

void bcn_digest_start(bcn_digest *digest);
void bcn_digest_add(bcn_digest *digest, const void *bytes, size_t length);
/* The digest of all that was added; more may be added afterwards. */
void bcn_digest_read(const bcn_digest *digest,
                     unsigned char out[BCN_DIGEST_BYTES]);
/* All in one. */
void bcn_digest_of(const void *bytes, size_t length,
                   unsigned char out[BCN_DIGEST_BYTES]);

#endif
