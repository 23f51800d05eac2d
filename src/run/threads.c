/* src/run/threads.c — chooses the number of threads of each rank. */
#include "run/threads.h"

#include "compute/places.h"

#include <stdio.h>
#include <string.h>

static fcnn_status choose(fcnn_threads *threads, int configured)
{
    fcnn_rank_threads *own = &threads->own;
    const char *binder = fcnn_places_variable();
    snprintf(own->binder, sizeof own->binder, "%s", binder != NULL ? binder : "");
    own->binder_names = fcnn_places_are_named();
    FCNN_TRY(fcnn_topology_ask(configured, own));
    own->used = own->asked;
    if (own->asked > 0) {
        return FCNN_OK;
    }
    own->used = fcnn_topology_suitable(threads->topology, own);
    if (fcnn_places_thread_limit() < own->used) {
        own->used = fcnn_places_thread_limit();
        snprintf(own->by, sizeof own->by, "auto: OMP_THREAD_LIMIT");
    }
    return FCNN_OK;
}

fcnn_status fcnn_threads_choose(fcnn_comm *comm, int configured, fcnn_threads *out)
{
    fcnn_rank_place place = {0};
    *out = (fcnn_threads){0};
    fcnn_status status = fcnn_comm_agree(comm, fcnn_places_find(&place.processors));
    if (status == FCNN_OK) {
        place.quotas_count = fcnn_control_groups_quotas("/proc/self", place.quotas);
        status = fcnn_topology_create(comm, &place, &out->topology);
    }
    fcnn_processors_clear(&place.processors);
    if (status == FCNN_OK) {
        status = fcnn_comm_agree(comm, choose(out, configured));
    }
    if (status != FCNN_OK) {
        fcnn_threads_clear(out);
    }
    return status;
}

/* Floating-point operations of a step for which an additional thread pays off.  Measured with AVX-512: 1 and 2 threads
 * take equally long for steps of about 3 MFLOP in single precision, which last 50 to 90 us; double precision takes
 * twice as long. */
#define WORTH_A_THREAD 1.5e6

void fcnn_threads_fit_work(fcnn_threads *threads, const fcnn_architecture *shape, int64_t rows)
{
    fcnn_rank_threads *own = &threads->own;
    const double flops = fcnn_architecture_flops(shape) * (double)rows;
    const double fit = flops / WORTH_A_THREAD * (shape->precision == FCNN_PRECISION_DOUBLE ? 2 : 1);
    if (own->asked == 0 && fit < own->used) {
        own->used = fit < 1 ? 1 : (int)fit;
        snprintf(own->by, sizeof own->by, "auto: steps of %.2g MFLOP", flops * 1e-6);
    }
}

int fcnn_threads_wanted(const fcnn_threads *threads)
{
    return threads->own.used;
}

fcnn_status fcnn_threads_settle(fcnn_threads *threads, fcnn_comm *comm, const fcnn_team *team)
{
    fcnn_rank_threads *own = &threads->own;
    own->wanted = own->used;
    own->used = fcnn_team_threads(team);
    fcnn_processors_clear(&own->runs_on);
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_processors_unite(&own->runs_on, fcnn_team_processors(team))));
    FCNN_TRY(fcnn_topology_settle(threads->topology, comm, own));
    fcnn_topology_warn(threads->topology, comm);
    return FCNN_OK;
}

void fcnn_threads_clear(fcnn_threads *threads)
{
    fcnn_topology_destroy(threads->topology);
    fcnn_processors_clear(&threads->own.runs_on);
    *threads = (fcnn_threads){0};
}
