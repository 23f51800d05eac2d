/* src/model/model_metrics.c — reads the metrics in the history of a model. */
#include "model/model_get.h"

#include "core/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char names_name[] = "/history/metric_names", values_name[] = "/history/metrics";

enum { NAME_MOST = 39, NAMES_BYTES = 1 << 16 };

/* The length of the word that a line begins with; 0 if the line is not one word of letters, digits and _ . - +. */
static size_t word_length(const char *line)
{
    const size_t length = strspn(line, "abcdefghijklmnopqrstuvwxyz0123456789_.-+");
    return line[length] == '\n' && length <= NAME_MOST ? length : 0;
}

static fcnn_status bad_names(const fcnn_model_reader *from)
{
    return fcnn_fail(FCNN_EDATA, "%s: %s must be lines of one word each, of at most %d letters, digits and _ . - +",
                     from->path, names_name, NAME_MOST);
}

/* Checks the lines and counts them. */
static fcnn_status count_names(const fcnn_model_reader *from, const char *names, int64_t *out)
{
    *out = 0;
    for (const char *line = names; *line != '\0'; line += word_length(line) + 1) {
        if (word_length(line) == 0) {
            return bad_names(from);
        }
        ++*out;
    }
    return *out > 0 ? FCNN_OK : bad_names(from);
}

/* Takes a column of values [lines][columns]. */
static fcnn_status take_column(const fcnn_model_reader *from, const char *name, const double *values, int64_t columns)
{
    fcnn_history *history = &from->model->history;
    fcnn_history_metric *metric = &history->metrics[history->metric_count];
    char word[NAME_MOST + 1] = "";
    memcpy(word, name, word_length(name));
    for (int64_t i = 0; i < history->metric_count; i++) {
        if (strcmp(history->metrics[i].name, word) == 0) {
            return fcnn_fail(FCNN_EDATA, "%s: %s contains %s twice", from->path, names_name, word);
        }
    }
    *metric = (fcnn_history_metric){0};
    FCNN_TRY(fcnn_memory_copy_text(word, &metric->name));
    history->metric_count++;
    FCNN_TRY(fcnn_memory_grow("the history", history->count, sizeof(double), &metric->values, &metric->capacity));
    for (; metric->count < history->count; metric->count++) {
        metric->values[metric->count] = values[metric->count * columns];
    }
    return FCNN_OK;
}

static fcnn_status take_columns(const fcnn_model_reader *from, const char *names, const double *values, int64_t columns)
{
    fcnn_history *history = &from->model->history;
    FCNN_TRY(fcnn_memory_grow("the history", columns, sizeof *history->metrics, &history->metrics,
                              &history->metric_capacity));
    for (int64_t i = 0; i < columns; i++) {
        FCNN_TRY(take_column(from, names, values + i, columns));
        names += word_length(names) + 1;
    }
    return FCNN_OK;
}

static fcnn_status read_columns(fcnn_model_reader *from, const char *names)
{
    fcnn_history *history = &from->model->history;
    int64_t columns;
    FCNN_TRY(count_names(from, names, &columns));
    fcnn_hdf5_info info;
    FCNN_TRY(fcnn_hdf5_describe_whole(from->file, values_name, &from->budget, &info));
    if (info.rank != 2 || info.dims[0] != history->count || info.dims[1] != columns || info.type != FCNN_TYPE_FLOAT64) {
        char shape[128];
        fcnn_hdf5_info_shape(&info, shape, sizeof shape);
        return fcnn_fail(FCNN_EDATA, "%s: %s is %s%s; it must be float64[%" PRId64 "][%" PRId64 "]", from->path,
                         values_name, fcnn_type_name(info.type), shape, history->count, columns);
    }
    double *values;
    FCNN_TRY(fcnn_memory_create("the history", history->count * columns, sizeof *values, &values));
    fcnn_status status = fcnn_hdf5_read_rows(from->file, values_name, 0, history->count, values);
    if (status == FCNN_OK) {
        status = take_columns(from, names, values, columns);
    }
    free(values);
    return status;
}

fcnn_status fcnn_model_get_metrics(fcnn_model_reader *from)
{
    if (!fcnn_hdf5_has(from->file, values_name)) {
        return FCNN_OK;
    }
    char *names;
    FCNN_TRY(fcnn_hdf5_read_text(from->file, names_name, NAMES_BYTES, &names));
    const fcnn_status status = read_columns(from, names);
    free(names);
    return status;
}
