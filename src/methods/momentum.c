/* src/methods/momentum.c — the momentum of an epoch: constant, or rising along a line over the first epochs. */
#include "methods/momentum.h"

void fcnn_momentum_put(const fcnn_config *config, double settings[3])
{
    settings[0] = config->optimizer_momentum;
    settings[1] = config->optimizer_momentum_final;
    settings[2] = (double)config->optimizer_momentum_epochs;
}

fcnn_momentum fcnn_momentum_take(const double settings[3])
{
    return (fcnn_momentum){settings[0], settings[1], settings[2]};
}

bool fcnn_momentum_is_used(const fcnn_momentum *momentum)
{
    return momentum->start > 0 || (momentum->epochs > 0 && momentum->final > 0);
}

double fcnn_momentum_of_epoch(const fcnn_momentum *momentum, int64_t epoch)
{
    if (momentum->epochs == 0) {
        return momentum->start;
    }
    const double part = (double)epoch / momentum->epochs;
    return part < 1 ? momentum->start + (momentum->final - momentum->start) * part : momentum->final;
}
