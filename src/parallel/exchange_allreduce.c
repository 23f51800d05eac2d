/* src/parallel/exchange_allreduce.c — sums by MPI_Allreduce, in pieces whose counts fit in int. */
#include "core/sizes.h"
#include "parallel/exchange_shared.h"

void fcnn_exchange_allreduce(MPI_Comm communicator, fcnn_exchange_type type, int64_t count, void *values)
{
    const int64_t most = fcnn_size(FCNN_SIZE_EXCHANGE_ELEMENTS);
    const MPI_Datatype element = type == FCNN_EXCHANGE_FLOAT ? MPI_FLOAT : MPI_DOUBLE;
    for (int64_t done = 0; done < count; done += most) {
        const int piece = (int)(count - done < most ? count - done : most);
        char *place = (char *)values + (size_t)done * (type == FCNN_EXCHANGE_FLOAT ? sizeof(float) : sizeof(double));
        MPI_Allreduce(MPI_IN_PLACE, place, piece, element, MPI_SUM, communicator);
    }
}
