/* src/data/targets.c — what kind of targets a dataset has. */
#include "data/targets.h"

#include "core/text.h"

#include <inttypes.h>
#include <math.h>

static bool is_one_column(const fcnn_dataset *dataset)
{
    return dataset->rows.targets.width == 1;
}

/* Returns the column of a row that is 1, if all others are 0; otherwise −1. */
static int64_t hot_column(const fcnn_table *targets, int64_t row)
{
    int64_t hot = -1;
    for (int64_t column = 0; column < targets->width; column++) {
        const double value = fcnn_table_value(targets, row, column);
        if (value != 0 && (value != 1 || hot >= 0)) {
            return -1;
        }
        hot = value == 1 ? column : hot;
    }
    return hot;
}

/* ---- summary ---- */

/* What was found in this rank's rows. */
typedef struct findings {
    /* flags: a value is not 0 or 1; a row is not one-hot; a value is not whole. Then the maximum, and the minimum
     * negated. */
    double found[5];
    uint64_t rows_of[FCNN_TARGETS_CLASSES_MOST]; /* [class]: number of rows */
    double values[FCNN_TARGETS_VALUES_MOST + 1]; /* [count]: different values */
    int64_t count;                               /* at most the size of the array */
} findings;

enum { NOT_ZERO_OR_ONE, NOT_ONE_HOT, NOT_WHOLE, LARGEST, SMALLEST };

/* Adds a value of a single column. */
static void note_value(findings *all, double value)
{
    if (all->count <= FCNN_TARGETS_VALUES_MOST) {
        int64_t i = 0;
        while (i < all->count && all->values[i] != value) {
            i++;
        }
        all->values[i] = value;
        all->count += i == all->count;
    }
    if (value >= 0 && value < (double)FCNN_TARGETS_CLASSES_MOST && value == floor(value)) {
        all->rows_of[(int64_t)value]++;
    }
}

static void note_row(findings *all, const fcnn_table *targets, int64_t row)
{
    double *found = all->found;
    for (int64_t column = 0; column < targets->width; column++) {
        const double value = fcnn_table_value(targets, row, column);
        if (isnan(value)) {
            continue; /* missing */
        }
        found[NOT_ZERO_OR_ONE] = value == 0 || value == 1 ? found[NOT_ZERO_OR_ONE] : 1;
        found[NOT_WHOLE] = value == floor(value) ? found[NOT_WHOLE] : 1;
        found[LARGEST] = value > found[LARGEST] ? value : found[LARGEST];
        found[SMALLEST] = -value > found[SMALLEST] ? -value : found[SMALLEST];
    }
    found[NOT_ONE_HOT] = found[NOT_ONE_HOT] > 0 || hot_column(targets, row) < 0 ? 1 : 0;
    if (targets->width == 1 && !isnan(fcnn_table_value(targets, row, 0))) {
        note_value(all, fcnn_table_value(targets, row, 0));
    }
}

/* Counts the different values of all ranks, starting with the largest, up to the limit. Collective. */
static int64_t count_values(const findings *all, fcnn_comm *comm)
{
    int64_t count = 0;
    for (double before = INFINITY; count <= FCNN_TARGETS_VALUES_MOST; count++) {
        double next = -INFINITY;
        for (int64_t i = 0; i < all->count; i++) {
            next = all->values[i] < before && all->values[i] > next ? all->values[i] : next;
        }
        fcnn_comm_max_doubles(comm, 1, &next);
        if (next == -INFINITY) {
            break;
        }
        before = next;
    }
    int64_t most = all->count; /* a rank with a full list may have more values */
    fcnn_comm_max_integers(comm, 1, &most);
    return most > FCNN_TARGETS_VALUES_MOST ? FCNN_TARGETS_VALUES_MOST + 1 : count;
}

/* Returns whether all class names are numbers, other than just 0 and 1. */
static bool are_numbers(const fcnn_classes *classes)
{
    double value;
    bool are_bits = classes->count == 2;
    for (int64_t i = 0; i < classes->count; i++) {
        if (!fcnn_text_to_double(classes->names[i], &value)) {
            return false;
        }
        are_bits = are_bits && value == (double)i;
    }
    return classes->count > 0 && !are_bits;
}

static void summarize(const fcnn_dataset *dataset, const findings *all, int64_t values, fcnn_target_summary *out)
{
    const fcnn_columns *columns = &dataset->source.targets;
    const bool has_names = columns->is_text || columns->has_classes;
    const double last_class = has_names ? (double)dataset->source.classes.count - 1 : -1;
    *out = (fcnn_target_summary){
        .one_column = is_one_column(dataset),
        .is_text = columns->is_text,
        .is_named = !columns->is_text && dataset->source.classes.count > 0,
        .text_numbers = columns->is_text && are_numbers(&dataset->source.classes),
        .integer_type = has_names || columns->is_integer,
        .zero_or_one = all->found[NOT_ZERO_OR_ONE] == 0 && last_class <= 1,
        .one_hot = !is_one_column(dataset) && all->found[NOT_ONE_HOT] == 0,
        .whole = all->found[NOT_WHOLE] == 0,
        .smallest = -all->found[SMALLEST],
        .largest = last_class > all->found[LARGEST] ? last_class : all->found[LARGEST],
        .rows = dataset->source.rows,
        .values = values,
    };
    for (int64_t i = 0; i < FCNN_TARGETS_CLASSES_MOST; i++) {
        out->classes += all->rows_of[i] > 0;
        out->single += all->rows_of[i] == 1;
    }
}

fcnn_status fcnn_targets_summarize(fcnn_dataset *dataset, fcnn_comm *comm, fcnn_target_summary *out)
{
    findings all = {.found = {0, 0, 0, -INFINITY, -INFINITY}};
    fcnn_cursor cursor = fcnn_dataset_cursor(dataset);
    fcnn_status status = FCNN_OK;
    for (fcnn_block block = {0}; status == FCNN_OK && fcnn_cursor_next(&cursor, 0, &block, &status);) {
        for (int64_t row = 0; row < block.targets.rows; row++) {
            note_row(&all, &block.targets, row);
        }
    }
    fcnn_cursor_close(&cursor);
    FCNN_TRY(fcnn_comm_agree_named(comm, status));
    fcnn_comm_max_doubles(comm, 5, all.found);
    fcnn_comm_sum_integers(comm, FCNN_TARGETS_CLASSES_MOST, all.rows_of);
    summarize(dataset, &all, count_values(&all, comm), out);
    return FCNN_OK;
}

/* ---- checks ---- */

static fcnn_status bad_label(const fcnn_dataset *dataset, int64_t row, double value, int64_t classes)
{
    int64_t file_row;
    const char *path = fcnn_dataset_place(dataset, row, &file_row);
    const char *what =
        value != floor(value) ? "is not a whole number"
        : value == INT32_MIN
            ? "is R's NA for integers (if it means a missing value, set data.missing_values = -2147483648)"
        : value < 0 ? "is negative"
                    : NULL;
    if (what != NULL) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: %s: row %" PRId64
                         " (counting from 0) has the label %.17g, which %s: class labels are whole numbers that start "
                         "at 0; for a regression, set model.output = linear",
                         path, dataset->source.targets_name, file_row, value, what);
    }
    return fcnn_fail(FCNN_EDATA,
                     "%s: %s: row %" PRId64 " (counting from 0) has the label %.17g, but the network has %" PRId64
                     " classes, 0 to %" PRId64 ": remove such rows, or train with model.classes = %.0f",
                     path, dataset->source.targets_name, file_row, value, classes, classes - 1, value + 1);
}

static fcnn_status bad_columns(const fcnn_dataset *dataset, int64_t row)
{
    int64_t file_row;
    const char *path = fcnn_dataset_place(dataset, row, &file_row);
    return fcnn_fail(FCNN_EDATA,
                     "%s: %s has %" PRId64 " columns, but the values of row %" PRId64
                     " (counting from 0) are not 1 for one class and 0 for all others: class labels must have this "
                     "form, or be one number per row; for a regression, set model.output = linear",
                     path, dataset->source.targets_name, dataset->rows.targets.width, file_row);
}

static fcnn_status check_label(const fcnn_dataset *dataset, const fcnn_block *block, int64_t row, int64_t classes)
{
    if (!is_one_column(dataset)) {
        return hot_column(&block->targets, row) < 0 ? bad_columns(dataset, block->first + row) : FCNN_OK;
    }
    const double value = fcnn_table_value(&block->targets, row, 0);
    return value >= 0 && value < (double)classes && value == floor(value)
               ? FCNN_OK
               : bad_label(dataset, block->first + row, value, classes);
}

static fcnn_status check_labels(fcnn_dataset *dataset, int64_t classes)
{
    if (!is_one_column(dataset) && dataset->rows.targets.width != classes) {
        return fcnn_fail(FCNN_EDATA,
                         "%s: %s has %" PRId64 " columns, but the network has %" PRId64
                         " classes: labels must have one column of class numbers, or one column per class",
                         dataset->source.file, dataset->source.targets_name, dataset->rows.targets.width, classes);
    }
    fcnn_cursor cursor = fcnn_dataset_cursor(dataset);
    fcnn_status status = FCNN_OK;
    for (fcnn_block block = {0}; status == FCNN_OK && fcnn_cursor_next(&cursor, 0, &block, &status);) {
        for (int64_t row = 0; status == FCNN_OK && row < block.targets.rows; row++) {
            status = check_label(dataset, &block, row, classes);
        }
    }
    fcnn_cursor_close(&cursor);
    return status;
}

fcnn_status fcnn_targets_check_labels(fcnn_dataset *dataset, fcnn_comm *comm, int64_t classes)
{
    return fcnn_comm_agree(comm, check_labels(dataset, classes));
}

int64_t fcnn_targets_class(const fcnn_table *targets, int64_t row)
{
    return targets->width > 1 ? hot_column(targets, row) : (int64_t)(fcnn_table_value(targets, row, 0) + 0.5);
}

void fcnn_targets_labels(const fcnn_table *targets, int32_t *labels)
{
    for (int64_t row = 0; row < targets->rows; row++) {
        labels[row] = (int32_t)fcnn_targets_class(targets, row);
    }
}

static fcnn_status bad_value(const fcnn_dataset *dataset, int64_t row, int64_t column, double value,
                             const char *requirement)
{
    int64_t file_row;
    const char *path = fcnn_dataset_place(dataset, row, &file_row);
    return fcnn_fail(FCNN_EDATA, "%s: %s: row %" PRId64 ", column %" PRId64 " (counting from 0) is %.17g: %s", path,
                     dataset->source.targets_name, file_row, column, value, requirement);
}

static fcnn_status check_block(const fcnn_dataset *dataset, const fcnn_block *block, double most,
                               const char *requirement)
{
    for (int64_t row = 0; row < block->targets.rows; row++) {
        for (int64_t column = 0; column < block->targets.width; column++) {
            const double value = fcnn_table_value(&block->targets, row, column);
            if (!(value >= 0 && value <= most) && !isnan(value)) { /* NaN: the source keeps missing targets */
                return bad_value(dataset, block->first + row, column, value, requirement);
            }
        }
    }
    return FCNN_OK;
}

static fcnn_status check_values(const fcnn_dataset *dataset, double most, const char *requirement)
{
    fcnn_cursor cursor = fcnn_dataset_cursor(dataset);
    fcnn_status status = FCNN_OK;
    for (fcnn_block block = {0}; status == FCNN_OK && fcnn_cursor_next(&cursor, 0, &block, &status);) {
        status = check_block(dataset, &block, most, requirement);
    }
    fcnn_cursor_close(&cursor);
    return status;
}

fcnn_status fcnn_targets_check_unit(fcnn_dataset *dataset, fcnn_comm *comm)
{
    return fcnn_comm_agree(comm, check_values(dataset, 1, "binary cross-entropy requires targets from 0 to 1"));
}

fcnn_status fcnn_targets_check_counts(fcnn_dataset *dataset, fcnn_comm *comm)
{
    return fcnn_comm_agree(comm, check_values(dataset, INFINITY, "poisson requires targets of at least 0"));
}
