/* src/training/origin.h — the model from which training starts or continues: what is taken over from it in addition to
 * its weights, and whether it fits the config and the data.
 *
 * No function is collective.  All ranks call them with the same arguments and get the same results and errors. */
#ifndef FCNN_TRAINING_ORIGIN_H
#define FCNN_TRAINING_ORIGIN_H

#include "config/config.h"
#include "core/text.h"
#include "data/targets.h"
#include "model/model.h"

/* The model of model.init or of a checkpoint. */
typedef struct fcnn_origin {
    const fcnn_model *model; /* borrowed; NULL: training starts from random weights, and the functions do nothing */
    const char *path;        /* of the model; borrowed */
    bool resumes;            /* the model is a checkpoint of the same run: no notes are made */
    fcnn_text output;        /* the output of the model, if the config takes it from there */
    fcnn_text notes;         /* lines about the model for the report at the start */
} fcnn_origin;

/* Releases the notes and sets origin to {0}. */
void fcnn_origin_clear(fcnn_origin *origin);

/* Numbers the classes of the training rows as in the model; new classes follow.  Called after fcnn_find_classes(),
 * before rows are read.
 * Errors: FCNN_EDATA for new or absent classes, unless model.init_classes is extend, and for class numbers whose names
 * differ from those of the model; FCNN_ENOMEM. */
fcnn_status fcnn_origin_match_classes(fcnn_origin *origin, const fcnn_config *config, fcnn_dataset *train);

/* Returns the values [features] of the model that replace missing inputs, borrowed; NULL if the means of the training
 * rows must be computed. */
const double *fcnn_origin_means(const fcnn_origin *origin, const fcnn_config *config, const fcnn_dataset *train);

/* Sets out to a copy of the config with the output, loss and number of classes of the model for the keys that are auto.
 * The texts of out are borrowed from config.
 * Errors: FCNN_EDATA if the labels have more or fewer classes than the model, unless model.init_classes is extend. */
fcnn_status fcnn_origin_task(fcnn_origin *origin, const fcnn_config *config, const fcnn_dataset *train,
                             const fcnn_target_summary *targets, fcnn_config *out);

/* Checks that the model has the shape, activations, output and normalization that the config requires, and writes the
 * notes.  Errors: FCNN_EDATA, FCNN_ECONFIG, FCNN_ENOMEM. */
fcnn_status fcnn_origin_check(fcnn_origin *origin, const fcnn_config *config, const fcnn_architecture *shape);

/* Copies the weights to a new model, converted to its precision; outputs that the origin does not have get random
 * initial weights.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_origin_give_weights(const fcnn_origin *origin, const fcnn_config *config, fcnn_model *model);

/* Returns whether the normalization is taken over from the origin. */
bool fcnn_origin_gives_normalization(const fcnn_origin *origin, const fcnn_config *config);

/* Copies the normalization to a new model.  Its statistics of the training rows are extended to the ranges of the
 * origin, and its means are replaced by those of the origin.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_origin_give_normalization(const fcnn_origin *origin, fcnn_model *model);

#endif
