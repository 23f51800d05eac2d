/* src/training/start_report.h — what a run is about to do, in words. */
#ifndef FCNN_TRAINING_START_REPORT_H
#define FCNN_TRAINING_START_REPORT_H

#include "parallel/topology.h"
#include "run/checkpoint.h"
#include "training/report.h"
#include "training/step.h"

/* What it tells of.  All of it is borrowed. */
typedef struct fcnn_start_facts {
    fcnn_comm *comm;
    const fcnn_config *config;
    const fcnn_topology *topology;
    const fcnn_training_data *data;
    const fcnn_model *model;
    const fcnn_step *step;
    const char *origin; /* lines about the model that training starts from; NULL: none */
    bool is_check;      /* nothing is going to be trained */
} fcnn_start_facts;

/* Prints version, ranks and threads and where they are bound, instruction set, data, network, blocks, how sums are
 * exchanged; for a check also memory and which rank counts fit.  Collective; all ranks fail alike: FCNN_ENOMEM. */
fcnn_status fcnn_start_report_print(const fcnn_start_facts *facts, fcnn_report *report);

/* Prints which checkpoint the run goes on from, or that there is nothing left to train.  Not collective. */
void fcnn_start_report_print_resume(const char *path, const fcnn_training_state *state, bool is_finished,
                                    fcnn_report *report);

#endif
