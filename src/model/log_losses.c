/* src/model/log_losses.c — the logarithmic losses of rows, from the logits of the last layer. */
#include "model/log_losses.h"

#include "compute/math.h"
#include "compute/panels.h"

#include <math.h>

fcnn_status fcnn_log_losses_enable(fcnn_network *network)
{
    return network->log_losses != NULL
               ? FCNN_OK
               : fcnn_memory_create("the scores", network->all.rows, sizeof(double), &network->log_losses);
}

/* An element of a matrix of the work area [rows][outputs]. */
static double element(const fcnn_network *network, const void *matrix, int64_t row, int64_t column)
{
    const int64_t i = fcnn_panel_index(network->all.rows, fcnn_architecture_outputs(&network->shape), row, column);
    return network->kernels->bits == 32 ? (double)((const float *)matrix)[i] : ((const double *)matrix)[i];
}

static double loss_of_label(const fcnn_network *network, const void *logits, int64_t row)
{
    const int64_t classes = fcnn_architecture_outputs(&network->shape);
    double most = -INFINITY, sum = 0;
    for (int64_t i = 0; i < classes; i++) {
        const double z = element(network, logits, row, i);
        most = z > most ? z : most;
    }
    for (int64_t i = 0; i < classes; i++) {
        sum += fcnn_exp(element(network, logits, row, i) - most);
    }
    return fcnn_log(sum) + (most - element(network, logits, row, network->all.labels[row]));
}

static double loss_of_decisions(const fcnn_network *network, const void *logits, int64_t row)
{
    double sum = 0;
    for (int64_t i = 0; i < fcnn_architecture_outputs(&network->shape); i++) {
        const double z = element(network, logits, row, i), t = element(network, network->all.targets, row, i);
        sum += isnan(t) ? 0 : fma(-z, t, z < 0 ? 0 : z) + fcnn_log1p(fcnn_exp(-fabs(z)));
    }
    return sum;
}

void fcnn_log_losses_measure(const fcnn_network *network, bool has_labels, int64_t first, int64_t last)
{
    const void *logits = network->all.deltas[network->shape.layers - 1];
    for (int64_t row = first; row < last; row++) {
        network->log_losses[row] =
            has_labels ? loss_of_label(network, logits, row) : loss_of_decisions(network, logits, row);
    }
}
