/* src/predict/ranking.c — the scores of rows, ranked. */
#include "predict/ranking.h"

#include "core/memory.h"
#include "core/sizes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WEIGHT_STEPS 0x1p20 /* weights in a histogram are multiples of 2^-20 */

/* A row's score: the bits of a double of at least 0 are in the order of the numbers and leave one bit free, so that key
 * = 2·bits + (1 if the row is positive). */
typedef struct item {
    uint64_t key;
    double weight;
} item;

struct fcnn_ranking {
    fcnn_comm *comm;
    int64_t columns, own;
    int64_t bins; /* 0: exact */
    bool weighs;
    uint64_t nonfinite;  /* scores that are NaN make all results NaN */
    int64_t *counts;     /* [columns]: rows of this rank */
    uint64_t *keys;      /* [columns][own] */
    double *weights;     /* [columns][own] if rows have weights, else NULL */
    uint64_t *histogram; /* [columns][bins][2]: negative rows, positive rows */
    int64_t *sizes;      /* [2][ranks]: rows and bytes of each rank */
    item *items;         /* on rank 0 [rows]: all of a column */
    void *received;      /* on rank 0 [rows]: keys or weights */
};

/* ---- creation ---- */

static bool fits(int64_t columns, int64_t rows)
{
    return rows <= fcnn_size(FCNN_SIZE_RANKED_SCORES) / columns;
}

/* The number of bins of a column, if the scores do not fit. */
static int64_t count_bins(int64_t columns)
{
    const int64_t fitting = fcnn_size(FCNN_SIZE_RANKED_SCORES) / columns, most = fcnn_size(FCNN_SIZE_RANKED_BINS);
    return fitting < 1 ? 1 : fitting < most ? fitting : most;
}

static fcnn_status create_exact(fcnn_ranking *ranking, int64_t rows)
{
    static const char what[] = "the ranked scores";
    FCNN_TRY(fcnn_memory_create(what, ranking->columns * ranking->own, sizeof(uint64_t), &ranking->keys));
    if (ranking->weighs) {
        FCNN_TRY(fcnn_memory_create(what, ranking->columns * ranking->own, sizeof(double), &ranking->weights));
    }
    FCNN_TRY(fcnn_memory_create(what, 2 * ranking->comm->size, sizeof(int64_t), &ranking->sizes));
    if (ranking->comm->rank != 0) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_memory_create(what, rows, sizeof(item), &ranking->items));
    return fcnn_memory_create(what, rows, sizeof(double), &ranking->received);
}

static fcnn_status create_arrays(fcnn_ranking *ranking, int64_t rows)
{
    static const char what[] = "the ranked scores";
    FCNN_TRY(fcnn_memory_create(what, ranking->columns, sizeof *ranking->counts, &ranking->counts));
    return ranking->bins == 0
               ? create_exact(ranking, rows)
               : fcnn_memory_create(what, ranking->columns * ranking->bins * 2, sizeof(uint64_t), &ranking->histogram);
}

fcnn_status fcnn_ranking_create(fcnn_comm *comm, int64_t columns, int64_t rows, int64_t own, bool weighs,
                                fcnn_ranking **out)
{
    fcnn_ranking *ranking;
    FCNN_TRY(fcnn_memory_create("the ranked scores", 1, sizeof *ranking, &ranking));
    ranking->comm = comm;
    ranking->columns = columns;
    ranking->own = own;
    ranking->weighs = weighs;
    ranking->bins = fits(columns, rows) ? 0 : count_bins(columns);
    const fcnn_status status = create_arrays(ranking, rows);
    if (status != FCNN_OK) {
        fcnn_ranking_destroy(ranking);
        return status;
    }
    *out = ranking;
    return FCNN_OK;
}

void fcnn_ranking_destroy(fcnn_ranking *ranking)
{
    if (ranking == NULL) {
        return;
    }
    free(ranking->counts);
    free(ranking->keys);
    free(ranking->weights);
    free(ranking->histogram);
    free(ranking->sizes);
    free(ranking->items);
    free(ranking->received);
    free(ranking);
}

int64_t fcnn_ranking_bytes(int64_t columns, int64_t rows, int64_t own, bool weighs, bool is_first_rank)
{
    if (!fits(columns, rows)) {
        return columns * count_bins(columns) * 2 * (int64_t)sizeof(uint64_t);
    }
    const int64_t score = (int64_t)(sizeof(uint64_t) + (weighs ? sizeof(double) : 0));
    /* twice the items: sorting takes as much again */
    return columns * own * score + (is_first_rank ? rows * (int64_t)(2 * sizeof(item) + sizeof(double)) : 0);
}

bool fcnn_ranking_is_exact(const fcnn_ranking *ranking)
{
    return ranking->bins == 0;
}

int64_t fcnn_ranking_bins(const fcnn_ranking *ranking)
{
    return ranking->bins;
}

/* ---- rows ---- */

void fcnn_ranking_add(fcnn_ranking *ranking, int64_t column, double score, bool positive, double weight)
{
    if (isnan(score)) {
        ranking->nonfinite++;
        return;
    }
    if (ranking->bins == 0) {
        const int64_t place = column * ranking->own + ranking->counts[column]++;
        const double magnitude = fabs(score);
        uint64_t bits;
        memcpy(&bits, &magnitude, sizeof bits);
        ranking->keys[place] = bits << 1 | positive;
        if (ranking->weighs) {
            ranking->weights[place] = weight;
        }
        return;
    }
    const double place = score * (double)ranking->bins;
    const int64_t bin = !(place > 0) ? 0 : place < (double)ranking->bins ? (int64_t)place : ranking->bins - 1;
    const int64_t part = ranking->weighs ? (int64_t)rint(weight * WEIGHT_STEPS) : 1;
    ranking->histogram[(column * ranking->bins + bin) * 2 + positive] += (uint64_t)part;
}

/* ---- results ---- */

/* Rows with the same score, or in the same bin. */
typedef struct tied {
    double positive, negative;
} tied;

/* What is known of the groups that were passed, in ascending order of scores for the area, in descending order for the
 * precision. */
typedef struct passed {
    double positive, negative;
    double area, precision;         /* not divided yet */
    double least;                   /* weight of a row at least */
    double area_error, best, worst; /* if the order within a group is not known */
} passed;

/* The lower groups were passed. */
static void pass_up(passed *all, const tied *group)
{
    all->area = fma(group->positive, all->negative + group->negative / 2, all->area);
    all->area_error = fma(group->positive / 2, group->negative, all->area_error);
    all->negative += group->negative;
    all->positive += group->positive;
}

/* The higher groups were passed.  The precision of a group lies between those for its negative rows first, and last. */
static void pass_down(passed *all, const tied *group)
{
    if (group->positive != 0) {
        const double above = all->positive + all->negative, hits = all->positive + group->positive;
        all->precision += group->positive * hits / (above + group->positive + group->negative);
        all->best += group->positive * hits / (above + group->positive);
        const double lowest = above + all->least + group->negative;
        all->worst += lowest != 0 ? group->positive * (all->positive + all->least) / lowest : group->positive;
    }
    all->positive += group->positive;
    all->negative += group->negative;
}

/* up and down are those of all groups. */
static fcnn_ranked result_of(const passed *up, const passed *down, bool is_exact)
{
    const double pairs = up->positive * up->negative;
    fcnn_ranked result = {.roc_auc = pairs != 0 ? up->area / pairs : NAN,
                          .average_precision = up->positive != 0 ? down->precision / up->positive : NAN,
                          .positive = up->positive};
    if (!is_exact && pairs != 0) {
        const double above = down->best - down->precision, below = down->precision - down->worst;
        result.roc_auc_error = up->area_error / pairs;
        result.average_precision_error = (above > below ? above : below) / up->positive;
    }
    return result;
}

static int compare_items(const void *a, const void *b)
{
    const item *first = a, *second = b;
    if (first->key != second->key) {
        return first->key < second->key ? -1 : 1;
    }
    return first->weight < second->weight ? -1 : first->weight > second->weight;
}

/* Sets group to the items with the score of items[first], and returns the number of the item behind them. */
static int64_t take_tied(const item *items, int64_t count, int64_t first, tied *group)
{
    int64_t at = first;
    *group = (tied){0};
    for (; at < count && items[at].key >> 1 == items[first].key >> 1; at++) {
        group->positive += items[at].key & 1 ? items[at].weight : 0;
        group->negative += items[at].key & 1 ? 0 : items[at].weight;
    }
    return at;
}

/* Ranks the items of a column, on rank 0.  Groups are sums of weights in the order of the sorted items. */
static fcnn_ranked rank_items(item *items, int64_t count)
{
    passed up = {0}, down = {0};
    tied group;
    qsort(items, (size_t)count, sizeof *items, compare_items);
    for (int64_t at = 0; at < count;) {
        at = take_tied(items, count, at, &group);
        pass_up(&up, &group);
    }
    for (int64_t after = count; after > 0;) {
        int64_t first = after - 1;
        while (first > 0 && items[first - 1].key >> 1 == items[after - 1].key >> 1) {
            first--;
        }
        take_tied(items, after, first, &group);
        pass_down(&down, &group);
        after = first;
    }
    return result_of(&up, &down, true);
}

/* Gathers one array of a column, of 8 bytes each row, on rank 0.  Collective. */
static void gather(fcnn_ranking *ranking, const void *own)
{
    int64_t *bytes = ranking->sizes + ranking->comm->size;
    for (int rank = 0; rank < ranking->comm->size; rank++) {
        bytes[rank] = ranking->sizes[rank] * (int64_t)sizeof(uint64_t);
    }
    fcnn_comm_gather(ranking->comm, own, bytes, ranking->received);
}

/* Collective; the result is that of rank 0. */
static fcnn_ranked rank_column(fcnn_ranking *ranking, int64_t column)
{
    const bool is_first = ranking->comm->rank == 0;
    int64_t rows = 0;
    fcnn_comm_share_integers(ranking->comm, ranking->counts[column], ranking->sizes);
    for (int rank = 0; rank < ranking->comm->size; rank++) {
        rows += ranking->sizes[rank];
    }
    gather(ranking, ranking->keys + column * ranking->own);
    for (int64_t i = 0; is_first && i < rows; i++) {
        ranking->items[i] = (item){((const uint64_t *)ranking->received)[i], 1};
    }
    if (ranking->weighs) {
        gather(ranking, ranking->weights + column * ranking->own);
    }
    for (int64_t i = 0; is_first && ranking->weighs && i < rows; i++) {
        ranking->items[i].weight = ((const double *)ranking->received)[i];
    }
    ranking->counts[column] = 0;
    return is_first ? rank_items(ranking->items, rows) : (fcnn_ranked){0};
}

static tied take_bin(const fcnn_ranking *ranking, const uint64_t *bin)
{
    const double step = ranking->weighs ? WEIGHT_STEPS : 1;
    return (tied){.negative = (double)(int64_t)bin[0] / step, .positive = (double)(int64_t)bin[1] / step};
}

static fcnn_ranked rank_histogram(const fcnn_ranking *ranking, const uint64_t *histogram)
{
    passed up = {0}, down = {.least = !ranking->weighs};
    for (int64_t bin = 0; bin < ranking->bins; bin++) {
        const tied group = take_bin(ranking, histogram + 2 * bin);
        pass_up(&up, &group);
    }
    for (int64_t bin = ranking->bins - 1; bin >= 0; bin--) {
        const tied group = take_bin(ranking, histogram + 2 * bin);
        pass_down(&down, &group);
    }
    return result_of(&up, &down, false);
}

void fcnn_ranking_finish(fcnn_ranking *ranking, fcnn_ranked *results)
{
    const int64_t numbers = ranking->columns * ranking->bins * 2;
    fcnn_comm_sum_integers(ranking->comm, numbers, ranking->histogram);
    fcnn_comm_sum_integers(ranking->comm, 1, &ranking->nonfinite);
    for (int64_t column = 0; column < ranking->columns; column++) {
        results[column] = ranking->bins == 0 ? rank_column(ranking, column)
                                             : rank_histogram(ranking, ranking->histogram + column * ranking->bins * 2);
    }
    fcnn_comm_broadcast(ranking->comm, results, ranking->columns * (int64_t)sizeof *results);
    for (int64_t column = 0; ranking->nonfinite > 0 && column < ranking->columns; column++) {
        results[column] = (fcnn_ranked){.roc_auc = NAN, .average_precision = NAN};
    }
    ranking->nonfinite = 0;
    if (numbers > 0) {
        memset(ranking->histogram, 0, (size_t)numbers * sizeof(uint64_t));
    }
}
