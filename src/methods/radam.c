/* src/methods/radam.c — RAdam: Adam whose first steps, for which v is not yet known well, do not divide by it.
 *
 * With R = 2/(1 − beta2) − 1 and r_t = R − 2·t·beta2^t/(1 − beta2^t):
 *   r_t > 5   w ← w − rate·q·√(1 − beta2^t)·m̂/(√v + epsilon), q = √((r_t − 4)(r_t − 2)·R/((R − 4)(R − 2)·r_t))
 *   else      w ← w − rate·m̂
 * where m̂ = m/(1 − beta1^t).  Liu et al.: On the variance of the adaptive learning rate, arXiv 1908.03265, as
 * torch.optim.RAdam, with epsilon before the correction. */
#include "methods/moments.h"

#include <math.h>

static void prepare(const double own[FCNN_OPTIMIZER_SETTINGS], double notes[FCNN_OPTIMIZER_NOTES], fcnn_update *how)
{
    (void)notes;
    const int64_t t = how->number + 1;
    const double beta2 = own[FCNN_MOMENTS_BETA2], correction = fcnn_moments_correction(beta2, t);
    const double longest = 2 / (1 - beta2) - 1, length = longest - 2 * (double)t * (1 - correction) / correction;
    const double rate = how->rate / fcnn_moments_correction(own[FCNN_MOMENTS_BETA1], t);
    fcnn_moments_begin(own, how);
    if (length > 5) {
        const double q = sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length));
        how->scalars[FCNN_MOMENTS_BY_MOMENT] = -rate * q * sqrt(correction);
    } else {
        how->scalars[FCNN_MOMENTS_BY_MOMENT] = -rate;
        how->scalars[FCNN_MOMENTS_ROOT] = 0;
        how->scalars[FCNN_MOMENTS_ADDED] = 1;
    }
}

extern const fcnn_optimizer_rule fcnn_optimizer_radam;
const fcnn_optimizer_rule fcnn_optimizer_radam = {.arrays = fcnn_moments_arrays,
                                                  .settings = fcnn_moments_settings,
                                                  .prepare = prepare,
                                                  .update = fcnn_moments_update,
                                                  .usual_rates = {1e-6, 0.03}};
