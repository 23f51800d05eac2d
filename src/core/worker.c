/* src/core/worker.c — background threads; no other file starts threads that do not belong to the team. */
#include "core/worker.h"

#include "core/arithmetic.h"
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
    FCNN_IN_EXACT_ARITHMETIC;
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
        return fcnn_fail(FCNN_EINTERNAL, "a thread for %s cannot be started: %s", what, strerror(error));
    }
    *out = worker;
    return FCNN_OK;
}

/* A thread that ends when the mutex is unlocked. */
static void *wait_for(void *mutex)
{
    pthread_mutex_lock(mutex);
    pthread_mutex_unlock(mutex);
    return NULL;
}

fcnn_status fcnn_worker_probe(int threads)
{
    pthread_t *started;
    FCNN_TRY(fcnn_memory_create("the threads", threads, sizeof *started, &started));
    pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_mutex_lock(&gate);
    int count = 0, error = 0;
    while (count < threads && error == 0) {
        error = pthread_create(&started[count], NULL, wait_for, &gate);
        count += error == 0;
    }
    pthread_mutex_unlock(&gate);
    for (int i = 0; i < count; i++) {
        pthread_join(started[i], NULL);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    free(started);
    return error == 0 ? FCNN_OK
                      : fcnn_fail(FCNN_EINTERNAL,
                                  "%d threads are requested, but the system can start only %d: %s; request fewer "
                                  "(train.threads, OMP_NUM_THREADS), or raise the limit (ulimit -u, ulimit -v)",
                                  threads + 1, count + 1, strerror(error));
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
