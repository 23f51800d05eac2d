/* src/config/key.h — the rows of keys.def, and access to the values of a config by row.
 * Not collective; any thread may call any function. */
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
    FCNN_KEY_WORDS_OR_PATH,
    FCNN_KEY_FRACTION_OR_PATH,
    FCNN_KEY_INTEGER,
    FCNN_KEY_INTEGER_OR_AUTO,
    FCNN_KEY_DOUBLE,
    FCNN_KEY_DOUBLE_OR_AUTO,
    FCNN_KEY_BOOLEAN,
    FCNN_KEY_ENUM,
    FCNN_KEY_INTEGER_LIST,
    FCNN_KEY_DOUBLE_LIST,
    FCNN_KEY_WORD_LIST,
    FCNN_KEY_COLUMN_WORDS
} fcnn_key_type;

/* A row.  Members that do not apply to its type are zero. */
typedef struct fcnn_key {
    fcnn_key_type type;
    const char *section, *name;
    const char *standard; /* the default, as written in a file; NULL if the key is required */
    const char *help;
    size_t offset;   /* offset of the value in struct fcnn_config */
    bool changeable; /* whether the value can change when a run is resumed */
    bool not_empty;
    bool in_config_folder;    /* relative paths start in the folder of the config, otherwise in the working directory */
    bool is_list;             /* a list of paths, separated by commas, each perhaps with an '@' before it */
    int64_t low, high;        /* smallest and largest value of a whole number */
    double above;             /* lower limit of a number */
    bool or_equal;            /* whether the number can be equal to this limit */
    double most;              /* upper limit of a number, if has_most */
    bool has_most;            /* whether there is an upper limit */
    bool below_most;          /* whether the number must be below this limit */
    const char *const *words; /* allowed words, terminated by NULL */
} fcnn_key;

enum {
#define FCNN_KEY(type, section, name, standard, bounds, resume, help) +1
    FCNN_KEY_COUNT = 0
#include "config/keys.def"
#undef FCNN_KEY
};

enum { FCNN_DEPTH_LIMIT = 1000 }; /* largest number of items of a list, and so of hidden layers */

extern const fcnn_key fcnn_keys[FCNN_KEY_COUNT];

/* The words of a BOOLEAN, no and yes in turn, terminated by NULL. */
extern const char *const fcnn_key_boolean_words[];

/* Sets *first to the index in fcnn_keys of the first row of a section.
 * Fails: FCNN_ECONFIG; the message names the most similar section. */
fcnn_status fcnn_key_find_section(const char *section, int *first);

/* Sets *place to the index of the row of a key; the section must exist.
 * Fails: FCNN_ECONFIG; the message names the most similar key, or the section that has a key of this name. */
fcnn_status fcnn_key_find(const char *section, const char *name, int *place);

/* Parses a value and stores it in the config, which keeps the old value on failure.
 *   folder  borrowed; prepended to relative paths if they start in the folder of the config; "" or ends in '/'
 * Fails: FCNN_ECONFIG; the message names the key and the value, and says what is expected.  FCNN_ENOMEM. */
fcnn_status fcnn_key_read(const fcnn_key *key, const char *value, const char *folder, fcnn_config *config);

/* Appends the value in the notation of a config file.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_key_print(const fcnn_key *key, const fcnn_config *config, fcnn_text *out);

/* Appends a description of the allowed values, such as "a whole number from 1 to 1024".  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_key_describe(const fcnn_key *key, fcnn_text *out);

/* The address of the value in a config. */
void *fcnn_key_field(const fcnn_key *key, fcnn_config *config);

/* Refuses a value, or an item of a list; reason completes the sentence "'value' …".
 * Fails: always, FCNN_ECONFIG; the message names the key and the value, and says what is expected.  FCNN_ENOMEM. */
fcnn_status fcnn_key_refuse(const fcnn_key *key, const char *value, const char *reason);

/* Releases the memory of the value. */
void fcnn_key_clear(const fcnn_key *key, fcnn_config *config);

#endif
