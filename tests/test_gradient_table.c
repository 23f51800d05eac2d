/* tests/test_gradient_table.c — the derivatives of every loss with every activation, with and without residual layers,
 * dropout and layer normalization: those of a plain network, and central differences of the library's own
 * loss with the same masks. */
#include "dropout_mask.h"
#include "fixture.h"

#include "harness.h"
#include "numbers.h"
#include "config/outputs.h"
#include "model/network.h"

#include <stdio.h>

enum { ROWS = 7, FEATURES = 4, WIDTH = 5, OUTPUTS = 3, LAYERS = 4, SEED = 11, STEP = 3 };

typedef struct task {
    fcnn_loss loss;
    fcnn_output output;
    oracle_loss oracle;
    double setting;
    char targets; /* l: labels, b: 0 and 1, v: values, c: counts */
} task;

static const task tasks[] = {
    {FCNN_LOSS_CROSS_ENTROPY, FCNN_OUTPUT_SOFTMAX, ORACLE_SOFTMAX_CROSS_ENTROPY, 0, 'l'},
    {FCNN_LOSS_CROSS_ENTROPY, FCNN_OUTPUT_SOFTMAX, ORACLE_SOFTMAX_CROSS_ENTROPY, 0.2, 'l'},
    {FCNN_LOSS_BINARY_CROSS_ENTROPY, FCNN_OUTPUT_SIGMOID, ORACLE_SIGMOID_BINARY_CROSS_ENTROPY, 0, 'b'},
    {FCNN_LOSS_MSE, FCNN_OUTPUT_SIGMOID, ORACLE_SIGMOID_MSE, 0, 'b'},
    {FCNN_LOSS_MSE, FCNN_OUTPUT_LINEAR, ORACLE_LINEAR_MSE, 0, 'v'},
    {FCNN_LOSS_MAE, FCNN_OUTPUT_LINEAR, ORACLE_MAE, 0, 'v'},
    {FCNN_LOSS_MAE, FCNN_OUTPUT_SIGMOID, ORACLE_MAE, 0, 'b'},
    {FCNN_LOSS_HUBER, FCNN_OUTPUT_LINEAR, ORACLE_HUBER, 0.4, 'v'},
    {FCNN_LOSS_HUBER, FCNN_OUTPUT_SIGMOID, ORACLE_HUBER, 0.4, 'b'},
    {FCNN_LOSS_LOG_COSH, FCNN_OUTPUT_LINEAR, ORACLE_LOG_COSH, 0, 'v'},
    {FCNN_LOSS_LOG_COSH, FCNN_OUTPUT_SIGMOID, ORACLE_LOG_COSH, 0, 'b'},
    {FCNN_LOSS_RELATIVE, FCNN_OUTPUT_LINEAR, ORACLE_RELATIVE, 0.5, 'v'},
    {FCNN_LOSS_POISSON, FCNN_OUTPUT_EXPONENTIAL, ORACLE_POISSON, 0, 'c'},
};

static const oracle_activation activations[] = {
    [FCNN_ACTIVATION_RELU] = ORACLE_RELU,         [FCNN_ACTIVATION_LEAKY_RELU] = ORACLE_LEAKY_RELU,
    [FCNN_ACTIVATION_TANH] = ORACLE_TANH,         [FCNN_ACTIVATION_SIGMOID] = ORACLE_SIGMOID,
    [FCNN_ACTIVATION_GELU] = ORACLE_GELU,         [FCNN_ACTIVATION_LINEAR] = ORACLE_LINEAR,
    [FCNN_ACTIVATION_RELU6] = ORACLE_RELU6,       [FCNN_ACTIVATION_ELU] = ORACLE_ELU,
    [FCNN_ACTIVATION_SELU] = ORACLE_SELU,         [FCNN_ACTIVATION_SILU] = ORACLE_SILU,
    [FCNN_ACTIVATION_MISH] = ORACLE_MISH,         [FCNN_ACTIVATION_SOFTPLUS] = ORACLE_SOFTPLUS,
    [FCNN_ACTIVATION_SOFTSIGN] = ORACLE_SOFTSIGN, [FCNN_ACTIVATION_PRELU] = ORACLE_PRELU,
};
enum { ACTIVATIONS = sizeof activations / sizeof *activations };

/* What is done to hidden layers. */
typedef struct manner {
    bool residual, drops, layer_norm;
} manner;

/* The tensors of a network at most. */
enum { TENSORS = LAYERS + 3 * (LAYERS - 1) };

/* Rows, and a model with the network that trains it. */
typedef struct subject {
    const task *what;
    fcnn_model *model;
    fcnn_network *network;
    oracle *net;
    fcnn_table inputs, targets;
    int32_t labels[ROWS];
    double x[ROWS * FEATURES], y[ROWS * OUTPUTS];
    int64_t index[ROWS], row_numbers[ROWS];
} subject;

static void draw_rows(subject *s, uint64_t *seed)
{
    for (int i = 0; i < ROWS * FEATURES; i++) {
        s->x[i] = numbers_uniform(seed, 1);
    }
    for (int i = 0; i < ROWS * OUTPUTS; i++) {
        s->y[i] = s->what->targets == 'v'   ? numbers_uniform(seed, 1)
                  : s->what->targets == 'b' ? (double)numbers_below(seed, 2)
                                            : (double)numbers_below(seed, 5);
    }
    for (int row = 0; row < ROWS; row++) {
        s->labels[row] = (int32_t)numbers_below(seed, OUTPUTS);
        s->y[row * OUTPUTS] = s->what->targets == 'l' ? s->labels[row] : s->y[row * OUTPUTS];
        s->index[row] = row;
        s->row_numbers[row] = row;
    }
}

static void draw_parameters(subject *s, uint64_t *seed)
{
    for (int l = 0; l < LAYERS; l++) {
        const int in = s->net->widths[l], out = s->net->widths[l + 1];
        for (int i = 0; i < in * out; i++) {
            s->net->w[l][i] = ((double *)s->model->weights[l])[i] = numbers_uniform(seed, 0.8);
        }
        for (int i = 0; i < out; i++) {
            s->net->b[l][i] = ((double *)s->model->biases[l])[i] = numbers_uniform(seed, 0.5);
        }
    }
    for (int64_t k = LAYERS; k < fcnn_architecture_tensors(&s->model->shape); k++) {
        const fcnn_tensor tensor = fcnn_architecture_tensor(&s->model->shape, k);
        for (int64_t i = 0; i < tensor.outputs; i++) {
            *fixture_further(s->net, &tensor, i, false) = ((double *)s->model->biases[k])[i] =
                tensor.kind == FCNN_TENSOR_GAMMA ? 1 + numbers_uniform(seed, 0.5) : numbers_uniform(seed, 0.5);
        }
    }
}

static fcnn_architecture shape_of(const task *what, fcnn_activation activation, const manner *how)
{
    static const double dropout[LAYERS] = {0.2, 0.5, 0.1, 0.3};
    fcnn_architecture shape = {0};
    HARNESS_OK(fcnn_architecture_create(LAYERS, &shape));
    shape.precision = FCNN_PRECISION_DOUBLE;
    shape.output = what->output;
    shape.loss = what->loss;
    for (int l = 0; l < LAYERS; l++) {
        shape.layer[l] = (fcnn_layer){
            .inputs = l == 0 ? FEATURES : WIDTH,
            .outputs = l == LAYERS - 1 ? OUTPUTS : WIDTH,
            .activation = l == LAYERS - 1 ? fcnn_output_activation(what->output) : activation,
            .leaky_slope = 0.2,
            .layer_norm = how->layer_norm && l < LAYERS - 1,
            .residual = how->residual && l > 0 && l < LAYERS - 1,
            .dropout = how->drops ? dropout[l] : 0,
        };
    }
    return shape;
}

static subject create(const task *what, fcnn_activation activation, const manner *how, uint64_t seed)
{
    static const int widths[] = {FEATURES, WIDTH, WIDTH, WIDTH, OUTPUTS};
    subject s = {.what = what};
    fcnn_architecture shape = shape_of(what, activation, how);
    HARNESS_OK(fcnn_model_create(&shape, &s.model));
    s.model->loss_settings[0] = what->setting;
    s.net = oracle_create(LAYERS, widths, activations[activation], what->oracle);
    s.net->sigmoid_output = what->output == FCNN_OUTPUT_SIGMOID;
    s.net->setting = what->setting;
    s.net->residual = how->residual;
    s.net->layer_norm = how->layer_norm;
    s.net->factor = mask_of_oracle;
    s.net->seed = SEED;
    s.net->step = STEP;
    for (int l = 0; l < LAYERS; l++) {
        s.net->dropout[l] = shape.layer[l].dropout;
    }
    draw_rows(&s, &seed);
    draw_parameters(&s, &seed);
    HARNESS_OK(fcnn_network_create_from(s.model, ROWS, FCNN_NETWORK_TRAINING, 1, &s.network));
    s.network->seed = SEED;
    fcnn_architecture_clear(&shape);
    return s;
}

static void destroy(subject *s)
{
    fcnn_network_destroy(s->network);
    fcnn_model_destroy(s->model);
    oracle_destroy(s->net);
}

/* Runs the rows forward and backward; returns the mean loss. */
static double run(subject *s)
{
    uint64_t input_magnitudes[TENSORS] = {0}, delta_magnitudes[TENSORS] = {0};
    fcnn_thread_times times = {0};
    fcnn_thread_notes notes = {
        .input_magnitudes = input_magnitudes, .delta_magnitudes = delta_magnitudes, .times = &times};
    s->inputs = (fcnn_table){FCNN_TYPE_FLOAT64, ROWS, FEATURES, s->x};
    s->targets = (fcnn_table){FCNN_TYPE_FLOAT64, ROWS, OUTPUTS, s->y};
    const fcnn_batch batch = {
        .inputs = &s->inputs,
        .targets = s->what->targets == 'l' ? NULL : &s->targets,
        .labels = s->what->targets == 'l' ? s->labels : NULL,
        .index = s->index,
        .rows = ROWS,
        .step = STEP,
        .row_numbers = s->row_numbers,
    };
    fcnn_network_forward_backward(s->network, &batch, 0, ROWS, 0, true, 0, &notes);
    return fcnn_exact_sum_value(&notes.loss) / (double)(ROWS * fcnn_network_loss_terms(&s->model->shape));
}

/* The derivative of the mean loss by weight [out][in] of a tensor, or with in = −1 by bias [out], after run(). */
static double derivative(const subject *s, int64_t number, int64_t out, int64_t in)
{
    const fcnn_tensor tensor = fcnn_architecture_tensor(&s->model->shape, number);
    const int64_t inputs = tensor.inputs, outputs = tensor.outputs;
    const double *x = s->network->all.values[tensor.layer], *delta = s->network->all.deltas[number];
    double sum = 0;
    for (int64_t row = 0; row < ROWS; row++) {
        sum += delta[numbers_place(ROWS, outputs, row, out)] * (in < 0 ? 1 : x[numbers_place(ROWS, inputs, row, in)]);
    }
    return sum * fcnn_network_mean_factor(&s->model->shape, ROWS);
}

static double loss_at(subject *s, double *parameter, double value)
{
    const double before = *parameter;
    *parameter = value;
    fcnn_network_load_panels(s->network, s->model->weights, s->model->biases, s->network->parameters);
    *parameter = before;
    return run(s);
}

/* By central differences at ±h and ±2h, whose error is of the order of h⁴. */
static double difference(subject *s, double *parameter)
{
    const double h = 1e-4, at = *parameter;
    const double near = loss_at(s, parameter, at + h) - loss_at(s, parameter, at - h);
    const double far = loss_at(s, parameter, at + 2 * h) - loss_at(s, parameter, at - 2 * h);
    return (8 * near - far) / (12 * h);
}

/* The smallest distance that a sum of a unit, or an output, has from a place where a derivative may jump. */
static double distance_from_kinks(subject *s)
{
    double least = INFINITY;
    for (int row = 0; row < ROWS; row++) {
        const double *y = s->y + row * OUTPUTS;
        s->net->row = row;
        oracle_forward(s->net, s->x + row * FEATURES, y);
        for (int l = 0; l < LAYERS - 1; l++) {
            for (int i = 0; i < WIDTH; i++) {
                const double z = s->net->z[l][i];
                least = fmin(least, fmin(fabs(z), fabs(z - 6)));
            }
        }
        for (int i = 0; s->what->targets != 'l' && i < OUTPUTS; i++) {
            const double d = fabs(s->net->a[LAYERS][i] - y[i]);
            least = fmin(least, fmin(d, fabs(d - s->what->setting)));
        }
    }
    return least;
}

/* Compares all derivatives. Returns the largest difference from the plain network, and sets *error to that from the
 * central differences, both relative to the largest derivative. */
static double compare(subject *s, double *error)
{
    double largest = 0, most = 0;
    *error = 0;
    const double loss = run(s);
    const double expected = oracle_gradient(s->net, s->x, s->y, OUTPUTS, NULL, ROWS);
    CU_ASSERT_DOUBLE_EQUAL(loss, expected, 1e-13 * (1 + expected));
    for (int64_t k = 0; k < fcnn_architecture_tensors(&s->model->shape); k++) {
        const fcnn_tensor tensor = fcnn_architecture_tensor(&s->model->shape, k);
        const int64_t inputs = tensor.inputs;
        for (int64_t out = 0; out < tensor.outputs; out++) {
            for (int64_t in = -1; in < inputs; in++) {
                double *parameter =
                    in < 0 ? (double *)s->model->biases[k] + out : (double *)s->model->weights[k] + out * inputs + in;
                loss_at(s, parameter, *parameter);
                const double actual = derivative(s, k, out, in);
                const double plain =
                    in < 0 ? *fixture_further(s->net, &tensor, out, true) : s->net->dw[k][out * inputs + in];
                largest = fmax(largest, fabs(plain));
                most = fmax(most, fabs(actual - plain));
                *error = fmax(*error, fabs(actual - difference(s, parameter)));
            }
        }
    }
    CU_ASSERT(largest > 1e-3);
    *error /= largest;
    return most / largest;
}

/* Tries seeds until all rows stay away from kinks. */
static subject create_smooth(const task *what, fcnn_activation activation, const manner *how)
{
    for (uint64_t seed = 1;; seed++) {
        subject s = create(what, activation, how, seed);
        if (distance_from_kinks(&s) > (how->layer_norm ? 3e-3 : 1.5e-3)) {
            return s;
        }
        CU_ASSERT_FATAL(seed < 5000);
        destroy(&s);
    }
}

static void check(bool residual, bool drops, bool layer_norm)
{
    const manner how = {residual, drops, layer_norm};
    for (size_t t = 0; t < sizeof tasks / sizeof *tasks; t++) {
        for (int a = 0; a < ACTIVATIONS; a++) {
            double error;
            oracle_leaky_slope = 0.2;
            subject s = create_smooth(&tasks[t], (fcnn_activation)a, &how);
            const double most = compare(&s, &error);
            if (!(most <= 1e-12 && error <= 1e-7)) {
                fprintf(stderr, "task %d, %s: %g from the plain network, %g from differences\n", (int)t,
                        fcnn_activation_name((fcnn_activation)a), most, error);
                CU_FAIL("derivatives");
            }
            destroy(&s);
        }
    }
}

static void plain_layers(void)
{
    check(false, false, false);
}

static void dropout(void)
{
    check(false, true, false);
}

static void residual_layers(void)
{
    check(true, false, false);
}

static void residual_layers_with_dropout(void)
{
    check(true, true, false);
}

static void layer_norm(void)
{
    check(false, false, true);
}

static void layer_norm_with_residual_layers_and_dropout(void)
{
    check(true, true, true);
}

HARNESS_MAIN("gradient table", {"plain layers", plain_layers}, {"dropout", dropout},
             {"residual layers", residual_layers}, {"residual layers with dropout", residual_layers_with_dropout},
             {"layer norm", layer_norm},
             {"layer norm with residual layers and dropout", layer_norm_with_residual_layers_and_dropout})
