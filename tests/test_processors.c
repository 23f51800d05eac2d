/* tests/test_processors.c — the processors, quotas and threads that a process is given or asked for. */
#include "fixture.h"
#include "harness.h"

#include "core/control_groups.h"
#include "run/threads.h"

#include <errno.h>
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
    fcnn_processors none = {0}, low = fixture_processors("0 1 2 5"), part = fixture_processors("1 5"),
                    high = fixture_processors("1 5 700");
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

HARNESS_MAIN("processors", {"masks of any length are read", masks_of_any_length_are_read},
             {"sets are compared whatever their length", sets_are_compared_whatever_their_length},
             {"quotas of version 1 are read", quotas_of_version_1_are_read},
             {"quotas of version 2 are read", quotas_of_version_2_are_read},
             {"threads come from the first that is set", threads_come_from_the_first_that_is_set},
             {"threads that are no number of threads are refused", threads_that_are_no_number_of_threads_are_refused})
