/* src/training/step.c — one step: rows, forward, backward, the sum over ranks, the same update everywhere. */
#include "training/step.h"

#include "core/clock.h"
#include "core/pulse.h"
#include "model/losses.h"

#include <string.h>

/* Flags that ride along behind the caller's. */
typedef enum own_flag {
    FLAG_NONFINITE, /* NaN or Inf in an activation or a gradient */
    FLAG_OUTGROWN,  /* a factor outgrew its exponent: the gradient sums are void */
    FLAG_UNREAD,    /* rows could not be read: the gradient sums are void */
    OWN_FLAGS
} own_flag;

_Static_assert((int)OWN_FLAGS == (int)FCNN_STEP_FLAGS, "fcnn_step_create() makes room for them");

/* ---- this rank's part ---- */

/* A step as its threads see it. */
typedef struct step_call {
    fcnn_step *step;
    fcnn_step_flags *flags; /* NULL: none */
    bool updates;           /* the update follows the sum */
    bool updates_tiles;     /* each tile is updated when its sums are complete, before they leave the cache */
    fcnn_update how;        /* the update */
    bool diverged, unread;
} step_call;

static void wait_for_team(fcnn_step *step, int thread)
{
    double since = fcnn_clock_seconds();
    fcnn_team_wait();
    fcnn_clock_count(&step->times[thread].waiting, &since);
}

static void clear_notes(fcnn_step *step, int thread)
{
    fcnn_thread_notes *notes = &step->notes[thread];
    const size_t bytes = (size_t)fcnn_architecture_tensors(&step->network->shape) * sizeof(uint64_t);
    memset(notes->input_magnitudes, 0, bytes);
    memset(notes->delta_magnitudes, 0, bytes);
    notes->loss = (fcnn_exact_sum){0};
    notes->targets = 0;
}

/* Leaves first … last−1 of a batch, and where their rows go forward and backward. */
typedef struct leaf_group {
    int64_t first, last;
    int64_t at;                  /* the matrices' row of the first */
    bool begins_sums, ends_sums; /* of the thread, or by tiles of the rank */
} leaf_group;

/* The leaf after the last one of a group that starts with a leaf, of those before `last`. */
static int64_t group_end(const fcnn_step *step, int64_t leaf, int64_t last)
{
    int64_t end = leaf;
    while (end < last && step->leaves[end + 1] - step->leaves[leaf] <= step->split.group) {
        end++;
    }
    return end;
}

/* Whether all rows of the rank's part are in memory at once. */
static bool in_one_group(const fcnn_step *step)
{
    return step->leaves[step->leaf_count] <= step->network->all.rows;
}

/* This rank's rows of the batch in leaves first … last−1 of leaf_count. */
static fcnn_batch batch_of(const fcnn_step *step, int64_t first, int64_t last)
{
    const fcnn_training_data *data = step->data;
    const int64_t row = step->leaves[first];
    return (fcnn_batch){
        .inputs = &data->rows->inputs,
        .targets = data->labels == NULL ? &data->rows->targets : NULL,
        .counts_targets = step->counts_targets,
        .labels = data->labels,
        .weights = data->row_weights,
        .index = step->index + row,
        .rows = step->leaves[last] - row,
        .step = step->number,
        .row_numbers = step->row_numbers + row,
    };
}

/* Takes rows first … last−1 of a group forward and backward. */
static void pass_rows(fcnn_step *step, const leaf_group *group, int64_t first, int64_t last, bool count_loss,
                      int thread)
{
    const fcnn_batch batch = batch_of(step, group->first, group->last);
    fcnn_network_forward_backward(step->network, &batch, first, last, group->at + first, count_loss, thread,
                                  &step->notes[thread]);
}

/* A thread's share of a group's sums. */
static void accumulate(fcnn_step *step, const leaf_group *group, const fcnn_tile_use *use, int thread, int threads)
{
    const fcnn_leaves leaves = {
        .starts = step->leaves + group->first,
        .count = group->last - group->first,
        .at = group->at,
        .first = group->begins_sums,
        .last = group->ends_sums,
        .streams = step->split.streams,
    };
    double since = fcnn_clock_seconds();
    fcnn_gradient_accumulate(step->gradient, step->network, &leaves, use, thread, threads);
    fcnn_clock_count(&step->times[thread].multiply, &since);
}

/* What a step does with a batch's rows. */
typedef struct share {
    bool passes, count_loss, accumulates;
    const fcnn_tile_use *use; /* of the sums of tiles; NULL: none */
} share;

/* Takes the batch through memory, group by group; a rank without rows still clears its sums. */
static void go_by_tiles(fcnn_step *step, const share *work, int thread, int threads)
{
    int64_t leaf = 0;
    do {
        const int64_t end = group_end(step, leaf, step->leaf_count);
        const leaf_group group = {leaf, end, 0, leaf == 0, end == step->leaf_count};
        const int64_t rows = step->leaves[end] - step->leaves[leaf];
        if (work->passes) {
            pass_rows(step, &group, fcnn_comm_first_item(rows, thread, threads),
                      fcnn_comm_first_item(rows, thread + 1, threads), work->count_loss, thread);
            wait_for_team(step, thread);
        }
        if (work->accumulates) {
            accumulate(step, &group, work->use, thread, threads);
            wait_for_team(step, thread);
        }
        if (thread == 0) {
            fcnn_pulse_continue();
        }
        leaf = end;
    } while (leaf < step->leaf_count);
}

/* Takes the thread's leaves through memory, group by group, and joins the threads' sums. */
static void go_by_rows(fcnn_step *step, const share *work, int thread, int threads)
{
    const int64_t last = fcnn_comm_first_item(step->leaf_count, thread + 1, threads);
    const int64_t first = fcnn_comm_first_item(step->leaf_count, thread, threads);
    int64_t leaf = first;
    do {
        const bool whole = in_one_group(step);
        const int64_t end = whole ? last : group_end(step, leaf, last);
        const int64_t at = whole ? step->leaves[leaf] : thread * step->split.group;
        const leaf_group group = {leaf, end, at, leaf == first, end == last};
        if (work->passes) {
            pass_rows(step, &group, 0, step->leaves[end] - step->leaves[leaf], work->count_loss, thread);
        }
        if (work->accumulates) {
            accumulate(step, &group, NULL, thread, threads);
        }
        if (thread == 0) {
            fcnn_pulse_continue();
        }
        leaf = end;
    } while (leaf < last);
    wait_for_team(step, thread);
    if (work->accumulates && step->gradient->own != NULL) {
        double since = fcnn_clock_seconds();
        fcnn_gradient_join(step->gradient, step->network, thread, threads);
        fcnn_clock_count(&step->times[thread].elementwise, &since);
        wait_for_team(step, thread);
    }
}

static void go_through(fcnn_step *step, const share *work, int thread, int threads)
{
    if (step->split.by_rows) {
        go_by_rows(step, work, thread, threads);
    } else {
        go_by_tiles(step, work, thread, threads);
    }
}

/* This rank's exponents, from what its threads noted. */
static void measure(fcnn_step *step)
{
    const int64_t tensors = fcnn_architecture_tensors(&step->network->shape);
    uint64_t *inputs = step->notes[0].input_magnitudes, *deltas = step->notes[0].delta_magnitudes;
    for (int thread = 1; thread < fcnn_team_threads(step->team); thread++) {
        const fcnn_thread_notes *notes = &step->notes[thread];
        for (int64_t i = 0; i < tensors; i++) {
            inputs[i] = notes->input_magnitudes[i] > inputs[i] ? notes->input_magnitudes[i] : inputs[i];
            deltas[i] = notes->delta_magnitudes[i] > deltas[i] ? notes->delta_magnitudes[i] : deltas[i];
        }
    }
    fcnn_exponents_measure(&step->gradient->measured, step->network->kernels, inputs, deltas);
}

/* ---- all ranks together ---- */

/* The number of targets of all ranks, after the exchange. */
static int64_t sum_of_counts(const fcnn_step *step)
{
    int64_t targets = 0;
    for (int i = 0; step->counts_targets && i < FCNN_STEP_COUNT_BYTES; i++) {
        targets += (int64_t)fcnn_exchange_flag_count(step->exchange, step->flags + OWN_FLAGS + i) << 8 * i;
    }
    return targets;
}

/* Makes the derivative of the mean loss of the sums, after the exchange.  A batch without any target has derivatives
 * of 0. */
static double scale_of(const fcnn_step *step)
{
    const fcnn_architecture *shape = &step->network->shape;
    if (!step->counts_targets) {
        return fcnn_network_mean_factor(shape, step->rows);
    }
    const int64_t targets = sum_of_counts(step);
    return targets > 0 ? fcnn_loss_rule_of(shape->loss)->factor / fcnn_network_terms_of_targets(shape, targets) : 0;
}

/* Sets the exponents from those of all ranks; the other threads wait. */
static void promise_exponents(fcnn_step *step, int thread)
{
    if (thread == 0) {
        fcnn_exponents *measured = &step->gradient->measured;
        fcnn_comm_max_integers(step->comm, 2 * measured->count, measured->inputs);
        fcnn_exponents_promise(&step->gradient->promised, measured);
    }
    wait_for_team(step, thread);
}

/* Whether the tiles of a step can be updated while they are summed: this rank has all rows, they are in memory, and
 * their gradients alone decide. */
static bool may_update_tiles(const step_call *call)
{
    const fcnn_step *step = call->step;
    return call->updates && step->comm->size == 1 && !step->split.by_rows && in_one_group(step) && !step->unread &&
           !step->counts_targets && fcnn_optimizer_takes_tiles(step->optimizer);
}

/* What update_tile() needs. */
typedef struct tiles_update {
    fcnn_step *step;
    fcnn_update how;
    int thread, threads;
} tiles_update;

static void update_tile(void *data, const fcnn_tile *tile, const void *sums, int64_t low)
{
    const tiles_update *update = data;
    fcnn_step *step = update->step;
    double since = fcnn_clock_seconds();
    fcnn_optimizer_update_tile(step->optimizer, step->network, step->gradient, &update->how, update->threads, tile,
                               sums, low);
    const double begin = since;
    fcnn_clock_count(&step->times[update->thread].elementwise, &since);
    step->times[update->thread].multiply -= since - begin;
}

/* Sums the rows whose passes have been done, and updates the tiles if that cannot fail. */
static void sum_and_update(step_call *call, int thread, int threads)
{
    fcnn_step *step = call->step;
    tiles_update update = {.step = step, .how = call->how, .thread = thread, .threads = threads};
    update.how.scale = scale_of(step);
    const fcnn_tile_use use = {update_tile, &update};
    go_through(step, &(share){.accumulates = true, .use = call->updates_tiles ? &use : NULL}, thread, threads);
}

/* Exponents of exact sums are set before the sums where it is time for it. */
static void compute_sums(step_call *call, int thread, int threads)
{
    fcnn_step *step = call->step;
    const fcnn_gradient *gradient = step->gradient;
    const bool sets = gradient->exact && (step->number % FCNN_EXPONENT_STEPS == 0 || !gradient->promised.ready);
    const bool one_group = in_one_group(step), apart = sets || may_update_tiles(call);
    go_through(step, &(share){.passes = true, .count_loss = !apart || one_group, .accumulates = !apart}, thread,
               threads);
    if (thread == 0) {
        measure(step);
    }
    if (sets) {
        promise_exponents(step, thread);
    }
    if (!apart) {
        return;
    }
    if (thread == 0) {
        call->updates_tiles = may_update_tiles(call) && fcnn_gradient_will_be_finite(gradient, step->network) &&
                              (!gradient->exact || fcnn_exponents_keep(&gradient->promised, &gradient->measured));
    }
    wait_for_team(step, thread);
    if (one_group) {
        sum_and_update(call, thread, threads);
    } else {
        go_through(step, &(share){.passes = true, .count_loss = true, .accumulates = true}, thread, threads);
    }
}

static void raise_own(fcnn_step *step, own_flag flag, bool is_raised)
{
    fcnn_exchange_flag_set(step->exchange, step->flags + (int)flag, is_raised);
}

static bool is_heard(const fcnn_step *step, own_flag flag)
{
    return fcnn_exchange_flag_count(step->exchange, step->flags + (int)flag) > 0;
}

/* Sets the bytes of this rank's number of targets. */
static void set_count(const fcnn_step *step)
{
    int64_t targets = 0;
    for (int thread = 0; thread < fcnn_team_threads(step->team); thread++) {
        targets += step->notes[thread].targets;
    }
    for (int i = 0; step->counts_targets && i < FCNN_STEP_COUNT_BYTES; i++) {
        fcnn_exchange_part_set(step->exchange, step->flags + OWN_FLAGS + i, (int)(targets >> 8 * i & 255));
    }
}

/* Sets the flags of this rank. */
static void raise_flags(const step_call *call)
{
    fcnn_step *step = call->step;
    const uint32_t raised = call->flags != NULL ? call->flags->raise(call->flags->owner) : 0;
    fcnn_pulse_beat(FCNN_PHASE_EXCHANGING);
    for (int flag = 0; flag < step->flags; flag++) {
        fcnn_exchange_flag_set(step->exchange, flag, (raised >> flag & 1) != 0);
    }
    set_count(step);
    raise_own(step, FLAG_UNREAD, step->unread);
    raise_own(step, FLAG_NONFINITE, fcnn_gradient_find_nonfinite(step->gradient, step->network) >= 0);
    raise_own(step, FLAG_OUTGROWN,
              step->gradient->exact && !fcnn_exponents_keep(&step->gradient->promised, &step->gradient->measured));
}

/* Takes the caller's flags that any rank raised. */
static void hear_flags(const fcnn_step *step, fcnn_step_flags *flags)
{
    flags->heard = 0;
    for (int flag = 0; flag < step->flags; flag++) {
        flags->heard |= fcnn_exchange_flag_count(step->exchange, flag) > 0 ? UINT32_C(1) << flag : 0;
    }
}

static void exchange_sums(const step_call *call, int thread, int threads)
{
    fcnn_step *step = call->step;
    double since = fcnn_clock_seconds();
    if (thread == 0) {
        raise_flags(call);
    }
    fcnn_exchange_sum(step->exchange, thread, threads, fcnn_team_wait);
    fcnn_clock_count(&step->times[thread].exchange, &since);
}

/* A factor outgrew its exponent on some rank: all set new ones and sum the gradients again. */
static void sum_again(const step_call *call, int thread, int threads)
{
    fcnn_step *step = call->step;
    promise_exponents(step, thread);
    go_through(step, &(share){.passes = !in_one_group(step), .accumulates = true}, thread, threads);
    exchange_sums(call, thread, threads);
    step->resets += thread == 0;
}

static void update_on_thread(step_call *call, int thread, int threads)
{
    fcnn_step *step = call->step;
    if (thread == 0) {
        fcnn_pulse_beat(FCNN_PHASE_UPDATING);
    }
    double since = fcnn_clock_seconds();
    fcnn_update how = call->how;
    how.scale = scale_of(step);
    if (!fcnn_optimizer_update(step->optimizer, step->network, step->gradient, &how, thread, threads)) {
        call->diverged = true;
    }
    fcnn_clock_count(&step->times[thread].elementwise, &since);
}

static void run_on_thread(void *data, int thread, int threads)
{
    step_call *call = data;
    fcnn_step *step = call->step;
    if (thread == 0) {
        fcnn_pulse_beat(FCNN_PHASE_COMPUTING);
    }
    clear_notes(step, thread);
    compute_sums(call, thread, threads);
    exchange_sums(call, thread, threads);
    if (is_heard(step, FLAG_UNREAD)) {
        call->unread = true;
        return;
    }
    if (is_heard(step, FLAG_NONFINITE)) {
        call->diverged = true;
        return;
    }
    if (is_heard(step, FLAG_OUTGROWN)) {
        sum_again(call, thread, threads);
    }
    if (call->updates && !call->updates_tiles) {
        update_on_thread(call, thread, threads);
    }
}

/* Exponents that this batch set may be far too high for the next. */
static fcnn_status diverged(fcnn_step *step)
{
    step->gradient->promised.ready = false;
    /* sums that were not finite still are not, after the exchange */
    int64_t layer = fcnn_gradient_find_nonfinite(step->gradient, step->network);
    layer = layer >= 0 ? layer : fcnn_optimizer_find_nonfinite(step->optimizer, step->network, step->gradient);
    return fcnn_comm_agree(step->comm, layer >= 0 ? fcnn_step_name_cause(step, step->number, layer) : FCNN_OK);
}

/* ---- a step ---- */

/* Prepares the update by the last sum; its scale follows after the exchange. */
static fcnn_update update_of(const fcnn_step *step, double rate)
{
    fcnn_update how = {.number = step->number - step->optimizer_begin,
                       .epoch = (step->number - step->stage_begin) / fcnn_sampler_batches(step->data->sampler),
                       .rate = rate};
    fcnn_optimizer_prepare(step->optimizer, &how);
    return how;
}

/* Takes the rows of a batch, and says what is summed. */
static fcnn_status take_batch(fcnn_step *step, int64_t number, int64_t batch)
{
    const fcnn_status taken =
        fcnn_training_data_take(step->data, batch, step->index, step->row_numbers, step->leaves, &step->leaf_count);
    step->number = number;
    step->rows = fcnn_sampler_batch_rows(step->data->sampler, batch);
    step->unread = taken != FCNN_OK;
    step->leaf_count = step->unread ? 0 : step->leaf_count;
    step->leaves[0] = 0;
    return taken;
}

/* taken: how the rows of the batch were read. */
static fcnn_status run(step_call *call, fcnn_status taken, fcnn_exact_sum *loss)
{
    fcnn_step *step = call->step;
    fcnn_team_run(step->team, run_on_thread, call);
    if (call->flags != NULL) {
        hear_flags(step, call->flags);
    }
    if (call->unread) {
        return fcnn_comm_agree_named(step->comm, taken);
    }
    if (call->diverged) {
        return diverged(step);
    }
    step->targets = sum_of_counts(step);
    step->scale = scale_of(step);
    for (int thread = 0; thread < fcnn_team_threads(step->team); thread++) {
        fcnn_exact_sum_merge(loss, &step->notes[thread].loss);
    }
    return FCNN_OK;
}

fcnn_status fcnn_step_run(fcnn_step *step, int64_t number, int64_t batch, double rate, fcnn_step_flags *flags,
                          fcnn_exact_sum *loss)
{
    const fcnn_status taken = take_batch(step, number, batch);
    return run(&(step_call){.step = step, .flags = flags, .updates = true, .how = update_of(step, rate)}, taken, loss);
}

fcnn_status fcnn_step_sum(fcnn_step *step, int64_t number, int64_t batch, fcnn_step_flags *flags, fcnn_exact_sum *loss)
{
    const fcnn_status taken = take_batch(step, number, batch);
    return run(&(step_call){.step = step, .flags = flags}, taken, loss);
}

static void update_with_team(void *data, int thread, int threads)
{
    update_on_thread(data, thread, threads);
}

fcnn_status fcnn_step_apply(fcnn_step *step, double rate)
{
    step_call call = {.step = step, .how = update_of(step, rate)};
    fcnn_team_run(step->team, update_with_team, &call);
    return call.diverged ? diverged(step) : FCNN_OK;
}
