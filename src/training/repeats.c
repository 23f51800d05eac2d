/* src/training/repeats.c — finds validation and test rows that are also training rows. */
#include "training/repeats.h"

#include "core/log.h"

#include <inttypes.h>
#include <stdio.h>

fcnn_status fcnn_repeats_begin(fcnn_training_data *data)
{
    fcnn_dataset *parts[] = {data->train.dataset, data->validation.dataset, data->test.dataset};
    int64_t rows = 0;
    for (int i = 0; i < 3; i++) {
        rows += parts[i] != NULL ? parts[i]->source.rows : 0;
    }
    if (parts[1] == NULL && parts[2] == NULL) {
        return FCNN_OK;
    }
    const uint64_t mask = fcnn_row_hashes_mask(rows);
    for (int i = 0; i < 3; i++) {
        if (parts[i] != NULL) {
            FCNN_TRY(fcnn_row_hashes_create(parts[i]->rows.inputs.width + parts[i]->rows.targets.width, mask,
                                            &data->hashes[i]));
        }
    }
    return FCNN_OK;
}

static void warn(const fcnn_dataset *dataset, const char *what, uint64_t mask, int64_t again, int64_t compared)
{
    char sample[80] = "";
    if (mask != 0) {
        snprintf(sample, sizeof sample, " that were compared (1 in %" PRIu64 ", selected by their values)", mask + 1);
    }
    fcnn_log_warning("%s: %" PRId64 " of the %" PRId64 " %s rows%s also occur among the training rows, with "
                     "the same inputs and targets: their scores say little about new rows",
                     dataset->source.file, again, compared, what, sample);
}

fcnn_status fcnn_repeats_report(fcnn_training_data *data, fcnn_comm *comm)
{
    fcnn_dataset *parts[] = {data->train.dataset, data->validation.dataset, data->test.dataset};
    static const char *const what[] = {"training", "validation", "test"};
    fcnn_status status = FCNN_OK;
    for (int i = 1; i < 3 && status == FCNN_OK; i++) {
        int64_t again = 0, compared = 0;
        if (parts[i] != NULL) {
            status = fcnn_row_hashes_find(&data->hashes[0], &data->hashes[i], comm, &again, &compared);
        }
        if (status == FCNN_OK && again > 0) {
            warn(parts[i], what[i], data->hashes[i].mask, again, compared);
        }
    }
    for (int i = 0; i < 3; i++) {
        fcnn_row_hashes_clear(&data->hashes[i]);
    }
    return status;
}
