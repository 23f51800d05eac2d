/* src/run/guard.c — exclusive use of the output folder by a run: lock, watchdog and status line. */
#include "run/guard.h"

#include "core/file.h"
#include "core/memory.h"
#include "core/pulse.h"
#include "core/signals.h"
#include "core/worker.h"
#include "parallel/topology.h"
#include "run/folder.h"
#include "run/lock.h"
#include "run/status_line.h"
#include "run/watchdog.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

enum { ROOM = 24 }; /* file descriptors for data, checkpoints, the model, and files that MPI opens during the run */

struct fcnn_run_guard {
    const char *folder;      /* borrowed */
    fcnn_topology *topology; /* for the watchdog */
    fcnn_watchdog *watchdog; /* NULL: none */
    fcnn_run_lock *lock;     /* on rank 0; NULL: the folder is not locked by this run */
    atomic_bool has_begun;   /* the status line is that of this run */
    atomic_bool has_noted;   /* the status line contains the request to stop */
    fcnn_worker *note;       /* on rank 0: thread that writes a request to stop into the status line */
    int ends[2];             /* a pipe: closing ends[1] ends that thread */
};

/* ---- a signal is noted as soon as it arrives: its sender may kill the run before the checkpoint is written ---- */

static void note_stop(fcnn_run_guard *guard)
{
    if (guard->has_begun && !atomic_exchange(&guard->has_noted, true)) {
        fcnn_status_line_write(guard->folder, "stopping by %s at step %" PRId64, fcnn_signals_name(fcnn_signals_stop()),
                               fcnn_pulse_read().step);
    }
}

/* Waits for a signal.  Before fcnn_run_guard_begin() it writes nothing; that function then writes the note. */
static void wait_for_stop(void *data)
{
    fcnn_run_guard *guard = data;
    struct pollfd waits[2] = {{.fd = guard->ends[0]}, {.fd = fcnn_signals_bell(), .events = POLLIN}};
    while (poll(waits, 2, -1) < 0 || waits[0].revents == 0) {
        if ((waits[1].revents & POLLIN) != 0) {
            note_stop(guard);
            return;
        }
    }
}

/* If no pipe or thread can be created, the status line stays "running" until the run has stopped. */
static void start_note(fcnn_run_guard *guard)
{
    if (fcnn_signals_bell() < 0 || pipe2(guard->ends, O_CLOEXEC) != 0) {
        return;
    }
    if (fcnn_worker_start("the note of a stop", wait_for_stop, guard, &guard->note) != FCNN_OK) {
        close(guard->ends[0]);
        close(guard->ends[1]);
    }
}

static void end_note(fcnn_run_guard *guard)
{
    if (guard->note != NULL) {
        close(guard->ends[1]);
        fcnn_worker_join(guard->note);
        close(guard->ends[0]);
        guard->note = NULL;
    }
}

/* ---- start and end ---- */

static fcnn_status take_folder(fcnn_run_guard *guard)
{
    fcnn_file_spare();
    FCNN_TRY(fcnn_run_folder_prepare(guard->folder));
    FCNN_TRY(fcnn_run_lock_take(guard->folder, &guard->lock));
    fcnn_run_folder_clean(guard->folder);
    if (!fcnn_status_line_is_finished(guard->folder)) {
        fcnn_run_guard_begin(guard);
    }
    start_note(guard);
    return FCNN_OK;
}

static fcnn_status begin(fcnn_run_guard *guard, fcnn_comm *comm, const fcnn_config *config)
{
    FCNN_TRY(fcnn_comm_agree(comm, comm->rank == 0 ? take_folder(guard) : FCNN_OK));
    FCNN_TRY(fcnn_comm_agree_named(comm, fcnn_file_room(ROOM, "a run")));
    FCNN_TRY(fcnn_topology_create(comm, NULL, &guard->topology));
    fcnn_pulse_beat(FCNN_PHASE_START);
    return fcnn_watchdog_start(comm, guard->topology, guard->folder, config->train_watchdog, &guard->watchdog);
}

static void destroy(fcnn_run_guard *guard)
{
    fcnn_watchdog_stop(guard->watchdog);
    end_note(guard);
    fcnn_topology_destroy(guard->topology);
    fcnn_run_lock_release(guard->lock);
    free(guard);
}

void fcnn_run_guard_begin(fcnn_run_guard *guard)
{
    if (guard != NULL && guard->lock != NULL && !guard->has_begun) {
        fcnn_status_line_write(guard->folder, "running");
        guard->has_begun = true;
        if (fcnn_signals_stop() != 0) {
            note_stop(guard);
        }
    }
}

fcnn_status fcnn_run_guard_create(fcnn_comm *comm, const fcnn_config *config, fcnn_run_guard **out)
{
    fcnn_run_guard *guard = NULL;
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_memory_create("the run", 1, sizeof *guard, &guard)));
    guard->folder = config->output_directory;
    const fcnn_status status = begin(guard, comm, config);
    if (status != FCNN_OK) {
        fcnn_run_guard_end(guard, status, 0, 0);
        return status;
    }
    *out = guard;
    return FCNN_OK;
}

void fcnn_run_guard_end(fcnn_run_guard *guard, fcnn_status status, int64_t steps, int64_t own)
{
    if (guard == NULL) {
        return;
    }
    if (guard->lock == NULL) {
        destroy(guard);
        return;
    }
    end_note(guard);
    if (status == FCNN_OK) {
        fcnn_status_line_write(guard->folder, "finished at step %" PRId64 ", %" PRId64 " steps in this run", steps,
                               own);
    } else if (status == FCNN_ESTOPPED) {
        fcnn_status_line_write(
            guard->folder, "stopped with a checkpoint at step %" PRId64 ", %" PRId64 " steps in this run", steps, own);
    } else if (guard->has_begun) {
        fcnn_status_line_write(guard->folder, "failed: %s", fcnn_error_text());
    }
    destroy(guard);
}
