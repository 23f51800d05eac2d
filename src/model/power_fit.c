/* src/model/power_fit.c — the exponents of Yeo–Johnson transforms by maximum likelihood. */
#include "model/power_fit.h"

#include "compute/exact_sum.h"
#include "compute/math.h"
#include "compute/transform.h"
#include "core/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TOLERANCE 1e-11

enum { STEP_MOST = 31, ROUNDS_MOST = 100 };

/* The search for the zero of the derivative f of one column. */
typedef struct search {
    double power;      /* where the derivative is wanted next */
    double x[3], f[3]; /* the newest point, the one on the other side of the zero, and the one before */
    double step;       /* from λ = 1 to the next point, while no change of the sign is known; 0: it is known */
    double direction;  /* of the zero from λ = 1 */
    bool is_done;
} search;

/* All columns. */
typedef struct fit {
    fcnn_dataset *dataset;
    fcnn_comm *comm;
    fcnn_side side;
    int64_t selected;
    const int64_t *columns;
    search *searches;     /* [selected] */
    fcnn_exact_sum *sums; /* [selected][3] */
    double *work;
    double *means;  /* [selected][3]: of T, of its derivative by λ, and of sign(x)·log(1 + |x|) */
    bool has_means; /* the squares are summed */
} fit;

/* ---- the derivative ---- */

/* (z·e^z − e^z + 1)/z². */
static double bend(double z)
{
    enum { TERMS = 22 };
    if (fabs(z) > 0.5) {
        return fma(z, fcnn_exp(z), -fcnn_expm1(z)) / (z * z);
    }
    double term = 0.5, sum = 0; /* the terms are z^k·(k + 1)/(k + 2)! */
    for (int k = 0; k < TERMS; k++) {
        sum = fma(term, k + 1, sum);
        term *= z / (k + 3);
    }
    return sum;
}

/* Adds a value of the i-th column to its sums. */
static void add_value(fit *of, int64_t i, double x)
{
    const fcnn_transform transform = {.kind = FCNN_TRANSFORM_POWER, .power = of->searches[i].power};
    const double u = fcnn_log1p(fabs(x)), exponent = x < 0 ? 2 - transform.power : transform.power;
    const double value = fcnn_transform_apply(&transform, x), slope = u * u * bend(exponent * u);
    fcnn_exact_sum *sums = of->sums + 3 * i;
    if (of->has_means) {
        const double *means = of->means + 3 * i;
        fcnn_exact_sum_add(&sums[0], (value - means[0]) * (value - means[0]));
        fcnn_exact_sum_add(&sums[1], (value - means[0]) * (slope - means[1]));
        return;
    }
    fcnn_exact_sum_add(&sums[0], value);
    fcnn_exact_sum_add(&sums[1], slope);
    fcnn_exact_sum_add(&sums[2], x < 0 ? -u : u);
}

static fcnn_status add_rows(fit *of)
{
    fcnn_cursor cursor = fcnn_dataset_cursor(of->dataset);
    fcnn_status status = FCNN_OK;
    for (fcnn_block block = {0}; status == FCNN_OK && fcnn_cursor_next(&cursor, 0, &block, &status);) {
        const fcnn_table *table = of->side == FCNN_SIDE_INPUTS ? &block.inputs : &block.targets;
        for (int64_t i = 0; i < of->selected; i++) {
            for (int64_t row = 0; row < table->rows && !of->searches[i].is_done; row++) {
                add_value(of, i, fcnn_table_value(table, row, of->columns[i]));
            }
        }
    }
    fcnn_cursor_close(&cursor);
    return status;
}

/* One pass over the rows of all ranks.  Collective. */
static fcnn_status sum_up(fit *of, bool has_means)
{
    memset(of->sums, 0, (size_t)of->selected * 3 * sizeof *of->sums);
    of->has_means = has_means;
    FCNN_TRY(fcnn_comm_agree_named(of->comm, add_rows(of)));
    fcnn_exact_sum_over_ranks(of->comm, 3 * of->selected, of->sums, of->work);
    return FCNN_OK;
}

/* ---- the search ---- */

/* Chooses the next point between those on both sides of the zero. */
static void choose_between(search *of, double x, double f)
{
    const bool same_side = (f > 0) == (of->f[0] > 0);
    of->x[2] = same_side ? of->x[0] : of->x[1];
    of->f[2] = same_side ? of->f[0] : of->f[1];
    of->x[1] = same_side ? of->x[1] : of->x[0];
    of->f[1] = same_side ? of->f[1] : of->f[0];
    of->x[0] = x;
    of->f[0] = f;
    const double *px = of->x, *pf = of->f;
    const double best = fabs(pf[0]) < fabs(pf[1]) ? px[0] : px[1], width = px[1] - px[0];
    const double least = TOLERANCE * (1 + fabs(best)) / fabs(width);
    if (f == 0 || least > 0.5) {
        of->power = f == 0 ? x : best;
        of->is_done = true;
        return;
    }
    const double xi = (px[0] - px[1]) / (px[2] - px[1]), phi = (pf[0] - pf[1]) / (pf[2] - pf[1]);
    double part = 0.5;
    if (phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi) {
        part = pf[0] / (pf[1] - pf[0]) * (pf[2] / (pf[1] - pf[2])) +
               (px[2] - px[0]) / width * (pf[0] / (pf[2] - pf[0])) * (pf[1] / (pf[2] - pf[1]));
    }
    part = part < least ? least : part > 1 - least ? 1 - least : part;
    of->power = fma(part, width, px[0]);
}

/* Takes the derivative at of->power, and chooses the next point.  A derivative that overflows lies beyond the zero. */
static void take_derivative(search *of, double f)
{
    const double x = of->power;
    if (of->direction == 0) {
        of->is_done = f == 0 || !isfinite(f);
        of->direction = f > 0 ? -1 : 1;
        of->x[0] = x;
        of->f[0] = f;
        of->power = of->is_done ? x : x + of->direction * of->step;
        return;
    }
    const double known = isfinite(f) ? f : of->direction;
    if (of->step > 0 && known != 0 && (known > 0) == (of->f[0] > 0)) {
        of->x[0] = x;
        of->f[0] = known;
        of->is_done = of->step >= STEP_MOST;
        of->step = 2 * of->step + 1;
        of->power = of->is_done ? x : 1 + of->direction * of->step;
        return;
    }
    if (of->step > 0) {
        of->step = 0;
        of->x[1] = of->x[0];
        of->f[1] = of->f[0];
    }
    choose_between(of, x, known);
}

/* The derivative of the i-th column from its sums. */
static double derivative_of(const fit *of, int64_t i)
{
    const double square = fcnn_exact_sum_value(&of->sums[3 * i]), product = fcnn_exact_sum_value(&of->sums[3 * i + 1]);
    return product / square - of->means[3 * i + 2];
}

/* Takes the search of all columns one step further.  Sets *more if one is not done.  Collective. */
static fcnn_status advance(fit *of, bool *more)
{
    const double rows = (double)of->dataset->source.rows;
    FCNN_TRY(sum_up(of, false));
    for (int64_t k = 0; k < 3 * of->selected; k++) {
        of->means[k] = fcnn_exact_sum_value(&of->sums[k]) / rows;
    }
    FCNN_TRY(sum_up(of, true));
    *more = false;
    for (int64_t i = 0; i < of->selected; i++) {
        if (!of->searches[i].is_done) {
            take_derivative(&of->searches[i], derivative_of(of, i));
        }
        *more = *more || !of->searches[i].is_done;
    }
    return FCNN_OK;
}

static fcnn_status create(fit *of)
{
    const int64_t sums = 3 * of->selected;
    FCNN_TRY(fcnn_memory_create("the exponents", of->selected, sizeof *of->searches, &of->searches));
    FCNN_TRY(fcnn_memory_create("the exponents", sums, sizeof *of->sums, &of->sums));
    FCNN_TRY(fcnn_memory_create("the exponents", sums * (FCNN_EXACT_LIMBS + 1), sizeof *of->work, &of->work));
    FCNN_TRY(fcnn_memory_create("the exponents", sums, sizeof *of->means, &of->means));
    for (int64_t i = 0; i < of->selected; i++) {
        of->searches[i] = (search){.power = 1, .step = 1};
    }
    return FCNN_OK;
}

fcnn_status fcnn_power_fit(fcnn_dataset *dataset, fcnn_comm *comm, fcnn_side side, int64_t selected,
                           const int64_t *columns, double *powers)
{
    fit of = {.dataset = dataset, .comm = comm, .side = side, .selected = selected, .columns = columns};
    fcnn_status status = fcnn_comm_agree(comm, create(&of));
    bool more = true;
    for (int round = 0; status == FCNN_OK && more && round < ROUNDS_MOST; round++) {
        status = advance(&of, &more);
    }
    for (int64_t i = 0; status == FCNN_OK && i < selected; i++) {
        powers[i] = of.searches[i].power;
    }
    free(of.searches);
    free(of.sums);
    free(of.work);
    free(of.means);
    return status;
}
