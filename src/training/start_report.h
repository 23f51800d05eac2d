/* src/training/start_report.h — describes a run at its start. */
#ifndef FCNN_TRAINING_START_REPORT_H
#define FCNN_TRAINING_START_REPORT_H

#include "methods/schedule.h"
#include "parallel/topology.h"
#include "run/checkpoint.h"
#include "training/report.h"
#include "training/stages.h"
#include "training/footprint.h"
#include "training/step.h"

/* The contents of the report.  All pointers are borrowed. */
typedef struct fcnn_start_facts {
    fcnn_comm *comm;
    const fcnn_config *config;
    const fcnn_stage_place *stage; /* the current stage */
    const fcnn_topology *topology;
    const fcnn_training_data *data;
    const fcnn_model *model;
    const fcnn_step *step;
    const fcnn_schedule *schedule;
    const char *origin; /* lines about the model from which training starts; NULL: none */
    bool is_check;      /* only a check (fcnn-train --check): nothing will be trained */
} fcnn_start_facts;

/* Prints version, instruction set, ranks, threads and their processors, data and network.  Only rank 0 prints.
 * Collective.  Errors, the same on all ranks: FCNN_ENOMEM. */
fcnn_status fcnn_start_report_print(const fcnn_start_facts *facts, fcnn_report *report);

/* Prints what the current stage has of its own: its epochs and optimizer, if the config has stages, batches and blocks,
 * how sums are exchanged, and the schedule, for a check with its learning rates.  Only rank 0 prints.  Collective.
 * Errors, the same on all ranks: FCNN_ENOMEM. */
fcnn_status fcnn_start_report_print_stage(const fcnn_start_facts *facts, fcnn_report *report);

/* Returns the memory of the rank that needs most for each part, during the current stage.  Collective. */
fcnn_footprint fcnn_start_report_footprint(const fcnn_start_facts *facts);

/* Prints, for a check, the memory and the numbers of ranks that divide the blocks.  Only rank 0 prints; not
 * collective. */
void fcnn_start_report_print_needs(const fcnn_training_data *data, const fcnn_footprint *footprint,
                                   fcnn_report *report);

/* Prints from which checkpoint the run continues, or that it is already finished, by train.stop_patience if it
 * ended early.  Not collective. */
void fcnn_start_report_print_resume(const fcnn_config *config, const char *path, const fcnn_training_state *state,
                                    bool is_finished, bool ended_early, fcnn_report *report);

#endif
