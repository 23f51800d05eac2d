/* own_mpi.c — a program that calls MPI itself: all of its ranks but one train a network, and every rank uses it then.
 *   mpirun -np 3 ./own_mpi configs/xor.ini
 */
#include <fcnn/fcnn.h>

#include <stdio.h>

/* Trains on the ranks of a communicator of the caller's.  Every one of them returns the same status. */
static fcnn_status train(MPI_Comm communicator, const char *path)
{
    const fcnn_train_options options = {.report = NULL, .overwrite = 1};
    fcnn_config *config = NULL;
    fcnn_comm *comm = NULL;
    fcnn_status status = fcnn_comm_create(communicator, &comm);
    if (status == FCNN_OK) {
        status = fcnn_config_read(comm, path, &config);
    }
    if (status == FCNN_OK) {
        status = fcnn_config_set(config, "output.directory=example");
    }
    if (status == FCNN_OK) {
        status = fcnn_config_check(config);
    }
    if (status == FCNN_OK) {
        status = fcnn_train(comm, config, &options);
    }
    fcnn_config_destroy(config);
    fcnn_comm_finish(comm); /* MPI goes on: the caller has started it */
    return status;
}

/* Predicts a row of two inputs.  No other rank takes part. */
static fcnn_status predict(const char *path, const double x[2], double *y)
{
    fcnn_model *model = NULL;
    fcnn_network *network = NULL;
    fcnn_status status = fcnn_model_read(path, &model);
    if (status == FCNN_OK) {
        status = fcnn_network_create(model, 1, &network);
    }
    if (status == FCNN_OK) {
        status = fcnn_network_forward_f64(network, 1, x, y);
    }
    fcnn_network_destroy(network);
    fcnn_model_destroy(model);
    return status;
}

int main(int argc, char **argv)
{
    int rank, size, level, code;
    MPI_Comm group;
    fcnn_status status = FCNN_OK;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &level);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    const int trains = size == 1 || rank < size - 1;
    MPI_Comm_split(MPI_COMM_WORLD, trains, rank, &group);
    if (trains) {
        status = argc == 2 ? train(group, argv[1]) : FCNN_EUSAGE;
    }
    MPI_Barrier(MPI_COMM_WORLD); /* the model is written now */
    if (status == FCNN_OK) {
        const double x[2] = {rank % 2, 1};
        double y = 0;
        status = predict("example/model.h5", x, &y);
        printf("rank %d: %g %g -> %.3f\n", rank, x[0], x[1], y);
    }
    if (status != FCNN_OK) {
        fprintf(stderr, "%s: rank %d: %s\n", argv[0], rank, argc == 2 ? fcnn_error_text() : "name a config");
    }
    MPI_Comm_free(&group);
    code = fcnn_status_exit_code(status);
    MPI_Allreduce(MPI_IN_PLACE, &code, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    MPI_Finalize();
    return code;
}
