/* src/predict/metrics_write.h — the metrics of metrics.list in a file of predictions.
 *
 *   /metrics [numbers]                  float64; the attribute `names` has the name of each
 *   /metrics_by_class [classes][metrics], or /metrics_by_output [outputs][metrics]   float64; the attribute `names` has
 *                                       the name of each metric; absent if no metric has such values
 *   /confusion [classes][classes]       int64: rows of the first class that are predicted as the second
 *
 * NaN: not defined.  Not collective. */
#ifndef FCNN_PREDICT_METRICS_WRITE_H
#define FCNN_PREDICT_METRICS_WRITE_H

#include "hdf5/dataset.h"
#include "predict/scores.h"

/* Adds the datasets to a file; none without metrics.  Fails: FCNN_EOUTPUT, FCNN_ENOMEM. */
fcnn_status fcnn_metrics_write(fcnn_hdf5_writer *writer, const fcnn_scores *scores);

#endif
