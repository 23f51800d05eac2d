/* src/bench/link.c — measures the time of a sum over ranks, and predicts the speed on other numbers of ranks. */
#include "compute/math.h"
#include "bench/benchmark.h"

#include <math.h>
#include <stdlib.h>

enum { BLOCKS = 5, MOST_SUMS = 200 };

#define BLOCK_SECONDS 0.005 /* duration of successive sums that are timed together */
#define LONG_SECONDS 0.2    /* a sum that takes this long is timed only once */

/* ---- the fit ---- */

void fcnn_link_fit_times(fcnn_link_fit *fit)
{
    /* relative errors: (a + b·n)/t − 1, so rows (1/t, n/t) and right side 1 */
    const double *bytes = fit->bytes, *seconds = fit->seconds;
    double aa = 0, ab = 0, bb = 0, a1 = 0, b1 = 0;
    for (int i = 0; i < fit->count; i++) {
        const double a = 1 / seconds[i], b = bytes[i] / seconds[i];
        aa += a * a;
        ab += a * b;
        bb += b * b;
        a1 += a;
        b1 += b;
    }
    const double determinant = aa * bb - ab * ab;
    double latency = determinant > 0 ? (a1 * bb - b1 * ab) / determinant : 0;
    double slope = determinant > 0 ? (aa * b1 - ab * a1) / determinant : b1 / bb;
    if (latency < 0) {
        latency = 0;
        slope = b1 / bb;
    } else if (slope <= 0) { /* the time does not grow with the size */
        latency = a1 / aa;
        slope = latency * 0x1p-20 / bytes[fit->count - 1];
    }
    fit->sum = (fcnn_link){latency, 1 / slope};
    fit->worst = 0;
    for (int i = 0; i < fit->count; i++) {
        const double error = fabs((latency + slope * bytes[i]) / seconds[i] - 1);
        fit->worst = error > fit->worst ? error : fit->worst;
    }
}

/* ---- the formula ---- */

/* log2(ranks), exact for powers of 2. */
static double log2_of(int64_t ranks)
{
    int64_t power = 1, exponent = 0;
    while (2 * power <= ranks) {
        power *= 2;
        exponent++;
    }
    return (double)exponent + fcnn_log((double)ranks / (double)power) / fcnn_log(2);
}

/* Number of successive messages in a sum, and the number of times that its bytes pass a link. */
static double messages(int64_t ranks)
{
    return 2 * log2_of(ranks);
}

static double passes(int64_t ranks)
{
    return 2 * (double)(ranks - 1) / (double)ranks;
}

fcnn_link fcnn_link_of_sum(const fcnn_link *sum, int ranks)
{
    return (fcnn_link){sum->latency / messages(ranks), sum->bandwidth * passes(ranks)};
}

double fcnn_link_sum_seconds(const fcnn_link *link, int64_t ranks, double bytes)
{
    return messages(ranks) * link->latency + passes(ranks) * bytes / link->bandwidth;
}

static double blocks_of_a_rank(int64_t blocks, int64_t ranks)
{
    return (double)((blocks + ranks - 1) / ranks);
}

double fcnn_step_model_speed(const fcnn_step_model *model, const fcnn_link *link, int64_t ranks)
{
    const double share = blocks_of_a_rank(model->blocks, ranks) / blocks_of_a_rank(model->blocks, model->ranks);
    return (double)model->batch /
           (model->fixed_seconds + model->shared_seconds * share + fcnn_link_sum_seconds(link, ranks, model->bytes));
}

/* ---- the measurement ---- */

typedef struct sums_work {
    fcnn_exchange *exchange;
    int count;
} sums_work;

static void run_sums(void *data, int thread, int threads)
{
    const sums_work *work = data;
    for (int i = 0; i < work->count; i++) {
        fcnn_team_wait(); /* the threads wait for each other before a sum, as in a step */
        fcnn_exchange_sum(work->exchange, thread, threads, fcnn_team_wait);
    }
}

/* Seconds per sum in a block of `count` sums, on the slowest rank.  Collective. */
static double time_block(fcnn_comm *comm, fcnn_team *team, fcnn_exchange *exchange, int count)
{
    sums_work work = {exchange, count};
    fcnn_comm_agree(comm, FCNN_OK); /* all ranks start at the same time */
    const double begin = fcnn_comm_seconds();
    fcnn_team_run(team, run_sums, &work);
    double seconds = (fcnn_comm_seconds() - begin) / count;
    fcnn_comm_max_doubles(comm, 1, &seconds);
    return seconds;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Times sums of one size.  *kind is the requested kind of exchange on entry, and the kind that was used on return. */
static fcnn_status time_size(fcnn_comm *comm, fcnn_team *team, int64_t elements, fcnn_exchange_kind *kind,
                             double *seconds)
{
    fcnn_exchange *exchange = NULL;
    FCNN_TRY(fcnn_exchange_create(comm, *kind, FCNN_EXCHANGE_DOUBLE, elements, 0, &exchange));
    *kind = fcnn_exchange_kind_used(exchange);
    time_block(comm, team, exchange, 1); /* the first sum includes the allocation of memory and connections */
    const double trial = time_block(comm, team, exchange, 2); /* the same on all ranks */
    const double fitting = BLOCK_SECONDS / trial;
    const int count = fitting < 1 ? 1 : fitting > (double)MOST_SUMS ? MOST_SUMS : (int)fitting;
    double blocks[BLOCKS];
    const int done = trial < LONG_SECONDS ? BLOCKS : 1;
    for (int i = 0; i < done; i++) {
        blocks[i] = time_block(comm, team, exchange, count);
    }
    qsort(blocks, (size_t)done, sizeof *blocks, compare);
    *seconds = blocks[done / 2];
    fcnn_exchange_destroy(exchange);
    return FCNN_OK;
}

fcnn_status fcnn_link_measure(fcnn_comm *comm, fcnn_team *team, fcnn_exchange_kind kind, fcnn_link_fit *fit)
{
    static const int64_t elements[FCNN_LINK_SIZES] = {1, 8, 64, 512, 4096, 32768, 262144, 4194304};
    if (comm->size == 1) {
        return FCNN_OK;
    }
    for (int i = 0; i < FCNN_LINK_SIZES; i++) {
        fit->bytes[i] = (double)elements[i] * sizeof(double);
        FCNN_TRY(time_size(comm, team, elements[i], &kind, &fit->seconds[i]));
        fit->kind = i == 0 ? kind : fit->kind;
        if (kind != fit->kind) {
            break;
        }
        fit->count = i + 1;
    }
    fcnn_link_fit_times(fit);
    return FCNN_OK;
}
