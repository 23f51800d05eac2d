/* src/methods/rmsprop.c — RMSprop: v ← rho·v + (1 − rho)·g², w ← w − rate·g/(√v + epsilon).
 *
 * With momentum u ← momentum·u + g/(√v + epsilon), w ← w − rate·u.  Tieleman, Hinton: lecture 6.5 of Neural networks
 * for machine learning, 2012, as torch.optim.RMSprop, whose alpha is rho. */
#include "methods/momentum.h"
#include "methods/optimizer.h"

enum { RHO, EPSILON, MOMENTUM };

static void settings(const fcnn_config *config, double out[FCNN_OPTIMIZER_SETTINGS])
{
    out[RHO] = config->optimizer_rho;
    out[EPSILON] = config->optimizer_epsilon;
    fcnn_momentum_put(config, out + MOMENTUM);
}

static int count(const double own[FCNN_OPTIMIZER_SETTINGS])
{
    const fcnn_momentum momentum = fcnn_momentum_take(own + MOMENTUM);
    return fcnn_momentum_is_used(&momentum) ? 2 : 1;
}

static void prepare(const double own[FCNN_OPTIMIZER_SETTINGS], double notes[FCNN_OPTIMIZER_NOTES], fcnn_update *how)
{
    (void)notes;
    const fcnn_momentum momentum = fcnn_momentum_take(own + MOMENTUM);
    how->scalars[0] = own[RHO];
    how->scalars[1] = 1 - own[RHO];
    how->scalars[2] = own[EPSILON];
    how->scalars[3] = fcnn_momentum_of_epoch(&momentum, how->epoch);
}

static void update(const fcnn_kernels *kernels, const fcnn_update_job *job)
{
    kernels->updates[FCNN_OPTIMIZER_RMSPROP](job);
}

static const char *const arrays[] = {"square", "velocity", NULL};

extern const fcnn_optimizer_rule fcnn_optimizer_rmsprop;
const fcnn_optimizer_rule fcnn_optimizer_rmsprop = {.arrays = arrays,
                                                    .settings = settings,
                                                    .count = count,
                                                    .prepare = prepare,
                                                    .update = update,
                                                    .usual_rates = {1e-6, 0.03}};
