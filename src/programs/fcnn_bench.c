/* src/programs/fcnn_bench.c — measures the speed of training steps, or of forward passes. */
#include <fcnn/fcnn.h>

#include "program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROGRAM "fcnn-bench"

static const char help[] =
    "usage: fcnn-bench [options]\n"
    "       mpirun -np N fcnn-bench [options]\n"
    "\n"
    "Trains networks on synthetic rows and reports how fast the steps are, the fraction of the processors'\n"
    "multiply-add peak that is reached, where time and memory are used, and the expected speed on more ranks.\n"
    "\n"
    "  --workload LIST    S, S32, M64, M256, L, XL, T, TB, separated by commas [all but XL, which takes 1 GB per "
    "rank]\n"
    "  --network WIDTHS   a network of your own instead, such as 784-128-10, with\n"
    "    --batch N        rows per step or pass, over all ranks [256; 4096 with --forward]\n"
    "    --activation F   relu, gelu, tanh or another word of model.activation [relu]\n"
    "    --loss LOSS      mse, poisson or another word of train.loss, with its usual output [cross_entropy]\n"
    "  --forward          time forward passes of 4096 rows, as in fcnn-predict, instead of training steps\n"
    "  --precision P      single, mixed or double [single]\n"
    "  --reduction R      exact or fast [exact]\n"
    "  --exchange E       how gradients are summed over ranks: auto, allreduce or shared [auto]\n"
    "  --optimizer O      a word of optimizer.name [sgd]\n"
    "  --layer-norm       with layer normalization of the hidden layers\n"
    "  --dropout P        model.dropout of all hidden layers [0]\n"
    "  --seconds T        duration of the timed steps of each workload [1.5]\n"
    "  --json FILE        also write the results to FILE; -: to standard output, instead of the tables\n"
    "  --latency US       predict for a link with this latency in microseconds\n"
    "  --bandwidth GB     and this bandwidth in GB/s, instead of the link between these ranks\n"
    "  --help, --version\n"
    "\n"
    "Threads: OMP_NUM_THREADS, else each rank's share of the processors.\n"
    "Exit codes: 0 done, 64 usage or launcher, 70 diverged or internal error, 74 output cannot be written.\n";

/* The texts of options that are numbers. */
typedef struct numbers {
    const char *batch, *seconds, *latency, *bandwidth, *dropout;
} numbers;

/* Reads a decimal number above 0, or of at least 0. */
static int read_number(const char *text, int may_be_zero, double *out)
{
    char *end;
    *out = strtod(text, &end);
    return *end == '\0' && text[0] != '\0' && strspn(text, "0123456789.eE+-") == strlen(text) && *out < 1e300 &&
           (*out > 0 || (may_be_zero && *out == 0));
}

/* Converts these texts to numbers.  Returns an exit code. */
static int take_numbers(const numbers *given, const fcnn_comm *comm, fcnn_benchmark_options *out)
{
    double value;
    if (given->batch != NULL) {
        if (!read_number(given->batch, 0, &value) || value < 1 || value > 2147483647 ||
            value != (double)(int64_t)value) {
            return program_usage_error(PROGRAM, comm, "--batch takes a whole number from 1 to 2147483647, not ",
                                       given->batch);
        }
        out->batch = (int64_t)value;
    }
    if (given->seconds != NULL && !read_number(given->seconds, 0, &out->seconds)) {
        return program_usage_error(PROGRAM, comm, "--seconds takes a number above 0, not ", given->seconds);
    }
    if (given->dropout != NULL && (!read_number(given->dropout, 1, &out->dropout) || !(out->dropout < 1))) {
        return program_usage_error(PROGRAM, comm, "--dropout takes a number of at least 0 and below 1, not ",
                                   given->dropout);
    }
    if ((given->latency == NULL) != (given->bandwidth == NULL)) {
        return program_usage_error(PROGRAM, comm, "--latency and --bandwidth describe a link together: give both", "");
    }
    if (given->latency != NULL) {
        if (!read_number(given->latency, 1, &value)) {
            return program_usage_error(PROGRAM, comm, "--latency takes a number of microseconds, not ", given->latency);
        }
        out->latency_seconds = value * 1e-6;
        if (!read_number(given->bandwidth, 0, &value)) {
            return program_usage_error(PROGRAM, comm, "--bandwidth takes a number of GB/s above 0, not ",
                                       given->bandwidth);
        }
        out->bytes_per_second = value * 1e9;
    }
    return 0;
}

/* Reads the command line.  Returns an exit code. */
static int parse(int argc, char **argv, const fcnn_comm *comm, fcnn_benchmark_options *out)
{
    numbers given = {0};
    const struct {
        const char *option, **value;
    } valued[] = {
        {"--workload", &out->workloads},    {"--network", &out->network},     {"--batch", &given.batch},
        {"--activation", &out->activation}, {"--loss", &out->loss},           {"--precision", &out->precision},
        {"--reduction", &out->reduction},   {"--exchange", &out->exchange},   {"--seconds", &given.seconds},
        {"--json", &out->json_path},        {"--optimizer", &out->optimizer}, {"--latency", &given.latency},
        {"--bandwidth", &given.bandwidth},  {"--dropout", &given.dropout},
    };
    const size_t count = sizeof valued / sizeof *valued;
    for (int i = 1; i < argc; i++) {
        size_t k = 0;
        int *const flag = strcmp(argv[i], "--layer-norm") == 0 ? &out->layer_norm
                          : strcmp(argv[i], "--forward") == 0  ? &out->forward
                                                               : NULL;
        if (flag != NULL) {
            *flag = 1;
            continue;
        }
        while (k < count && !program_is_option(argv[i], valued[k].option)) {
            k++;
        }
        if (k == count) {
            return program_usage_error(PROGRAM, comm, "unknown option ", argv[i]);
        }
        *valued[k].value = program_option_value(argc, argv, &i);
        if (*valued[k].value == NULL) {
            return program_usage_error(PROGRAM, comm, "a value is missing after ", valued[k].option);
        }
    }
    if (out->json_path != NULL && strcmp(out->json_path, "-") == 0) {
        out->json = stdout;
        out->json_path = NULL;
        out->report = NULL;
    }
    return take_numbers(&given, comm, out);
}

int main(int argc, char **argv)
{
    if (program_begin(argc, argv, PROGRAM, help)) {
        return program_finish(PROGRAM, 0);
    }
    fcnn_comm *comm = NULL;
    fcnn_status status = fcnn_comm_start(&argc, &argv, &comm);
    if (status != FCNN_OK) {
        return program_fail(PROGRAM, NULL, status, fcnn_error_text());
    }
    fcnn_comm_speak_as(comm, PROGRAM);
    fcnn_benchmark_options options = {.report = stdout};
    int code = parse(argc, argv, comm, &options);
    if (code == 0) {
        status = fcnn_benchmark(comm, &options);
        code = status == FCNN_OK ? program_finish(PROGRAM, 0) : program_fail(PROGRAM, comm, status, fcnn_error_text());
    }
    return program_end(comm, code);
}
