/* src/training/scoring.c — what a trainer learns about its current parameters. */
#include "training/scoring.h"

#include "config/stop_keys.h"
#include "run/rank_check.h"
#include "training/best.h"

#include <math.h>

/* Evaluates rows with the parameters that are saved as the model. */
static fcnn_status run(const fcnn_trainer *trainer, fcnn_evaluation *evaluation, fcnn_scores *out)
{
    fcnn_step *step = trainer->step;
    fcnn_optimizer_exchange_average(step->optimizer, step->network);
    const fcnn_status status = fcnn_evaluation_run(evaluation, step->network, out);
    fcnn_optimizer_exchange_average(step->optimizer, step->network);
    return status;
}

/* Evaluates the validation rows, if there are any, and makes the line of the history. */
static fcnn_status evaluate(fcnn_trainer *trainer, double train_loss, fcnn_epoch_scores *out)
{
    *out = (fcnn_epoch_scores){
        .line = {trainer->state.epoch, trainer->state.step, train_loss, NAN, NAN, trainer->rate},
        .value = NAN,
        .scores = {.accuracy = NAN, .mean_r2 = NAN},
    };
    if (trainer->validation != NULL) {
        const double begin = fcnn_comm_seconds();
        const fcnn_scores *scores = &out->scores;
        FCNN_TRY(run(trainer, trainer->validation, &out->scores));
        out->line.validation_loss = scores->loss;
        out->line.validation_metric = fcnn_scores_metric(scores);
        out->value = fcnn_scores_value(scores, trainer->config->train_stop_metric);
        trainer->evaluation_seconds += fcnn_comm_seconds() - begin;
    }
    return FCNN_OK;
}

/* Gives the loss of an epoch to the schedule of kind plateau. */
static fcnn_status count_epoch(fcnn_trainer *trainer, const fcnn_history_line *line)
{
    fcnn_plateau *plateau = &trainer->state.plateau;
    return trainer->validation != NULL
               ? fcnn_plateau_count(&trainer->schedule, line->epoch, line->validation_loss, "validation loss", plateau)
               : fcnn_plateau_count(&trainer->schedule, line->epoch, line->train_loss, "training loss", plateau);
}

/* Compares an epoch with the best one so far, and keeps the parameters of a better one on rank 0. */
static fcnn_status compare_epoch(fcnn_trainer *trainer, const fcnn_epoch_scores *scores)
{
    fcnn_step *step = trainer->step;
    fcnn_training_state *state = &trainer->state;
    bool is_best;
    FCNN_TRY(fcnn_best_count(trainer->config, state->epoch, state->step, scores->line.validation_loss, scores->value,
                             &state->best, &is_best));
    if (!is_best || !fcnn_config_keeps_best(trainer->config)) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_rank_check(trainer->comm, trainer->threads.topology, step->network, step->optimizer, state->step));
    return fcnn_comm_agree(trainer->comm,
                           trainer->comm->rank == 0
                               ? fcnn_best_keep(step->network, fcnn_optimizer_shown(step->optimizer, step->network),
                                                step->advice, &state->best)
                               : FCNN_OK);
}

fcnn_status fcnn_scoring_epoch(fcnn_trainer *trainer, double train_loss, bool is_logged, fcnn_epoch_scores *scores)
{
    const fcnn_config *config = trainer->config;
    const bool lowers = trainer->schedule.kind == FCNN_SCHEDULE_PLATEAU, compares = fcnn_config_compares_epochs(config);
    if (lowers || compares || is_logged || trainer->state.epoch == config->train_epochs) {
        FCNN_TRY(evaluate(trainer, train_loss, scores));
    }
    if (lowers) {
        FCNN_TRY(count_epoch(trainer, &scores->line));
    }
    return compares ? compare_epoch(trainer, scores) : FCNN_OK;
}

/* Adds a line and its metrics to the history. */
static fcnn_status append(fcnn_history *history, const fcnn_epoch_scores *of)
{
    FCNN_TRY(fcnn_history_append(history, &of->line));
    for (int i = 0; i < of->scores.metric_count; i++) {
        const fcnn_metric_result *result = &of->scores.metrics[i];
        for (int k = 0; k < result->numbers; k++) {
            FCNN_TRY(fcnn_history_put(history, result->number[k].name, result->number[k].value));
        }
    }
    return FCNN_OK;
}

fcnn_status fcnn_scoring_log(fcnn_trainer *trainer, const fcnn_epoch_scores *scores, double rows_per_second)
{
    fcnn_observed_line line = {.history = scores->line, .rows_per_second = rows_per_second};
    fcnn_scores_show(&scores->scores, line.shown);
    fcnn_observers_line(&trainer->observers, &line);
    return fcnn_comm_agree(trainer->comm, append(&trainer->model->history, scores));
}

fcnn_status fcnn_scoring_start(fcnn_trainer *trainer)
{
    fcnn_evaluation *evaluation;
    fcnn_scores scores;
    FCNN_TRY(fcnn_evaluation_create(trainer->comm, trainer->step->team, &trainer->data->train, &trainer->model->shape,
                                    NULL, &evaluation));
    const fcnn_status status = run(trainer, evaluation, &scores);
    fcnn_evaluation_destroy(evaluation);
    FCNN_TRY(status);
    fcnn_epoch_scores start;
    trainer->rate = NAN;
    FCNN_TRY(evaluate(trainer, scores.loss, &start));
    return fcnn_scoring_log(trainer, &start, NAN);
}

fcnn_status fcnn_scoring_test(fcnn_trainer *trainer)
{
    if (trainer->data->test.dataset == NULL) {
        return FCNN_OK;
    }
    fcnn_evaluation *evaluation;
    fcnn_scores scores;
    FCNN_TRY(fcnn_evaluation_create(trainer->comm, trainer->step->team, &trainer->data->test, &trainer->model->shape,
                                    &trainer->metrics, &evaluation));
    const fcnn_status status = run(trainer, evaluation, &scores);
    if (status == FCNN_OK && trainer->report.out != NULL) {
        fcnn_scores_print(&scores, "test", trainer->model, trainer->report.out);
    }
    fcnn_evaluation_destroy(evaluation);
    return status;
}
