/* tests/pmpi_counter.c — a layer under MPI, preloaded by a test: counts what each rank sends.
 *
 * At MPI_Finalize each rank writes $FCNN_COUNTS.<rank>: for each kind of MPI_Allreduce a line
 * "type operation count calls bytes", then for every other call that moves data or waits "other name 0 calls 0". */
#include <mpi.h>

#include <stdio.h>
#include <stdlib.h>

enum { KINDS = 256 };

static struct kind {
    MPI_Datatype type;
    MPI_Op operation;
    int count;
    long calls, bytes;
} kinds[KINDS];

int MPI_Allreduce(const void *from, void *to, int count, MPI_Datatype type, MPI_Op operation, MPI_Comm comm)
{
    int k = 0, size;
    while (k < KINDS - 1 && kinds[k].calls > 0 &&
           (kinds[k].type != type || kinds[k].operation != operation || kinds[k].count != count)) {
        k++;
    }
    PMPI_Type_size(type, &size);
    kinds[k].type = type;
    kinds[k].operation = operation;
    kinds[k].count = count;
    kinds[k].calls++;
    kinds[k].bytes += (long)count * size;
    return PMPI_Allreduce(from, to, count, type, operation, comm);
}

/* ---- other ways to send, of which training needs none ---- */

#define OTHERS(X)                                                                                                      \
    X(File_read_at_all, (MPI_File f, MPI_Offset o, void *a, int n, MPI_Datatype t, MPI_Status *s), (f, o, a, n, t, s)) \
    X(Barrier, (MPI_Comm c), (c))                                                                                      \
    X(Bcast, (void *a, int n, MPI_Datatype t, int r, MPI_Comm c), (a, n, t, r, c))                                     \
    X(Reduce, (const void *a, void *b, int n, MPI_Datatype t, MPI_Op o, int r, MPI_Comm c), (a, b, n, t, o, r, c))     \
    X(Allgather, (const void *a, int n, MPI_Datatype t, void *b, int m, MPI_Datatype u, MPI_Comm c),                   \
      (a, n, t, b, m, u, c))                                                                                           \
    X(Gather, (const void *a, int n, MPI_Datatype t, void *b, int m, MPI_Datatype u, int r, MPI_Comm c),               \
      (a, n, t, b, m, u, r, c))                                                                                        \
    X(Scatter, (const void *a, int n, MPI_Datatype t, void *b, int m, MPI_Datatype u, int r, MPI_Comm c),              \
      (a, n, t, b, m, u, r, c))                                                                                        \
    X(Alltoall, (const void *a, int n, MPI_Datatype t, void *b, int m, MPI_Datatype u, MPI_Comm c),                    \
      (a, n, t, b, m, u, c))                                                                                           \
    X(Reduce_scatter, (const void *a, void *b, const int *n, MPI_Datatype t, MPI_Op o, MPI_Comm c),                    \
      (a, b, n, t, o, c))                                                                                              \
    X(Reduce_scatter_block, (const void *a, void *b, int n, MPI_Datatype t, MPI_Op o, MPI_Comm c), (a, b, n, t, o, c)) \
    X(Iallreduce, (const void *a, void *b, int n, MPI_Datatype t, MPI_Op o, MPI_Comm c, MPI_Request *q),               \
      (a, b, n, t, o, c, q))                                                                                           \
    X(Send, (const void *a, int n, MPI_Datatype t, int r, int g, MPI_Comm c), (a, n, t, r, g, c))                      \
    X(Isend, (const void *a, int n, MPI_Datatype t, int r, int g, MPI_Comm c, MPI_Request *q), (a, n, t, r, g, c, q))  \
    X(Put, (const void *a, int n, MPI_Datatype t, int r, MPI_Aint d, int m, MPI_Datatype u, MPI_Win w),                \
      (a, n, t, r, d, m, u, w))

#define NAME(name, parameters, arguments) name##_calls,
enum { OTHERS(NAME) OTHER_COUNT };
static long others[OTHER_COUNT];

#define COUNT(name, parameters, arguments) \
    int MPI_##name parameters              \
    {                                      \
        others[name##_calls]++;            \
        return PMPI_##name arguments;      \
    }
OTHERS(COUNT)

/* ---- what is written ---- */

static const char *name_of(MPI_Datatype type)
{
    return type == MPI_DOUBLE ? "double" : type == MPI_FLOAT ? "float" : type == MPI_INT64_T ? "int64" : "other";
}

static void write_counts(FILE *file)
{
    static const char *const names[] = {
#define TEXT(name, parameters, arguments) #name,
        OTHERS(TEXT)};
    for (int k = 0; k < KINDS && kinds[k].calls > 0; k++) {
        fprintf(file, "%s %s %d %ld %ld\n", name_of(kinds[k].type),
                kinds[k].operation == MPI_SUM   ? "sum"
                : kinds[k].operation == MPI_MAX ? "max"
                                                : "other",
                kinds[k].count, kinds[k].calls, kinds[k].bytes);
    }
    for (int i = 0; i < OTHER_COUNT; i++) {
        if (others[i] > 0) {
            fprintf(file, "other %s 0 %ld 0\n", names[i], others[i]);
        }
    }
}

int MPI_Finalize(void)
{
    int rank;
    char path[1024];
    PMPI_Comm_rank(MPI_COMM_WORLD, &rank);
    snprintf(path, sizeof path, "%s.%d", getenv("FCNN_COUNTS"), rank);
    FILE *file = fopen(path, "w");
    if (file != NULL) {
        write_counts(file);
        fclose(file);
    }
    return PMPI_Finalize();
}
