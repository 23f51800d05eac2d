/* src/parallel/topology.c — the placement of the ranks: collection of the data of all ranks. */
#include "parallel/topology.h"

#include "core/memory.h"
#include "parallel/communicator.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The message with the data of a rank, except for its sets of processors. */
typedef struct site_message {
    char host[64];
    int32_t online, quotas_count;
    fcnn_quota quotas[FCNN_QUOTAS_MOST];
} site_message;

typedef struct threads_message {
    int32_t asked, wanted, used, binder_names;
    char by[40], binder[40];
} threads_message;

/* Collects the sets of all ranks in *all [ranks × *words], to be released with free().  Collective.  Fails:
 * FCNN_ENOMEM, on all ranks. */
static fcnn_status share_sets(fcnn_comm *comm, const fcnn_processors *own, int64_t *words, uint64_t **all)
{
    uint64_t *sent = NULL;
    *words = own->words;
    fcnn_comm_max_integers(comm, 1, words);
    fcnn_status status = fcnn_memory_create("the topology", comm->size * *words, sizeof **all, all);
    if (status == FCNN_OK) {
        status = fcnn_memory_create("the topology", *words, sizeof *sent, &sent);
    }
    status = fcnn_comm_agree(comm, status);
    if (status == FCNN_OK) {
        for (int64_t i = 0; i < own->words; i++) {
            sent[i] = own->bits[i];
        }
        const int bytes = (int)(*words * (int64_t)sizeof *sent);
        MPI_Allgather(sent, bytes, MPI_BYTE, *all, bytes, MPI_BYTE, fcnn_communicator_of(comm));
    }
    free(sent);
    return status;
}

static fcnn_status take_set(const uint64_t *all, int64_t words, int rank, fcnn_processors *out)
{
    return fcnn_processors_unite(out, &(fcnn_processors){words, (uint64_t *)all + rank * words});
}

/* Collects the messages of all ranks in *all [ranks × size bytes], to be released with free().  Collective.  Fails:
 * FCNN_ENOMEM, on all ranks. */
static fcnn_status share_messages(fcnn_comm *comm, const void *own, size_t size, void **all)
{
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_memory_create("the topology", comm->size, size, all)));
    MPI_Allgather(own, (int)size, MPI_BYTE, *all, (int)size, MPI_BYTE, fcnn_communicator_of(comm));
    return FCNN_OK;
}

/* ---- places ---- */

static fcnn_status take_places(fcnn_topology *topology, const site_message *messages, int64_t words,
                               const uint64_t *sets)
{
    for (int rank = 0; rank < topology->size; rank++) {
        fcnn_rank_site *site = &topology->sites[rank];
        memcpy(site->host, messages[rank].host, sizeof site->host);
        site->online = messages[rank].online;
        site->place.quotas_count = messages[rank].quotas_count;
        memcpy(site->place.quotas, messages[rank].quotas, sizeof site->place.quotas);
        FCNN_TRY(take_set(sets, words, rank, &site->place.processors));
    }
    return FCNN_OK;
}

static fcnn_status share_places(fcnn_topology *topology, fcnn_comm *comm, const fcnn_rank_place *own)
{
    static const fcnn_rank_place nothing;
    site_message message = {.online = (int32_t)sysconf(_SC_NPROCESSORS_ONLN)};
    own = own != NULL ? own : &nothing;
    gethostname(message.host, sizeof message.host - 1);
    message.quotas_count = own->quotas_count;
    memcpy(message.quotas, own->quotas, sizeof message.quotas);
    void *messages = NULL;
    uint64_t *sets = NULL;
    int64_t words;
    fcnn_status status = share_messages(comm, &message, sizeof message, &messages);
    if (status == FCNN_OK) {
        status = share_sets(comm, &own->processors, &words, &sets);
    }
    if (status == FCNN_OK) {
        status = fcnn_comm_agree(comm, take_places(topology, messages, words, sets));
    }
    free(messages);
    free(sets);
    return status;
}

fcnn_status fcnn_topology_create(fcnn_comm *comm, const fcnn_rank_place *own, fcnn_topology **out)
{
    fcnn_topology *topology = NULL;
    fcnn_status status = fcnn_memory_create("the topology", 1, sizeof *topology, &topology);
    if (status == FCNN_OK) {
        topology->rank = comm->rank;
        topology->size = comm->size;
        status = fcnn_memory_create("the topology", comm->size, sizeof *topology->sites, &topology->sites);
    }
    status = fcnn_comm_agree(comm, status);
    if (status == FCNN_OK) {
        status = share_places(topology, comm, own);
    }
    if (status != FCNN_OK) {
        fcnn_topology_destroy(topology);
        return status;
    }
    *out = topology;
    return FCNN_OK;
}

void fcnn_topology_destroy(fcnn_topology *topology)
{
    if (topology == NULL) {
        return;
    }
    for (int rank = 0; topology->sites != NULL && rank < topology->size; rank++) {
        fcnn_processors_clear(&topology->sites[rank].place.processors);
        fcnn_processors_clear(&topology->sites[rank].threads.runs_on);
    }
    free(topology->sites);
    free(topology);
}

const char *fcnn_topology_host(const fcnn_topology *topology, int rank)
{
    return topology->sites[rank].host;
}

bool fcnn_topology_is_same_host(const fcnn_topology *topology, int a, int b)
{
    return strcmp(topology->sites[a].host, topology->sites[b].host) == 0;
}

/* ---- threads ---- */

static fcnn_status take_threads(fcnn_topology *topology, const threads_message *messages, int64_t words,
                                const uint64_t *sets)
{
    for (int rank = 0; rank < topology->size; rank++) {
        fcnn_rank_threads *threads = &topology->sites[rank].threads;
        threads->asked = messages[rank].asked;
        threads->wanted = messages[rank].wanted;
        threads->used = messages[rank].used;
        threads->binder_names = messages[rank].binder_names;
        memcpy(threads->by, messages[rank].by, sizeof threads->by);
        memcpy(threads->binder, messages[rank].binder, sizeof threads->binder);
        fcnn_processors_clear(&threads->runs_on);
        FCNN_TRY(take_set(sets, words, rank, &threads->runs_on));
    }
    return FCNN_OK;
}

fcnn_status fcnn_topology_settle(fcnn_topology *topology, fcnn_comm *comm, const fcnn_rank_threads *own)
{
    threads_message message = {
        .asked = own->asked, .wanted = own->wanted, .used = own->used, .binder_names = own->binder_names};
    memcpy(message.by, own->by, sizeof message.by);
    memcpy(message.binder, own->binder, sizeof message.binder);
    void *messages = NULL;
    uint64_t *sets = NULL;
    int64_t words;
    fcnn_status status = share_messages(comm, &message, sizeof message, &messages);
    if (status == FCNN_OK) {
        status = share_sets(comm, &own->runs_on, &words, &sets);
    }
    if (status == FCNN_OK) {
        status = fcnn_comm_agree(comm, take_threads(topology, messages, words, sets));
    }
    free(messages);
    free(sets);
    return status;
}
