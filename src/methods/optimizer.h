/* src/methods/optimizer.h — how a gradient changes the parameters: a rule, and the arrays that it keeps.
 *
 * Checkpoints, the comparison of ranks and the memory formula use the arrays without knowing the rule. */
#ifndef FCNN_METHODS_OPTIMIZER_H
#define FCNN_METHODS_OPTIMIZER_H

#include "model/gradient.h"

/* The largest number of settings that a rule takes from the config. */
enum { FCNN_OPTIMIZER_SETTINGS = FCNN_UPDATE_SCALARS };

/* What an update is made with, besides the gradient. */
typedef struct fcnn_update {
    int64_t number;                      /* of the step, from 0 */
    double scale;                        /* makes the derivative of the mean loss of a sum */
    double rate;                         /* the learning rate */
    double scalars[FCNN_UPDATE_SCALARS]; /* set by fcnn_optimizer_prepare() */
} fcnn_update;

/* A rule of update.  A new one is a file that defines it, and a line in FCNN_OPTIMIZER_WORDS (config/words.h). */
typedef struct fcnn_optimizer_rule {
    const char *const *arrays; /* the names of its state arrays, of letters and _, then NULL; at most
                                * FCNN_UPDATE_ARRAYS */

    /* Takes the settings of the rule, such as a momentum, from a config that has passed fcnn_config_check(); called
     * once, when an optimizer is created.  NULL: the rule has no settings. */
    void (*settings)(const fcnn_config *config, double settings[FCNN_OPTIMIZER_SETTINGS]);

    /* Computes how->scalars, the numbers that all elements of a step share, such as bias corrections, from the settings
     * and the number and rate of the step; called once before each update.  NULL: the scalars are the settings. */
    void (*prepare)(const double settings[FCNN_OPTIMIZER_SETTINGS], fcnn_update *how);

    /* Updates a run of elements.  Elements are independent, and called from several threads for different ones, so any
     * partition gives the same bits. */
    void (*update)(const fcnn_kernels *kernels, const fcnn_update_job *job);
} fcnn_optimizer_rule;

typedef struct fcnn_optimizer {
    const fcnn_optimizer_rule *rule; /* borrowed */
    double settings[FCNN_OPTIMIZER_SETTINGS];
    int arrays;
    int64_t layers;
    void **state[FCNN_UPDATE_ARRAYS]; /* [arrays][layers]: panels as those of the parameters, of their type; what fills
                                       * up panels is not saved */
} fcnn_optimizer;

/* The rule of a word of the config. */
const fcnn_optimizer_rule *fcnn_optimizer_rule_of(fcnn_optimizer_kind kind);

/* Makes an optimizer for a network; its arrays are zero.  config is not kept; it may be NULL if the rule has no
 * settings.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_optimizer_create(const fcnn_optimizer_rule *rule, const fcnn_config *config,
                                  const fcnn_network *network, fcnn_optimizer **out);

/* Takes NULL. */
void fcnn_optimizer_destroy(fcnn_optimizer *optimizer);

/* Bytes of the arrays. */
int64_t fcnn_optimizer_bytes(const fcnn_optimizer *optimizer, const fcnn_network *network);

/* Computes the scalars of a step, whose other members are set. */
void fcnn_optimizer_prepare(const fcnn_optimizer *optimizer, fcnn_update *how);

/* A thread's part of an update of the parameters, and of the transposed weights.  `how` has been prepared. */
void fcnn_optimizer_update(const fcnn_optimizer *optimizer, fcnn_network *network, const fcnn_gradient *gradient,
                           const fcnn_update *how, int thread, int threads);

#endif
