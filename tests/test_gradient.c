/* tests/test_gradient.c — a step's derivatives are those of its loss: by central differences, and by the oracle, for
 * every activation and loss, at whatever depth, with rows on all ranks. */
#include "fixture.h"

#include "harness.h"
#include "numbers.h"

#include <stdio.h>

enum { ROWS = 23, FEATURES = 5, OUTPUTS = 3 };

static const char *const hidden[] = {"", "7", "6, 5, 4"};
static const char *const activations[] = {"relu", "leaky_relu", "tanh", "sigmoid", "gelu",     "linear",   "relu6",
                                          "elu",  "selu",       "silu", "mish",    "softplus", "softsign", "prelu"};

typedef struct task {
    const char *name, *output, *loss, *file;
    const char *key; /* a further key of [train] */
} task;

static const task tasks[] = {
    {"softmax", "softmax", "cross_entropy", "labels.h5", ""},
    {"binary cross entropy", "sigmoid", "binary_cross_entropy", "bits.h5", ""},
    {"sigmoid with mse", "sigmoid", "mse", "bits.h5", ""},
    {"mse", "linear", "mse", "values.h5", ""},
};

static const task others[] = {
    {"mae", "linear", "mae", "values.h5", ""},
    {"sigmoid with mae", "sigmoid", "mae", "bits.h5", ""},
    {"huber", "linear", "huber", "values.h5", "huber_delta = 0.4"},
    {"sigmoid with huber", "sigmoid", "huber", "bits.h5", "huber_delta = 0.4"},
    {"log_cosh", "linear", "log_cosh", "values.h5", ""},
    {"sigmoid with log_cosh", "sigmoid", "log_cosh", "bits.h5", ""},
    {"relative", "linear", "relative", "values.h5", "relative_floor = 0.5"},
    {"poisson", "exponential", "poisson", "counts.h5", ""},
    {"relu", "relu", "mse", "values.h5", ""},
    {"tanh with mae", "tanh", "mae", "values.h5", ""},
    {"softplus with relative", "softplus", "relative", "values.h5", "relative_floor = 0.5"},
    {"columns", "linear 0:1, relu 1:2, exponential 2", "mse", "values.h5", ""},
    {"columns with huber", "softplus 0, sigmoid 1, tanh 2", "huber", "values.h5", "huber_delta = 0.4"},
    {"quantile", "linear", "quantile", "values.h5", "quantiles = 0.125, 0.75"},
    {"gaussian_nll", "linear", "gaussian_nll", "values.h5", ""},
    {"softmax with smoothing", "softmax", "cross_entropy", "labels.h5", "label_smoothing = 0.2"},
};

/* The rows of each kind of task, kept for the oracle. */
static fixture_data labels, bits, values, counts;

static void write_data(void)
{
    if (labels.rows == 0) {
        labels = fixture_data_create(ROWS, FEATURES, 0);
        bits = fixture_data_create(ROWS, FEATURES, OUTPUTS);
        values = fixture_data_create(ROWS, FEATURES, OUTPUTS);
        counts = fixture_data_create(ROWS, FEATURES, OUTPUTS);
        fixture_data_draw(&counts, 5, 4);
        fixture_write(&counts, "counts.h5");
        fixture_data_draw(&labels, OUTPUTS, 1);
        fixture_data_draw(&bits, 2, 2);
        fixture_data_draw(&values, 0, 3);
        labels.y[0] = OUTPUTS - 1; /* so that there are as many classes */
        fixture_write(&labels, "labels.h5");
        fixture_write(&bits, "bits.h5");
        fixture_write(&values, "values.h5");
    }
}

static const fixture_data *data_of(const task *what)
{
    const fixture_data *all[] = {&labels, &bits, &values, &counts};
    const char *const names[] = {"labels.h5", "bits.h5", "values.h5", "counts.h5"};
    int i = 0;
    while (strcmp(what->file, names[i]) != 0) {
        i++;
    }
    return all[i];
}

static fixture start(const task *what, const char *hidden_widths, const char *activation, int seed)
{
    char config[512];
    snprintf(config, sizeof config,
             "[model]\nhidden = %s\nactivation = %s\noutput = %s\nprecision = double\n"
             "[train]\nloss = %s\nbatch_size = 0\nblocks = 5\nthreads = 2\nseed = %d\n%s\n",
             hidden_widths, activation, what->output, what->loss, seed, what->key);
    return fixture_start(harness_comm(), what->file, config);
}

/* The smallest |z| that a hidden unit has: how far all rows stay from the kink of a relu. */
static double distance_from_kinks(oracle *net, const fixture_data *data)
{
    double least = INFINITY;
    const int64_t width = data->outputs == 0 ? 1 : data->outputs;
    for (int64_t row = 0; row < data->rows; row++) {
        oracle_forward(net, data->x + row * data->features, data->y + row * width);
        for (int l = 0; l + 1 < net->layers + net->has_columns; l++) { /* then the outputs too */
            for (int i = 0; i < net->widths[l + 1]; i++) {
                least = fabs(net->z[l][i]) < least ? fabs(net->z[l][i]) : least;
            }
        }
    }
    return least;
}

/* The mean loss of the library with a parameter moved. */
static double loss_at(fixture *run, fcnn_evaluation *evaluation, double *parameter, double value)
{
    const double before = *parameter;
    fcnn_network *network = NULL;
    fcnn_scores scores = {.loss = NAN};
    *parameter = value;
    HARNESS_OK(fcnn_network_create_from(run->trainer->model, ROWS, FCNN_NETWORK_FORWARD, 1, &network));
    HARNESS_OK(fcnn_evaluation_run(evaluation, network, &scores));
    fcnn_network_destroy(network);
    *parameter = before;
    return scores.loss;
}

/* By central differences at ±h and ±2h, whose error is of the order of h⁴. */
static double difference(fixture *run, fcnn_evaluation *evaluation, double *parameter, double h)
{
    const double at = *parameter;
    const double near = loss_at(run, evaluation, parameter, at + h) - loss_at(run, evaluation, parameter, at - h);
    const double far =
        loss_at(run, evaluation, parameter, at + 2 * h) - loss_at(run, evaluation, parameter, at - 2 * h);
    return (8 * near - far) / (12 * h);
}

/* Compares the derivatives of a layer, the bias of each unit (in = −1) with them; before holds the parameters of
 * before the step. */
static void check_layer(fixture *run, fcnn_evaluation *evaluation, const oracle *net, int64_t layer, double *largest,
                        double *error)
{
    fcnn_model *model = run->trainer->model;
    const int64_t in = model->shape.layer[layer].inputs, out = model->shape.layer[layer].outputs;
    for (int64_t o = 0; o < out; o++) {
        for (int64_t i = -1; i < in; i++) {
            double low,
                *parameter = i < 0 ? (double *)model->biases[layer] + o : (double *)model->weights[layer] + o * in + i;
            const double sum = fixture_sum(run, layer, o, i, &low);
            const double actual = (sum + low) * fcnn_network_mean_factor(&model->shape, ROWS);
            const double expected = i < 0 ? net->db[layer][o] : net->dw[layer][o * in + i];
            CU_ASSERT(fabs(actual - expected) <= 1e-12 * (1 + fabs(expected)));
            *largest = fabs(actual) > *largest ? fabs(actual) : *largest;
            if (o < 2 && i < 2) { /* each loss is a pass over the data on all ranks */
                const double slope = difference(run, evaluation, parameter, 1e-4);
                *error = fabs(actual - slope) > *error ? fabs(actual - slope) : *error;
            }
        }
    }
}

/* The same for gamma, beta and slopes. */
static void check_further(fixture *run, fcnn_evaluation *evaluation, oracle *net)
{
    fcnn_model *model = run->trainer->model;
    for (int64_t k = model->shape.layers; k < fcnn_architecture_tensors(&model->shape); k++) {
        const fcnn_tensor tensor = fcnn_architecture_tensor(&model->shape, k);
        double largest = 0, error = 0;
        for (int64_t o = 0; o < tensor.outputs; o++) {
            double low, *parameter = (double *)model->biases[k] + o;
            const double sum = fixture_sum(run, k, o, -1, &low);
            const double actual = (sum + low) * fcnn_network_mean_factor(&model->shape, ROWS);
            const double expected = *fixture_further(net, &tensor, o, true);
            CU_ASSERT(fabs(actual - expected) <= 1e-12 * (1 + fabs(expected)));
            largest = fabs(actual) > largest ? fabs(actual) : largest;
            if (o < 2) {
                const double slope = difference(run, evaluation, parameter, 1e-4);
                error = fabs(actual - slope) > error ? fabs(actual - slope) : error;
            }
        }
        CU_ASSERT(largest > 1e-5);
        CU_ASSERT(error <= 1e-6 * largest);
    }
}

/* Whether the first or second derivative of an activation jumps at 0. */
static bool has_kink(const char *activation)
{
    static const char *const kinked[] = {"relu", "leaky_relu", "relu6", "elu", "selu", "softsign", "prelu"};
    for (size_t i = 0; i < sizeof kinked / sizeof *kinked; i++) {
        if (strncmp(activation, kinked[i], strlen(kinked[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* A network whose rows stay away from the kinks; the seeds are tried in order, alike on all ranks. */
static fixture start_smooth(const task *what, const char *hidden_widths, const char *activation)
{
    for (int seed = 1;; seed++) {
        fixture run = start(what, hidden_widths, activation, seed);
        oracle *net = fixture_oracle(&run);
        const double distance = distance_from_kinks(net, data_of(what));
        oracle_destroy(net);
        const bool smooth = !has_kink(activation) && strstr(what->output, "relu") == NULL;
        /* normalization may enlarge differences */
        if (distance > (run.trainer->model->shape.layer[0].layer_norm ? 2e-3 : 6e-4) || smooth) {
            return run;
        }
        CU_ASSERT_FATAL(seed < 1000);
        fixture_end(&run);
    }
}

static void check(const task *what, const char *hidden_widths, const char *activation)
{
    fixture run = start_smooth(what, hidden_widths, activation);
    const fixture_data *data = data_of(what);
    oracle *net = fixture_oracle(&run); /* also stores the parameters in the model */
    const double expected_loss = oracle_gradient(net, data->x, data->y, data->outputs == 0 ? 1 : OUTPUTS, NULL, ROWS);
    fcnn_evaluation *evaluation = NULL;
    HARNESS_OK(fcnn_evaluation_create(harness_comm(), run.trainer->step->team, &run.trainer->data->train,
                                      &run.trainer->model->shape, NULL, &evaluation));
    fcnn_exact_sum loss = {0};
    double work[FCNN_EXACT_LIMBS + 1];
    fcnn_sampler_start_epoch(run.trainer->data->sampler, 0);
    HARNESS_OK(fcnn_step_sum(run.trainer->step, 0, 0, NULL, &loss));
    fcnn_exact_sum_over_ranks(harness_comm(), 1, &loss, work);
    const bool has_two = strcmp(what->loss, "quantile") == 0; /* quantiles of each target */
    const double terms = data->outputs == 0 ? 1 : has_two ? 2 * OUTPUTS : OUTPUTS;
    CU_ASSERT_DOUBLE_EQUAL(fcnn_exact_sum_value(&loss) / ((double)ROWS * terms), expected_loss,
                           1e-13 * (1 + expected_loss));
    for (int64_t layer = 0; layer < run.trainer->model->shape.layers; layer++) {
        double largest = 0, error = 0;
        check_layer(&run, evaluation, net, layer, &largest, &error);
        CU_ASSERT(largest > 1e-5);
        if (!(error <= 1e-6 * largest)) {
            fprintf(stderr, "%s, %s, hidden %s, layer %d: error %g of %g\n", what->name, activation, hidden_widths,
                    (int)layer, error, largest);
            CU_FAIL("derivatives");
        }
    }
    check_further(&run, evaluation, net);
    fcnn_evaluation_destroy(evaluation);
    oracle_destroy(net);
    fixture_end(&run);
}

static void check_task(const task *what)
{
    write_data();
    check(what, hidden[0], "tanh"); /* there is no hidden layer to apply it */
    for (int depth = 1; depth < 3; depth++) {
        for (size_t a = 0; a < sizeof activations / sizeof *activations; a++) {
            check(what, hidden[depth], activations[a]);
        }
    }
}

static void softmax_with_cross_entropy(void)
{
    check_task(&tasks[0]);
}

static void sigmoid_with_binary_cross_entropy(void)
{
    check_task(&tasks[1]);
}

static void sigmoid_with_mse(void)
{
    check_task(&tasks[2]);
}

static void linear_with_mse(void)
{
    check_task(&tasks[3]);
}

/* model.leaky_slope reaches the derivatives too. */
static void leaky_relu_has_the_slope_of_the_config(void)
{
    write_data();
    oracle_leaky_slope = 0.3;
    check(&tasks[3], hidden[2], "leaky_relu\nleaky_slope = 0.3");
    oracle_leaky_slope = 0.01;
}

static void other_losses(void)
{
    write_data();
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        check(&others[i], "7", "tanh");
        check(&others[i], "", "tanh");
    }
}

/* Every activation and loss after layer normalization. */
static void layer_norm(void)
{
    write_data();
    for (size_t a = 0; a < sizeof activations / sizeof *activations; a++) {
        char text[64];
        snprintf(text, sizeof text, "%s\nlayer_norm = yes", activations[a]);
        check(&tasks[a % 4], hidden[2], text);
        check(&tasks[(a + 1) % 4], hidden[1], text);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        check(&others[i], hidden[1], i % 2 == 0 ? "prelu\nlayer_norm = yes" : "tanh\nlayer_norm = yes");
    }
}

/* 50 steps, in which gamma, beta and the slope change. */
static void layer_norm_and_prelu_train_as_the_oracle(void)
{
    static const char *const configs[] = {"prelu", "prelu\nlayer_norm = yes", "gelu\nlayer_norm = yes"};
    write_data();
    for (size_t c = 0; c < sizeof configs / sizeof *configs; c++) {
        fixture run = start(&tasks[3], "9, 7", configs[c], 1);
        oracle *net = fixture_oracle(&run);
        for (int i = 0; i < 50; i++) {
            const double loss = oracle_gradient(net, values.x, values.y, OUTPUTS, NULL, ROWS);
            oracle_descend(net, 0.1);
            CU_ASSERT_DOUBLE_EQUAL(fixture_epoch(&run), loss, 1e-12 * loss);
        }
        CU_ASSERT(fixture_difference(&run, net) < 1e-12);
        if (c < 2) {
            CU_ASSERT(fabs(net->slope[0] - 0.25) > 1e-3);
        }
        oracle_destroy(net);
        fixture_end(&run);
    }
}

/* Different activations in one network. */
static void each_layer_has_its_own_activation(void)
{
    write_data();
    fixture run = start(&tasks[3], "6, 5, 4", "tanh, gelu, sigmoid", 1);
    oracle *net = fixture_oracle(&run);
    net->activations[0] = ORACLE_TANH;
    net->activations[1] = ORACLE_GELU;
    net->activations[2] = ORACLE_SIGMOID;
    for (int i = 0; i < 20; i++) {
        const double loss = oracle_gradient(net, values.x, values.y, OUTPUTS, NULL, ROWS);
        oracle_descend(net, 0.1);
        CU_ASSERT_DOUBLE_EQUAL(fixture_epoch(&run), loss, 1e-12 * loss);
    }
    CU_ASSERT(fixture_difference(&run, net) < 1e-11);
    oracle_destroy(net);
    fixture_end(&run);
}

/* Padding never takes part: it stays zero through many steps, with sigmoid(0) = ½ beside it. */
static void columns_that_fill_up_panels_stay_zero(void)
{
    write_data();
    for (int t = 0; t < 4; t++) {
        fixture run = start(&tasks[t], "6, 70", t % 2 == 0 ? "sigmoid" : "sigmoid\nlayer_norm = yes", 1);
        for (int i = 0; i < 5; i++) {
            fixture_epoch(&run);
        }
        const fcnn_network *network = run.trainer->step->network;
        for (int64_t layer = 0; layer < network->shape.layers; layer++) {
            const int64_t in = network->shape.layer[layer].inputs, out = network->shape.layer[layer].outputs;
            for (int64_t c = out; c % 16 != 0; c++) {
                for (int64_t i = 0; i < 1 + in; i++) {
                    CU_ASSERT_EQUAL(((const double *)network->parameters[layer])[numbers_place(1 + in, out, i, c)], 0);
                }
                for (int64_t row = 0; row < network->all.rows; row++) {
                    const int64_t place = numbers_place(network->all.rows, out, row, c);
                    CU_ASSERT_EQUAL(((const double *)network->all.deltas[layer])[place], 0);
                }
            }
            for (int64_t i = in; layer > 0 && i % 16 != 0; i++) {
                for (int64_t o = 0; o < out; o++) {
                    CU_ASSERT_EQUAL(((const double *)network->transposed[layer])[numbers_place(out, in, o, i)], 0);
                }
            }
        }
        fixture_end(&run);
    }
}

HARNESS_MAIN("gradient", {"softmax with cross entropy", softmax_with_cross_entropy},
             {"sigmoid with binary cross entropy", sigmoid_with_binary_cross_entropy},
             {"sigmoid with mse", sigmoid_with_mse}, {"linear with mse", linear_with_mse},
             {"other losses", other_losses},
             {"leaky_relu has the slope of the config", leaky_relu_has_the_slope_of_the_config},
             {"layer norm", layer_norm},
             {"layer norm and prelu train as the oracle", layer_norm_and_prelu_train_as_the_oracle},
             {"each layer has its own activation", each_layer_has_its_own_activation},
             {"columns that fill up panels stay zero", columns_that_fill_up_panels_stay_zero})
