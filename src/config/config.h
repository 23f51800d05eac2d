/* src/config/config.h — the values of a config, for the library's own code. */
#ifndef FCNN_CONFIG_CONFIG_H
#define FCNN_CONFIG_CONFIG_H

#include "config/words.h"

#include <fcnn/config.h>

#include <stdbool.h>
#include <stdint.h>

enum { FCNN_AUTO = -1 }; /* the word auto, where a whole number may stand too */

typedef struct fcnn_int_list {
    int64_t count;
    int64_t *values; /* [count] */
} fcnn_int_list;

/* Each row of keys.def is a member <section>_<name>, such as train_epochs.  Texts and paths are never NULL: empty
 * where not set.  Words of a WORD_OR_PATH are told from paths by fcnn_init_kind_from_word() and
 * fcnn_resume_kind_from_word(). */
struct fcnn_config {
    char *name; /* the file's, for messages */
#define FCNN_FIELD_TEXT(bounds) char *
#define FCNN_FIELD_PATH(bounds) char *
#define FCNN_FIELD_WORD_OR_PATH(bounds) char *
#define FCNN_FIELD_FRACTION_OR_PATH(bounds) char *
#define FCNN_FIELD_INTEGER(bounds) int64_t
#define FCNN_FIELD_INTEGER_OR_AUTO(bounds) int64_t
#define FCNN_FIELD_DOUBLE(bounds) double
#define FCNN_FIELD_BOOLEAN(bounds) bool
#define FCNN_FIELD_ENUM(bounds) fcnn_##bounds
#define FCNN_FIELD_INTEGER_LIST(bounds) fcnn_int_list
#define FCNN_FIELD_WORD_LIST(bounds) fcnn_int_list
#define FCNN_KEY(type, section, name, standard, bounds, resume, help) FCNN_FIELD_##type(bounds) section##_##name;
#include "config/keys.def"
#undef FCNN_KEY
};

/* As fcnn_config_parse(), for a text that fcnn_config_text() made: its paths stay as they are. */
fcnn_status fcnn_config_parse_effective(const char *text, int64_t length, const char *name, fcnn_config **out);

/* May a run that was started with one config go on with another?
 *   checkpoint  borrowed: the path of the file that stored the first, for the message
 * Fails: FCNN_ECONFIG naming the first key that changed and may not, both values and the ways out. */
fcnn_status fcnn_config_resume_check(const fcnn_config *stored, const fcnn_config *current, const char *checkpoint);

/* The activation of a hidden layer; layers count from 0.  The config has passed fcnn_config_check(). */
fcnn_activation fcnn_config_activation(const fcnn_config *config, int64_t layer);

/* output.time_limit: what it is, and if it is given the seconds. */
typedef enum fcnn_time_limit {
    FCNN_TIME_LIMIT_AUTO,
    FCNN_TIME_LIMIT_NONE,
    FCNN_TIME_LIMIT_GIVEN,
    FCNN_TIME_LIMIT_BAD /* never in a config that has passed fcnn_config_check() */
} fcnn_time_limit;
fcnn_time_limit fcnn_config_time_limit(const fcnn_config *config, double *seconds);

/* data.memory_limit in bytes, FCNN_AUTO for auto; false, never after fcnn_config_check(), if it is no size. */
bool fcnn_config_memory_limit(const fcnn_config *config, int64_t *bytes);

/* True if data.validation is a fraction of the training rows, which *out is then set to; else it is a path or empty. */
bool fcnn_config_validation_fraction(const fcnn_config *config, double *out);

#endif
