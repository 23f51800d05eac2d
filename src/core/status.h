/* src/core/status.h — how functions of the library report a failure.
 * Not collective; any thread may call any function: each thread has its own error text. */
#ifndef FCNN_CORE_STATUS_H
#define FCNN_CORE_STATUS_H

#include <fcnn/status.h>

#define FCNN_ERROR_TEXT_SIZE 2048

/* Records the text of a failure for fcnn_error_text() and returns status.  A text of more than FCNN_ERROR_TEXT_SIZE − 1
 * bytes is truncated; control characters are replaced by '?'. */
fcnn_status fcnn_fail(fcnn_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prepends a context such as "config.ini:12" and ": " to the recorded text; returns status. */
fcnn_status fcnn_fail_prefix(fcnn_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Returns from the calling function if a call fails, with the status of the call. */
#define FCNN_TRY(call)                              \
    do {                                            \
        const fcnn_status fcnn_try_status = (call); \
        if (fcnn_try_status != FCNN_OK) {           \
            return fcnn_try_status;                 \
        }                                           \
    } while (0)

#endif
