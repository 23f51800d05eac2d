/* include/fcnn/config.h — what a run is to do: the keys of a config file.  `fcnn-train --help-config` lists them.
 *
 * No function of this header is collective, and none reads a file; <fcnn/trainer.h> declares fcnn_config_read(), which
 * does both.  Different threads may use different configs at the same time, and may read the same one. */
#ifndef FCNN_CONFIG_H
#define FCNN_CONFIG_H

#include <fcnn/status.h>

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A value for every key. */
typedef struct fcnn_config fcnn_config;

/* Reads a config.  Keys that the text does not contain have their defaults.
 *   text [length]  borrowed; "[section]" and "key = value" lines, and comments ('#' or ';') on lines of their own.  A
 *                  UTF-8 byte order mark and Windows line ends are accepted.  No null character is needed at the end.
 *   name           borrowed; the path of the file as the user has given it.  Messages contain it, relative paths in the
 *                  config start in its folder, and its base name without ".ini" is the default of output.directory.
 *   out            the config; release it with fcnn_config_destroy()
 * Fails: FCNN_ECONFIG with "name:line: …" for the first line that is wrong; FCNN_ENOMEM. */
FCNN_API fcnn_status fcnn_config_parse(const char *text, int64_t length, const char *name, fcnn_config **out);

/* Changes one key, as the option --set of fcnn-train does.  A relative path starts in the working directory.
 *   assignment  borrowed: "section.key=value", or for a stage, which may be the next one,
 *               "stage.NUMBER.section.key=value"
 * If it fails, the config keeps the value that it had; the text begins with "--set ".
 * Fails: FCNN_EUSAGE if the text is no assignment; FCNN_ECONFIG if the key is unknown or the value is not allowed;
 * FCNN_ENOMEM. */
FCNN_API fcnn_status fcnn_config_set(fcnn_config *config, const char *assignment);

/* Checks whether all required keys are given and no two keys contradict each other.  Call it after the last
 * fcnn_config_set() and before fcnn_train().
 * Fails: FCNN_ECONFIG if a required key is missing or keys contradict each other; FCNN_ENOMEM. */
FCNN_API fcnn_status fcnn_config_check(const fcnn_config *config);

/* Sets *out to the effective config: every key with its value, and paths as seen from the working directory.  The text
 * can be read as a config again.  Release it with free().
 * Fails: FCNN_ENOMEM. */
FCNN_API fcnn_status fcnn_config_text(const fcnn_config *config, char **out);

/* Sets *out to the reference of all keys: a config that contains every key with its default, its bounds and its
 * meaning.  Release it with free().
 * Fails: FCNN_ENOMEM. */
FCNN_API fcnn_status fcnn_config_help(char **out);

/* Releases a config.  config may be NULL. */
FCNN_API void fcnn_config_destroy(fcnn_config *config);

#ifdef __cplusplus
}
#endif
#endif
