/* src/methods/optimizer.h — how a gradient changes the parameters: a rule, and the arrays that it keeps.
 *
 * Checkpoints, the comparison of ranks and the memory formula use the arrays without knowing the rule. */
#ifndef FCNN_METHODS_OPTIMIZER_H
#define FCNN_METHODS_OPTIMIZER_H

#include "methods/norms.h"
#include "model/gradient.h"

/* The largest number of settings that a rule takes from the config, and of numbers that it keeps between steps. */
enum { FCNN_OPTIMIZER_SETTINGS = FCNN_UPDATE_SCALARS, FCNN_OPTIMIZER_NOTES = 4 };

/* State arrays: those of the rule, and the average of the parameters. */
enum { FCNN_OPTIMIZER_ARRAYS = FCNN_UPDATE_ARRAYS + 1 };
#define FCNN_OPTIMIZER_AVERAGE "average"

/* What an update is made with, besides the gradient. */
typedef struct fcnn_update {
    int64_t number;                      /* of the step, from 0, since the optimizer began */
    int64_t epoch;                       /* that the step belongs to, from 0, since the stage began */
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

    /* How many of its arrays a rule with these settings keeps, the first ones.  NULL: all. */
    int (*count)(const double settings[FCNN_OPTIMIZER_SETTINGS]);

    /* Computes how->scalars, the numbers that all elements of a step share, such as bias corrections, from the settings
     * and the number, epoch and rate of the step; called once before each update.  notes: zero at first; here a rule
     * notes what it would otherwise compute again from the first step on; no result depends on it.  NULL: the scalars
     * are the settings. */
    void (*prepare)(const double settings[FCNN_OPTIMIZER_SETTINGS], double notes[FCNN_OPTIMIZER_NOTES],
                    fcnn_update *how);

    /* If the learning rate of the weights of each tensor, and that of its biases, depends on their norms: adds the
     * squares of a run of elements and of its change, in a pass before the update, which may already change the arrays.
     * NULL: it does not. */
    void (*measure)(const fcnn_kernels *kernels, const fcnn_trust_job *job);

    /* With measure: what this learning rate is multiplied by.  weights, change: norms above 0; decay:
     * weight_decay.  It is 1, without a call, for a norm of 0 and for biases that do not decay. */
    double (*ratio)(const double settings[FCNN_OPTIMIZER_SETTINGS], double weights, double change, double decay);

    /* Updates a run of elements.  Elements are independent, and called from several threads for different ones, so any
     * partition gives the same bits. */
    void (*update)(const fcnn_kernels *kernels, const fcnn_update_job *job);

    /* Learning rates far outside what it usually takes are below the first or above the second. */
    double usual_rates[2];
} fcnn_optimizer_rule;

/* What changes gradients and weights besides the rule, with any rule: keys of [optimizer]; 0 means that it is not used.
 * The mean gradient is scaled so that its norm is clip_norm, its elements are limited to clip_value, l2 times the
 * weight and l1 times its sign are added.  The weight is reduced by rate·weight_decay times itself.  The updated
 * weights of each unit are scaled so that their norm is max_norm. */
typedef struct fcnn_optimizer_terms {
    double clip_norm, clip_value, l2, l1, weight_decay;
    bool decays_biases; /* l2, l1 and weight_decay are for biases too */
    bool limits;        /* an element of max_norm is not 0 */
    double *max_norm;   /* [layers]; NULL: not used */
} fcnn_optimizer_terms;

/* Sums of squares of weights and of their changes, and what the learning rate is multiplied by. */
typedef struct fcnn_tensor_trust {
    fcnn_squares weights, changes;
    double ratio;
} fcnn_tensor_trust;

/* Those of a tile, or of a tensor, whose biases have norms of their own. */
typedef struct fcnn_trust {
    fcnn_tensor_trust biases, weights;
} fcnn_trust;

typedef struct fcnn_optimizer {
    const fcnn_optimizer_rule *rule; /* borrowed */
    double settings[FCNN_OPTIMIZER_SETTINGS];
    double notes[FCNN_OPTIMIZER_NOTES];
    fcnn_optimizer_terms terms;
    int64_t tiles;              /* of the gradient */
    fcnn_tile_squares *squares; /* [tiles] of the mean gradient of a step; NULL if terms.clip_norm is 0 */
    fcnn_trust *tile_trusts;    /* [tiles] without ratios; NULL if the rule does not measure */
    fcnn_trust *trusts;         /* [tensors], of the last update; NULL as well */
    double average_decay;       /* of the average (train.ema); 0: there is none */
    int rule_arrays;            /* of the rule */
    int arrays;                 /* the same, and one more if there is an average: the last one, which starts as a copy
                                 * of the parameters; after each update, average ← decay·average + (1 − decay)·them */
    int64_t layers, tensors;
    void **state[FCNN_OPTIMIZER_ARRAYS]; /* [arrays][tensors]: panels as those of the parameters, of their type; what
                                          * fills up panels is not saved */
} fcnn_optimizer;

/* The rule of a word of the config. */
const fcnn_optimizer_rule *fcnn_optimizer_rule_of(fcnn_optimizer_kind kind);

/* Whether the learning rate of a config is far outside what the rule usually takes; usual receives the bounds, which
 * are lower with momentum, and for lars with a larger trust coefficient. */
bool fcnn_optimizer_is_unusual_rate(const fcnn_optimizer_rule *rule, const fcnn_config *config, double usual[2]);

/* Makes an optimizer for a network and its gradient; the arrays of the rule are zero.  config is not kept; NULL: all
 * settings are zero.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_optimizer_create(const fcnn_optimizer_rule *rule, const fcnn_config *config,
                                  const fcnn_network *network, const fcnn_gradient *gradient, fcnn_optimizer **out);

/* Takes NULL. */
void fcnn_optimizer_destroy(fcnn_optimizer *optimizer);

/* The name of a state array, from 0 to arrays − 1. */
const char *fcnn_optimizer_array_name(const fcnn_optimizer *optimizer, int array);

/* The parameters that are evaluated and saved as the model, in panels: the average if there is one, else those of the
 * network; borrowed. */
void *const *fcnn_optimizer_shown(const fcnn_optimizer *optimizer, const fcnn_network *network);

/* Exchanges the parameters of the network with their average, so that the network computes with it; does nothing if
 * there is none.  The pairs of mixed precision follow; transposed weights of other precisions stay, so an update must
 * not follow before the next exchange. */
void fcnn_optimizer_exchange_average(fcnn_optimizer *optimizer, fcnn_network *network);

/* Bytes of the arrays and of the sums of squares. */
int64_t fcnn_optimizer_bytes(const fcnn_optimizer *optimizer, const fcnn_network *network);

/* Computes the scalars of a step, whose other members are set.  Called by the main thread. */
void fcnn_optimizer_prepare(fcnn_optimizer *optimizer, fcnn_update *how);

/* A thread's part of an update of the parameters, and of the transposed weights.  `how` has been prepared.  Returns
 * false, on all threads alike, and has changed no parameter, if a norm is needed and is not finite. */
bool fcnn_optimizer_update(const fcnn_optimizer *optimizer, fcnn_network *network, const fcnn_gradient *gradient,
                           const fcnn_update *how, int thread, int threads);

/* Returns whether the update of a tile needs no sums and no weights of other tiles. */
bool fcnn_optimizer_takes_tiles(const fcnn_optimizer *optimizer);

/* Does the part of fcnn_optimizer_update() for one tile, whose sums are given; only if fcnn_optimizer_takes_tiles().
 *   threads  number of threads that share the tiles; their updates can be read after a fence */
void fcnn_optimizer_update_tile(const fcnn_optimizer *optimizer, fcnn_network *network, const fcnn_gradient *gradient,
                                const fcnn_update *how, int threads, const fcnn_tile *tile, const void *sums,
                                int64_t low);

/* The layer (from 0) because of which a norm of the last update is not finite; −1 if there is none. */
int64_t fcnn_optimizer_find_nonfinite(const fcnn_optimizer *optimizer, const fcnn_network *network,
                                      const fcnn_gradient *gradient);

#endif
