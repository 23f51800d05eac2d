/* src/parallel/exchange_shared.c — sums over ranks in memory that the ranks of a node share.
 *
 * The values of each rank are in a window that all ranks of its node can access.  The elements are divided among the
 * threads of all ranks of the node.  Each thread sums its part over the ranks, in their order, and writes the sums to
 * the values of every rank.  Two barriers of the ranks ("meetings") are sufficient.  After the first one all values are
 * visible; after the second one all sums are.  No rank accesses the values of another rank between the second barrier
 * and the first barrier of the next sum, so that each rank can write its own values in between.
 *
 * With several nodes the sums are written to the values of one rank only: slice j of the elements belongs to rank j of
 * the node.  Its owner sums it over the owners of slice j on the other nodes by MPI_Allreduce; then each rank copies
 * the slices that it does not own.  The number of slices is the number of ranks of the smallest node. */
#include "parallel/exchange_shared.h"

#include "core/memory.h"
#include "core/sizes.h"
#include "core/wait.h"
#include "parallel/shared_memory.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define LINE \
    ((int64_t)FCNN_ALIGNMENT) /* bytes: the unit of division, so that no two threads write to the same cache line */

static_assert(ATOMIC_INT_LOCK_FREE == 2, "atomic integers that use locks cannot be shared between processes");

typedef struct neighbour {
    fcnn_wait_count *arrivals; /* number of barriers that the rank has reached */
    char *values;              /* [lines·LINE] */
} neighbour;

struct fcnn_exchange_window {
    fcnn_comm *comm; /* borrowed */
    fcnn_exchange_type type;
    fcnn_shared_memory *memory;
    neighbour *neighbours; /* [ranks] */
    int rank, ranks;       /* within the node */
    int nodes, slices;
    MPI_Comm node;
    MPI_Comm across;   /* owners of the slice of this rank; MPI_COMM_NULL if it owns none or there is only one node */
    int64_t lines;     /* number of cache lines of the values of a rank */
    unsigned meetings; /* number of barriers before the current sum, modulo 2^32 */
    fcnn_wait wait;
};

/* ---- creation ---- */

/* Determines the numbers of nodes and slices; returns the largest number of ranks on a node.  Collective. */
static int most_ranks_on_a_node(fcnn_exchange_window *window)
{
    int64_t extremes[2] = {window->ranks, -window->ranks};
    double nodes = window->rank == 0;
    fcnn_comm_max_integers(window->comm, 2, extremes);
    fcnn_comm_sum_doubles(window->comm, 1, &nodes);
    window->nodes = (int)nodes;
    window->slices = (int)-extremes[1];
    return (int)extremes[0];
}

static void split(fcnn_exchange_window *window, int node)
{
    const MPI_Comm all = fcnn_communicator_of(window->comm);
    if (node >= 0) {
        MPI_Comm_split(all, node, window->comm->rank, &window->node);
    } else {
        MPI_Comm_split_type(all, MPI_COMM_TYPE_SHARED, window->comm->rank, MPI_INFO_NULL, &window->node);
    }
    MPI_Comm_rank(window->node, &window->rank);
    MPI_Comm_size(window->node, &window->ranks);
}

/* Sets the addresses of the memory of each rank: a cache line for its arrivals, an empty one, so that the prefetcher
 * does not fetch the first, and the values. */
static fcnn_status place_neighbours(fcnn_exchange_window *window)
{
    FCNN_TRY(fcnn_memory_create("the ranks of a node", window->ranks, sizeof(neighbour), &window->neighbours));
    for (int rank = 0; rank < window->ranks; rank++) {
        char *place = fcnn_shared_memory_of(window->memory, rank);
        window->neighbours[rank] = (neighbour){(fcnn_wait_count *)(void *)place, place + 2 * LINE};
    }
    atomic_init(&window->neighbours[window->rank].arrivals->value, 0);
    atomic_init(&window->neighbours[window->rank].arrivals->sleepers, 0);
    return FCNN_OK;
}

static fcnn_status create_parts(fcnn_exchange_window *window, int node, fcnn_exchange_refusal *refusal)
{
    split(window, node);
    if (most_ranks_on_a_node(window) == 1) {
        strcpy(refusal->text, "no two ranks run on the same node");
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_shared_memory_create(window->comm, window->node, (window->lines + 2) * LINE, &window->memory,
                                       refusal->text, sizeof refusal->text));
    refusal->lacks_room = window->memory == NULL;
    if (window->memory == NULL) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_comm_agree(window->comm, place_neighbours(window)));
    if (window->nodes > 1) {
        MPI_Comm_split(fcnn_communicator_of(window->comm), window->rank < window->slices ? window->rank : MPI_UNDEFINED,
                       window->comm->rank, &window->across);
    }
    return FCNN_OK;
}

fcnn_status fcnn_exchange_window_create(fcnn_comm *comm, int node, fcnn_exchange_type type, int64_t count,
                                        fcnn_exchange_window **out, fcnn_exchange_refusal *refusal)
{
    fcnn_exchange_window *window = NULL;
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_memory_create("the exchange", 1, sizeof *window, &window)));
    const int64_t per_line = LINE / (int64_t)(type == FCNN_EXCHANGE_FLOAT ? sizeof(float) : sizeof(double));
    *window = (fcnn_exchange_window){
        .comm = comm,
        .type = type,
        .node = MPI_COMM_NULL,
        .across = MPI_COMM_NULL,
        .lines = count / per_line + (count % per_line != 0),
        .wait = {.is_shared = true, .is_passive = fcnn_wait_is_passive(), .data = window},
    };
    const fcnn_status status = create_parts(window, node, refusal);
    if (status == FCNN_OK && window->memory != NULL) {
        *out = window;
        return FCNN_OK;
    }
    fcnn_exchange_window_destroy(window);
    return status;
}

void fcnn_exchange_window_destroy(fcnn_exchange_window *window)
{
    if (window == NULL) {
        return;
    }
    fcnn_shared_memory_destroy(window->memory);
    if (window->across != MPI_COMM_NULL) {
        MPI_Comm_free(&window->across);
    }
    if (window->node != MPI_COMM_NULL) {
        MPI_Comm_free(&window->node);
    }
    free(window->neighbours);
    free(window);
}

void *fcnn_exchange_window_values(fcnn_exchange_window *window)
{
    return window->neighbours[window->rank].values;
}

fcnn_status fcnn_exchange_window_describe(const fcnn_exchange_window *window, fcnn_text *text)
{
    if (window->nodes == 1) {
        return fcnn_text_append(text, "in shared memory of the node's %d ranks", window->ranks);
    }
    return fcnn_text_append(text, "in shared memory of each of %d nodes, then MPI_Allreduce of %d slice%s between them",
                            window->nodes, window->slices, window->slices == 1 ? "" : "s");
}

/* ---- barriers ---- */

/* Lets MPI make progress, because the rank that is waited for may itself wait for a message of this rank. */
static void push_messages(void *data)
{
    const fcnn_exchange_window *window = data;
    int arrived;
    MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, fcnn_communicator_of(window->comm), &arrived, MPI_STATUS_IGNORE);
}

/* A barrier of all threads of all ranks of the node; the threads of this rank have passed a wait() before. */
static void meet(fcnn_exchange_window *window, unsigned meeting, int thread)
{
    fcnn_wait how = window->wait;
    how.meanwhile = thread == 0 ? push_messages : NULL; /* only thread 0 may call MPI */
    if (thread == 0) {
        fcnn_wait_raise(window->neighbours[window->rank].arrivals, meeting, &how);
    }
    for (int rank = 0; rank < window->ranks; rank++) {
        fcnn_wait_for(window->neighbours[rank].arrivals, meeting, &how);
    }
}

/* ---- sums ---- */

typedef union chunk {
    double doubles[FCNN_SIZE_EXCHANGE_LINES_MOST * FCNN_ALIGNMENT / sizeof(double)];
    float floats[FCNN_SIZE_EXCHANGE_LINES_MOST * FCNN_ALIGNMENT / sizeof(float)];
} chunk;

static void add_doubles(double *restrict sums, const double *restrict values, int64_t lines)
{
    enum { PER_LINE = FCNN_ALIGNMENT / sizeof(double) };
    for (int64_t line = 0; line < lines; line++) {
        for (int i = 0; i < PER_LINE; i++) {
            sums[line * PER_LINE + i] += values[line * PER_LINE + i];
        }
    }
}

static void add_floats(float *restrict sums, const float *restrict values, int64_t lines)
{
    enum { PER_LINE = FCNN_ALIGNMENT / sizeof(float) };
    for (int64_t line = 0; line < lines; line++) {
        for (int i = 0; i < PER_LINE; i++) {
            sums[line * PER_LINE + i] += values[line * PER_LINE + i];
        }
    }
}

/* Sums lines first … after−1 over the ranks of the node, in their order; writes the sums to ranks to … to_end−1. */
static void add_lines(const fcnn_exchange_window *window, int64_t first, int64_t after, int to, int to_end)
{
    const int64_t most = fcnn_size(FCNN_SIZE_EXCHANGE_LINES);
    for (int64_t line = first; line < after; line += most) {
        const int64_t lines = after - line < most ? after - line : most;
        const size_t place = (size_t)(line * LINE), bytes = (size_t)(lines * LINE);
        chunk sums;
        memcpy(&sums, window->neighbours[0].values + place, bytes);
        for (int rank = 1; rank < window->ranks; rank++) {
            const void *values = window->neighbours[rank].values + place;
            if (window->type == FCNN_EXCHANGE_FLOAT) {
                add_floats(sums.floats, values, lines);
            } else {
                add_doubles(sums.doubles, values, lines);
            }
        }
        for (int rank = to; rank < to_end; rank++) {
            memcpy(window->neighbours[rank].values + place, &sums, bytes);
        }
    }
}

/* The first line of a slice. */
static int64_t slice_line(const fcnn_exchange_window *window, int slice)
{
    return fcnn_comm_first_item(window->lines, slice, window->slices);
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Sums the part of the elements of the node that belongs to a thread. */
static void add_part(const fcnn_exchange_window *window, int thread, int threads)
{
    const int64_t begin = fcnn_comm_first_item(window->lines, window->rank, window->ranks);
    const int64_t lines = fcnn_comm_first_item(window->lines, window->rank + 1, window->ranks) - begin;
    const int64_t first = begin + fcnn_comm_first_item(lines, thread, threads);
    const int64_t after = begin + fcnn_comm_first_item(lines, thread + 1, threads);
    if (window->nodes == 1) {
        add_lines(window, first, after, 0, window->ranks);
        return;
    }
    for (int slice = 0; slice < window->slices; slice++) {
        add_lines(window, larger(first, slice_line(window, slice)), smaller(after, slice_line(window, slice + 1)),
                  slice, slice + 1);
    }
}

/* Sums the slice of this rank over the nodes. */
static void sum_over_nodes(fcnn_exchange_window *window)
{
    if (window->across == MPI_COMM_NULL) {
        return;
    }
    const int64_t first = slice_line(window, window->rank);
    const int64_t lines = slice_line(window, window->rank + 1) - first;
    const int64_t size = window->type == FCNN_EXCHANGE_FLOAT ? sizeof(float) : sizeof(double);
    fcnn_exchange_allreduce(window->across, window->type, lines * LINE / size,
                            window->neighbours[window->rank].values + first * LINE);
}

/* Copies the part of a thread of the slices that other ranks own. */
static void copy_part(const fcnn_exchange_window *window, int thread, int threads)
{
    const int64_t first = fcnn_comm_first_item(window->lines, thread, threads);
    const int64_t after = fcnn_comm_first_item(window->lines, thread + 1, threads);
    for (int slice = 0; slice < window->slices; slice++) {
        const int64_t begin = larger(first, slice_line(window, slice));
        const int64_t end = smaller(after, slice_line(window, slice + 1));
        if (slice != window->rank && begin < end) {
            memcpy(window->neighbours[window->rank].values + begin * LINE,
                   window->neighbours[slice].values + begin * LINE, (size_t)((end - begin) * LINE));
        }
    }
}

void fcnn_exchange_window_sum(fcnn_exchange_window *window, int thread, int threads, void (*wait)(void))
{
    unsigned meeting = window->meetings;
    meet(window, ++meeting, thread);
    add_part(window, thread, threads);
    wait();
    if (window->nodes > 1) {
        meet(window, ++meeting, thread);
        if (thread == 0) {
            sum_over_nodes(window);
        }
        wait();
        meet(window, ++meeting, thread);
        copy_part(window, thread, threads);
        wait();
    }
    meet(window, ++meeting, thread);
    if (thread == 0) {
        window->meetings = meeting; /* other threads read it after the first wait() of the next sum */
    }
}
