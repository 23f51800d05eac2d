/* src/core/text.h — texts that grow, strict conversion of numbers, similarity of names.
 * Not collective; any thread may call any function, but one fcnn_text is used by one thread at a time. */
#ifndef FCNN_CORE_TEXT_H
#define FCNN_CORE_TEXT_H

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A text that grows.  Initialize it with {0} and release it with fcnn_text_clear().  data is NULL until something is
 * appended, then terminated by a zero byte. */
typedef struct fcnn_text {
    char *data;
    int64_t length, capacity;
} fcnn_text;

/* Appends formatted text.  Fails: FCNN_ENOMEM; FCNN_EINTERNAL if the text cannot be formatted. */
fcnn_status fcnn_text_append(fcnn_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void fcnn_text_clear(fcnn_text *text);

/* Whether a text is valid UTF-8 without control characters, and can thus be printed safely. */
bool fcnn_text_prints(const char *text);

/* The number of characters of a text in UTF-8, for tables. */
int fcnn_text_width(const char *text);

/* Convert a whole text to a number in the notation of the C locale: without blanks, other characters or hexadecimal
 * digits.  Return false if the text is not such a number, exceeds the range of the type, or is not finite. */
bool fcnn_text_to_int64(const char *text, int64_t *out);
bool fcnn_text_to_double(const char *text, double *out);

/* Converts a number to the shortest of %.15g, %.16g and %.17g that is read back as the same number. */
void fcnn_text_from_double(double value, char out[32]);

/* Whether a text stands for a missing value, in tables and labels of all formats: an empty text, NA, N/A, <NA>, NaN,
 * NaT, null, none and ?, in upper or lower case. */
bool fcnn_text_is_missing(const char *text);

/* The number of single-character edits between two words (Levenshtein). */
int fcnn_text_distance(const char *a, const char *b);

/* Converts a number of bytes to a readable text such as "3.4 MB" (powers of 1000). */
void fcnn_text_from_bytes(double bytes, char out[32]);

#endif
