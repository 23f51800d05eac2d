/* include/fcnn/fcnn.h — all of the library. */
#ifndef FCNN_FCNN_H
#define FCNN_FCNN_H

#include <fcnn/benchmark.h>
#include <fcnn/comm.h>
#include <fcnn/config.h>
#include <fcnn/dataset.h>
#include <fcnn/import.h>
#include <fcnn/model.h>
#include <fcnn/network.h>
#include <fcnn/predictor.h>
#include <fcnn/status.h>
#include <fcnn/trainer.h>
#include <fcnn/verify.h>

#endif
