/* src/parallel/topology_threads.c — the requested and the suitable number of threads of a rank. */
#include "parallel/topology.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reads the number in an environment variable, or the first one of a list; *out is unchanged if the variable is not set
 * or empty. */
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
            "the environment variable %s is '%.40s', but it must be a number of threads from 1 to %d: correct it, "
            "unset it, or set train.threads",
            name, text, FCNN_THREADS_MAX);
    }
    *out = (int)value;
    return FCNN_OK;
}

fcnn_status fcnn_topology_ask(int configured, fcnn_rank_threads *threads)
{
    static const char *const variables[] = {"OMP_NUM_THREADS", "SLURM_CPUS_PER_TASK"};
    if (configured > FCNN_THREADS_MAX) {
        return fcnn_fail(FCNN_EUSAGE, "%d threads per rank are requested, but at most %d are supported", configured,
                         FCNN_THREADS_MAX);
    }
    threads->asked = configured > 0 ? configured : 0;
    snprintf(threads->by, sizeof threads->by, "train.threads");
    for (size_t i = 0; i < sizeof variables / sizeof *variables && threads->asked == 0; i++) {
        FCNN_TRY(read_variable(variables[i], &threads->asked));
        snprintf(threads->by, sizeof threads->by, "%s", variables[i]);
    }
    return FCNN_OK;
}

bool fcnn_rank_place_quota(const fcnn_rank_place *place, uint64_t group, double *processors)
{
    for (int i = 0; i < place->quotas_count; i++) {
        if (place->quotas[i].group == group) {
            *processors = place->quotas[i].processors;
            return true;
        }
    }
    return false;
}

/* The number of ranks of this host that are in a control group, or may run on one of the processors of this rank. */
static int count_sharing(const fcnn_topology *topology, const fcnn_quota *quota)
{
    const fcnn_rank_place *own = &topology->sites[topology->rank].place;
    int sharing = 0;
    for (int rank = 0; rank < topology->size; rank++) {
        const fcnn_rank_place *other = &topology->sites[rank].place;
        double processors;
        sharing += fcnn_topology_is_same_host(topology, rank, topology->rank) &&
                   (quota != NULL ? fcnn_rank_place_quota(other, quota->group, &processors)
                                  : fcnn_processors_meet(&own->processors, &other->processors));
    }
    return sharing > 0 ? sharing : 1;
}

int fcnn_topology_suitable(const fcnn_topology *topology, fcnn_rank_threads *threads)
{
    const fcnn_rank_place *own = &topology->sites[topology->rank].place;
    const int processors = fcnn_processors_count(&own->processors), sharing = count_sharing(topology, NULL);
    int64_t fit = processors / sharing;
    const char *plural = processors == 1 ? "" : "s";
    if (sharing > 1) {
        snprintf(threads->by, sizeof threads->by, "auto: %d cpu%s for %d ranks", processors, plural, sharing);
    } else {
        snprintf(threads->by, sizeof threads->by, "auto: %d cpu%s", processors, plural);
    }
    for (int i = 0; i < own->quotas_count; i++) {
        const int members = count_sharing(topology, &own->quotas[i]);
        const double share = own->quotas[i].processors / members;
        if (share < (double)fit) {
            fit = (int64_t)share;
            const double shown = fcnn_quota_shown(&own->quotas[i]);
            snprintf(threads->by, sizeof threads->by, "auto: a quota of %g cpu%s", shown, shown == 1 ? "" : "s");
        }
    }
    return fit < 1 ? 1 : fit < FCNN_THREADS_MAX ? (int)fit : FCNN_THREADS_MAX;
}
