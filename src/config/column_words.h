/* src/config/column_words.h — values of keys that give each column a word: one word for all columns, or words with
 * ranges of columns, such as "standardize 0:6, log 6, none 7:".
 *
 * Columns count from 0; a range is written as in data.inputs, without brackets: 6, 0:6, 7: or :4.  An item may have
 * several ranges: "log 1 4:6".  The word file, of a list that has it, is followed by a path: "file:a.h5 0:6".  A path
 * that contains a blank, a comma or a quotation mark is written in quotes, as in other lists (core/list.h).
 * Not collective; any thread may call any function. */
#ifndef FCNN_CONFIG_COLUMN_WORDS_H
#define FCNN_CONFIG_COLUMN_WORDS_H

#include "core/status.h"
#include "core/text.h"

#include <stdbool.h>
#include <stdint.h>

#define FCNN_COLUMN_FILE "file" /* the word that a path follows */

/* A word for a range of columns. */
typedef struct fcnn_column_item {
    int word;            /* its index in the list of words */
    int64_t first, last; /* columns first … last − 1; last −1: to the end */
    char *path;          /* of the word file, without quotes; NULL for other words */
} fcnn_column_item;

typedef struct fcnn_column_words {
    int64_t count;
    fcnn_column_item *items; /* [count] */
} fcnn_column_words;

/* A part of a value that is wrong; the reason completes the sentence "'part' …". */
typedef struct fcnn_column_fault {
    char part[64];
    const char *reason; /* a constant text */
} fcnn_column_fault;

/* Parses a value; *out is to be released with fcnn_column_words_clear().
 *   words  the allowed words, terminated by NULL
 *   fault  says what is wrong if FCNN_ECONFIG is returned
 * Fails: FCNN_ECONFIG without a text, which the caller adds; FCNN_ENOMEM. */
fcnn_status fcnn_column_words_parse(const char *text, const char *const *words, fcnn_column_fault *fault,
                                    fcnn_column_words *out);
void fcnn_column_words_clear(fcnn_column_words *words);

/* Puts a folder before each path that is relative.
 *   folder  "" or ends in '/'
 * Fails: FCNN_ENOMEM. */
fcnn_status fcnn_column_words_move(fcnn_column_words *words, const char *folder);

/* Whether two values have the same words for the same ranges in the same order, whatever their paths are. */
bool fcnn_column_words_same(const fcnn_column_words *a, const fcnn_column_words *b);

/* Appends the value in the notation that fcnn_column_words_parse() reads, with one range in each item. */
fcnn_status fcnn_column_words_print(const fcnn_column_words *words, const char *const *names, fcnn_text *out);

/* Sets item [columns] to the item of each column.
 *   key  its name, for messages
 * Fails: FCNN_ECONFIG if a column has no item or two, or a range exceeds the columns. */
fcnn_status fcnn_column_words_assign(const fcnn_column_words *words, const char *key, int64_t columns, int64_t *item);

#endif
