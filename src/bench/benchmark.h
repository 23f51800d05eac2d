/* src/bench/benchmark.h — the parts of a benchmark: workloads, rows, measurements, predictions, reports.
 *
 * Functions must be called by the main thread. */
#ifndef FCNN_BENCH_BENCHMARK_H
#define FCNN_BENCH_BENCHMARK_H

#include "compute/team.h"
#include "core/text.h"
#include "training/step.h"

#include <fcnn/benchmark.h>

/* ---- bench/workload.c: the networks and batches that are measured ---- */

typedef struct fcnn_workload {
    char name[16];
    fcnn_architecture shape; /* owned */
    fcnn_activation activation;
    int64_t batch; /* rows of a step or forward pass, over all ranks */
} fcnn_workload;

/* A link between ranks. */
typedef struct fcnn_link {
    double latency;   /* seconds per message, for any size */
    double bandwidth; /* bytes per second */
} fcnn_link;

/* The options after all checks. */
typedef struct fcnn_benchmark_plan {
    int64_t count;
    fcnn_workload *workloads; /* [count], owned */
    fcnn_precision precision;
    fcnn_reduction reduction;
    fcnn_optimizer_kind optimizer;
    double dropout;        /* of all hidden layers */
    fcnn_config *settings; /* of the optimizer, owned */
    bool layer_norm;
    bool forward; /* forward passes are timed instead of training steps */
    fcnn_exchange_kind exchange;
    double seconds; /* duration of the timed steps of a workload */
    bool has_link;  /* the link for predictions is given */
    fcnn_link link;
} fcnn_benchmark_plan;

/* Checks the options and creates the plan.  The caller clears *out.  Not collective; all ranks get the same result.
 * Errors: FCNN_EUSAGE, with the permitted values in the text; FCNN_ENOMEM. */
fcnn_status fcnn_benchmark_plan_make(const fcnn_benchmark_options *options, fcnn_benchmark_plan *out);
void fcnn_benchmark_plan_clear(fcnn_benchmark_plan *plan);

/* Parses a network such as "784-128-10" and sets the widths of a shape, which the caller clears.  Not collective.
 * Errors: FCNN_EUSAGE, FCNN_ENOMEM. */
fcnn_status fcnn_workload_read_network(const char *text, fcnn_architecture *out);

/* Creates the model of a workload, with initial weights and the settings of its loss.  The caller destroys *out.  Not
 * collective.  Errors: FCNN_ENOMEM. */
fcnn_status fcnn_benchmark_model_create(const fcnn_benchmark_plan *plan, const fcnn_workload *workload,
                                        fcnn_model **out);

/* ---- bench/data.c: synthetic rows ---- */

/* Creates synthetic rows for a shape: inputs and targets in −1 … 1, random labels.  The values of a row depend only on
 * its number.  Each rank creates the rows of its shards.  The number of rows is rounded up to whole batches.  The
 * caller destroys *out.  Not collective.  Errors: FCNN_ENOMEM. */
fcnn_status fcnn_benchmark_data_create(const fcnn_architecture *shape, int64_t rows, int64_t batch, int64_t blocks,
                                       const fcnn_comm *comm, fcnn_training_data **out);

/* Returns the number of rows of a workload: 8192, fewer if their inputs need more than 64 MB, but at least four
 * batches. */
int64_t fcnn_benchmark_rows(const fcnn_workload *workload);

/* ---- bench/split.c: the parts of the time of a step ---- */

/* Seconds, or fractions of a step. */
typedef struct fcnn_split {
    double multiply, elementwise, exchange, waiting, other;
} fcnn_split;

/* Returns the mean over the threads of a rank of the times of each part, for a measurement of the given duration in
 * seconds; `other` is the time that no timer covers.  The time of the exchange is that of thread 0, for all threads; it
 * is subtracted from the waiting time of threads that count it as waiting.  Not collective. */
fcnn_split fcnn_split_of_rank(const fcnn_thread_times *times, int threads, double seconds);

/* Converts sums over ranks to fractions of the whole, which add up to 1.  Not collective.
 *   shortest_exchange  shortest time of a rank in the exchange; time beyond it is counted as waiting
 *   linear_multiply    seconds per rank of the products of the same network with linear activations, negative if
 *                      unknown; time of the products beyond it is that of activations, so it is elementwise */
fcnn_split fcnn_split_of_ranks(const fcnn_split *sums, int ranks, double shortest_exchange, double linear_multiply);

/* ---- bench/link.c: the time of a sum over ranks, and predictions ---- */

enum { FCNN_LINK_SIZES = 8 };

/* t(bytes) = latency + bytes / bandwidth, for a whole sum over the measured ranks. */
typedef struct fcnn_link_fit {
    fcnn_link sum;
    double worst;                                            /* largest relative error of the fit */
    fcnn_exchange_kind kind;                                 /* kind of exchange of all sums that were timed */
    int count;                                               /* number of sizes that were timed */
    double bytes[FCNN_LINK_SIZES], seconds[FCNN_LINK_SIZES]; /* [count] */
} fcnn_link_fit;

/* Fits the measured times [count], count ≥ 2, with ascending sizes, by least squares of the relative errors, so that
 * small and large sizes have equal weight, and sets sum and worst.  Latency and bandwidth are never negative.  Not
 * collective. */
void fcnn_link_fit_times(fcnn_link_fit *fit);

/* Returns the link of a single message from the measured sums over ranks ≥ 2, by the formula of
 * fcnn_link_sum_seconds(). */
fcnn_link fcnn_link_of_sum(const fcnn_link *sum, int ranks);

/* Returns the seconds of a sum over R ranks, 2·log2(R)·latency + 2·(R − 1)/R·bytes/bandwidth: a reduce-scatter and an
 * allgather (R. Rabenseifner, Optimization of collective reduction operations, ICCS 2004).  0 for one rank. */
double fcnn_link_sum_seconds(const fcnn_link *link, int64_t ranks, double bytes);

/* A measured step, divided into work that more ranks can share and work that they cannot. */
typedef struct fcnn_step_model {
    int64_t batch, blocks;
    int ranks;             /* number of ranks of the measurement */
    double shared_seconds; /* work on rows, on the rank with the most blocks */
    double fixed_seconds;  /* work that does not depend on the number of rows, mainly the update */
    double bytes;          /* size of the sum over ranks */
} fcnn_step_model;

/* Returns the predicted rows per second on R ranks with the same number of threads each.  The time of a step is
 * fixed + shared·⌈B/R⌉/⌈B/measured ranks⌉ + the time of the sum. */
double fcnn_step_model_speed(const fcnn_step_model *model, const fcnn_link *link, int64_t ranks);

/* Times sums of doubles over the ranks, of several sizes from 8 bytes to 32 MB, and fits their times.  If there is too
 * little shared memory for a size, so that another kind of exchange would be used, this and larger sizes are left out.
 * Does not change fit on one rank.  Collective.  Errors, the same on all ranks: FCNN_ENOMEM. */
fcnn_status fcnn_link_measure(fcnn_comm *comm, fcnn_team *team, fcnn_exchange_kind kind, fcnn_link_fit *fit);

/* ---- results ---- */

enum { FCNN_PREDICTIONS = 10 }; /* 2, 4, … 1024 ranks */

typedef struct fcnn_benchmark_result {
    const fcnn_workload *workload; /* borrowed */
    const char *isa, *exchange;    /* names of those that were used; static; exchange is "none" without an exchange */
    int threads, bits;             /* threads per rank; bits of a number */
    int64_t blocks, rows, steps;   /* blocks per batch, −1: none; rows of the data; steps that were timed */
    double step_seconds;           /* median over rounds of the time on the slowest rank */
    double samples_per_second, gflops;
    double peak_gflops;    /* of the best burst between the rounds, on all threads of all ranks */
    double efficiency;     /* gflops / peak_gflops */
    double flop_per_cycle; /* NaN: no cycle counter */
    fcnn_split split;      /* NaN: not known */
    double check_seconds;  /* time of a comparison of the parameters of all ranks; 0 for one rank; NaN: not measured */
    double check_part;     /* fraction of the training time, for the default of train.check_every */
    int64_t memory_base, memory_predicted, memory_measured; /* bytes, maximum over ranks; −1: unknown */
    fcnn_step_model model;
} fcnn_benchmark_result;

/* ---- bench/rounds.c: rounds of steps, and the peak between them ---- */

/* What is timed. */
typedef struct fcnn_timed {
    fcnn_comm *comm;
    fcnn_team *team;
    const fcnn_kernels *kernels;     /* whose peak is measured */
    bool mixed;                      /* the peak of pairs */
    fcnn_status (*run)(void *owner); /* one step; all ranks call it */
    void *owner;
} fcnn_timed;

enum { FCNN_ROUNDS = 7 };

typedef struct fcnn_rounds {
    int count;                   /* number of rounds, at most FCNN_ROUNDS */
    int64_t steps;               /* steps per round */
    double seconds[FCNN_ROUNDS]; /* [count] seconds of each round on the slowest rank */
    double own_seconds;          /* of all rounds on this rank */
    double flops_per_second;     /* of the best burst, sum over ranks */
    double flops_per_cycle;      /* mean over bursts and ranks; NaN: no cycle counter */
} fcnn_rounds;

/* Runs steps to warm up, and sets the number of steps of a round of the given length.  Collective.  Errors: those of
 * the steps. */
fcnn_status fcnn_rounds_warm_up(const fcnn_timed *timed, double round_seconds, fcnn_rounds *rounds);

/* Runs the rounds, each after a measurement of the peak if with_peak, and sets the times.  Collective.  Errors: those
 * of the steps; FCNN_ENOMEM on all ranks. */
fcnn_status fcnn_rounds_run(const fcnn_timed *timed, bool with_peak, fcnn_rounds *rounds);

/* Returns the seconds of a step in the median round.  Not collective. */
double fcnn_rounds_median(const fcnn_rounds *rounds);

/* Sets what was used, the times and the speed of the result from rounds with measurements of the peak, for steps of the
 * given number of floating-point operations per row.  Not collective. */
void fcnn_rounds_take_speed(const fcnn_timed *timed, const fcnn_rounds *rounds, double flops_per_row,
                            fcnn_benchmark_result *out);

/* ---- bench/measure.c, bench/forward.c: measurements ---- */

/* Runs the training steps of a workload.  Collective; all ranks get the same result.
 * Errors, the same on all ranks: FCNN_ENOMEM, FCNN_EUSAGE if FCNN_ISA is invalid, FCNN_EDIVERGED. */
fcnn_status fcnn_benchmark_measure(fcnn_comm *comm, const fcnn_benchmark_plan *plan, const fcnn_workload *workload,
                                   int threads, fcnn_benchmark_result *out);

/* Runs forward passes of a workload in the same way: each rank has its share of the rows of a pass, and each thread its
 * share of these, as in predictions.  A pass has 2·Σ in·out floating-point operations per row.  Collective; all ranks
 * get the same result.  Errors, the same on all ranks: FCNN_ENOMEM, FCNN_EUSAGE if FCNN_ISA is invalid. */
fcnn_status fcnn_benchmark_measure_forward(fcnn_comm *comm, const fcnn_benchmark_plan *plan,
                                           const fcnn_workload *workload, int threads, fcnn_benchmark_result *out);

/* ---- bench/report.c, bench/json.c: reports ---- */

typedef struct fcnn_benchmark_findings {
    const fcnn_benchmark_plan *plan; /* borrowed */
    const char *where;               /* lines about ranks, threads and hosts; borrowed */
    const char *isa;                 /* instruction set of the kernels; static */
    int ranks, threads;
    int64_t count;
    fcnn_benchmark_result *results; /* [count], borrowed */
    bool has_fit;
    fcnn_link_fit fit;
} fcnn_benchmark_findings;

/* Sets out to the link for predictions: the given one, otherwise the measured one; returns false if there is none, or
 * only forward passes are timed, which need none. */
bool fcnn_benchmark_link(const fcnn_benchmark_findings *findings, fcnn_link *out);

/* Print the head before the first workload, the result after each, and the rest at the end.  Only rank 0 calls them. */
void fcnn_benchmark_print_head(const fcnn_benchmark_findings *findings, FILE *out);
void fcnn_benchmark_print_result(const fcnn_benchmark_plan *plan, const fcnn_benchmark_result *result, FILE *out);
void fcnn_benchmark_print_end(const fcnn_benchmark_findings *findings, FILE *out);

/* Appends a JSON object (docs/benchmarks.md).  Not collective.  Errors: FCNN_ENOMEM. */
fcnn_status fcnn_benchmark_json(const fcnn_benchmark_findings *findings, fcnn_text *out);

#endif
