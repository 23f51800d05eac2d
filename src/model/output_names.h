/* src/model/output_names.h — names of the outputs of a model, from those of its targets.
 *
 * Not collective; any thread may call the function. */
#ifndef FCNN_MODEL_OUTPUT_NAMES_H
#define FCNN_MODEL_OUTPUT_NAMES_H

#include "data/column_names.h"
#include "model/model.h"

/* Sets out to a name and a unit for each output; release it with fcnn_column_names_clear().  An output that is the only
 * one of its target has the name of the target, one of a softmax that of its class.  Of several outputs, a quantile is
 * named "price q0.05", a mean "price", a standard deviation "price sigma"; a target without a name is named by its
 * number, counting from 1.  out->count is 0 if there is nothing to name.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_output_names_create(const fcnn_model *model, fcnn_column_names *out);

#endif
