/* src/core/worker.c — a thread beside the team's, and the only place that starts one. */
#include "core/worker.h"

#include "core/locale.h"
#include "core/memory.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct fcnn_worker {
    pthread_t thread;
    void (*work)(void *data);
    void *data;
    atomic_bool done;
};

static void *run(void *argument)
{
    FCNN_IN_C_LOCALE;
    fcnn_worker *worker = argument;
    worker->work(worker->data);
    atomic_store(&worker->done, true);
    return NULL;
}

fcnn_status fcnn_worker_start(const char *what, void (*work)(void *data), void *data, fcnn_worker **out)
{
    fcnn_worker *worker;
    FCNN_TRY(fcnn_memory_create(what, 1, sizeof *worker, &worker));
    worker->work = work;
    worker->data = data;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const int error = pthread_create(&worker->thread, NULL, run, worker);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error != 0) {
        free(worker);
        return fcnn_fail(FCNN_EINTERNAL, "no thread for %s: %s", what, strerror(error));
    }
    *out = worker;
    return FCNN_OK;
}

bool fcnn_worker_is_done(const fcnn_worker *worker)
{
    return atomic_load(&worker->done);
}

void fcnn_worker_join(fcnn_worker *worker)
{
    if (worker != NULL) {
        pthread_join(worker->thread, NULL);
        free(worker);
    }
}
