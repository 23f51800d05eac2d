/* src/config/stages.h — stages of a training: the sections [stage.1], [stage.2], … of a config.
 *
 * A line of a stage is section.key = value, as in --set; during the stage, the key has this value.  A stage can set the
 * keys of [optimizer] and [schedule], train.batch_size and train.epochs, which is its length.  A config without such
 * sections has one stage.  Stages are counted from 0 here, and from 1 in files and messages.
 *
 * Not collective; any thread may call any function. */
#ifndef FCNN_CONFIG_STAGES_H
#define FCNN_CONFIG_STAGES_H

#include "config/config.h"
#include "core/text.h"

/* ---- reading ---- */

/* Adds the stage of a section on a line.
 *   number  the text after "stage.", such as "2", which must be the number of the next stage
 * Fails: FCNN_ECONFIG, FCNN_ENOMEM. */
fcnn_status fcnn_stages_begin(fcnn_config *config, const char *number, int64_t line);

/* Reads a line of the last stage.
 *   name  such as "optimizer.learning_rate"
 * Fails: FCNN_ECONFIG, with a message that names the key, if it does not exist, a stage cannot set it, the stage has
 * set it before, or the value is wrong; FCNN_ENOMEM. */
fcnn_status fcnn_stages_read(fcnn_config *config, const char *name, const char *value, int64_t line);

/* Sets a key of a stage by the text after "stage.", such as "2.optimizer.name"; the stage may be the next one, which is
 * then added.  Fails: as fcnn_stages_read(); FCNN_EUSAGE if the text has no number. */
fcnn_status fcnn_stages_assign(fcnn_config *config, const char *name, const char *value);

/* Makes train.epochs the sum of the epochs of the stages, unless it is set or there are no stages. */
void fcnn_stages_settle(fcnn_config *config);

/* Checks that each stage has epochs, and that train.epochs is their sum.  Fails: FCNN_ECONFIG, with the name of the
 * config and the line. */
fcnn_status fcnn_stages_check_epochs(const fcnn_config *config);

/* Puts the name of the config, the line and the name of the section of a stage before an error text, and returns its
 * status. */
fcnn_status fcnn_stages_name(const fcnn_config *config, int64_t stage, fcnn_status status);

/* ---- asking ---- */

/* Appends the sections of all stages as they are in files.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_stages_print(const fcnn_config *config, fcnn_text *out);

/* Returns the number of stages, at least 1. */
int64_t fcnn_config_stages(const fcnn_config *config);

/* Return the values that keys have during a stage. */
int64_t fcnn_config_stage_epochs(const fcnn_config *config, int64_t stage);
int64_t fcnn_config_stage_batch_size(const fcnn_config *config, int64_t stage);
fcnn_optimizer_kind fcnn_config_stage_optimizer(const fcnn_config *config, int64_t stage);

/* Makes the config of a stage: it has the values of the stage, and no stages.  The caller releases it with
 * fcnn_config_destroy().  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_config_stage(const fcnn_config *config, int64_t stage, fcnn_config **out);

#endif
