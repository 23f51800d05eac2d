/* src/core/log.c — warnings, on stderr, from the rank that speaks for all. */
#include "core/log.h"

#include <stdarg.h>
#include <stdio.h>

static const char *speaker = "fcnn";
static int speaking = 1;

void fcnn_log_set_speaker(const char *program, int speaks)
{
    speaker = program;
    speaking = speaks;
}

void fcnn_log_warning(const char *format, ...)
{
    if (!speaking) {
        return;
    }
    char text[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fprintf(stderr, "%s: warning: %s\n", speaker, text);
}
