#include "simulate/draw.h"

void
bcn_shares_write(bcn_share *shares, const uint32_t *weights, uint32_t count)
{
    uint64_t left[256]; /* of each thing's weight, in parts of 1/count */
    uint32_t small[256], large[256];
    uint32_t smalls = 0, larges = 0;
    uint64_t whole = 0;
    for (uint32_t i = 0; i < count; i++) {
        whole += weights[i];
    }
    for (uint32_t i = 0; i < count; i++) {
        left[i] = (uint64_t)weights[i] * count;
        if (left[i] < whole) {
            small[smalls++] = i;
        } else {
            large[larges++] = i;
        }
    }
    while (smalls > 0 && larges > 0) {
        uint32_t poor = small[--smalls], rich = large[larges - 1];
        shares[poor].keep = (uint32_t)((left[poor] << 31) / whole);
        shares[poor].other = rich;
        left[rich] -= whole - left[poor];
        if (left[rich] < whole) {
            larges--;
            small[smalls++] = rich;
        }
    }
    /* The parts add up to `count` shares exactly, so those left are whole. */
    while (larges > 0) {
        uint32_t rich = large[--larges];
        shares[rich] = (bcn_share){UINT32_C(1) << 31, rich};
    }
}

/* Of falling runs of even draws, one of odd length begins with x at a chance
 * of e^-x; each of even length says that a whole unit has passed. */
uint64_t
bcn_stream_gap(bcn_stream *stream)
{
    for (uint64_t units = 0;; units++) {
        uint64_t first = bcn_stream_next(stream) >> 32;
        uint64_t last = first, length = 1;
        for (;;) {
            uint64_t next = bcn_stream_next(stream) >> 32;
            if (next >= last) {
                break;
            }
            last = next;
            length++;
        }
        if (length % 2 == 1) {
            return units * BCN_GAP + (first * BCN_GAP >> 32);
        }
    }
}
