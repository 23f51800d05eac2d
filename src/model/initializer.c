/* src/model/initializer.c — initial weights and biases, drawn by counter. */
#include "model/initializer.h"

#include "compute/activations.h"
#include "core/memory.h"
#include "core/random.h"
#include "model/normal_number.h"
#include "model/orthogonal.h"

#include <math.h>
#include <stdlib.h>

/* A layer that is being drawn. */
typedef struct drawn_layer {
    fcnn_model *model;
    int64_t layer, in, out;
    fcnn_layer_start start; /* its kind is not auto */
    uint64_t seed;
} drawn_layer;

static void put(const fcnn_model *model, void *parameters, int64_t i, double value)
{
    if (model->shape.precision != FCNN_PRECISION_DOUBLE) {
        ((float *)parameters)[i] = (float)value;
    } else {
        ((double *)parameters)[i] = value;
    }
}

static fcnn_random_pair pair_at(const drawn_layer *drawn, int64_t in, int64_t out)
{
    return fcnn_random_draw(drawn->seed, FCNN_RANDOM_INIT, (uint32_t)in, (uint32_t)out, (uint32_t)drawn->layer);
}

static double uniform_number(fcnn_random_pair pair)
{
    return fma(2, fcnn_random_unit(pair.first), -1);
}

static void draw_normal(const drawn_layer *drawn, double deviation)
{
    for (int64_t i = 0; i < drawn->in * drawn->out; i++) {
        const fcnn_random_pair pair = pair_at(drawn, i % drawn->in, i / drawn->in);
        put(drawn->model, drawn->model->weights[drawn->layer], i, fcnn_normal_number(pair) * deviation);
    }
}

static void draw_uniform(const drawn_layer *drawn, double bound)
{
    for (int64_t i = 0; i < drawn->in * drawn->out; i++) {
        const fcnn_random_pair pair = pair_at(drawn, i % drawn->in, i / drawn->in);
        put(drawn->model, drawn->model->weights[drawn->layer], i, uniform_number(pair) * bound);
    }
}

static void draw_zero(const drawn_layer *drawn)
{
    for (int64_t i = 0; i < drawn->in * drawn->out; i++) {
        put(drawn->model, drawn->model->weights[drawn->layer], i, 0);
    }
}

static fcnn_status draw_orthogonal(const drawn_layer *drawn)
{
    const int64_t in = drawn->in, out = drawn->out;
    const bool is_wide = in > out; /* then W is the transposed matrix */
    double *q;
    FCNN_TRY(fcnn_memory_create("an orthogonal matrix", in * out, sizeof *q, &q));
    const fcnn_status status =
        fcnn_orthogonal_draw(drawn->seed, (uint32_t)drawn->layer, is_wide ? in : out, is_wide ? out : in, q);
    for (int64_t i = 0; i < in * out && status == FCNN_OK; i++) {
        const double number = is_wide ? q[i % in * out + i / in] : q[i];
        put(drawn->model, drawn->model->weights[drawn->layer], i, number * drawn->start.scale);
    }
    free(q);
    return status;
}

static fcnn_status draw_weights(const drawn_layer *drawn)
{
    const double in = (double)drawn->in, out = (double)drawn->out;
    switch (drawn->start.kind) {
    case FCNN_INIT_AUTO: /* has been resolved */
    case FCNN_INIT_HE:
        draw_normal(drawn, sqrt(2 / in));
        break;
    case FCNN_INIT_XAVIER:
        draw_uniform(drawn, sqrt(6 / (in + out)));
        break;
    case FCNN_INIT_LECUN:
        draw_normal(drawn, sqrt(1 / in));
        break;
    case FCNN_INIT_ORTHOGONAL:
        return draw_orthogonal(drawn);
    case FCNN_INIT_NORMAL:
        draw_normal(drawn, drawn->start.scale);
        break;
    case FCNN_INIT_UNIFORM:
        draw_uniform(drawn, drawn->start.scale);
        break;
    case FCNN_INIT_ZERO:
        draw_zero(drawn);
        break;
    case FCNN_INIT_TORCH:
        draw_uniform(drawn, 1 / sqrt(in));
        break;
    }
    return FCNN_OK;
}

static void draw_biases(const drawn_layer *drawn)
{
    for (int64_t o = 0; o < drawn->out; o++) {
        const double value = drawn->start.kind == FCNN_INIT_TORCH
                                 ? uniform_number(pair_at(drawn, drawn->in, o)) * (1 / sqrt((double)drawn->in))
                                 : drawn->start.bias;
        put(drawn->model, drawn->model->biases[drawn->layer], o, value);
    }
}

static void set_further(fcnn_model *model)
{
    static const double values[] = {[FCNN_TENSOR_GAMMA] = 1, [FCNN_TENSOR_BETA] = 0, [FCNN_TENSOR_SLOPE] = 0.25};
    for (int64_t i = model->shape.layers; i < fcnn_architecture_tensors(&model->shape); i++) {
        const fcnn_tensor tensor = fcnn_architecture_tensor(&model->shape, i);
        for (int64_t o = 0; o < tensor.outputs; o++) {
            put(model, model->biases[i], o, values[tensor.kind]);
        }
    }
}

fcnn_status fcnn_initializer_draw(fcnn_model *model, const fcnn_layer_start *starts, uint64_t seed)
{
    for (int64_t layer = 0; layer < model->shape.layers; layer++) {
        const fcnn_layer *shape = &model->shape.layer[layer];
        drawn_layer drawn = {.model = model, .layer = layer, .in = shape->inputs, .out = shape->outputs, .seed = seed};
        drawn.start = starts != NULL ? starts[layer] : (fcnn_layer_start){.kind = FCNN_INIT_AUTO};
        if (drawn.start.kind == FCNN_INIT_AUTO) {
            drawn.start.kind = fcnn_activation_init(shape->activation);
        }
        FCNN_TRY(draw_weights(&drawn));
        draw_biases(&drawn);
    }
    set_further(model);
    return FCNN_OK;
}
