/* src/model/losses.h — what a network's passes know of each loss.
 *
 * Not collective; any thread may call any function. */
#ifndef FCNN_MODEL_LOSSES_H
#define FCNN_MODEL_LOSSES_H

#include "compute/kernels.h"
#include "model/architecture.h"

/* Rows of what the last layer's product left, z [rows][width] in panels; rows first … last−1. */
typedef struct fcnn_loss_job {
    fcnn_head head;
    fcnn_activation activation; /* of the last layer */
    void *z;
    int64_t rows, width, first, last;
    const int32_t *labels; /* [last − first]; NULL: none */
    const void *targets;   /* as z; NULL: none */
    double *losses;        /* [last − first]; NULL where the rows have neither */
} fcnn_loss_job;

/* A loss.  A new one is a word in FCNN_LOSS_WORDS (config/words.h), an entry of the table in losses.c, and where the
 * kernels have nothing that computes it, a kernel (compute/template_loss.h). */
typedef struct fcnn_loss_rule {
    bool takes_logits;       /* the activation of the last layer comes with the loss */
    bool is_mean_of_outputs; /* a row's loss is divided by the number of outputs */
    double slope;            /* the factor of the derivative that the kernel leaves to the mean's */

    /* Puts outputs or derivatives in the place of z, and the rows' losses into losses.  Returns the magnitude bits of
     * the largest number that it leaves in z. */
    uint64_t (*apply)(const fcnn_kernels *kernels, const fcnn_loss_job *job);
} fcnn_loss_rule;

/* The rule of a loss that is not auto. */
const fcnn_loss_rule *fcnn_loss_rule_of(fcnn_loss loss);

#endif
