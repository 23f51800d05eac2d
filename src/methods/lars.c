/* src/methods/lars.c — LARS: v ← momentum·v + rate·l·(g + decay·w), w ← w − v, where l = trust·|w|/(|g| + decay·|w|),
 * with the norms of the weights of a tensor, or of its biases.
 *
 * You, Gitman, Ginsburg: Large batch training of convolutional networks, arXiv 1708.03888, algorithm 1; as timm, l is 1
 * if a norm is 0, and for biases without decay.  0.001 is the trust coefficient of the paper. */
#include "methods/momentum.h"
#include "methods/optimizer.h"

enum { TRUST, MOMENTUM };

static void settings(const fcnn_config *config, double out[FCNN_OPTIMIZER_SETTINGS])
{
    out[TRUST] = config->optimizer_trust;
    fcnn_momentum_put(config, out + MOMENTUM);
}

static int count(const double own[FCNN_OPTIMIZER_SETTINGS])
{
    const fcnn_momentum momentum = fcnn_momentum_take(own + MOMENTUM);
    return fcnn_momentum_is_used(&momentum) ? 1 : 0;
}

static void prepare(const double own[FCNN_OPTIMIZER_SETTINGS], double notes[FCNN_OPTIMIZER_NOTES], fcnn_update *how)
{
    (void)notes;
    const fcnn_momentum momentum = fcnn_momentum_take(own + MOMENTUM);
    how->scalars[0] = fcnn_momentum_of_epoch(&momentum, how->epoch);
}

static void measure(const fcnn_kernels *kernels, const fcnn_trust_job *job)
{
    kernels->measure_lars(job);
}

static double ratio(const double own[FCNN_OPTIMIZER_SETTINGS], double weights, double gradient, double decay)
{
    return own[TRUST] * weights / (gradient + decay * weights);
}

static void update(const fcnn_kernels *kernels, const fcnn_update_job *job)
{
    kernels->updates[FCNN_OPTIMIZER_LARS](job);
}

static const char *const arrays[] = {"velocity", NULL};

extern const fcnn_optimizer_rule fcnn_optimizer_lars;
const fcnn_optimizer_rule fcnn_optimizer_lars = {.arrays = arrays,
                                                 .settings = settings,
                                                 .count = count,
                                                 .prepare = prepare,
                                                 .measure = measure,
                                                 .ratio = ratio,
                                                 .update = update,
                                                 .usual_rates = {0.01, 1000}};
