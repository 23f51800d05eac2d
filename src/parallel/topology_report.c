/* src/parallel/topology_report.c — reports about the threads of the ranks: a table, and at most one warning. */
#include "parallel/topology.h"

#include "core/log.h"
#include "parallel/communicator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the table ---- */

enum { ROWS = 24, ASKED_SIZE = 64 };

static bool are_alike(const fcnn_rank_site *a, const fcnn_rank_site *b)
{
    return strcmp(a->host, b->host) == 0 && a->threads.asked == b->threads.asked &&
           a->threads.used == b->threads.used && strcmp(a->threads.by, b->threads.by) == 0 &&
           strcmp(a->threads.binder, b->threads.binder) == 0 &&
           fcnn_processors_are_equal(&a->threads.runs_on, &b->threads.runs_on);
}

/* The last rank of the consecutive ranks, from `first`, that have the same line in the table. */
static int find_last(const fcnn_topology *topology, int first)
{
    int last = first;
    while (last + 1 < topology->size && are_alike(&topology->sites[first], &topology->sites[last + 1])) {
        last++;
    }
    return last;
}

static void write_asked(const fcnn_rank_threads *threads, char out[ASKED_SIZE])
{
    if (threads->asked > 0) {
        snprintf(out, ASKED_SIZE, "%d by %s", threads->asked, threads->by);
    } else {
        snprintf(out, ASKED_SIZE, "%s", threads->by);
    }
}

static void write_ranks(int first, int last, char out[32])
{
    if (first == last) {
        snprintf(out, 32, "%d", first);
    } else {
        snprintf(out, 32, "%d-%d", first, last);
    }
}

static int wider(int width, const char *text)
{
    const int own = fcnn_text_width(text);
    return own > width ? own : width;
}

static fcnn_status append_row(const fcnn_topology *topology, int first, int last, const int widths[2], fcnn_text *text)
{
    const fcnn_rank_site *site = &topology->sites[first];
    char asked[ASKED_SIZE], ranks[32];
    write_asked(&site->threads, asked);
    write_ranks(first, last, ranks);
    FCNN_TRY(fcnn_text_append(text, "  %-*s %-9s %7d  %-*s  ", widths[0], site->host, ranks, site->threads.used,
                              widths[1], asked));
    FCNN_TRY(fcnn_processors_append(&site->threads.runs_on, text));
    const char *binder = site->threads.binder;
    return fcnn_text_append(text, *binder != '\0' ? ", bound by %s\n" : "%s\n", binder);
}

static fcnn_status append_table(const fcnn_topology *topology, fcnn_text *text)
{
    int widths[2] = {wider(0, "host"), wider(0, "asked for")};
    int rank = 0;
    for (int row = 0; row < ROWS && rank < topology->size; row++) {
        char asked[ASKED_SIZE];
        write_asked(&topology->sites[rank].threads, asked);
        widths[0] = wider(widths[0], topology->sites[rank].host);
        widths[1] = wider(widths[1], asked);
        rank = find_last(topology, rank) + 1;
    }
    FCNN_TRY(fcnn_text_append(text, "  %-*s %-9s %7s  %-*s  %s\n", widths[0], "host", "rank", "threads", widths[1],
                              "asked for", "cpus"));
    rank = 0;
    for (int row = 0; row < ROWS && rank < topology->size; row++) {
        const int last = find_last(topology, rank);
        FCNN_TRY(append_row(topology, rank, last, widths, text));
        rank = last + 1;
    }
    return rank == topology->size ? FCNN_OK : fcnn_text_append(text, "  … and %d ranks more\n", topology->size - rank);
}

fcnn_status fcnn_topology_describe(const fcnn_topology *topology, fcnn_text *text)
{
    int least = FCNN_THREADS_MAX, most = 0;
    for (int rank = 0; rank < topology->size; rank++) {
        const int used = topology->sites[rank].threads.used;
        least = used < least ? used : least;
        most = used > most ? used : most;
    }
    FCNN_TRY(fcnn_text_append(text, "%d rank%s x %d", topology->size, topology->size == 1 ? "" : "s", least));
    if (most != least) {
        FCNN_TRY(fcnn_text_append(text, "-%d", most));
    }
    FCNN_TRY(fcnn_text_append(text, " thread%s\n", most == 1 ? "" : "s"));
    return append_table(topology, text);
}

/* ---- the warning ---- */

#define WARNING_SIZE FCNN_TROUBLE_SIZE

typedef struct crowd {
    int ranks;       /* number of ranks that may run only on these processors */
    int64_t threads; /* number of their threads */
    int processors;  /* number of the processors */
} crowd;

static const fcnn_processors *set_of(const fcnn_rank_site *site, bool bound)
{
    return bound ? &site->threads.runs_on : &site->place.processors;
}

/* Counts the ranks and threads that may run only on the processors of this rank; if `bound` is set, on those to which
 * OpenMP has bound its threads. */
static crowd find_crowd(const fcnn_topology *topology, bool bound)
{
    const fcnn_processors *own = set_of(&topology->sites[topology->rank], bound);
    crowd found = {.processors = fcnn_processors_count(own)};
    for (int rank = 0; rank < topology->size; rank++) {
        const fcnn_rank_site *site = &topology->sites[rank];
        if (fcnn_topology_is_same_host(topology, rank, topology->rank) &&
            fcnn_processors_are_within(set_of(site, bound), own)) {
            found.ranks++;
            found.threads += site->threads.used;
        }
    }
    return found;
}

static bool is_crowded(const crowd *found)
{
    return found->processors > 0 && found->threads > found->processors;
}

/* The number of threads of the ranks of this host, or of those in a control group. */
static int64_t count_threads(const fcnn_topology *topology, const fcnn_quota *quota)
{
    int64_t threads = 0;
    for (int rank = 0; rank < topology->size; rank++) {
        const fcnn_rank_site *site = &topology->sites[rank];
        double processors;
        if (fcnn_topology_is_same_host(topology, rank, topology->rank) &&
            (quota == NULL || fcnn_rank_place_quota(&site->place, quota->group, &processors))) {
            threads += site->threads.used;
        }
    }
    return threads;
}

/* The name of the environment variable that limits OpenMP to this number of threads; NULL: none. */
static const char *find_limit(int used)
{
    const char *limit = getenv("OMP_THREAD_LIMIT"), *levels = getenv("OMP_MAX_ACTIVE_LEVELS");
    if (limit != NULL && atoi(limit) == used) {
        return "OMP_THREAD_LIMIT";
    }
    if (levels != NULL && used == 1 && atoi(levels) == 0) {
        return "OMP_MAX_ACTIVE_LEVELS";
    }
    const char *dynamic = getenv("OMP_DYNAMIC");
    return dynamic != NULL && strcasecmp(dynamic, "false") != 0 ? "OMP_DYNAMIC" : NULL;
}

static fcnn_trouble find_fewer(const fcnn_topology *topology, char out[WARNING_SIZE])
{
    const fcnn_rank_threads *own = &topology->sites[topology->rank].threads;
    if (own->used >= own->wanted) {
        return FCNN_TROUBLE_NONE;
    }
    int length = own->asked > 0 ? snprintf(out, WARNING_SIZE, "%s requests %d threads", own->by, own->wanted)
                                : snprintf(out, WARNING_SIZE, "%d threads are suitable (%s)", own->wanted, own->by);
    length += snprintf(out + length, (size_t)(WARNING_SIZE - length), ", but OpenMP starts %d", own->used);
    const char *limit = find_limit(own->used);
    if (limit != NULL) {
        snprintf(out + length, (size_t)(WARNING_SIZE - length), ": unset %s, which is %.20s", limit, getenv(limit));
        return FCNN_TROUBLE_FEWER_THREADS;
    }
    snprintf(out + length, (size_t)(WARNING_SIZE - length),
             ": the calling program has set a limit, or calls fcnn from a parallel region");
    return FCNN_TROUBLE_FEWER_THREADS;
}

enum { FEWER_SIZE = 80, ADVICE_SIZE = 160 };

/* Writes advice on how to use fewer threads. */
static void advise_fewer(int used, char out[FEWER_SIZE])
{
    snprintf(out, FEWER_SIZE, "%s",
             used > 1 ? "start fewer ranks, or set OMP_NUM_THREADS (or train.threads) to fewer" : "start fewer ranks");
}

static fcnn_trouble find_over_quota(const fcnn_topology *topology, char out[WARNING_SIZE])
{
    const fcnn_rank_site *own = &topology->sites[topology->rank];
    for (int i = 0; i < own->place.quotas_count; i++) {
        const fcnn_quota *quota = &own->place.quotas[i];
        const int64_t threads = count_threads(topology, quota);
        if ((double)threads > quota->processors && threads > 1) {
            const double shown = fcnn_quota_shown(quota);
            char fewer[FEWER_SIZE];
            advise_fewer(own->threads.used, fewer);
            snprintf(out, WARNING_SIZE,
                     "%lld threads on %s share %g processor%s, the quota of their container or batch job: this will be "
                     "slow; "
                     "%s, or increase the quota (docker run --cpus, limits.cpu)",
                     (long long)threads, own->host, shown, shown == 1 ? "" : "s", fewer);
            return FCNN_TROUBLE_OVER_QUOTA;
        }
    }
    return FCNN_TROUBLE_NONE;
}

static fcnn_trouble find_over_host(const fcnn_topology *topology, char out[WARNING_SIZE])
{
    const fcnn_rank_site *own = &topology->sites[topology->rank];
    const int64_t threads = count_threads(topology, NULL);
    if (threads <= own->online) {
        return FCNN_TROUBLE_NONE;
    }
    char fewer[FEWER_SIZE];
    advise_fewer(own->threads.used, fewer);
    snprintf(out, WARNING_SIZE, "%lld threads share the %d processor%s of %s: this will be slow; %s",
             (long long)threads, own->online, own->online == 1 ? "" : "s", own->host, fewer);
    return FCNN_TROUBLE_OVER_HOST;
}

/* Writes advice on how to start the ranks so that each has processors of its own. */
static void advise_launch(fcnn_launcher launcher, int threads, char out[ADVICE_SIZE])
{
    switch (launcher) {
    case FCNN_LAUNCHER_MPIRUN:
        snprintf(out, ADVICE_SIZE, "start with `mpirun --map-by slot:pe=%d`", threads);
        break;
    case FCNN_LAUNCHER_MPIEXEC:
        snprintf(out, ADVICE_SIZE, "start with `mpiexec -bind-to core:%d`", threads);
        break;
    case FCNN_LAUNCHER_SRUN:
        snprintf(out, ADVICE_SIZE, "start with `srun --cpus-per-task=%d`", threads);
        break;
    case FCNN_LAUNCHER_NONE:
        snprintf(out, ADVICE_SIZE, "start it without taskset, or request more processors from the batch system");
        break;
    }
}

/* Writes advice about the environment variable that binds threads. */
static void advise_unset(const fcnn_rank_threads *threads, int ranks, fcnn_launcher launcher, char out[ADVICE_SIZE])
{
    const bool is_list = threads->binder_names && strchr(threads->binder, '=') == NULL;
    char launch[ADVICE_SIZE];
    advise_launch(launcher, threads->used, launch);
    if (ranks == 1 && is_list) {
        snprintf(out, ADVICE_SIZE, "unset it, or name as many places as there are threads");
    } else if (launcher == FCNN_LAUNCHER_NONE) {
        snprintf(out, ADVICE_SIZE, "unset it");
    } else {
        snprintf(out, ADVICE_SIZE, "unset it, %s %.*s", threads->binder_names ? "and" : "or", ADVICE_SIZE - 16, launch);
    }
}

static fcnn_trouble find_crowds(const fcnn_topology *topology, fcnn_launcher launcher, char out[WARNING_SIZE])
{
    const fcnn_rank_site *own = &topology->sites[topology->rank];
    const crowd bound = find_crowd(topology, true), placed = find_crowd(topology, false);
    char advice[ADVICE_SIZE], fewer[FEWER_SIZE];
    if (is_crowded(&placed) && !own->threads.binder_names) {
        advise_launch(launcher, own->threads.used, advice);
        advise_fewer(own->threads.used, fewer);
        snprintf(out, WARNING_SIZE, "on %s %lld threads are bound to %d processor%s: %s%s, or %s", own->host,
                 (long long)placed.threads, placed.processors, placed.processors == 1 ? "" : "s", advice,
                 launcher == FCNN_LAUNCHER_MPIRUN ? ", or with `mpirun --bind-to none`" : "", fewer);
        return FCNN_TROUBLE_CROWDED_BY_LAUNCHER;
    }
    if (!is_crowded(&bound)) {
        return FCNN_TROUBLE_NONE;
    }
    advise_unset(&own->threads, bound.ranks, launcher, advice);
    snprintf(out, WARNING_SIZE, "on %s %s binds %lld threads to %d processor%s: %s", own->host,
             own->threads.binder[0] != '\0' ? own->threads.binder : "OpenMP", (long long)bound.threads,
             bound.processors, bound.processors == 1 ? "" : "s", advice);
    return FCNN_TROUBLE_CROWDED_BY_OPENMP;
}

fcnn_trouble fcnn_topology_trouble(const fcnn_topology *topology, fcnn_launcher launcher, char out[WARNING_SIZE])
{
    fcnn_trouble found = find_fewer(topology, out);
    found = found == FCNN_TROUBLE_NONE ? find_over_quota(topology, out) : found;
    found = found == FCNN_TROUBLE_NONE ? find_over_host(topology, out) : found;
    return found == FCNN_TROUBLE_NONE ? find_crowds(topology, launcher, out) : found;
}

void fcnn_topology_warn(const fcnn_topology *topology, fcnn_comm *comm)
{
    char text[WARNING_SIZE] = "";
    const int64_t own = (int64_t)fcnn_topology_trouble(topology, comm->launcher, text) * comm->size + comm->rank;
    int64_t first = -own;
    fcnn_comm_max_integers(comm, 1, &first);
    if (-first / comm->size == FCNN_TROUBLE_NONE) {
        return;
    }
    MPI_Bcast(text, sizeof text, MPI_BYTE, (int)(-first % comm->size), fcnn_communicator_of(comm));
    fcnn_log_warning("%s", text);
}
