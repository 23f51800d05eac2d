/* src/compute/template_peak.h — multiply-adds without memory accesses, to measure the peak. */

/* Number of independent chains: enough to hide the latency of the units, and few enough to stay in registers together
 * with the two factors. */
#if FCNN_SIMD == 5 || FCNN_SIMD == 1
#define PEAK_CHAINS 24 /* of 32 registers */
#elif FCNN_SIMD == 2
#define PEAK_CHAINS 12 /* of 16 */
#else
#define PEAK_CHAINS 12
#endif

static double multiply_adds(int64_t repetitions, int64_t *count)
{
    vec acc[PEAK_CHAINS];
    /* Each chain converges to 1 from a different start, so that chains are not merged and no value becomes
     * subnormal. */
    const vec factor = vset((real)0.75), shift = vset((real)0.25);
#pragma GCC unroll 32
    for (int i = 0; i < PEAK_CHAINS; i++) {
        acc[i] = vset((real)i);
    }
    for (int64_t repetition = 0; repetition < repetitions; repetition++) {
#pragma GCC unroll 32
        for (int i = 0; i < PEAK_CHAINS; i++) {
            acc[i] = vfma(acc[i], factor, shift);
        }
    }
    vec sum = vset(0);
#pragma GCC unroll 32
    for (int i = 0; i < PEAK_CHAINS; i++) {
        sum = sum + acc[i];
    }
    real lanes[VW];
    vstore(lanes, sum);
    *count = repetitions * PEAK_CHAINS * VW;
    return (double)lanes[0];
}
