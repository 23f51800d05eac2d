/* include/fcnn/config.h — what a run is to do: the keys of a config file.  `fcnn-train --help-config` lists them.
 *
 * Nothing here is collective and nothing reads a file: rank 0 reads the bytes, every rank parses them. */
#ifndef FCNN_CONFIG_H
#define FCNN_CONFIG_H

#include <fcnn/status.h>

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct fcnn_config fcnn_config;

/* Reads a config; keys that it does not name keep their defaults.
 *   text [length]  borrowed; INI: "[section]" and "key = value" lines, comments ('#' or ';') on lines of their
 *                  own; a UTF-8 byte order mark and Windows line ends are accepted
 *   name           borrowed; the path of the file as the user gave it: it stands in messages, its folder is where
 *                  relative paths start, its base name without ".ini" is the default of output.directory
 *   out            to be released with fcnn_config_destroy(); untouched on failure
 * Fails: FCNN_ECONFIG with "name:line: …" for the first line that is wrong. */
FCNN_API fcnn_status fcnn_config_parse(const char *text, int64_t length, const char *name, fcnn_config **out);

/* Changes one key, as by the option --set; paths are left as given, so they start in the working directory.
 *   assignment  borrowed: "section.key=value"
 * On failure the config keeps its value.
 * Fails: FCNN_EUSAGE if it is no assignment, FCNN_ECONFIG for an unknown key or a bad value. */
FCNN_API fcnn_status fcnn_config_set(fcnn_config *config, const char *assignment);

/* Checks what needs more than one key; call it after the last fcnn_config_set().
 * Fails: FCNN_ECONFIG if a required key is missing or keys contradict each other. */
FCNN_API fcnn_status fcnn_config_check(const fcnn_config *config);

/* Sets *out to the effective config: every key with its value, paths as seen from the working directory.  It is a
 * config itself.  To be released with free(). */
FCNN_API fcnn_status fcnn_config_text(const fcnn_config *config, char **out);

/* Sets *out to the reference: a config in which every key stands with its default, its bounds and what it is for.
 * To be released with free(). */
FCNN_API fcnn_status fcnn_config_help(char **out);

/* Takes NULL. */
FCNN_API void fcnn_config_destroy(fcnn_config *config);

#ifdef __cplusplus
}
#endif
#endif
