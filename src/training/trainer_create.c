/* src/training/trainer_create.c — creates everything that a training run needs from its config. */
#include "training/trainer.h"

#include "config/layers.h"
#include "core/log.h"
#include "core/memory.h"
#include "training/resume.h"
#include "training/start_model.h"

#include <inttypes.h>
#include <stdlib.h>

/* Moves the exponents and optimizer arrays of a checkpoint to the step.  The loss of a checkpoint is the sum over all
 * ranks, so only rank 0 keeps it; it alone keeps the best parameters, too. */
static fcnn_status restore_state(fcnn_trainer *trainer)
{
    fcnn_training_state *state = &trainer->state;
    if (trainer->comm->rank != 0) {
        state->loss = (fcnn_exact_sum){0};
        fcnn_optimizer_state_clear(&state->best.parameters);
    }
    fcnn_exponents_clear(&trainer->step->gradient->promised);
    trainer->step->gradient->promised = state->exponents;
    state->exponents = (fcnn_exponents){0};
    if (trainer->stage.number > 0 && state->step == trainer->stage.first_step) {
        fcnn_optimizer_take_over(trainer->step->optimizer, trainer->step->network, &state->optimizer,
                                 fcnn_stages_continue(trainer->config, trainer->stage.number));
        state->plateau = (fcnn_plateau){0};
    } else {
        FCNN_TRY(fcnn_optimizer_load(trainer->step->optimizer, trainer->step->network, &state->optimizer));
    }
    fcnn_optimizer_state_clear(&state->optimizer);
    return FCNN_OK;
}

static fcnn_status begin_state(fcnn_trainer *trainer)
{
    if (trainer->resumed_from == NULL) {
        return fcnn_resume_identify(trainer->data, &trainer->state);
    }
    FCNN_TRY(restore_state(trainer));
    return fcnn_resume_check_data(trainer->resumed_from, &trainer->state, trainer->data);
}

/* Returns the flags that this rank raises in a step. */
static uint32_t raise_flags(void *lifecycle)
{
    return fcnn_lifecycle_flags(lifecycle);
}

/* Sets what is not a part of the model's function, which a checkpoint does not contain. */
static void set_dropout(const fcnn_config *config, fcnn_architecture *shape)
{
    for (int64_t layer = 0; layer < shape->layers; layer++) {
        shape->layer[layer].dropout = fcnn_config_dropout(config, layer);
    }
}

static fcnn_status create_step(fcnn_trainer *trainer)
{
    const fcnn_config *config = trainer->stage_config;
    set_dropout(config, &trainer->model->shape);
    const fcnn_step_options options = {
        .exact = config->train_reduction == FCNN_REDUCTION_EXACT,
        .exchange = config->train_exchange,
        .optimizer = fcnn_optimizer_rule_of(config->optimizer_name),
        .config = config,
        .optimizer_begin = trainer->stage.optimizer_begin,
        .stage_begin = trainer->stage.first_step,
        .threads = fcnn_threads_wanted(&trainer->threads),
        .flags = FCNN_LIFECYCLE_FLAGS,
    };
    trainer->method = fcnn_method_of(config->optimizer_name);
    return fcnn_step_create(trainer->comm, trainer->model, trainer->data, &options, &trainer->step);
}

/* Stores the config of this run in the model. */
static fcnn_status name_config(fcnn_trainer *trainer)
{
    free(trainer->model->config);
    trainer->model->config = NULL;
    return fcnn_config_text(trainer->config, &trainer->model->config);
}

/* What a schedule does not come to within the training is no error: the training may be made longer. */
static void warn_of_schedule(const fcnn_schedule *schedule, const char *what)
{
    if (schedule->warmup >= schedule->units && schedule->units > 0 && schedule->warmup > 0) {
        fcnn_log_warning("the warm-up of %" PRId64 " %ss (schedule.warmup) is not over before the end of %s, "
                         "which has %" PRId64 ": optimizer.learning_rate is never reached",
                         schedule->warmup, schedule->unit, what, schedule->units);
    }
    int64_t beyond = schedule->milestone_count;
    while (beyond > 0 && schedule->milestones[beyond - 1] >= schedule->units) {
        beyond--;
    }
    if (beyond < schedule->milestone_count) {
        fcnn_log_warning("%" PRId64 " of %" PRId64 " schedule.milestones come after the end of %s, which has "
                         "%" PRId64 " %ss",
                         schedule->milestone_count - beyond, schedule->milestone_count, what, schedule->units,
                         schedule->unit);
    }
}

/* A learning rate that is usual for another optimizer is found before a job is queued. */
static void warn_of_rate(const fcnn_config *config)
{
    double usual[2];
    if (fcnn_optimizer_is_unusual_rate(fcnn_optimizer_rule_of(config->optimizer_name), config, usual)) {
        fcnn_log_warning(
            "optimizer.learning_rate = %g is unusual for optimizer.name = %s%s: it is usually between %g and "
            "%g (docs/methods.md)",
            config->optimizer_learning_rate, fcnn_optimizer_kind_name(config->optimizer_name),
            config->optimizer_momentum > 0 || config->optimizer_momentum_final > 0 ? " with momentum" : "", usual[0],
            usual[1]);
    }
}

static bool is_kind(const fcnn_config *config, int64_t layer, fcnn_init_kind kind)
{
    fcnn_init_kind own;
    return fcnn_config_init(config, layer, &own) && own == kind;
}

/* selu was derived for weights of one variance. */
static void warn_of_selu(const fcnn_config *config)
{
    for (int64_t layer = 0; layer < config->model_hidden.count; layer++) {
        fcnn_init_kind kind;
        if (fcnn_config_activation(config, layer) == FCNN_ACTIVATION_SELU && fcnn_config_init(config, layer, &kind) &&
            kind != FCNN_INIT_AUTO && kind != FCNN_INIT_LECUN) {
            fcnn_log_warning("model.init = %s of layer %" PRId64 ": model.activation = selu keeps the mean and the "
                             "variance of its inputs only with weights of model.init = lecun, or auto",
                             fcnn_init_kind_name(kind), layer + 1);
            return;
        }
    }
}

/* Hidden layers of zeros that the derivatives of the loss do not reach, or only alike for all units. */
static void warn_of_zeros(const fcnn_config *config)
{
    int64_t zeros = 0;
    bool is_flat = false; /* a layer of zeros whose activation has no slope at 0 */
    for (int64_t layer = 0; layer < fcnn_config_layers(config); layer++) {
        if (is_kind(config, layer, FCNN_INIT_ZERO)) {
            const bool hidden = layer < config->model_hidden.count;
            const fcnn_activation activation = hidden ? fcnn_config_activation(config, layer) : FCNN_ACTIVATION_LINEAR;
            zeros++;
            is_flat = is_flat || ((activation == FCNN_ACTIVATION_RELU || activation == FCNN_ACTIVATION_RELU6) &&
                                  fcnn_config_bias_init(config, layer) <= 0);
        }
    }
    if (is_flat || zeros > 1) {
        fcnn_log_warning("model.init = zero in %" PRId64 " of %" PRId64 " layers: the units of these layers get no "
                         "gradient, or all the same one, so the network hardly learns; use it in the output layer only",
                         zeros, fcnn_config_layers(config));
    }
}

static fcnn_status settle_schedule(fcnn_trainer *trainer)
{
    const fcnn_config *config = trainer->stage_config;
    return fcnn_schedule_settle(config, config->train_epochs, trainer->method->steps(trainer->data),
                                &trainer->schedule);
}

/* Checks the learning rates of a stage before training begins. */
static fcnn_status check_stage(const fcnn_trainer *trainer, int64_t number, const fcnn_config *stage)
{
    char what[40] = "the training";
    const int64_t steps = fcnn_stages_epoch_steps(trainer->config, trainer->data->sampler->rows, number);
    fcnn_schedule schedule;
    FCNN_TRY(fcnn_schedule_settle(stage, stage->train_epochs, steps, &schedule));
    if (trainer->config->stage_count > 0) {
        snprintf(what, sizeof what, "stage %" PRId64, number + 1);
    }
    warn_of_schedule(&schedule, what);
    if (trainer->options.check_only) {
        warn_of_rate(stage);
    }
    return FCNN_OK;
}

static fcnn_status check_stages(const fcnn_trainer *trainer)
{
    for (int64_t i = 0; i < fcnn_config_stages(trainer->config); i++) {
        fcnn_config *stage;
        FCNN_TRY(fcnn_config_stage(trainer->config, i, &stage));
        const fcnn_status status = check_stage(trainer, i, stage);
        fcnn_config_destroy(stage);
        if (status != FCNN_OK) {
            return trainer->config->stage_count > 0 ? fcnn_stages_name(trainer->config, i, status) : status;
        }
    }
    return FCNN_OK;
}

static fcnn_status create_validation(fcnn_trainer *trainer)
{
    if (trainer->data->validation.dataset == NULL) {
        return FCNN_OK;
    }
    return fcnn_evaluation_create(trainer->comm, trainer->step->team, &trainer->data->validation,
                                  &trainer->model->shape, &trainer->metrics, &trainer->validation);
}

static fcnn_status begin_training(fcnn_trainer *trainer)
{
    FCNN_TRY(check_stages(trainer));
    FCNN_TRY(settle_schedule(trainer));
    FCNN_TRY(fcnn_best_check(trainer->config, &trainer->model->shape));
    if (trainer->options.check_only) {
        warn_of_selu(trainer->config);
        warn_of_zeros(trainer->config);
    }
    FCNN_TRY(name_config(trainer));
    return begin_state(trainer);
}

/* Reads the data and creates the initial model. */
static fcnn_status load_from(fcnn_trainer *trainer, fcnn_origin *origin)
{
    const double begin = fcnn_comm_seconds();
    FCNN_TRY(fcnn_training_data_load(trainer->config, trainer->comm, origin, &trainer->data));
    trainer->read_seconds = fcnn_comm_seconds() - begin;
    FCNN_TRY(fcnn_start_model_prepare(trainer->config, trainer->comm, trainer->data, origin, &trainer->model));
    return fcnn_training_data_prepare(trainer->config, trainer->data, trainer->comm, &trainer->model->shape);
}

static fcnn_status load(fcnn_trainer *trainer)
{
    const bool resumes = trainer->model != NULL;
    fcnn_origin origin = {
        .model = resumes ? trainer->model : trainer->init,
        .path = resumes ? trainer->resumed_from : trainer->config->model_init,
        .resumes = resumes,
    };
    const fcnn_status status = load_from(trainer, &origin);
    if (status == FCNN_OK) {
        trainer->origin = origin.notes;
        origin.notes = (fcnn_text){0};
    }
    fcnn_origin_clear(&origin);
    fcnn_model_destroy(trainer->init);
    trainer->init = NULL;
    return status;
}

/* Takes the stage of the next step, and its batches. */
static fcnn_status choose_stage(fcnn_trainer *trainer)
{
    const fcnn_training_data *data = trainer->data;
    fcnn_config_destroy(trainer->stage_config);
    trainer->stage_config = NULL;
    trainer->stage = fcnn_stages_find(trainer->config, data->sampler->rows, trainer->state.epoch);
    FCNN_TRY(fcnn_comm_agree(trainer->comm,
                             fcnn_config_stage(trainer->config, trainer->stage.number, &trainer->stage_config)));
    return fcnn_training_data_set_stage(trainer->config, trainer->data, trainer->comm, &trainer->model->shape,
                                        trainer->stage.number);
}

static fcnn_status create_saver(fcnn_trainer *trainer)
{
    const fcnn_config *config = trainer->config;
    return fcnn_saver_create(trainer->comm, trainer->threads.topology, config->output_directory, config->output_keep,
                             trainer->resumed_from != NULL ? trainer->state.step : -1, &trainer->saver);
}

static fcnn_status create_parts(fcnn_trainer *trainer)
{
    fcnn_comm *comm = trainer->comm;
    const fcnn_config *config = trainer->config;
    FCNN_TRY(fcnn_threads_choose(comm, (int)config->train_threads, &trainer->threads));
    FCNN_TRY(fcnn_resume_load(comm, config, trainer->options.overwrite != 0, &trainer->resumed_from, &trainer->model,
                              &trainer->state));
    if (trainer->model == NULL) {
        FCNN_TRY(fcnn_start_model_read(config, comm, &trainer->init));
    }
    FCNN_TRY(load(trainer));
    trainer->metrics = fcnn_metric_choice_of(config);
    FCNN_TRY(fcnn_metrics_check(&trainer->metrics, &trainer->model->shape));
    fcnn_threads_fit_work(&trainer->threads, &trainer->model->shape, trainer->data->most_rows);
    FCNN_TRY(choose_stage(trainer));
    FCNN_TRY(create_step(trainer));
    FCNN_TRY(fcnn_threads_settle(&trainer->threads, comm, trainer->step->team));
    FCNN_TRY(fcnn_comm_agree(comm, begin_training(trainer)));
    FCNN_TRY(create_validation(trainer));
    FCNN_TRY(create_saver(trainer));
    if (comm->size > trainer->data->blocks) {
        fcnn_log_warning("there are %d ranks but only %" PRId64 " blocks, so %" PRId64
                         " ranks have no training rows: use fewer ranks, or "
                         "increase train.blocks (which changes the result)",
                         comm->size, trainer->data->blocks, comm->size - trainer->data->blocks);
    }
    return FCNN_OK;
}

fcnn_status fcnn_trainer_create(fcnn_comm *comm, const fcnn_config *config, const fcnn_train_options *options,
                                fcnn_trainer **out)
{
    fcnn_trainer *trainer = NULL;
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_memory_create("the trainer", 1, sizeof *trainer, &trainer)));
    trainer->comm = comm;
    trainer->config = config;
    trainer->options = *options;
    trainer->report.out = comm->rank == 0 ? options->report : NULL;
    trainer->start_seconds = fcnn_comm_seconds();
    trainer->flags = (fcnn_step_flags){.raise = raise_flags, .owner = &trainer->lifecycle};
    fcnn_lifecycle_start(&trainer->lifecycle, config, comm->rank == 0 && !options->check_only);
    const fcnn_status status = create_parts(trainer);
    if (status != FCNN_OK) {
        fcnn_trainer_destroy(trainer);
        return status;
    }
    *out = trainer;
    return FCNN_OK;
}

void fcnn_trainer_destroy(fcnn_trainer *trainer)
{
    if (trainer == NULL) {
        return;
    }
    fcnn_saver_destroy(trainer->saver);
    fcnn_evaluation_destroy(trainer->validation);
    fcnn_step_destroy(trainer->step);
    fcnn_training_data_destroy(trainer->data);
    fcnn_text_clear(&trainer->origin);
    fcnn_model_destroy(trainer->model);
    fcnn_training_state_clear(&trainer->state);
    fcnn_threads_clear(&trainer->threads);
    fcnn_config_destroy(trainer->stage_config);
    free(trainer->resumed_from);
    free(trainer);
}

/* Creates everything anew that depends on the model, the state and the stage.  Times and resets go on, for the report
 * at the end. */
static fcnn_status create_again(fcnn_trainer *trainer)
{
    const fcnn_thread_times times = trainer->step->times[0];
    const int64_t resets = trainer->step->resets;
    fcnn_evaluation_destroy(trainer->validation);
    trainer->validation = NULL;
    fcnn_step_destroy(trainer->step);
    trainer->step = NULL;
    FCNN_TRY(choose_stage(trainer));
    FCNN_TRY(create_step(trainer));
    trainer->step->times[0] = times;
    trainer->step->resets = resets;
    FCNN_TRY(fcnn_comm_agree(trainer->comm, name_config(trainer)));
    FCNN_TRY(fcnn_comm_agree(trainer->comm, settle_schedule(trainer)));
    FCNN_TRY(fcnn_comm_agree(trainer->comm, restore_state(trainer)));
    return create_validation(trainer);
}

fcnn_status fcnn_trainer_put_back(fcnn_trainer *trainer, fcnn_model *model, fcnn_training_state *state)
{
    fcnn_model_destroy(trainer->model);
    trainer->model = model;
    fcnn_training_state_clear(&trainer->state);
    trainer->state = *state;
    return create_again(trainer);
}

fcnn_status fcnn_trainer_next_stage(fcnn_trainer *trainer)
{
    fcnn_step *step = trainer->step;
    fcnn_training_state *state = &trainer->state;
    fcnn_network_store(step->network, trainer->model);
    FCNN_TRY(fcnn_comm_agree(trainer->comm, fcnn_optimizer_store(step->optimizer, step->network, &state->optimizer)));
    state->exponents = step->gradient->promised;
    step->gradient->promised = (fcnn_exponents){0};
    return create_again(trainer);
}
