/* src/predict/metrics.c — the metrics of an evaluation. */
#include "predict/metrics.h"

#include "core/memory.h"
#include "model/log_losses.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Cells of one thread: those of each metric, and what all metrics share. */
typedef struct thread_cells {
    fcnn_metric_cells *own;   /* [count] */
    fcnn_metric_cells shared; /* the rows, and FCNN_METRIC_NEEDS_PARTS: rows, taken and right of each part */
    double *values, *targets; /* [outputs], [targets] */
} thread_cells;

/* The class of a row, and the one that is predicted. */
typedef struct labelled {
    int32_t label, taken;
} labelled;

struct fcnn_metrics {
    fcnn_comm *comm;
    fcnn_metric_facts facts;
    int count;
    unsigned needs;           /* of all metrics */
    fcnn_metric_kind *kinds;  /* [count] */
    fcnn_metric_sizes *sizes; /* [count] */
    fcnn_metric_sizes shared; /* cells that all metrics share */
    int threads;
    thread_cells *cells;                    /* [threads]; the first has the sums of all at the end */
    fcnn_metric_part *parts;                /* [parts], or NULL */
    fcnn_metric_result *results;            /* [count] */
    double *values;                         /* [count][parts]: of the results */
    double *work;                           /* scratch memory for sums over ranks */
    labelled *labelled;                     /* [rows of a block] */
    fcnn_ranking *ranking;                  /* NULL: not needed */
    fcnn_ranked *ranked;                    /* [outputs], its results */
    uint64_t *confusion, *confusion_of_all; /* [classes][classes] of this rank, and the result; NULL: not needed */
};

/* ---- creation ---- */

static fcnn_metric_facts facts_of(const fcnn_architecture *shape, const fcnn_metric_choice *choice,
                                  const fcnn_metric_rows *rows)
{
    const int64_t classes = fcnn_architecture_classes(shape), targets = fcnn_architecture_targets(shape);
    return (fcnn_metric_facts){.shape = shape,
                               .outputs = fcnn_architecture_outputs(shape),
                               .targets = targets,
                               .per_target = fcnn_architecture_outputs_per_target(shape),
                               .prediction = fcnn_architecture_prediction(shape, 0),
                               .classes = classes,
                               .parts = classes > 0 ? classes : targets,
                               .k = choice->k,
                               .bins = choice->bins,
                               .weighs = rows->weighs};
}

static fcnn_metric_sizes sizes_of(const fcnn_metric *metric, const fcnn_metric_facts *facts)
{
    return metric->sizes != NULL ? metric->sizes(facts) : (fcnn_metric_sizes){0};
}

/* The cells that all metrics share: the number of rows, and three counts of each part. */
static fcnn_metric_sizes shared_sizes(unsigned needs, const fcnn_metric_facts *facts)
{
    return (fcnn_metric_sizes){.counts = 1 + (needs & FCNN_METRIC_NEEDS_PARTS ? 3 * facts->parts : 0)};
}

static fcnn_status create_cells(const fcnn_metric_sizes *sizes, bool weighs, fcnn_metric_cells *out)
{
    static const char what[] = "the metrics";
    FCNN_TRY(fcnn_memory_create(what, sizes->sums, sizeof(fcnn_exact_sum), &out->sums));
    return weighs ? fcnn_memory_create(what, sizes->counts, sizeof(fcnn_exact_sum), &out->weighted)
                  : fcnn_memory_create(what, sizes->counts, sizeof(uint64_t), &out->counts);
}

static fcnn_status create_thread(const fcnn_metrics *metrics, thread_cells *out)
{
    static const char what[] = "the metrics";
    const bool weighs = metrics->facts.weighs;
    FCNN_TRY(fcnn_memory_create(what, metrics->count, sizeof *out->own, &out->own));
    for (int i = 0; i < metrics->count; i++) {
        FCNN_TRY(create_cells(&metrics->sizes[i], weighs, &out->own[i]));
    }
    FCNN_TRY(create_cells(&metrics->shared, weighs, &out->shared));
    FCNN_TRY(fcnn_memory_create(what, metrics->facts.outputs, sizeof(double), &out->values));
    return fcnn_memory_create(what, metrics->facts.targets, sizeof(double), &out->targets);
}

/* The largest number of exact sums that are summed over ranks at a time. */
static int64_t sums_at_a_time(const fcnn_metrics *metrics)
{
    int64_t most = metrics->facts.weighs ? metrics->shared.counts : 0;
    for (int i = 0; i < metrics->count; i++) {
        const fcnn_metric_sizes *sizes = &metrics->sizes[i];
        const int64_t own = metrics->facts.weighs && sizes->counts > sizes->sums ? sizes->counts : sizes->sums;
        most = own > most ? own : most;
    }
    return most;
}

static fcnn_status create_arrays(fcnn_metrics *metrics)
{
    static const char what[] = "the metrics";
    const int64_t parts = metrics->facts.parts;
    FCNN_TRY(fcnn_memory_create(what, metrics->threads, sizeof *metrics->cells, &metrics->cells));
    for (int thread = 0; thread < metrics->threads; thread++) {
        FCNN_TRY(create_thread(metrics, &metrics->cells[thread]));
    }
    if (metrics->needs & FCNN_METRIC_NEEDS_PARTS) {
        FCNN_TRY(fcnn_memory_create(what, parts, sizeof *metrics->parts, &metrics->parts));
    }
    FCNN_TRY(fcnn_memory_create(what, metrics->count, sizeof *metrics->results, &metrics->results));
    FCNN_TRY(fcnn_memory_create(what, metrics->count * parts, sizeof(double), &metrics->values));
    return fcnn_memory_create(what, sums_at_a_time(metrics) * (FCNN_EXACT_LIMBS + 1), sizeof(double), &metrics->work);
}

/* What is not counted by threads. */
static fcnn_status create_shared(fcnn_metrics *metrics, const fcnn_metric_rows *rows)
{
    static const char what[] = "the metrics";
    const int64_t columns = metrics->facts.outputs, classes = metrics->facts.classes;
    if (metrics->needs & FCNN_METRIC_NEEDS_RANKING) {
        FCNN_TRY(fcnn_memory_create(what, columns, sizeof *metrics->ranked, &metrics->ranked));
        FCNN_TRY(fcnn_ranking_create(metrics->comm, columns, rows->all, rows->own, rows->weighs, &metrics->ranking));
    }
    if (metrics->needs & FCNN_METRIC_NEEDS_CONFUSION) {
        FCNN_TRY(fcnn_memory_create(what, classes * classes, sizeof(uint64_t), &metrics->confusion));
        FCNN_TRY(fcnn_memory_create(what, classes * classes, sizeof(uint64_t), &metrics->confusion_of_all));
    }
    return fcnn_memory_create(what, rows->room, sizeof *metrics->labelled, &metrics->labelled);
}

static fcnn_status create_list(fcnn_metrics *metrics, const fcnn_metric_choice *choice, const fcnn_metric_rows *rows)
{
    FCNN_TRY(fcnn_memory_create("the metrics", choice->list.count, sizeof *metrics->kinds, &metrics->kinds));
    FCNN_TRY(fcnn_memory_create("the metrics", choice->list.count, sizeof *metrics->sizes, &metrics->sizes));
    for (int i = 0; i < metrics->count; i++) {
        metrics->kinds[i] = (fcnn_metric_kind)choice->list.values[i];
        const fcnn_metric *metric = fcnn_metric_of(metrics->kinds[i]);
        metrics->needs |= metric->needs;
        metrics->sizes[i] = sizes_of(metric, &metrics->facts);
    }
    metrics->shared = shared_sizes(metrics->needs, &metrics->facts);
    FCNN_TRY(create_arrays(metrics));
    return create_shared(metrics, rows);
}

fcnn_status fcnn_metrics_create(fcnn_comm *comm, int threads, const fcnn_architecture *shape,
                                const fcnn_metric_choice *choice, const fcnn_metric_rows *rows, fcnn_metrics **out)
{
    *out = NULL;
    if (choice->list.count == 0) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_metrics_check(choice, shape));
    fcnn_metrics *metrics;
    FCNN_TRY(fcnn_memory_create("the metrics", 1, sizeof *metrics, &metrics));
    metrics->comm = comm;
    metrics->threads = threads;
    metrics->count = (int)choice->list.count;
    metrics->facts = facts_of(shape, choice, rows);
    const fcnn_status status = create_list(metrics, choice, rows);
    if (status != FCNN_OK) {
        fcnn_metrics_destroy(metrics);
        return status;
    }
    *out = metrics;
    return FCNN_OK;
}

static void free_cells(fcnn_metric_cells *cells)
{
    free(cells->counts);
    free(cells->weighted);
    free(cells->sums);
}

void fcnn_metrics_destroy(fcnn_metrics *metrics)
{
    if (metrics == NULL) {
        return;
    }
    for (int thread = 0; metrics->cells != NULL && thread < metrics->threads; thread++) {
        thread_cells *cells = &metrics->cells[thread];
        for (int i = 0; cells->own != NULL && i < metrics->count; i++) {
            free_cells(&cells->own[i]);
        }
        free(cells->own);
        free_cells(&cells->shared);
        free(cells->values);
        free(cells->targets);
    }
    free(metrics->cells);
    free(metrics->kinds);
    free(metrics->sizes);
    free(metrics->parts);
    free(metrics->results);
    free(metrics->values);
    free(metrics->work);
    free(metrics->labelled);
    fcnn_ranking_destroy(metrics->ranking);
    free(metrics->ranked);
    free(metrics->confusion);
    free(metrics->confusion_of_all);
    free(metrics);
}

static int64_t cells_bytes(const fcnn_metric_sizes *sizes, bool weighs)
{
    return sizes->sums * (int64_t)sizeof(fcnn_exact_sum) +
           sizes->counts * (int64_t)(weighs ? sizeof(fcnn_exact_sum) : sizeof(uint64_t));
}

static int64_t shared_bytes(const fcnn_comm *comm, unsigned needs, const fcnn_metric_facts *facts,
                            const fcnn_metric_rows *rows)
{
    int64_t bytes = rows->room * (int64_t)sizeof(labelled);
    if (needs & FCNN_METRIC_NEEDS_RANKING) {
        bytes += fcnn_ranking_bytes(facts->outputs, rows->all, rows->own, rows->weighs, comm->rank == 0);
    }
    if (needs & FCNN_METRIC_NEEDS_CONFUSION) {
        bytes += 2 * facts->classes * facts->classes * (int64_t)sizeof(uint64_t);
    }
    return bytes;
}

int64_t fcnn_metrics_bytes(const fcnn_comm *comm, int threads, const fcnn_architecture *shape,
                           const fcnn_metric_choice *choice, const fcnn_metric_rows *rows)
{
    if (choice->list.count == 0) {
        return 0;
    }
    const fcnn_metric_facts facts = facts_of(shape, choice, rows);
    int64_t thread = (facts.outputs + facts.targets) * (int64_t)sizeof(double);
    unsigned needs = 0;
    for (int64_t i = 0; i < choice->list.count; i++) {
        const fcnn_metric *metric = fcnn_metric_of((fcnn_metric_kind)choice->list.values[i]);
        const fcnn_metric_sizes sizes = sizes_of(metric, &facts);
        thread += cells_bytes(&sizes, rows->weighs);
        needs |= metric->needs;
    }
    const fcnn_metric_sizes shared = shared_sizes(needs, &facts);
    const int64_t results =
        choice->list.count * (facts.parts * (int64_t)sizeof(double) + (int64_t)sizeof(fcnn_metric_result));
    const int64_t parts = needs & FCNN_METRIC_NEEDS_PARTS ? facts.parts * (int64_t)sizeof(fcnn_metric_part) : 0;
    return threads * (thread + cells_bytes(&shared, rows->weighs)) + results + parts +
           shared_bytes(comm, needs, &facts, rows);
}

/* ---- rows ---- */

fcnn_status fcnn_metrics_prepare(const fcnn_metrics *metrics, fcnn_network *network)
{
    return metrics->needs & FCNN_METRIC_NEEDS_LOG_LOSS ? fcnn_log_losses_enable(network) : FCNN_OK;
}

/* The class that is predicted: the first of the largest probabilities, or whether a single one is above 1/2. */
static int64_t class_of(const fcnn_metric_facts *facts, const double *values)
{
    if (facts->outputs == 1) {
        return values[0] > 0.5;
    }
    int64_t best = 0;
    for (int64_t i = 1; i < facts->outputs; i++) {
        best = values[i] > values[best] ? i : best;
    }
    return best;
}

/* Counts a row in its part, and in the part that is predicted. */
static void count_parts(const fcnn_metric_facts *facts, const fcnn_metric_row *row, const fcnn_metric_cells *cells)
{
    enum { ROWS = 1, TAKEN, RIGHT };
    if (facts->classes > 0) {
        fcnn_metric_count(cells, ROWS + 3 * row->label, row);
        fcnn_metric_count(cells, TAKEN + 3 * row->taken, row);
        if (row->label == row->taken) {
            fcnn_metric_count(cells, RIGHT + 3 * row->label, row);
        }
        return;
    }
    for (int64_t i = 0; i < facts->outputs; i++) {
        const bool is = row->targets[i] > 0.5, taken = row->values[i] > 0.5 && !isnan(row->targets[i]);
        if (is) {
            fcnn_metric_count(cells, ROWS + 3 * i, row);
        }
        if (taken) {
            fcnn_metric_count(cells, TAKEN + 3 * i, row);
        }
        if (is && taken) {
            fcnn_metric_count(cells, RIGHT + 3 * i, row);
        }
    }
}

void fcnn_metrics_row(fcnn_metrics *metrics, int thread, const fcnn_network *network, const fcnn_table *targets,
                      int64_t row, int64_t label, double weight)
{
    const fcnn_metric_facts *facts = &metrics->facts;
    thread_cells *cells = &metrics->cells[thread];
    fcnn_metric_row own = {.values = cells->values, .label = label, .taken = -1, .weight = weight};
    for (int64_t i = 0; i < facts->outputs; i++) {
        cells->values[i] = fcnn_network_physical(network, row, i);
    }
    for (int64_t i = 0; label < 0 && i < facts->targets; i++) {
        cells->targets[i] = fcnn_table_value(targets, row, i);
    }
    own.targets = label < 0 ? cells->targets : NULL;
    metrics->labelled[row] = (labelled){-1, -1};
    if (facts->classes > 0 && label < 0 && isnan(cells->targets[0])) {
        return; /* the class of the row is not known */
    }
    if (facts->classes > 0) {
        own.taken = class_of(facts, cells->values);
        own.label = label < 0 ? cells->targets[0] > 0.5 : label;
        metrics->labelled[row] = (labelled){(int32_t)own.label, (int32_t)own.taken};
    }
    own.log_loss = metrics->needs & FCNN_METRIC_NEEDS_LOG_LOSS ? network->log_losses[row] : NAN;
    fcnn_metric_count(&cells->shared, 0, &own);
    if (metrics->needs & FCNN_METRIC_NEEDS_PARTS) {
        count_parts(facts, &own, &cells->shared);
    }
    for (int i = 0; i < metrics->count; i++) {
        const fcnn_metric *metric = fcnn_metric_of(metrics->kinds[i]);
        if (metric->row != NULL) {
            metric->row(facts, &own, &cells->own[i]);
        }
    }
}

static void rank_row(fcnn_metrics *metrics, const fcnn_network *network, const fcnn_table *targets, int64_t row,
                     double weight)
{
    const bool has_labels = metrics->facts.shape->output == FCNN_OUTPUT_SOFTMAX;
    for (int64_t i = 0; i < metrics->facts.outputs; i++) {
        const double target = has_labels ? metrics->labelled[row].label == i : fcnn_table_value(targets, row, i);
        if (!isnan(target)) {
            fcnn_ranking_add(metrics->ranking, i, fcnn_network_physical(network, row, i), target > 0.5, weight);
        }
    }
}

void fcnn_metrics_block(fcnn_metrics *metrics, const fcnn_network *network, const fcnn_table *targets, int64_t rows,
                        const double *weights)
{
    for (int64_t row = 0; metrics->ranking != NULL && row < rows; row++) {
        rank_row(metrics, network, targets, row, weights != NULL ? weights[row] : 1);
    }
    for (int64_t row = 0; metrics->confusion != NULL && row < rows; row++) {
        const labelled *own = &metrics->labelled[row];
        if (own->label >= 0) {
            metrics->confusion[own->label * metrics->facts.classes + own->taken]++;
        }
    }
}

/* ---- results ---- */

/* Adds cells to others and clears them. */
static void merge_cells(const fcnn_metric_sizes *sizes, fcnn_metric_cells *own, fcnn_metric_cells *all)
{
    for (int64_t i = 0; i < sizes->counts; i++) {
        if (own->weighted != NULL) {
            fcnn_exact_sum_merge(&all->weighted[i], &own->weighted[i]);
            own->weighted[i] = (fcnn_exact_sum){0};
        } else {
            all->counts[i] += own->counts[i];
            own->counts[i] = 0;
        }
    }
    for (int64_t i = 0; i < sizes->sums; i++) {
        fcnn_exact_sum_merge(&all->sums[i], &own->sums[i]);
        own->sums[i] = (fcnn_exact_sum){0};
    }
}

static void cells_over_ranks(const fcnn_metrics *metrics, const fcnn_metric_sizes *sizes, fcnn_metric_cells *cells)
{
    if (cells->weighted != NULL) {
        fcnn_exact_sum_over_ranks(metrics->comm, sizes->counts, cells->weighted, metrics->work);
    } else {
        fcnn_comm_sum_integers(metrics->comm, sizes->counts, cells->counts);
    }
    fcnn_exact_sum_over_ranks(metrics->comm, sizes->sums, cells->sums, metrics->work);
}

static void clear_cells(const fcnn_metric_sizes *sizes, fcnn_metric_cells *cells)
{
    for (int64_t i = 0; i < sizes->counts; i++) {
        if (cells->weighted != NULL) {
            cells->weighted[i] = (fcnn_exact_sum){0};
        } else {
            cells->counts[i] = 0;
        }
    }
    memset(cells->sums, 0, (size_t)sizes->sums * sizeof *cells->sums);
}

/* Sums the cells over all threads and ranks, in those of the first thread.  Collective. */
static void sum_cells(fcnn_metrics *metrics)
{
    thread_cells *all = &metrics->cells[0];
    for (int thread = 1; thread < metrics->threads; thread++) {
        for (int i = 0; i < metrics->count; i++) {
            merge_cells(&metrics->sizes[i], &metrics->cells[thread].own[i], &all->own[i]);
        }
        merge_cells(&metrics->shared, &metrics->cells[thread].shared, &all->shared);
    }
    for (int i = 0; i < metrics->count; i++) {
        cells_over_ranks(metrics, &metrics->sizes[i], &all->own[i]);
    }
    cells_over_ranks(metrics, &metrics->shared, &all->shared);
}

/* Collective. */
static void take_shared(fcnn_metrics *metrics)
{
    const int64_t pairs = metrics->facts.classes * metrics->facts.classes;
    if (metrics->ranking != NULL) {
        fcnn_ranking_finish(metrics->ranking, metrics->ranked);
    }
    if (metrics->confusion != NULL) {
        fcnn_comm_sum_integers(metrics->comm, pairs, metrics->confusion);
        memcpy(metrics->confusion_of_all, metrics->confusion, (size_t)pairs * sizeof(uint64_t));
        memset(metrics->confusion, 0, (size_t)pairs * sizeof(uint64_t));
    }
}

static void take_parts(fcnn_metrics *metrics)
{
    const fcnn_metric_cells *shared = &metrics->cells[0].shared;
    for (int64_t i = 0; metrics->parts != NULL && i < metrics->facts.parts; i++) {
        metrics->parts[i] =
            (fcnn_metric_part){fcnn_metric_total(shared, 1 + 3 * i), fcnn_metric_total(shared, 2 + 3 * i),
                               fcnn_metric_total(shared, 3 + 3 * i)};
    }
}

void fcnn_metrics_finish(fcnn_metrics *metrics, fcnn_scores *scores)
{
    thread_cells *all = &metrics->cells[0];
    sum_cells(metrics);
    take_parts(metrics);
    take_shared(metrics);
    for (int i = 0; i < metrics->count; i++) {
        const fcnn_metric *metric = fcnn_metric_of(metrics->kinds[i]);
        fcnn_metric_result *result = &metrics->results[i];
        *result = (fcnn_metric_result){.metric = metric, .parts = metrics->values + i * metrics->facts.parts};
        for (int64_t part = 0; part < metrics->facts.parts; part++) {
            result->parts[part] = NAN;
        }
        const fcnn_metric_totals totals = {.cells = &all->own[i],
                                           .parts = metrics->parts,
                                           .scores = scores,
                                           .ranked = metrics->ranked,
                                           .bins = metrics->ranking != NULL ? fcnn_ranking_bins(metrics->ranking) : 0,
                                           .all = fcnn_metric_total(&all->shared, 0)};
        metric->finish(&metrics->facts, &totals, result);
        clear_cells(&metrics->sizes[i], &all->own[i]);
    }
    clear_cells(&metrics->shared, &all->shared);
    scores->metric_count = metrics->count;
    scores->metrics = metrics->results;
    scores->parts = metrics->facts.parts;
    scores->parts_are_outputs = metrics->facts.classes == 0;
    scores->part_counts = metrics->parts;
    scores->confusion = metrics->confusion_of_all;
}
