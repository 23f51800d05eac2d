/* src/methods/lamb.c — LAMB: w ← w − rate·|w|/|u|·u, u = m̂/(√v̂ + epsilon) + decay·w, with the norms of the weights of
 * a tensor, or of its biases.
 *
 * m̂ and v̂ are those of Adam.  You et al.: Large batch optimization for deep learning, arXiv 1904.00962, algorithm 2
 * with φ(z) = z; as timm and apex, the ratio is 1 if a norm is 0, and for biases without decay. */
#include "methods/moments.h"

#include <math.h>

static void prepare(const double own[FCNN_OPTIMIZER_SETTINGS], double notes[FCNN_OPTIMIZER_NOTES], fcnn_update *how)
{
    (void)notes;
    fcnn_moments_begin(own, how);
    how->scalars[FCNN_MOMENTS_ROOT] = 1 / sqrt(fcnn_moments_correction(own[FCNN_MOMENTS_BETA2], how->number + 1));
    how->scalars[FCNN_MOMENTS_BY_MOMENT] = 1 / fcnn_moments_correction(own[FCNN_MOMENTS_BETA1], how->number + 1);
}

static void measure(const fcnn_kernels *kernels, const fcnn_trust_job *job)
{
    kernels->measure_lamb(job);
}

static double ratio(const double own[FCNN_OPTIMIZER_SETTINGS], double weights, double change, double decay)
{
    (void)own;
    (void)decay;
    return weights / change;
}

static void update(const fcnn_kernels *kernels, const fcnn_update_job *job)
{
    kernels->updates[FCNN_OPTIMIZER_LAMB](job);
}

extern const fcnn_optimizer_rule fcnn_optimizer_lamb;
const fcnn_optimizer_rule fcnn_optimizer_lamb = {.arrays = fcnn_moments_arrays,
                                                 .settings = fcnn_moments_settings,
                                                 .prepare = prepare,
                                                 .measure = measure,
                                                 .ratio = ratio,
                                                 .update = update,
                                                 .usual_rates = {1e-5, 0.3}};
