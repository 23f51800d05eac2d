/* tests/test_lifecycle.c — what a run is asked for from outside.
 *
 * A signal that asked for a stop stays for the life of the process: its tests come last. */
#include "fixture.h"
#include "harness.h"

#include "core/clock.h"
#include "core/pulse.h"
#include "core/signals.h"
#include "core/worker.h"
#include "run/folder.h"
#include "run/guard.h"
#include "run/lock.h"
#include "run/status_line.h"
#include "run/time_limit.h"

#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- words from rank to rank ---- */

static void alone(void)
{
}

/* What all ranks hear when each says what its lifecycle knows. */
typedef struct heard {
    int stop, checkpoint;
} heard;

static heard say(fcnn_lifecycle *lifecycle, fcnn_exchange *exchange)
{
    const uint32_t flags = fcnn_lifecycle_flags(lifecycle);
    CU_ASSERT(flags < 1 << FCNN_LIFECYCLE_FLAGS);
    fcnn_exchange_flag_set(exchange, 0, (flags & FCNN_LIFECYCLE_STOP) != 0);
    fcnn_exchange_flag_set(exchange, 1, (flags & FCNN_LIFECYCLE_CHECKPOINT) != 0);
    fcnn_exchange_sum(exchange, 0, 1, alone);
    return (heard){fcnn_exchange_flag_count(exchange, 0), fcnn_exchange_flag_count(exchange, 1)};
}

static fcnn_exchange *new_exchange(void)
{
    fcnn_exchange *exchange = NULL;
    HARNESS_OK(fcnn_exchange_create(harness_comm(), FCNN_EXCHANGE_AUTO, FCNN_EXCHANGE_DOUBLE, 4, 2, &exchange));
    CU_ASSERT_PTR_NOT_NULL_FATAL(exchange);
    return exchange;
}

/* What is heard right after the start of a run with some keys; rank 0 watches. */
static heard say_once(const char *a, const char *b, double longest_write, const char **reason)
{
    fcnn_config *config = fixture_config(harness_shared_path(""), a, b);
    fcnn_exchange *exchange = new_exchange();
    fcnn_lifecycle lifecycle;
    fcnn_lifecycle_start(&lifecycle, config, harness_comm()->rank == 0);
    lifecycle.longest_write = longest_write;
    const heard words = say(&lifecycle, exchange);
    *reason = fcnn_lifecycle_reason(&lifecycle);
    fcnn_exchange_destroy(exchange);
    fcnn_config_destroy(config);
    return words;
}

static void expect_reason(const char *reason, const char *of_rank_0)
{
    if (harness_comm()->rank == 0 && of_rank_0 != NULL) {
        CU_ASSERT_PTR_NOT_NULL_FATAL(reason);
        CU_ASSERT_STRING_EQUAL(reason, of_rank_0);
    } else {
        CU_ASSERT_PTR_NULL(reason);
    }
}

static void a_time_limit_stops_all_ranks_in_time(void)
{
    const char *reason;
    CU_ASSERT_EQUAL(say_once("output.time_limit=none", NULL, 1e9, &reason).stop, 0);
    expect_reason(reason, NULL);
    CU_ASSERT_EQUAL(say_once("output.time_limit=1:00:00", NULL, 0, &reason).stop, 0);
    expect_reason(reason, NULL);
    CU_ASSERT_EQUAL(say_once("output.time_limit=00:00:29", NULL, 0, &reason).stop, 1); /* 30 s are to spare */
    expect_reason(reason, "the time limit");
    CU_ASSERT_EQUAL(say_once("output.time_limit=1:00:00", NULL, 2300, &reason).stop, 0); /* · 1.5 */
    CU_ASSERT_EQUAL(say_once("output.time_limit=1:00:00", NULL, 2400, &reason).stop, 1);
    expect_reason(reason, "the time limit");
}

/* Two steps of the longest kind must have room: here of 0.2 s, before a limit 30.3 s away. */
static void long_steps_stop_earlier(void)
{
    fcnn_config *config = fixture_config(harness_shared_path(""), "output.time_limit=0:00:31", NULL);
    fcnn_exchange *exchange = new_exchange();
    fcnn_lifecycle lifecycle;
    fcnn_lifecycle_start(&lifecycle, config, harness_comm()->rank == 0);
    lifecycle.deadline -= 0.5;
    const int at_first = say(&lifecycle, exchange).stop;
    usleep(200000);
    CU_ASSERT_EQUAL(at_first, 0);
    CU_ASSERT_EQUAL(say(&lifecycle, exchange).stop, 1);
    expect_reason(fcnn_lifecycle_reason(&lifecycle), "the time limit");
    fcnn_exchange_destroy(exchange);
    fcnn_config_destroy(config);
}

static void the_file_stop_is_obeyed_once(void)
{
    fcnn_comm *comm = harness_comm();
    char path[1024];
    const char *reason;
    snprintf(path, sizeof path, "%s", harness_shared_path("STOP"));
    CU_ASSERT_EQUAL(say_once("output.time_limit=none", NULL, 0, &reason).stop, 0);
    if (comm->rank == 0) {
        harness_write_text(path, "");
    }
    CU_ASSERT_EQUAL(say_once("output.time_limit=none", NULL, 0, &reason).stop, 1);
    expect_reason(reason, "the file STOP");
    fcnn_config *config = fixture_config(harness_shared_path(""), "output.time_limit=none", NULL);
    fcnn_lifecycle_stopped(&(fcnn_lifecycle){.config = config, .out_of_time = true});
    HARNESS_OK(fcnn_comm_agree(comm, FCNN_OK));
    CU_ASSERT(harness_exists(path)); /* it was not what stopped the run */
    HARNESS_OK(fcnn_comm_agree(comm, FCNN_OK));
    if (comm->rank == 0) {
        fcnn_lifecycle_stopped(&(fcnn_lifecycle){.config = config, .stop_file = true});
    }
    HARNESS_OK(fcnn_comm_agree(comm, FCNN_OK));
    CU_ASSERT_FALSE(harness_exists(path));
    fcnn_config_destroy(config);
}

static void checkpoints_come_by_the_minute(void)
{
    fcnn_config *config = fixture_config(harness_shared_path(""), "output.time_limit=none",
                                         "output.checkpoint_minutes=0.005"); /* 0.3 s */
    fcnn_exchange *exchange = new_exchange();
    fcnn_lifecycle lifecycle;
    const char *reason;
    CU_ASSERT_EQUAL(say_once("output.time_limit=none", "output.checkpoint_minutes=0", 0, &reason).checkpoint, 0);
    fcnn_lifecycle_start(&lifecycle, config, harness_comm()->rank == 0);
    const bool early = fcnn_clock_seconds() < lifecycle.next_checkpoint - 0.2;
    const int at_first = say(&lifecycle, exchange).checkpoint;
    CU_ASSERT(!early || at_first == 0); /* where the machine is not too slow to be asked */
    usleep(310000);
    CU_ASSERT_EQUAL(say(&lifecycle, exchange).checkpoint, 1);
    CU_ASSERT_EQUAL(say(&lifecycle, exchange).checkpoint, 1); /* until there is one */
    config->output_checkpoint_minutes = 60;
    fcnn_lifecycle_saved(&lifecycle);
    CU_ASSERT_EQUAL(say(&lifecycle, exchange).checkpoint, 0);
    fcnn_exchange_destroy(exchange);
    fcnn_config_destroy(config);
}

/* ---- signals ---- */

static void sigusr2_asks_for_one_checkpoint(void)
{
    fcnn_comm *comm = harness_comm();
    fcnn_config *config = fixture_config(harness_shared_path(""), "output.time_limit=none", NULL);
    fcnn_exchange *exchange = new_exchange();
    fcnn_lifecycle lifecycle;
    fcnn_train_catch_signals();
    CU_ASSERT_FALSE(fcnn_signals_take_checkpoint());
    raise(SIGUSR2);
    raise(SIGUSR2);
    CU_ASSERT(fcnn_signals_take_checkpoint());
    CU_ASSERT_FALSE(fcnn_signals_take_checkpoint());
    fcnn_lifecycle_start(&lifecycle, config, comm->rank == 0);
    CU_ASSERT_EQUAL(say(&lifecycle, exchange).checkpoint, 0);
    if (comm->rank == comm->size - 1) {
        raise(SIGUSR2);
    }
    for (int time = 0; time < 2; time++) { /* again until there is one */
        const heard words = say(&lifecycle, exchange);
        CU_ASSERT_EQUAL(words.checkpoint, 1);
        CU_ASSERT_EQUAL(words.stop, 0);
    }
    raise(SIGUSR2); /* it reaches the other ranks after their flags of that step */
    fcnn_lifecycle_saved(&lifecycle);
    CU_ASSERT_EQUAL(say(&lifecycle, exchange).checkpoint, 0);
    raise(SIGUSR2); /* or after the checkpoint */
    lifecycle.last_checkpoint = INFINITY;
    CU_ASSERT_EQUAL(say(&lifecycle, exchange).checkpoint, 0);
    CU_ASSERT_EQUAL(fcnn_signals_stop(), 0);
    fcnn_exchange_destroy(exchange);
    fcnn_config_destroy(config);
}

/* In a child process, where nothing else is disturbed: the exit code, or minus the signal that ended it. */
static int in_child(int (*work)(void))
{
    int status = 0;
    const pid_t child = fork();
    CU_ASSERT_FATAL(child >= 0);
    if (child == 0) {
        _exit(work());
    }
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int bear_each_signal(void)
{
    static const int numbers[] = {SIGTERM, SIGUSR1, SIGXCPU, SIGUSR2, SIGTERM, SIGUSR1};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        raise(numbers[i]);
    }
    return fcnn_signals_stop();
}

static int interrupt_once(void)
{
    raise(SIGINT);
    return fcnn_signals_stop();
}

static int interrupt_twice(void)
{
    raise(SIGINT);
    raise(SIGINT);
    return 0;
}

static struct {
    fcnn_run_guard *guard;
    char status[1100];
} late;

static int asked_before_it_began(void)
{
    raise(SIGUSR1);
    fcnn_run_guard_begin(late.guard);
    return strncmp(harness_read_text(late.status), "stopping by SIGUSR1 at step ", 28) == 0 ? 0 : 1;
}

/* The folder's earlier run is finished, and that stays until this one has read and checked everything. */
static void a_stop_before_the_run_begins_is_noted_then(void)
{
    fcnn_comm *comm = harness_comm();
    char folder[1024];
    snprintf(folder, sizeof folder, "%s", harness_shared_path("late"));
    snprintf(late.status, sizeof late.status, "%s/status", folder);
    fcnn_config *config = fixture_config(folder, "train.watchdog=0", NULL);
    fcnn_train_catch_signals();
    HARNESS_OK(fcnn_run_guard_create(comm, config, &late.guard));
    fcnn_run_guard_end(late.guard, FCNN_OK, 200, 200);
    HARNESS_OK(fcnn_comm_agree(comm, FCNN_OK));
    HARNESS_OK(fcnn_run_guard_create(comm, config, &late.guard));
    CU_ASSERT(strncmp(harness_read_text(late.status), "finished", 8) == 0);
    HARNESS_OK(fcnn_comm_agree(comm, FCNN_OK));
    if (comm->rank == 0) {
        CU_ASSERT_EQUAL(in_child(asked_before_it_began), 0);
    }
    HARNESS_OK(fcnn_comm_agree(comm, FCNN_OK));
    fcnn_run_guard_end(late.guard, FCNN_OK, 200, 0);
    fcnn_config_destroy(config);
}

static void no_signal_ends_the_process_but_a_second_sigint(void)
{
    fcnn_train_catch_signals();
    CU_ASSERT_EQUAL(in_child(bear_each_signal), SIGTERM); /* the first */
    CU_ASSERT_EQUAL(in_child(interrupt_once), SIGINT);
    CU_ASSERT_EQUAL(in_child(interrupt_twice), -SIGINT);
    CU_ASSERT_EQUAL(fcnn_signals_stop(), 0);
    CU_ASSERT_STRING_EQUAL(fcnn_signals_name(SIGTERM), "SIGTERM");
    CU_ASSERT_STRING_EQUAL(fcnn_signals_name(SIGINT), "SIGINT");
    CU_ASSERT_STRING_EQUAL(fcnn_signals_name(SIGUSR1), "SIGUSR1");
    CU_ASSERT_STRING_EQUAL(fcnn_signals_name(SIGXCPU), "SIGXCPU");
}

/* The last test: the signal stays. */
static void a_signal_on_one_rank_stops_all(void)
{
    fcnn_comm *comm = harness_comm();
    const bool is_asked = comm->rank == comm->size - 1;
    fcnn_config *config = fixture_config(harness_shared_path(""), "output.time_limit=none", NULL);
    fcnn_exchange *exchange = new_exchange();
    fcnn_lifecycle lifecycle;
    fcnn_train_catch_signals();
    fcnn_lifecycle_start(&lifecycle, config, comm->rank == 0);
    CU_ASSERT_EQUAL(say(&lifecycle, exchange).stop, 0);
    if (is_asked) {
        raise(SIGUSR1);
    }
    for (int time = 0; time < 2; time++) {
        const heard words = say(&lifecycle, exchange);
        CU_ASSERT_EQUAL(words.stop, 1);
        CU_ASSERT_EQUAL(words.checkpoint, 0);
    }
    CU_ASSERT_EQUAL(fcnn_signals_stop(), is_asked ? SIGUSR1 : 0);
    const char *reason = fcnn_lifecycle_reason(&lifecycle);
    CU_ASSERT(is_asked ? reason != NULL && strcmp(reason, "SIGUSR1") == 0 : reason == NULL);
    fcnn_exchange_destroy(exchange);
    fcnn_config_destroy(config);
}

HARNESS_MAIN("lifecycle", {"a time limit stops all ranks in time", a_time_limit_stops_all_ranks_in_time},
             {"long steps stop earlier", long_steps_stop_earlier},
             {"the file STOP is obeyed once", the_file_stop_is_obeyed_once},
             {"checkpoints come by the minute", checkpoints_come_by_the_minute},
             {"SIGUSR2 asks for one checkpoint", sigusr2_asks_for_one_checkpoint},
             {"a stop before the run begins is noted then", a_stop_before_the_run_begins_is_noted_then},
             {"no signal ends the process but a second SIGINT", no_signal_ends_the_process_but_a_second_sigint},
             {"a signal on one rank stops all", a_signal_on_one_rank_stops_all})
