/* src/methods/moments.c — what Adam and the optimizers after it share: two moments of the gradient. */
#include "methods/moments.h"

#include "compute/math.h"

const char *const fcnn_moments_arrays[] = {"moment", "square", NULL};

void fcnn_moments_settings(const fcnn_config *config, double settings[FCNN_OPTIMIZER_SETTINGS])
{
    settings[FCNN_MOMENTS_BETA1] = config->optimizer_beta1;
    settings[FCNN_MOMENTS_BETA2] = config->optimizer_beta2;
    settings[FCNN_MOMENTS_EPSILON] = config->optimizer_epsilon;
    settings[FCNN_MOMENTS_HAT] = config->optimizer_epsilon_placement == FCNN_EPSILON_HAT;
}

void fcnn_moments_begin(const double settings[FCNN_OPTIMIZER_SETTINGS], fcnn_update *how)
{
    how->scalars[FCNN_MOMENTS_OF_M] = 1 - settings[FCNN_MOMENTS_BETA1];
    how->scalars[FCNN_MOMENTS_KEEP] = settings[FCNN_MOMENTS_BETA2];
    how->scalars[FCNN_MOMENTS_OF_V] = 1 - settings[FCNN_MOMENTS_BETA2];
    how->scalars[FCNN_MOMENTS_ROOT] = 1;
    how->scalars[FCNN_MOMENTS_ADDED] = settings[FCNN_MOMENTS_EPSILON];
    how->scalars[FCNN_MOMENTS_BY_MOMENT] = -how->rate;
    how->scalars[FCNN_MOMENTS_BY_GRADIENT] = 0;
}

double fcnn_moments_correction(double beta, int64_t t)
{
    return beta > 0 ? 1 - fcnn_power(beta, t) : 1;
}

void fcnn_moments_update(const fcnn_kernels *kernels, const fcnn_update_job *job)
{
    kernels->updates[FCNN_OPTIMIZER_ADAM](job);
}
