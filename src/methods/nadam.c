/* src/methods/nadam.c — NAdam: Adam with the momentum of Nesterov, which rises over the first steps.
 *
 * With mu_t = beta1·(1 − ½·0.96^(0.004·t)) and M_t = mu_1·…·mu_t:
 *   w ← w − rate·((1 − mu_t)/(1 − M_t)·g + mu_{t+1}/(1 − M_t·mu_{t+1})·m)/(√v̂ + epsilon), v̂ = v/(1 − beta2^t)
 * Dozat: Incorporating Nesterov momentum into Adam, ICLR 2016, as torch.optim.NAdam, which keeps M_t in single
 * precision; here it is a double. */
#include "methods/moments.h"

#include <math.h>

/* The numbers of the last step that were noted: t, 0.96^(0.004·t), M_t. */
enum { STEP, POWER, PRODUCT };

static const double QUOTIENT = 0.9998367253526753; /* 0.96^0.004 */

static double momentum(double beta1, double power)
{
    return beta1 * (1 - 0.5 * power);
}

/* Continues the products up to step t, counted from 1.  The multiplications are those of a run from the start, so a
 * resumed run has the same bits. */
static void continue_to(double beta1, int64_t t, double notes[FCNN_OPTIMIZER_NOTES])
{
    if (notes[STEP] == 0 || notes[STEP] > (double)t) {
        notes[STEP] = 0;
        notes[POWER] = notes[PRODUCT] = 1;
    }
    while (notes[STEP] < (double)t) {
        notes[STEP]++;
        notes[POWER] *= QUOTIENT;
        notes[PRODUCT] *= momentum(beta1, notes[POWER]);
    }
}

static void prepare(const double own[FCNN_OPTIMIZER_SETTINGS], double notes[FCNN_OPTIMIZER_NOTES], fcnn_update *how)
{
    const double beta1 = own[FCNN_MOMENTS_BETA1];
    continue_to(beta1, how->number + 1, notes);
    const double now = momentum(beta1, notes[POWER]), next = momentum(beta1, notes[POWER] * QUOTIENT);
    fcnn_moments_begin(own, how);
    how->scalars[FCNN_MOMENTS_ROOT] = 1 / sqrt(fcnn_moments_correction(own[FCNN_MOMENTS_BETA2], how->number + 1));
    how->scalars[FCNN_MOMENTS_BY_GRADIENT] = -how->rate * (1 - now) / (1 - notes[PRODUCT]);
    how->scalars[FCNN_MOMENTS_BY_MOMENT] = -how->rate * next / (1 - notes[PRODUCT] * next);
}

extern const fcnn_optimizer_rule fcnn_optimizer_nadam;
const fcnn_optimizer_rule fcnn_optimizer_nadam = {.arrays = fcnn_moments_arrays,
                                                  .settings = fcnn_moments_settings,
                                                  .prepare = prepare,
                                                  .update = fcnn_moments_update,
                                                  .usual_rates = {1e-6, 0.03}};
