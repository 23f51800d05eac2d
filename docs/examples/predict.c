/* predict.c — runs a trained network inside of a program of your own, without MPI calls: reads rows of numbers from
 * standard input, and prints what the network predicts for each, in the physical units of the training data.
 *   echo '0 1' | ./predict example/model.h5
 */
#include <fcnn/model.h>
#include <fcnn/network.h>

#include <stdio.h>
#include <stdlib.h>

/* Reads one row.  Returns 0 at the end of the input. */
static int read_row(double *x, int64_t columns)
{
    for (int64_t j = 0; j < columns; j++) {
        if (scanf("%lf", &x[j]) != 1) {
            return 0;
        }
    }
    return 1;
}

static fcnn_status predict(const fcnn_model *model, fcnn_network *network)
{
    const int64_t inputs = fcnn_model_features(model), outputs = fcnn_model_outputs(model);
    double *x = malloc((size_t)inputs * sizeof *x), *y = malloc((size_t)outputs * sizeof *y);
    fcnn_status status = x != NULL && y != NULL ? FCNN_OK : FCNN_ENOMEM;
    while (status == FCNN_OK && read_row(x, inputs)) {
        status = fcnn_network_forward_f64(network, 1, x, y);
        for (int64_t j = 0; j < outputs && status == FCNN_OK; j++) {
            printf("%.9g%c", y[j], j + 1 < outputs ? ' ' : '\n');
        }
    }
    free(x);
    free(y);
    return status;
}

int main(int argc, char **argv)
{
    fcnn_model *model = NULL;
    fcnn_network *network = NULL;
    if (argc != 2) {
        fprintf(stderr, "usage: %s MODEL.h5 <ROWS\n", argv[0]);
        return fcnn_status_exit_code(FCNN_EUSAGE);
    }
    fcnn_status status = fcnn_model_read(argv[1], &model);
    if (status == FCNN_OK) {
        status = fcnn_network_create(model, 1, &network);
    }
    if (status == FCNN_OK) {
        status = predict(model, network);
    }
    if (status != FCNN_OK) {
        fprintf(stderr, "%s: %s\n", argv[0], fcnn_error_text());
    }
    fcnn_network_destroy(network);
    fcnn_model_destroy(model);
    return fcnn_status_exit_code(status);
}
