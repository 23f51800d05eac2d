/* src/config/output_columns.h — what model.output says: one word for all columns of the outputs, or a word for each
 * range of them, as in "linear 0:120, relu 120:128".
 *
 * Texts have been read as values of this key, unless a function says otherwise.  Not collective; any thread may call
 * any function. */
#ifndef FCNN_CONFIG_OUTPUT_COLUMNS_H
#define FCNN_CONFIG_OUTPUT_COLUMNS_H

#include "config/words.h"
#include "core/status.h"
#include "core/text.h"

#include <stdint.h>

/* Columns first … after−1 have this output. */
typedef struct fcnn_output_range {
    fcnn_output output;
    int64_t first, after;
} fcnn_output_range;

enum { FCNN_OUTPUT_RANGES_MOST = 32 };

/* Ranges in ascending order, which cover all columns once; count is 0 if all columns have the same output. */
typedef struct fcnn_output_columns {
    int64_t count;
    fcnn_output_range range[FCNN_OUTPUT_RANGES_MOST]; /* [count] */
} fcnn_output_columns;

/* Returns the output of all columns, or FCNN_OUTPUT_COLUMNS if the text has ranges. */
fcnn_output fcnn_output_columns_word(const char *text);

/* The word of an output for messages: "by columns" for FCNN_OUTPUT_COLUMNS. */
const char *fcnn_output_columns_name(fcnn_output output);

/* Fails with FCNN_ECONFIG if a range has a word that does not compute each column by itself. */
fcnn_status fcnn_output_columns_check(const char *text);

/* Sets out to the ranges of a text, which may be any text.
 *   key  its name, for messages
 * Fails: FCNN_ECONFIG if the text is wrong, a column has no word or two, or there are too many ranges; FCNN_ENOMEM. */
fcnn_status fcnn_output_columns_assign(const char *text, const char *key, int64_t columns, fcnn_output_columns *out);

/* Appends the text of ranges.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_output_columns_put(const fcnn_output_columns *columns, fcnn_text *out);

/* Whether both have the same ranges. */
bool fcnn_output_columns_equal(const fcnn_output_columns *a, const fcnn_output_columns *b);

#endif
