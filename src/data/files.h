/* src/data/files.h — the files that contain the rows of a source, one after the other. Not collective. */
#ifndef FCNN_DATA_FILES_H
#define FCNN_DATA_FILES_H

#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct fcnn_files {
    int64_t count;
    char **paths;    /* [count] */
    int64_t *starts; /* [count + 1]: number of the first row of each file, and the total; zero until known */
} fcnn_files;

/* Finds the files of a list such as "a.h5, run_*.h5, @list.txt" (core/list.h). A name that exists is used literally;
 * another one with *, ? or [ is a pattern, whose files are sorted by bytes. Each line of a list file names one file,
 * relative to the folder of the list. A name in quotes is always a file, or after an '@' a list file. out is to be
 * released with fcnn_files_clear().
 * Fails: FCNN_EINPUT if no file matches a pattern or a list cannot be read; FCNN_ECONFIG for an empty name, a quote
 * that is not closed, and a name with two meanings that both exist; FCNN_ENOMEM. */
fcnn_status fcnn_files_find(const char *list, fcnn_files *out);
void fcnn_files_clear(fcnn_files *files);

/* Returns the number of the file that contains a row. */
int64_t fcnn_files_of_row(const fcnn_files *files, int64_t row);

/* Returns how many files have no rows, once the rows are known, and sets *first to the first of them, or −1. */
int64_t fcnn_files_without_rows(const fcnn_files *files, int64_t *first);

#endif
