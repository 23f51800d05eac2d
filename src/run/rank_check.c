/* src/run/rank_check.c — checks that the parameters are the same on all ranks. */
#include "run/rank_check.h"

#include "core/memory.h"

#include <inttypes.h>
#include <stdlib.h>

#include <xxhash.h>

static uint64_t hash_panels(const fcnn_network *network, void *const *panels, uint64_t hash)
{
    for (int64_t i = 0; i < fcnn_architecture_tensors(&network->shape); i++) {
        const size_t elements = (size_t)fcnn_network_tensor_elements(&network->shape, i);
        hash = XXH3_64bits_withSeed(panels[i], elements * network->kernels->size, hash);
    }
    return hash;
}

static int64_t hash_all(const fcnn_network *network, const fcnn_optimizer *optimizer)
{
    uint64_t hash = hash_panels(network, network->parameters, 0);
    for (int i = 0; i < optimizer->arrays; i++) {
        hash = hash_panels(network, optimizer->state[i], hash);
    }
    return (int64_t)hash;
}

/* Returns the hash of the majority of the ranks; if there is no majority, a hash that no rank has. */
static int64_t find_usual(const int64_t *hashes, int size)
{
    int64_t usual = hashes[0];
    int most = 0;
    for (int rank = 0; rank < size; rank++) {
        int same = 0;
        for (int other = 0; other < size; other++) {
            same += hashes[other] == hashes[rank];
        }
        if (same > most) {
            most = same;
            usual = hashes[rank];
        }
    }
    return 2 * most > size ? usual : hashes[0] ^ 1;
}

static fcnn_status name_odd_ranks(const fcnn_topology *topology, const int64_t *hashes, int size, int64_t step)
{
    enum { SHOWN = 8 };
    const int64_t usual = find_usual(hashes, size);
    fcnn_text odd = {0};
    int count = 0;
    fcnn_status status = FCNN_OK;
    for (int rank = 0; rank < size && status == FCNN_OK; rank++) {
        if (hashes[rank] != usual && count++ < SHOWN) {
            status = fcnn_text_append(&odd, "%srank %d on %s", count > 1 ? ", " : "", rank,
                                      fcnn_topology_host(topology, rank));
        }
    }
    if (status == FCNN_OK) {
        status =
            fcnn_fail(FCNN_EINTERNAL,
                      "after step %" PRId64 " the parameters are not the same on all ranks, %s: %s%s; memory or a "
                      "processor has failed there, or different builds of fcnn run together: restart without these "
                      "nodes, the last checkpoint is valid",
                      step, count < size ? "the majority differs from" : "there is no majority among", odd.data,
                      count > SHOWN ? ", …" : "");
    }
    fcnn_text_clear(&odd);
    return status;
}

fcnn_status fcnn_rank_check(fcnn_comm *comm, const fcnn_topology *topology, const fcnn_network *network,
                            const fcnn_optimizer *optimizer, int64_t step)
{
    if (comm->size == 1) {
        return FCNN_OK;
    }
    const int64_t own = hash_all(network, optimizer);
    int64_t range[2] = {own, ~own}; /* the maximum of ~own gives the minimum of own */
    fcnn_comm_max_integers(comm, 2, range);
    if (range[0] == ~range[1]) {
        return FCNN_OK;
    }
    int64_t *hashes = NULL;
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_memory_create("the ranks' hashes", comm->size, sizeof *hashes, &hashes)));
    fcnn_comm_share_integers(comm, own, hashes);
    const fcnn_status status = name_odd_ranks(topology, hashes, comm->size, step);
    free(hashes);
    return fcnn_comm_agree(comm, status);
}
