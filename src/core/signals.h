/* src/core/signals.h — signals that request a stop or a checkpoint.
 * Not collective.  Any thread may call any function except fcnn_signals_catch() and fcnn_signals_take_checkpoint(),
 * which are called by the main thread. */
#ifndef FCNN_CORE_SIGNALS_H
#define FCNN_CORE_SIGNALS_H

#include <stdbool.h>

/* Installs signal handlers: from now on SIGTERM, SIGINT, SIGUSR1 and SIGXCPU request a stop, and SIGUSR2 requests a
 * checkpoint.  The handlers only record the request.  A second SIGINT ends the process at once. */
void fcnn_signals_catch(void);

/* The number of the first signal that requested a stop, such as SIGTERM; 0: none. */
int fcnn_signals_stop(void);

/* A file descriptor for poll(2) that becomes readable when a signal has requested a stop; −1: not available.  It
 * belongs to this module. */
int fcnn_signals_bell(void);

/* The name of a signal that requests a stop, such as "SIGTERM"; static. */
const char *fcnn_signals_name(int number);

/* Whether a checkpoint was requested since the last call. */
bool fcnn_signals_take_checkpoint(void);

#endif
