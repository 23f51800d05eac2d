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

static void print(const char *kind, const char *format, va_list args)
{
    char text[4096];
    vsnprintf(text, sizeof text, format, args);
    fprintf(stderr, "%s: %s: %s\n", speaker, kind, text);
}

void fcnn_log_warning(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (speaking) {
        print("warning", format, args);
    }
    va_end(args);
}

void fcnn_log_fatal(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print("error", format, args);
    va_end(args);
}
