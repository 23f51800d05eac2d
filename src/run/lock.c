/* src/run/lock.c — the lock that lets only one run at a time use an output folder. */
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
#define WAIT_SECONDS 60 /* maximum wait for an earlier start of the same job */

struct fcnn_run_lock {
    int descriptor; /* of the file "lock"; closing it releases the lock */
};

/* ---- the owner ---- */

/* Describes this process: "job 4711 restart 1, process 123 on node7"; "process 123 on node7" without SLURM. */
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

/* Whether the owner is an earlier start of the SLURM job of this process. */
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
    /* not an error: the lock works without the owner's name, which only messages use */
    if (written != length || ftruncate(descriptor, length) != 0) {
        fcnn_log_warning("the name of this process could not be written to the file lock of the output folder: %s",
                         strerror(errno));
    }
}

/* ---- the lock ---- */

/* Returns 0 if the lock was obtained, otherwise an error number. */
static int try_lock(int descriptor)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(descriptor, F_OFD_SETLK, &whole) == 0 ? 0 : errno;
}

static bool is_taken(int error)
{
    return error == EAGAIN || error == EACCES;
}

/* Tries to lock; waits up to WAIT_SECONDS while an earlier start of this job holds the lock.  Returns as try_lock(). */
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
            fcnn_log_warning("waiting for %s to end, which still uses the output folder", holder);
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
        return fcnn_fail(
            FCNN_EOUTPUT,
            "output folder %s is in use by %s: wait until that run has ended, stop it, or choose another folder (--set "
            "output.directory=NAME)",
            folder, *holder != '\0' ? holder : "another run");
    }
    if (error != 0) {
        fcnn_log_warning("the file system of output folder %s does not support locks (%s): make sure that only one job "
                         "uses this folder",
                         folder, strerror(error));
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
        descriptor < 0 ? fcnn_fail(FCNN_EOUTPUT, "%s cannot be opened for writing: %s", path.data, strerror(errno))
                       : FCNN_OK;
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
