/* src/model/data_part.c — checks the rows of a part. */
#include "model/data_part.h"

#include "config/outputs.h"
#include "data/targets.h"
#include "model/domain.h"

fcnn_status fcnn_data_part_check(fcnn_data_part *part, fcnn_comm *comm, const fcnn_architecture *shape)
{
    if (part->dataset == NULL) {
        return FCNN_OK;
    }
    if (fcnn_loss_targets(shape->loss) == FCNN_TARGETS_CLASSES) {
        return fcnn_targets_check_labels(part->dataset, comm, fcnn_architecture_outputs(shape));
    }
    if (fcnn_loss_targets(shape->loss) == FCNN_TARGETS_YES_NO) {
        return fcnn_targets_check_unit(part->dataset, comm);
    }
    if (fcnn_loss_targets(shape->loss) == FCNN_TARGETS_COUNTS) {
        return fcnn_targets_check_counts(part->dataset, comm);
    }
    return FCNN_OK;
}

fcnn_status fcnn_data_part_check_domain(const fcnn_data_part *part, fcnn_comm *comm, const fcnn_model *model)
{
    if (part->dataset == NULL) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_domain_check(part->dataset, comm, FCNN_SIDE_INPUTS, &model->inputs));
    return fcnn_dataset_outputs(part->dataset) == 0
               ? FCNN_OK
               : fcnn_domain_check(part->dataset, comm, FCNN_SIDE_TARGETS, &model->targets);
}
