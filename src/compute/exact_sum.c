/* src/compute/exact_sum.c — sums of doubles without rounding, whose results do not depend on the order of the terms. */
#include "compute/exact_sum.h"

#include "core/sizes.h"

#include <math.h>
#include <string.h>

#define LOWEST_EXPONENT (-1088) /* of the unit of limb 0 */
#define LIMB_BITS 32
#define LIMB_MASK 0xFFFFFFFF

/* Propagates carries: all limbs except the last are then in 0 … 2^32−1, and the last one has the sign. */
static void carry(fcnn_exact_sum *sum)
{
    for (int i = 0; i + 1 < FCNN_EXACT_LIMBS; i++) {
        const int64_t low = sum->limbs[i] & LIMB_MASK;
        sum->limbs[i + 1] += (sum->limbs[i] - low) / ((int64_t)1 << LIMB_BITS);
        sum->limbs[i] = low;
    }
    sum->additions = 0;
}

void fcnn_exact_sum_add(fcnn_exact_sum *sum, double value)
{
    uint64_t word;
    memcpy(&word, &value, sizeof word);
    const int biased = (int)(word >> 52 & 0x7FF);
    if (biased == 0x7FF) {
        sum->nonfinite++;
        return;
    }
    const uint64_t fraction = word & (((uint64_t)1 << 52) - 1);
    const uint64_t mantissa = biased == 0 ? fraction : fraction | (uint64_t)1 << 52;
    /* value = ±mantissa · 2^(max(biased, 1) − 1075) */
    const int position = (biased == 0 ? 1 : biased) - 1075 - LOWEST_EXPONENT;
    const int shift = position % LIMB_BITS;
    const int limb = position / LIMB_BITS;
    const uint64_t low = (mantissa & LIMB_MASK) << shift;
    const uint64_t high = (mantissa >> LIMB_BITS) << shift;
    const int64_t sign = word >> 63 ? -1 : 1;
    sum->limbs[limb] += sign * (int64_t)(low & LIMB_MASK);
    sum->limbs[limb + 1] += sign * (int64_t)((low >> LIMB_BITS) + (high & LIMB_MASK));
    sum->limbs[limb + 2] += sign * (int64_t)(high >> LIMB_BITS);
    if (++sum->additions >= fcnn_size(FCNN_SIZE_EXACT_ADDITIONS)) {
        carry(sum);
    }
}

void fcnn_exact_sum_merge(fcnn_exact_sum *sum, const fcnn_exact_sum *other)
{
    if (sum->additions > fcnn_size(FCNN_SIZE_EXACT_ADDITIONS) - 1 - other->additions) {
        carry(sum);
    }
    for (int i = 0; i < FCNN_EXACT_LIMBS; i++) {
        sum->limbs[i] += other->limbs[i];
    }
    sum->nonfinite += other->nonfinite;
    sum->additions += 1 + other->additions; /* limbs after a carry count as one addition */
}

/* Returns |sum|·2^−down as a double, rounded from the highest 62 to 64 bits and a sticky bit for all lower bits. */
static double magnitude_value(const int64_t limbs[FCNN_EXACT_LIMBS], int down)
{
    int top = FCNN_EXACT_LIMBS - 1;
    while (top > 0 && limbs[top] == 0) {
        top--;
    }
    /* The last limb may have more than 32 bits, but a sum that reaches it is infinite in any case. */
    uint64_t head = (uint64_t)limbs[top];
    int exponent = top * LIMB_BITS + LOWEST_EXPONENT - down;
    int below = top - 1;
    int sticky = 0;
    while (below >= 0 && head < (uint64_t)1 << 62) {
        int room = 0;
        while (room < LIMB_BITS && head < (uint64_t)1 << 62 >> room) {
            room++;
        }
        const uint64_t limb = (uint64_t)limbs[below];
        head = head << room | limb >> (LIMB_BITS - room);
        exponent -= room;
        if (room < LIMB_BITS) {
            sticky |= (limb << room & LIMB_MASK) != 0;
            below--;
            break;
        }
        below--;
    }
    for (; below >= 0; below--) {
        sticky |= limbs[below] != 0;
    }
    /* head has at least 62 bits or is exact; round it to the precision of a double at this exponent. */
    int drop = 0;
    while (drop < 64 && (head >> drop >= (uint64_t)1 << 53 || exponent + drop < -1074)) {
        drop++;
    }
    if (drop == 64) {
        return 0;
    }
    uint64_t kept = head >> drop;
    if (drop > 0) {
        const uint64_t half = (uint64_t)1 << (drop - 1);
        const uint64_t rest = head & ((half << 1) - 1);
        kept += rest > half || (rest == half && (sticky || (kept & 1)));
    }
    return ldexp((double)kept, exponent + drop);
}

/* Returns sum·2^−down, rounded once. */
static double lowered_value(const fcnn_exact_sum *sum, int down)
{
    if (sum->nonfinite != 0) {
        return NAN;
    }
    fcnn_exact_sum copy = *sum;
    carry(&copy);
    if (copy.limbs[FCNN_EXACT_LIMBS - 1] >= 0) {
        return magnitude_value(copy.limbs, down);
    }
    for (int i = 0; i < FCNN_EXACT_LIMBS; i++) {
        copy.limbs[i] = -copy.limbs[i];
    }
    carry(&copy);
    return -magnitude_value(copy.limbs, down);
}

double fcnn_exact_sum_value(const fcnn_exact_sum *sum)
{
    return lowered_value(sum, 0);
}

double fcnn_exact_sum_mean(const fcnn_exact_sum *sum, int64_t count, double smallest, double largest)
{
    enum { ROOM = 64 }; /* a reduction of the exponent, so that the sum does not overflow */
    double mean = lowered_value(sum, 0) / (double)count;
    if (isinf(mean)) {
        mean = ldexp(lowered_value(sum, ROOM) / (double)count, ROOM);
    }
    return mean < smallest ? smallest : mean > largest ? largest : mean;
}

void fcnn_exact_sum_over_ranks(fcnn_comm *comm, int64_t count, fcnn_exact_sum *sums, double *work)
{
    const int64_t stride = FCNN_EXACT_LIMBS + 1;
    for (int64_t k = 0; k < count; k++) {
        carry(&sums[k]);
        for (int i = 0; i < FCNN_EXACT_LIMBS; i++) {
            work[k * stride + i] = (double)sums[k].limbs[i];
        }
        work[k * stride + FCNN_EXACT_LIMBS] = (double)sums[k].nonfinite;
    }
    fcnn_comm_sum_doubles(comm, count * stride, work);
    for (int64_t k = 0; k < count; k++) {
        for (int i = 0; i < FCNN_EXACT_LIMBS; i++) {
            sums[k].limbs[i] = (int64_t)work[k * stride + i];
        }
        sums[k].nonfinite = (int64_t)work[k * stride + FCNN_EXACT_LIMBS];
        carry(&sums[k]);
    }
}
