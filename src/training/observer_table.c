/* src/training/observer_table.c — observer that prints each line of the history as a row of the table in the report. */
#include "core/log.h"
#include "core/memory.h"
#include "training/observer.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct printed_table {
    fcnn_report *report;
    int widths[FCNN_SCORES_SHOWN]; /* of the metrics; 0: no column */
} printed_table;

static fcnn_status begin(const fcnn_observed_run *run, void **own)
{
    FILE *out = run->report->out;
    if (out == NULL) {
        return FCNN_OK;
    }
    printed_table *table;
    FCNN_TRY(fcnn_memory_create("the progress table", 1, sizeof *table, &table));
    table->report = run->report;
    fprintf(out, "%7s %9s %14s %14s", "epoch", "steps", "train loss", run->shown[0][0] != '\0' ? "valid. loss" : "");
    for (int i = 0; i < FCNN_SCORES_SHOWN; i++) {
        const int width = (int)strlen(run->shown[i]);
        table->widths[i] = i > 0 && width == 0 ? 0 : width > 10 ? width : 10;
        fprintf(out, table->widths[i] > 0 ? " %*s" : "", table->widths[i], run->shown[i]);
    }
    fprintf(out, " %11s %11s %9s\n", "rate", "rows/s", "time");
    fcnn_report_flush(run->report);
    *own = table;
    return FCNN_OK;
}

/* Prints a number right-aligned in a column; the text `none` if it is NaN. */
static void print_cell(FILE *out, const char *format, int width, double value, const char *none)
{
    char text[32];
    snprintf(text, sizeof text, "%s", none);
    if (!isnan(value)) {
        snprintf(text, sizeof text, format, value);
    }
    fprintf(out, " %*s", width, text);
}

static fcnn_status line(void *own, const fcnn_observed_line *line)
{
    const printed_table *table = own;
    FILE *out = table->report->out;
    const fcnn_history_line *history = &line->history;
    fcnn_log_wipe_line();
    fprintf(out, "%7" PRId64 " %9" PRId64, history->epoch, history->steps);
    print_cell(out, "%.8g", 14, history->train_loss, "");
    print_cell(out, "%.8g", 14, history->validation_loss, "");
    for (int i = 0; i < FCNN_SCORES_SHOWN && table->widths[i] > 0; i++) {
        print_cell(out, "%.5f", table->widths[i], line->shown[i], isnan(history->validation_loss) ? "" : "-");
    }
    print_cell(out, "%.5g", 11, history->learning_rate, "");
    print_cell(out, "%.0f", 11, line->rows_per_second, "");
    print_cell(out, "%.1f s", 9, line->seconds, "");
    fprintf(out, "\n");
    fcnn_report_flush(table->report);
    return FCNN_OK;
}

static fcnn_status end(void *own, fcnn_status status)
{
    (void)status;
    free(own);
    return FCNN_OK;
}

const fcnn_observer fcnn_observer_table = {.begin = begin, .line = line, .end = end};
