#include "text/encoding.h"

#include <stdint.h>
#include <string.h>

/* Bytes after the first, and the range of the second, for a leading byte. */
static int
shape_of(unsigned char lead, unsigned char *low, unsigned char *high)
{
    *low = 0x80;
    *high = 0xbf;
    if (lead >= 0xc2 && lead <= 0xdf) {
        return 1;
    }
    if (lead >= 0xe0 && lead <= 0xef) {
        *low = lead == 0xe0 ? 0xa0 : 0x80;
        *high = lead == 0xed ? 0x9f : 0xbf;
        return 2;
    }
    if (lead >= 0xf0 && lead <= 0xf4) {
        *low = lead == 0xf0 ? 0x90 : 0x80;
        *high = lead == 0xf4 ? 0x8f : 0xbf;
        return 3;
    }
    return -1;
}

bool
bcn_utf8_valid(bcn_bytes text)
{
    const unsigned char *at = (const unsigned char *)text.data;
    size_t left = text.length;
    while (left != 0) {
        uint64_t word;
        if (left >= sizeof word) {
            memcpy(&word, at, sizeof word);
            if ((word & UINT64_C(0x8080808080808080)) == 0) {
                at += sizeof word;
                left -= sizeof word;
                continue;
            }
        }
        unsigned char low, high;
        if (*at < 0x80) {
            at++;
            left--;
            continue;
        }
        int more = shape_of(*at, &low, &high);
        if (more < 0 || left <= (size_t)more || at[1] < low || at[1] > high) {
            return false;
        }
        for (int i = 2; i <= more; i++) {
            if (at[i] < 0x80 || at[i] > 0xbf) {
                return false;
            }
        }
        at += more + 1;
        left -= (size_t)more + 1;
    }
    return true;
}
