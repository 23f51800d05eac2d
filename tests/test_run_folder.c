/* tests/test_run_folder.c — the folder of a run: its lock, its status, and the files that stay or go. */
#include "fixture.h"
#include "harness.h"

#include "core/clock.h"
#include "core/signals.h"
#include "core/worker.h"
#include "files/atomic_file.h"
#include "run/folder.h"
#include "run/guard.h"
#include "run/lock.h"
#include "run/status_line.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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
    const char *folder = harness_new_folder();
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
    HARNESS_STATUS(fcnn_run_lock_take(harness_in(folder, "absent"), &lock), FCNN_EOUTPUT);
}

static void release_later(void *data)
{
    sleep(2);
    fcnn_run_lock_release(data);
}

static void a_restart_waits_for_its_predecessor(void)
{
    const char *folder = harness_new_folder();
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
    CU_ASSERT(strstr(harness_read_text(harness_in(folder, "lock")), "job 4711 restart 1, process ") ==
              harness_read_text(harness_in(folder, "lock")));
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
    const char *folder = harness_new_folder();
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
    const char *folder = harness_new_folder();
    fcnn_status_line_write(folder, "running from step %d", 40);
    CU_ASSERT(harness_same_text(harness_read_text(harness_in(folder, "status")), "running from step 40\n"));
    fcnn_status_line_write(folder, "failed: %s", "one\ntwo\n\nthree\n");
    CU_ASSERT(harness_same_text(harness_read_text(harness_in(folder, "status")), "failed: one two  three \n"));
    char longest[3 * FCNN_ERROR_TEXT_SIZE];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    fcnn_status_line_write(folder, "failed: %s", longest);
    const char *text = harness_read_text(harness_in(folder, "status"));
    CU_ASSERT_EQUAL(strcspn(text, "\n"), strlen(text) - 1);
    CU_ASSERT(strlen(text) > FCNN_ERROR_TEXT_SIZE / 2 && strncmp(text, "failed: xxx", 11) == 0);
    CU_ASSERT_FALSE(fcnn_status_line_is_finished(folder));
    fcnn_status_line_write(folder, "finished at step %d", 7);
    CU_ASSERT(fcnn_status_line_is_finished(folder));
    CU_ASSERT_FALSE(fcnn_status_line_is_finished(harness_in(folder, "absent")));
    /* no file can be made: the line goes over the one that is there */
    char temporary[64];
    snprintf(temporary, sizeof temporary, ".status.%ld.tmp", (long)getpid());
    CU_ASSERT_EQUAL(mkdir(harness_in(folder, temporary), 0777), 0);
    fcnn_status_line_write(folder, "failed: no room");
    CU_ASSERT(harness_same_text(harness_read_text(harness_in(folder, "status")), "failed: no room\n"));
    CU_ASSERT_EQUAL(rmdir(harness_in(folder, temporary)), 0);
    fcnn_status_line_write(harness_in(folder, "absent"), "lost"); /* no more than a warning */
    CU_ASSERT_FALSE(harness_exists(harness_in(folder, "absent")));
}

/* The guard of a run, in a folder of all ranks. */
static void a_run_has_its_folder_to_itself(void)
{
    fcnn_comm *comm = harness_comm();
    char folder[1024], status[1100], note[1100];
    snprintf(folder, sizeof folder, "%s", harness_shared_path("guarded/deep"));
    snprintf(status, sizeof status, "%s/status", folder);
    snprintf(note, sizeof note, "%s/hang.7", folder);
    fcnn_config *config = fixture_config(folder, "train.watchdog=0", NULL);
    fcnn_run_guard *guard = NULL, *second = NULL;
    if (comm->rank == 0) {
        HARNESS_OK(fcnn_run_folder_prepare(folder));
        harness_write_text(note, "left over");
    }
    HARNESS_OK(fcnn_run_guard_create(comm, config, &guard));
    CU_ASSERT_FALSE(harness_exists(note));
    CU_ASSERT(strncmp(harness_read_text(status), "running", 7) == 0);
    HARNESS_STATUS(fcnn_run_guard_create(comm, config, &second), FCNN_EOUTPUT);
    HARNESS_ERROR_HAS("in use by process ");
    CU_ASSERT(strncmp(harness_read_text(status), "running", 7) == 0);
    HARNESS_OK(fcnn_comm_agree(comm, FCNN_OK));
    fcnn_run_guard_end(guard, FCNN_OK, 200, 160);
    HARNESS_OK(fcnn_comm_agree(comm, FCNN_OK));
    CU_ASSERT(harness_same_text(harness_read_text(status), "finished at step 200, 160 steps in this run\n"));
    HARNESS_OK(fcnn_run_guard_create(comm, config, &guard));
    fcnn_run_guard_end(guard, FCNN_ESTOPPED, 120, 80);
    HARNESS_OK(fcnn_comm_agree(comm, FCNN_OK));
    CU_ASSERT(
        harness_same_text(harness_read_text(status), "stopped with a checkpoint at step 120, 80 steps in this run\n"));
    fcnn_run_guard_end(NULL, FCNN_OK, 0, 0);
    fcnn_config_destroy(config);
}

/* ---- what lies in the folder ---- */

static void what_killed_runs_left_goes_and_nothing_else(void)
{
    static const char *const left[] = {
        ".checkpoint-12.h5.4711-0.tmp", ".model.h5.4711-3.tmp", ".status.1-22.tmp", "hang", "hang.0", "hang.17"};
    static const char *const kept[] = {
        "checkpoint-12.h5",        "model.h5",          "status",  "lock", "STOP", "hangar", "hang-up", "notes.tmp",
        ".predictions.h5.1-2.tmp", ".checkpoint-12.h5", ".hang.0", "tmp"};
    const char *folder = harness_new_folder();
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        harness_write_text(harness_in(folder, kept[i]), kept[i]);
    }
    char before[2048];
    snprintf(before, sizeof before, "%s", harness_names_in(folder));
    for (size_t i = 0; i < sizeof left / sizeof *left; i++) {
        harness_write_text(harness_in(folder, left[i]), left[i]);
    }
    fcnn_atomic_file *files[3]; /* temporaries as they are really called */
    static const char *const targets[] = {"checkpoint-9.h5", "model.h5", "status"};
    for (int i = 0; i < 3; i++) {
        HARNESS_OK(fcnn_atomic_file_begin(harness_in(folder, targets[i]), &files[i]));
    }
    fcnn_run_folder_clean(folder);
    CU_ASSERT(harness_same_text(harness_names_in(folder), before));
    fcnn_run_folder_clean(harness_in(folder, "no such folder"));
    for (int i = 0; i < 3; i++) {
        fcnn_atomic_file_abandon(files[i]);
    }
}

static const char *folder_of_four(void)
{
    const char *folder = harness_new_folder();
    static const char *const names[] = {
        "checkpoint-0.h5", "checkpoint-9.h5", "checkpoint-10.h5",    "checkpoint-200.h5", "model.h5",
        "status",          "checkpoint-.h5",  "checkpoint-7.h5.bak", "checkpoint--7.h5",  "checkpoint-x.h5"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        harness_write_text(harness_in(folder, names[i]), names[i]);
    }
    return folder;
}

#define FOREIGN "checkpoint--7.h5 checkpoint-.h5 "
#define FOREIGN_TOO "checkpoint-7.h5.bak "
#define FOREIGN_LAST "checkpoint-x.h5 "

static void checkpoints_are_listed_from_the_newest(void)
{
    int64_t *steps, count;
    HARNESS_OK(fcnn_run_folder_checkpoints(folder_of_four(), &steps, &count));
    CU_ASSERT_EQUAL_FATAL(count, 4);
    CU_ASSERT(steps[0] == 200 && steps[1] == 10 && steps[2] == 9 && steps[3] == 0);
    free(steps);
    HARNESS_OK(fcnn_run_folder_checkpoints(harness_path("no such folder"), &steps, &count));
    CU_ASSERT_EQUAL(count, 0);
    free(steps);
}

static void going_back_removes_later_checkpoints(void)
{
    const char *folder = folder_of_four();
    HARNESS_OK(fcnn_run_folder_go_back(folder, 9));
    CU_ASSERT(harness_same_text(harness_names_in(folder), FOREIGN "checkpoint-0.h5 " FOREIGN_TOO
                                                                  "checkpoint-9.h5 " FOREIGN_LAST "model.h5 status "));
    HARNESS_OK(fcnn_run_folder_go_back(folder, 0));
    CU_ASSERT(harness_same_text(harness_names_in(folder),
                                FOREIGN "checkpoint-0.h5 " FOREIGN_TOO FOREIGN_LAST "model.h5 status "));
    CU_ASSERT_EQUAL(unlink(harness_in(folder, "checkpoint-0.h5")), 0);
    CU_ASSERT_EQUAL(mkdir(harness_in(folder, "checkpoint-5.h5"), 0777), 0);
    HARNESS_STATUS(fcnn_run_folder_go_back(folder, 4), FCNN_EOUTPUT);
    HARNESS_ERROR_HAS("checkpoint-5.h5 cannot be removed");
}

static void emptying_removes_checkpoints_and_model(void)
{
    const char *folder = folder_of_four();
    HARNESS_OK(fcnn_run_folder_empty(folder));
    CU_ASSERT(harness_same_text(harness_names_in(folder), FOREIGN FOREIGN_TOO FOREIGN_LAST "status "));
    HARNESS_OK(fcnn_run_folder_empty(folder));
    HARNESS_OK(fcnn_run_folder_empty(harness_path("no such folder")));
}

HARNESS_MAIN("run_folder", {"a folder in use is refused by name", a_folder_in_use_is_refused_by_name},
             {"a restart waits for its predecessor", a_restart_waits_for_its_predecessor},
             {"the lock of a killed process is free", the_lock_of_a_killed_process_is_free},
             {"the status is one line", the_status_is_one_line},
             {"a run has its folder to itself", a_run_has_its_folder_to_itself},
             {"what killed runs left goes and nothing else", what_killed_runs_left_goes_and_nothing_else},
             {"checkpoints are listed from the newest", checkpoints_are_listed_from_the_newest},
             {"going back removes later checkpoints", going_back_removes_later_checkpoints},
             {"emptying removes checkpoints and model", emptying_removes_checkpoints_and_model})
