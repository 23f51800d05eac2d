/* src/run/watchdog.c — ends a run that hangs. */
#include "run/watchdog.h"

#include "core/file.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/pulse.h"
#include "core/worker.h"
#include "run/status_line.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LONGEST_PATH 4200
#define LONGEST_NOTE 512
#define LONGEST_VERDICT 2048
#define SHORTEST_INTERVAL 0.1 /* seconds between two polls */
#define LONGEST_INTERVAL 30.0
#define ANSWER_POLLS 3 /* number of polls within which every live rank must have written its note */
#define HUNG_CODE 70

/* The note of a rank, the contents of the file hang.<rank>. */
typedef struct hang_note {
    bool present;
    int64_t step;
    double still; /* seconds without progress */
    int phase;
    bool has_stepped;
} hang_note;

struct fcnn_watchdog {
    fcnn_worker *worker;
    fcnn_worker *second; /* observes the first, which may hang if the file system of the folder does */
    atomic_uint polls;   /* made by the first thread */
    int ends[2];         /* a pipe: closing ends[1] ends both threads */
    const fcnn_topology *topology;
    const char *folder;
    int rank, size;
    bool is_shared;           /* all ranks can access the folder */
    double seconds, interval; /* time without progress that is allowed; time between two polls */
    double still;             /* seconds without progress */
    double suspected;         /* seconds for which this rank has suspected a hang */
    bool noted;               /* this rank has written its note */
    hang_note *notes;         /* [ranks] */
};

/* ---- notes ---- */

static void note_path(const fcnn_watchdog *watchdog, int rank, char out[LONGEST_PATH])
{
    snprintf(out, LONGEST_PATH, "%s/hang.%d", watchdog->folder, rank);
}

static void write_note(const fcnn_watchdog *watchdog, const fcnn_pulse *pulse)
{
    char path[LONGEST_PATH];
    note_path(watchdog, watchdog->rank, path);
    const int descriptor = fcnn_file_open(path, O_WRONLY | O_CREAT);
    if (descriptor < 0) {
        return;
    }
    char text[LONGEST_NOTE];
    snprintf(text, sizeof text, "step %" PRId64 " phase %d stepped %d still %.1f s: rank %d on %s is %s\n", pulse->step,
             (int)pulse->phase, pulse->has_stepped, watchdog->still, watchdog->rank,
             fcnn_topology_host(watchdog->topology, watchdog->rank), fcnn_phase_text(pulse->phase));
    const ssize_t length = (ssize_t)strlen(text);
    if (pwrite(descriptor, text, (size_t)length, 0) != length || ftruncate(descriptor, length) != 0) {
        /* The disk is full: the length of an empty file, in tenths of a second, needs no space. */
        (void)!ftruncate(descriptor, 0);
        (void)!ftruncate(descriptor, 1 + (off_t)(10 * watchdog->still));
    }
    close(descriptor);
}

static void remove_note(const fcnn_watchdog *watchdog)
{
    char path[LONGEST_PATH];
    note_path(watchdog, watchdog->rank, path);
    unlink(path);
}

static hang_note read_note(const fcnn_watchdog *watchdog, int rank)
{
    char path[LONGEST_PATH];
    note_path(watchdog, rank, path);
    const int descriptor = fcnn_file_open(path, O_RDONLY);
    if (descriptor < 0) {
        return (hang_note){.present =
                               errno != ENOENT}; /* a note that cannot be read still shows that the rank is alive */
    }
    hang_note note = {.present = true};
    char text[LONGEST_NOTE] = "";
    int stepped = 0;
    struct stat info;
    const ssize_t length = read(descriptor, text, sizeof text - 1);
    if (sscanf(text, "step %" SCNd64 " phase %d stepped %d still %lf", &note.step, &note.phase, &stepped,
               &note.still) != 4) {
        /* The note is being written, or the disk is full. */
        note.still = length > 0 && text[0] == '\0' && fstat(descriptor, &info) == 0 ? (double)info.st_size / 10 : 0;
    }
    note.has_stepped = stepped != 0;
    close(descriptor);
    return note;
}

/* The file "hang" exists while a rank suspects a hang. */
static void alarm_path(const fcnn_watchdog *watchdog, char out[LONGEST_PATH])
{
    snprintf(out, LONGEST_PATH, "%s/hang", watchdog->folder);
}

static void raise_alarm(const fcnn_watchdog *watchdog)
{
    char path[LONGEST_PATH];
    alarm_path(watchdog, path);
    const int descriptor = fcnn_file_open(path, O_WRONLY | O_CREAT);
    if (descriptor >= 0) {
        close(descriptor);
    }
}

static void end_alarm(const fcnn_watchdog *watchdog)
{
    char path[LONGEST_PATH];
    alarm_path(watchdog, path);
    unlink(path);
}

static bool is_alarmed(const fcnn_watchdog *watchdog)
{
    char path[LONGEST_PATH];
    alarm_path(watchdog, path);
    return access(path, F_OK) == 0;
}

/* ---- the verdict ---- */

/* Appends to a text of LONGEST_VERDICT bytes.  It allocates no memory, because the hanging thread may hold the lock of
 * the allocator. */
static void append(char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void append(char *text, const char *format, ...)
{
    const size_t length = strlen(text);
    va_list args;
    va_start(args, format);
    vsnprintf(text + length, LONGEST_VERDICT - length, format, args);
    va_end(args);
}

static void describe(const fcnn_watchdog *watchdog, char *text)
{
    enum { SHOWN = 16 };
    int shown = 0;
    for (int rank = 0; rank < watchdog->size && shown < SHOWN; rank++) {
        const hang_note *note = &watchdog->notes[rank];
        const char *host = fcnn_topology_host(watchdog->topology, rank);
        if (!note->present) {
            append(text, "; rank %d on %s does not respond", rank, host);
        } else if (note->phase != FCNN_PHASE_EXCHANGING || watchdog->size == 1) {
            append(text, "; rank %d on %s is %s", rank, host, fcnn_phase_text((fcnn_phase)note->phase));
        } else {
            continue;
        }
        shown++;
    }
    if (shown == SHOWN) {
        append(text, "; …");
    }
}

static void end_process(void)
{
    _exit(HUNG_CODE);
}

/* Ends this process; all live ranks do the same.  The rank that speaks reports which ranks do not respond. */
static void end_run(const fcnn_watchdog *watchdog, int64_t step, bool speaks)
{
    if (speaks) {
        char text[LONGEST_VERDICT] = "";
        append(text, "hung: no progress for %.0f s after step %" PRId64, watchdog->still, step);
        describe(watchdog, text);
        fcnn_status_line_write(watchdog->folder, "failed: %s", text);
        fcnn_log_fatal("%s (train.watchdog = %.0f; the reports of the ranks are in %s/hang.*)", text, watchdog->seconds,
                       watchdog->folder);
    } else {
        sleep(1); /* let the rank that speaks write its message first */
    }
    end_process();
}

/* Reads the notes of all ranks, and ends the run if they show that it hangs. */
static void judge(const fcnn_watchdog *watchdog, const fcnn_pulse *pulse)
{
    bool all_still = true, any_missing = false, has_stepped = pulse->has_stepped;
    int lowest = watchdog->size;
    for (int rank = 0; rank < watchdog->size; rank++) {
        hang_note *note = &watchdog->notes[rank];
        *note = read_note(watchdog, rank);
        any_missing = any_missing || !note->present;
        all_still = all_still && (!note->present || note->still >= watchdog->seconds);
        has_stepped = has_stepped || note->has_stepped;
        lowest = note->present && rank < lowest ? rank : lowest;
    }
    if ((any_missing && watchdog->is_shared) || (all_still && has_stepped)) {
        end_run(watchdog, pulse->step, lowest == watchdog->rank || lowest == watchdog->size);
    }
}

/* ---- the watch ---- */

/* Writes the note of this rank while any rank suspects a hang.  A rank that suspects one reads the notes of the others
 * after they have had time to write them. */
static void poll_pulse(fcnn_watchdog *watchdog, const fcnn_pulse *pulse)
{
    const bool is_still = watchdog->still >= watchdog->seconds;
    if (is_still) {
        raise_alarm(watchdog);
    } else if (watchdog->suspected > 0) {
        end_alarm(watchdog); /* this rank makes progress again; a rank that does not will raise the alarm again */
    }
    watchdog->suspected = is_still ? watchdog->suspected + watchdog->interval : 0;
    if (is_alarmed(watchdog)) {
        write_note(watchdog, pulse);
        watchdog->noted = true;
    } else if (watchdog->noted) {
        remove_note(watchdog);
        watchdog->noted = false;
    }
    if (watchdog->suspected > ANSWER_POLLS * watchdog->interval) {
        judge(watchdog, pulse);
    }
}

/* Measures time by the number of polls, not by the clock: a process that was stopped and continued has not hung. */
static void watch(void *data)
{
    fcnn_watchdog *watchdog = data;
    uint64_t seen = 0;
    struct pollfd end = {.fd = watchdog->ends[0]};
    while (poll(&end, 1, (int)(1000 * watchdog->interval)) == 0) {
        const fcnn_pulse pulse = fcnn_pulse_read();
        watchdog->still = pulse.beats == seen ? watchdog->still + watchdog->interval : 0;
        seen = pulse.beats;
        poll_pulse(watchdog, &pulse);
        atomic_fetch_add(&watchdog->polls, 1);
    }
    if (watchdog->noted) {
        remove_note(watchdog);
    }
    if (watchdog->suspected > 0) {
        end_alarm(watchdog);
    }
}

/* Ends the process if the first thread hangs too, because the file system that it writes its notes to hangs. */
static void watch_the_watch(void *data)
{
    const fcnn_watchdog *watchdog = data;
    uint64_t beats = 0;
    unsigned polls = 0;
    double still = 0;
    struct pollfd end = {.fd = watchdog->ends[0]};
    while (poll(&end, 1, (int)(1000 * watchdog->interval)) == 0) {
        const fcnn_pulse pulse = fcnn_pulse_read();
        const unsigned now = atomic_load(&watchdog->polls);
        still = now == polls && pulse.beats == beats ? still + watchdog->interval : 0;
        polls = now;
        beats = pulse.beats;
        if (still >= watchdog->seconds) {
            fcnn_log_fatal("hung: no progress for %.0f s after step %" PRId64
                           ", and the output folder %s does not respond: "
                           "rank %d on %s is %s (train.watchdog = %.0f)",
                           still, pulse.step, watchdog->folder, watchdog->rank,
                           fcnn_topology_host(watchdog->topology, watchdog->rank), fcnn_phase_text(pulse.phase),
                           watchdog->seconds);
            end_process();
        }
    }
}

/* ---- start and stop ---- */

static fcnn_status create(const char *folder, int64_t seconds, const fcnn_topology *topology, const fcnn_comm *comm,
                          fcnn_watchdog **out)
{
    FCNN_TRY(fcnn_memory_create("the watchdog", 1, sizeof **out, out));
    fcnn_watchdog *watchdog = *out;
    watchdog->ends[0] = watchdog->ends[1] = -1;
    watchdog->topology = topology;
    watchdog->folder = folder;
    watchdog->rank = comm->rank;
    watchdog->size = comm->size;
    watchdog->seconds = (double)seconds;
    const double interval = watchdog->seconds / 10;
    watchdog->interval = interval < SHORTEST_INTERVAL  ? SHORTEST_INTERVAL
                         : interval > LONGEST_INTERVAL ? LONGEST_INTERVAL
                                                       : interval;
    FCNN_TRY(fcnn_memory_create("the watchdog", comm->size, sizeof *watchdog->notes, &watchdog->notes));
    if (pipe2(watchdog->ends, O_CLOEXEC) != 0) {
        return fcnn_fail(FCNN_EINTERNAL, "the watchdog cannot create a pipe: %s", strerror(errno));
    }
    return FCNN_OK;
}

fcnn_status fcnn_watchdog_start(fcnn_comm *comm, const fcnn_topology *topology, const char *folder, int64_t seconds,
                                fcnn_watchdog **out)
{
    *out = NULL;
    if (seconds == 0) {
        return FCNN_OK;
    }
    char path[LONGEST_PATH];
    snprintf(path, sizeof path, "%s/lock", folder);
    int64_t unseen = access(path, F_OK) != 0;
    fcnn_comm_max_integers(comm, 1, &unseen);
    fcnn_watchdog *watchdog = NULL;
    fcnn_status status = create(folder, seconds, topology, comm, &watchdog);
    if (status == FCNN_OK) {
        watchdog->is_shared = unseen == 0;
        status = fcnn_worker_start("the watchdog", watch, watchdog, &watchdog->worker);
    }
    if (status == FCNN_OK) {
        status = fcnn_worker_start("the watchdog", watch_the_watch, watchdog, &watchdog->second);
    }
    status = fcnn_comm_agree(comm, status);
    if (status != FCNN_OK) {
        fcnn_watchdog_stop(watchdog);
        return status;
    }
    *out = watchdog;
    return FCNN_OK;
}

void fcnn_watchdog_stop(fcnn_watchdog *watchdog)
{
    if (watchdog == NULL) {
        return;
    }
    if (watchdog->ends[1] >= 0) {
        close(watchdog->ends[1]);
        fcnn_worker_join(watchdog->worker);
        fcnn_worker_join(watchdog->second);
        close(watchdog->ends[0]);
    }
    free(watchdog->notes);
    free(watchdog);
}
