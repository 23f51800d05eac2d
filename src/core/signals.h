/* src/core/signals.h — what the system asks a run for by signals. */
#ifndef FCNN_CORE_SIGNALS_H
#define FCNN_CORE_SIGNALS_H

#include <stdbool.h>

/* From now on SIGTERM, SIGINT, SIGUSR1 and SIGXCPU ask for a stop and SIGUSR2 for a checkpoint; nothing else happens
 * when they arrive.  A second SIGINT ends the process at once. */
void fcnn_signals_catch(void);

/* The signal that asked for a stop first, such as SIGTERM; 0: none. */
int fcnn_signals_stop(void);

/* A descriptor that can be read from, for poll(2), once a signal has asked for a stop; −1: there is none. */
int fcnn_signals_bell(void);

/* The name of a signal that asks for a stop, such as "SIGTERM". */
const char *fcnn_signals_name(int number);

/* Whether a checkpoint was asked for since the last call. */
bool fcnn_signals_take_checkpoint(void);

#endif
