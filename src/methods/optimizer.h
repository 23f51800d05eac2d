/* src/methods/optimizer.h — how a gradient changes the parameters: a rule, and the arrays that it keeps.
 *
 * Whoever saves, compares or counts the arrays goes through them without knowing the rule. */
#ifndef FCNN_METHODS_OPTIMIZER_H
#define FCNN_METHODS_OPTIMIZER_H

#include "model/gradient.h"

/* A rule of update.  A new one is a file that defines it, and a line in FCNN_OPTIMIZER_WORDS (config/words.h). */
typedef struct fcnn_optimizer_rule {
    const char *const *arrays; /* the names of its state arrays, of letters and _, then NULL; at most
                                * FCNN_UPDATE_ARRAYS */

    /* Updates a run of elements.  Elements are independent, and called from several threads for different ones, so any
     * partition gives the same bits. */
    void (*update)(const fcnn_kernels *kernels, const fcnn_update_job *job);
} fcnn_optimizer_rule;

typedef struct fcnn_optimizer {
    const fcnn_optimizer_rule *rule; /* borrowed */
    int arrays;
    int64_t layers;
    void **state[FCNN_UPDATE_ARRAYS]; /* [arrays][layers]: panels as those of the parameters, of their type; what fills
                                       * up panels is not saved */
} fcnn_optimizer;

/* The rule of a word of the config. */
const fcnn_optimizer_rule *fcnn_optimizer_rule_of(fcnn_optimizer_kind kind);

/* Makes an optimizer for a network; its arrays are zero.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_optimizer_create(const fcnn_optimizer_rule *rule, const fcnn_network *network, fcnn_optimizer **out);

/* Takes NULL. */
void fcnn_optimizer_destroy(fcnn_optimizer *optimizer);

/* Bytes of the arrays. */
int64_t fcnn_optimizer_bytes(const fcnn_optimizer *optimizer, const fcnn_network *network);

/* What an update is made with, besides the gradient. */
typedef struct fcnn_update {
    int64_t number; /* of the step, from 0 */
    double scale;   /* makes the derivative of the mean loss of a sum */
    double rate;
} fcnn_update;

/* A thread's part of an update of the parameters, and of the transposed weights. */
void fcnn_optimizer_update(const fcnn_optimizer *optimizer, fcnn_network *network, const fcnn_gradient *gradient,
                           const fcnn_update *how, int thread, int threads);

#endif
