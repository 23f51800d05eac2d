/* src/training/report.c — the text that a run prints on rank 0. */
#include "training/report.h"

#include "core/log.h"

#include <errno.h>
#include <string.h>

void fcnn_report_flush(fcnn_report *report)
{
    if (report->out != NULL && fflush(report->out) != 0 && !report->failed) {
        report->failed = true;
        fcnn_log_warning("the report cannot be written: %s; the run continues without it", strerror(errno));
    }
}
