/* src/training/announce.c — tells the user and the observers what a trainer is about to do. */
#include "training/announce.h"

#include "training/start_report.h"

static fcnn_start_facts start_facts(const fcnn_trainer *trainer)
{
    return (fcnn_start_facts){.comm = trainer->comm,
                              .config = trainer->config,
                              .stage = &trainer->stage,
                              .topology = trainer->threads.topology,
                              .data = trainer->data,
                              .model = trainer->model,
                              .step = trainer->step,
                              .schedule = &trainer->schedule,
                              .origin = trainer->origin.length > 0 ? trainer->origin.data : NULL,
                              .is_check = trainer->options.check_only};
}

/* Prints all stages from the current one on, without training them, and what the one that needs most memory needs. */
static fcnn_status print_stages(fcnn_trainer *trainer)
{
    fcnn_footprint most = {0};
    for (;;) {
        const fcnn_start_facts facts = start_facts(trainer);
        FCNN_TRY(fcnn_start_report_print_stage(&facts, &trainer->report));
        const fcnn_footprint own = fcnn_start_report_footprint(&facts);
        most = fcnn_footprint_bytes(&own) > fcnn_footprint_bytes(&most) ? own : most;
        if (trainer->stage.number + 1 == fcnn_config_stages(trainer->config)) {
            break;
        }
        trainer->state.step =
            fcnn_stages_steps(trainer->config, trainer->data->sampler->rows, trainer->stage.end_epoch);
        trainer->state.epoch = trainer->stage.end_epoch;
        FCNN_TRY(fcnn_trainer_next_stage(trainer));
    }
    fcnn_start_report_print_needs(trainer->data, &most, &trainer->report);
    return FCNN_OK;
}

fcnn_status fcnn_announce_start(fcnn_trainer *trainer)
{
    const fcnn_start_facts facts = start_facts(trainer);
    FCNN_TRY(fcnn_start_report_print(&facts, &trainer->report));
    if (!trainer->options.check_only) {
        return fcnn_start_report_print_stage(&facts, &trainer->report);
    }
    const int64_t step = trainer->state.step, epoch = trainer->state.epoch;
    FCNN_TRY(print_stages(trainer));
    trainer->state.step = step;
    trainer->state.epoch = epoch;
    return FCNN_OK;
}

void fcnn_announce_steps(fcnn_trainer *trainer)
{
    fcnn_observed_run run = {.report = &trainer->report,
                             .config = trainer->config,
                             .steps = trainer->state.step,
                             .batches = trainer->method->steps(trainer->data),
                             .start_seconds = trainer->start_seconds};
    if (trainer->validation != NULL) {
        fcnn_scores_show_names(&trainer->metrics, &trainer->model->shape, trainer->data->validation.weights != NULL,
                               run.shown);
    }
    if (trainer->comm->rank == 0) {
        fcnn_observers_begin(&trainer->observers, fcnn_observer_kinds, &run);
    }
}

fcnn_status fcnn_announce_stage(fcnn_trainer *trainer)
{
    fcnn_observers_end(&trainer->observers, FCNN_OK);
    const fcnn_start_facts facts = start_facts(trainer);
    FCNN_TRY(fcnn_start_report_print_stage(&facts, &trainer->report));
    fcnn_announce_steps(trainer);
    return FCNN_OK;
}
