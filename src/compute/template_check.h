/* src/compute/template_check.h — checks that the kernels compute what their source specifies.  Results would change
 * without a message by a compiler flag without a macro (such as one that fuses sums, see core/exact.h), by a libm whose
 * fma() rounds twice, or by an environment that flushes subnormal numbers to zero.  The operands are read from volatile
 * memory, so that the compiler cannot compute the results. */
#ifndef FCNN_COMPUTE_TEMPLATE_CHECK_H
#define FCNN_COMPUTE_TEMPLATE_CHECK_H

enum { CHECKED = 16 }; /* numbers in a loop, a multiple of the vector length of every instruction set */

static real hidden(real number)
{
    const volatile real out = number;
    return out;
}

static bool are_bits(vec a, bits b)
{
    real lanes[VW];
    vstore(lanes, a);
    for (size_t i = 0; i < VW; i++) {
        if (memcmp(&lanes[i], &b, sizeof b) != 0) {
            return false;
        }
    }
    return true;
}

/* Whether all lanes have the bits of b. */
static bool are(vec a, real b)
{
    bits of_b;
    memcpy(&of_b, &b, sizeof b);
    return are_bits(a, of_b);
}

/* Whether half of the smallest normal number is kept as a result and as an operand. */
static bool keeps_subnormal(void)
{
    const real smallest = hidden((real)(FCNN_BITS == 32 ? 0x1p-126 : 0x1p-1022)), half = hidden((real)0.5);
    const volatile bits of_subnormal = (bits)1 << (FCNN_BITS == 32 ? 22 : 51);
    const vec subnormal = vfrombits(vuset(of_subnormal));
    return are_bits(vset(smallest) * vset(half), of_subnormal) && are(subnormal / vset(half), smallest) &&
           smallest * half != 0;
}

/* Whether x/3 is rounded correctly and not computed as x times a reciprocal; the remainder of quotients in [1, 2) shows
 * it. */
static bool divides(real epsilon)
{
    const real three = hidden(3);
    real x[CHECKED], by_constant[CHECKED], by_value[CHECKED];
    for (int i = 0; i < CHECKED; i++) {
        x[i] = hidden((real)(300 + 17 * i) / 100);
    }
    for (size_t i = 0; i < CHECKED; i += VW) {
        vstore(by_constant + i, vload(x + i) / vset(3));
        vstore(by_value + i, vload(x + i) / vset(three));
    }
    bool all = true;
    for (int i = 0; i < CHECKED; i++) {
        real remainder[VW];
        vstore(remainder, vfma(vset(by_constant[i]), vset(-three), vset(x[i])));
        all = all && remainder[0] <= 3 * epsilon / 2 && -remainder[0] <= 3 * epsilon / 2;
        all = all && by_constant[i] == by_value[i] && by_value[i] == x[i] / three && by_value[i] == x[i] / 3;
    }
    return all;
}

#if FCNN_BITS == 32
static const char *find_pair_fault(void); /* template_pairs.h */
#else
static const char *find_pair_fault(void)
{
    return NULL;
}
#endif

static const char *find_fault(void)
{
    const real one = hidden(1), epsilon = hidden((real)(FCNN_BITS == 32 ? 0x1p-23 : 0x1p-52));
    const real next = one + epsilon, square = one + 2 * epsilon; /* next² = square + epsilon² */
    const real quarter = epsilon / 4, infinite = one / hidden(0), nothing = infinite - hidden(infinite);
    bits nothing_bits;
    memcpy(&nothing_bits, &nothing, sizeof nothing);
    const bits infinite_bits = FCNN_BITS == 32 ? (bits)0x7f800000 : (bits)0x7ff0000000000000;
    if (!are(vset(one) + vset(quarter), one) || !are(vset(one) + vset(3 * quarter), next) ||
        !are(vset(-one) - vset(3 * quarter), -next)) {
        return "sums are not rounded to the nearest number";
    }
    if (!keeps_subnormal()) {
        return "subnormal numbers are flushed to zero";
    }
    if (!are(vfma(vset(next), vset(next), vset(-square)), epsilon * epsilon)) {
        return "a fused multiply-add is rounded twice";
    }
    if (!are(vset(next) * vset(next) - vset(square), 0) || next * next - square != 0) {
        return "a product and a sum are fused, as by -ffp-contract=fast";
    }
    if (!are((vset(quarter) + vset(one)) - vset(one), 0) || (quarter + one) - one != 0) {
        return "sums are computed in another order, as by -fassociative-math";
    }
    if (!are(vset(hidden(-(real)0)) + vset(0), 0) || !are(vset(0) - vset(hidden(0)), 0)) {
        return "the sign of zero is lost, as by -fno-signed-zeros";
    }
    if ((nothing_bits & ~((bits)1 << (FCNN_BITS - 1))) <= infinite_bits || hidden(nothing) == nothing) {
        return "NaN and Inf are treated as finite numbers, as by -ffinite-math-only";
    }
    if (!divides(epsilon)) {
        return "quotients are computed as products with a reciprocal, as by -freciprocal-math";
    }
    return find_pair_fault();
}

#endif
