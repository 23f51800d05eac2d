/* include/fcnn/status.h — what a function that can fail returns, and the text that goes with it.
 *
 * These rules hold for all public functions:
 * - A function that can fail returns an fcnn_status and records a text; its comment lists the statuses after "Fails:".
 *   If it fails, it leaves its output parameters unchanged unless its comment says otherwise, and the caller has
 *   nothing to release.
 * - "Collective" means that all ranks of the fcnn_comm must call the function, in the same order as their other
 *   collective calls, from the thread that has initialized MPI.  All ranks then return the same status and have the
 *   same text.
 * - A function that is not collective makes no MPI calls that other ranks take part in.
 * - "Thread-safe" means that several threads may call the function at the same time, also for the same objects.
 * - Texts end with a null character.  Messages are in English, in UTF-8.
 * - "Borrowed" means that the caller keeps ownership, and must not change or release the object as long as the comment
 *   says; if it says nothing more, until the function returns.
 * - Except where a comment allows NULL, pointers must not be NULL. */
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

/* Each row has the name of a status, the exit code of a program that ends with it (as in sysexits.h), and its general
 * meaning. */
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

/* Returns the exit code of a status: that of the table, or 70 for a number that is no status.
 * Not collective.  Thread-safe. */
FCNN_API int fcnn_status_exit_code(fcnn_status status);

/* Returns the general meaning of a status, a short phrase: that of the table, or "unknown status" for a number that is
 * no status.  The text is static.  Not collective.  Thread-safe. */
FCNN_API const char *fcnn_status_text(fcnn_status status);

/* Returns the text of the last failure in the calling thread: one line, without a line break, that says what went
 * wrong, where, and what to do.  It is "" if nothing has failed yet.  Every thread has a text of its own.
 * The text belongs to the library and is valid until the thread calls the library again; a call that succeeds may
 * change it too.  Not collective.  Thread-safe. */
FCNN_API const char *fcnn_error_text(void);

#ifdef __cplusplus
}
#endif
#endif
