/* train.c — trains the network that a config describes, as fcnn-train does, with keys that this program chooses.
 *   mpirun -np 2 ./train configs/xor.ini
 */
#include <fcnn/fcnn.h>

#include <stdio.h>

static fcnn_status train(fcnn_comm *comm, const char *path)
{
    const fcnn_train_options options = {.report = stdout, .overwrite = 1};
    fcnn_config *config = NULL;
    fcnn_status status = fcnn_config_read(comm, path, &config);
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
    return status;
}

int main(int argc, char **argv)
{
    fcnn_comm *comm = NULL;
    if (argc != 2) {
        fprintf(stderr, "usage: %s CONFIG.ini\n", argv[0]);
        return fcnn_status_exit_code(FCNN_EUSAGE);
    }
    const char *path = argv[1];
    /* A program that has called MPI_Init() itself hands over its communicator: fcnn_comm_create(). */
    fcnn_status status = fcnn_comm_start(&argc, &argv, &comm);
    if (status == FCNN_OK) {
        status = train(comm, path);
    }
    /* Every rank has the same status and the same text; one of them prints it. */
    if (status != FCNN_OK && (comm == NULL || fcnn_comm_rank(comm) == 0)) {
        fprintf(stderr, "%s: %s\n", argv[0], fcnn_error_text());
    }
    fcnn_comm_finish(comm);
    return fcnn_status_exit_code(status);
}
