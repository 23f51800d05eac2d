/* tests/fixture.h — a trainer for a test: data written by rank 0, a config, everything ready for the first step. */
#ifndef FCNN_TESTS_FIXTURE_H
#define FCNN_TESTS_FIXTURE_H

#include "core/processors.h"
#include "training/trainer.h"

#include "oracle.h"

/* Data of a test, the same on every rank. */
typedef struct fixture_data {
    int64_t rows, features, outputs; /* outputs 0: labels, one column without a second dimension */
    double *x;                       /* [rows][features] */
    double *y;                       /* [rows][outputs], or labels [rows] */
} fixture_data;

fixture_data fixture_data_create(int64_t rows, int64_t features, int64_t outputs);
void fixture_data_destroy(fixture_data *data);

/* Fills it with random inputs, and targets: labels below classes, else 0 and 1 (classes 2) or any (classes 0). */
void fixture_data_draw(fixture_data *data, int64_t classes, uint64_t seed);

/* A training run up to its first step. */
typedef struct fixture {
    fcnn_config *config;
    fcnn_trainer *trainer;
} fixture;

/* Writes the data to a file of that name in the shared folder.  Collective over all ranks of the test. */
void fixture_write(const fixture_data *data, const char *name);

/* Makes a trainer on the ranks of comm; file is a name that fixture_write() was given, config some lines that
 * begin with a section, without [data] train.  Asserts that it works. */
fixture fixture_start(fcnn_comm *comm, const char *file, const char *config);
void fixture_end(fixture *run);

/* A config from a text that must be good; name: of its file.  To be released by fcnn_config_destroy(). */
fcnn_config *fixture_parsed(const char *text, const char *name);

/* A config with an output folder and one or two assignments, or NULL; to be released by fcnn_config_destroy(). */
fcnn_config *fixture_config(const char *folder, const char *a, const char *b);

/* Makes the trainer's step anew, with threads that share the work in a given way.  Collective. */
void fixture_split(fixture *run, const fcnn_work_split *split);

/* This rank alone, as a comm of one rank; made once, never freed. */
fcnn_comm *fixture_alone(void);

/* Runs step number `number`, a batch of the epoch: sums, adds its loss on this rank, and updates.  Collective. */
void fixture_step(fixture *run, int64_t number, int64_t batch, double rate, fcnn_exact_sum *loss);

/* Starts an epoch and runs its batches; numbers go on from the trainer's state.  Returns the mean loss. */
double fixture_epoch(fixture *run);

/* Another fixture that goes on from a checkpoint in the folder of this one.  Collective. */
fixture fixture_resume(const fixture *run);

/* Runs the batches of the running epoch that come before batch number `batches`, at a rate of 0.1.  Collective. */
void fixture_batches(fixture *run, int64_t batches);

/* The hash of the parameters that train. */
void fixture_hash(fixture *run, char out[65]);

/* An oracle of the trainer's shape with its parameters. */
oracle *fixture_oracle(fixture *run);

/* Parameter i of the biases of a tensor in the oracle, or its derivative. */
double *fixture_further(oracle *net, const fcnn_tensor *tensor, int64_t i, bool is_derivative);

/* The largest relative difference of a parameter, measured by the largest one of its layer. */
double fixture_difference(fixture *run, oracle *net);

/* Multiplies all parameters of a layer in the network that trains. */
void fixture_scale_layer(fixture *run, int64_t layer, double factor);

/* The sum of derivatives over rows of weight [out][in] of a tensor, or with in = −1 of bias [out], after a step: its
 * two words (low is 0 where there is only one). */
double fixture_sum(const fixture *run, int64_t tensor, int64_t out, int64_t in, double *low);

/* The processors of a list such as "0 1 3"; to be cleared. */
fcnn_processors fixture_processors(const char *numbers);

#endif
