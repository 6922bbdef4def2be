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
