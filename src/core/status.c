/* src/core/status.c — status codes and the text of the last failure. */
#include "core/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char last_text[FCNN_ERROR_TEXT_SIZE];

int fcnn_status_exit_code(fcnn_status status)
{
    switch (status) {
#define FCNN_STATUS_CODE(name, code, text) \
    case name:                             \
        return code;
        FCNN_STATUS_TABLE(FCNN_STATUS_CODE)
#undef FCNN_STATUS_CODE
    }
    return 70;
}

const char *fcnn_status_text(fcnn_status status)
{
    switch (status) {
#define FCNN_STATUS_PHRASE(name, code, text) \
    case name:                               \
        return text;
        FCNN_STATUS_TABLE(FCNN_STATUS_PHRASE)
#undef FCNN_STATUS_PHRASE
    }
    return "unknown status";
}

const char *fcnn_error_text(void)
{
    return last_text;
}

/* Replaces control characters, which names in data files may contain: a message must stay one line and must not control
 * the terminal. */
static void blank_controls(char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7F) {
            *text = '?';
        }
    }
}

fcnn_status fcnn_fail(fcnn_status status, const char *format, ...)
{
    char text[FCNN_ERROR_TEXT_SIZE]; /* the arguments may point into last_text */
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    blank_controls(text);
    memcpy(last_text, text, sizeof last_text);
    return status;
}

fcnn_status fcnn_fail_prefix(fcnn_status status, const char *format, ...)
{
    char prefix[FCNN_ERROR_TEXT_SIZE / 2];
    char text[FCNN_ERROR_TEXT_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(prefix, sizeof prefix, format, args);
    va_end(args);
    memcpy(text, last_text, sizeof text);
    return fcnn_fail(status, "%s: %s", prefix, text);
}
