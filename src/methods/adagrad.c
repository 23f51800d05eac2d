/* src/methods/adagrad.c — Adagrad: v ← v + g², w ← w − rate·g/(√v + epsilon).
 *
 * Duchi, Hazan, Singer: Adaptive subgradient methods, JMLR 12 (2011), as torch.optim.Adagrad, with v = 0 at first.  Its
 * kernel is that of RMSprop. */
#include "methods/optimizer.h"

static void settings(const fcnn_config *config, double out[FCNN_OPTIMIZER_SETTINGS])
{
    out[0] = config->optimizer_epsilon;
}

static void prepare(const double own[FCNN_OPTIMIZER_SETTINGS], double notes[FCNN_OPTIMIZER_NOTES], fcnn_update *how)
{
    (void)notes;
    how->scalars[0] = how->scalars[1] = 1;
    how->scalars[2] = own[0];
}

static void update(const fcnn_kernels *kernels, const fcnn_update_job *job)
{
    kernels->updates[FCNN_OPTIMIZER_ADAGRAD](job);
}

static const char *const arrays[] = {"square", NULL};

extern const fcnn_optimizer_rule fcnn_optimizer_adagrad;
const fcnn_optimizer_rule fcnn_optimizer_adagrad = {
    .arrays = arrays, .settings = settings, .prepare = prepare, .update = update, .usual_rates = {1e-4, 3}};
