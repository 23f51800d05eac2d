/* src/model/model_file.h — models in HDF5 files. fcnn_model_read() of <fcnn/model.h> is implemented here, too.
 *
 *   /model/W1 [out][in], /model/b1 [out], /model/W2, …   in the model's precision; activation is an attribute of W,
 *                            and leaky_slope (a float64) one of a W that leaky_relu follows; without it, it is 0.01
 *                            residual (an int64), 1, is one of a W whose layer adds its inputs to its result
 *   /model/gamma1, beta1 [out], slope1 [1], …   of layers with layer normalization, and of those with prelu
 *   /model                   attributes format_version, numerics_version, program, precision, output, loss
 *   /model/quantiles         float64 [quantiles]: those of the outputs for loss quantile; absent for other losses.
 *                            The outputs of a target stand side by side: its quantiles; for loss gaussian_nll its mean
 *                            and the logarithm of its variance; in normalized units
 *                            output may be words with ranges of columns: "linear 0:120, relu 120:128"
 *   /normalizer/inputs_shift, inputs_scale, targets_shift, targets_scale   float64: stored = (physical − shift) / scale
 *   /normalizer/inputs_transform, targets_transform   texts with a word of compute/transform.h for each column, of the
 *                            function that is applied before: stored = (transform(physical) − shift) / scale; absent if
 *                            there is none
 *   /normalizer/inputs_power, targets_power           float64: λ of the columns whose word is power, 0 for others
 *   /normalizer/inputs_landmarks, targets_landmarks   float64, a row for each column whose word is quantile
 *   /inputs/smallest, largest, mean, /targets/…   float64, of the training rows; not for targets that are class numbers
 *   /inputs/names, units, /targets/…   texts with a line for each column, which may be empty; absent if nothing is
 *                                      known
 *   /inputs/decoded, /targets/decoded  texts: how stored values were decoded, a line for each dataset, such as
 *                            "/t: value*0.1"
 *   /inputs/origins, /targets/origins   texts: the origin of each name, a word per line: given (an attribute or a
 *                                       member), dataset (of one column), place (such as x[3]); absent in older files
 *   /classes                 class names, a text with one name per line; absent if classes have no names
 *   /config                  the effective config, a text
 *   /training                attributes epoch and steps, after which the parameters were these, and reason, a text that
 *                            says why they were chosen; absent in checkpoints and older files
 *   /history/epoch, steps, train_loss, validation_loss, validation_metric, learning_rate  int64 and float64; absent
 *                            without history, learning_rate also in older files
 *   /history/metrics [lines][metrics], metric_names   float64, NaN where a metric was not computed, and a text with a
 *                            name per line; absent without metrics.list
 *
 * A file of another program needs only W1, b1, …, in /model or in the root group. Nothing here is collective. */
#ifndef FCNN_MODEL_MODEL_FILE_H
#define FCNN_MODEL_MODEL_FILE_H

#include "model/model.h"
#include "hdf5/image.h"

/* Increased by changes that older versions would read incorrectly; they reject files with a greater number.  A file has
 * the lowest version that can express its model.  2: a slope of leaky_relu other than 0.01.  3: transforms of columns,
 * several outputs for each target, residual layers, layer normalization, prelu, and outputs relu, tanh, softplus and by
 * ranges of columns. */
#define FCNN_MODEL_FORMAT_VERSION 3

/* Reads the model from an open file. file is borrowed, and so is path, for messages. *out is to be released with
 * fcnn_model_destroy().
 * Fails: FCNN_EDATA if there is no model or its parts contradict each other; FCNN_ENOMEM. */
fcnn_status fcnn_model_get(fcnn_hdf5_file *file, const char *path, fcnn_model **out);

/* Makes the HDF5 image of a model in memory.
 *   add    adds further objects to the image, from `data`; NULL: there are none
 *   bytes  [count], to be released with free()
 * Fails: FCNN_ENOMEM, FCNN_EINTERNAL. */
fcnn_status fcnn_model_pack(const fcnn_model *model, fcnn_status (*add)(const void *data, fcnn_hdf5_image *image),
                            const void *data, void **bytes, int64_t *count);

/* Adds the normalization of a side, "inputs" or "targets", to the group /normalizer of an image (normalizer_file.c).
 * Fails: FCNN_ENOMEM, FCNN_EINTERNAL. */
fcnn_status fcnn_normalizer_put(const fcnn_normalizer *normalizer, const char *side, fcnn_hdf5_image *image);

/* Writes a file with a frame that contains only the model. One rank calls it.
 * Fails: FCNN_EOUTPUT, FCNN_ENOMEM, FCNN_EINTERNAL. */
fcnn_status fcnn_model_write(const fcnn_model *model, const char *path);

#endif
