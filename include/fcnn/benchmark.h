/* include/fcnn/benchmark.h — how fast training steps are on these ranks and threads, and against what. */
#ifndef FCNN_BENCHMARK_H
#define FCNN_BENCHMARK_H

#include <fcnn/ranks.h>
#include <fcnn/status.h>

#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What to measure, and how; zeroed, then filled in.  All texts and files are borrowed. */
typedef struct fcnn_benchmark_options {
    /* Either workloads of the built-in ones, "S,M256": S, S32, M64, M256, L, XL, T, TB; NULL: all but XL, which
     * needs about 1 GB a rank; */
    const char *workloads;

    /* or a network of one's own: "784-128-10". */
    const char *network;
    int64_t batch;          /* rows of a step, over all ranks; 0: 256 */
    const char *activation; /* of hidden layers, as model.activation; NULL: relu */
    const char *loss;       /* cross_entropy (after a softmax) or mse; NULL: cross_entropy */

    const char *precision; /* single or double; NULL: single */
    const char *reduction; /* exact or fast; NULL: exact */
    const char *exchange;  /* how sums go over ranks: auto, allreduce or shared; NULL: auto */
    int threads;           /* of a rank; 0: OMP_NUM_THREADS, else as the trainer chooses */
    double seconds;        /* of the timed steps of each workload; 0: 1.5 */

    /* A link to predict speeds for, in place of the measured one; both or none (0). */
    double latency_seconds;  /* of a message */
    double bytes_per_second; /* through it */

    FILE *report;          /* where rank 0 prints the tables; NULL: nowhere */
    FILE *json;            /* where rank 0 prints the results as JSON; NULL: nowhere */
    const char *json_path; /* the file it writes them to, whole or not at all; NULL: none */
} fcnn_benchmark_options;

/* Trains each workload on made-up rows for a while and tells steps a second, arithmetic rate, its part of the
 * peak of the multiply-add units (measured alongside), where the time goes, memory, what a sum over ranks costs,
 * and what speed other numbers of ranks would have by that.  options is borrowed.  Collective; all ranks return
 * the same status.
 * Fails: FCNN_EUSAGE for an unknown workload or word, a malformed network, a number out of range; FCNN_EOUTPUT if
 * the file cannot be written; FCNN_ENOMEM; FCNN_EDIVERGED. */
FCNN_API fcnn_status fcnn_benchmark(fcnn_comm *comm, const fcnn_benchmark_options *options);

#ifdef __cplusplus
}
#endif
#endif
