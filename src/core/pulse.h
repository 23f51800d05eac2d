/* src/core/pulse.h — signs of progress of this process, which the watchdog observes from another thread.
 * Not collective.  The main thread calls fcnn_pulse_beat() and fcnn_pulse_step_done(), any thread the others. */
#ifndef FCNN_CORE_PULSE_H
#define FCNN_CORE_PULSE_H

#include <stdbool.h>
#include <stdint.h>

#define FCNN_PHASES(X)                                           \
    X(FCNN_PHASE_START, "starting")                              \
    X(FCNN_PHASE_READING, "reading data")                        \
    X(FCNN_PHASE_COMPUTING, "computing")                         \
    X(FCNN_PHASE_EXCHANGING, "in the exchange with other ranks") \
    X(FCNN_PHASE_UPDATING, "updating")                           \
    X(FCNN_PHASE_EVALUATING, "evaluating")                       \
    X(FCNN_PHASE_WRITING, "writing a checkpoint or the model")

typedef enum fcnn_phase {
#define FCNN_PHASE_CONSTANT(constant, text) constant,
    FCNN_PHASES(FCNN_PHASE_CONSTANT)
#undef FCNN_PHASE_CONSTANT
} fcnn_phase;

typedef struct fcnn_pulse {
    uint64_t beats; /* number of signs of progress */
    fcnn_phase phase;
    int64_t step;     /* number of completed steps, including those before a resume */
    bool has_stepped; /* whether this process has completed a step */
} fcnn_pulse;

/* Reports progress, and the phase in which the process is now.  Takes a few nanoseconds. */
void fcnn_pulse_beat(fcnn_phase phase);

/* Reports progress in the same phase. */
void fcnn_pulse_continue(void);

/* Reports progress, and the number of completed steps. */
void fcnn_pulse_step_done(int64_t step);

/* The current values. */
fcnn_pulse fcnn_pulse_read(void);

/* The text of a phase for messages, such as "reading data"; static. */
const char *fcnn_phase_text(fcnn_phase phase);

#endif
