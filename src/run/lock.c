/* src/run/lock.c — one job at a time in a run's folder. */
#include "run/lock.h"

#include "core/file.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LONGEST_HOLDER 256
#define WAIT_SECONDS 60 /* for an earlier start of the same job */

struct fcnn_run_lock {
    int descriptor; /* of the file; closing it lets go */
};

/* ---- who ---- */

/* "job 4711 restart 1, process 123 on node7"; "process 123 on node7" without SLURM. */
static void name_holder(char out[LONGEST_HOLDER])
{
    char host[64] = "", job[96] = "";
    gethostname(host, sizeof host - 1);
    const char *id = getenv("SLURM_JOB_ID"), *restart = getenv("SLURM_RESTART_COUNT");
    if (id != NULL) {
        snprintf(job, sizeof job, "job %.40s restart %.20s, ", id, restart != NULL ? restart : "0");
    }
    snprintf(out, LONGEST_HOLDER - 1, "%sprocess %ld on %s", job, (long)getpid(), host);
}

/* Whether it is the job of this process, started before. */
static bool is_same_job(const char *holder)
{
    char head[64];
    const char *id = getenv("SLURM_JOB_ID");
    snprintf(head, sizeof head, "job %.40s restart ", id != NULL ? id : "");
    return id != NULL && strncmp(holder, head, strlen(head)) == 0;
}

static void read_holder(int descriptor, char out[LONGEST_HOLDER])
{
    const ssize_t length = pread(descriptor, out, LONGEST_HOLDER - 1, 0);
    out[length > 0 ? length : 0] = '\0';
    out[strcspn(out, "\n")] = '\0';
}

static void write_holder(int descriptor)
{
    char holder[LONGEST_HOLDER];
    name_holder(holder);
    strcat(holder, "\n");
    const ssize_t length = (ssize_t)strlen(holder);
    ssize_t written;
    do {
        written = pwrite(descriptor, holder, (size_t)length, 0);
    } while (written < 0 && errno == EINTR);
    /* without it the lock holds as well: only a message would lack the name */
    if (written != length || ftruncate(descriptor, length) != 0) {
        fcnn_log_warning("the run's lock cannot say who has it: %s", strerror(errno));
    }
}

/* ---- the lock ---- */

/* 0: it is ours, else an error number. */
static int try_lock(int descriptor)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(descriptor, F_OFD_SETLK, &whole) == 0 ? 0 : errno;
}

static bool is_taken(int error)
{
    return error == EAGAIN || error == EACCES;
}

/* Waits while an earlier start of this job has the lock, but not for ever. */
static int lock(int descriptor)
{
    char holder[LONGEST_HOLDER];
    int error = try_lock(descriptor);
    for (int second = 0; is_taken(error) && second < WAIT_SECONDS; second++) {
        read_holder(descriptor, holder);
        if (!is_same_job(holder)) {
            break;
        }
        if (second == 0) {
            fcnn_log_warning("waiting for %s to end: it has the run's folder", holder);
        }
        sleep(1);
        error = try_lock(descriptor);
    }
    return error;
}

static fcnn_status take(const char *folder, int descriptor)
{
    const int error = lock(descriptor);
    if (is_taken(error)) {
        char holder[LONGEST_HOLDER];
        read_holder(descriptor, holder);
        return fcnn_fail(FCNN_EOUTPUT,
                         "output folder %s is in use by %s: wait for it, end it, or write elsewhere (--set "
                         "output.directory=NAME)",
                         folder, *holder != '\0' ? holder : "another run");
    }
    if (error != 0) {
        fcnn_log_warning("the file system of %s has no locks (%s): see to it that one job alone runs in it", folder,
                         strerror(error));
    }
    write_holder(descriptor);
    return FCNN_OK;
}

fcnn_status fcnn_run_lock_take(const char *folder, fcnn_run_lock **out)
{
    fcnn_text path = {0};
    FCNN_TRY(fcnn_text_append(&path, "%s/lock", folder));
    const int descriptor = fcnn_file_open(path.data, O_RDWR | O_CREAT);
    fcnn_status status =
        descriptor < 0 ? fcnn_fail(FCNN_EOUTPUT, "%s: cannot be written: %s", path.data, strerror(errno)) : FCNN_OK;
    fcnn_text_clear(&path);
    FCNN_TRY(status);
    status = take(folder, descriptor);
    if (status == FCNN_OK) {
        status = fcnn_memory_create("the run's lock", 1, sizeof **out, out);
    }
    if (status != FCNN_OK) {
        close(descriptor);
        return status;
    }
    (*out)->descriptor = descriptor;
    return FCNN_OK;
}

void fcnn_run_lock_release(fcnn_run_lock *lock)
{
    if (lock != NULL) {
        close(lock->descriptor);
        free(lock);
    }
}
