/* src/model/losses.c — what a network's passes know of each loss. */
#include "model/losses.h"

static uint64_t softmax(const fcnn_kernels *kernels, const fcnn_loss_job *job)
{
    return kernels->softmax(job->head, job->z, job->rows, job->width, job->first, job->last, job->labels, job->losses);
}

static uint64_t sigmoid(const fcnn_kernels *kernels, const fcnn_loss_job *job)
{
    return kernels->sigmoid(job->head, job->z, job->rows, job->width, job->first, job->last, job->targets, job->losses);
}

static uint64_t square(const fcnn_kernels *kernels, const fcnn_loss_job *job)
{
    return kernels->square(job->head, job->activation, job->z, job->rows, job->width, job->first, job->last,
                           job->targets, job->losses);
}

static const fcnn_loss_rule rules[] = {
    [FCNN_LOSS_CROSS_ENTROPY] = {.takes_logits = true, .slope = 1, .apply = softmax},
    [FCNN_LOSS_BINARY_CROSS_ENTROPY] = {.takes_logits = true, .is_mean_of_outputs = true, .slope = 1, .apply = sigmoid},
    [FCNN_LOSS_MSE] = {.is_mean_of_outputs = true, .slope = 2, .apply = square},
};

const fcnn_loss_rule *fcnn_loss_rule_of(fcnn_loss loss)
{
    return &rules[loss];
}
