/* src/inspect/survey.h — what a data file has, for people: its tables, what will be slow about them, and which of
 * them a config may mean.  fcnn_dataset_print_file() of <fcnn/dataset.h> is here too. */
#ifndef FCNN_INSPECT_SURVEY_H
#define FCNN_INSPECT_SURVEY_H

#include "core/text.h"
#include "hdf5/survey.h"

#include <fcnn/dataset.h>

/* Appends what will be slow about reading a table, a line each, and to layouts the option of h5repack that mends it, as
 * " -l /x:CHUNK=4096x64".  Nothing, if it is well, or so small that nobody would notice; no option for a name that a
 * shell might take for something else.
 *   table       one that is read, of rank ≥ 1
 *   by_columns  its last dimension counts the rows
 * Fails: FCNN_ENOMEM. */
fcnn_status fcnn_survey_advise(const fcnn_hdf5_table *table, bool by_columns, fcnn_text *out, fcnn_text *layouts);

/* Prints what the numbers of a file mean where their attributes say so, and which columns end in lonely usual codes for
 * missing values, in the first rows: some megabytes of each table.
 * Fails: FCNN_ENOMEM. */
fcnn_status fcnn_survey_print_values(fcnn_hdf5_file *file, const fcnn_hdf5_survey *survey, const char *path, FILE *out);

/* Tables that are obviously meant for each other; borrowed from the survey. */
typedef struct fcnn_survey_pair {
    const fcnn_hdf5_table *inputs, *targets;           /* NULL: none are */
    const fcnn_hdf5_table *test_inputs, *test_targets; /* NULL: none are there */
    bool by_columns;
} fcnn_survey_pair;

/* Looks for tables of usual names, such as x and y, or else for the only two of the file, with as many rows. */
void fcnn_survey_find_pair(const fcnn_hdf5_survey *survey, fcnn_survey_pair *out);

/* Is this a name that neither a shell nor a config takes for something else? */
bool fcnn_survey_is_plain(const char *name);

/* Is it one that a config has in quotes at most, and that would not be a command if it came to a shell?  A '?'
 * stands for what does not print. */
bool fcnn_survey_may_be_written(const char *name);

/* Rows of a table of rank ≥ 1; values of a row, 0 if there are no values at all. */
int64_t fcnn_survey_rows(const fcnn_hdf5_table *table, bool by_columns);
int64_t fcnn_survey_width(const fcnn_hdf5_table *table, bool by_columns);

#endif
