/* src/config/resume_check.c — whether a run that was started with one config can be resumed with another. */
#include "config/column_words.h"
#include "config/config.h"
#include "config/key.h"
#include "config/metric_keys.h"
#include "config/schedule_keys.h"
#include "config/stages.h"

#include <inttypes.h>
#include <string.h>

/* ---- keys ---- */

static bool may_change(const fcnn_key *key, const char *before, const char *after)
{
    double fraction; /* another fraction would change the training rows */
    const bool takes_rows = key->type == FCNN_KEY_FRACTION_OR_PATH &&
                            (fcnn_text_to_double(before, &fraction) || fcnn_text_to_double(after, &fraction));
    return key->changeable && !takes_rows;
}

/* Whether an item of a list is one for each layer, so that one item says the same as equal ones for all layers. */
static bool is_by_layer(const fcnn_key *key)
{
    static const char *const names[] = {"activation", "init", "init_scale", "bias_init", "max_norm", NULL};
    return fcnn_words_find(names, key->name) >= 0;
}

/* The length of the first item of a printed list whose items are all equal; that of the text if they are not. */
static size_t length_of_one(const char *text)
{
    const size_t length = strcspn(text, ",");
    const char *next = text + length;
    while (strncmp(next, ", ", 2) == 0 && strncmp(next + 2, text, length) == 0) {
        next += 2 + length;
    }
    return *next == '\0' ? length : strlen(text);
}

/* Whether two values differ at most in the paths of their files, which may have moved: a model has their numbers. */
static bool have_same_words(const fcnn_key *key, const char *a, const char *b)
{
    fcnn_column_fault fault;
    fcnn_column_words before, after;
    bool are_same = false;
    if (fcnn_column_words_parse(a, key->words, &fault, &before) != FCNN_OK) {
        return false;
    }
    if (fcnn_column_words_parse(b, key->words, &fault, &after) == FCNN_OK) {
        are_same = fcnn_column_words_same(&before, &after);
        fcnn_column_words_clear(&after);
    }
    fcnn_column_words_clear(&before);
    return are_same;
}

static bool mean_the_same(const fcnn_key *key, const char *a, const char *b)
{
    const size_t length = length_of_one(a);
    return strcmp(a, b) == 0 || (is_by_layer(key) && length == length_of_one(b) && strncmp(a, b, length) == 0) ||
           (key->type == FCNN_KEY_COLUMN_WORDS && have_same_words(key, a, b));
}

/* Whether one of two values of a key of [schedule] is auto, and stands for the other one. */
static bool stands_for(const fcnn_key *key, const char *before, const char *after, const fcnn_config *stored,
                       const fcnn_config *current)
{
    const bool is_auto = strcmp(before, "auto") == 0 || strcmp(after, "auto") == 0;
    return is_auto && strcmp(key->section, "schedule") == 0 &&
           fcnn_config_schedule_means_the_same(key->name, stored, current);
}

static fcnn_status compare(const fcnn_key *key, const char *before, const char *after, const char *checkpoint)
{
    if (mean_the_same(key, before, after) || may_change(key, before, after)) {
        return FCNN_OK;
    }
    return fcnn_fail(FCNN_ECONFIG,
                     "%s.%s cannot change on resume: %s was trained with '%.200s', but the config now has '%.200s'; "
                     "restore the old value, or start a new run in another folder with --set output.directory=NAME "
                     "(and --set model.init=%s to start from these weights)",
                     key->section, key->name, checkpoint, before, after, checkpoint);
}

static fcnn_status compare_keys(const fcnn_config *stored, const fcnn_config *current, const char *checkpoint)
{
    fcnn_status status = FCNN_OK;
    for (int i = 0; i < FCNN_KEY_COUNT && status == FCNN_OK; i++) {
        fcnn_text before = {0}, after = {0};
        status = fcnn_key_print(&fcnn_keys[i], stored, &before);
        if (status == FCNN_OK) {
            status = fcnn_key_print(&fcnn_keys[i], current, &after);
        }
        if (status == FCNN_OK && !stands_for(&fcnn_keys[i], before.data, after.data, stored, current)) {
            status = compare(&fcnn_keys[i], before.data, after.data, checkpoint);
        }
        fcnn_text_clear(&before);
        fcnn_text_clear(&after);
    }
    if (status == FCNN_OK) {
        status = fcnn_config_metric_resume_check(stored, current, checkpoint);
    }
    return status == FCNN_OK ? fcnn_config_schedule_resume_check(stored, current, checkpoint) : status;
}

/* ---- stages ---- */

/* Compares the same stage of two configs. */
static fcnn_status compare_stage(const fcnn_config *stored, const fcnn_config *current, int64_t number,
                                 const char *checkpoint)
{
    fcnn_config *before, *after;
    FCNN_TRY(fcnn_config_stage(stored, number, &before));
    fcnn_status status = fcnn_config_stage(current, number, &after);
    if (status == FCNN_OK) {
        status = compare_keys(before, after, checkpoint);
        fcnn_config_destroy(after);
    }
    fcnn_config_destroy(before);
    return status == FCNN_OK || current->stage_count == 0 ? status : fcnn_stages_name(current, number, status);
}

/* Refuses another length of a stage that the training has left, or has come farther in than the length. */
static fcnn_status refuse_length(const fcnn_config *stored, const fcnn_config *current, int64_t number, int64_t epochs,
                                 const char *checkpoint)
{
    const fcnn_status status = fcnn_fail(
        FCNN_ECONFIG,
        "train.epochs cannot change on resume from %" PRId64 " to %" PRId64 ", because epoch %" PRId64
        " of the training has begun in %s: restore the old value, or start a new run in another folder with --set "
        "output.directory=NAME (and --set model.init=%s to start from these weights)",
        fcnn_config_stage_epochs(stored, number), fcnn_config_stage_epochs(current, number), epochs, checkpoint,
        checkpoint);
    return fcnn_stages_name(current, number, status);
}

fcnn_status fcnn_config_resume_check(const fcnn_config *stored, const fcnn_config *current, int64_t epochs,
                                     const char *checkpoint)
{
    const int64_t before = fcnn_config_stages(stored), after = fcnn_config_stages(current);
    int64_t begun = 0; /* epochs of the stages that are compared */
    for (int64_t i = 0; i == 0 || (begun < epochs && i < before && i < after); i++) {
        FCNN_TRY(compare_stage(stored, current, i, checkpoint));
        const int64_t then = fcnn_config_stage_epochs(stored, i), now = fcnn_config_stage_epochs(current, i);
        const bool ends_both = i + 1 == before && i + 1 == after;
        if (then != now && !ends_both && (begun + then < epochs || begun + now < epochs)) {
            return refuse_length(stored, current, i, epochs, checkpoint);
        }
        begun += then < now ? then : now;
        if (then != now) {
            return FCNN_OK; /* no later stage has begun */
        }
    }
    return begun < epochs && after < before
               ? fcnn_fail(FCNN_ECONFIG,
                           "epoch %" PRId64 " of the training has begun in %s, in its stage %" PRId64
                           ", but the config has only %" PRId64 " stage%s: restore the old stages",
                           epochs, checkpoint, after + 1, after, after == 1 ? "" : "s")
               : FCNN_OK;
}
