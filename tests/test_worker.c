/* tests/test_worker.c — threads that work for a run, and the pulse that tells what they do. */
#include "harness.h"

#include "core/clock.h"
#include "core/pulse.h"
#include "core/worker.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- threads ---- */

typedef struct errand {
    atomic_bool may_end;
    int done;
    sigset_t blocked;
} errand;

static void do_errand(void *data)
{
    errand *own = data;
    while (!atomic_load(&own->may_end)) {
        usleep(1000);
    }
    pthread_sigmask(SIG_SETMASK, NULL, &own->blocked);
    fcnn_pulse_continue();
    own->done = 1;
}

static void a_worker_runs_and_hears_no_signals(void)
{
    errand own = {.done = 0};
    fcnn_worker *worker = NULL;
    sigset_t before, after;
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    HARNESS_OK(fcnn_worker_start("the test", do_errand, &own, &worker));
    CU_ASSERT_PTR_NOT_NULL_FATAL(worker);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    CU_ASSERT_FALSE(fcnn_worker_is_done(worker));
    atomic_store(&own.may_end, true);
    const double deadline = fcnn_clock_seconds() + 30;
    while (!fcnn_worker_is_done(worker) && fcnn_clock_seconds() < deadline) {
        usleep(1000);
    }
    CU_ASSERT(fcnn_worker_is_done(worker));
    fcnn_worker_join(worker);
    CU_ASSERT_EQUAL(own.done, 1);
    static const int numbers[] = {SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGXCPU, SIGHUP, SIGCHLD};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        CU_ASSERT(sigismember(&own.blocked, numbers[i]));
        CU_ASSERT_EQUAL(sigismember(&after, numbers[i]), sigismember(&before, numbers[i]));
    }
    fcnn_worker_join(NULL);
}

static void the_pulse_tells_what_is_done(void)
{
    const fcnn_pulse start = fcnn_pulse_read();
    CU_ASSERT_FALSE(start.has_stepped);
    fcnn_pulse_beat(FCNN_PHASE_READING);
    fcnn_pulse now = fcnn_pulse_read();
    CU_ASSERT(now.beats > start.beats);
    CU_ASSERT_EQUAL(now.phase, FCNN_PHASE_READING);
    CU_ASSERT_FALSE(now.has_stepped);
    const uint64_t beats = now.beats;
    fcnn_pulse_step_done(1234567890123);
    now = fcnn_pulse_read();
    CU_ASSERT(now.beats > beats);
    CU_ASSERT_EQUAL(now.step, 1234567890123);
    CU_ASSERT(now.has_stepped);
    CU_ASSERT_EQUAL(now.phase, FCNN_PHASE_READING);
    errand own = {.may_end = true};
    fcnn_worker *worker = NULL;
    HARNESS_OK(fcnn_worker_start("the test", do_errand, &own, &worker));
    fcnn_worker_join(worker);
    CU_ASSERT(fcnn_pulse_read().beats > now.beats);
    CU_ASSERT_STRING_EQUAL(fcnn_phase_text(FCNN_PHASE_EXCHANGING), "in the exchange with other ranks");
    for (fcnn_phase phase = FCNN_PHASE_START; phase <= FCNN_PHASE_WRITING; phase++) {
        CU_ASSERT(strlen(fcnn_phase_text(phase)) > 3);
    }
}

HARNESS_MAIN("worker", {"a worker runs and hears no signals", a_worker_runs_and_hears_no_signals},
             {"the pulse tells what is done", the_pulse_tells_what_is_done})
