/* src/training/step_cause.c — finds the cause of a divergence for the error message. */
#include "training/step.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>

#define LARGEST_MIXED 0x1.FEFFFEp127 /* the largest float whose bfloat16 number is not infinite */

/* Returns a row of this rank in the batch with an input that overflows in the network's precision, as an index into the
 * rows of the dataset on this rank; −1: none. */
static int64_t find_large_input(const fcnn_step *step)
{
    const fcnn_network *network = step->network;
    const fcnn_table *inputs = &step->data->rows->inputs;
    const double limit = network->shape.precision == FCNN_PRECISION_MIXED ? LARGEST_MIXED
                         : network->kernels->bits == 32                   ? FLT_MAX
                                                                          : DBL_MAX;
    for (int64_t i = 0; i < step->leaves[step->leaf_count]; i++) {
        for (int64_t column = 0; column < inputs->width; column++) {
            const double value = fcnn_table_value(inputs, step->index[i], column);
            if (!(fabs(fcnn_column_map_value(&network->input_map, column, value)) <= limit)) {
                return step->row_numbers[i] - step->data->train.dataset->first;
            }
        }
    }
    return -1;
}

fcnn_status fcnn_step_name_cause(const fcnn_step *step, int64_t number, int64_t layer)
{
    const int64_t row = layer == 0 ? find_large_input(step) : -1;
    if (row >= 0) {
        const fcnn_dataset *dataset = step->data->train.dataset;
        int64_t file_row;
        const char *path = fcnn_dataset_place(dataset, row, &file_row);
        return fcnn_fail(FCNN_EDIVERGED,
                         "training diverged at step %" PRId64 ": NaN, Inf or overflow in layer 1, caused by row "
                         "%" PRId64 " of %s (%s; rows count from 0): remove this row, or "
                         "%s or model.precision = double",
                         number + 1, file_row, path, dataset->source.inputs_name, step->advice);
    }
    return fcnn_fail(FCNN_EDIVERGED,
                     "training diverged at step %" PRId64 ": NaN, Inf or overflow in layer %" PRId64 "; %s", number + 1,
                     layer + 1, step->advice);
}
