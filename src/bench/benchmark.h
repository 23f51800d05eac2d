/* src/bench/benchmark.h — a benchmark in pieces: what is measured, on which rows, how, and what it predicts. */
#ifndef FCNN_BENCH_BENCHMARK_H
#define FCNN_BENCH_BENCHMARK_H

#include "core/text.h"
#include "training/step.h"

#include <fcnn/benchmark.h>

/* ---- benchmark_workload.c: what is measured ---- */

typedef struct fcnn_workload {
    char name[16];
    fcnn_architecture shape; /* owned */
    fcnn_activation activation;
    int64_t batch;
} fcnn_workload;

/* A link between ranks. */
typedef struct fcnn_link {
    double latency;   /* seconds of a message, whatever its size */
    double bandwidth; /* bytes a second */
} fcnn_link;

/* Options, checked. */
typedef struct fcnn_benchmark_plan {
    int64_t count;
    fcnn_workload *workloads; /* [count], owned */
    fcnn_precision precision;
    fcnn_reduction reduction;
    fcnn_exchange_kind exchange;
    double seconds;
    bool has_link; /* one is given, to predict for */
    fcnn_link link;
} fcnn_benchmark_plan;

/* Not collective, and alike on all ranks.  Fails: FCNN_EUSAGE, naming what is allowed; FCNN_ENOMEM. */
fcnn_status fcnn_benchmark_plan_make(const fcnn_benchmark_options *options, fcnn_benchmark_plan *out);
void fcnn_benchmark_plan_clear(fcnn_benchmark_plan *plan);

/* Reads "784-128-10" into the widths of a shape, which is to be cleared.  Fails: FCNN_EUSAGE, FCNN_ENOMEM. */
fcnn_status fcnn_workload_read_network(const char *text, fcnn_architecture *out);

/* ---- benchmark_data.c: on which rows ---- */

/* Makes up rows for a shape: inputs in −1 … 1, any labels, targets in −1 … 1.  Which numbers a row has depends on
 * its place among all rows alone.  Each rank makes those of its shards.  Of rows all batches are full: it is
 * rounded up.  Not collective.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_benchmark_data_create(const fcnn_architecture *shape, int64_t rows, int64_t batch, int64_t blocks,
                                       const fcnn_comm *comm, fcnn_training_data **out);

/* Rows for a workload: 8192, fewer if those take more than 64 MB, but at least four batches. */
int64_t fcnn_benchmark_rows(const fcnn_workload *workload);

/* ---- benchmark_split.c: where the time goes ---- */

/* Seconds, or parts of a step. */
typedef struct fcnn_split {
    double multiply, elementwise, exchange, waiting, other;
} fcnn_split;

/* The mean over a rank's threads of what each did in a time of that length (seconds), other being what no timer
 * covers.  The exchange is thread 0's and holds for all: a thread that counts the same time as waiting has it
 * taken off there. */
fcnn_split fcnn_split_of_rank(const fcnn_thread_times *times, int threads, double seconds);

/* From the sums over ranks, and the shortest exchange of a rank, to parts of the whole that add up to 1: what
 * ranks spend in the exchange beyond the shortest time is waiting.  linear_multiply is the seconds of the
 * products of the same network with linear activations, per rank, or negative if that is not known: what the
 * products take beyond it is activations, so elementwise. */
fcnn_split fcnn_split_of_ranks(const fcnn_split *sums, int ranks, double shortest_exchange, double linear_multiply);

/* ---- benchmark_link.c: what a sum over ranks costs, and what follows ---- */

enum { FCNN_LINK_SIZES = 8 };

/* t(bytes) = latency + bytes / bandwidth, for a whole sum over the measured ranks. */
typedef struct fcnn_link_fit {
    fcnn_link sum;
    double worst;            /* the largest relative error of the fit */
    fcnn_exchange_kind kind; /* of all sums that were timed */
    int count;               /* of what it is fitted to: */
    double bytes[FCNN_LINK_SIZES], seconds[FCNN_LINK_SIZES];
} fcnn_link_fit;

/* Fits the measured times [count], count ≥ 2, sizes ascending, by least squares of the relative errors, so that
 * small and large sizes count alike: sets sum and worst.  Neither latency nor 1 / bandwidth gets negative. */
void fcnn_link_fit_times(fcnn_link_fit *fit);

/* The link of one message under a sum over ranks ≥ 2, by the formula below. */
fcnn_link fcnn_link_of_sum(const fcnn_link *sum, int ranks);

/* Seconds of a sum over ranks: 2·log2(R)·latency + 2·(R − 1)/R·bytes/bandwidth, a reduce-scatter and an allgather
 * after R. Rabenseifner, Optimization of collective reduction operations (ICCS 2004).  0 for one rank. */
double fcnn_link_sum_seconds(const fcnn_link *link, int64_t ranks, double bytes);

/* A step as measured, taken apart by what more ranks can share. */
typedef struct fcnn_step_model {
    int64_t batch, blocks;
    int ranks;             /* that it was measured on */
    double shared_seconds; /* work on rows: of the rank with most blocks */
    double fixed_seconds;  /* what each rank does whatever its rows: the update above all */
    double bytes;          /* of a sum over ranks */
} fcnn_step_model;

/* Rows a second on that many ranks with the threads that they had: fixed + shared·⌈B/R⌉/⌈B/measured⌉ + the sum. */
double fcnn_step_model_speed(const fcnn_step_model *model, const fcnn_link *link, int64_t ranks);

/* Times sums of several sizes over the ranks, doubles from 8 bytes to 32 MB, and fits them; sizes from where on
 * they are not made in the same way, for lack of room, are left out.  fit untouched on one rank.  Collective.
 * Fails, alike on all ranks: FCNN_ENOMEM. */
fcnn_status fcnn_link_measure(fcnn_comm *comm, fcnn_team *team, fcnn_exchange_kind kind, fcnn_link_fit *fit);

/* ---- benchmark_measure.c: how fast ---- */

enum { FCNN_PREDICTIONS = 10 }; /* 2, 4, … 1024 ranks */

typedef struct fcnn_benchmark_result {
    const fcnn_workload *workload; /* borrowed */
    const char *isa, *exchange;    /* in use; static; an exchange of one rank is "none" */
    int threads, bits;
    int64_t blocks, rows, steps; /* steps that were timed */
    double step_seconds;         /* the median of the rounds, each by the slowest rank */
    double samples_per_second, gflops;
    double peak_gflops; /* the best burst between the rounds, all threads of all ranks together */
    double efficiency;
    double flop_per_cycle; /* NaN: no cycle counter */
    fcnn_split split;
    double check_seconds; /* of a comparison of the ranks' parameters; 0: one rank makes none */
    double check_part;    /* of the time of training, with train.check_every as it is by default */
    int64_t memory_base, memory_predicted, memory_measured; /* bytes, the largest rank's; −1: not known */
    fcnn_step_model model;
} fcnn_benchmark_result;

/* Runs a workload.  Collective; all ranks fail alike and get the same result.
 * Fails: FCNN_ENOMEM, FCNN_EUSAGE (FCNN_ISA), FCNN_EDIVERGED. */
fcnn_status fcnn_benchmark_measure(fcnn_comm *comm, const fcnn_benchmark_plan *plan, const fcnn_workload *workload,
                                   int threads, fcnn_benchmark_result *out);

/* ---- benchmark_report.c, benchmark_json.c: what is said of it ---- */

typedef struct fcnn_benchmark_findings {
    const fcnn_benchmark_plan *plan; /* borrowed */
    const char *where;               /* lines about ranks, threads and hosts; borrowed */
    const char *isa;                 /* of the kernels; static */
    int ranks, threads;
    int64_t count;
    fcnn_benchmark_result *results; /* [count], borrowed */
    bool has_fit;
    fcnn_link_fit fit;
} fcnn_benchmark_findings;

/* The link to predict for: the given one, else the measured one; false if there is none. */
bool fcnn_benchmark_link(const fcnn_benchmark_findings *findings, fcnn_link *out);

/* Before the first workload, after each, at the end.  Rank 0 alone. */
void fcnn_benchmark_print_head(const fcnn_benchmark_findings *findings, FILE *out);
void fcnn_benchmark_print_result(const fcnn_benchmark_result *result, FILE *out);
void fcnn_benchmark_print_end(const fcnn_benchmark_findings *findings, FILE *out);

/* Appends a list with an object for each result.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_benchmark_json(const fcnn_benchmark_findings *findings, fcnn_text *out);

#endif
