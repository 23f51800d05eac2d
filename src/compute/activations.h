/* src/compute/activations.h — the properties of each activation, from the table in config/words.h. */
#ifndef FCNN_COMPUTE_ACTIVATIONS_H
#define FCNN_COMPUTE_ACTIVATIONS_H

#include "config/words.h"

/* Returns whether the forward pass stores the derivative in addition to the value. */
static inline bool fcnn_activation_keeps_slopes(fcnn_activation activation)
{
#define KEEPS_SLOPES(constant, word, name, init, keeps) \
    case constant:                                      \
        return keeps;
    switch (activation) {
        FCNN_ACTIVATION_WORDS(KEEPS_SLOPES)
    }
#undef KEEPS_SLOPES
    return false;
}

/* Returns the initialization of the weights of a layer with this activation for model.init = auto. */
static inline fcnn_init_kind fcnn_activation_init(fcnn_activation activation)
{
#define INIT_OF(constant, word, name, init, keeps) \
    case constant:                                 \
        return init;
    switch (activation) {
        FCNN_ACTIVATION_WORDS(INIT_OF)
    }
#undef INIT_OF
    return FCNN_INIT_XAVIER;
}

#endif
