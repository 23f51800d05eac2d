/* tests/test_comm.c — ranks agree, share and sum; who started them. */
#include "harness.h"

#include "parallel/comm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void all_go_on_when_none_failed(void)
{
    HARNESS_OK(fcnn_comm_agree(harness_comm(), FCNN_OK));
}

static void the_lowest_failed_rank_speaks_for_all(void)
{
    fcnn_comm *comm = harness_comm();
    for (int lowest = 0; lowest < comm->size; lowest++) {
        fcnn_status status = FCNN_OK;
        if (comm->rank >= lowest) {
            status = fcnn_fail(comm->rank == lowest ? FCNN_EDATA : FCNN_EOUTPUT, "rank %d is out", comm->rank);
        }
        HARNESS_STATUS(fcnn_comm_agree(comm, status), FCNN_EDATA);
        char expected[32];
        snprintf(expected, sizeof expected, "rank %d is out", lowest);
        CU_ASSERT_STRING_EQUAL(fcnn_error_text(), expected);
    }
}

static void bytes_come_from_rank_0(void)
{
    fcnn_comm *comm = harness_comm();
    char text[16] = "";
    if (comm->rank == 0) {
        strcpy(text, "from rank 0");
    }
    fcnn_comm_broadcast(comm, text, sizeof text);
    CU_ASSERT_STRING_EQUAL(text, "from rank 0");
    fcnn_comm_broadcast(comm, NULL, 0);
}

static void sums_and_maxima_are_over_ranks(void)
{
    fcnn_comm *comm = harness_comm();
    const int n = comm->size;
    double doubles[2] = {comm->rank + 1, 0.5};
    fcnn_comm_sum_doubles(comm, 2, doubles);
    CU_ASSERT_EQUAL(doubles[0], n * (n + 1) / 2);
    CU_ASSERT_EQUAL(doubles[1], 0.5 * n);
    uint64_t wrapping = UINT64_MAX;
    fcnn_comm_sum_integers(comm, 1, &wrapping);
    CU_ASSERT_EQUAL(wrapping, (uint64_t)0 - (uint64_t)n);
    int64_t largest = -comm->rank;
    fcnn_comm_max_integers(comm, 1, &largest);
    CU_ASSERT_EQUAL(largest, 0);
    double most = comm->rank;
    fcnn_comm_max_doubles(comm, 1, &most);
    CU_ASSERT_EQUAL(most, n - 1);
}

static void gather_joins_unequal_pieces_in_order(void)
{
    fcnn_comm *comm = harness_comm();
    int64_t sizes[64];
    int64_t total = 0;
    for (int rank = 0; rank < comm->size; rank++) {
        sizes[rank] = rank % 2 == 0 ? 3 * rank + 1 : 0;
        total += sizes[rank];
    }
    char own[256], all[4096];
    memset(own, 'a' + comm->rank, sizeof own);
    fcnn_comm_gather(comm, own, sizes, all);
    for (int64_t i = 0, rank = 0, left = sizes[0]; comm->rank == 0 && i < total; i++) {
        while (left == 0) {
            left = sizes[++rank];
        }
        CU_ASSERT_EQUAL(all[i], 'a' + rank);
        left--;
    }
}

static void items_are_dealt_evenly_and_completely(void)
{
    for (int64_t count = 0; count < 40; count++) {
        for (int size = 1; size < 12; size++) {
            CU_ASSERT_EQUAL(fcnn_comm_first_item(count, 0, size), 0);
            CU_ASSERT_EQUAL(fcnn_comm_first_item(count, size, size), count);
            for (int rank = 0; rank < size; rank++) {
                const int64_t own =
                    fcnn_comm_first_item(count, rank + 1, size) - fcnn_comm_first_item(count, rank, size);
                CU_ASSERT_TRUE(own == count / size || own == (count + size - 1) / size);
            }
        }
    }
}

static const char *const launcher_variables[] = {
    "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK", "PMI_SIZE",
    "MPI_LOCALNRANKS",      "SLURM_STEP_NUM_TASKS"};
enum { LAUNCHER_VARIABLES = sizeof launcher_variables / sizeof *launcher_variables };

static void keep_launcher(char **before)
{
    for (int i = 0; i < LAUNCHER_VARIABLES; i++) {
        const char *value = getenv(launcher_variables[i]);
        before[i] = value == NULL ? NULL : strdup(value);
    }
}

static void restore_launcher(char **before)
{
    for (int i = 0; i < LAUNCHER_VARIABLES; i++) {
        unsetenv(launcher_variables[i]);
        if (before[i] != NULL) {
            setenv(launcher_variables[i], before[i], 1);
            free(before[i]);
        }
    }
}

/* Sets the variables of a text such as "PMI_RANK=0 PMI_SIZE=2", and no other of a launcher. */
static void set_launcher(const char *text)
{
    char copy[160], *rest;
    for (int i = 0; i < LAUNCHER_VARIABLES; i++) {
        unsetenv(launcher_variables[i]);
    }
    strncpy(copy, text, sizeof copy - 1);
    copy[sizeof copy - 1] = '\0';
    for (char *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        char *value = strchr(word, '=');
        *value = '\0';
        setenv(word, value + 1, 1);
    }
}

/* Tries what may start a process that MPI sees alone: expected is what the message has in it, NULL if none. */
static void start_alone(const char *variables, const char *expected)
{
    fcnn_comm *comm = NULL;
    set_launcher(variables);
    const fcnn_status status = fcnn_comm_start(NULL, NULL, &comm);
    if (expected == NULL) {
        HARNESS_OK(status);
        fcnn_comm_finish(comm);
        return;
    }
    HARNESS_STATUS(status, FCNN_EUSAGE);
    HARNESS_ERROR_HAS(expected);
    CU_ASSERT_PTR_NULL(comm); /* a program would finish it again */
}

static void processes_that_cannot_see_each_other_are_refused(void)
{
    char *before[LAUNCHER_VARIABLES];
    if (fcnn_comm_size(harness_comm()) > 1) {
        return;
    }
    keep_launcher(before);
    start_alone("", NULL);
    start_alone("SLURM_STEP_NUM_TASKS=1", NULL);
    start_alone("SLURM_STEP_NUM_TASKS=2", "SLURM has started 2 tasks");
    start_alone("SLURM_STEP_NUM_TASKS=2", "srun --mpi=");
    /* one rank on purpose, in a step of two tasks */
    start_alone("SLURM_STEP_NUM_TASKS=2 OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=1", NULL);
    start_alone("SLURM_STEP_NUM_TASKS=2 PMI_RANK=0 PMI_SIZE=1 MPI_LOCALNRANKS=1", NULL);
    start_alone("PMI_RANK=0 PMI_SIZE=1", NULL);
    /* the launcher of another MPI */
    start_alone("OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=3", "mpirun has started 3 ranks");
    start_alone("PMI_RANK=1 PMI_SIZE=2 MPI_LOCALNRANKS=2", "mpiexec has started 2 ranks");
    start_alone("SLURM_STEP_NUM_TASKS=2 PMI_RANK=1 PMI_SIZE=2", "SLURM has started 2 tasks");
#ifdef OPEN_MPI
    start_alone("SLURM_STEP_NUM_TASKS=2 PMIX_RANK=0", NULL);
#else
    start_alone("SLURM_STEP_NUM_TASKS=2 PMIX_RANK=0", "SLURM has started 2 tasks");
#endif
    restore_launcher(before);
}

static void a_launcher_is_known_by_its_variables(void)
{
    static const struct {
        const char *variables;
        fcnn_launcher launcher;
    } rows[] = {
        {"", FCNN_LAUNCHER_NONE},
        {"SLURM_STEP_NUM_TASKS=2", FCNN_LAUNCHER_NONE},
        {"OMPI_COMM_WORLD_RANK=0 PMIX_RANK=0 SLURM_STEP_NUM_TASKS=2", FCNN_LAUNCHER_MPIRUN},
        {"PMI_RANK=0 PMI_SIZE=2 MPI_LOCALNRANKS=2", FCNN_LAUNCHER_MPIEXEC},
        {"PMI_RANK=0 PMI_SIZE=2 MPI_LOCALNRANKS=2 SLURM_STEP_NUM_TASKS=1", FCNN_LAUNCHER_MPIEXEC},
        {"PMI_RANK=0 PMI_SIZE=2 SLURM_STEP_NUM_TASKS=2", FCNN_LAUNCHER_SRUN},
        {"PMIX_RANK=0 SLURM_STEP_NUM_TASKS=2", FCNN_LAUNCHER_SRUN},
    };
    char *before[LAUNCHER_VARIABLES];
    keep_launcher(before);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        set_launcher(rows[i].variables);
        CU_ASSERT_EQUAL(fcnn_launcher_find(), rows[i].launcher);
    }
    restore_launcher(before);
}

HARNESS_MAIN("comm", {"all go on when none failed", all_go_on_when_none_failed},
             {"the lowest failed rank speaks for all", the_lowest_failed_rank_speaks_for_all},
             {"bytes come from rank 0", bytes_come_from_rank_0},
             {"sums and maxima are over ranks", sums_and_maxima_are_over_ranks},
             {"gather joins unequal pieces in order", gather_joins_unequal_pieces_in_order},
             {"items are dealt evenly and completely", items_are_dealt_evenly_and_completely},
             {"processes that cannot see each other are refused", processes_that_cannot_see_each_other_are_refused},
             {"a launcher is known by its variables", a_launcher_is_known_by_its_variables})
