/* src/core/log.c — warnings and fatal errors on stderr. */
#include "core/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *speaker = "fcnn";
static int speaking = 1;
static int silenced;
static _Atomic(FILE *) standing; /* the terminal that shows an unfinished line; NULL: none */

void fcnn_log_set_speaker(const char *program, int speaks)
{
    speaker = program;
    speaking = speaks;
}

void fcnn_log_silence(int silent)
{
    silenced = silent;
}

void fcnn_log_set_line(FILE *out)
{
    atomic_store(&standing, out);
}

void fcnn_log_wipe_line(void)
{
    FILE *out = atomic_exchange(&standing, NULL);
    if (out != NULL) {
        fputs("\r\033[K", out);
        fflush(out);
    }
}

/* Uses neither the heap nor streams nor locks, which a thread that hangs may hold. */
static void print(const char *kind, const char *format, va_list args)
{
    char text[4096];
    const int length = snprintf(text, sizeof text, "%.64s: %s: ", speaker, kind);
    vsnprintf(text + length, sizeof text - (size_t)length - 1, format, args);
    strcat(text, "\n");
    const char *next = text;
    for (size_t left = strlen(text); left > 0;) {
        const ssize_t written = write(STDERR_FILENO, next, left);
        if (written < 0 && errno != EINTR) {
            return; /* a failure to write to stderr cannot be reported */
        }
        next += written > 0 ? written : 0;
        left -= written > 0 ? (size_t)written : 0;
    }
}

void fcnn_log_warning(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (speaking && !silenced) {
        fcnn_log_wipe_line();
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
