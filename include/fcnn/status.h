/* include/fcnn/status.h — what a function that can fail returns, and the text that goes with it. */
#ifndef FCNN_STATUS_H
#define FCNN_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

#ifndef FCNN_API
#if defined(__GNUC__)
#define FCNN_API __attribute__((visibility("default")))
#else
#define FCNN_API
#endif
#endif

/* name, exit code of a program that ends with it (sysexits.h), what it means */
#define FCNN_STATUS_TABLE(X)                                               \
    X(FCNN_OK, 0, "done")                                                  \
    X(FCNN_EUSAGE, 64, "wrong usage or launcher")                          \
    X(FCNN_EDATA, 65, "dataset missing, bad shape or value, damaged file") \
    X(FCNN_ESHAPE, 65, "an argument's shape does not fit")                 \
    X(FCNN_EINPUT, 66, "config or data file missing or unreadable")        \
    X(FCNN_EDIVERGED, 70, "training diverged")                             \
    X(FCNN_ENOMEM, 70, "out of memory")                                    \
    X(FCNN_EINTERNAL, 70, "internal error")                                \
    X(FCNN_EOUTPUT, 74, "output not writable")                             \
    X(FCNN_ESTOPPED, 75, "stopped before the end, with a checkpoint")      \
    X(FCNN_ECONFIG, 78, "bad config, or a key changed that may not change")

typedef enum fcnn_status {
#define FCNN_STATUS_NAME(name, code, text) name,
    FCNN_STATUS_TABLE(FCNN_STATUS_NAME)
#undef FCNN_STATUS_NAME
} fcnn_status;

/* The exit code that a program returns for a status. */
FCNN_API int fcnn_status_exit_code(fcnn_status status);

/* The general meaning of a status: one short phrase, a static string. */
FCNN_API const char *fcnn_status_text(fcnn_status status);

/* What went wrong last on the calling thread, in one line: what, where, what to do.
 * Borrowed; valid until the thread's next failure. */
FCNN_API const char *fcnn_error_text(void);

#ifdef __cplusplus
}
#endif
#endif
