/* src/model/initializer.h — initial weights and biases, drawn by counter: the same whoever draws them. */
#ifndef FCNN_MODEL_INITIALIZER_H
#define FCNN_MODEL_INITIALIZER_H

#include "model/model.h"

/* How a layer starts. */
typedef struct fcnn_layer_start {
    fcnn_init_kind kind;
    double scale;
    double bias; /* what all of its biases are, except with torch */
} fcnn_layer_start;

/* Draws all weights and biases of a model.  A layer has `in` inputs and `out` outputs.
 *   he          N(0, 2/in)             He et al., Delving deep into rectifiers (2015)
 *   xavier      U(±√(6/(in + out)))    Glorot, Bengio, Understanding the difficulty of training … (2010)
 *   lecun       N(0, 1/in)             LeCun et al., Efficient BackProp (1998); Klambauer et al. (2017) for selu
 *   orthogonal  scale·Q, of orthonormal rows, or where out > in columns (orthogonal.h)
 *                                      Saxe et al., Exact solutions to the nonlinear dynamics of learning … (2014)
 *   normal      N(0, scale²)
 *   uniform     U(±scale)
 *   zero        0
 *   torch       U(±1/√in), biases too: what torch.nn.Linear of PyTorch starts with
 * auto goes by the activation that follows the layer, as FCNN_ACTIVATION_WORDS says (config/words.h).  The number of
 * weight [o][i] is that of the pair (i, o, layer) of FCNN_RANDOM_INIT; of bias [o] that of (in, o, layer).
 *   starts  [layers], borrowed; NULL: auto and biases of 0 in all layers
 * Not collective.  Fails: FCNN_ENOMEM, with orthogonal only. */
fcnn_status fcnn_initializer_draw(fcnn_model *model, const fcnn_layer_start *starts, uint64_t seed);

#endif
