/* src/run/lifecycle.c — decides when a run stops early and when it writes a checkpoint on request. */
#include "run/lifecycle.h"

#include "core/clock.h"
#include "core/signals.h"
#include "run/time_limit.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

#define SAME_SECONDS 1   /* requests for a checkpoint within this time are one: launchers signal rank after rank */
#define POLL_SECONDS 1   /* interval of the checks for the file STOP, which may be on a file server */
#define SPARE_SECONDS 30 /* reserve before a time limit */
#define LONGEST_PATH 4200

static void plan_checkpoint(fcnn_lifecycle *lifecycle, double now)
{
    const double minutes = lifecycle->config->output_checkpoint_minutes;
    lifecycle->next_checkpoint = lifecycle->watches && minutes > 0 ? now + 60 * minutes : INFINITY;
}

void fcnn_lifecycle_start(fcnn_lifecycle *lifecycle, const fcnn_config *config, bool watches)
{
    const double now = fcnn_clock_seconds();
    *lifecycle = (fcnn_lifecycle){
        .config = config,
        .watches = watches,
        .deadline = watches ? now + fcnn_time_limit_left(config) : INFINITY,
        .last_checkpoint = -INFINITY,
    };
    plan_checkpoint(lifecycle, now);
}

void fcnn_lifecycle_saved(fcnn_lifecycle *lifecycle)
{
    lifecycle->wants_checkpoint = false;
    fcnn_signals_take_checkpoint();
    lifecycle->last_checkpoint = fcnn_clock_seconds();
    plan_checkpoint(lifecycle, lifecycle->last_checkpoint);
}

static void stop_path(const fcnn_lifecycle *lifecycle, char out[LONGEST_PATH])
{
    snprintf(out, LONGEST_PATH, "%s/STOP", lifecycle->config->output_directory);
}

static void look_for_stop_file(fcnn_lifecycle *lifecycle, double now)
{
    if (now >= lifecycle->next_poll) {
        char path[LONGEST_PATH];
        stop_path(lifecycle, path);
        lifecycle->stop_file = access(path, F_OK) == 0;
        lifecycle->next_poll = now + POLL_SECONDS;
    }
}

/* The run stops if the time left is less than two steps, one and a half writes of a checkpoint, and the reserve. */
static void look_at_deadline(fcnn_lifecycle *lifecycle, double now)
{
    if (lifecycle->last_step > 0 && now - lifecycle->last_step > lifecycle->longest_step) {
        lifecycle->longest_step = now - lifecycle->last_step;
    }
    lifecycle->last_step = now;
    lifecycle->out_of_time =
        lifecycle->deadline - now < 2 * lifecycle->longest_step + 1.5 * lifecycle->longest_write + SPARE_SECONDS;
}

uint32_t fcnn_lifecycle_flags(fcnn_lifecycle *lifecycle)
{
    if (fcnn_signals_take_checkpoint() && fcnn_clock_seconds() - lifecycle->last_checkpoint > SAME_SECONDS) {
        lifecycle->wants_checkpoint = true;
    }
    if (lifecycle->watches) {
        const double now = fcnn_clock_seconds();
        look_for_stop_file(lifecycle, now);
        look_at_deadline(lifecycle, now);
        lifecycle->wants_checkpoint = lifecycle->wants_checkpoint || now >= lifecycle->next_checkpoint;
    }
    return (fcnn_lifecycle_reason(lifecycle) != NULL ? FCNN_LIFECYCLE_STOP : 0) |
           (lifecycle->wants_checkpoint ? FCNN_LIFECYCLE_CHECKPOINT : 0);
}

const char *fcnn_lifecycle_reason(const fcnn_lifecycle *lifecycle)
{
    const int signal = fcnn_signals_stop();
    return signal != 0              ? fcnn_signals_name(signal)
           : lifecycle->stop_file   ? "the file STOP"
           : lifecycle->out_of_time ? "the time limit"
                                    : NULL;
}

void fcnn_lifecycle_stopped(const fcnn_lifecycle *lifecycle)
{
    if (lifecycle->stop_file) {
        char path[LONGEST_PATH];
        stop_path(lifecycle, path);
        unlink(path);
    }
}
