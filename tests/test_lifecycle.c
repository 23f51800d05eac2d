/* tests/test_lifecycle.c — what a run is asked for from outside, and what it leaves in its folder.
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

/* ---- files ---- */

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(text, file);
    fclose(file);
}

static const char *read_text(const char *path)
{
    static char text[4096];
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return "(none)";
    }
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

/* A new folder of this rank's own; borrowed until the next call. */
static const char *new_folder(void)
{
    static char folder[1024];
    static int count;
    char name[32];
    snprintf(name, sizeof name, "folder%d", count++);
    snprintf(folder, sizeof folder, "%s", harness_path(name));
    HARNESS_OK(fcnn_run_folder_prepare(folder));
    return folder;
}

static const char *in(const char *folder, const char *name)
{
    static char path[1100];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* A config with a folder and up to two assignments. */
static fcnn_config *config_with(const char *folder, const char *a, const char *b)
{
    fcnn_config *config = NULL;
    HARNESS_OK(fcnn_config_parse("", 0, "test.ini", &config));
    CU_ASSERT_PTR_NOT_NULL_FATAL(config);
    char directory[1100];
    snprintf(directory, sizeof directory, "output.directory=%s", folder);
    HARNESS_OK(fcnn_config_set(config, directory));
    HARNESS_OK(fcnn_config_set(config, a));
    if (b != NULL) {
        HARNESS_OK(fcnn_config_set(config, b));
    }
    return config;
}

/* ---- time limits ---- */

static fcnn_time_limit limit_of(const char *text, double *seconds)
{
    char assignment[64];
    snprintf(assignment, sizeof assignment, "output.time_limit=%s", text);
    fcnn_config *config = config_with("x", *text != '\0' ? assignment : "output.time_limit=none", NULL);
    if (*text == '\0') {
        config->output_time_limit[0] = '\0'; /* which no reader lets through */
    }
    *seconds = -1;
    const fcnn_time_limit limit = fcnn_config_time_limit(config, seconds);
    fcnn_config_destroy(config);
    return limit;
}

static void times_are_read(void)
{
    static const struct {
        const char *text;
        double seconds;
    } good[] = {{"00:00:31", 31}, {"1:00:00", 3600},     {"100:59:59", 363599},
                {"0:0:0", 0},     {"000001:02:3", 3723}, {"999999:59:59", 3599999999.0}};
    static const char *const bad[] = {
        "1:60:00", "1:00:60", "5",        "1:30",    "1:2:3:4",  "",        "-1:00:00", "1::2",
        ":1:2",    "1:2:",    "1:00:00:", "1:00:0x", "+1:00:00", "1:0.5:0", "AUTO"};
    double seconds;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        CU_ASSERT_EQUAL(limit_of(good[i].text, &seconds), FCNN_TIME_LIMIT_GIVEN);
        CU_ASSERT_EQUAL(seconds, good[i].seconds);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CU_ASSERT_EQUAL(limit_of(bad[i], &seconds), FCNN_TIME_LIMIT_BAD);
    }
    CU_ASSERT_EQUAL(limit_of("auto", &seconds), FCNN_TIME_LIMIT_AUTO);
    CU_ASSERT_EQUAL(limit_of("none", &seconds), FCNN_TIME_LIMIT_NONE);
}

static double left_by(const char *time_limit)
{
    fcnn_config *config = config_with("x", time_limit, NULL);
    const double left = fcnn_time_limit_left(config);
    fcnn_config_destroy(config);
    return left;
}

/* ---- a SLURM that says what it is told ---- */

static char fake_answer[1024], fake_call[1024];

/* Puts a squeue in front of all others: it notes how it was called and prints a text. */
static void set_up_squeue(void)
{
    static bool done;
    char text[4096], path[8192];
    if (done) {
        return;
    }
    done = true;
    snprintf(fake_answer, sizeof fake_answer, "%s", harness_path("answer"));
    snprintf(fake_call, sizeof fake_call, "%s", harness_path("call"));
    CU_ASSERT_EQUAL_FATAL(mkdir(harness_path("bin"), 0777), 0);
    snprintf(text, sizeof text, "#!/bin/sh\necho \"$SLURM_TIME_FORMAT $*\" >>'%s'\ncat '%s'\n", fake_call, fake_answer);
    write_text(harness_path("bin/squeue"), text);
    CU_ASSERT_EQUAL_FATAL(chmod(harness_path("bin/squeue"), 0777), 0);
    snprintf(path, sizeof path, "%s:%s", harness_path("bin"), getenv("PATH"));
    setenv("PATH", path, 1);
}

/* What time_limit = auto makes of an answer to a job. */
static double left_in_job(const char *job, const char *answer)
{
    set_up_squeue();
    unlink(fake_call);
    write_text(fake_answer, answer);
    setenv("SLURM_JOB_ID", job, 1);
    const double left = left_by("output.time_limit=auto");
    unsetenv("SLURM_JOB_ID");
    return left;
}

/* As squeue prints it, so many seconds from now. */
static const char *time_in(int seconds)
{
    static char text[64];
    const time_t then = time(NULL) + seconds;
    struct tm parts;
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S\n", localtime_r(&then, &parts));
    return text;
}

static void slurm_tells_when_the_job_ends(void)
{
    CU_ASSERT_DOUBLE_EQUAL(left_in_job("4711", time_in(100)), 100, 3);
    CU_ASSERT(harness_same_text(read_text(fake_call), "standard -h -j 4711 -o %e\n"));
    CU_ASSERT_DOUBLE_EQUAL(left_in_job("4711_12", time_in(86400)), 86400, 3601);
    CU_ASSERT(harness_same_text(read_text(fake_call), "standard -h -j 4711_12 -o %e\n"));
    CU_ASSERT_DOUBLE_EQUAL(left_in_job("4711", time_in(-100)), -100, 3);
}

static void an_answer_that_is_no_time_sets_no_limit(void)
{
    static const char *const answers[] = {"NONE\n",
                                          "N/A\n",
                                          "",
                                          "\n",
                                          "Invalid job id specified\n",
                                          "17:00:00\n",
                                          "2026-13-45T17:00:00\n",
                                          "2026-05-04T17:00:00 or so\n",
                                          "100\n",
                                          "Unknown\n"};
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        CU_ASSERT_EQUAL(left_in_job("4711", answers[i]), INFINITY);
        CU_ASSERT(is_there(fake_call));
    }
}

static void only_auto_in_a_job_asks(void)
{
    set_up_squeue();
    unlink(fake_call);
    write_text(fake_answer, time_in(100));
    unsetenv("SLURM_JOB_ID");
    CU_ASSERT_EQUAL(left_by("output.time_limit=auto"), INFINITY);
    setenv("SLURM_JOB_ID", "4711", 1);
    CU_ASSERT_EQUAL(left_by("output.time_limit=none"), INFINITY);
    CU_ASSERT_EQUAL(left_by("output.time_limit=0:01:05"), 65);
    unsetenv("SLURM_JOB_ID");
    CU_ASSERT_FALSE(is_there(fake_call));
}

static void nothing_in_a_job_id_is_run(void)
{
    set_up_squeue();
    static const char *const patterns[] = {"1;touch %s", "$(touch %s)", "`touch %s`",  "1 -o x; touch %s",
                                           "1|touch %s", "1&touch %s&", "1\ntouch %s", "' touch %s",
                                           "../%s",      "-j"};
    char mark[1024], job[2048];
    snprintf(mark, sizeof mark, "%s", harness_path("mark"));
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        const char *place = strstr(patterns[i], "%s");
        const int head = place != NULL ? (int)(place - patterns[i]) : (int)strlen(patterns[i]);
        snprintf(job, sizeof job, "%.*s%s%s", head, patterns[i], place != NULL ? mark : "",
                 place != NULL ? place + 2 : "");
        CU_ASSERT_EQUAL(left_in_job(job, time_in(100)), INFINITY);
        CU_ASSERT_FALSE(is_there(fake_call));
        CU_ASSERT_FALSE(is_there(mark));
    }
    CU_ASSERT_EQUAL(left_in_job("", time_in(100)), INFINITY);
    CU_ASSERT_FALSE(is_there(fake_call));
}

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
    fcnn_pulse_go_on();
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

/* ---- the lock ---- */

static fcnn_run_lock *locked(const char *folder)
{
    fcnn_run_lock *lock = NULL;
    HARNESS_OK(fcnn_run_lock_take(folder, &lock));
    CU_ASSERT_PTR_NOT_NULL_FATAL(lock);
    return lock;
}

static void set_job(const char *id, const char *restart)
{
    if (id != NULL) {
        setenv("SLURM_JOB_ID", id, 1);
        setenv("SLURM_RESTART_COUNT", restart, 1);
    } else {
        unsetenv("SLURM_JOB_ID");
        unsetenv("SLURM_RESTART_COUNT");
    }
}

/* A second one is refused at once, and told who has the folder. */
static void expect_refused(const char *folder, const char *holder)
{
    fcnn_run_lock *second = NULL;
    const double begin = fcnn_clock_seconds();
    HARNESS_STATUS(fcnn_run_lock_take(folder, &second), FCNN_EOUTPUT);
    CU_ASSERT_PTR_NULL(second);
    CU_ASSERT(fcnn_clock_seconds() - begin < 0.9);
    HARNESS_ERROR_HAS(folder);
    HARNESS_ERROR_HAS(holder);
}

static void a_folder_in_use_is_refused_by_name(void)
{
    const char *folder = new_folder();
    char host[64] = "", holder[256];
    gethostname(host, sizeof host - 1);
    set_job(NULL, NULL);
    fcnn_run_lock *lock = locked(folder);
    snprintf(holder, sizeof holder, "in use by process %ld on %s:", (long)getpid(), host);
    expect_refused(folder, holder);
    set_job("4711", "0"); /* the holder is no job */
    expect_refused(folder, holder);
    fcnn_run_lock_release(lock);
    set_job("4711", "2");
    lock = locked(folder);
    snprintf(holder, sizeof holder, "in use by job 4711 restart 2, process %ld on %s:", (long)getpid(), host);
    set_job("471", "3"); /* is another job, as those below */
    expect_refused(folder, holder);
    set_job("47112", "0");
    expect_refused(folder, holder);
    set_job(NULL, NULL);
    expect_refused(folder, holder);
    fcnn_run_lock_release(lock);
    fcnn_run_lock_release(locked(folder));
    fcnn_run_lock_release(NULL);
    HARNESS_STATUS(fcnn_run_lock_take(in(folder, "absent"), &lock), FCNN_EOUTPUT);
}

static void release_later(void *data)
{
    sleep(2);
    fcnn_run_lock_release(data);
}

static void a_restart_waits_for_its_predecessor(void)
{
    const char *folder = new_folder();
    set_job("4711", "0");
    fcnn_run_lock *first = locked(folder);
    fcnn_worker *worker = NULL;
    const double begin = fcnn_clock_seconds();
    HARNESS_OK(fcnn_worker_start("the test", release_later, first, &worker));
    set_job("4711", "1");
    fcnn_run_lock *second = locked(folder);
    const double waited = fcnn_clock_seconds() - begin;
    CU_ASSERT(waited >= 1.9 && waited < 20);
    fcnn_worker_join(worker);
    CU_ASSERT(strstr(read_text(in(folder, "lock")), "job 4711 restart 1, process ") == read_text(in(folder, "lock")));
    fcnn_run_lock_release(second);
    set_job(NULL, NULL);
}

/* Another process that has the lock of a folder until it is killed. */
static pid_t start_holder(const char *folder)
{
    int ends[2];
    char byte;
    CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
    const pid_t child = fork();
    CU_ASSERT_FATAL(child >= 0);
    if (child == 0) {
        fcnn_run_lock *lock;
        const bool taken = fcnn_run_lock_take(folder, &lock) == FCNN_OK;
        const ssize_t told = taken ? write(ends[1], "x", 1) : 0;
        close(ends[1]);
        while (taken && told == 1) {
            pause();
        }
        _exit(1);
    }
    close(ends[1]);
    CU_ASSERT_EQUAL(read(ends[0], &byte, 1), 1);
    close(ends[0]);
    return child;
}

static void the_lock_of_a_killed_process_is_free(void)
{
    const char *folder = new_folder();
    char holder[64];
    set_job(NULL, NULL);
    const pid_t child = start_holder(folder);
    snprintf(holder, sizeof holder, "in use by process %ld on ", (long)child);
    expect_refused(folder, holder);
    kill(child, SIGKILL);
    CU_ASSERT_EQUAL(waitpid(child, NULL, 0), child);
    fcnn_run_lock_release(locked(folder));
}

/* ---- the status ---- */

static void the_status_is_one_line(void)
{
    const char *folder = new_folder();
    fcnn_status_line_write(folder, "running from step %d", 40);
    CU_ASSERT(harness_same_text(read_text(in(folder, "status")), "running from step 40\n"));
    fcnn_status_line_write(folder, "failed: %s", "one\ntwo\n\nthree\n");
    CU_ASSERT(harness_same_text(read_text(in(folder, "status")), "failed: one two  three \n"));
    char longest[3 * FCNN_ERROR_TEXT_SIZE];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    fcnn_status_line_write(folder, "failed: %s", longest);
    const char *text = read_text(in(folder, "status"));
    CU_ASSERT_EQUAL(strcspn(text, "\n"), strlen(text) - 1);
    CU_ASSERT(strlen(text) > FCNN_ERROR_TEXT_SIZE / 2 && strncmp(text, "failed: xxx", 11) == 0);
    CU_ASSERT_FALSE(fcnn_status_line_is_finished(folder));
    fcnn_status_line_write(folder, "finished at step %d", 7);
    CU_ASSERT(fcnn_status_line_is_finished(folder));
    CU_ASSERT_FALSE(fcnn_status_line_is_finished(in(folder, "absent")));
    /* no file can be made: the line goes over the one that is there */
    char temporary[64];
    snprintf(temporary, sizeof temporary, ".status.%ld.tmp", (long)getpid());
    CU_ASSERT_EQUAL(mkdir(in(folder, temporary), 0777), 0);
    fcnn_status_line_write(folder, "failed: no room");
    CU_ASSERT(harness_same_text(read_text(in(folder, "status")), "failed: no room\n"));
    CU_ASSERT_EQUAL(rmdir(in(folder, temporary)), 0);
    fcnn_status_line_write(in(folder, "absent"), "lost"); /* no more than a warning */
    CU_ASSERT_FALSE(is_there(in(folder, "absent")));
}

/* The guard of a run, in a folder of all ranks. */
static void a_run_has_its_folder_to_itself(void)
{
    fcnn_comm *comm = harness_comm();
    char folder[1024], status[1100], note[1100];
    snprintf(folder, sizeof folder, "%s", harness_shared_path("guarded/deep"));
    snprintf(status, sizeof status, "%s/status", folder);
    snprintf(note, sizeof note, "%s/hang.7", folder);
    fcnn_config *config = config_with(folder, "train.watchdog=0", NULL);
    fcnn_run_guard *guard = NULL, *second = NULL;
    if (comm->rank == 0) {
        HARNESS_OK(fcnn_run_folder_prepare(folder));
        write_text(note, "left over");
    }
    HARNESS_OK(fcnn_run_guard_create(comm, config, &guard));
    CU_ASSERT_FALSE(is_there(note));
    CU_ASSERT(strncmp(read_text(status), "running", 7) == 0);
    HARNESS_STATUS(fcnn_run_guard_create(comm, config, &second), FCNN_EOUTPUT);
    HARNESS_ERROR_HAS("in use by process ");
    CU_ASSERT(strncmp(read_text(status), "running", 7) == 0);
    HARNESS_OK(fcnn_comm_agree(comm, FCNN_OK));
    fcnn_run_guard_end(guard, FCNN_OK, 200, 160);
    HARNESS_OK(fcnn_comm_agree(comm, FCNN_OK));
    CU_ASSERT(harness_same_text(read_text(status), "finished at step 200, 160 steps in this run\n"));
    HARNESS_OK(fcnn_run_guard_create(comm, config, &guard));
    fcnn_run_guard_end(guard, FCNN_ESTOPPED, 120, 80);
    HARNESS_OK(fcnn_comm_agree(comm, FCNN_OK));
    CU_ASSERT(harness_same_text(read_text(status), "stopped with a checkpoint at step 120, 80 steps in this run\n"));
    fcnn_run_guard_end(NULL, FCNN_OK, 0, 0);
    fcnn_config_destroy(config);
}

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
    fcnn_config *config = config_with(harness_shared_path(""), a, b);
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
    fcnn_config *config = config_with(harness_shared_path(""), "output.time_limit=0:00:31", NULL);
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
        write_text(path, "");
    }
    CU_ASSERT_EQUAL(say_once("output.time_limit=none", NULL, 0, &reason).stop, 1);
    expect_reason(reason, "the file STOP");
    fcnn_config *config = config_with(harness_shared_path(""), "output.time_limit=none", NULL);
    fcnn_lifecycle_stopped(&(fcnn_lifecycle){.config = config, .out_of_time = true});
    HARNESS_OK(fcnn_comm_agree(comm, FCNN_OK));
    CU_ASSERT(is_there(path)); /* it was not what stopped the run */
    HARNESS_OK(fcnn_comm_agree(comm, FCNN_OK));
    if (comm->rank == 0) {
        fcnn_lifecycle_stopped(&(fcnn_lifecycle){.config = config, .stop_file = true});
    }
    HARNESS_OK(fcnn_comm_agree(comm, FCNN_OK));
    CU_ASSERT_FALSE(is_there(path));
    fcnn_config_destroy(config);
}

static void checkpoints_come_by_the_minute(void)
{
    fcnn_config *config =
        config_with(harness_shared_path(""), "output.time_limit=none", "output.checkpoint_minutes=0.005"); /* 0.3 s */
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
    fcnn_config *config = config_with(harness_shared_path(""), "output.time_limit=none", NULL);
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
    return strncmp(read_text(late.status), "stopping by SIGUSR1 at step ", 28) == 0 ? 0 : 1;
}

/* The folder's earlier run is finished, and that stays until this one has read and checked everything. */
static void a_stop_before_the_run_begins_is_noted_then(void)
{
    fcnn_comm *comm = harness_comm();
    char folder[1024];
    snprintf(folder, sizeof folder, "%s", harness_shared_path("late"));
    snprintf(late.status, sizeof late.status, "%s/status", folder);
    fcnn_config *config = config_with(folder, "train.watchdog=0", NULL);
    fcnn_train_catch_signals();
    HARNESS_OK(fcnn_run_guard_create(comm, config, &late.guard));
    fcnn_run_guard_end(late.guard, FCNN_OK, 200, 200);
    HARNESS_OK(fcnn_comm_agree(comm, FCNN_OK));
    HARNESS_OK(fcnn_run_guard_create(comm, config, &late.guard));
    CU_ASSERT(strncmp(read_text(late.status), "finished", 8) == 0);
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
    fcnn_config *config = config_with(harness_shared_path(""), "output.time_limit=none", NULL);
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

HARNESS_MAIN("lifecycle", {"times are read", times_are_read},
             {"SLURM tells when the job ends", slurm_tells_when_the_job_ends},
             {"an answer that is no time sets no limit", an_answer_that_is_no_time_sets_no_limit},
             {"only auto in a job asks", only_auto_in_a_job_asks},
             {"nothing in a job id is run", nothing_in_a_job_id_is_run},
             {"a worker runs and hears no signals", a_worker_runs_and_hears_no_signals},
             {"the pulse tells what is done", the_pulse_tells_what_is_done},
             {"a folder in use is refused by name", a_folder_in_use_is_refused_by_name},
             {"a restart waits for its predecessor", a_restart_waits_for_its_predecessor},
             {"the lock of a killed process is free", the_lock_of_a_killed_process_is_free},
             {"the status is one line", the_status_is_one_line},
             {"a run has its folder to itself", a_run_has_its_folder_to_itself},
             {"a time limit stops all ranks in time", a_time_limit_stops_all_ranks_in_time},
             {"long steps stop earlier", long_steps_stop_earlier},
             {"the file STOP is obeyed once", the_file_stop_is_obeyed_once},
             {"checkpoints come by the minute", checkpoints_come_by_the_minute},
             {"SIGUSR2 asks for one checkpoint", sigusr2_asks_for_one_checkpoint},
             {"a stop before the run begins is noted then", a_stop_before_the_run_begins_is_noted_then},
             {"no signal ends the process but a second SIGINT", no_signal_ends_the_process_but_a_second_sigint},
             {"a signal on one rank stops all", a_signal_on_one_rank_stops_all})
