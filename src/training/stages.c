/* src/training/stages.c — where the stages of a training begin and end. */
#include "training/stages.h"

#include "training/method.h"

bool fcnn_stages_continue(const fcnn_config *config, int64_t stage)
{
    return stage > 0 && fcnn_config_stage_optimizer(config, stage) == fcnn_config_stage_optimizer(config, stage - 1);
}

int64_t fcnn_stages_epoch_steps(const fcnn_config *config, int64_t rows, int64_t stage)
{
    const int64_t wanted = fcnn_config_stage_batch_size(config, stage);
    fcnn_sampler sampler = {.rows = rows, .batch = wanted == 0 || wanted > rows ? rows : wanted};
    const fcnn_training_data data = {.sampler = &sampler};
    return fcnn_method_of(fcnn_config_stage_optimizer(config, stage))->steps(&data);
}

fcnn_stage_place fcnn_stages_find(const fcnn_config *config, int64_t rows, int64_t epochs)
{
    fcnn_stage_place place = {.end_epoch = fcnn_config_stage_epochs(config, 0)};
    while (place.end_epoch <= epochs && place.number + 1 < fcnn_config_stages(config)) {
        place.first_step += (place.end_epoch - place.first_epoch) * fcnn_stages_epoch_steps(config, rows, place.number);
        place.number++;
        place.first_epoch = place.end_epoch;
        place.end_epoch += fcnn_config_stage_epochs(config, place.number);
        if (!fcnn_stages_continue(config, place.number)) {
            place.optimizer_begin = place.first_step;
        }
    }
    return place;
}

int64_t fcnn_stages_steps(const fcnn_config *config, int64_t rows, int64_t epochs)
{
    const fcnn_stage_place place = fcnn_stages_find(config, rows, epochs);
    return place.first_step + (epochs - place.first_epoch) * fcnn_stages_epoch_steps(config, rows, place.number);
}
