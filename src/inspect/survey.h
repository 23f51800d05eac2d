/* src/inspect/survey.h — describes a data file for the user: its tables, which of them are slow to read, and which of
 * them are inputs and targets. fcnn_dataset_print_file() of <fcnn/dataset.h> is implemented here, too. Not
 * collective. */
#ifndef FCNN_INSPECT_SURVEY_H
#define FCNN_INSPECT_SURVEY_H

#include "core/text.h"
#include "hdf5/survey.h"

#include <fcnn/dataset.h>

/* Appends a line for each reason why reading a table is slow, and appends the option of h5repack that removes it to
 * layouts, such as " -l /x:CHUNK=4096x64". Appends nothing if reading is fast or the table is small, and no option if a
 * shell might interpret the name of the table.
 *   table       a table that can be read, of rank ≥ 1
 *   by_columns  the last dimension is the number of rows
 * Fails: FCNN_ENOMEM. */
fcnn_status fcnn_survey_advise(const fcnn_hdf5_table *table, bool by_columns, fcnn_text *out, fcnn_text *layouts);

/* Prints the meaning of a file's numbers if attributes define it, and the columns whose minimum or maximum may be a
 * code for missing values. Reads only the first rows, some megabytes of each table.
 * Fails: FCNN_ENOMEM. */
fcnn_status fcnn_survey_print_values(fcnn_hdf5_file *file, const fcnn_hdf5_survey *survey, const char *path, FILE *out);

/* Inputs and targets that obviously belong together; borrowed from the survey. */
typedef struct fcnn_survey_pair {
    const fcnn_hdf5_table *inputs, *targets;           /* NULL: not found */
    const fcnn_hdf5_table *test_inputs, *test_targets; /* NULL: there are none */
    bool by_columns;
} fcnn_survey_pair;

/* Finds tables with common names, such as x and y, or else the only two tables of the file, with equal numbers of
 * rows. */
void fcnn_survey_find_pair(const fcnn_hdf5_survey *survey, fcnn_survey_pair *out);

/* Returns whether neither a shell nor a config interprets characters of a name. */
bool fcnn_survey_is_plain(const char *name);

/* Returns whether a config can contain the name, in quotes if necessary, and a shell would not execute any part of it.
 * Unprintable characters were replaced by '?'. */
bool fcnn_survey_may_be_written(const char *name);

/* Return the number of rows of a table of rank ≥ 1, and the number of values per row (0 if there are no values). */
int64_t fcnn_survey_rows(const fcnn_hdf5_table *table, bool by_columns);
int64_t fcnn_survey_width(const fcnn_hdf5_table *table, bool by_columns);

#endif
