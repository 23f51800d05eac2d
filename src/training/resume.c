/* src/training/resume.c — finds and reads the checkpoint from which a run continues. */
#include "training/resume.h"

#include "core/log.h"
#include "core/memory.h"
#include "run/folder.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- which checkpoint ---- */

/* Broadcasts the path of a checkpoint, or NULL, from rank 0. */
static fcnn_status share_path(fcnn_comm *comm, fcnn_status status, char **path)
{
    status = fcnn_comm_agree(comm, status);
    if (status != FCNN_OK) {
        free(*path);
        *path = NULL;
        return status;
    }
    int64_t length = *path == NULL ? 0 : (int64_t)strlen(*path) + 1;
    fcnn_comm_broadcast(comm, &length, sizeof length);
    if (length == 0) {
        return FCNN_OK;
    }
    if (comm->rank != 0) {
        status = fcnn_memory_create("a path", length, 1, path);
    }
    FCNN_TRY(fcnn_comm_agree(comm, status));
    fcnn_comm_broadcast(comm, *path, length);
    return FCNN_OK;
}

static fcnn_status in_the_way(fcnn_status status, const fcnn_config *config, const char *what)
{
    return fcnn_fail(status,
                     "the folder %s contains %s: continue from them (output.resume = auto), remove them and start from "
                     "the beginning (--overwrite), or choose another folder (--set output.directory=NAME)",
                     config->output_directory, what);
}

/* Sets *path to the checkpoint number k (0: the newest) that output.resume selects; NULL if there is none.  Only on
 * rank 0. */
static fcnn_status choose(const fcnn_config *config, bool overwrite, int64_t k, char **path)
{
    fcnn_resume_kind kind;
    const bool is_word = fcnn_resume_kind_from_word(config->output_resume, &kind);
    int64_t *steps, count;
    *path = NULL;
    FCNN_TRY(fcnn_run_folder_checkpoints(config->output_directory, &steps, &count));
    fcnn_status status = FCNN_OK;
    if (!is_word) {
        status = fcnn_memory_copy_text(config->output_resume, path);
    } else if (overwrite) {
        status = FCNN_OK;
    } else if (kind == FCNN_RESUME_NO && count > 0) {
        status = in_the_way(FCNN_ECONFIG, config, "checkpoints");
    } else if (kind == FCNN_RESUME_AUTO && k < count) {
        status = fcnn_run_folder_checkpoint_path(config->output_directory, steps[k], path);
    } else if (kind == FCNN_RESUME_AUTO && k > 0) {
        status = fcnn_fail(FCNN_EDATA,
                           "the folder %s contains only damaged checkpoints: remove them and start from the beginning "
                           "(--overwrite), or choose another folder (--set output.directory=NAME)",
                           config->output_directory);
    }
    free(steps);
    return status;
}

/* Reads the newest undamaged checkpoint, or the one that output.resume names. */
static fcnn_status read_one(fcnn_comm *comm, const fcnn_config *config, bool overwrite, char **path, fcnn_model **model,
                            fcnn_training_state *state)
{
    fcnn_resume_kind kind;
    const bool may_pass_over = fcnn_resume_kind_from_word(config->output_resume, &kind);
    for (int64_t k = 0;; k++) {
        *path = NULL;
        FCNN_TRY(share_path(comm, comm->rank == 0 ? choose(config, overwrite, k, path) : FCNN_OK, path));
        if (*path == NULL) {
            return FCNN_OK;
        }
        void *bytes;
        int64_t count;
        fcnn_status status = fcnn_checkpoint_share(comm, *path, &bytes, &count);
        if (status == FCNN_OK) {
            status = fcnn_comm_agree(comm, fcnn_checkpoint_unpack(*path, bytes, count, model, state));
            if (status == FCNN_OK) {
                return FCNN_OK;
            }
            fcnn_model_destroy(*model); /* other ranks may have failed to unpack it */
            *model = NULL;
            fcnn_training_state_clear(state);
        }
        if (status != FCNN_EDATA || !may_pass_over) {
            return status;
        }
        fcnn_log_warning("%s; this checkpoint is skipped", fcnn_error_text());
        free(*path);
    }
}

/* ---- whether the run may continue ---- */

static fcnn_status check_config(const fcnn_config *config, const char *path, const fcnn_model *model,
                                const fcnn_training_state *state)
{
    if (model->numerics_version != FCNN_NUMERICS_VERSION) {
        return fcnn_fail(
            FCNN_ECONFIG,
            "%s was written with numerics version %" PRId64 ", but this program has version %d and "
            "cannot continue exactly: start a new run from its weights (model.init = %s) in another output.directory",
            path, model->numerics_version, FCNN_NUMERICS_VERSION, path);
    }
    if (model->config == NULL) {
        return fcnn_fail(FCNN_EDATA, "%s contains no config", path);
    }
    fcnn_config *stored;
    FCNN_TRY(fcnn_config_parse_effective(model->config, (int64_t)strlen(model->config), path, &stored));
    const fcnn_status status = fcnn_config_resume_check(stored, config, state->epoch + (state->batch > 0), path);
    fcnn_config_destroy(stored);
    return status;
}

/* Fails if the run would continue from an old checkpoint while the folder contains newer ones. */
static fcnn_status check_newer(const fcnn_config *config, const fcnn_training_state *state, bool overwrite)
{
    int64_t *steps, count;
    FCNN_TRY(fcnn_run_folder_checkpoints(config->output_directory, &steps, &count));
    const bool newer = count > 0 && steps[0] > state->step;
    free(steps);
    fcnn_resume_kind kind;
    if (newer && !overwrite && !fcnn_resume_kind_from_word(config->output_resume, &kind)) {
        return in_the_way(FCNN_ECONFIG, config, "checkpoints that are newer than the one of output.resume");
    }
    return FCNN_OK;
}

fcnn_status fcnn_resume_load(fcnn_comm *comm, const fcnn_config *config, bool overwrite, char **path,
                             fcnn_model **model, fcnn_training_state *state)
{
    *model = NULL;
    *state = (fcnn_training_state){0};
    fcnn_status status = read_one(comm, config, overwrite, path, model, state);
    if (status == FCNN_OK && *path != NULL) {
        status = check_config(config, *path, *model, state);
        if (status == FCNN_OK && comm->rank == 0) {
            status = check_newer(config, state, overwrite);
        }
        status = fcnn_comm_agree(comm, status);
    }
    if (status != FCNN_OK) {
        fcnn_model_destroy(*model);
        fcnn_training_state_clear(state);
        free(*path);
        *model = NULL;
        *path = NULL;
    }
    return status;
}

/* ---- the data ---- */

fcnn_status fcnn_resume_identify(const fcnn_training_data *data, fcnn_training_state *state)
{
    FCNN_TRY(fcnn_dataset_describe_content(data->train.dataset, &state->train_data));
    if (data->validation.dataset == NULL) {
        return fcnn_memory_copy_text("", &state->validation_data);
    }
    return fcnn_dataset_describe_content(data->validation.dataset, &state->validation_data);
}

static fcnn_status compare(const char *path, const char *what, const char *stored, const char *current)
{
    if (strcmp(stored, current) == 0) {
        return FCNN_OK;
    }
    return fcnn_fail(
        FCNN_ECONFIG,
        "the %s data is not that with which %s was trained: then %s, now %s (type, shape, checksum): restore the data, "
        "or start a new run from these weights (model.init = %s) in another output.directory",
        what, path, stored[0] != '\0' ? stored : "none", current[0] != '\0' ? current : "none", path);
}

fcnn_status fcnn_resume_check_data(const char *path, const fcnn_training_state *stored, const fcnn_training_data *data)
{
    fcnn_training_state current = {0};
    fcnn_status status = fcnn_resume_identify(data, &current);
    if (status == FCNN_OK) {
        status = compare(path, "training", stored->train_data, current.train_data);
    }
    if (status == FCNN_OK) {
        status = compare(path, "validation", stored->validation_data, current.validation_data);
    }
    fcnn_training_state_clear(&current);
    return status;
}
