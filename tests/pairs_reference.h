/* tests/pairs_reference.h — bfloat16 numbers and their products, as docs/exactness.md defines them, computed with
 * integers only; and operands that reach every corner of that arithmetic. */
#ifndef FCNN_TESTS_PAIRS_REFERENCE_H
#define FCNN_TESTS_PAIRS_REFERENCE_H

#include "numbers.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline uint32_t pairs_bits(float x)
{
    uint32_t out;
    memcpy(&out, &x, sizeof out);
    return out;
}

static inline float pairs_float(uint32_t bits)
{
    float out;
    memcpy(&out, &bits, sizeof out);
    return out;
}

/* The same number, or both are NaN. */
static inline bool pairs_same(float a, float b)
{
    return isnan(a) ? isnan(b) : pairs_bits(a) == pairs_bits(b);
}

/* The bfloat16 number nearest to a float, from the distances to its two neighbours; NaN is quiet. */
static inline uint16_t pairs_round(float x)
{
    const uint32_t bits = pairs_bits(x), below = bits & 0xffff0000, above = below + 0x10000;
    if ((bits & 0x7f800000) == 0) {
        return (uint16_t)((bits & 0x80000000) >> 16);
    }
    if (isnan(x)) {
        return (uint16_t)(bits >> 16 | 0x40);
    }
    const uint32_t down = bits - below, up = above - bits;
    const bool even = (below >> 16) % 2 == 0;
    return (uint16_t)((down < up || (down == up && even) ? below : above) >> 16);
}

/* A finite number other than 0: (−1)^negative · m·2^e with 2^40 ≤ m < 2^41. */
typedef struct pairs_number {
    bool negative;
    uint64_t m;
    int e;
} pairs_number;

static inline pairs_number pairs_normal(bool negative, uint64_t m, int e)
{
    while (m < (uint64_t)1 << 40) {
        m *= 2;
        e--;
    }
    return (pairs_number){negative, m, e};
}

/* m·2^e rounded to 24 bits, to even in a tie; the lowest bit of m may stand for a smaller part. */
static inline float pairs_finish(pairs_number x)
{
    int cut = 0; /* bits that are rounded away */
    while (x.m >> cut >= (uint64_t)1 << 24) {
        cut++;
    }
    uint64_t kept = x.m >> cut;
    const uint64_t rest = x.m & (((uint64_t)1 << cut) - 1), half = ((uint64_t)1 << cut) / 2;
    kept += rest > half || (rest == half && cut > 0 && kept % 2 == 1);
    int e = x.e + cut;
    if (kept == (uint64_t)1 << 24) {
        kept /= 2;
        e++;
    }
    const uint32_t sign = x.negative ? 0x80000000 : 0;
    const int biased = e + 23 + 127; /* of 2^23·2^e and above */
    if (biased < 1) {
        return pairs_float(sign);
    }
    return pairs_float(biased > 254 ? sign | 0x7f800000
                                    : (sign | (uint32_t)biased << 23 | ((uint32_t)kept & 0x7fffff)));
}

static inline float pairs_sum(pairs_number a, pairs_number b)
{
    if (a.e < b.e) {
        const pairs_number swap = a;
        a = b;
        b = swap;
    }
    /* two more bits below; what is still cut off becomes the lowest bit */
    a.m *= 4;
    b.m *= 4;
    const int shift = a.e - b.e;
    const uint64_t shifted = shift > 60 ? 1 : (b.m >> shift) | ((b.m & (((uint64_t)1 << shift) - 1)) != 0);
    pairs_number sum = {a.negative, 0, a.e - 2};
    if (a.negative == b.negative) {
        sum.m = a.m + shifted;
    } else if (a.m == shifted) {
        return 0;
    } else {
        sum.negative = a.m > shifted ? a.negative : b.negative;
        sum.m = a.m > shifted ? a.m - shifted : shifted - a.m;
    }
    while (sum.m < (uint64_t)1 << 24) {
        sum.m *= 2;
        sum.e--;
    }
    return pairs_finish(sum);
}

/* a·b + c with one rounding; subnormal numbers are zeros of their sign. */
static inline float pairs_fma(uint16_t a, uint16_t b, float c)
{
    const bool negative = (a ^ b) >> 15, c_negative = pairs_bits(c) >> 31;
    const int ea = a >> 7 & 255, eb = b >> 7 & 255, ec = (int)(pairs_bits(c) >> 23 & 255);
    if (ea == 255 || eb == 255 || ec == 255) { /* Inf and NaN are left to IEEE 754 */
        return (float)((double)pairs_float((uint32_t)a << 16) * (double)pairs_float((uint32_t)b << 16) + (double)c);
    }
    if (ea == 0 || eb == 0) {
        const bool minus = ec == 0 ? negative && c_negative : c_negative;
        return pairs_float((minus ? 0x80000000 : 0) | (ec == 0 ? 0 : pairs_bits(c) & 0x7fffffff));
    }
    const uint64_t product = (uint64_t)(128 + (a & 127)) * (uint64_t)(128 + (b & 127));
    const pairs_number p = pairs_normal(negative, product, ea + eb - 2 * (127 + 7));
    if (ec == 0) {
        return pairs_finish(p);
    }
    return pairs_sum(p, pairs_normal(c_negative, 0x800000 + (pairs_bits(c) & 0x7fffff), ec - 127 - 23));
}

/* A step of a chain: the upper halves of the words, then the lower ones. */
static inline float pairs_step(uint32_t a, uint32_t b, float c)
{
    return pairs_fma((uint16_t)a, (uint16_t)b, pairs_fma((uint16_t)(a >> 16), (uint16_t)(b >> 16), c));
}

/* ---- numbers: ordinary ones, and ones that reach every corner of a multiply-add ---- */

typedef enum pairs_kind {
    PAIRS_ORDINARY,
    PAIRS_TIES,       /* few bits, so that sums are often half way between two floats */
    PAIRS_SMALL,      /* products and sums near the smallest normal number */
    PAIRS_FLUSHED_UP, /* results that are normal numbers only after rounding */
    PAIRS_LARGE,      /* products and sums near the largest number */
    PAIRS_ANY,        /* all bits are random: Inf, NaN and subnormal numbers too */
    PAIRS_KINDS
} pairs_kind;

typedef struct pairs_operands {
    uint16_t a, b;
    float c;
} pairs_operands;

static inline pairs_operands pairs_draw(pairs_kind which, uint64_t *seed)
{
    const uint64_t word = numbers_word(seed);
    const int64_t around = numbers_below(seed, 6);
    const uint32_t e = 50; /* the biased exponent of a, where that of b must fit to it */
    uint32_t a = word & 0xffff, b = word >> 16 & 0xffff, c = (uint32_t)(word >> 32);
    switch (which) {
    case PAIRS_ORDINARY:
    case PAIRS_KINDS:
        a = (a & 0x83ff) | 0x3c00;
        b = (b & 0x83ff) | 0x3c00;
        c = (c & 0x83ffffff) | 0x3c000000;
        break;
    case PAIRS_TIES:
        a = (a & 0x8003) | 0x3f80;
        b = (b & 0x8003) | (uint32_t)(115 + around) << 7;
        c = (c & 0x80000003) | 0x40000000;
        break;
    case PAIRS_SMALL:
        a = (a & 0x807f) | e << 7;
        b = (b & 0x807f) | (127 - e + (uint32_t)around) << 7;
        c = (c & 0x807fffff) | (uint32_t)around << 23; /* with around = 0 subnormal */
        break;
    case PAIRS_FLUSHED_UP:
        a = (a & 0x8007) | e << 7;
        b = (b & 0x8007) | (254 - e - 150 - 2 + (uint32_t)around) << 7;
        c = (c & 0x80000001) | 0x00800000;
        break;
    case PAIRS_LARGE:
        a = (a & 0x807f) | (190 + e) << 7;
        b = (b & 0x807f) | (254 + 127 - 190 - e - 4 + (uint32_t)around) << 7;
        c = (c & 0x80ffffff) | 0x7e000000 | (uint32_t)(around % 2) << 24;
        c = (c & 0x7f800000) == 0x7f800000 ? c & 0xff7fffff : c;
        break;
    case PAIRS_ANY:
        a = (a & 0x7f80) == 0 ? a & 0x8000 : a; /* rounding leaves no subnormal bfloat16 numbers */
        b = (b & 0x7f80) == 0 ? b & 0x8000 : b;
        break;
    }
    return (pairs_operands){(uint16_t)a, (uint16_t)b, pairs_float(c)};
}

static inline uint32_t pairs_word(uint16_t even, uint16_t odd)
{
    return even | (uint32_t)odd << 16;
}

#endif
