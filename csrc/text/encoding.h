/* encoding.h - is a text valid UTF-8?
 *
 * As RFC 3629 has it: no surrogates, nothing above U+10FFFF, no longer form
 * than needed.  NUL is a character like any other.  Linear; text of ASCII
 * alone goes by eight bytes at a time. */
#ifndef BCN_ENCODING_H
#define BCN_ENCODING_H

#include <stdbool.h>

#include "base/bytes.h"

bool bcn_utf8_valid(bcn_bytes text);

#endif
