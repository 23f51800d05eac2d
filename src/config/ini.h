/* src/config/ini.h — a strict reader of INI files, line by line; messages contain the line number.
 * Not collective; any thread may call any function, but one reader is used by one thread at a time. */
#ifndef FCNN_CONFIG_INI_H
#define FCNN_CONFIG_INI_H

#include "core/status.h"

#include <stdint.h>

typedef struct fcnn_ini fcnn_ini;

typedef enum fcnn_ini_kind { FCNN_INI_END, FCNN_INI_SECTION, FCNN_INI_ENTRY } fcnn_ini_kind;

/* A section or an entry.  Blanks around the texts are removed; the texts are borrowed until the reader is destroyed. */
typedef struct fcnn_ini_line {
    fcnn_ini_kind kind;
    int64_t number;    /* line number, ≥ 1 */
    const char *name;  /* name of the section or the key, never empty */
    const char *value; /* value of the key, may be empty; NULL for a section */
} fcnn_ini_line;

/* Creates a reader of text [length], which is copied.  Release it with fcnn_ini_destroy().
 *   name  borrowed until then; name of the file in messages
 * Fails: FCNN_ECONFIG if the text contains a zero byte, FCNN_ENOMEM. */
fcnn_status fcnn_ini_create(const char *text, int64_t length, const char *name, fcnn_ini **out);

/* Reads the next line that is neither blank nor a comment; the kind is FCNN_INI_END after the last one.
 * Fails: FCNN_ECONFIG if the line is neither "[section]" nor "key = value", or if a key precedes the first section. */
fcnn_status fcnn_ini_next(fcnn_ini *ini, fcnn_ini_line *out);

/* Releases a reader; NULL is allowed. */
void fcnn_ini_destroy(fcnn_ini *ini);

/* Removes the blanks at both ends of a text, in place; returns its new start. */
char *fcnn_ini_trim(char *text);

#endif
