/* tests/test_topology.c — processors, control groups and the threads of ranks, on machines that are imitated. */
#include "harness.h"

#include "compute/team.h"
#include "parallel/topology.h"

#include <errno.h>
#include <omp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- masks ---- */

/* A kernel that takes no mask of fewer bytes and gives the first and the last processor of those; 0: the real one. */
static size_t kernel_bytes;

int sched_getaffinity(pid_t process, size_t size, cpu_set_t *mask)
{
    if (kernel_bytes == 0) {
        memset(mask, 0, size);
        return syscall(SYS_sched_getaffinity, process, size, mask) < 0 ? -1 : 0;
    }
    if (size < kernel_bytes) {
        errno = EINVAL;
        return -1;
    }
    CPU_ZERO_S(size, mask);
    CPU_SET_S(0, size, mask);
    CPU_SET_S(8 * kernel_bytes - 1, size, mask);
    return 0;
}

static fcnn_processors set_of(const char *numbers)
{
    fcnn_processors set = {0};
    for (const char *rest = numbers; *rest != '\0'; rest += strcspn(rest, " "), rest += *rest == ' ') {
        HARNESS_OK(fcnn_processors_add(&set, atoi(rest)));
    }
    return set;
}

static void expect_text(const fcnn_processors *set, const char *expected)
{
    fcnn_text text = {0};
    HARNESS_OK(fcnn_processors_append(set, &text));
    CU_ASSERT_STRING_EQUAL(text.data, expected);
    fcnn_text_clear(&text);
}

static void masks_of_any_length_are_read(void)
{
    static const struct {
        size_t bytes;
        const char *text;
    } kernels[] = {{8, "0,63"}, {128, "0,1023"}, {136, "0,1087"}, {1024, "0,8191"}, {65536, "0,524287"}};
    for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++) {
        fcnn_processors set;
        kernel_bytes = kernels[i].bytes;
        HARNESS_OK(fcnn_processors_of_thread(&set));
        kernel_bytes = 0;
        CU_ASSERT_EQUAL(fcnn_processors_count(&set), 2);
        expect_text(&set, kernels[i].text);
        fcnn_processors_clear(&set);
    }
    fcnn_processors own;
    HARNESS_OK(fcnn_processors_of_thread(&own));
    CU_ASSERT_TRUE(fcnn_processors_count(&own) >= 1 && fcnn_processors_count(&own) <= sysconf(_SC_NPROCESSORS_CONF));
    fcnn_processors_clear(&own);
}

static void sets_are_compared_whatever_their_length(void)
{
    fcnn_processors none = {0}, low = set_of("0 1 2 5"), part = set_of("1 5"), high = set_of("1 5 700");
    expect_text(&none, "unknown");
    expect_text(&low, "0-2,5");
    expect_text(&high, "1,5,700");
    CU_ASSERT_TRUE(fcnn_processors_are_within(&part, &low));
    CU_ASSERT_TRUE(fcnn_processors_are_within(&part, &high));
    CU_ASSERT_FALSE(fcnn_processors_are_within(&high, &low));
    CU_ASSERT_FALSE(fcnn_processors_are_within(&low, &part));
    CU_ASSERT_TRUE(fcnn_processors_meet(&low, &high));
    CU_ASSERT_FALSE(fcnn_processors_meet(&low, &none));
    CU_ASSERT_FALSE(fcnn_processors_are_equal(&part, &high));
    HARNESS_OK(fcnn_processors_unite(&part, &high));
    CU_ASSERT_TRUE(fcnn_processors_are_equal(&part, &high));
    CU_ASSERT_EQUAL(fcnn_processors_count(&part), 3);
    fcnn_processors_clear(&low);
    fcnn_processors_clear(&part);
    fcnn_processors_clear(&high);
}

/* ---- control groups ---- */

static char scratch[256];

/* Writes a file below the scratch folder, and the folders above it. */
static void write_file(const char *path, const char *text)
{
    char whole[1024];
    snprintf(whole, sizeof whole, "%s/%s", scratch, path);
    for (char *slash = strchr(whole + strlen(scratch) + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(whole, 0777);
        *slash = '/';
    }
    FILE *file = fopen(whole, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(text, file);
    fclose(file);
}

/* Writes what the kernel tells of the groups: %s in mounts stands for the scratch folder. */
static void write_proc(const char *groups, const char *mounts)
{
    char text[2048];
    write_file("proc/cgroup", groups);
    snprintf(text, sizeof text, mounts, scratch);
    write_file("proc/mountinfo", text);
}

static void begin_scratch(const char *name)
{
    const char *folder = getenv("TMPDIR");
    snprintf(scratch, sizeof scratch, "%s/%s%d", folder != NULL ? folder : "/tmp", name,
             fcnn_comm_rank(harness_comm()));
    mkdir(scratch, 0777);
}

static void end_scratch(void)
{
    char command[512];
    snprintf(command, sizeof command, "rm -rf '%s'", scratch);
    CU_ASSERT_EQUAL(system(command), 0);
}

static int read_quotas(fcnn_quota quotas[FCNN_QUOTAS_MOST])
{
    char proc[512];
    snprintf(proc, sizeof proc, "%s/proc", scratch);
    return fcnn_control_groups_quotas(proc, quotas);
}

static void quotas_of_version_1_are_read(void)
{
    fcnn_quota quotas[FCNN_QUOTAS_MOST];
    begin_scratch("a topology");
    /* the path has a blank, which mountinfo writes as \040 */
    char *blank = strchr(scratch, ' ');
    write_file("cpu/job/step/cpu.cfs_quota_us", "150000\n");
    write_file("cpu/job/step/cpu.cfs_period_us", "100000\n");
    write_file("cpu/job/cpu.cfs_quota_us", "-1\n");
    write_file("cpu/job/cpu.cfs_period_us", "100000\n");
    write_file("cpu/cpu.cfs_quota_us", "40000\n");
    write_file("cpu/cpu.cfs_period_us", "10000\n");
    char mounts[1024];
    snprintf(mounts, sizeof mounts,
             "21 20 0:18 / /sys rw - sysfs sysfs rw\n"
             "34 33 0:29 / /elsewhere rw - cgroup cgroup rw,memory\n"
             "35 33 0:30 / %.*s\\040%s/cpu rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct\n",
             (int)(blank - scratch), scratch, blank + 1);
    write_file("proc/cgroup", "9:cpuset:/x\n4:memory:/y\n1:cpu,cpuacct:/job/step\n0::/\n");
    write_file("proc/mountinfo", mounts);
    CU_ASSERT_EQUAL_FATAL(read_quotas(quotas), 2);
    CU_ASSERT_EQUAL(quotas[0].processors, 1.5);
    CU_ASSERT_EQUAL(quotas[1].processors, 4);
    CU_ASSERT_NOT_EQUAL(quotas[0].group, quotas[1].group);
    end_scratch();
}

static void quotas_of_version_2_are_read(void)
{
    fcnn_quota quotas[FCNN_QUOTAS_MOST];
    begin_scratch("topology");
    write_file("unified/slice/pod/cpu.max", "50000 100000\n");
    write_file("unified/slice/cpu.max", "max 100000\n");
    write_file("unified/cpu.max", "300000 100000\n");
    write_proc("0::/slice/pod\n", "30 20 0:26 / %s/unified rw - cgroup2 cgroup2 rw,nsdelegate\n");
    CU_ASSERT_EQUAL_FATAL(read_quotas(quotas), 2);
    CU_ASSERT_EQUAL(quotas[0].processors, 0.5);
    CU_ASSERT_EQUAL(quotas[1].processors, 3);
    /* a container that sees its own group as the root, and one of which only a part is mounted */
    write_proc("0::/\n", "30 20 0:26 / %s/unified/slice/pod rw - cgroup2 cgroup rw\n");
    CU_ASSERT_EQUAL_FATAL(read_quotas(quotas), 1);
    CU_ASSERT_EQUAL(quotas[0].processors, 0.5);
    write_proc("0::/docker/7f/job\n", "30 20 0:26 /docker/7f %s/unified/slice rw - cgroup2 cgroup rw\n");
    CU_ASSERT_EQUAL(read_quotas(quotas), 0);
    write_file("unified/slice/job/cpu.max", "20000 10000");
    CU_ASSERT_EQUAL_FATAL(read_quotas(quotas), 1);
    CU_ASSERT_EQUAL(quotas[0].processors, 2);
    write_proc("0::/../other\n", "30 20 0:26 / %s/unified/slice/pod rw - cgroup2 cgroup rw\n");
    CU_ASSERT_EQUAL(read_quotas(quotas), 1);
    /* none, and nonsense */
    write_file("unified/slice/pod/cpu.max", "0 0");
    CU_ASSERT_EQUAL(read_quotas(quotas), 0);
    write_file("unified/slice/pod/cpu.max", "");
    CU_ASSERT_EQUAL(read_quotas(quotas), 0);
    write_proc("", "");
    CU_ASSERT_EQUAL(read_quotas(quotas), 0);
    end_scratch();
    CU_ASSERT_EQUAL(read_quotas(quotas), 0);
}

/* ---- threads that are asked for ---- */

static void threads_come_from_the_first_that_is_set(void)
{
    fcnn_rank_threads threads = {0};
    setenv("OMP_NUM_THREADS", "5,2", 1);
    setenv("SLURM_CPUS_PER_TASK", "7", 1);
    HARNESS_OK(fcnn_topology_ask(3, &threads));
    CU_ASSERT_EQUAL(threads.asked, 3);
    CU_ASSERT_STRING_EQUAL(threads.by, "train.threads");
    HARNESS_OK(fcnn_topology_ask(0, &threads));
    CU_ASSERT_EQUAL(threads.asked, 5);
    CU_ASSERT_STRING_EQUAL(threads.by, "OMP_NUM_THREADS");
    setenv("OMP_NUM_THREADS", " 1024 , 2", 1);
    HARNESS_OK(fcnn_topology_ask(-1, &threads));
    CU_ASSERT_EQUAL(threads.asked, 1024);
    setenv("OMP_NUM_THREADS", " ", 1);
    HARNESS_OK(fcnn_topology_ask(-1, &threads));
    CU_ASSERT_EQUAL(threads.asked, 7);
    unsetenv("OMP_NUM_THREADS");
    HARNESS_OK(fcnn_topology_ask(-1, &threads));
    CU_ASSERT_EQUAL(threads.asked, 7);
    CU_ASSERT_STRING_EQUAL(threads.by, "SLURM_CPUS_PER_TASK");
    unsetenv("SLURM_CPUS_PER_TASK");
    HARNESS_OK(fcnn_topology_ask(-1, &threads));
    CU_ASSERT_EQUAL(threads.asked, 0);
}

static void threads_that_are_no_number_of_threads_are_refused(void)
{
    static const char *const wrong[] = {"0",         "-1",  "99999", "1025", "four",
                                        "4 threads", "3.5", "0,4",   ",4",   "184467440737095516170"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        fcnn_rank_threads threads;
        setenv("OMP_NUM_THREADS", wrong[i], 1);
        setenv("SLURM_CPUS_PER_TASK", "1", 1);
        CU_ASSERT_EQUAL(fcnn_topology_ask(-1, &threads), FCNN_EUSAGE);
        HARNESS_ERROR_HAS("OMP_NUM_THREADS");
        HARNESS_OK(fcnn_topology_ask(2, &threads)); /* nobody asks for it */
        unsetenv("OMP_NUM_THREADS");
        setenv("SLURM_CPUS_PER_TASK", wrong[i], 1);
        CU_ASSERT_EQUAL(fcnn_topology_ask(-1, &threads), FCNN_EUSAGE);
        HARNESS_ERROR_HAS("SLURM_CPUS_PER_TASK");
    }
    unsetenv("SLURM_CPUS_PER_TASK");
}

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
        site->place.processors = set_of(from->processors);
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
        site->threads.runs_on = set_of(from->runs_on != NULL ? from->runs_on : from->processors);
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
    EXPECT_TROUBLE(FEWER_THREADS, NONE, 1, "OMP_NUM_THREADS asks for 3 threads, but OpenMP gives 2: the calling",
                   {{.host = "a", .processors = "0 1", .asked = 3, .used = 2}});
    setenv("OMP_THREAD_LIMIT", "2", 1);
    EXPECT_TROUBLE(FEWER_THREADS, NONE, 1, ": OMP_THREAD_LIMIT is 2, unset it",
                   {{.host = "a", .processors = "0 1", .asked = 3, .used = 2}});
    /* the one that is set is not always the one that limits */
    setenv("OMP_THREAD_LIMIT", "4", 1);
    setenv("OMP_MAX_ACTIVE_LEVELS", "0", 1);
    EXPECT_TROUBLE(FEWER_THREADS, NONE, 1, "OpenMP gives 1: OMP_MAX_ACTIVE_LEVELS is 0, unset it",
                   {{.host = "a", .processors = "0 1", .asked = 2, .used = 1}});
    unsetenv("OMP_MAX_ACTIVE_LEVELS");
    EXPECT_TROUBLE(FEWER_THREADS, NONE, 1, "OpenMP gives 1: the calling",
                   {{.host = "a", .processors = "0 1", .asked = 2, .used = 1}});
    unsetenv("OMP_THREAD_LIMIT");
    EXPECT_TROUBLE(OVER_HOST, NONE, 2, "5 threads on the 4 processors of a",
                   {{.host = "a", .processors = "0 1 2 3", .asked = 2, .used = 2},
                    {.host = "a", .processors = "0 1 2 3", .asked = 3, .used = 3}});
    EXPECT_TROUBLE(OVER_QUOTA, NONE, 1, "2 threads on a share 0.5 processors, which",
                   {{.host = "a", .processors = "0 1 2 3", .asked = 2, .used = 2, .quotas = {0.5}}});
    EXPECT_TROUBLE(OVER_QUOTA, NONE, 2, "3 threads on a share 2 processors, ",
                   {{.host = "a", .processors = "0 1 2 3", .asked = 2, .used = 2, .quotas = {0, 2}},
                    {.host = "a", .processors = "0 1 2 3", .asked = 1, .used = 1, .quotas = {1, 2}}});
    EXPECT_TROUBLE(OVER_QUOTA, NONE, 2, "2 threads on a share 1 processor, ",
                   {{.host = "a", .processors = "0 1 2 3", .asked = 1, .used = 1, .quotas = {0, 1}},
                    {.host = "a", .processors = "0 1 2 3", .asked = 1, .used = 1, .quotas = {0, 1}}});
    EXPECT_TROUBLE(OVER_QUOTA, NONE, 2, "slow; start fewer ranks, or give it more",
                   {{.host = "a", .processors = "0 1 2 3", .asked = 1, .used = 1, .quotas = {0, 1.99999}},
                    {.host = "a", .processors = "0 1 2 3", .asked = 1, .used = 1, .quotas = {0, 1.99999}}});
    EXPECT_TROUBLE(OVER_QUOTA, NONE, 1, "share 1.99 processors",
                   {{.host = "a", .processors = "0 1 2 3", .asked = 2, .used = 2, .quotas = {1.99999}}});
    /* chosen, and not given */
    setenv("OMP_DYNAMIC", "true", 1);
    EXPECT_TROUBLE(FEWER_THREADS, NONE, 1,
                   "2 threads would fit (auto: it), but OpenMP gives 1: OMP_DYNAMIC is true, unset it",
                   {{.host = "a", .processors = "0 1", .wanted = 2, .used = 1}});
    setenv("OMP_DYNAMIC", "false", 1);
    EXPECT_TROUBLE(FEWER_THREADS, NONE, 1, "OpenMP gives 1: the calling",
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

HARNESS_MAIN("topology", {"masks of any length are read", masks_of_any_length_are_read},
             {"sets are compared whatever their length", sets_are_compared_whatever_their_length},
             {"quotas of version 1 are read", quotas_of_version_1_are_read},
             {"quotas of version 2 are read", quotas_of_version_2_are_read},
             {"threads come from the first that is set", threads_come_from_the_first_that_is_set},
             {"threads that are no number of threads are refused", threads_that_are_no_number_of_threads_are_refused},
             {"ranks divide their processors and quotas", ranks_divide_their_processors_and_quotas},
             {"what is wrong is told, with what helps", what_is_wrong_is_told_with_what_helps},
             {"advice fits the launcher", advice_fits_the_launcher}, {"advice fits OpenMP", advice_fits_openmp},
             {"the table tells who asked and where threads are", the_table_tells_who_asked_and_where_threads_are},
             {"ranks learn of each other", ranks_learn_of_each_other},
             {"a team has the threads that OpenMP gives", a_team_has_the_threads_that_openmp_gives})
