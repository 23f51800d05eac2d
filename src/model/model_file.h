/* src/model/model_file.h — models in HDF5.  fcnn_model_read() of <fcnn/model.h> is here too.
 *
 *   /model/W1 [out][in], /model/b1 [out], /model/W2, …   in the model's precision; activation is an attribute of W
 *   /model                   attributes format_version, numerics_version, program, precision, output, loss
 *   /normalizer/inputs_shift, inputs_scale, targets_shift, targets_scale   float64: stored = (physical − shift) / scale
 *   /inputs/smallest, largest, mean, /targets/…   float64, of the training rows; targets have none that are numbers of
 *                            classes
 *   /inputs/names, units, /targets/…   texts, a line for each column, which may be empty; none where nothing is known
 *   /inputs/decoded, /targets/decoded  texts, what was done to the stored values, a line for each dataset, such as
 *                            "/t: value*0.1"
 *   /inputs/origins, /targets/origins   where names come from, a word on each line: given (by an attribute, or of a
 *                            member), dataset (of one column), place (as x[3]); older files have none
 *   /classes                 names of classes, a text, one a line; none where classes have no names
 *   /config                  the effective config, a text
 *   /history/epoch, steps, train_loss, validation_loss, validation_metric  int64 and float64; none without history
 *
 * A file of other programs needs W1, b1, … alone, in /model or in the root. */
#ifndef FCNN_MODEL_MODEL_FILE_H
#define FCNN_MODEL_MODEL_FILE_H

#include "model/model.h"
#include "hdf5/image.h"

/* A change that older programs would read wrong raises it; they refuse newer files. */
#define FCNN_MODEL_FORMAT_VERSION 1

/* Gets the model out of an open file.  Not collective.
 *   file, path  borrowed; the path stands in messages
 * Fails: FCNN_EDATA if there is no model or it contradicts itself; FCNN_ENOMEM. */
fcnn_status fcnn_model_get(fcnn_hdf5_file *file, const char *path, fcnn_model **out);

/* Makes the image of a model and of what add puts beside it (NULL: nothing) from data; all borrowed.  Not collective.
 *   bytes [count]  to be released with free()
 * Fails: FCNN_ENOMEM, FCNN_EINTERNAL. */
fcnn_status fcnn_model_pack(const fcnn_model *model, fcnn_status (*add)(const void *data, fcnn_hdf5_image *image),
                            const void *data, void **bytes, int64_t *count);

/* Writes a framed file with the model alone.  Not collective: one rank writes.
 * Fails: FCNN_EOUTPUT, FCNN_ENOMEM, FCNN_EINTERNAL. */
fcnn_status fcnn_model_write(const fcnn_model *model, const char *path);

#endif
