/* src/parallel/shared_memory.c — memory of each rank that all ranks of its node can access: an MPI window whose pages
 * are allocated.
 *
 * Open MPI stores such windows in files in a folder, usually /dev/shm, which containers often limit to 64 MB.  If there
 * is not enough space, one rank fails and the others wait for it forever; if the space is used up later, an access to a
 * page causes a SIGBUS.  The space is therefore checked first, and the pages are allocated by a call that returns an
 * error code. */
#include "parallel/shared_memory.h"

#include "core/memory.h"
#include "core/text.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#define TMPFS 0x01021994 /* f_type of statfs(2) for a file system in memory */

struct fcnn_shared_memory {
    MPI_Win window;
};

/* The folder of the file of a window, by the setting of MPI in the environment, which mpirun --mca also sets.  (MPI_T
 * would need 0.3 s to return it, because it opens all components of Open MPI.) */
static const char *find_folder(void)
{
    const char *folder = getenv("OMPI_MCA_osc_sm_backing_directory");
    return folder != NULL ? folder : "/dev/shm";
}

/* Whether every node has enough space for its ranks; the same result on all ranks.  Collective over comm. */
static bool has_room(fcnn_comm *comm, MPI_Comm node, int64_t bytes, char *reason, size_t reason_size)
{
    const char *folder = find_folder();
    char has[32], needs[32];
    int ranks;
    MPI_Comm_size(node, &ranks);
    struct statfs system;
    const int64_t free_bytes = statfs(folder, &system) == 0 && system.f_type == TMPFS && access(folder, W_OK) == 0
                                   ? (int64_t)(system.f_bavail * (uint64_t)system.f_bsize)
                                   : -1;
    /* Open MPI requires 5 % more than the size of the file, and has other files in the same folder */
    const int64_t margin = ranks * (bytes / 10) + ((int64_t)4 << 20);
    const int64_t needed = ranks == 1 ? 0 : ranks * bytes + margin;
    const bool lacks = ranks > 1 && free_bytes < needed;
    int64_t worst[4] = {lacks, lacks ? needed : 0, lacks ? -free_bytes : -INT64_MAX, lacks ? ranks : 0};
    fcnn_comm_max_integers(comm, 4, worst);
    if (worst[0] && worst[2] == 1) {
        snprintf(reason, reason_size, "%.200s is not a writable file system in memory", folder);
    } else if (worst[0]) {
        fcnn_text_from_bytes((double)-worst[2], has);
        fcnn_text_from_bytes((double)worst[1], needs);
        snprintf(reason, reason_size, "%.128s has %s of free space, but the %d ranks of a node need %s", folder, has,
                 (int)worst[3], needs);
    }
    return !worst[0];
}

/* Fills memory with zeros by a system call, which returns an error if a page cannot be allocated. */
static bool claim(void *memory, int64_t bytes)
{
    const int zeros = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    int64_t done = 0;
    while (zeros >= 0 && done < bytes) {
        const ssize_t more = read(zeros, (char *)memory + done, (size_t)(bytes - done));
        if (more <= 0) {
            break;
        }
        done += more;
    }
    if (zeros >= 0) {
        close(zeros);
    }
    return done == bytes;
}

/* Whether a condition is true on all ranks.  Collective. */
static bool everywhere(fcnn_comm *comm, bool is)
{
    int64_t fails = !is;
    fcnn_comm_max_integers(comm, 1, &fails);
    return !fails;
}

/* Creates the window, with an error handler that returns, because the default one would end the job. */
static bool make_window(fcnn_shared_memory *memory, MPI_Comm node, int64_t bytes)
{
    MPI_Info info;
    void *base;
    MPI_Info_create(&info);
    MPI_Info_set(info, "alloc_shared_noncontig", "true"); /* the pages of each rank can be allocated near it */
    MPI_Comm_set_errhandler(node, MPI_ERRORS_RETURN);
    const int error = MPI_Win_allocate_shared((MPI_Aint)bytes, 1, info, node, &base, &memory->window);
    MPI_Comm_set_errhandler(node, MPI_ERRORS_ARE_FATAL);
    MPI_Info_free(&info);
    if (error != MPI_SUCCESS) {
        memory->window = MPI_WIN_NULL;
    }
    return error == MPI_SUCCESS;
}

/* Adds space for alignment, because the memory of MPI is less aligned if a rank is alone on its node. */
static int64_t with_room_to_align(int64_t bytes)
{
    const int64_t page = sysconf(_SC_PAGESIZE);
    return (bytes + FCNN_ALIGNMENT + page - 1) / page * page;
}

void *fcnn_shared_memory_of(fcnn_shared_memory *memory, int rank)
{
    MPI_Aint bytes;
    int unit;
    char *base;
    MPI_Win_shared_query(memory->window, rank, &bytes, &unit, &base);
    return base + (FCNN_ALIGNMENT - (uintptr_t)base % FCNN_ALIGNMENT) % FCNN_ALIGNMENT;
}

fcnn_status fcnn_shared_memory_create(fcnn_comm *comm, MPI_Comm node, int64_t bytes, fcnn_shared_memory **out,
                                      char *reason, size_t reason_size)
{
    fcnn_shared_memory *memory = NULL;
    const int64_t allocated = with_room_to_align(bytes);
    int rank;
    *out = NULL;
    if (!has_room(comm, node, allocated, reason, reason_size)) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_memory_create("the shared memory", 1, sizeof *memory, &memory)));
    if (!everywhere(comm, make_window(memory, node, allocated))) {
        snprintf(reason, reason_size, "this MPI cannot create shared memory windows here");
        free(memory); /* a window that exists on some ranks only is not freed, because this is collective */
        return FCNN_OK;
    }
    MPI_Comm_rank(node, &rank);
    if (!everywhere(comm, claim(fcnn_shared_memory_of(memory, rank), bytes))) {
        snprintf(reason, reason_size, "other programs used up the space while it was allocated");
        fcnn_shared_memory_destroy(memory);
        return FCNN_OK;
    }
    *out = memory;
    return FCNN_OK;
}

void fcnn_shared_memory_destroy(fcnn_shared_memory *memory)
{
    if (memory != NULL) {
        MPI_Win_free(&memory->window);
        free(memory);
    }
}
