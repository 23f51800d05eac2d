/* src/data/column_names.h — names of columns, and the units of their values. Only share is collective. */
#ifndef FCNN_DATA_COLUMN_NAMES_H
#define FCNN_DATA_COLUMN_NAMES_H

#include "core/text.h"
#include "parallel/comm.h"

#include <stdbool.h>
#include <stdint.h>

/* The origin of a name. */
typedef enum fcnn_name_origin {
    FCNN_NAME_PLACE,   /* made of the dataset's name and the position, as in x[3] */
    FCNN_NAME_DATASET, /* the name of a dataset with one column */
    FCNN_NAME_GIVEN    /* an attribute, or a member of records: the column's own name */
} fcnn_name_origin;

typedef struct fcnn_column_names {
    int64_t count;          /* number of columns; 0: names and units are not known */
    char **names, **units;  /* [count], without line breaks; "" if there is no name or unit */
    unsigned char *origins; /* [count], of fcnn_name_origin */
} fcnn_column_names;

enum {
    FCNN_COLUMN_NAMES_MOST = 65536,    /* if there are more columns, no names are kept */
    FCNN_COLUMN_NAMES_BYTES = 1 << 20, /* limit for the bytes of all names, and for those of all units */
    FCNN_COLUMN_LABEL_BYTES = 600      /* bytes of a name with its unit and a terminating zero */
};

/* Makes empty names and units for columns. All functions here that return a status fail with FCNN_ENOMEM. */
fcnn_status fcnn_column_names_create(int64_t count, fcnn_column_names *out);
void fcnn_column_names_clear(fcnn_column_names *names);
fcnn_status fcnn_column_names_copy(const fcnn_column_names *names, fcnn_column_names *out);

/* Writes texts [count] as one line each, and reads such lines. take_lines returns false if the number of lines is not
 * count, or if a line contains unprintable characters or is longer than a name may be. */
fcnn_status fcnn_column_names_put_lines(char *const *texts, int64_t count, fcnn_text *out);
fcnn_status fcnn_column_names_take_lines(const char *lines, int64_t count, char **texts, bool *fits);

/* Write and read the origins of names, one word per line, in the same way. */
fcnn_status fcnn_column_names_put_origins(const fcnn_column_names *names, fcnn_text *out);
bool fcnn_column_names_take_origins(const char *lines, fcnn_column_names *names);

/* Guesses the origins of names if they are not stored: x[3] is a position, a single name that of a dataset, and all
 * others are given. */
void fcnn_column_names_guess_origins(fcnn_column_names *names);

/* Returns whether any text is not empty. */
bool fcnn_column_names_any(char *const *texts, int64_t count);

/* Gives every rank the names of rank 0. Collective; all ranks return the same status. */
fcnn_status fcnn_column_names_share(fcnn_column_names *names, fcnn_comm *comm);

/* Sets out to "temperature [K]", or to the name alone if there is no unit. Returns false if the column has no name. */
bool fcnn_column_names_label(const fcnn_column_names *names, int64_t column, char out[FCNN_COLUMN_LABEL_BYTES]);

#endif
