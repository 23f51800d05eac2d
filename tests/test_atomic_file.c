/* tests/test_atomic_file.c — files that are there whole or not at all, under every failing system call.
 *
 * The suite's own write, fsync and rename stand before the C library's; while a plan is in force they note what
 * is called for a regular file and fail as planned. */
#include "harness.h"

#include "files/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- system calls on a leash ---- */

static struct {
    bool on;
    char called[64]; /* w: write, s: fsync of a file, d: fsync of a folder, r: rename */
    int fail_at;     /* the index in called of the call that fails; −1: none */
    int error;       /* with this errno */
    size_t shortest; /* writes take no more bytes than this; 0: no limit */
} plan;

/* Notes a call; true if it is to fail. */
static bool note(char call)
{
    const size_t length = strlen(plan.called);
    if (length + 1 < sizeof plan.called) {
        plan.called[length] = call;
    }
    errno = plan.error;
    return (int)length == plan.fail_at;
}

static mode_t mode_of(int descriptor)
{
    struct stat info;
    return fstat(descriptor, &info) == 0 ? info.st_mode : 0;
}

ssize_t write(int descriptor, const void *data, size_t bytes)
{
    if (plan.on && S_ISREG(mode_of(descriptor))) {
        if (note('w')) {
            return -1;
        }
        bytes = plan.shortest > 0 && bytes > plan.shortest ? plan.shortest : bytes;
    }
    return syscall(SYS_write, descriptor, data, bytes);
}

int fsync(int descriptor)
{
    if (plan.on && note(S_ISDIR(mode_of(descriptor)) ? 'd' : 's')) {
        return -1;
    }
    return (int)syscall(SYS_fsync, descriptor);
}

int rename(const char *from, const char *to)
{
    if (plan.on && note('r')) {
        return -1;
    }
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

static void plan_failure(int fail_at, int error, size_t shortest)
{
    memset(&plan, 0, sizeof plan);
    plan.fail_at = fail_at;
    plan.error = error;
    plan.shortest = shortest;
    plan.on = true;
}

/* ---- tests ---- */

static void head_and_data_are_written(void)
{
    const char *path = harness_path("a");
    HARNESS_OK(fcnn_atomic_file_write(path, "head-", 5, "data", 4));
    CU_ASSERT(harness_same_text(harness_read_text(path), "head-data"));
    HARNESS_OK(fcnn_atomic_file_write(path, NULL, 0, "x", 1));
    CU_ASSERT(harness_same_text(harness_read_text(path), "x"));
    HARNESS_OK(fcnn_atomic_file_write(path, NULL, 0, NULL, 0));
    CU_ASSERT(harness_same_text(harness_read_text(path), ""));
    CU_ASSERT_EQUAL(harness_temporaries(), 0);
}

/* Written, then synced, then renamed, then the folder synced: no other order survives a power cut. */
static void steps_come_in_order(void)
{
    const char *path = harness_path("order");
    plan_failure(-1, 0, 0);
    HARNESS_OK(fcnn_atomic_file_write(path, "head-", 5, "data", 4));
    plan.on = false;
    CU_ASSERT(harness_same_text(plan.called, "wwsrd"));
}

static void short_writes_go_on(void)
{
    const char *path = harness_path("short");
    plan_failure(-1, 0, 3);
    HARNESS_OK(fcnn_atomic_file_write(path, "head-", 5, "data", 4));
    plan.on = false;
    CU_ASSERT(harness_same_text(plan.called, "wwwwsrd"));
    CU_ASSERT(harness_same_text(harness_read_text(path), "head-data"));
}

static void interrupted_calls_go_on(void)
{
    const char *path = harness_path("interrupted");
    for (int at = 0; at < 3; at++) { /* both writes, the sync */
        plan_failure(at, EINTR, 0);
        HARNESS_OK(fcnn_atomic_file_write(path, "head-", 5, "data", 4));
        plan.on = false;
        CU_ASSERT_EQUAL(strlen(plan.called), 6);
        CU_ASSERT(harness_same_text(harness_read_text(path), "head-data"));
    }
}

static void failures_leave_the_target_alone(void)
{
    const char *path = harness_path("kept");
    harness_write_text(path, "before");
    for (int at = 0; at < 4; at++) { /* both writes, the sync, the renaming */
        plan_failure(at, ENOSPC, 0);
        HARNESS_STATUS(fcnn_atomic_file_write(path, "head-", 5, "data", 4), FCNN_EOUTPUT);
        plan.on = false;
        HARNESS_ERROR_HAS(path);
        HARNESS_ERROR_HAS("No space left on device");
        CU_ASSERT_EQUAL((int)strlen(plan.called), at + 1);
        CU_ASSERT(harness_same_text(harness_read_text(path), "before"));
        CU_ASSERT_EQUAL(harness_temporaries(), 0);
    }
}

static void a_folder_that_cannot_be_synced_is_an_error(void)
{
    const char *path = harness_path("synced");
    plan_failure(4, EIO, 0);
    HARNESS_STATUS(fcnn_atomic_file_write(path, "head-", 5, "data", 4), FCNN_EOUTPUT);
    plan_failure(4, EINVAL, 0); /* a file system that has no such thing */
    HARNESS_OK(fcnn_atomic_file_write(path, "head-", 5, "data", 4));
    plan.on = false;
    CU_ASSERT_EQUAL(harness_temporaries(), 0);
}

static void a_large_file_is_committed_or_abandoned(void)
{
    const char *path = harness_path("large");
    fcnn_atomic_file *file = NULL;
    harness_write_text(path, "before");
    HARNESS_OK(fcnn_atomic_file_begin(path, &file));
    harness_write_text(fcnn_atomic_file_temporary(file), "after");
    CU_ASSERT(harness_same_text(harness_read_text(path), "before"));
    CU_ASSERT_EQUAL(harness_temporaries(), 1);
    fcnn_atomic_file_abandon(file);
    CU_ASSERT(harness_same_text(harness_read_text(path), "before"));
    CU_ASSERT_EQUAL(harness_temporaries(), 0);
    HARNESS_OK(fcnn_atomic_file_begin(path, &file));
    harness_write_text(fcnn_atomic_file_temporary(file), "after");
    HARNESS_OK(fcnn_atomic_file_commit(file));
    CU_ASSERT(harness_same_text(harness_read_text(path), "after"));
    CU_ASSERT_EQUAL(harness_temporaries(), 0);
    fcnn_atomic_file_abandon(NULL);
}

static void two_writers_do_not_meet(void)
{
    const char *path = harness_path("two");
    fcnn_atomic_file *one = NULL, *two = NULL;
    HARNESS_OK(fcnn_atomic_file_begin(path, &one));
    HARNESS_OK(fcnn_atomic_file_begin(path, &two));
    CU_ASSERT_STRING_NOT_EQUAL(fcnn_atomic_file_temporary(one), fcnn_atomic_file_temporary(two));
    harness_write_text(fcnn_atomic_file_temporary(one), "one");
    harness_write_text(fcnn_atomic_file_temporary(two), "two");
    HARNESS_OK(fcnn_atomic_file_commit(two));
    HARNESS_OK(fcnn_atomic_file_commit(one));
    CU_ASSERT(harness_same_text(harness_read_text(path), "one"));
}

/* The temporary of a process that was killed is not written to, whoever may have the same number now. */
static void foreign_temporaries_are_left_alone(void)
{
    const char *path = harness_path("foreign");
    fcnn_atomic_file *one = NULL, *two = NULL;
    char next[1100];
    HARNESS_OK(fcnn_atomic_file_begin(path, &one));
    snprintf(next, sizeof next, "%s", fcnn_atomic_file_temporary(one));
    char *number = strrchr(next, '-') + 1;
    snprintf(number, sizeof next - (size_t)(number - next), "%d.tmp", atoi(number) + 1);
    harness_write_text(next, "foreign");
    HARNESS_OK(fcnn_atomic_file_begin(path, &two));
    CU_ASSERT_STRING_NOT_EQUAL(fcnn_atomic_file_temporary(two), next);
    fcnn_atomic_file_abandon(two);
    fcnn_atomic_file_abandon(one);
    CU_ASSERT(harness_same_text(harness_read_text(next), "foreign"));
    unlink(next);
}

static void files_are_copied(void)
{
    const char *path = harness_path("copy");
    fcnn_atomic_file *file = NULL;
    harness_write_text(path, "original");
    HARNESS_OK(fcnn_atomic_file_begin(path, &file));
    HARNESS_OK(fcnn_atomic_file_copy(file, path));
    CU_ASSERT(harness_same_text(harness_read_text(fcnn_atomic_file_temporary(file)), "original"));
    HARNESS_STATUS(fcnn_atomic_file_copy(file, harness_path("absent")), FCNN_EINPUT);
    fcnn_atomic_file_abandon(file);
}

static void permissions_are_kept(void)
{
    const char *path = harness_path("mode");
    struct stat info = {0};
    harness_write_text(path, "before");
    chmod(path, 0640);
    HARNESS_OK(fcnn_atomic_file_write(path, NULL, 0, "x", 1));
    stat(path, &info);
    CU_ASSERT_EQUAL(info.st_mode & 0777, 0640);
}

static void links_are_followed(void)
{
    const char *path = harness_path("linked"), *name = harness_path("link");
    struct stat info = {0};
    harness_write_text(path, "before");
    CU_ASSERT_EQUAL(symlink("linked", name), 0);
    HARNESS_OK(fcnn_atomic_file_write(name, NULL, 0, "after", 5));
    CU_ASSERT(harness_same_text(harness_read_text(path), "after"));
    lstat(name, &info);
    CU_ASSERT(S_ISLNK(info.st_mode));
}

static void impossible_targets_are_refused(void)
{
    HARNESS_STATUS(fcnn_atomic_file_write(harness_path(""), NULL, 0, "x", 1), FCNN_EOUTPUT);
    HARNESS_ERROR_HAS("a folder");
    HARNESS_STATUS(fcnn_atomic_file_write(harness_path("no/such"), NULL, 0, "x", 1), FCNN_EOUTPUT);
    HARNESS_ERROR_HAS("there is no folder");
    HARNESS_STATUS(fcnn_atomic_file_write("/dev/null", NULL, 0, "x", 1), FCNN_EOUTPUT);
    HARNESS_ERROR_HAS("/dev/null: cannot be written: it is not a regular file");
    HARNESS_STATUS(fcnn_atomic_file_write("/proc/x", NULL, 0, "x", 1), FCNN_EOUTPUT);
    HARNESS_STATUS(fcnn_atomic_file_write("", NULL, 0, "x", 1), FCNN_EOUTPUT);
    const char *path = harness_path("file");
    harness_write_text(path, "before");
    char below[1100];
    snprintf(below, sizeof below, "%s/x", path);
    HARNESS_STATUS(fcnn_atomic_file_write(below, NULL, 0, "x", 1), FCNN_EOUTPUT);
    HARNESS_ERROR_HAS("Not a directory");
}

static void a_bare_name_goes_to_the_working_folder(void)
{
    char before[1024];
    CU_ASSERT_PTR_NOT_NULL_FATAL(getcwd(before, sizeof before));
    CU_ASSERT_EQUAL_FATAL(chdir(harness_path("")), 0);
    HARNESS_OK(fcnn_atomic_file_write("bare", NULL, 0, "x", 1));
    CU_ASSERT(harness_same_text(harness_read_text("bare"), "x"));
    CU_ASSERT_EQUAL(chdir(before), 0);
}

HARNESS_MAIN("atomic_file", {"head and data are written", head_and_data_are_written},
             {"steps come in order", steps_come_in_order}, {"short writes go on", short_writes_go_on},
             {"interrupted calls go on", interrupted_calls_go_on},
             {"failures leave the target alone", failures_leave_the_target_alone},
             {"a folder that cannot be synced is an error", a_folder_that_cannot_be_synced_is_an_error},
             {"a large file is committed or abandoned", a_large_file_is_committed_or_abandoned},
             {"two writers do not meet", two_writers_do_not_meet},
             {"foreign temporaries are left alone", foreign_temporaries_are_left_alone},
             {"files are copied", files_are_copied}, {"permissions are kept", permissions_are_kept},
             {"links are followed", links_are_followed},
             {"impossible targets are refused", impossible_targets_are_refused},
             {"a bare name goes to the working folder", a_bare_name_goes_to_the_working_folder})
