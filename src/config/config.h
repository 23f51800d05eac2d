/* src/config/config.h — the values of a config, for the code of the library.
 * Not collective.  Any thread may call any function; a config is not changed while another thread uses it. */
#ifndef FCNN_CONFIG_CONFIG_H
#define FCNN_CONFIG_CONFIG_H

#include "config/words.h"

#include <fcnn/config.h>

#include <stdbool.h>
#include <stdint.h>

enum { FCNN_AUTO = -1 }; /* the word auto, for a key that also takes numbers */

typedef struct fcnn_int_list {
    int64_t count;
    int64_t *values; /* [count] */
} fcnn_int_list;

typedef struct fcnn_double_list {
    int64_t count;
    double *values; /* [count] */
} fcnn_double_list;

/* A section [stage.N] (config/stages.h). */
typedef struct fcnn_stage {
    int64_t line;               /* of the section in the file; FCNN_LINE_OPTION if an option added it */
    int64_t *lines;             /* [FCNN_KEY_COUNT] of the file that set a key of the stage; 0: it is not set */
    struct fcnn_config *values; /* of the keys that are set */
} fcnn_stage;

enum { FCNN_LINE_OPTION = -1 }; /* instead of the number of a line: set by an option */

/* Each row of keys.def defines a member <section>_<name>, such as train_epochs.  The config owns its texts and lists.
 * Texts and paths are never NULL; they are empty if they are not set.  fcnn_config_init() (config/layers.h)
 * distinguishes the words of model.init from a path, fcnn_resume_kind_from_word() those of output.resume. */
struct fcnn_config {
    char *name; /* name of the config file, for messages */
#define FCNN_FIELD_TEXT(bounds) char *
#define FCNN_FIELD_PATH(bounds) char *
#define FCNN_FIELD_WORD_OR_PATH(bounds) char *
#define FCNN_FIELD_WORDS_OR_PATH(bounds) char *
#define FCNN_FIELD_FRACTION_OR_PATH(bounds) char *
#define FCNN_FIELD_INTEGER(bounds) int64_t
#define FCNN_FIELD_INTEGER_OR_AUTO(bounds) int64_t
#define FCNN_FIELD_DOUBLE(bounds) double
#define FCNN_FIELD_DOUBLE_OR_AUTO(bounds) double
#define FCNN_FIELD_BOOLEAN(bounds) bool
#define FCNN_FIELD_ENUM(bounds) fcnn_##bounds
#define FCNN_FIELD_INTEGER_LIST(bounds) fcnn_int_list
#define FCNN_FIELD_DOUBLE_LIST(bounds) fcnn_double_list
#define FCNN_FIELD_WORD_LIST(bounds) fcnn_int_list
#define FCNN_FIELD_COLUMN_WORDS(bounds) char *
#define FCNN_KEY(type, section, name, standard, bounds, resume, help) FCNN_FIELD_##type(bounds) section##_##name;
#include "config/keys.def"
#undef FCNN_KEY
    int64_t epochs_line; /* of the file that set train.epochs; 0: it is not set */
    int64_t stage_count, stage_capacity;
    fcnn_stage *stages; /* [stage_count] */
};

/* The same as fcnn_config_parse(), for a text that fcnn_config_text() has written: its paths are not changed. */
fcnn_status fcnn_config_parse_effective(const char *text, int64_t length, const char *name, fcnn_config **out);

/* Checks that a run that was started with one config can be resumed with another.  Stages that have not begun can
 * change.
 *   stored      the config in the checkpoint
 *   epochs      epochs that had begun at the checkpoint
 *   checkpoint  borrowed; path of the checkpoint, for the message
 * Fails: FCNN_ECONFIG; the message names the first key that cannot change, both values and what to do.  FCNN_ENOMEM. */
fcnn_status fcnn_config_resume_check(const fcnn_config *stored, const fcnn_config *current, int64_t epochs,
                                     const char *checkpoint);

/* The kind of output.time_limit; for FCNN_TIME_LIMIT_GIVEN, sets *seconds. */
typedef enum fcnn_time_limit {
    FCNN_TIME_LIMIT_AUTO,
    FCNN_TIME_LIMIT_NONE,
    FCNN_TIME_LIMIT_GIVEN,
    FCNN_TIME_LIMIT_BAD /* refused by fcnn_config_check() */
} fcnn_time_limit;
fcnn_time_limit fcnn_config_time_limit(const fcnn_config *config, double *seconds);

/* Sets *bytes to data.memory_limit, or to FCNN_AUTO for auto.  Returns false if it is not a size, which
 * fcnn_config_check() refuses. */
bool fcnn_config_memory_limit(const fcnn_config *config, int64_t *bytes);

/* Whether data.validation is a fraction of the training rows, to which *out is then set; otherwise it is a list of
 * paths or empty. */
bool fcnn_config_validation_fraction(const fcnn_config *config, double *out);

#endif
