/* src/training/origin.h — the model that training goes on from: what comes with its weights, and whether it fits. */
#ifndef FCNN_TRAINING_ORIGIN_H
#define FCNN_TRAINING_ORIGIN_H

#include "config/config.h"
#include "core/text.h"
#include "data/targets.h"
#include "model/model.h"

/* The model of model.init, or that of a checkpoint. */
typedef struct fcnn_origin {
    const fcnn_model *model; /* NULL: training starts from drawn weights, and what follows does nothing */
    const char *path;
    bool resumes;    /* a checkpoint of the same run: nothing is new, and nothing is said */
    fcnn_text notes; /* what the start text says of it: lines */
} fcnn_origin;

void fcnn_origin_clear(fcnn_origin *origin);

/* Numbers the classes that the training rows name as the model does; train has those that it found.  After
 * fcnn_dataset_find_classes(), before read.  Not collective, but alike on all ranks.
 * Fails: FCNN_EDATA for new or absent classes, unless model.init_classes says extend, and for numbers that the model
 * has other names for; FCNN_ENOMEM. */
fcnn_status fcnn_origin_match_classes(fcnn_origin *origin, const fcnn_config *config, fcnn_dataset *train);

/* What missing inputs become [features], borrowed; NULL: the means of the training rows. */
const double *fcnn_origin_means(const fcnn_origin *origin, const fcnn_config *config, const fcnn_dataset *train);

/* Sets out to the config, borrowed, with the model's output, loss and number of classes where it leaves them open.
 * Alike on all ranks.  Fails: FCNN_EDATA for labels that the model has no outputs for, or too many, as above. */
fcnn_status fcnn_origin_task(fcnn_origin *origin, const fcnn_config *config, const fcnn_dataset *train,
                             const fcnn_target_summary *targets, fcnn_config *out);

/* Checks that the model has the shape, the activations, the output and the normalization that the config asks for.
 * Fails: FCNN_EDATA, FCNN_ECONFIG, FCNN_ENOMEM. */
fcnn_status fcnn_origin_check(fcnn_origin *origin, const fcnn_config *config, const fcnn_architecture *shape);

/* Gives a new model the weights, in its own precision; outputs that the origin lacks are drawn. */
void fcnn_origin_give_weights(const fcnn_origin *origin, const fcnn_config *config, fcnn_model *model);

/* Does the normalization come along? */
bool fcnn_origin_gives_normalization(const fcnn_origin *origin, const fcnn_config *config);

/* Gives a new model the normalization, and extends its statistics, which are those of the training rows, to what the
 * origin was trained on; the means are the origin's. */
void fcnn_origin_give_normalization(const fcnn_origin *origin, fcnn_model *model);

#endif
