/* src/compute/activations.h — what is known of each activation besides its functions. */
#ifndef FCNN_COMPUTE_ACTIVATIONS_H
#define FCNN_COMPUTE_ACTIVATIONS_H

#include "config/words.h"

/* Whether the derivative is kept beside the value. */
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

/* How start weights of a layer that it follows are drawn where nothing is asked for. */
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
