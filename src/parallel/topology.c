/* src/parallel/topology.c — where the ranks run: hosts, processors, and how many threads fit. */
#include "parallel/topology.h"

#include "core/log.h"
#include "core/memory.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct place {
    char host[64];
    cpu_set_t processors;
} place;

struct fcnn_topology {
    int rank, size;
    place *places; /* [ranks] */
};

fcnn_status fcnn_topology_create(fcnn_comm *comm, fcnn_topology **out)
{
    fcnn_topology *topology = NULL;
    fcnn_status status = fcnn_memory_create("the topology", 1, sizeof *topology, &topology);
    if (status == FCNN_OK) {
        topology->rank = comm->rank;
        topology->size = comm->size;
        status = fcnn_memory_create("the topology", comm->size, sizeof(place), &topology->places);
    }
    status = fcnn_comm_agree(comm, status);
    if (status != FCNN_OK) {
        fcnn_topology_destroy(topology);
        return status;
    }
    place own;
    memset(&own, 0, sizeof own);
    gethostname(own.host, sizeof own.host - 1);
    if (sched_getaffinity(0, sizeof own.processors, &own.processors) != 0) {
        CPU_SET(0, &own.processors);
    }
    MPI_Allgather(&own, (int)sizeof own, MPI_BYTE, topology->places, (int)sizeof own, MPI_BYTE, comm->communicator);
    *out = topology;
    return FCNN_OK;
}

void fcnn_topology_destroy(fcnn_topology *topology)
{
    if (topology != NULL) {
        free(topology->places);
        free(topology);
    }
}

const char *fcnn_topology_host(const fcnn_topology *topology, int rank)
{
    return topology->places[rank].host;
}

static int same_host(const fcnn_topology *topology, int a, int b)
{
    return strcmp(topology->places[a].host, topology->places[b].host) == 0;
}

/* The number in a variable, or the first one of a list; *out stays as it is if the variable is not set, or empty. */
static fcnn_status read_variable(const char *name, int *out)
{
    const char *text = getenv(name);
    if (text == NULL || text[strspn(text, " \t")] == '\0') {
        return FCNN_OK;
    }
    const char *digits = text + strspn(text, " \t");
    const size_t count = strspn(digits, "0123456789");
    const char *rest = digits + count + strspn(digits + count, " \t");
    char number[16];
    int64_t value = 0;
    snprintf(number, sizeof number, "%.*s", (int)(count < 15 ? count : 15), digits);
    if ((*rest != '\0' && *rest != ',') || !fcnn_text_to_int64(number, &value) || value < 1 ||
        value > FCNN_THREADS_MAX) {
        return fcnn_fail(
            FCNN_EUSAGE,
            "the environment variable %s is '%.40s', which is no number of threads from 1 to %d: set it to "
            "one, or unset it, or set train.threads",
            name, text, FCNN_THREADS_MAX);
    }
    *out = (int)value;
    return FCNN_OK;
}

fcnn_status fcnn_topology_threads(const fcnn_topology *topology, int configured, int *out)
{
    *out = configured > 0 ? configured : 0;
    if (*out > FCNN_THREADS_MAX) {
        return fcnn_fail(FCNN_EUSAGE, "%d threads of a rank are more than the %d that it may have", *out,
                         FCNN_THREADS_MAX);
    }
    if (*out == 0) {
        FCNN_TRY(read_variable("OMP_NUM_THREADS", out));
    }
    if (*out == 0) {
        FCNN_TRY(read_variable("SLURM_CPUS_PER_TASK", out));
    }
    if (*out > 0) {
        return FCNN_OK;
    }
    const cpu_set_t *own = &topology->places[topology->rank].processors;
    int sharing = 0;
    for (int rank = 0; rank < topology->size; rank++) {
        cpu_set_t both;
        CPU_AND(&both, own, &topology->places[rank].processors);
        sharing += same_host(topology, rank, topology->rank) && CPU_COUNT(&both) > 0;
    }
    const int threads = CPU_COUNT(own) / (sharing > 0 ? sharing : 1);
    *out = threads < 1 ? 1 : threads < FCNN_THREADS_MAX ? threads : FCNN_THREADS_MAX;
    return FCNN_OK;
}

/* Appends a mask as "0-3,8". */
static fcnn_status append_processors(fcnn_text *text, const cpu_set_t *processors)
{
    const char *comma = "";
    for (size_t first = 0; first < CPU_SETSIZE; first++) {
        if (!CPU_ISSET(first, processors)) {
            continue;
        }
        size_t last = first;
        while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, processors)) {
            last++;
        }
        FCNN_TRY(fcnn_text_append(text, "%s%zu", comma, first));
        if (last > first) {
            FCNN_TRY(fcnn_text_append(text, "-%zu", last));
        }
        comma = ",";
        first = last;
    }
    return FCNN_OK;
}

/* One line for the ranks of a host from `first` on that follow each other. */
static fcnn_status describe_run(const fcnn_topology *topology, int first, int last, fcnn_text *text)
{
    enum { SHOWN = 8 };
    FCNN_TRY(fcnn_text_append(text, "  on %s: ", topology->places[first].host));
    int rank = first;
    while (rank <= last && rank < first + SHOWN) {
        int same = rank;
        while (same < last && CPU_EQUAL(&topology->places[same + 1].processors, &topology->places[rank].processors)) {
            same++;
        }
        if (same == rank) {
            FCNN_TRY(fcnn_text_append(text, "%srank %d on cpus ", rank > first ? "; " : "", rank));
        } else {
            FCNN_TRY(fcnn_text_append(text, "%sranks %d-%d on cpus ", rank > first ? "; " : "", rank, same));
        }
        FCNN_TRY(append_processors(text, &topology->places[rank].processors));
        rank = same + 1;
    }
    return fcnn_text_append(text, rank <= last ? "; …\n" : "\n");
}

fcnn_status fcnn_topology_describe(const fcnn_topology *topology, fcnn_comm *comm, int threads, fcnn_text *text)
{
    int64_t range[2] = {threads, -threads};
    fcnn_comm_max_integers(comm, 2, range);
    FCNN_TRY(fcnn_text_append(text, "%d rank%s x %d", topology->size, topology->size == 1 ? "" : "s", (int)-range[1]));
    if (range[0] != -range[1]) {
        FCNN_TRY(fcnn_text_append(text, "-%d", (int)range[0]));
    }
    FCNN_TRY(fcnn_text_append(text, " thread%s\n", range[0] == 1 ? "" : "s"));
    for (int first = 0; first < topology->size;) {
        int last = first;
        while (last + 1 < topology->size && same_host(topology, first, last + 1)) {
            last++;
        }
        FCNN_TRY(describe_run(topology, first, last, text));
        first = last + 1;
    }
    return FCNN_OK;
}

/* The threads of a rank's host beyond its processors, and those of the rank beyond its mask. */
static void count_excess(const fcnn_topology *topology, const int64_t *threads, int rank, int64_t *host_threads,
                         int *host_processors)
{
    cpu_set_t all;
    CPU_ZERO(&all);
    *host_threads = 0;
    for (int other = 0; other < topology->size; other++) {
        if (same_host(topology, rank, other)) {
            *host_threads += threads[other];
            CPU_OR(&all, &all, &topology->places[other].processors);
        }
    }
    *host_processors = CPU_COUNT(&all);
}

void fcnn_topology_warn(const fcnn_topology *topology, fcnn_comm *comm, int threads)
{
    int64_t *all;
    if (fcnn_comm_agree(comm, fcnn_memory_create("the topology", comm->size, sizeof *all, &all)) != FCNN_OK) {
        return;
    }
    fcnn_comm_share_integers(comm, threads, all);
    for (int rank = 0; rank < topology->size; rank++) {
        const char *host = topology->places[rank].host;
        int64_t host_threads;
        int host_processors;
        count_excess(topology, all, rank, &host_threads, &host_processors);
        if (host_threads > sysconf(_SC_NPROCESSORS_ONLN) && rank == 0) {
            fcnn_log_warning("%lld threads on the %ld processors of %s: it will be slow; start fewer ranks, or set "
                             "OMP_NUM_THREADS (or train.threads) to fewer",
                             (long long)host_threads, sysconf(_SC_NPROCESSORS_ONLN), host);
            break;
        }
        if (host_threads > host_processors) {
            fcnn_log_warning("on %s %lld threads are bound to %d processors: start with `mpirun --bind-to none` or "
                             "`--map-by slot:pe=THREADS`, or srun with --cpus-per-task",
                             host, (long long)host_threads, host_processors);
            break;
        }
        if (all[rank] > CPU_COUNT(&topology->places[rank].processors)) {
            fcnn_log_warning("rank %d has %lld threads but is bound to %d processors of %s: start with "
                             "`mpirun --bind-to none` or `--map-by slot:pe=THREADS`",
                             rank, (long long)all[rank], CPU_COUNT(&topology->places[rank].processors), host);
            break;
        }
    }
    free(all);
}
