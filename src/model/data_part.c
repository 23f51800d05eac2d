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
    const fcnn_dataset *dataset = part->dataset;
    if (dataset->missing_targets > 0 &&
        dataset->missing_targets == (uint64_t)(dataset->source.rows * dataset->rows.targets.width)) {
        return fcnn_fail(FCNN_EDATA, "%s: %s: all targets are missing", dataset->source.file,
                         dataset->source.targets_name);
    }
    if (fcnn_loss_targets(shape->loss) == FCNN_TARGETS_CLASSES) {
        if (dataset->source.missing.keeps_targets) {
            return fcnn_fail(FCNN_ECONFIG,
                             "train.missing_targets = ignore is for targets that are numbers, but those of %s: %s are "
                             "class labels: set it to error, and data.missing = drop_row, which leaves out rows "
                             "without a label",
                             dataset->source.file, dataset->source.targets_name);
        }
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
