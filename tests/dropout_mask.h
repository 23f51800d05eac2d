/* tests/dropout_mask.h — which units dropout sets to 0, derived from docs/methods.md without code of the library. */
#ifndef FCNN_TESTS_DROPOUT_MASK_H
#define FCNN_TESTS_DROPOUT_MASK_H

#include "oracle.h"

#include <math.h>
#include <stdint.h>

/* Philox4x32-10 (Salmon et al. 2011, figure 2). */
static inline void mask_philox(uint32_t x[4], uint32_t k0, uint32_t k1)
{
    for (int round = 0; round < 10; round++) {
        const uint64_t a = UINT64_C(0xD2511F53) * x[0], b = UINT64_C(0xCD9E8D57) * x[2];
        const uint32_t next[4] = {(uint32_t)(b >> 32) ^ x[1] ^ k0, (uint32_t)b, (uint32_t)(a >> 32) ^ x[3] ^ k1,
                                  (uint32_t)a};
        for (int i = 0; i < 4; i++) {
            x[i] = next[i];
        }
        k0 += 0x9E3779B9;
        k1 += 0xBB67AE85;
    }
}

/* The key of a layer in a step. */
static inline uint64_t mask_key(uint64_t seed, uint64_t step, uint32_t layer)
{
    uint32_t x[4] = {(uint32_t)step, (uint32_t)(step >> 32), layer, 7};
    mask_philox(x, (uint32_t)seed, (uint32_t)(seed >> 32));
    return (uint64_t)x[1] << 32 | x[0];
}

/* The number of 16 bits of a unit. */
static inline int mask_number(uint64_t key, uint64_t row, uint64_t unit)
{
    uint32_t x[4] = {(uint32_t)(unit / 64 * 8 + unit % 16 / 2), (uint32_t)row, (uint32_t)(row >> 32), 0};
    mask_philox(x, (uint32_t)key, (uint32_t)(key >> 32));
    const uint32_t word = x[unit % 64 / 32 * 2 + unit % 2];
    return (int)(unit % 32 < 16 ? word & 0xFFFF : word >> 16);
}

static inline double mask_factor(uint64_t key, uint64_t row, uint64_t unit, double p)
{
    const double steps = floor(p * 65536 + 0.5);
    return mask_number(key, row, unit) < steps ? 0 : 1 / (1 - steps / 65536);
}

/* For oracle.factor: by its seed, step and dropout. */
static inline double mask_of_oracle(const oracle *net, int layer, long long row, int unit)
{
    const double p = net->dropout[layer];
    const uint64_t key = mask_key(net->seed, net->step, (uint32_t)layer);
    return p == 0 ? 1 : mask_factor(key, (uint64_t)row, (uint64_t)unit, p);
}

#endif
