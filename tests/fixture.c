/* tests/fixture.c — a trainer for a test. */
#include "fixture.h"

#include "harness.h"
#include "numbers.h"
#include "hdf5/file.h"
#include "model/pairs.h"

#include <stdio.h>

/* ---- data ---- */

fixture_data fixture_data_create(int64_t rows, int64_t features, int64_t outputs)
{
    fixture_data data = {.rows = rows, .features = features, .outputs = outputs};
    data.x = numbers_zeros(rows * features, sizeof(double));
    data.y = numbers_zeros(rows * (outputs == 0 ? 1 : outputs), sizeof(double));
    return data;
}

void fixture_data_destroy(fixture_data *data)
{
    free(data->x);
    free(data->y);
}

void fixture_data_draw(fixture_data *data, int64_t classes, uint64_t seed)
{
    for (int64_t i = 0; i < data->rows * data->features; i++) {
        data->x[i] = numbers_uniform(&seed, 1);
    }
    for (int64_t i = 0; i < data->rows * (data->outputs == 0 ? 1 : data->outputs); i++) {
        data->y[i] = classes > 0 ? (double)numbers_below(&seed, classes) : numbers_uniform(&seed, 1);
    }
}

static fcnn_status put(fcnn_hdf5_writer *file, const char *name, const fcnn_hdf5_info *info, const void *values)
{
    fcnn_status status = fcnn_hdf5_writer_dataset(file, name, info);
    return status == FCNN_OK ? fcnn_hdf5_writer_rows(file, name, 0, info->dims[0], values) : status;
}

static fcnn_status write_file(const fixture_data *data, const char *path)
{
    const bool has_labels = data->outputs == 0;
    const fcnn_hdf5_info x = {.type = FCNN_TYPE_FLOAT64, .rank = 2, .dims = {data->rows, data->features}};
    const fcnn_hdf5_info y = {.type = has_labels ? FCNN_TYPE_INT32 : FCNN_TYPE_FLOAT64,
                              .rank = has_labels ? 1 : 2,
                              .dims = {data->rows, data->outputs}};
    int32_t *labels = numbers_zeros(data->rows, sizeof *labels);
    for (int64_t row = 0; has_labels && row < data->rows; row++) {
        labels[row] = (int32_t)data->y[row];
    }
    fcnn_hdf5_writer *file;
    fcnn_status status = fcnn_hdf5_writer_create(path, &file);
    if (status == FCNN_OK) {
        status = put(file, "/x", &x, data->x);
        status = status == FCNN_OK ? put(file, "/y", &y, has_labels ? (const void *)labels : data->y) : status;
        status = status == FCNN_OK ? fcnn_hdf5_writer_commit(file) : status;
    }
    free(labels);
    return status;
}

void fixture_write(const fixture_data *data, const char *name)
{
    fcnn_comm *comm = harness_comm();
    const char *path = harness_shared_path(name);
    fcnn_comm_agree(comm, FCNN_OK); /* what is there may still be read */
    const fcnn_status status = fcnn_comm_rank(comm) == 0 ? write_file(data, path) : FCNN_OK;
    CU_ASSERT_EQUAL_FATAL(fcnn_comm_agree(comm, status), FCNN_OK);
}

/* ---- runs ---- */

fcnn_config *fixture_parsed(const char *text, const char *name)
{
    fcnn_config *config = NULL;
    HARNESS_OK(fcnn_config_parse(text, (int64_t)strlen(text), name, &config));
    CU_ASSERT_PTR_NOT_NULL_FATAL(config);
    return config;
}

fcnn_config *fixture_config(const char *folder, const char *a, const char *b)
{
    fcnn_config *config = NULL;
    HARNESS_OK(fcnn_config_parse("", 0, "test.ini", &config));
    CU_ASSERT_PTR_NOT_NULL_FATAL(config);
    char directory[1100];
    snprintf(directory, sizeof directory, "output.directory=%s", folder);
    HARNESS_OK(fcnn_config_set(config, directory));
    HARNESS_OK(fcnn_config_set(config, a));
    if (b != NULL) {
        HARNESS_OK(fcnn_config_set(config, b));
    }
    return config;
}

fixture fixture_start(fcnn_comm *comm, const char *file, const char *config)
{
    fixture run = {0};
    char text[2048];
    const int length = snprintf(text, sizeof text, "%s\n[data]\ntrain = %s\n[output]\ndirectory = %s\nresume = no\n",
                                config, harness_shared_path(file), harness_shared_path("run"));
    CU_ASSERT_FATAL(length > 0 && length < (int)sizeof text);
    HARNESS_OK(fcnn_config_parse(text, length, "test.ini", &run.config));
    CU_ASSERT_PTR_NOT_NULL_FATAL(run.config);
    HARNESS_OK(fcnn_config_check(run.config));
    const fcnn_train_options options = {0};
    HARNESS_OK(fcnn_trainer_create(comm, run.config, &options, &run.trainer));
    CU_ASSERT_PTR_NOT_NULL_FATAL(run.trainer);
    return run;
}

void fixture_split(fixture *run, const fcnn_work_split *split)
{
    fcnn_trainer *trainer = run->trainer;
    const fcnn_step_options options = {
        .exact = trainer->config->train_reduction == FCNN_REDUCTION_EXACT,
        .exchange = FCNN_EXCHANGE_AUTO,
        .optimizer = fcnn_optimizer_rule_of(trainer->config->optimizer_name),
        .config = trainer->config,
        .threads = fcnn_threads_wanted(&trainer->threads),
        .split = split,
        .flags = FCNN_LIFECYCLE_FLAGS,
    };
    fcnn_step_destroy(trainer->step);
    trainer->step = NULL;
    HARNESS_OK(fcnn_step_create(trainer->comm, trainer->model, trainer->data, &options, &trainer->step));
}

void fixture_end(fixture *run)
{
    fcnn_trainer_destroy(run->trainer);
    fcnn_config_destroy(run->config);
}

fcnn_comm *fixture_alone(void)
{
    static fcnn_comm *alone;
    if (alone == NULL) {
        HARNESS_OK(fcnn_comm_create(MPI_COMM_SELF, &alone));
    }
    return alone;
}

void fixture_step(fixture *run, int64_t number, int64_t batch, double rate, fcnn_exact_sum *loss)
{
    HARNESS_OK(fcnn_step_run(run->trainer->step, number, batch, rate, NULL, loss));
}

double fixture_epoch(fixture *run)
{
    double loss = NAN;
    HARNESS_OK(fcnn_trainer_epoch(run->trainer, &loss));
    return loss;
}

void fixture_hash(fixture *run, char out[65])
{
    fcnn_network_store(run->trainer->step->network, run->trainer->model);
    HARNESS_OK(fcnn_model_hash(run->trainer->model, out));
}

/* ---- parameters ---- */

static double parameter(const fcnn_model *model, void *const *arrays, int64_t layer, int64_t i)
{
    return model->shape.precision != FCNN_PRECISION_DOUBLE ? (double)((const float *)arrays[layer])[i]
                                                           : ((const double *)arrays[layer])[i];
}

double *fixture_further(oracle *net, const fcnn_tensor *tensor, int64_t i, bool is_derivative)
{
    const int64_t layer = tensor->layer;
    switch (tensor->kind) {
    case FCNN_TENSOR_GAMMA:
        return (is_derivative ? net->dgamma : net->gamma)[layer] + i;
    case FCNN_TENSOR_BETA:
        return (is_derivative ? net->dbeta : net->beta)[layer] + i;
    case FCNN_TENSOR_SLOPE:
        return (is_derivative ? net->dslope : net->slope) + layer;
    case FCNN_TENSOR_WEIGHTS:
        break;
    }
    return (is_derivative ? net->db : net->b)[layer] + i;
}

/* The activations of the outputs. */
static void set_columns(oracle *net, const fcnn_architecture *shape)
{
    net->has_columns = shape->output >= FCNN_OUTPUT_RELU;
    for (int i = 0; i < net->widths[net->layers] && i < ORACLE_COLUMNS; i++) {
        static const oracle_activation of[] = {
            [FCNN_OUTPUT_LINEAR] = ORACLE_LINEAR,     [FCNN_OUTPUT_SIGMOID] = ORACLE_SIGMOID,
            [FCNN_OUTPUT_RELU] = ORACLE_RELU,         [FCNN_OUTPUT_TANH] = ORACLE_TANH,
            [FCNN_OUTPUT_SOFTPLUS] = ORACLE_SOFTPLUS, [FCNN_OUTPUT_COLUMNS] = ORACLE_LINEAR,
        };
        net->columns[i] = of[fcnn_architecture_column(shape, i)];
        net->exponential[i] = fcnn_architecture_column(shape, i) == FCNN_OUTPUT_EXPONENTIAL;
    }
}

oracle *fixture_oracle(fixture *run)
{
    static const oracle_activation activations[] = {
        [FCNN_ACTIVATION_RELU] = ORACLE_RELU,         [FCNN_ACTIVATION_LEAKY_RELU] = ORACLE_LEAKY_RELU,
        [FCNN_ACTIVATION_TANH] = ORACLE_TANH,         [FCNN_ACTIVATION_SIGMOID] = ORACLE_SIGMOID,
        [FCNN_ACTIVATION_GELU] = ORACLE_GELU,         [FCNN_ACTIVATION_LINEAR] = ORACLE_LINEAR,
        [FCNN_ACTIVATION_RELU6] = ORACLE_RELU6,       [FCNN_ACTIVATION_ELU] = ORACLE_ELU,
        [FCNN_ACTIVATION_SELU] = ORACLE_SELU,         [FCNN_ACTIVATION_SILU] = ORACLE_SILU,
        [FCNN_ACTIVATION_MISH] = ORACLE_MISH,         [FCNN_ACTIVATION_SOFTPLUS] = ORACLE_SOFTPLUS,
        [FCNN_ACTIVATION_SOFTSIGN] = ORACLE_SOFTSIGN, [FCNN_ACTIVATION_PRELU] = ORACLE_PRELU,
    };
    fcnn_network_store(run->trainer->step->network, run->trainer->model);
    const fcnn_model *model = run->trainer->model;
    const fcnn_architecture *shape = &model->shape;
    int widths[ORACLE_LAYERS + 1];
    widths[0] = (int)fcnn_architecture_inputs(shape);
    for (int64_t l = 0; l < shape->layers; l++) {
        widths[l + 1] = (int)shape->layer[l].outputs;
    }
    const oracle_loss loss = shape->output == FCNN_OUTPUT_SOFTMAX            ? ORACLE_SOFTMAX_CROSS_ENTROPY
                             : shape->output == FCNN_OUTPUT_LINEAR           ? ORACLE_LINEAR_MSE
                             : shape->loss == FCNN_LOSS_BINARY_CROSS_ENTROPY ? ORACLE_SIGMOID_BINARY_CROSS_ENTROPY
                                                                             : ORACLE_SIGMOID_MSE;
    static const oracle_loss elements[FCNN_LOSSES_END] = {
        [FCNN_LOSS_MAE] = ORACLE_MAE,
        [FCNN_LOSS_HUBER] = ORACLE_HUBER,
        [FCNN_LOSS_LOG_COSH] = ORACLE_LOG_COSH,
        [FCNN_LOSS_RELATIVE] = ORACLE_RELATIVE,
        [FCNN_LOSS_POISSON] = ORACLE_POISSON,
        [FCNN_LOSS_QUANTILE] = ORACLE_QUANTILE,
        [FCNN_LOSS_GAUSSIAN_NLL] = ORACLE_GAUSSIAN_NLL,
    };
    const oracle_loss other = elements[shape->loss];
    oracle *net =
        oracle_create((int)shape->layers, widths, activations[shape->layer[0].activation], other > 0 ? other : loss);
    net->sigmoid_output = shape->output == FCNN_OUTPUT_SIGMOID;
    net->setting = model->loss_settings[0];
    net->mixed = shape->precision == FCNN_PRECISION_MIXED;
    set_columns(net, shape);
    net->quantiles = (int)shape->quantiles;
    memcpy(net->quantile, shape->quantile, sizeof net->quantile);
    for (int64_t l = 0; l < shape->layers; l++) {
        for (int i = 0; i < widths[l] * widths[l + 1]; i++) {
            net->w[l][i] = parameter(model, model->weights, l, i);
        }
        for (int i = 0; i < widths[l + 1]; i++) {
            net->b[l][i] = parameter(model, model->biases, l, i);
        }
    }
    net->layer_norm = shape->layer[0].layer_norm;
    for (int64_t k = shape->layers; k < fcnn_architecture_tensors(shape); k++) {
        const fcnn_tensor tensor = fcnn_architecture_tensor(shape, k);
        for (int64_t i = 0; i < tensor.outputs; i++) {
            *fixture_further(net, &tensor, i, false) = parameter(model, model->biases, k, i);
        }
    }
    return net;
}

static void widen(double actual, double expected, double *size, double *error)
{
    *size = fabs(expected) > *size ? fabs(expected) : *size;
    *error = !(fabs(actual - expected) <= *error) ? fabs(actual - expected) : *error;
}

double fixture_difference(fixture *run, oracle *net)
{
    fcnn_network_store(run->trainer->step->network, run->trainer->model);
    const fcnn_model *model = run->trainer->model;
    double most = 0;
    for (int64_t l = 0; l < model->shape.layers; l++) {
        double size = 0, error = 0;
        for (int64_t i = 0; i < model->shape.layer[l].inputs * model->shape.layer[l].outputs; i++) {
            widen(parameter(model, model->weights, l, i), net->w[l][i], &size, &error);
        }
        for (int64_t i = 0; i < model->shape.layer[l].outputs; i++) {
            widen(parameter(model, model->biases, l, i), net->b[l][i], &size, &error);
        }
        most = !(error / size <= most) ? error / size : most;
    }
    for (int64_t k = model->shape.layers; k < fcnn_architecture_tensors(&model->shape); k++) {
        const fcnn_tensor tensor = fcnn_architecture_tensor(&model->shape, k);
        for (int64_t i = 0; i < tensor.outputs; i++) {
            const double expected = *fixture_further(net, &tensor, i, false);
            const double error = fabs(parameter(model, model->biases, k, i) - expected);
            most = !(error <= most) ? error : most;
        }
    }
    return most;
}

void fixture_scale_layer(fixture *run, int64_t layer, double factor)
{
    fcnn_network *network = run->trainer->step->network;
    const int64_t in = network->shape.layer[layer].inputs, out = network->shape.layer[layer].outputs;
    for (int64_t i = 0; i < numbers_size(1 + in, out); i++) {
        const double value = numbers_get(network->kernels, network->parameters[layer], i);
        numbers_set(network->kernels, network->parameters[layer], i, value * factor);
    }
    fcnn_pairs_refresh(network);
    for (int64_t i = 0; network->paired == NULL && network->transposed[layer] != NULL && i < numbers_size(out, in);
         i++) {
        const double value = numbers_get(network->kernels, network->transposed[layer], i);
        numbers_set(network->kernels, network->transposed[layer], i, value * factor);
    }
}

double fixture_sum(const fixture *run, int64_t tensor, int64_t out, int64_t in, double *low)
{
    const fcnn_step *step = run->trainer->step;
    const fcnn_tensor own = fcnn_architecture_tensor(&step->network->shape, tensor);
    const fcnn_gradient *gradient = step->gradient;
    const int64_t element = numbers_place(1 + own.inputs, own.outputs, 1 + in, out);
    const void *sum = fcnn_gradient_value(gradient, tensor, element);
    *low = gradient->words == 2 ? ((const double *)sum)[gradient->elements] : 0;
    return gradient->exact ? *(const double *)sum : numbers_get(step->network->kernels, sum, 0);
}

fcnn_processors fixture_processors(const char *numbers)
{
    fcnn_processors set = {0};
    for (const char *rest = numbers; *rest != '\0'; rest += strcspn(rest, " "), rest += *rest == ' ') {
        HARNESS_OK(fcnn_processors_add(&set, atoi(rest)));
    }
    return set;
}

fixture fixture_resume(const fixture *run)
{
    fixture next = {0};
    char *text = NULL;
    HARNESS_OK(fcnn_config_text(run->config, &text));
    HARNESS_OK(fcnn_config_parse_effective(text, (int64_t)strlen(text), "test.ini", &next.config));
    CU_ASSERT_PTR_NOT_NULL_FATAL(next.config);
    HARNESS_OK(fcnn_config_set(next.config, "output.resume=auto"));
    const fcnn_train_options options = {0};
    HARNESS_OK(fcnn_trainer_create(harness_comm(), next.config, &options, &next.trainer));
    CU_ASSERT_PTR_NOT_NULL_FATAL(next.trainer);
    free(text);
    return next;
}

void fixture_batches(fixture *run, int64_t batches)
{
    fcnn_trainer *trainer = run->trainer;
    fcnn_training_state *state = &trainer->state;
    fcnn_training_data_start_epoch(trainer->data, state->epoch);
    for (; state->batch < batches; state->step++, state->batch++) {
        fixture_step(run, state->step, state->batch, 0.1, &state->loss);
        state->rows += fcnn_sampler_batch_rows(trainer->data->sampler, state->batch);
    }
}
