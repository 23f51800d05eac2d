/* src/training/step.h — one step: the sum (rows, forward, backward, over all ranks), and the same update everywhere.
 *
 * Called by the main thread; the threads of the team do the work. */
#ifndef FCNN_TRAINING_STEP_H
#define FCNN_TRAINING_STEP_H

#include "compute/team.h"
#include "methods/optimizer.h"
#include "model/gradient.h"
#include "parallel/exchange.h"
#include "training/divergence.h"
#include "training/work_split.h"
#include "training/training_data.h"

/* Flags of the step itself, which ride along behind those of the caller; then, if targets may be missing, the number of
 * those that are not, in bytes that are summed one by one. */
enum { FCNN_STEP_FLAGS = 3, FCNN_STEP_COUNT_BYTES = 6 };

typedef struct fcnn_step {
    fcnn_comm *comm;
    fcnn_team *team;
    fcnn_network *network;
    fcnn_gradient *gradient;
    fcnn_optimizer *optimizer;
    fcnn_exchange *exchange;
    fcnn_work_split split;
    const fcnn_training_data *data; /* borrowed */
    int64_t *index;                 /* [rows of this rank in a batch] */
    int64_t *row_numbers;           /* [rows of this rank in a batch] */
    int64_t *leaves;                /* [leaves + 1] */
    int64_t leaf_count;
    int64_t optimizer_begin;  /* steps of the training before the first one of the optimizer */
    int64_t stage_begin;      /* and before that of the stage */
    int64_t number;           /* of the last step */
    double scale;             /* of its sums: makes the derivative of the mean loss of them */
    int64_t rows;             /* of its batch, over all ranks */
    bool counts_targets;      /* targets may be missing */
    int64_t targets;          /* of its batch over all ranks, those that are not missing; 0 unless they are counted */
    bool unread;              /* this rank's rows could not be read */
    fcnn_thread_notes *notes; /* [threads] */
    fcnn_thread_times *times; /* [threads] */
    int64_t resets;           /* exponents set anew because a factor outgrew them */
    int flags;                /* of the caller: those of the step follow */
    char advice[FCNN_DIVERGENCE_SIZE];
} fcnn_step;

/* Exponents of the exact sums are set anew every so many steps. */
#define FCNN_EXPONENT_STEPS 64

/* How steps are made. */
typedef struct fcnn_step_options {
    bool exact;                  /* sums have the same bits whatever the ranks and threads */
    fcnn_exchange_kind exchange; /* how sums are made over ranks */
    const fcnn_optimizer_rule *optimizer;
    const fcnn_config *config; /* of the optimizer and the noise of inputs; NULL: neither has settings */
    int64_t optimizer_begin;   /* steps of the training before the first one of the optimizer */
    int64_t stage_begin;       /* and before that of the stage */
    int threads;
    const fcnn_work_split *split; /* how the threads share the work; NULL: in the best way */
    int flags;                    /* that the caller may raise in a step, at most 32 */
} fcnn_step_options;

/* Flags of the caller's that ride along with the sum of a step over ranks, as bits: 1 << k is flag k. */
typedef struct fcnn_step_flags {
    uint32_t (*raise)(void *owner); /* asked for by the main thread when the rank's part of a sum is done */
    void *owner;
    uint32_t heard; /* those that any rank raised in the last step */
} fcnn_step_flags;

/* Prepares steps that train a model's network on data.  comm and data are borrowed.
 * Collective.  Fails, alike on all ranks: FCNN_ENOMEM, FCNN_EUSAGE (FCNN_ISA). */
fcnn_status fcnn_step_create(fcnn_comm *comm, const fcnn_model *model, const fcnn_training_data *data,
                             const fcnn_step_options *options, fcnn_step **out);

/* Collective; takes NULL, on all ranks or on none. */
void fcnn_step_destroy(fcnn_step *step);

/* Makes step number `number` (of all steps, from 0): sums the gradient of a batch of the sampler's epoch over all
 * ranks, updates the parameters by it with a learning rate, and adds the losses of the batch's rows on this rank to
 * loss.  flags: what is counted together with the sum; NULL: nothing.  Collective.
 * Fails, alike on all ranks, with parameters and loss unchanged: FCNN_EDIVERGED, whose text names the layer and, if an
 * input alone is the cause, file and row; FCNN_EINPUT and FCNN_EDATA if streamed rows cannot be read. */
fcnn_status fcnn_step_run(fcnn_step *step, int64_t number, int64_t batch, double rate, fcnn_step_flags *flags,
                          fcnn_exact_sum *loss);

/* The two halves of fcnn_step_run(), for methods that decide between them.  fcnn_step_sum() leaves the parameters
 * unchanged; fcnn_step_apply() updates them by the sum that was made last, which must have succeeded.  Both are
 * collective and fail as fcnn_step_run() does; fcnn_step_apply() only with FCNN_EDIVERGED. */
fcnn_status fcnn_step_sum(fcnn_step *step, int64_t number, int64_t batch, fcnn_step_flags *flags, fcnn_exact_sum *loss);
fcnn_status fcnn_step_apply(fcnn_step *step, double rate);

/* Fails with FCNN_EDIVERGED: says that step number `number` has diverged in a layer (from 0), by which row of this rank
 * where one has an input that is too large, and what helps.  For step.c; not collective. */
fcnn_status fcnn_step_name_cause(const fcnn_step *step, int64_t number, int64_t layer);

#endif
