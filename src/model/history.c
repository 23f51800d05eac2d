/* src/model/history.c — the lines of the progress table that a model keeps. */
#include "core/memory.h"
#include "model/model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

fcnn_status fcnn_history_append(fcnn_history *history, const fcnn_history_line *line)
{
    FCNN_TRY(fcnn_memory_grow("the history", history->count + 1, sizeof *line, &history->lines, &history->capacity));
    history->lines[history->count++] = *line;
    return FCNN_OK;
}

static fcnn_status add_metric(fcnn_history *history, const char *name)
{
    FCNN_TRY(fcnn_memory_grow("the history", history->metric_count + 1, sizeof *history->metrics, &history->metrics,
                              &history->metric_capacity));
    fcnn_history_metric *metric = &history->metrics[history->metric_count];
    *metric = (fcnn_history_metric){0};
    FCNN_TRY(fcnn_memory_copy_text(name, &metric->name));
    history->metric_count++;
    return FCNN_OK;
}

fcnn_status fcnn_history_put(fcnn_history *history, const char *name, double value)
{
    int64_t place = 0;
    while (place < history->metric_count && strcmp(history->metrics[place].name, name) != 0) {
        place++;
    }
    if (place == history->metric_count) {
        FCNN_TRY(add_metric(history, name));
    }
    fcnn_history_metric *metric = &history->metrics[place];
    FCNN_TRY(fcnn_memory_grow("the history", history->count, sizeof(double), &metric->values, &metric->capacity));
    while (metric->count < history->count) {
        metric->values[metric->count++] = NAN;
    }
    metric->values[history->count - 1] = value;
    return FCNN_OK;
}

double fcnn_history_value(const fcnn_history_metric *metric, int64_t line)
{
    return line < metric->count ? metric->values[line] : NAN;
}

void fcnn_history_clear(fcnn_history *history)
{
    for (int64_t i = 0; i < history->metric_count; i++) {
        free(history->metrics[i].name);
        free(history->metrics[i].values);
    }
    free(history->metrics);
    free(history->lines);
    *history = (fcnn_history){0};
}
