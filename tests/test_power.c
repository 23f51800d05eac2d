/* tests/test_power.c — whole powers: known ones of 60 digits, small ones against long double, and limits. */
#include "harness.h"

#include "compute/math.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

/* The truth is that of exact decimal arithmetic, rounded once. */
static void powers_are_rounded_from_the_truth(void)
{
    static const struct {
        double x;
        int64_t n;
        double truth;
    } known[] = {
        {0.998, 500, 0x1.7854ded217fabp-2},
        {0.998, 2000, 0x1.2ae246ef16460p-6},
        {0.9, 1000, 0x1.fee7413dac341p-153},
        {0.1, 300, 0x1.56e1fc2f8f3bdp-997},
        {0.5, 40, 0x1.0000000000000p-40},
        {0.999999, 1000000, 0x1.78b5570a90a47p-2},
        {0.99999999, 12345678901, 0x1.da3fbefcf850dp-179},
        {1.0000001, 100000000, 0x1.5829d1d3f9926p+14},
        {0.7, 12, 0x1.c58d21ee717c9p-7},
        {0.96, 17000, 0x1.bffa8739eaef3p-1002},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        CU_ASSERT_EQUAL(fcnn_power(known[i].x, known[i].n), known[i].truth);
    }
}

static void powers_are_accurate(void)
{
    if (LDBL_MANT_DIG < 64) {
        harness_skip("long double is no wider than double");
        return;
    }
    for (double x = 0x1p-10; x < 2; x += 0.00317) {
        long double truth = x; /* wrong by n·2^-64 */
        for (int64_t n = 1; n < 60; n++, truth *= x) {
            int exponent;
            frexpl(truth, &exponent);
            const long double unit = ldexpl(1, exponent - 53);
            CU_ASSERT(fabsl(fcnn_power(x, n) - truth) <= 0.54L * unit);
        }
    }
}

static void powers_have_their_limits(void)
{
    CU_ASSERT(fcnn_power(0.5, 0) == 1 && fcnn_power(1, INT64_MAX) == 1 && fcnn_power(0.3, 1) == 0.3);
    CU_ASSERT(fcnn_power(0.5, 1074) == 0x1p-1074 && fcnn_power(0.5, 1076) == 0 && fcnn_power(0.9, INT64_MAX) == 0);
    CU_ASSERT(fcnn_power(2, 1023) == 0x1p1023 && fcnn_power(2, 1024) == INFINITY && fcnn_power(7, 3) == 343);
    CU_ASSERT(fcnn_power(1.5, INT64_MAX) == INFINITY && fcnn_power(0x1p-1074, 1) == 0x1p-1074);
}

HARNESS_MAIN("power", {"powers are rounded from the truth", powers_are_rounded_from_the_truth},
             {"powers are accurate", powers_are_accurate}, {"powers have their limits", powers_have_their_limits})
