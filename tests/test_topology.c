/* tests/test_topology.c — processors, control groups and the threads of ranks, on machines that are imitated. */
#include "fixture.h"
#include "harness.h"

#include "compute/team.h"
#include "parallel/topology.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- hosts that are imitated ---- */

enum { SITES = 4 };

/* A rank: its host, its processors before and after OpenMP, a quota of group 1 and one of group 2 (0: not in it). */
typedef struct imitation {
    const char *host, *processors, *runs_on;
    int asked, used, wanted; /* wanted: where nobody asks */
    double quotas[2];
    const char *binder;
    bool binder_names;
} imitation;

static fcnn_topology *imitate(const imitation *ranks, int size)
{
    static fcnn_rank_site sites[SITES];
    static fcnn_topology topology;
    memset(sites, 0, sizeof sites);
    topology = (fcnn_topology){.size = size, .sites = sites};
    for (int rank = 0; rank < size; rank++) {
        const imitation *from = &ranks[rank];
        fcnn_rank_site *site = &sites[rank];
        snprintf(site->host, sizeof site->host, "%s", from->host);
        site->online = 4;
        site->place.processors = fixture_processors(from->processors);
        for (int i = 0; i < 2; i++) {
            if (from->quotas[i] > 0) {
                site->place.quotas[site->place.quotas_count++] = (fcnn_quota){(uint64_t)i + 1, from->quotas[i]};
            }
        }
        site->threads.asked = from->asked;
        site->threads.wanted = from->asked > 0 ? from->asked : from->wanted;
        site->threads.used = from->used;
        snprintf(site->threads.by, sizeof site->threads.by, "%s", from->asked > 0 ? "OMP_NUM_THREADS" : "auto: it");
        snprintf(site->threads.binder, sizeof site->threads.binder, "%s", from->binder != NULL ? from->binder : "");
        site->threads.binder_names = from->binder_names;
        site->threads.runs_on = fixture_processors(from->runs_on != NULL ? from->runs_on : from->processors);
    }
    return &topology;
}

static void forget(fcnn_topology *topology)
{
    for (int rank = 0; rank < topology->size; rank++) {
        fcnn_processors_clear(&topology->sites[rank].place.processors);
        fcnn_processors_clear(&topology->sites[rank].threads.runs_on);
    }
}

static void expect_suitable(const imitation *ranks, int size, const int *expected, const char *by)
{
    fcnn_topology *topology = imitate(ranks, size);
    for (topology->rank = 0; topology->rank < size; topology->rank++) {
        fcnn_rank_threads threads;
        CU_ASSERT_EQUAL(fcnn_topology_suitable(topology, &threads), expected[topology->rank]);
        CU_ASSERT_STRING_EQUAL(threads.by, by);
    }
    forget(topology);
}

static void ranks_divide_their_processors_and_quotas(void)
{
    expect_suitable((imitation[]){{.host = "a", .processors = "0 1 2 3"}}, 1, (int[]){4}, "auto: 4 cpus");
    expect_suitable((imitation[]){{.host = "a", .processors = "5"}}, 1, (int[]){1}, "auto: 1 cpu");
    expect_suitable((imitation[]){{.host = "a", .processors = "0 1 2 3"},
                                  {.host = "a", .processors = "0 1 2 3"},
                                  {.host = "b", .processors = "0 1 2 3 4 5 6 7"},
                                  {.host = "b", .processors = "0 1 2 3"}},
                    2, (int[]){2, 2}, "auto: 4 cpus for 2 ranks");
    expect_suitable((imitation[]){{.host = "a", .processors = "0 1"},
                                  {.host = "a", .processors = "2 3"},
                                  {.host = "b", .processors = "0 1"}},
                    3, (int[]){2, 2, 2}, "auto: 2 cpus");
    expect_suitable((imitation[]){{.host = "a", .processors = "0"},
                                  {.host = "a", .processors = "0"},
                                  {.host = "a", .processors = "0"}},
                    3, (int[]){1, 1, 1}, "auto: 1 cpu for 3 ranks");
    /* half a processor is one thread, and a part of one more is none */
    expect_suitable((imitation[]){{.host = "a", .processors = "0 1 2 3", .quotas = {0.5}}}, 1, (int[]){1},
                    "auto: a quota of 0.5 cpus");
    expect_suitable((imitation[]){{.host = "a", .processors = "0 1 2 3", .quotas = {2.5}}}, 1, (int[]){2},
                    "auto: a quota of 2.5 cpus");
    expect_suitable((imitation[]){{.host = "a", .processors = "0 1", .quotas = {2}}}, 1, (int[]){2}, "auto: 2 cpus");
    /* a group inside of another: each has half of the outer one's */
    expect_suitable((imitation[]){{.host = "a", .processors = "0 1 2 3 4 5 6 7", .quotas = {3, 4}},
                                  {.host = "a", .processors = "8 9 10 11 12 13 14 15", .quotas = {0, 4}},
                                  {.host = "b", .processors = "0 1 2 3", .quotas = {0, 4}}},
                    2, (int[]){2, 2}, "auto: a quota of 4 cpus");
}

static fcnn_trouble trouble_of(const imitation *ranks, int size, int rank, fcnn_launcher launcher,
                               char text[FCNN_TROUBLE_SIZE])
{
    fcnn_topology *topology = imitate(ranks, size);
    topology->rank = rank;
    *text = '\0';
    const fcnn_trouble found = fcnn_topology_trouble(topology, launcher, text);
    forget(topology);
    return found;
}

#define EXPECT_TROUBLE(kind, launcher, size, piece, ...)                                                \
    do {                                                                                                \
        char text_[FCNN_TROUBLE_SIZE];                                                                  \
        CU_ASSERT_EQUAL(trouble_of((imitation[])__VA_ARGS__, size, 0, FCNN_LAUNCHER_##launcher, text_), \
                        FCNN_TROUBLE_##kind);                                                           \
        CU_ASSERT_PTR_NOT_NULL(strstr(text_, piece));                                                   \
    } while (0)

static void what_is_wrong_is_told_with_what_helps(void)
{
    EXPECT_TROUBLE(NONE, NONE, 1, "", {{.host = "a", .processors = "0 1", .asked = 2, .used = 2}});
    EXPECT_TROUBLE(NONE, MPIRUN, 2, "",
                   {{.host = "a", .processors = "0 1", .asked = 1, .used = 1},
                    {.host = "a", .processors = "0 1", .asked = 1, .used = 1}});
    EXPECT_TROUBLE(NONE, MPIRUN, 2, "",
                   {{.host = "a", .processors = "0", .asked = 1, .used = 1},
                    {.host = "b", .processors = "0", .asked = 1, .used = 1}});
    unsetenv("OMP_THREAD_LIMIT");
    EXPECT_TROUBLE(FEWER_THREADS, NONE, 1, "OMP_NUM_THREADS requests 3 threads, but OpenMP starts 2: the calling",
                   {{.host = "a", .processors = "0 1", .asked = 3, .used = 2}});
    setenv("OMP_THREAD_LIMIT", "2", 1);
    EXPECT_TROUBLE(FEWER_THREADS, NONE, 1, ": unset OMP_THREAD_LIMIT, which is 2",
                   {{.host = "a", .processors = "0 1", .asked = 3, .used = 2}});
    /* the one that is set is not always the one that limits */
    setenv("OMP_THREAD_LIMIT", "4", 1);
    setenv("OMP_MAX_ACTIVE_LEVELS", "0", 1);
    EXPECT_TROUBLE(FEWER_THREADS, NONE, 1, "OpenMP starts 1: unset OMP_MAX_ACTIVE_LEVELS, which is 0",
                   {{.host = "a", .processors = "0 1", .asked = 2, .used = 1}});
    unsetenv("OMP_MAX_ACTIVE_LEVELS");
    EXPECT_TROUBLE(FEWER_THREADS, NONE, 1, "OpenMP starts 1: the calling",
                   {{.host = "a", .processors = "0 1", .asked = 2, .used = 1}});
    unsetenv("OMP_THREAD_LIMIT");
    EXPECT_TROUBLE(OVER_HOST, NONE, 2, "5 threads share the 4 processors of a",
                   {{.host = "a", .processors = "0 1 2 3", .asked = 2, .used = 2},
                    {.host = "a", .processors = "0 1 2 3", .asked = 3, .used = 3}});
    EXPECT_TROUBLE(OVER_QUOTA, NONE, 1, "2 threads on a share 0.5 processors, the quota",
                   {{.host = "a", .processors = "0 1 2 3", .asked = 2, .used = 2, .quotas = {0.5}}});
    EXPECT_TROUBLE(OVER_QUOTA, NONE, 2, "3 threads on a share 2 processors, ",
                   {{.host = "a", .processors = "0 1 2 3", .asked = 2, .used = 2, .quotas = {0, 2}},
                    {.host = "a", .processors = "0 1 2 3", .asked = 1, .used = 1, .quotas = {1, 2}}});
    EXPECT_TROUBLE(OVER_QUOTA, NONE, 2, "2 threads on a share 1 processor, ",
                   {{.host = "a", .processors = "0 1 2 3", .asked = 1, .used = 1, .quotas = {0, 1}},
                    {.host = "a", .processors = "0 1 2 3", .asked = 1, .used = 1, .quotas = {0, 1}}});
    EXPECT_TROUBLE(OVER_QUOTA, NONE, 2, "slow; start fewer ranks, or increase the quota",
                   {{.host = "a", .processors = "0 1 2 3", .asked = 1, .used = 1, .quotas = {0, 1.99999}},
                    {.host = "a", .processors = "0 1 2 3", .asked = 1, .used = 1, .quotas = {0, 1.99999}}});
    EXPECT_TROUBLE(OVER_QUOTA, NONE, 1, "share 1.99 processors",
                   {{.host = "a", .processors = "0 1 2 3", .asked = 2, .used = 2, .quotas = {1.99999}}});
    /* chosen, and not given */
    setenv("OMP_DYNAMIC", "true", 1);
    EXPECT_TROUBLE(FEWER_THREADS, NONE, 1,
                   "2 threads are suitable (auto: it), but OpenMP starts 1: unset OMP_DYNAMIC, which is true",
                   {{.host = "a", .processors = "0 1", .wanted = 2, .used = 1}});
    setenv("OMP_DYNAMIC", "false", 1);
    EXPECT_TROUBLE(FEWER_THREADS, NONE, 1, "OpenMP starts 1: the calling",
                   {{.host = "a", .processors = "0 1", .wanted = 2, .used = 1}});
    unsetenv("OMP_DYNAMIC");
    /* one thread cannot be fewer */
    EXPECT_TROUBLE(NONE, NONE, 1, "", {{.host = "a", .processors = "0 1", .asked = 1, .used = 1, .quotas = {0.5}}});
}

static void advice_fits_the_launcher(void)
{
    EXPECT_TROUBLE(CROWDED_BY_LAUNCHER, MPIRUN, 1, "mpirun --map-by slot:pe=2",
                   {{.host = "a", .processors = "3", .asked = 2, .used = 2}});
    EXPECT_TROUBLE(CROWDED_BY_LAUNCHER, MPIEXEC, 1, "mpiexec -bind-to core:2",
                   {{.host = "a", .processors = "3", .asked = 2, .used = 2}});
    EXPECT_TROUBLE(CROWDED_BY_LAUNCHER, SRUN, 1, "srun --cpus-per-task=2",
                   {{.host = "a", .processors = "3", .asked = 2, .used = 2}});
    EXPECT_TROUBLE(CROWDED_BY_LAUNCHER, NONE, 1, "2 threads are bound to 1 processor: start it without taskset",
                   {{.host = "a", .processors = "3", .asked = 2, .used = 2}});
    EXPECT_TROUBLE(CROWDED_BY_LAUNCHER, MPIRUN, 2, "2 threads are bound to 1 processor",
                   {{.host = "a", .processors = "3", .asked = 1, .used = 1},
                    {.host = "a", .processors = "3", .asked = 1, .used = 1}});
    /* cores of the mask by name of kind: it is the mask that is too small */
    EXPECT_TROUBLE(CROWDED_BY_LAUNCHER, MPIRUN, 1, "mpirun --map-by slot:pe=2",
                   {{.host = "a", .processors = "3", .asked = 2, .used = 2, .binder = "OMP_PLACES"}});
}

static void advice_fits_openmp(void)
{
    /* ranks that may run anywhere, whose threads OpenMP puts on the same first place */
    EXPECT_TROUBLE(
        CROWDED_BY_OPENMP, MPIRUN, 2,
        "OMP_PROC_BIND binds 2 threads to 1 processor: unset it, or start with `mpirun --map-by slot:pe=1`",
        {{.host = "a", .processors = "0 1", .runs_on = "0", .asked = 1, .used = 1, .binder = "OMP_PROC_BIND"},
         {.host = "a", .processors = "0 1", .runs_on = "0", .asked = 1, .used = 1, .binder = "OMP_PROC_BIND"}});
    EXPECT_TROUBLE(
        NONE, MPIRUN, 2, "",
        {{.host = "a", .processors = "0 1", .runs_on = "0", .asked = 1, .used = 1, .binder = "OMP_PROC_BIND"},
         {.host = "a", .processors = "0 1", .runs_on = "1", .asked = 1, .used = 1, .binder = "OMP_PROC_BIND"}});
    /* places that all ranks name: no longer list helps */
    EXPECT_TROUBLE(CROWDED_BY_OPENMP, MPIRUN, 2,
                   "OMP_PLACES binds 2 threads to 1 processor: unset it, and start with `mpirun --map-by slot:pe=1`",
                   {{.host = "a",
                     .processors = "0 1",
                     .runs_on = "0",
                     .asked = 1,
                     .used = 1,
                     .binder = "OMP_PLACES",
                     .binder_names = true},
                    {.host = "a",
                     .processors = "0 1",
                     .runs_on = "0",
                     .asked = 1,
                     .used = 1,
                     .binder = "OMP_PLACES",
                     .binder_names = true}});
    char text[FCNN_TROUBLE_SIZE];
    CU_ASSERT_EQUAL(trouble_of((imitation[]){{.host = "a",
                                              .processors = "0",
                                              .asked = 2,
                                              .used = 2,
                                              .binder = "OMP_PROC_BIND=primary",
                                              .binder_names = true}},
                               1, 0, FCNN_LAUNCHER_NONE, text),
                    FCNN_TROUBLE_CROWDED_BY_OPENMP);
    CU_ASSERT_STRING_EQUAL(text, "on a OMP_PROC_BIND=primary binds 2 threads to 1 processor: unset it");
    /* places by number */
    EXPECT_TROUBLE(CROWDED_BY_OPENMP, NONE, 1, "GOMP_CPU_AFFINITY binds 2 threads to 1 processor: unset it, or name",
                   {{.host = "a",
                     .processors = "1",
                     .runs_on = "1",
                     .asked = 2,
                     .used = 2,
                     .binder = "GOMP_CPU_AFFINITY",
                     .binder_names = true}});
}

static void the_table_tells_who_asked_and_where_threads_are(void)
{
    fcnn_topology *topology = imitate(
        (imitation[]){{.host = "a", .processors = "0 1", .asked = 2, .used = 2},
                      {.host = "a", .processors = "0 1", .asked = 2, .used = 2},
                      {.host = "a", .processors = "2 3", .runs_on = "2", .asked = 2, .used = 1, .binder = "OMP_PLACES"},
                      {.host = "node12", .processors = "0 1 2 3", .used = 4}},
        4);
    fcnn_text text = {0};
    HARNESS_OK(fcnn_topology_describe(topology, &text));
    CU_ASSERT_STRING_EQUAL(text.data, "4 ranks x 1-4 threads\n"
                                      "  host   rank      threads  asked for             cpus\n"
                                      "  a      0-1             2  2 by OMP_NUM_THREADS  0-1\n"
                                      "  a      2               1  2 by OMP_NUM_THREADS  2, bound by OMP_PLACES\n"
                                      "  node12 3               4  auto: it              0-3\n");
    fcnn_text_clear(&text);
    forget(topology);
}

/* ---- ranks that run ---- */

static void ranks_learn_of_each_other(void)
{
    fcnn_comm *comm = harness_comm();
    fcnn_topology *topology;
    fcnn_rank_place place = {.quotas = {{7, comm->rank + 0.5}}, .quotas_count = 1};
    HARNESS_OK(fcnn_processors_add(&place.processors, comm->rank * 600)); /* sets of different lengths */
    HARNESS_OK(fcnn_topology_create(comm, &place, &topology));
    fcnn_rank_threads threads = {.asked = comm->rank, .used = comm->rank + 1, .by = "a test"};
    HARNESS_OK(fcnn_processors_add(&threads.runs_on, comm->rank));
    HARNESS_OK(fcnn_topology_settle(topology, comm, &threads));
    for (int rank = 0; rank < comm->size; rank++) {
        const fcnn_rank_site *site = &topology->sites[rank];
        fcnn_processors expected = {0};
        double quota = 0;
        HARNESS_OK(fcnn_processors_add(&expected, rank * 600));
        CU_ASSERT_TRUE(fcnn_processors_are_equal(&site->place.processors, &expected));
        CU_ASSERT_TRUE(fcnn_rank_place_quota(&site->place, 7, &quota) && quota == rank + 0.5);
        CU_ASSERT_FALSE(fcnn_rank_place_quota(&site->place, 8, &quota));
        CU_ASSERT_EQUAL(site->threads.asked, rank);
        CU_ASSERT_EQUAL(site->threads.used, rank + 1);
        CU_ASSERT_STRING_EQUAL(site->threads.by, "a test");
        CU_ASSERT_TRUE(fcnn_topology_is_same_host(topology, rank, comm->rank));
        fcnn_processors_clear(&expected);
    }
    fcnn_processors_clear(&threads.runs_on);
    fcnn_processors_clear(&place.processors);
    fcnn_topology_destroy(topology);
}

static void count_threads(void *data, int thread, int threads)
{
    int *seen = data;
    seen[thread] = threads;
}

static void a_team_has_the_threads_that_openmp_gives(void)
{
    fcnn_team *team;
    const int levels = omp_get_max_active_levels(), dynamic = omp_get_dynamic();
    int seen[2] = {0};
    omp_set_max_active_levels(0);
    HARNESS_OK(fcnn_team_create(2, &team));
    omp_set_max_active_levels(levels);
    CU_ASSERT_EQUAL(fcnn_team_threads(team), 1);
    fcnn_team_run(team, count_threads, seen); /* and no more later, when more could be had */
    CU_ASSERT_EQUAL(seen[0], 1);
    CU_ASSERT_EQUAL(seen[1], 0);
    fcnn_team_destroy(team);
    HARNESS_OK(fcnn_team_create(2, &team));
    CU_ASSERT_EQUAL(fcnn_team_threads(team), 2);
    omp_set_dynamic(true); /* nor fewer, however busy the machine has become */
    for (int i = 0; i < 20; i++) {
        seen[0] = seen[1] = 0;
        fcnn_team_run(team, count_threads, seen);
        CU_ASSERT_EQUAL(seen[0], 2);
        CU_ASSERT_EQUAL(seen[1], 2);
    }
    CU_ASSERT_TRUE(omp_get_dynamic());
    omp_set_dynamic(dynamic);
    fcnn_processors own;
    HARNESS_OK(fcnn_processors_of_thread(&own));
    CU_ASSERT_TRUE(fcnn_processors_are_within(&own, fcnn_team_processors(team)));
    fcnn_processors_clear(&own);
    fcnn_team_destroy(team);
}

HARNESS_MAIN("topology", {"ranks divide their processors and quotas", ranks_divide_their_processors_and_quotas},
             {"what is wrong is told, with what helps", what_is_wrong_is_told_with_what_helps},
             {"advice fits the launcher", advice_fits_the_launcher}, {"advice fits OpenMP", advice_fits_openmp},
             {"the table tells who asked and where threads are", the_table_tells_who_asked_and_where_threads_are},
             {"ranks learn of each other", ranks_learn_of_each_other},
             {"a team has the threads that OpenMP gives", a_team_has_the_threads_that_openmp_gives})
