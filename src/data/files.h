/* src/data/files.h — the files that hold a data set: each has some of its rows, one after the other. */
#ifndef FCNN_DATA_FILES_H
#define FCNN_DATA_FILES_H

#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct fcnn_files {
    int64_t count;
    char **paths;    /* [count] */
    int64_t *starts; /* [count + 1]: the first row of each, and behind the last; zero until they are known */
} fcnn_files;

/* Finds the files of a list such as "a.h5, run_*.h5, @list.txt" (core/list.h): a name that exists is taken as it is,
 * one with *, ? or [ as a pattern, in the order of bytes; a line of a list file names one file, from the list's
 * folder.  A name in quotes is that of a file, or behind an '@' of a list.
 * Fails: FCNN_EINPUT if a pattern fits nothing or a list cannot be read; FCNN_ECONFIG for an empty name, a quote that
 * is not closed, and what means two things that both exist; FCNN_ENOMEM. */
fcnn_status fcnn_files_find(const char *list, fcnn_files *out);
void fcnn_files_clear(fcnn_files *files);

/* The file that holds a row. */
int64_t fcnn_files_of_row(const fcnn_files *files, int64_t row);

/* How many files have no rows, once those are known; *first is the first of them, or −1. */
int64_t fcnn_files_without_rows(const fcnn_files *files, int64_t *first);

#endif
