/* include/fcnn/benchmark.h — measures how fast training steps or forward passes are on these ranks and threads. */
#ifndef FCNN_BENCHMARK_H
#define FCNN_BENCHMARK_H

#include <fcnn/ranks.h>
#include <fcnn/status.h>

#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What to measure, and how; set it to zero, then fill it in.  All texts and files are borrowed. */
typedef struct fcnn_benchmark_options {
    /* Either built-in workloads, "S,M256" for example: S, S32, M64, M256, L, XL, T or TB.  NULL: all of them except XL,
     * which needs about 1 GB per rank. */
    const char *workloads;

    /* Or a network: the widths from inputs to outputs, "784-128-10" for example.  Each is at most 1000000, and there
     * are 2 to 52 of them.  The next three fields are only allowed with it. */
    const char *network;
    int64_t batch;          /* rows of a step over all ranks, at most 2147483647; 0: 256, or 4096 if forward is set */
    const char *activation; /* of the hidden layers, a word of model.activation; NULL: relu */
    const char *loss;       /* a word of train.loss, with its usual output; NULL: cross_entropy */

    const char *precision; /* single, mixed or double; NULL: single */
    const char *reduction; /* exact or fast; NULL: exact */
    const char *exchange;  /* how gradients are summed over ranks: auto, allreduce or shared; NULL: auto */
    int threads;           /* threads of each rank; 0: OMP_NUM_THREADS, or SLURM_CPUS_PER_TASK, or as many as the cores
                            * that the ranks of a node share allow */
    double seconds;        /* duration of the timed steps of each workload, at most 1e6; 0: 1.5 */

    /* A link between ranks for which speeds are predicted, instead of the measured one; either both, or both 0. */
    double latency_seconds;  /* of a message, in seconds; 0 or more */
    double bytes_per_second; /* its bandwidth; more than 0 */

    FILE *report;          /* where rank 0 prints the tables; NULL: nowhere */
    FILE *json;            /* where rank 0 prints the results as JSON (docs/benchmarks.md); NULL: nowhere */
    const char *json_path; /* the file to which rank 0 writes the same JSON, completely or not at all; NULL: none */

    const char *optimizer; /* a word of optimizer.name, whose other settings have their defaults; NULL: sgd */
    int layer_norm;        /* not 0: model.layer_norm = yes */
    int forward;           /* not 0: times forward passes instead of training steps; then reduction, exchange,
                            * optimizer, dropout and the link have no effect */
    double dropout;        /* model.dropout of all hidden layers, at least 0 and below 1; 0: none */
} fcnn_benchmark_options;

/* Trains each workload on rows of random numbers for some time.  It reports steps per second, the arithmetic rate and
 * its fraction of the peak of the multiply-add units (which is measured at the same time), where the time goes, the
 * memory, what a sum over ranks costs, and the speed that other numbers of ranks would have.
 *   options  borrowed; the same on all ranks, except for report and json
 * A step has 2·(3·Σ in·out − in₁·out₁) floating-point operations per row: the products of the forward pass, of the
 * weight gradients, and of the derivatives of the inputs of all layers except the first; a forward pass alone has
 * 2·Σ in·out.  A sum of n bytes over R ranks is taken to cost 2·log₂(R)·latency + 2·(R − 1)/R·n/bandwidth
 * (R. Rabenseifner, Optimization of collective reduction operations, ICCS 2004).  docs/design.md describes how
 * everything is measured.
 * Collective.  If report or json cannot be written, ferror() reports it.
 * Fails: FCNN_EUSAGE if a workload or a word is unknown, the network is malformed, a number is out of range, or an
 * environment variable that the library reads (FCNN_ISA, OMP_NUM_THREADS, …) has a value that is not allowed;
 * FCNN_EOUTPUT if json_path cannot be written; FCNN_EDIVERGED if training has diverged; FCNN_EINTERNAL if the ranks'
 * parameters differ or the library was built with flags that change results; FCNN_ENOMEM. */
FCNN_API fcnn_status fcnn_benchmark(fcnn_comm *comm, const fcnn_benchmark_options *options);

#ifdef __cplusplus
}
#endif
#endif
