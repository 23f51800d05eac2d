/* src/training/start_report.c — describes a run at its start. */
#include "training/start_report.h"

#include "config/stop_keys.h"
#include "core/text.h"
#include "data/describe_columns.h"
#include "data/shard.h"
#include "data/unwritten.h"
#include "training/footprint.h"
#include "training/method.h"
#include "training/schedule_report.h"
#include "training/choose_architecture.h"

#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- parts of the report ---- */

/* Prints how stored values are decoded: a line for each dataset. */
static fcnn_status describe_decoding(const fcnn_dataset *dataset, FILE *out)
{
    enum { LINES_MOST = 8 };
    fcnn_text lines = {0};
    int64_t told = 0;
    fcnn_status status = fcnn_describe_columns_say_decoded(&dataset->source.inputs, &lines);
    if (status == FCNN_OK) {
        status = fcnn_describe_columns_say_decoded(&dataset->source.targets, &lines);
    }
    if (status == FCNN_OK) {
        status = fcnn_describe_columns_say_decoded(&dataset->source.weights, &lines);
    }
    for (const char *line = lines.data, *end; line != NULL && (end = strchr(line, '\n')) != NULL; line = end + 1) {
        if (told++ < LINES_MOST) {
            fprintf(out, "            decoded: %.*s\n", (int)(end - line), line);
        }
    }
    if (told > LINES_MOST) {
        fprintf(out, "            decoded: %" PRId64 " more, which the model stores and fcnn-info prints\n",
                told - LINES_MOST);
    }
    fcnn_text_clear(&lines);
    return status;
}

/* Prints which storage was never written.  A part that was split from the training rows prints nothing. */
static void describe_unwritten(const fcnn_dataset *dataset, FILE *out)
{
    fcnn_unwritten_text text;
    for (int64_t at = 0; !dataset->source.inside && fcnn_unwritten_next(&dataset->source, &at, text);) {
        fprintf(out, "            never written: %s\n", text);
    }
}

/* Prints how missing values were treated. */
static void describe_missing(const fcnn_dataset *dataset, FILE *out)
{
    if (dataset->source.missing.drops > 0) {
        const int64_t row = dataset->source.first_row + dataset->source.missing.dropped[0];
        const int64_t place = fcnn_files_of_row(&dataset->source.files, row);
        fprintf(out,
                "            left out: %" PRId64 " of %" PRId64 " rows with missing values; the first is row "
                "%" PRId64 " of %s\n",
                dataset->source.missing.drops, dataset->source.range_rows, row - dataset->source.files.starts[place],
                dataset->source.files.paths[place]);
    }
    if (dataset->filled_values > 0) {
        fprintf(out, "            replaced: %" PRIu64 " missing inputs in %" PRIu64 " rows, by the means\n",
                dataset->filled_values, dataset->filled_rows);
    }
    if (dataset->missing_targets > 0) {
        fprintf(out,
                "            missing: %" PRIu64 " of %" PRId64 " targets, which count in no sum; %" PRIu64
                " rows have no target\n",
                dataset->missing_targets, dataset->source.rows * dataset->rows.targets.width,
                dataset->rows_without_targets);
    }
}

/* Prints which files have no rows, and which columns have other types than in the first file. */
static void describe_files(const fcnn_dataset *dataset, FILE *out)
{
    const fcnn_columns *columns[] = {&dataset->source.inputs, &dataset->source.targets, &dataset->source.weights};
    int64_t first;
    const int64_t empty = fcnn_files_without_rows(&dataset->source.files, &first);
    if (empty > 0) {
        fprintf(out, "            %" PRId64 " of %" PRId64 " files %s no rows; the first is %s\n", empty,
                dataset->source.files.count, empty == 1 ? "has" : "have", dataset->source.files.paths[first]);
    }
    for (int i = 0; i < 3; i++) {
        if (columns[i]->stored_differs) {
            fprintf(out, "            %s: types differ between the files; all are converted to %s\n", columns[i]->text,
                    fcnn_type_name(columns[i]->type));
        }
    }
}

static fcnn_status describe_part(const fcnn_data_part *part, const char *what, FILE *out)
{
    const fcnn_dataset *dataset = part->dataset;
    if (dataset == NULL) {
        return FCNN_OK;
    }
    fprintf(out, "%-11s %" PRId64 " rows, inputs %s[%" PRId64 "], targets %s[%" PRId64 "]  (%s: %s, %s)%s\n", what,
            dataset->source.rows, fcnn_type_name(dataset->source.inputs.stored), dataset->rows.inputs.width,
            fcnn_source_targets_type(&dataset->source), dataset->rows.targets.width, dataset->source.file,
            dataset->source.inputs_name, dataset->source.targets_name, dataset->streams ? ", streamed" : "");
    describe_files(dataset, out);
    describe_unwritten(dataset, out);
    FCNN_TRY(describe_decoding(dataset, out));
    describe_missing(dataset, out);
    return FCNN_OK;
}

static void describe_weights(const fcnn_training_data *data, FILE *out)
{
    enum { MOST = 20 };
    const fcnn_weights *weights = &data->weights;
    if (!weights->used) {
        return;
    }
    const char *name = data->train.dataset->source.weights_name;
    fprintf(out, "weights     %s%s", name != NULL ? name : "", name != NULL && weights->classes > 0 ? " times " : "");
    for (int64_t c = 0; c < weights->classes && c < MOST; c++) {
        fprintf(out, "%s%.4g", c > 0 ? ", " : "", weights->of_class[c]);
    }
    fprintf(out, "%s%s; scaled by %.6g to a mean of 1", weights->classes > MOST ? ", ..." : "",
            weights->classes > 0 ? " by class" : "", weights->factor);
    if (weights->negatives > 0) {
        fprintf(out, "; %" PRId64 " negative%s", weights->negatives,
                weights->negative == FCNN_NEGATIVE_ZERO ? ", used as 0" : "");
    }
    fprintf(out, "%s\n", data->validation.weights != NULL || data->test.weights != NULL ? "; also in evaluations" : "");
}

/* Prints the weights of the targets in the loss. */
static void describe_output_weights(const fcnn_model *model, FILE *out)
{
    enum { MOST = 20 };
    const int64_t targets = fcnn_architecture_targets(&model->shape);
    for (int64_t i = 0; model->output_weights != NULL && i < targets && i < MOST; i++) {
        fprintf(out, "%s%.4g", i > 0 ? ", " : "            in the loss: ", model->output_weights[i]);
    }
    if (model->output_weights != NULL) {
        fprintf(out, "%s, weights with a mean of 1\n", targets > MOST ? ", ..." : "");
    }
}

static fcnn_status describe_targets(const fcnn_start_facts *facts, FILE *out)
{
    fcnn_text text = {0};
    const fcnn_status status = fcnn_architecture_explain(facts->data->targets_as_before ? NULL : facts->config,
                                                         &facts->data->targets, &facts->model->shape, &text);
    if (status == FCNN_OK) {
        fprintf(out, "targets     %s\n", text.data);
        describe_output_weights(facts->model, out);
    }
    fcnn_text_clear(&text);
    return status;
}

/* Prints what happens to the sums and to the activations of hidden layers. */
static void describe_ends(const fcnn_architecture *shape, FILE *out)
{
    bool drops = false, same = shape->layer[0].dropout == 0, is_residual = false;
    if (shape->layer[0].layer_norm) {
        fprintf(out, ", layer norm");
    }
    for (int64_t layer = 0; layer < shape->layers; layer++) {
        drops = drops || shape->layer[layer].dropout > 0;
        same = same && (layer < 2 || shape->layer[layer].dropout == shape->layer[1].dropout);
        is_residual = is_residual || shape->layer[layer].residual;
    }
    if (drops && same) {
        fprintf(out, ", dropout %.6g", shape->layer[1].dropout);
    } else if (drops) {
        fprintf(out, "%sdropout %.6g of inputs", shape->layers > 1 ? ", " : "", shape->layer[0].dropout);
        for (int64_t layer = 1; layer < shape->layers; layer++) {
            fprintf(out, ", %.6g", shape->layer[layer].dropout);
        }
    }
    if (is_residual) {
        fprintf(out, ", residual");
    }
}

static fcnn_status describe_network(const fcnn_architecture *shape, FILE *out)
{
    char *text;
    FCNN_TRY(fcnn_architecture_text(shape, &text));
    fprintf(out, "network     %s, %s precision, %" PRId64 " parameters\n            ", text,
            fcnn_precision_name(shape->precision), fcnn_architecture_parameters(shape));
    free(text);
    for (int64_t layer = 0; layer + 1 < shape->layers; layer++) {
        if (layer == 0 || !fcnn_layer_same_activation(&shape->layer[layer], &shape->layer[layer - 1])) {
            char activation[64];
            fcnn_layer_activation(&shape->layer[layer], activation);
            fprintf(out, "%s%s", layer > 0 ? ", " : "", activation);
        }
    }
    describe_ends(shape, out);
    fcnn_text quantiles = {0}, output = {0};
    fcnn_status status = fcnn_architecture_quantiles_text(shape, &quantiles);
    if (status == FCNN_OK) {
        status = fcnn_architecture_output_text(shape, &output);
    }
    fprintf(out, "%s%s output, %s%s%s\n", shape->layers > 1 ? "; " : "", status == FCNN_OK ? output.data : "",
            fcnn_loss_name(shape->loss), shape->quantiles > 0 ? " " : "", shape->quantiles > 0 ? quantiles.data : "");
    fcnn_text_clear(&quantiles);
    fcnn_text_clear(&output);
    return status;
}

/* Prints the model of model.init and the notes about it. */
static void describe_origin(const fcnn_start_facts *facts, FILE *out)
{
    if (facts->origin != NULL) {
        fprintf(out, "start       from %s\n", facts->config->model_init);
    }
    for (const char *line = facts->origin, *end; line != NULL && (end = strchr(line, '\n')) != NULL; line = end + 1) {
        fprintf(out, "            %.*s\n", (int)(end - line), line);
    }
}

/* Fraction of the ranks' time in which they have work if they share the blocks. */
static double efficiency(int64_t blocks, int64_t ranks)
{
    const int64_t most = (blocks + ranks - 1) / ranks;
    return (double)blocks / (double)(ranks * most);
}

static void describe_blocks(const fcnn_start_facts *facts, FILE *out)
{
    const fcnn_training_data *data = facts->data;
    const int ranks = facts->comm->size;
    fprintf(out,
            "batches     %" PRId64 " rows in %" PRId64 " blocks, %" PRId64 " steps per epoch, %s sums; efficiency of "
            "%d rank%s %.0f %%\n",
            data->batch, data->blocks,
            fcnn_stages_epoch_steps(facts->config, data->sampler->rows, facts->stage->number),
            fcnn_reduction_name(facts->config->train_reduction), ranks, ranks == 1 ? "" : "s",
            100 * efficiency(data->blocks, ranks));
    if (fcnn_sampler_windows(data->sampler, 0) > 1) {
        fprintf(out, "windows     of %" PRId64 " rows are shuffled, %" PRId64 " per block\n",
                fcnn_sampler_window_rows(data->sampler), fcnn_sampler_windows(data->sampler, 0));
    }
}

/* Prints the numbers of ranks that divide the number of blocks. */
static void describe_fitting_ranks(const fcnn_training_data *data, FILE *out)
{
    fprintf(out, "ranks       numbers that share the blocks evenly:");
    for (int64_t ranks = 1; ranks <= data->blocks; ranks++) {
        if (data->blocks % ranks == 0) {
            fprintf(out, " %" PRId64, ranks);
        }
    }
    fprintf(out, "\n");
}

fcnn_footprint fcnn_start_report_footprint(const fcnn_start_facts *facts)
{
    fcnn_footprint own;
    fcnn_footprint_find(facts->data, facts->step, &own);
    own.network += facts->comm->rank == 0 && fcnn_config_keeps_best(facts->config)
                       ? fcnn_footprint_of_model(&facts->model->shape)
                       : 0;
    fcnn_footprint_add_metrics(facts->config, facts->comm, facts->data, facts->step, &own);
    fcnn_footprint_add_start(facts->config, facts->data, facts->step, &own);
    int64_t bytes[] = {own.data, own.network, own.gradients, own.metrics, own.start};
    fcnn_comm_max_integers(facts->comm, sizeof bytes / sizeof *bytes, bytes);
    return (fcnn_footprint){bytes[0], bytes[1], bytes[2], bytes[3], bytes[4]};
}

static void describe_memory(const fcnn_footprint *footprint, FILE *out)
{
    char data[32], network[32], gradients[32], all[32];
    fcnn_text_from_bytes((double)footprint->data, data);
    fcnn_text_from_bytes((double)footprint->network, network);
    fcnn_text_from_bytes((double)footprint->gradients, gradients);
    fcnn_text_from_bytes((double)fcnn_footprint_bytes(footprint), all);
    fprintf(out, "memory      %s per rank: data %s, network %s, gradients %s", all, data, network, gradients);
    if (footprint->metrics > 0) {
        fcnn_text_from_bytes((double)footprint->metrics, data);
        fprintf(out, ", metrics %s", data);
    }
    if (footprint->start > 0) {
        fcnn_text_from_bytes((double)footprint->start, data);
        fprintf(out, ", normalization at the start %s", data);
    }
    fputc('\n', out);
}

/* ---- the report ---- */

static fcnn_status describe_data(const fcnn_training_data *data, FILE *out)
{
    FCNN_TRY(describe_part(&data->train, "training", out));
    describe_weights(data, out);
    FCNN_TRY(describe_part(&data->validation, "validation", out));
    return describe_part(&data->test, "test", out);
}

static fcnn_status describe_all(const fcnn_start_facts *facts, const char *ranks, FILE *out)
{
    fprintf(out, "fcnn %s, %s kernels, %s", PACKAGE_VERSION, facts->step->network->kernels->isa, ranks);
    FCNN_TRY(describe_data(facts->data, out));
    FCNN_TRY(describe_targets(facts, out));
    FCNN_TRY(describe_network(&facts->model->shape, out));
    describe_origin(facts, out);
    return FCNN_OK;
}

fcnn_status fcnn_start_report_print(const fcnn_start_facts *facts, fcnn_report *report)
{
    fcnn_text ranks = {0};
    FCNN_TRY(fcnn_comm_agree(facts->comm, fcnn_topology_describe(facts->topology, &ranks)));
    fcnn_status status = FCNN_OK;
    if (report->out != NULL) {
        status = describe_all(facts, ranks.data, report->out);
        fcnn_report_flush(report);
    }
    fcnn_text_clear(&ranks);
    return fcnn_comm_agree(facts->comm, status);
}

static void describe_stage(const fcnn_start_facts *facts, FILE *out)
{
    const fcnn_stage_place *stage = facts->stage;
    if (facts->config->stage_count == 0) {
        return;
    }
    fprintf(out, "stage       %" PRId64 " of %" PRId64 ", epochs %" PRId64 " to %" PRId64 ", optimizer %s",
            stage->number + 1, facts->config->stage_count, stage->first_epoch + 1, stage->end_epoch,
            fcnn_optimizer_kind_name(fcnn_config_stage_optimizer(facts->config, stage->number)));
    fprintf(out, "%s\n", fcnn_stages_continue(facts->config, stage->number) ? ", which continues" : "");
}

fcnn_status fcnn_start_report_print_stage(const fcnn_start_facts *facts, fcnn_report *report)
{
    fcnn_text exchange = {0};
    FCNN_TRY(fcnn_comm_agree(facts->comm, fcnn_exchange_describe(facts->step->exchange, &exchange)));
    if (report->out != NULL) {
        describe_stage(facts, report->out);
        describe_blocks(facts, report->out);
        fprintf(report->out, "%s", exchange.data != NULL ? exchange.data : "");
        fcnn_schedule_report_print(facts->schedule, facts->is_check, report->out);
        fcnn_report_flush(report);
    }
    fcnn_text_clear(&exchange);
    return FCNN_OK;
}

void fcnn_start_report_print_needs(const fcnn_training_data *data, const fcnn_footprint *footprint, fcnn_report *report)
{
    if (report->out != NULL) {
        describe_memory(footprint, report->out);
        describe_fitting_ranks(data, report->out);
        fcnn_report_flush(report);
    }
}

void fcnn_start_report_print_resume(const fcnn_config *config, const char *path, const fcnn_training_state *state,
                                    bool is_finished, bool ended_early, fcnn_report *report)
{
    if (report->out == NULL) {
        return;
    }
    if (is_finished && ended_early) {
        fprintf(report->out,
                "already finished: training ended early, after epoch %" PRId64 " (%s); increase train.stop_patience to "
                "continue\n",
                state->epoch, path);
    } else if (is_finished) {
        fprintf(report->out, "already finished: %s has all %" PRId64 " epochs; %s to continue\n", path, state->epoch,
                config->stage_count > 0 ? "add a stage, or increase train.epochs of the last one,"
                                        : "increase train.epochs");
    } else {
        fprintf(report->out, "resumed at step %" PRId64 " from %s\n", state->step, path);
        fcnn_report_flush(report);
    }
}
