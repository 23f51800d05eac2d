/* src/methods/sgd.c — stochastic gradient descent: w ← w − rate·g.
 *
 * With momentum, as torch.optim.SGD: v ← momentum·v + g, w ← w − rate·v, or by Nesterov w ← w − rate·(g + momentum·v);
 * Sutskever et al., On the importance of initialization and momentum in deep learning, ICML 2013. */
#include "methods/momentum.h"
#include "methods/optimizer.h"

enum { MOMENTUM, NESTEROV = MOMENTUM + 3 };

static void settings(const fcnn_config *config, double out[FCNN_OPTIMIZER_SETTINGS])
{
    fcnn_momentum_put(config, out + MOMENTUM);
    out[NESTEROV] = config->optimizer_nesterov;
}

static int count(const double own[FCNN_OPTIMIZER_SETTINGS])
{
    const fcnn_momentum momentum = fcnn_momentum_take(own + MOMENTUM);
    return fcnn_momentum_is_used(&momentum) ? 1 : 0;
}

static void prepare(const double own[FCNN_OPTIMIZER_SETTINGS], double notes[FCNN_OPTIMIZER_NOTES], fcnn_update *how)
{
    (void)notes;
    const fcnn_momentum setting = fcnn_momentum_take(own + MOMENTUM);
    const double momentum = fcnn_momentum_of_epoch(&setting, how->epoch);
    const bool nesterov = own[NESTEROV] != 0;
    how->scalars[0] = momentum;
    how->scalars[1] = nesterov ? -how->rate : 0;
    how->scalars[2] = nesterov ? -how->rate * momentum : -how->rate;
}

static void update(const fcnn_kernels *kernels, const fcnn_update_job *job)
{
    kernels->updates[FCNN_OPTIMIZER_SGD](job);
}

static const char *const arrays[] = {"velocity", NULL};

extern const fcnn_optimizer_rule fcnn_optimizer_sgd;
const fcnn_optimizer_rule fcnn_optimizer_sgd = {.arrays = arrays,
                                                .settings = settings,
                                                .count = count,
                                                .prepare = prepare,
                                                .update = update,
                                                .usual_rates = {1e-5, 10}};
