/* src/core/pulse.c — signs of progress of this process, which the watchdog observes from another thread. */
#include "core/pulse.h"

#include <stdatomic.h>

static atomic_uint_fast64_t beats;
static atomic_int current_phase;
static atomic_int_fast64_t steps;
static atomic_bool stepped;

void fcnn_pulse_continue(void)
{
    atomic_fetch_add_explicit(&beats, 1, memory_order_relaxed);
}

void fcnn_pulse_beat(fcnn_phase phase)
{
    atomic_store_explicit(&current_phase, (int)phase, memory_order_relaxed);
    fcnn_pulse_continue();
}

void fcnn_pulse_step_done(int64_t step)
{
    atomic_store_explicit(&steps, step, memory_order_relaxed);
    atomic_store_explicit(&stepped, true, memory_order_relaxed);
    fcnn_pulse_continue();
}

fcnn_pulse fcnn_pulse_read(void)
{
    return (fcnn_pulse){
        .beats = atomic_load_explicit(&beats, memory_order_relaxed),
        .phase = (fcnn_phase)atomic_load_explicit(&current_phase, memory_order_relaxed),
        .step = atomic_load_explicit(&steps, memory_order_relaxed),
        .has_stepped = atomic_load_explicit(&stepped, memory_order_relaxed),
    };
}

const char *fcnn_phase_text(fcnn_phase phase)
{
    switch (phase) {
#define FCNN_PHASE_CASE(constant, text) \
    case constant:                      \
        return text;
        FCNN_PHASES(FCNN_PHASE_CASE)
#undef FCNN_PHASE_CASE
    }
    return "?";
}
