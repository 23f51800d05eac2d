/* src/config/ini.h — a strict INI reader: one line at a time, every error with its line. */
#ifndef FCNN_CONFIG_INI_H
#define FCNN_CONFIG_INI_H

#include "core/status.h"

#include <stdint.h>

typedef struct fcnn_ini fcnn_ini;

typedef enum fcnn_ini_kind { FCNN_INI_END, FCNN_INI_SECTION, FCNN_INI_ENTRY } fcnn_ini_kind;

/* A line that says something.  The texts are trimmed, and borrowed until the reader is destroyed. */
typedef struct fcnn_ini_line {
    fcnn_ini_kind kind;
    int64_t number;    /* from 1 */
    const char *name;  /* of the section or the key, never empty */
    const char *value; /* of the key, maybe empty; NULL for a section */
} fcnn_ini_line;

/* Prepares to read text [length], which is copied; name is borrowed for messages.
 * Fails: FCNN_ECONFIG if the text holds a NUL byte. */
fcnn_status fcnn_ini_create(const char *text, int64_t length, const char *name, fcnn_ini **out);

/* Goes on to the next line that is neither blank nor a comment; its kind is FCNN_INI_END after the last one.
 * Fails: FCNN_ECONFIG if it is neither "[section]" nor "key = value", or a key before the first section. */
fcnn_status fcnn_ini_next(fcnn_ini *ini, fcnn_ini_line *out);

/* Takes NULL. */
void fcnn_ini_destroy(fcnn_ini *ini);

/* Cuts the blanks at both ends of a text, in place. */
char *fcnn_ini_trim(char *text);

#endif
