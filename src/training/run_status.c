/* src/training/run_status.c — the file "status" of a run's folder. */
#include "training/run_status.h"

#include "core/log.h"
#include "core/text.h"
#include "storage/atomic_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static fcnn_status write_line(const char *folder, const char *line)
{
    fcnn_text path = {0};
    fcnn_status status = fcnn_text_append(&path, "%s/status", folder);
    if (status == FCNN_OK) {
        status = fcnn_atomic_file_write(path.data, line, strlen(line), "\n", 1);
    }
    fcnn_text_clear(&path);
    return status;
}

void fcnn_run_status_write(const char *folder, const char *format, ...)
{
    char line[FCNN_ERROR_TEXT_SIZE + 64];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    for (char *c = line; *c != '\0'; c++) {
        *c = *c == '\n' ? ' ' : *c;
    }
    char before[FCNN_ERROR_TEXT_SIZE]; /* the error that the line may be about is still to be told */
    snprintf(before, sizeof before, "%s", fcnn_error_text());
    if (write_line(folder, line) != FCNN_OK) {
        fcnn_log_warning("%s", fcnn_error_text());
        fcnn_fail(FCNN_OK, "%s", before);
    }
}
