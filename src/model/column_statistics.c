/* src/model/column_statistics.c — what the columns of the training rows held. */
#include "model/column_statistics.h"

#include "compute/exact_sum.h"
#include "core/log.h"
#include "core/memory.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

fcnn_status fcnn_column_statistics_create(int64_t count, fcnn_column_statistics *out)
{
    fcnn_column_statistics statistics = {.count = count};
    fcnn_status status = fcnn_memory_create("the ranges", count, sizeof(double), &statistics.smallest);
    if (status == FCNN_OK) {
        status = fcnn_memory_create("the ranges", count, sizeof(double), &statistics.largest);
    }
    if (status == FCNN_OK) {
        status = fcnn_memory_create("the means", count, sizeof(double), &statistics.mean);
    }
    if (status != FCNN_OK) {
        fcnn_column_statistics_clear(&statistics);
        return status;
    }
    *out = statistics;
    return FCNN_OK;
}

void fcnn_column_statistics_clear(fcnn_column_statistics *statistics)
{
    free(statistics->smallest);
    free(statistics->largest);
    free(statistics->mean);
    *statistics = (fcnn_column_statistics){0};
}

/* Sums of columns: of whole numbers of at most 32 bits as such, of others exactly, too. */
typedef struct sums {
    bool is_small;
    uint64_t *whole;       /* [count], modulo 2^64 */
    fcnn_exact_sum *exact; /* [count] */
    double *work;          /* for the exchange */
} sums;

static fcnn_status create_sums(fcnn_type type, int64_t count, sums *out)
{
    out->is_small = fcnn_type_is_integer(type) && fcnn_type_size(type) <= 4;
    if (out->is_small) {
        return fcnn_memory_create("the column sums", count, sizeof *out->whole, &out->whole);
    }
    FCNN_TRY(fcnn_memory_create("the column sums", count, sizeof *out->exact, &out->exact));
    return fcnn_memory_create("the column sums", count * (FCNN_EXACT_LIMBS + 1), sizeof(double), &out->work);
}

static void add_table(const fcnn_table *table, fcnn_column_statistics *statistics, sums *all)
{
    for (int64_t row = 0; row < table->rows; row++) {
        for (int64_t column = 0; column < table->width; column++) {
            const double value = fcnn_table_value(table, row, column);
            statistics->smallest[column] =
                -value > statistics->smallest[column] ? -value : statistics->smallest[column];
            statistics->largest[column] = value > statistics->largest[column] ? value : statistics->largest[column];
            if (all->is_small) {
                all->whole[column] += (uint64_t)(int64_t)value;
            } else {
                fcnn_exact_sum_add(&all->exact[column], value);
            }
        }
    }
}

/* Adds a whole number of 64 bits, in two parts that doubles hold. */
static void add_whole(fcnn_exact_sum *sum, uint64_t whole)
{
    const uint64_t low = whole & UINT32_MAX;
    fcnn_exact_sum_add(sum, (double)(int64_t)(whole - low));
    fcnn_exact_sum_add(sum, (double)low);
}

static void finish(fcnn_column_statistics *statistics, sums *all, int64_t rows, fcnn_comm *comm)
{
    fcnn_comm_max_doubles(comm, statistics->count, statistics->smallest);
    fcnn_comm_max_doubles(comm, statistics->count, statistics->largest);
    if (all->is_small) {
        fcnn_comm_sum_integers(comm, statistics->count, all->whole);
    } else {
        fcnn_exact_sum_over_ranks(comm, statistics->count, all->exact, all->work);
    }
    for (int64_t column = 0; column < statistics->count; column++) {
        statistics->smallest[column] = 0 - statistics->smallest[column];
        fcnn_exact_sum whole = {0};
        if (all->is_small) {
            add_whole(&whole, all->whole[column]);
        }
        statistics->mean[column] = fcnn_exact_sum_mean(all->is_small ? &whole : &all->exact[column], rows,
                                                       statistics->smallest[column], statistics->largest[column]);
    }
}

/* One side of a dataset, and what is found of it. */
typedef struct search {
    fcnn_column_statistics statistics;
    sums all;
} search;

static fcnn_status start(const fcnn_table *table, search *out)
{
    FCNN_TRY(fcnn_column_statistics_create(table->width, &out->statistics));
    for (int64_t column = 0; column < table->width; column++) {
        out->statistics.smallest[column] = -INFINITY; /* of −x, so that both are maxima */
        out->statistics.largest[column] = -INFINITY;
    }
    return create_sums(table->type, table->width, &out->all);
}

static void clear_sums(sums *all)
{
    free(all->whole);
    free(all->exact);
    free(all->work);
}

/* Goes through this rank's rows; the searches of both sides are started, but that of targets may be NULL. */
static fcnn_status search_rows(fcnn_dataset *dataset, search *inputs, search *targets)
{
    fcnn_status status = FCNN_OK;
    for (fcnn_block block = {0}; status == FCNN_OK && fcnn_dataset_next(dataset, 0, &block, &status);) {
        add_table(&block.inputs, &inputs->statistics, &inputs->all);
        if (targets != NULL) {
            add_table(&block.targets, &targets->statistics, &targets->all);
        }
    }
    return status;
}

static fcnn_status search_all(fcnn_dataset *dataset, fcnn_comm *comm, search *inputs, search *targets)
{
    fcnn_status status = start(&dataset->inputs, inputs);
    if (status == FCNN_OK && targets != NULL) {
        status = start(&dataset->targets, targets);
    }
    FCNN_TRY(fcnn_comm_agree(comm, status));
    FCNN_TRY(fcnn_comm_agree_named(comm, search_rows(dataset, inputs, targets)));
    finish(&inputs->statistics, &inputs->all, dataset->rows, comm);
    if (targets != NULL) {
        finish(&targets->statistics, &targets->all, dataset->rows, comm);
    }
    return FCNN_OK;
}

fcnn_status fcnn_column_statistics_find(fcnn_dataset *dataset, fcnn_comm *comm, fcnn_column_statistics *inputs,
                                        fcnn_column_statistics *targets)
{
    search sides[2] = {0};
    const fcnn_status status = search_all(dataset, comm, &sides[0], targets != NULL ? &sides[1] : NULL);
    for (int i = 0; i < 2; i++) {
        clear_sums(&sides[i].all);
        if (status != FCNN_OK) {
            fcnn_column_statistics_clear(&sides[i].statistics);
        }
    }
    if (status != FCNN_OK) {
        return status;
    }
    *inputs = sides[0].statistics;
    if (targets != NULL) {
        *targets = sides[1].statistics;
    }
    return FCNN_OK;
}

/* ---- constant columns ---- */

bool fcnn_column_statistics_is_constant(const fcnn_column_statistics *statistics, int64_t column)
{
    return statistics->smallest[column] == statistics->largest[column];
}

/* Do a column's values differ by rounding alone, or hardly more?  A range of 10^-12 of its values is that. */
static bool is_nearly_constant(const fcnn_column_statistics *statistics, int64_t column)
{
    const double smallest = fabs(statistics->smallest[column]), largest = fabs(statistics->largest[column]);
    return !fcnn_column_statistics_is_constant(statistics, column) &&
           statistics->largest[column] - statistics->smallest[column] <=
               1e-12 * (largest > smallest ? largest : smallest);
}

/* Names the columns of which something holds. */
static void warn_of(const fcnn_column_statistics *statistics, const fcnn_dataset *dataset,
                    bool holds(const fcnn_column_statistics *statistics, int64_t column), const char *what)
{
    enum { NAMED = 5 };
    char list[NAMED * (FCNN_COLUMN_LABEL_BYTES + 40)] = "", label[FCNN_COLUMN_LABEL_BYTES], value[32];
    int64_t found = 0;
    size_t length = 0;
    for (int64_t column = 0; column < statistics->count; column++) {
        if (!holds(statistics, column)) {
            continue;
        }
        if (found++ < NAMED) {
            if (!fcnn_column_names_label(&dataset->inputs_columns.names, column, label)) {
                snprintf(label, sizeof label, "%" PRId64 " (counting from 0)", column);
            }
            fcnn_text_from_double(statistics->smallest[column], value);
            length += (size_t)snprintf(list + length, sizeof list - length, "%s%s is %s", length > 0 ? ", " : "", label,
                                       value);
        }
    }
    if (found > 0) {
        fcnn_log_warning("%s: %s: %" PRId64 " of %" PRId64 " columns have %s in all training rows (%s%s): "
                         "the network cannot learn what they mean, and another value there in a later row changes its "
                         "predictions by chance; leave such columns out of data.inputs",
                         dataset->file, dataset->inputs_name, found, statistics->count, what, list,
                         found > NAMED ? ", ..." : "");
    }
}

void fcnn_column_statistics_warn_of_constants(const fcnn_column_statistics *statistics, const fcnn_dataset *dataset)
{
    warn_of(statistics, dataset, fcnn_column_statistics_is_constant, "the same value");
    warn_of(statistics, dataset, is_nearly_constant, "the same value but for rounding");
}
