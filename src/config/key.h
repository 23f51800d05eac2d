/* src/config/key.h — the rows of keys.def, and the values of a config by row. */
#ifndef FCNN_CONFIG_KEY_H
#define FCNN_CONFIG_KEY_H

#include "config/config.h"
#include "core/status.h"
#include "core/text.h"

#include <stddef.h>

typedef enum fcnn_key_type {
    FCNN_KEY_TEXT,
    FCNN_KEY_PATH,
    FCNN_KEY_WORD_OR_PATH,
    FCNN_KEY_FRACTION_OR_PATH,
    FCNN_KEY_INTEGER,
    FCNN_KEY_INTEGER_OR_AUTO,
    FCNN_KEY_DOUBLE,
    FCNN_KEY_BOOLEAN,
    FCNN_KEY_ENUM,
    FCNN_KEY_INTEGER_LIST,
    FCNN_KEY_WORD_LIST
} fcnn_key_type;

/* A row.  What its type has no use for is zero. */
typedef struct fcnn_key {
    fcnn_key_type type;
    const char *section, *name;
    const char *standard; /* the default, as in a file; NULL if the key is required */
    const char *help;
    size_t offset;   /* of the value in struct fcnn_config */
    bool changeable; /* on resume */
    bool not_empty;
    bool in_config_folder; /* where a relative path starts; else in the working directory */
    bool is_list;          /* of paths, separated by commas; an '@' may stand before each */
    int64_t low, high;
    double above;
    bool or_equal;            /* to what a number is above */
    const char *const *words; /* ended by NULL */
} fcnn_key;

enum {
#define FCNN_KEY(type, section, name, standard, bounds, resume, help) +1
    FCNN_KEY_COUNT = 0
#include "config/keys.def"
#undef FCNN_KEY
};

enum { FCNN_DEPTH_LIMIT = 1000 }; /* items of a list: hidden layers */

extern const fcnn_key fcnn_keys[FCNN_KEY_COUNT];

/* Sets *first to the place in fcnn_keys of a section's first row.
 * Fails: FCNN_ECONFIG naming the nearest section. */
fcnn_status fcnn_key_find_section(const char *section, int *first);

/* Sets *place to the row of a key of a known section.
 * Fails: FCNN_ECONFIG naming the nearest key, or the section that has a key of this name. */
fcnn_status fcnn_key_find(const char *section, const char *name, int *place);

/* Reads a value into the config, which keeps its old one on failure.
 *   folder  borrowed: put in front of relative paths of keys that start in the config's folder; "" or ends in '/'
 * Fails: FCNN_ECONFIG with "section.key: 'value' …" and what is expected instead. */
fcnn_status fcnn_key_read(const fcnn_key *key, const char *value, const char *folder, fcnn_config *config);

/* Appends the value as a file has it. */
fcnn_status fcnn_key_print(const fcnn_key *key, const fcnn_config *config, fcnn_text *out);

/* Appends what values the key takes: "a whole number from 1 to 1024". */
fcnn_status fcnn_key_describe(const fcnn_key *key, fcnn_text *out);

/* Releases what the value owns. */
void fcnn_key_clear(const fcnn_key *key, fcnn_config *config);

#endif
