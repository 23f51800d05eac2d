/* src/training/step.h — one step: rows, forward, backward, the sum over ranks, the same update everywhere. */
#ifndef FCNN_TRAINING_STEP_H
#define FCNN_TRAINING_STEP_H

#include "compute/team.h"
#include "model/gradient.h"
#include "parallel/exchange.h"
#include "training/training_data.h"

typedef struct fcnn_step {
    fcnn_comm *comm;
    fcnn_team *team;
    fcnn_network *network;
    fcnn_gradient *gradient;
    fcnn_exchange *exchange;
    const fcnn_training_data *data; /* borrowed */
    int64_t *index;                 /* [rows of this rank in a batch] */
    int64_t *leaves;                /* [leaves + 1] */
    int64_t *group_leaves;          /* [leaves + 1]: of the rows in memory, from 0 */
    int64_t leaf_count;
    fcnn_thread_notes *notes; /* [threads] */
    uint64_t *magnitudes;     /* [threads][2·layers] */
    int64_t *exponents;       /* [2·layers] */
    int64_t resets;           /* exponents set anew because a factor outgrew them */
    double compute_seconds;
} fcnn_step;

/* Exponents of the exact sums are set anew every so many steps. */
#define FCNN_EXPONENT_STEPS 64

/* The most rows that are in memory at once; batches with more go through in groups of leaves. */
#define FCNN_GROUP_ROWS 4096

/* Prepares steps that train a model's network on data, by a team of threads.  comm and data are borrowed.
 * Not collective.  Fails: FCNN_ENOMEM, FCNN_EUSAGE (FCNN_ISA). */
fcnn_status fcnn_step_create(fcnn_comm *comm, const fcnn_model *model, const fcnn_training_data *data, bool exact,
                             int threads, fcnn_step **out);
void fcnn_step_destroy(fcnn_step *step);

/* Rows of the network's matrices for a rank's rows in a batch. */
int64_t fcnn_step_capacity(const fcnn_sampler *sampler);

/* Runs step number `number` (of all; from 0), which is a batch of the sampler's epoch, and adds the losses of
 * its rows on this rank, before the update, to loss.  Collective.
 * Fails, alike on all ranks: FCNN_EDIVERGED, with nothing updated. */
fcnn_status fcnn_step_run(fcnn_step *step, int64_t number, int64_t batch, double rate, fcnn_exact_sum *loss);

#endif
