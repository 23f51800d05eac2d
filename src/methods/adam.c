/* src/methods/adam.c — Adam: w ← w − rate·m̂/(√v̂ + epsilon), where m̂ = m/(1 − beta1^t), v̂ = v/(1 − beta2^t).
 *
 * Kingma, Ba: Adam, arXiv 1412.6980, algorithm 1, as torch.optim.Adam and AdamW (Loshchilov, Hutter, arXiv 1711.05101),
 * which differ only in the decay that they allow.  With epsilon_placement = hat the correction comes after epsilon, as
 * at the end of section 2 of the paper: w ← w − rate·√(1 − beta2^t)/(1 − beta1^t)·m/(√v + epsilon). */
#include "methods/moments.h"

#include <math.h>

static void prepare(const double own[FCNN_OPTIMIZER_SETTINGS], double notes[FCNN_OPTIMIZER_NOTES], fcnn_update *how)
{
    (void)notes;
    const double root = sqrt(fcnn_moments_correction(own[FCNN_MOMENTS_BETA2], how->number + 1));
    const double rate = how->rate / fcnn_moments_correction(own[FCNN_MOMENTS_BETA1], how->number + 1);
    const bool hat = own[FCNN_MOMENTS_HAT] != 0;
    fcnn_moments_begin(own, how);
    how->scalars[FCNN_MOMENTS_ROOT] = hat ? 1 : 1 / root;
    how->scalars[FCNN_MOMENTS_BY_MOMENT] = hat ? -rate * root : -rate;
}

extern const fcnn_optimizer_rule fcnn_optimizer_adam;
const fcnn_optimizer_rule fcnn_optimizer_adam = {.arrays = fcnn_moments_arrays,
                                                 .settings = fcnn_moments_settings,
                                                 .prepare = prepare,
                                                 .update = fcnn_moments_update,
                                                 .usual_rates = {1e-6, 0.03}};

extern const fcnn_optimizer_rule fcnn_optimizer_adamw;
const fcnn_optimizer_rule fcnn_optimizer_adamw = {.arrays = fcnn_moments_arrays,
                                                  .settings = fcnn_moments_settings,
                                                  .prepare = prepare,
                                                  .update = fcnn_moments_update,
                                                  .usual_rates = {1e-6, 0.03}};
