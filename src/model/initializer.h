/* src/model/initializer.h — start weights, drawn by counter: the same whoever draws them. */
#ifndef FCNN_MODEL_INITIALIZER_H
#define FCNN_MODEL_INITIALIZER_H

#include "model/model.h"

/* Draws all weights of a model and sets its biases to 0.
 *   he       N(0, 2/in)             He et al., Delving deep into rectifiers (2015)
 *   xavier   U(±√(6/(in + out)))    Glorot, Bengio, Understanding the difficulty of training … (2010)
 *   normal   N(0, scale²)
 *   uniform  U(±scale)
 * auto: he before relu, leaky_relu and gelu, xavier before the others; it goes by each layer's activation. */
void fcnn_initializer_draw(fcnn_model *model, fcnn_init_kind kind, double scale, uint64_t seed);

#endif
