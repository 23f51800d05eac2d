/* src/config/normalization.h — what data.normalize and data.normalize_targets say.
 *
 * Texts are values of these keys that have been read.  Not collective; any thread may call any function. */
#ifndef FCNN_CONFIG_NORMALIZATION_H
#define FCNN_CONFIG_NORMALIZATION_H

#include "config/column_words.h"
#include "config/config.h"
#include "core/status.h"

/* What each column has. */
typedef struct fcnn_normalization {
    fcnn_normalize *kinds;   /* [columns] */
    const char **paths;      /* [columns]: the file of a column whose kind is file, otherwise NULL */
    fcnn_column_words words; /* has the texts of the paths */
} fcnn_normalization;

/* Whether any column has a word other than none. */
bool fcnn_normalization_is_used(const char *text);

/* Whether any column has this word. */
bool fcnn_normalization_has(const char *text, fcnn_normalize kind);

/* Whether the normalized value of every column is a linear function of the value: the words none, standardize, minmax,
 * robust, scale, and file, which is checked again when the file is read.  What is not carried over by a nonlinear
 * function, such as a standard deviation, requires this. */
bool fcnn_normalization_is_linear(const char *text);

/* Gives each column its word; *out is to be released with fcnn_normalization_clear(), also after a failure.
 *   key  "data.normalize" or "data.normalize_targets", for messages
 * Fails: FCNN_ECONFIG if a column has no word or two, or there is no such column; FCNN_ENOMEM. */
fcnn_status fcnn_normalization_assign(const char *text, const char *key, int64_t columns, fcnn_normalization *out);
void fcnn_normalization_clear(fcnn_normalization *normalization);

#endif
