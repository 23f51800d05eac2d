/* src/core/status.h — how the library's own functions report a failure. */
#ifndef FCNN_CORE_STATUS_H
#define FCNN_CORE_STATUS_H

#include <fcnn/status.h>

#define FCNN_ERROR_TEXT_SIZE 2048

/* Records the text of a failure for fcnn_error_text() and returns status.  A text too long is cut. */
fcnn_status fcnn_fail(fcnn_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts a context such as "config.ini:12" and ": " in front of the recorded text; returns status. */
fcnn_status fcnn_fail_prefix(fcnn_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Passes a failure up to the caller. */
#define FCNN_TRY(call)                              \
    do {                                            \
        const fcnn_status fcnn_try_status = (call); \
        if (fcnn_try_status != FCNN_OK) {           \
            return fcnn_try_status;                 \
        }                                           \
    } while (0)

#endif
