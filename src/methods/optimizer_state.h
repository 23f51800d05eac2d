/* src/methods/optimizer_state.h — the arrays of an optimizer row by row, as files have them.
 *
 * Not collective. */
#ifndef FCNN_METHODS_OPTIMIZER_STATE_H
#define FCNN_METHODS_OPTIMIZER_STATE_H

#include "methods/optimizer.h"

/* An array with an element for each parameter, of the type of the parameters. */
typedef struct fcnn_state_array {
    char *name;
    void **weights, **biases; /* [tensors], each [out][in], and [out] */
} fcnn_state_array;

typedef struct fcnn_optimizer_state {
    int64_t tensors;
    int count;
    fcnn_state_array *arrays; /* [count] */
} fcnn_optimizer_state;

/* Makes arrays of zeros with names that are copied; to be cleared, also on failure.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_optimizer_state_create(const fcnn_architecture *shape, int count, const char *const *names,
                                        fcnn_optimizer_state *out);
void fcnn_optimizer_state_clear(fcnn_optimizer_state *state);

/* Makes copies of the optimizer's arrays; to be cleared, also on failure.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_optimizer_store(const fcnn_optimizer *optimizer, const fcnn_network *network,
                                 fcnn_optimizer_state *out);

/* Puts copies back into the optimizer's arrays.  Fails: FCNN_EDATA if they are not the arrays that its rule has. */
fcnn_status fcnn_optimizer_load(fcnn_optimizer *optimizer, const fcnn_network *network,
                                const fcnn_optimizer_state *state);

/* Starts a stage: puts copies into the average and, if the optimizer continues that of the stage before, into those
 * arrays of its rule that both have.  Other arrays remain zero. */
void fcnn_optimizer_take_over(fcnn_optimizer *optimizer, const fcnn_network *network, const fcnn_optimizer_state *state,
                              bool continues);

/* The layer (from 0) of the first element that is NaN or Inf; −1 if there is none. */
int64_t fcnn_optimizer_state_find_nonfinite(const fcnn_optimizer_state *state, const fcnn_architecture *shape);

#endif
