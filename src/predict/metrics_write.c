/* src/predict/metrics_write.c — the metrics of metrics.list in a file of predictions. */
#include "predict/metrics_write.h"

#include "core/memory.h"

#include <stdlib.h>

/* Creates a dataset of numbers with the attribute `names` [names], and writes it. */
static fcnn_status put(fcnn_hdf5_writer *writer, const char *dataset, fcnn_hdf5_info info, const char *const *names,
                       int64_t count, const void *values)
{
    info.label_bytes = fcnn_hdf5_attribute_bytes(count, names);
    FCNN_TRY(fcnn_hdf5_writer_dataset(writer, dataset, &info));
    FCNN_TRY(fcnn_hdf5_writer_rows(writer, dataset, 0, info.dims[0], values));
    return count > 0 ? fcnn_hdf5_writer_strings(writer, dataset, "names", count, names) : FCNN_OK;
}

static fcnn_status put_numbers(fcnn_hdf5_writer *writer, const fcnn_scores *scores)
{
    const char **names;
    double *values = NULL;
    const int64_t most = (int64_t)scores->metric_count * FCNN_METRIC_NUMBERS_MOST;
    int64_t count = 0;
    FCNN_TRY(fcnn_memory_create("the metrics", most, sizeof *names, &names));
    fcnn_status status = fcnn_memory_create("the metrics", most, sizeof *values, &values);
    for (int i = 0; status == FCNN_OK && i < scores->metric_count; i++) {
        for (int k = 0; k < scores->metrics[i].numbers; k++) {
            names[count] = scores->metrics[i].number[k].name;
            values[count++] = scores->metrics[i].number[k].value;
        }
    }
    if (status == FCNN_OK && count > 0) {
        const fcnn_hdf5_info info = {.type = FCNN_TYPE_FLOAT64, .rank = 1, .dims = {count}};
        status = put(writer, "/metrics", info, names, count, values);
    }
    free(values);
    free(names);
    return status;
}

/* Fills in values [parts][metrics with values of their own]. */
static void take_parts(const fcnn_scores *scores, int64_t columns, double *values)
{
    int64_t column = 0;
    for (int i = 0; i < scores->metric_count; i++) {
        for (int64_t part = 0; scores->metrics[i].has_parts && part < scores->parts; part++) {
            values[part * columns + column] = scores->metrics[i].parts[part];
        }
        column += scores->metrics[i].has_parts;
    }
}

static fcnn_status put_parts(fcnn_hdf5_writer *writer, const fcnn_scores *scores)
{
    const char *names[FCNN_METRICS_END];
    int64_t columns = 0;
    for (int i = 0; i < scores->metric_count; i++) {
        if (scores->metrics[i].has_parts) {
            names[columns++] = scores->metrics[i].metric->name;
        }
    }
    if (columns == 0) {
        return FCNN_OK;
    }
    double *values;
    FCNN_TRY(fcnn_memory_create("the metrics", scores->parts * columns, sizeof *values, &values));
    take_parts(scores, columns, values);
    const fcnn_hdf5_info info = {.type = FCNN_TYPE_FLOAT64, .rank = 2, .dims = {scores->parts, columns}};
    const fcnn_status status = put(writer, scores->parts_are_outputs ? "/metrics_by_output" : "/metrics_by_class", info,
                                   names, columns, values);
    free(values);
    return status;
}

fcnn_status fcnn_metrics_write(fcnn_hdf5_writer *writer, const fcnn_scores *scores)
{
    FCNN_TRY(put_numbers(writer, scores));
    FCNN_TRY(put_parts(writer, scores));
    if (scores->confusion == NULL) {
        return FCNN_OK;
    }
    const fcnn_hdf5_info info = {.type = FCNN_TYPE_INT64, .rank = 2, .dims = {scores->parts, scores->parts}};
    return put(writer, "/confusion", info, NULL, 0, scores->confusion);
}
