/* src/core/pulse.h — what this process is doing, for a watchdog that looks at it from another thread. */
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
    uint64_t beats; /* grows with every sign of progress */
    fcnn_phase phase;
    int64_t step;     /* steps done so far, those before a resume too */
    bool has_stepped; /* one was done by this process */
} fcnn_pulse;

/* A sign of progress: the process is in a phase now.  Costs a few nanoseconds. */
void fcnn_pulse_beat(fcnn_phase phase);

/* A sign of progress in the same phase; from any thread. */
void fcnn_pulse_go_on(void);

/* So many steps are done now. */
void fcnn_pulse_step_done(int64_t step);

/* From any thread.  Other functions but go_on are for the main thread. */
fcnn_pulse fcnn_pulse_read(void);
const char *fcnn_phase_text(fcnn_phase phase);

#endif
