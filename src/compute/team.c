/* src/compute/team.c — the threads of a rank, and the only parallel regions.
 *
 * Threads wait for each other by polling counters in cache lines of their own (core/wait.h), which takes a fraction of
 * the time of OpenMP barriers and regions. */
#include "compute/team.h"

#include "core/arithmetic.h"
#include "core/locale.h"
#include "core/memory.h"
#include "core/wait.h"
#include "core/worker.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <omp.h>

struct fcnn_team {
    int threads; /* number of threads that OpenMP provided when the team was created */
    int size;    /* number of threads in the current region */
    fcnn_processors processors;
    fcnn_wait wait;
    bool kept; /* the region of fcnn_team_keep() is open */
    void (*work)(void *data, int thread, int threads);
    void *data;
    alignas(FCNN_ALIGNMENT)
        fcnn_wait_count calls; /* number of calls of work since the region was opened; work NULL ends the region */
    alignas(FCNN_ALIGNMENT) atomic_int arrived;
    alignas(FCNN_ALIGNMENT) fcnn_wait_count rounds; /* number of waits that all threads have reached */
};

/* The team for which this thread is working. */
static _Thread_local fcnn_team *current;

/* ---- the threads that OpenMP provides ---- */

/* The answer of a thread. */
typedef struct thread_answer {
    fcnn_status status;
    fcnn_processors processors;
} thread_answer;

/* Collects the processors of each thread of a region. */
static void ask(fcnn_team *team, int threads, thread_answer *answers)
{
#pragma omp parallel num_threads(threads)
    {
        FCNN_IN_C_LOCALE;
        FCNN_IN_EXACT_ARITHMETIC;
        thread_answer *own = &answers[omp_get_thread_num()];
        own->status = fcnn_processors_of_thread(&own->processors);
#pragma omp single
        team->threads = omp_get_num_threads();
    }
}

static fcnn_status ask_all(fcnn_team *team, int threads)
{
    thread_answer *answers;
    FCNN_TRY(fcnn_memory_create("the team", threads, sizeof *answers, &answers));
    ask(team, threads, answers);
    fcnn_status status = FCNN_OK;
    for (int i = 0; i < team->threads; i++) {
        if (status == FCNN_OK) {
            status = answers[i].status != FCNN_OK ? fcnn_fail(answers[i].status, "out of memory: a set of processors")
                                                  : fcnn_processors_unite(&team->processors, &answers[i].processors);
        }
        fcnn_processors_clear(&answers[i].processors);
    }
    free(answers);
    return status;
}

/* ---- creation ---- */

fcnn_status fcnn_team_create(int threads, fcnn_team **out)
{
    fcnn_team *team;
    if (threads > 1) {
        FCNN_TRY(fcnn_worker_probe(threads - 1));
    }
    FCNN_TRY(fcnn_memory_create("the team", 1, sizeof *team, &team));
    const fcnn_status status = ask_all(team, threads);
    if (status != FCNN_OK) {
        fcnn_team_destroy(team);
        return status;
    }
    team->wait.is_passive = fcnn_wait_is_passive();
    *out = team;
    return FCNN_OK;
}

void fcnn_team_destroy(fcnn_team *team)
{
    if (team != NULL) {
        fcnn_processors_clear(&team->processors);
        free(team);
    }
}

int fcnn_team_threads(const fcnn_team *team)
{
    return team->threads;
}

const fcnn_processors *fcnn_team_processors(const fcnn_team *team)
{
    return &team->processors;
}

/* ---- waiting ---- */

static void wait_for_all(fcnn_team *team)
{
    const unsigned round = atomic_load_explicit(&team->rounds.value, memory_order_relaxed);
    if (atomic_fetch_add_explicit(&team->arrived, 1, memory_order_acq_rel) + 1 < team->size) {
        fcnn_wait_for(&team->rounds, round + 1, &team->wait);
        return;
    }
    atomic_store_explicit(&team->arrived, 0, memory_order_relaxed);
    fcnn_wait_raise(&team->rounds, round + 1, &team->wait);
}

void fcnn_team_wait(void)
{
    if (current->size > 1) {
        wait_for_all(current);
    }
}

/* ---- work ---- */

/* Runs work on the threads that wait for it in the open region. */
static void call(fcnn_team *team, void (*work)(void *data, int thread, int threads), void *data)
{
    team->work = work;
    team->data = data;
    fcnn_wait_raise(&team->calls, atomic_load_explicit(&team->calls.value, memory_order_relaxed) + 1, &team->wait);
    work(data, 0, team->size);
    fcnn_team_wait();
}

/* The loop of a thread other than the caller: waits for work and runs it until the region ends. */
static void serve(fcnn_team *team, int thread)
{
    for (unsigned calls = 1;; calls++) {
        fcnn_wait_for(&team->calls, calls, &team->wait);
        if (team->work == NULL) {
            return;
        }
        team->work(team->data, thread, team->size);
        fcnn_team_wait();
    }
}

void fcnn_team_keep(fcnn_team *team, void (*body)(void *data), void *data)
{
    if (team->kept) {
        body(data);
        return;
    }
    atomic_store(&team->calls.value, 0);
    const int dynamic = omp_get_dynamic();
    omp_set_dynamic(false); /* the number of threads was determined when the team was created */
#pragma omp parallel num_threads(team->threads)
    {
        FCNN_IN_C_LOCALE;
        FCNN_IN_EXACT_ARITHMETIC;
        current = team;
#pragma omp single
        team->size = omp_get_num_threads();
        if (omp_get_thread_num() != 0) {
            serve(team, omp_get_thread_num());
        } else {
            team->kept = true;
            body(data);
            team->kept = false;
            team->work = NULL;
            fcnn_wait_raise(&team->calls, team->calls.value + 1, &team->wait);
        }
    }
    omp_set_dynamic(dynamic);
}

/* A single call of work in a region of its own. */
typedef struct single_call {
    fcnn_team *team;
    void (*work)(void *data, int thread, int threads);
    void *data;
} single_call;

static void call_single(void *data)
{
    const single_call *once = data;
    call(once->team, once->work, once->data);
}

void fcnn_team_run(fcnn_team *team, void (*work)(void *data, int thread, int threads), void *data)
{
    if (team->kept) {
        call(team, work, data);
    } else {
        fcnn_team_keep(team, call_single, &(single_call){team, work, data});
    }
}
