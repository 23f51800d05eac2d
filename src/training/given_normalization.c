/* src/training/given_normalization.c — columns whose word in data.normalize or data.normalize_targets is file. */
#include "training/given_normalization.h"

#include "config/loss_keys.h"
#include "core/memory.h"
#include "model/given_normalizer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

/* The inputs or the targets, and what is done with each of their files. */
typedef struct side_of {
    const fcnn_config *config;
    const fcnn_dataset *train;
    const fcnn_origin *origin; /* NULL: there is nothing to compare with */
    fcnn_side side;
    const fcnn_normalization *words;
    fcnn_normalizer *normalizer; /* that of the new model, or of the origin */
} side_of;

static const char *key_of(fcnn_side side)
{
    return side == FCNN_SIDE_INPUTS ? "data.normalize" : "data.normalize_targets";
}

/* Marks the columns of an item, whose path is the same pointer. */
static void mark(const side_of *of, const char *path, bool *marked)
{
    for (int64_t column = 0; column < of->normalizer->count; column++) {
        marked[column] = of->words->paths[column] == path;
    }
}

/* Called on rank 0. */
static fcnn_status read_file(const side_of *of, const char *path, fcnn_normalizer *out)
{
    const fcnn_source *source = &of->train->source;
    const fcnn_given_request request = {
        .path = path,
        .side = of->side,
        .columns = of->normalizer->count,
        .names = of->side == FCNN_SIDE_INPUTS ? &source->inputs.names : &source->targets.names,
        .match = of->config->data_match_columns,
    };
    const fcnn_status status = fcnn_given_normalizer_read(&request, out);
    return status == FCNN_OK ? FCNN_OK : fcnn_fail_prefix(status, "%s", key_of(of->side));
}

/* Takes the columns of an item from its file.  Collective. */
static fcnn_status take(const side_of *of, fcnn_comm *comm, const char *path, const bool *marked)
{
    fcnn_normalizer given = {0};
    fcnn_status status = fcnn_comm_agree(comm, comm->rank == 0 ? read_file(of, path, &given) : FCNN_OK);
    if (status == FCNN_OK) {
        status = fcnn_given_normalizer_share(&given, comm);
    }
    if (status == FCNN_OK) {
        status = fcnn_comm_agree(comm, fcnn_given_normalizer_take(of->normalizer, &given, marked));
    }
    fcnn_normalizer_clear(&given);
    return status;
}

/* ---- comparing ---- */

static fcnn_status differ(const side_of *of, const char *path, int64_t column, const fcnn_normalizer *given)
{
    const fcnn_normalizer *own = of->normalizer;
    const fcnn_transform *transforms[] = {fcnn_normalizer_transform(given, column),
                                          fcnn_normalizer_transform(own, column)};
    const char *words[2];
    for (int i = 0; i < 2; i++) {
        words[i] = fcnn_transform_words[transforms[i] == NULL ? FCNN_TRANSFORM_NONE : transforms[i]->kind];
    }
    return fcnn_fail(
        FCNN_ECONFIG,
        "%s: %s gives column %" PRId64 " (counting from 0) the offset %.17g, the scale %.17g and the "
        "transform %s, but %s has %.17g, %.17g and %s%s: %s",
        key_of(of->side), path, column, given->shift[column], given->scale[column], words[0], of->origin->path,
        own->shift[column], own->scale[column], words[1],
        own->scale[column] == given->scale[column] && own->shift[column] == given->shift[column] && words[0] == words[1]
            ? ", with other parameters"
            : "",
        of->origin->resumes ? "a run keeps the numbers with which it began; restore the file, or start a new run in "
                              "another folder with --set output.directory=NAME"
                            : "its weights require the normalization with which they were trained; set "
                              "model.init_refit = yes to use that of the file");
}

/* Compares the columns of an item with the origin.  Called on rank 0. */
static fcnn_status compare(const side_of *of, const char *path, const bool *marked)
{
    fcnn_normalizer given = {0};
    if (of->origin->resumes && access(path, F_OK) != 0 && errno == ENOENT) {
        return FCNN_OK;
    }
    fcnn_status status = read_file(of, path, &given);
    if (status == FCNN_OK) {
        const int64_t column = fcnn_given_normalizer_differs(&given, of->normalizer, marked);
        status = column < 0 ? FCNN_OK : differ(of, path, column, &given);
    }
    fcnn_normalizer_clear(&given);
    return status;
}

/* ---- sides ---- */

/* Takes or compares the columns of all items.  Collective. */
static fcnn_status for_files(const side_of *of, fcnn_comm *comm)
{
    bool *marked;
    FCNN_TRY(fcnn_comm_agree(comm, fcnn_memory_create("the columns", of->normalizer->count, sizeof *marked, &marked)));
    fcnn_status status = FCNN_OK;
    for (int64_t i = 0; i < of->words->words.count && status == FCNN_OK; i++) {
        const char *path = of->words->words.items[i].path;
        if (path == NULL) {
            continue;
        }
        mark(of, path, marked);
        status = of->origin == NULL ? take(of, comm, path, marked)
                                    : fcnn_comm_agree(comm, comm->rank == 0 ? compare(of, path, marked) : FCNN_OK);
    }
    free(marked);
    return status;
}

fcnn_status fcnn_given_normalization_apply(const fcnn_config *config, fcnn_comm *comm, const fcnn_dataset *train,
                                           fcnn_side side, const fcnn_normalization *words, fcnn_normalizer *normalizer)
{
    const side_of of = {.config = config, .train = train, .side = side, .words = words, .normalizer = normalizer};
    return for_files(&of, comm);
}

fcnn_status fcnn_given_normalization_check(const fcnn_config *config, const fcnn_model *model)
{
    const bool weighs = fcnn_config_takes_inverse_variance(config);
    if (model->targets.transforms == NULL ||
        !fcnn_normalization_has(config->data_normalize_targets, FCNN_NORMALIZE_FILE) ||
        (model->shape.loss != FCNN_LOSS_GAUSSIAN_NLL && !weighs)) {
        return FCNN_OK;
    }
    return fcnn_fail(FCNN_ECONFIG,
                     "data.normalize_targets = %s gives targets a transform, which cannot be combined with %s: this "
                     "requires targets that are normalized by a linear function",
                     config->data_normalize_targets,
                     weighs ? "train.output_weights = inverse_variance" : "train.loss = gaussian_nll");
}

static fcnn_status compare_side(const fcnn_config *config, fcnn_comm *comm, const fcnn_dataset *train,
                                const fcnn_origin *origin, fcnn_side side)
{
    const bool is_inputs = side == FCNN_SIDE_INPUTS;
    const char *text = is_inputs ? config->data_normalize : config->data_normalize_targets;
    fcnn_normalizer normalizer = is_inputs ? origin->model->inputs : origin->model->targets; /* borrowed */
    fcnn_normalization words;
    if (!fcnn_normalization_has(text, FCNN_NORMALIZE_FILE)) {
        return FCNN_OK;
    }
    fcnn_status status = fcnn_comm_agree(comm, fcnn_normalization_assign(text, key_of(side), normalizer.count, &words));
    if (status == FCNN_OK) {
        const side_of of = {.config = config,
                            .train = train,
                            .origin = origin,
                            .side = side,
                            .words = &words,
                            .normalizer = &normalizer};
        status = for_files(&of, comm);
    }
    fcnn_normalization_clear(&words);
    return status;
}

fcnn_status fcnn_given_normalization_compare(const fcnn_config *config, fcnn_comm *comm, const fcnn_dataset *train,
                                             const fcnn_origin *origin)
{
    FCNN_TRY(compare_side(config, comm, train, origin, FCNN_SIDE_INPUTS));
    return compare_side(config, comm, train, origin, FCNN_SIDE_TARGETS);
}
