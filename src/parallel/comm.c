/* src/parallel/comm.c — start and end of MPI, broadcast, agreement, and small sums over ranks. */
#include "parallel/communicator.h"

#include "core/arithmetic.h"
#include "core/locale.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/sizes.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static fcnn_status initialize(int *argc, char ***argv, fcnn_launcher launcher)
{
    int level;
    (void)launcher;
#ifdef OPEN_MPI
    FCNN_TRY(fcnn_launcher_check_tasks(launcher)); /* otherwise this MPI would end the process with a long message */
#endif
    MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &level);
    if (level < MPI_THREAD_FUNNELED) {
        MPI_Finalize();
        return fcnn_fail(FCNN_EINTERNAL, "this MPI library does not support threads (MPI_THREAD_FUNNELED): "
                                         "use an MPI library that was built with threads");
    }
    return FCNN_OK;
}

fcnn_status fcnn_comm_create(MPI_Comm communicator, fcnn_comm **out)
{
    FCNN_IN_C_LOCALE;
    FCNN_IN_EXACT_ARITHMETIC;
    fcnn_communicator *own;
    FCNN_TRY(fcnn_memory_create("the communicator", 1, sizeof *own, &own));
    MPI_Comm_dup(communicator, &own->mpi);
    MPI_Comm_rank(own->mpi, &own->comm.rank);
    MPI_Comm_size(own->mpi, &own->comm.size);
    own->comm.launcher = fcnn_launcher_find();
    *out = &own->comm;
    return FCNN_OK;
}

fcnn_status fcnn_comm_start(int *argc, char ***argv, fcnn_comm **out)
{
    FCNN_IN_C_LOCALE;
    FCNN_IN_EXACT_ARITHMETIC;
    FCNN_TRY(fcnn_sizes_check());
    const fcnn_launcher launcher = fcnn_launcher_find();
    int running;
    MPI_Initialized(&running);
    fcnn_comm *comm;
    FCNN_TRY(running ? FCNN_OK : initialize(argc, argv, launcher));
    FCNN_TRY(fcnn_comm_create(MPI_COMM_WORLD, &comm));
    comm->finalizes = !running;
    comm->launcher = launcher;
    const fcnn_status status = fcnn_launcher_check_ranks(launcher, comm->size);
    if (status != FCNN_OK) {
        fcnn_comm_finish(comm);
        return status;
    }
    *out = comm;
    return FCNN_OK;
}

void fcnn_comm_finish(fcnn_comm *comm)
{
    if (comm == NULL) {
        return;
    }
    const int finalizes = comm->finalizes;
    MPI_Comm_free(&((fcnn_communicator *)comm)->mpi);
    free(comm);
    if (finalizes) {
        MPI_Finalize();
    }
}

void fcnn_comm_speak_as(const fcnn_comm *comm, const char *program)
{
    fcnn_log_set_speaker(program, comm->rank == 0);
}

int fcnn_comm_rank(const fcnn_comm *comm)
{
    return comm->rank;
}

int fcnn_comm_size(const fcnn_comm *comm)
{
    return comm->size;
}

fcnn_status fcnn_comm_agree(fcnn_comm *comm, fcnn_status status)
{
    FCNN_IN_C_LOCALE;
    FCNN_IN_EXACT_ARITHMETIC;
    int lowest = status == FCNN_OK ? comm->size : comm->rank;
    MPI_Allreduce(MPI_IN_PLACE, &lowest, 1, MPI_INT, MPI_MIN, fcnn_communicator_of(comm));
    if (lowest == comm->size) {
        return FCNN_OK;
    }
    struct {
        int status;
        char text[FCNN_ERROR_TEXT_SIZE];
    } failure = {.status = (int)status};
    strncpy(failure.text, fcnn_error_text(), sizeof failure.text - 1);
    MPI_Bcast(&failure, (int)sizeof failure, MPI_BYTE, lowest, fcnn_communicator_of(comm));
    return fcnn_fail((fcnn_status)failure.status, "%s", failure.text);
}

/* Prepends the rank and its host to the text of a failure. */
static fcnn_status name_rank(const fcnn_comm *comm, fcnn_status status)
{
    char host[64] = "";
    if (status == FCNN_OK || comm->rank == 0) {
        return status;
    }
    gethostname(host, sizeof host - 1);
    return fcnn_fail_prefix(status, "rank %d on %s", comm->rank, host);
}

fcnn_status fcnn_comm_agree_named(fcnn_comm *comm, fcnn_status status)
{
    return fcnn_comm_agree(comm, name_rank(comm, status));
}

/* The largest number of elements of one MPI call. */
static int64_t longest_message(void)
{
    return fcnn_size(FCNN_SIZE_MESSAGE_ELEMENTS);
}

static int piece(int64_t left)
{
    return (int)(left < longest_message() ? left : longest_message());
}

void fcnn_comm_broadcast(fcnn_comm *comm, void *data, long long bytes)
{
    for (int64_t done = 0; done < bytes; done += longest_message()) {
        MPI_Bcast((char *)data + done, piece(bytes - done), MPI_BYTE, 0, fcnn_communicator_of(comm));
    }
}

static void reduce_all(fcnn_comm *comm, int64_t count, void *values, MPI_Datatype type, MPI_Op operation)
{
    int size;
    MPI_Type_size(type, &size);
    for (int64_t done = 0; done < count; done += longest_message()) {
        MPI_Allreduce(MPI_IN_PLACE, (char *)values + done * size, piece(count - done), type, operation,
                      fcnn_communicator_of(comm));
    }
}

void fcnn_comm_sum_doubles(fcnn_comm *comm, int64_t count, double *values)
{
    reduce_all(comm, count, values, MPI_DOUBLE, MPI_SUM);
}

void fcnn_comm_sum_integers(fcnn_comm *comm, int64_t count, uint64_t *values)
{
    reduce_all(comm, count, values, MPI_UINT64_T, MPI_SUM);
}

void fcnn_comm_max_integers(fcnn_comm *comm, int64_t count, int64_t *values)
{
    reduce_all(comm, count, values, MPI_INT64_T, MPI_MAX);
}

void fcnn_comm_max_doubles(fcnn_comm *comm, int64_t count, double *values)
{
    reduce_all(comm, count, values, MPI_DOUBLE, MPI_MAX);
}

void fcnn_comm_gather(fcnn_comm *comm, const void *own, const int64_t *sizes, void *all)
{
    enum { TAG = 1 };
    if (comm->rank != 0) {
        for (int64_t done = 0; done < sizes[comm->rank]; done += longest_message()) {
            MPI_Send((const char *)own + done, piece(sizes[comm->rank] - done), MPI_BYTE, 0, TAG,
                     fcnn_communicator_of(comm));
        }
        return;
    }
    char *place = all;
    if (sizes[0] > 0) {
        memcpy(place, own, (size_t)sizes[0]); /* own may be NULL if sizes[0] is 0 */
    }
    for (int rank = 1; rank < comm->size; rank++) {
        place += sizes[rank - 1];
        for (int64_t done = 0; done < sizes[rank]; done += longest_message()) {
            MPI_Recv(place + done, piece(sizes[rank] - done), MPI_BYTE, rank, TAG, fcnn_communicator_of(comm),
                     MPI_STATUS_IGNORE);
        }
    }
}

void fcnn_comm_share_integers(fcnn_comm *comm, int64_t own, int64_t *all)
{
    MPI_Allgather(&own, 1, MPI_INT64_T, all, 1, MPI_INT64_T, fcnn_communicator_of(comm));
}

int fcnn_comm_node_size(fcnn_comm *comm)
{
    MPI_Comm node;
    int size;
    MPI_Comm_split_type(fcnn_communicator_of(comm), MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
    MPI_Comm_size(node, &size);
    MPI_Comm_free(&node);
    return size;
}

double fcnn_comm_seconds(void)
{
    return MPI_Wtime();
}
