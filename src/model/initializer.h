/* src/model/initializer.h — initial weights and biases, drawn by counter: they depend only on the seed and their
 * position. */
#ifndef FCNN_MODEL_INITIALIZER_H
#define FCNN_MODEL_INITIALIZER_H

#include "model/model.h"

/* The initial values of a layer. */
typedef struct fcnn_layer_start {
    fcnn_init_kind kind;
    double scale;
    double bias; /* of all biases, except with torch */
} fcnn_layer_start;

/* Draws all weights and biases of a model, and sets its other parameters: gamma 1, beta 0, and the slope of a prelu
 * 0.25, as PyTorch.  A layer has `in` inputs and `out` outputs.
 *   he          N(0, 2/in)             He et al., Delving deep into rectifiers (2015)
 *   xavier      U(±√(6/(in + out)))    Glorot, Bengio, Understanding the difficulty of training … (2010)
 *   lecun       N(0, 1/in)             LeCun et al., Efficient BackProp (1998); Klambauer et al. (2017) for selu
 *   orthogonal  scale·Q with orthonormal rows, or columns if out > in (orthogonal.h)
 *                                      Saxe et al., Exact solutions to the nonlinear dynamics of learning … (2014)
 *   normal      N(0, scale²)
 *   uniform     U(±scale)
 *   zero        0
 *   torch       U(±1/√in), biases too, as torch.nn.Linear of PyTorch
 * auto depends on the activation of the layer (FCNN_ACTIVATION_WORDS in config/words.h). The random number of weight
 * [o][i] is that of the pair (i, o, layer) of FCNN_RANDOM_INIT, and that of bias [o] is that of (in, o, layer).
 *   starts  [layers], borrowed; NULL: auto, and biases of 0, in all layers
 * Not collective; thread-safe for different models. Fails: FCNN_ENOMEM, only with orthogonal. */
fcnn_status fcnn_initializer_draw(fcnn_model *model, const fcnn_layer_start *starts, uint64_t seed);

#endif
