/* src/data/weights.c — weights of rows: of the row itself, of its class, or both. */
#include "data/weights.h"

#include "core/memory.h"
#include "data/column_sums.h"
#include "data/targets.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void fcnn_weights_clear(fcnn_weights *weights)
{
    free(weights->of_class);
    *weights = (fcnn_weights){0};
}

/* ---- weights of classes ---- */

static bool is_balanced(const char *text)
{
    return strcmp(text, "balanced") == 0;
}

static fcnn_status bad_list(const char *text)
{
    return fcnn_fail(
        FCNN_ECONFIG,
        "data.class_weight = %.100s is neither 'balanced' nor a list of numbers that are 0 or greater, such as 1, 2.5",
        text);
}

/* Reads a list of numbers. Sets *count, which may exceed `most`.
 *   out  [most]; may be NULL */
static fcnn_status read_list(const char *text, int64_t most, double *out, int64_t *count)
{
    *count = 0;
    for (const char *at = text;; at++) {
        char *end;
        const double value = strtod(at, &end);
        if (end == at || !(value >= 0) || !isfinite(value)) {
            return bad_list(text);
        }
        if (out != NULL && *count < most) {
            out[*count] = value;
        }
        (*count)++;
        at = end + strspn(end, " \t");
        if (*at == '\0') {
            return FCNN_OK;
        }
        if (*at != ',') {
            return bad_list(text);
        }
    }
}

fcnn_status fcnn_weights_check_text(const char *class_weight)
{
    int64_t count;
    return class_weight[0] == '\0' || is_balanced(class_weight) ? FCNN_OK : read_list(class_weight, 0, NULL, &count);
}

static fcnn_status list_weights(const char *text, fcnn_weights *weights)
{
    int64_t count;
    FCNN_TRY(read_list(text, weights->classes, weights->of_class, &count));
    return count == weights->classes
               ? FCNN_OK
               : fcnn_fail(FCNN_ECONFIG, "data.class_weight has %" PRId64 " numbers, but there are %" PRId64 " classes",
                           count, weights->classes);
}

/* Sets the weight of each class to be inversely proportional to its number of rows. Collective. */
static fcnn_status balance(fcnn_dataset *train, fcnn_comm *comm, fcnn_weights *weights)
{
    uint64_t *counts;
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_memory_create("the classes", weights->classes, sizeof *counts, &counts)));
    fcnn_cursor cursor = fcnn_dataset_cursor(train);
    fcnn_status status = FCNN_OK;
    for (fcnn_block block = {0}; status == FCNN_OK && fcnn_cursor_next(&cursor, 0, &block, &status);) {
        for (int64_t row = 0; row < block.targets.rows; row++) {
            counts[fcnn_targets_class(&block.targets, row)]++;
        }
    }
    fcnn_cursor_close(&cursor);
    status = fcnn_comm_agree_named(comm, status);
    if (status == FCNN_OK) {
        fcnn_comm_sum_integers(comm, weights->classes, counts);
        int64_t occurring = 0;
        for (int64_t c = 0; c < weights->classes; c++) {
            occurring += counts[c] > 0;
        }
        for (int64_t c = 0; c < weights->classes; c++) {
            weights->of_class[c] =
                counts[c] > 0 ? (double)train->source.rows / ((double)occurring * (double)counts[c]) : 0;
        }
    }
    free(counts);
    return status;
}

static fcnn_status find_of_classes(fcnn_dataset *train, const char *text, fcnn_comm *comm, fcnn_weights *weights)
{
    if (text[0] == '\0') {
        weights->classes = 0;
        return FCNN_OK;
    }
    if (weights->classes == 0) {
        return fcnn_fail(FCNN_ECONFIG, "data.class_weight = %.60s requires targets that are class labels", text);
    }
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_memory_create("the weights of classes", weights->classes,
                                                      sizeof *weights->of_class, &weights->of_class)));
    return is_balanced(text) ? balance(train, comm, weights) : list_weights(text, weights);
}

/* ---- weights of rows ---- */

static double product(const fcnn_weights *weights, const fcnn_table *targets, const fcnn_table *own, int64_t row)
{
    const double stored = own->values != NULL ? fcnn_table_value(own, row, 0) : 1;
    const double by_row = stored < 0 && weights->negative == FCNN_NEGATIVE_ZERO ? 0 : stored;
    return weights->classes > 0 ? by_row * weights->of_class[fcnn_targets_class(targets, row)] : by_row;
}

void fcnn_weights_of_rows(const fcnn_weights *weights, const fcnn_table *targets, const fcnn_table *own, double *out)
{
    for (int64_t row = 0; row < targets->rows; row++) {
        out[row] = weights->is_constant ? 1 : product(weights, targets, own, row) * weights->factor;
    }
}

static fcnn_status negative(const fcnn_dataset *dataset, int64_t own_row, double value)
{
    int64_t file_row;
    const char *path = fcnn_dataset_place(dataset, own_row, &file_row);
    return fcnn_fail(FCNN_EDATA,
                     "%s: %s: row %" PRId64
                     " (counting from 0) has the weight %.17g: weights must be 0 or greater, unless "
                     "data.negative_weights is zero or keep",
                     path, dataset->source.weights_name, file_row, value);
}

/* Adds the products of a block's rows, and counts negative weights. */
static fcnn_status add_block(const fcnn_dataset *dataset, fcnn_weights *weights, const fcnn_block *block,
                             fcnn_column_sums *sum)
{
    for (int64_t row = 0; row < block->targets.rows; row++) {
        const double own = block->weights.values != NULL ? fcnn_table_value(&block->weights, row, 0) : 1;
        if (own < 0 && weights->negative == FCNN_NEGATIVE_ERROR) {
            return negative(dataset, block->first + row, own);
        }
        weights->negatives += own < 0;
        fcnn_column_sums_add_value(sum, 0, product(weights, &block->targets, &block->weights, row));
    }
    return FCNN_OK;
}

/* Adds the products of all of this rank's rows. */
static fcnn_status add_rows(const fcnn_dataset *dataset, fcnn_weights *weights, fcnn_column_sums *sum)
{
    fcnn_cursor cursor = fcnn_dataset_cursor(dataset);
    fcnn_status status = FCNN_OK;
    for (fcnn_block block = {0}; status == FCNN_OK && fcnn_cursor_next(&cursor, 0, &block, &status);) {
        status = add_block(dataset, weights, &block, sum);
    }
    fcnn_cursor_close(&cursor);
    return status;
}

static fcnn_status set_factor(const fcnn_dataset *dataset, const fcnn_column_sums *sum, fcnn_weights *weights)
{
    const double mean = fcnn_column_sums_mean(sum, 0), total = fcnn_exact_sum_value(&sum->exact[0]);
    weights->is_constant = sum->smallest[0] == sum->largest[0];
    weights->factor = isfinite(total) ? (double)dataset->source.rows / total : 1 / mean;
    if (!(total > 0)) {
        return fcnn_fail(FCNN_EDATA, "%s: the weights of all rows add up to %g: their sum must be above 0",
                         dataset->source.file, total);
    }
    return isfinite(weights->factor)
               ? FCNN_OK
               : fcnn_fail(FCNN_EDATA,
                           "%s: the weights of the rows have the mean %g, by which double precision cannot divide: "
                           "multiply the weights by a power of 10",
                           dataset->source.file, mean);
}

static fcnn_status find_factor(fcnn_dataset *dataset, fcnn_comm *comm, fcnn_weights *weights)
{
    fcnn_column_sums sum;
    fcnn_status status = fcnn_comm_agree(comm, fcnn_column_sums_create(1, FCNN_TYPE_FLOAT64, &sum));
    if (status == FCNN_OK) {
        status = fcnn_comm_agree_named(comm, add_rows(dataset, weights, &sum));
    }
    if (status == FCNN_OK) {
        uint64_t negatives = (uint64_t)weights->negatives;
        fcnn_comm_sum_integers(comm, 1, &negatives);
        weights->negatives = (int64_t)negatives;
        fcnn_column_sums_over_ranks(&sum, comm);
        status = set_factor(dataset, &sum, weights);
    }
    fcnn_column_sums_clear(&sum);
    return status;
}

fcnn_status fcnn_weights_find(fcnn_dataset *train, const char *class_weight, fcnn_negative_weights negative,
                              int64_t classes, fcnn_comm *comm, fcnn_weights *out)
{
    *out = (fcnn_weights){.used = train->source.weights_name != NULL || class_weight[0] != '\0',
                          .negative = negative,
                          .classes = classes};
    if (!out->used) {
        return FCNN_OK;
    }
    FCNN_TRY(find_of_classes(train, class_weight, comm, out));
    return find_factor(train, comm, out);
}

fcnn_status fcnn_weights_find_as(fcnn_dataset *part, const fcnn_weights *train, fcnn_comm *comm, fcnn_weights *out)
{
    *out = (fcnn_weights){.used = train->used, .negative = train->negative, .classes = train->classes};
    if (train->classes > 0) {
        FCNN_TRY(fcnn_comm_agree(
            comm, fcnn_memory_create("the weights of classes", train->classes, sizeof *out->of_class, &out->of_class)));
        memcpy(out->of_class, train->of_class, (size_t)train->classes * sizeof *out->of_class);
    }
    return find_factor(part, comm, out);
}
