/* src/model/initializer.c — start weights, drawn by counter. */
#include "model/initializer.h"

#include "compute/activations.h"
#include "compute/math.h"
#include "core/random.h"

#include <math.h>

/* A standard normal number (Box and Muller 1958) from one pair. */
static double normal_number(fcnn_random_pair pair)
{
    const double radius = sqrt(-2 * fcnn_log(1 - fcnn_random_unit(pair.first)));
    return radius * fcnn_cos2pi(fcnn_random_unit(pair.second));
}

static fcnn_init_kind kind_of_layer(const fcnn_architecture *shape, fcnn_init_kind kind, int64_t layer)
{
    return kind != FCNN_INIT_AUTO ? kind : fcnn_activation_init(shape->layer[layer].activation);
}

void fcnn_initializer_draw(fcnn_model *model, fcnn_init_kind kind, double scale, uint64_t seed)
{
    const fcnn_architecture *shape = &model->shape;
    for (int64_t layer = 0; layer < shape->layers; layer++) {
        const int64_t in = shape->layer[layer].inputs, out = shape->layer[layer].outputs;
        const fcnn_init_kind own = kind_of_layer(shape, kind, layer);
        const bool is_normal = own == FCNN_INIT_HE || own == FCNN_INIT_NORMAL;
        const double size = own == FCNN_INIT_HE       ? sqrt(2 / (double)in)
                            : own == FCNN_INIT_XAVIER ? sqrt(6 / (double)(in + out))
                                                      : scale;
        for (int64_t i = 0; i < in * out; i++) {
            const fcnn_random_pair pair =
                fcnn_random_draw(seed, FCNN_RANDOM_INIT, (uint32_t)(i % in), (uint32_t)(i / in), (uint32_t)layer);
            const double drawn = is_normal ? normal_number(pair) : fma(2, fcnn_random_unit(pair.first), -1);
            if (shape->precision == FCNN_PRECISION_SINGLE) {
                ((float *)model->weights[layer])[i] = (float)(drawn * size);
            } else {
                ((double *)model->weights[layer])[i] = drawn * size;
            }
        }
    }
}
