/* src/compute/template_peak.h — nothing but multiply-adds, to see what the units can do. */

/* Independent chains: enough to hide the latency of any unit, few enough to stay in registers with the two
 * factors. */
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
    /* each chain tends to 1, from a start of its own, so that none is another's copy and none gets subnormal */
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
