/* src/bench/workload.c — the networks and batches that are measured, and the options that select them. */
#include "bench/benchmark.h"
#include "config/outputs.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "model/initializer.h"
#include "model/losses.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LAYERS = 51, MOST_WIDTH = 1000000, DEFAULT_BATCH = 256, SEED = 1 };
enum { FORWARD_BATCH = FCNN_SIZE_ROUND_ROWS_MOST }; /* the rows of a round of predictions */

#define DEFAULT_SECONDS 1.5

typedef struct workload_row {
    const char *name, *network;
    fcnn_activation activation;
    fcnn_loss loss;
    int64_t batch;
    bool by_default;
} workload_row;

static const workload_row table[] = {
    {"S", "784-30-10", FCNN_ACTIVATION_SIGMOID, FCNN_LOSS_CROSS_ENTROPY, 1000, true},
    {"S32", "784-30-10", FCNN_ACTIVATION_SIGMOID, FCNN_LOSS_CROSS_ENTROPY, 32, true},
    {"M64", "784-128-10", FCNN_ACTIVATION_RELU, FCNN_LOSS_CROSS_ENTROPY, 64, true},
    {"M256", "784-128-10", FCNN_ACTIVATION_RELU, FCNN_LOSS_CROSS_ENTROPY, 256, true},
    {"L", "784-1024-1024-10", FCNN_ACTIVATION_RELU, FCNN_LOSS_CROSS_ENTROPY, 256, true},
    {"XL", "4096-4096-4096-1000", FCNN_ACTIVATION_RELU, FCNN_LOSS_CROSS_ENTROPY, 1024, false},
    {"T", "32-64-64-1", FCNN_ACTIVATION_TANH, FCNN_LOSS_MSE, 256, true},
    {"TB", "32-64-64-1", FCNN_ACTIVATION_TANH, FCNN_LOSS_MSE, 4096, true},
};
enum { TABLE_ROWS = sizeof table / sizeof *table };

/* ---- networks ---- */

static fcnn_status malformed_network(const char *text)
{
    return fcnn_fail(
        FCNN_EUSAGE,
        "'%s' is not a network: give the widths from the inputs to the outputs, such as 784-128-10; each is "
        "1 to %d, and there are 2 to %d of them",
        text, MOST_WIDTH, MOST_LAYERS + 1);
}

/* Reads a number up to a '-' or the end of the text, and moves *text behind it; returns 0 if it is not a valid
 * width. */
static int64_t read_width(const char **text)
{
    char word[16];
    const size_t length = strspn(*text, "0123456789");
    int64_t width = 0;
    if (length == 0 || length >= sizeof word) {
        return 0;
    }
    memcpy(word, *text, length);
    word[length] = '\0';
    *text += length;
    return fcnn_text_to_int64(word, &width) && width <= MOST_WIDTH ? width : 0;
}

fcnn_status fcnn_workload_read_network(const char *text, fcnn_architecture *out)
{
    int64_t widths[MOST_LAYERS + 1];
    int64_t count = 0;
    const char *rest = text;
    do {
        rest += count > 0;
        const int64_t width = count <= MOST_LAYERS ? read_width(&rest) : 0;
        if (width < 1 || (*rest != '-' && *rest != '\0')) {
            return malformed_network(text);
        }
        widths[count++] = width;
    } while (*rest != '\0');
    if (count < 2) {
        return malformed_network(text);
    }
    FCNN_TRY(fcnn_architecture_create(count - 1, out));
    for (int64_t layer = 0; layer < out->layers; layer++) {
        out->layer[layer] = (fcnn_layer){.inputs = widths[layer], .outputs = widths[layer + 1]};
    }
    return FCNN_OK;
}

static fcnn_status make_workload(const workload_row *row, const fcnn_benchmark_plan *plan, fcnn_workload *out)
{
    FCNN_TRY(fcnn_workload_read_network(row->network, &out->shape));
    strncpy(out->name, row->name, sizeof out->name - 1);
    out->activation = row->activation;
    out->batch = plan->forward ? FORWARD_BATCH : row->batch;
    out->shape.precision = plan->precision;
    out->shape.loss = row->loss;
    out->shape.output = fcnn_loss_usual_output(row->loss);
    for (int64_t layer = 0; layer < out->shape.layers; layer++) {
        out->shape.layer[layer].leaky_slope = FCNN_LEAKY_SLOPE;
        out->shape.layer[layer].layer_norm = plan->layer_norm && layer + 1 < out->shape.layers;
        out->shape.layer[layer].dropout = layer > 0 ? plan->dropout : 0;
        out->shape.layer[layer].activation = layer + 1 < out->shape.layers ? row->activation : FCNN_ACTIVATION_LINEAR;
    }
    return FCNN_OK;
}

fcnn_status fcnn_benchmark_model_create(const fcnn_benchmark_plan *plan, const fcnn_workload *workload,
                                        fcnn_model **out)
{
    fcnn_model *model;
    FCNN_TRY(fcnn_model_create(&workload->shape, &model));
    const fcnn_status status = fcnn_initializer_draw(model, NULL, SEED);
    if (status != FCNN_OK) {
        fcnn_model_destroy(model);
        return status;
    }
    fcnn_loss_rule_of(workload->shape.loss)->settings(plan->settings, model->loss_settings);
    *out = model;
    return FCNN_OK;
}

/* ---- options ---- */

static fcnn_status unknown_word(const char *what, const char *word, const char *const *words)
{
    fcnn_text list = {0};
    fcnn_status status = FCNN_OK;
    for (int i = 0; words[i] != NULL && status == FCNN_OK; i++) {
        status = fcnn_text_append(&list, "%s%s", i > 0 ? ", " : "", words[i]);
    }
    if (status == FCNN_OK) {
        status = fcnn_fail(FCNN_EUSAGE, "unknown %s '%s': use one of %s", what, word, list.data);
    }
    fcnn_text_clear(&list);
    return status;
}

static const workload_row *find_row(const char *name, size_t length)
{
    for (int i = 0; i < TABLE_ROWS; i++) {
        if (strlen(table[i].name) == length && strncmp(table[i].name, name, length) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

static fcnn_status unknown_workload(const char *name, size_t length)
{
    const char *names[TABLE_ROWS + 1] = {NULL};
    char word[64] = "";
    memcpy(word, name, length < sizeof word ? length : sizeof word - 1);
    for (int i = 0; i < TABLE_ROWS; i++) {
        names[i] = table[i].name;
    }
    return unknown_word("workload", word, names);
}

/* Selects the workloads of a list such as "S,M256". */
static fcnn_status take_list(const char *list, fcnn_benchmark_plan *plan)
{
    int64_t names = 1;
    for (const char *c = list; *c != '\0'; c++) {
        names += *c == ',';
    }
    FCNN_TRY(fcnn_memory_create("the workloads", names, sizeof *plan->workloads, &plan->workloads));
    for (const char *name = list; plan->count < names; name += strcspn(name, ",") + 1) {
        const size_t length = strcspn(name, ",");
        const workload_row *row = find_row(name, length);
        if (row == NULL) {
            return unknown_workload(name, length);
        }
        FCNN_TRY(make_workload(row, plan, &plan->workloads[plan->count]));
        plan->count++;
    }
    return FCNN_OK;
}

static fcnn_status take_defaults(fcnn_benchmark_plan *plan)
{
    FCNN_TRY(fcnn_memory_create("the workloads", TABLE_ROWS, sizeof *plan->workloads, &plan->workloads));
    for (int i = 0; i < TABLE_ROWS; i++) {
        if (table[i].by_default) {
            FCNN_TRY(make_workload(&table[i], plan, &plan->workloads[plan->count]));
            plan->count++;
        }
    }
    return FCNN_OK;
}

/* Creates the workload of a network that the options describe. */
static fcnn_status take_network(const fcnn_benchmark_options *options, fcnn_benchmark_plan *plan)
{
    workload_row row = {.name = "custom",
                        .network = options->network,
                        .activation = FCNN_ACTIVATION_RELU,
                        .loss = FCNN_LOSS_CROSS_ENTROPY,
                        .batch = options->batch != 0 ? options->batch : DEFAULT_BATCH};
    if (options->activation != NULL && !fcnn_activation_from_word(options->activation, &row.activation)) {
        return unknown_word("activation", options->activation, fcnn_activation_words);
    }
    if (options->loss != NULL && (!fcnn_loss_from_word(options->loss, &row.loss) || row.loss == FCNN_LOSS_AUTO)) {
        return unknown_word("loss", options->loss, fcnn_loss_words + 1); /* the first one is auto */
    }
    if (row.batch < 1 || row.batch > INT32_MAX) {
        return fcnn_fail(FCNN_EUSAGE, "a batch has %" PRId64 " rows, but must have 1 to %d", row.batch, INT32_MAX);
    }
    FCNN_TRY(fcnn_memory_create("the workloads", 1, sizeof *plan->workloads, &plan->workloads));
    FCNN_TRY(make_workload(&row, plan, plan->workloads));
    plan->workloads->batch = options->batch != 0 ? options->batch : plan->workloads->batch;
    plan->count = 1;
    return FCNN_OK;
}

static fcnn_status take_words(const fcnn_benchmark_options *options, fcnn_benchmark_plan *plan)
{
    plan->precision = FCNN_PRECISION_SINGLE;
    plan->reduction = FCNN_REDUCTION_EXACT;
    plan->exchange = FCNN_EXCHANGE_AUTO;
    plan->optimizer = FCNN_OPTIMIZER_SGD;
    if (options->precision != NULL && !fcnn_precision_from_word(options->precision, &plan->precision)) {
        return unknown_word("precision", options->precision, fcnn_precision_words);
    }
    if (options->reduction != NULL && !fcnn_reduction_from_word(options->reduction, &plan->reduction)) {
        return unknown_word("reduction", options->reduction, fcnn_reduction_words);
    }
    if (options->exchange != NULL && !fcnn_exchange_kind_from_word(options->exchange, &plan->exchange)) {
        return unknown_word("exchange", options->exchange, fcnn_exchange_kind_words);
    }
    if (options->optimizer != NULL && !fcnn_optimizer_kind_from_word(options->optimizer, &plan->optimizer)) {
        return unknown_word("optimizer", options->optimizer, fcnn_optimizer_kind_words);
    }
    plan->layer_norm = options->layer_norm != 0;
    plan->forward = options->forward != 0;
    FCNN_TRY(fcnn_config_parse("", 0, "defaults.ini", &plan->settings));
    return fcnn_config_set(plan->settings, "train.relative_floor=1"); /* which has no default */
}

static fcnn_status take_numbers(const fcnn_benchmark_options *options, fcnn_benchmark_plan *plan)
{
    plan->dropout = options->dropout;
    if (!(plan->dropout == 0 ||
          (plan->dropout >= 1.0 / FCNN_DROPOUT_STEPS && plan->dropout <= 1 - 1.0 / FCNN_DROPOUT_STEPS))) {
        return fcnn_fail(FCNN_EUSAGE, "dropout is %g, but must be 0, or from 1/65536 to 1 - 1/65536", plan->dropout);
    }
    plan->seconds = options->seconds != 0 ? options->seconds : DEFAULT_SECONDS;
    if (!(plan->seconds > 0 && plan->seconds <= 1e6)) {
        return fcnn_fail(FCNN_EUSAGE, "the duration of a workload is %g seconds, but must be above 0 and at most 1e6",
                         plan->seconds);
    }
    plan->link = (fcnn_link){options->latency_seconds, options->bytes_per_second};
    plan->has_link = plan->link.latency != 0 || plan->link.bandwidth != 0;
    if (plan->has_link && !(plan->link.latency >= 0 && plan->link.bandwidth > 0 && plan->link.latency < 1e6 &&
                            plan->link.bandwidth < 1e18)) {
        return fcnn_fail(FCNN_EUSAGE, "a link requires a latency of at least 0 and a bandwidth above 0: give both");
    }
    return FCNN_OK;
}

static fcnn_status take_workloads(const fcnn_benchmark_options *options, fcnn_benchmark_plan *plan)
{
    if (options->network != NULL && options->workloads != NULL) {
        return fcnn_fail(FCNN_EUSAGE, "both workloads and a network are given: give only one of them");
    }
    if (options->network != NULL) {
        return take_network(options, plan);
    }
    if (options->batch != 0 || options->activation != NULL || options->loss != NULL) {
        return fcnn_fail(FCNN_EUSAGE, "batch, activation and loss apply only to a network of your own: give it too, "
                                      "such as 784-128-10");
    }
    return options->workloads != NULL ? take_list(options->workloads, plan) : take_defaults(plan);
}

fcnn_status fcnn_benchmark_plan_make(const fcnn_benchmark_options *options, fcnn_benchmark_plan *out)
{
    fcnn_benchmark_plan plan = {0};
    fcnn_status status = take_words(options, &plan);
    if (status == FCNN_OK) {
        status = take_numbers(options, &plan);
    }
    if (status == FCNN_OK) {
        status = take_workloads(options, &plan);
    }
    if (status != FCNN_OK) {
        fcnn_benchmark_plan_clear(&plan);
        return status;
    }
    *out = plan;
    return FCNN_OK;
}

void fcnn_benchmark_plan_clear(fcnn_benchmark_plan *plan)
{
    for (int64_t i = 0; i < plan->count; i++) {
        fcnn_architecture_clear(&plan->workloads[i].shape);
    }
    free(plan->workloads);
    fcnn_config_destroy(plan->settings);
    *plan = (fcnn_benchmark_plan){0};
}
