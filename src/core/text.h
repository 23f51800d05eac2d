/* src/core/text.h — growing texts, strict numbers, near names. */
#ifndef FCNN_CORE_TEXT_H
#define FCNN_CORE_TEXT_H

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A text that grows; start it as {0}, end it with fcnn_text_clear().  data is NULL while empty. */
typedef struct fcnn_text {
    char *data;
    int64_t length, capacity;
} fcnn_text;

fcnn_status fcnn_text_append(fcnn_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void fcnn_text_clear(fcnn_text *text);

/* Is it UTF-8, without a control character that could command a terminal or end a line? */
bool fcnn_text_prints(const char *text);

/* Characters of a text in UTF-8, for tables. */
int fcnn_text_width(const char *text);

/* Whole-string numbers in the C locale's notation: no blanks, no trailing characters, no hex.
 * False if the text is not such a number or out of the type's range; non-finite doubles are refused. */
bool fcnn_text_to_int64(const char *text, int64_t *out);
bool fcnn_text_to_double(const char *text, double *out);

/* The shortest of %.15g, %.16g, %.17g that reads back as value. */
void fcnn_text_from_double(double value, char out[32]);

/* Does a text stand for a value that is missing, in a table or among labels of any format?  Nothing, NA, N/A, <NA>,
 * NaN, NaT, null, none and ?, in capitals or not. */
bool fcnn_text_is_missing(const char *text);

/* The number of single-character edits between two words (Levenshtein). */
int fcnn_text_distance(const char *a, const char *b);

/* A readable count of bytes, such as "3.4 MB" (powers of 1000). */
void fcnn_text_from_bytes(double bytes, char out[32]);

#endif
