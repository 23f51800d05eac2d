/* src/predict/target_variation.c — how the targets of each column vary over all rows of a part. */
#include "predict/target_variation.h"

#include "core/memory.h"
#include "data/column_sums.h"

#include <math.h>
#include <stdlib.h>

/* A pass over the targets of this rank. */
typedef struct pass {
    const fcnn_data_part *part;
    fcnn_target_variation *out;
    fcnn_column_sums values;  /* of the rows whose weight is not 0 */
    fcnn_exact_sum *masses;   /* [columns]: Σ w; NULL without weights */
    fcnn_exact_sum *products; /* [columns]: Σ w·t; NULL without weights */
    double *work;             /* for sums over ranks */
    double *weights;          /* [room], of the rows of a block */
    int64_t room;
} pass;

typedef void add_target(pass *all, int64_t column, double target, double weight);

static void add_to_sums(pass *all, int64_t column, double target, double weight)
{
    all->out->counts[column]++;
    if (weight == 0) {
        return;
    }
    fcnn_column_sums_add_value(&all->values, column, target);
    if (all->masses != NULL) {
        fcnn_exact_sum_add(&all->masses[column], weight);
        fcnn_exact_sum_add(&all->products[column], weight * target);
    }
}

static void add_to_squares(pass *all, int64_t column, double target, double weight)
{
    fcnn_square_sum_add(&all->out->variations[column], target, all->out->means[column], weight);
}

static fcnn_status find_weights(pass *all, const fcnn_block *block)
{
    if (all->part->weights == NULL) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_memory_grow("the weights", block->targets.rows, sizeof *all->weights, &all->weights, &all->room));
    fcnn_weights_of_rows(all->part->weights, &block->targets, &block->weights, all->weights);
    return FCNN_OK;
}

/* Calls `add` for all targets of this rank. */
static fcnn_status go_through(pass *all, add_target *add)
{
    fcnn_cursor cursor = fcnn_dataset_cursor(all->part->dataset);
    fcnn_status status = FCNN_OK;
    for (fcnn_block block = {0}; status == FCNN_OK && fcnn_cursor_next(&cursor, 0, &block, &status);) {
        status = find_weights(all, &block);
        for (int64_t row = 0; status == FCNN_OK && row < block.targets.rows; row++) {
            const double weight = all->weights != NULL ? all->weights[row] : 1;
            for (int64_t column = 0; column < all->out->columns; column++) {
                const double target = fcnn_table_value(&block.targets, row, column);
                if (!isnan(target)) {
                    add(all, column, target, weight);
                }
            }
        }
    }
    fcnn_cursor_close(&cursor);
    return status;
}

static fcnn_status create(pass *all)
{
    fcnn_target_variation *out = all->out;
    const int64_t columns = out->columns;
    FCNN_TRY(fcnn_memory_create("the scores", columns, sizeof *out->counts, &out->counts));
    FCNN_TRY(fcnn_memory_create("the scores", columns, sizeof *out->masses, &out->masses));
    FCNN_TRY(fcnn_memory_create("the scores", columns, sizeof *out->means, &out->means));
    FCNN_TRY(fcnn_memory_create("the scores", columns, sizeof *out->varies, &out->varies));
    FCNN_TRY(fcnn_memory_create("the scores", columns, sizeof *out->variations, &out->variations));
    FCNN_TRY(fcnn_memory_create("the scores", columns * FCNN_SQUARE_PARTS * (FCNN_EXACT_LIMBS + 1), sizeof(double),
                                &all->work));
    if (all->part->weights != NULL) {
        FCNN_TRY(fcnn_memory_create("the scores", columns, sizeof *all->masses, &all->masses));
        FCNN_TRY(fcnn_memory_create("the scores", columns, sizeof *all->products, &all->products));
    }
    return fcnn_column_sums_create(columns, FCNN_TYPE_FLOAT64, &all->values);
}

/* Sets masses and means from the sums of all ranks.  Collective. */
static void find_means(pass *all, fcnn_comm *comm)
{
    fcnn_target_variation *out = all->out;
    fcnn_column_sums *values = &all->values;
    fcnn_column_sums_over_ranks(values, comm);
    for (int64_t column = 0; column < out->columns; column++) {
        uint64_t count = (uint64_t)out->counts[column];
        fcnn_comm_sum_integers(comm, 1, &count);
        out->counts[column] = (int64_t)count;
    }
    if (all->masses != NULL) {
        fcnn_exact_sum_over_ranks(comm, out->columns, all->masses, all->work);
        fcnn_exact_sum_over_ranks(comm, out->columns, all->products, all->work);
    }
    for (int64_t column = 0; column < out->columns; column++) {
        const double smallest = values->smallest[column], largest = values->largest[column];
        out->varies[column] = smallest < largest;
        if (all->masses == NULL) {
            out->masses[column] = (double)values->counts[column];
            out->means[column] = values->counts[column] > 0 ? fcnn_column_sums_mean(values, column) : NAN;
            continue;
        }
        out->masses[column] = fcnn_exact_sum_value(&all->masses[column]);
        /* the mean of equal values is exactly this value */
        out->means[column] = out->varies[column] ? fcnn_exact_sum_value(&all->products[column]) / out->masses[column]
                             : values->counts[column] > 0 ? smallest
                                                          : NAN;
    }
}

static fcnn_status find(pass *all, fcnn_comm *comm)
{
    FCNN_TRY(fcnn_comm_agree(comm, create(all)));
    FCNN_TRY(fcnn_comm_agree_named(comm, go_through(all, add_to_sums)));
    find_means(all, comm);
    FCNN_TRY(fcnn_comm_agree_named(comm, go_through(all, add_to_squares)));
    fcnn_square_sum_over_ranks(comm, all->out->columns, all->out->variations, all->work);
    return FCNN_OK;
}

fcnn_status fcnn_target_variation_find(const fcnn_data_part *part, fcnn_comm *comm, fcnn_target_variation *out)
{
    *out = (fcnn_target_variation){.columns = part->dataset->rows.targets.width};
    pass all = {.part = part, .out = out};
    const fcnn_status status = find(&all, comm);
    fcnn_column_sums_clear(&all.values);
    free(all.masses);
    free(all.products);
    free(all.work);
    free(all.weights);
    return status;
}

void fcnn_target_variation_clear(fcnn_target_variation *variation)
{
    free(variation->counts);
    free(variation->masses);
    free(variation->means);
    free(variation->varies);
    free(variation->variations);
    *variation = (fcnn_target_variation){0};
}
