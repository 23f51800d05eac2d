/* src/data/column_names.h — what columns are called, and the units of their values. */
#ifndef FCNN_DATA_COLUMN_NAMES_H
#define FCNN_DATA_COLUMN_NAMES_H

#include "core/text.h"
#include "parallel/comm.h"

#include <stdbool.h>
#include <stdint.h>

/* Where a name comes from. */
typedef enum fcnn_name_origin {
    FCNN_NAME_PLACE,   /* as x[3]: a dataset of several columns, and the place in it */
    FCNN_NAME_DATASET, /* a dataset of one column */
    FCNN_NAME_GIVEN    /* an attribute, or a member of records: a name of its own */
} fcnn_name_origin;

typedef struct fcnn_column_names {
    int64_t count;          /* 0: nothing is known */
    char **names, **units;  /* [count], without line breaks; "" where there is none */
    unsigned char *origins; /* [count], of fcnn_name_origin */
} fcnn_column_names;

enum {
    FCNN_COLUMN_NAMES_MOST = 65536,    /* of more columns none is kept */
    FCNN_COLUMN_NAMES_BYTES = 1 << 20, /* nor of names, or units, of more bytes together */
    FCNN_COLUMN_LABEL_BYTES = 600      /* of a name with its unit, and a zero */
};

/* Without names and units so far.  Fails: FCNN_ENOMEM, as all of these. */
fcnn_status fcnn_column_names_create(int64_t count, fcnn_column_names *out);
void fcnn_column_names_clear(fcnn_column_names *names);
fcnn_status fcnn_column_names_copy(const fcnn_column_names *names, fcnn_column_names *out);

/* Texts [count] as lines, and back: false if the lines are not so many, or one does not print or is longer than a name
 * may be. */
fcnn_status fcnn_column_names_put_lines(char *const *texts, int64_t count, fcnn_text *out);
fcnn_status fcnn_column_names_take_lines(const char *lines, int64_t count, char **texts, bool *fits);

/* The same for where names come from, a word on each line. */
fcnn_status fcnn_column_names_put_origins(const fcnn_column_names *names, fcnn_text *out);
bool fcnn_column_names_take_origins(const char *lines, fcnn_column_names *names);

/* Guesses where names come from, where that was not written down: x[3] is a place, a single name that of a dataset, and
 * others are given. */
void fcnn_column_names_guess_origins(fcnn_column_names *names);

/* Is there any text among them? */
bool fcnn_column_names_any(char *const *texts, int64_t count);

/* Every rank gets what rank 0 has.  Collective; all ranks fail alike. */
fcnn_status fcnn_column_names_share(fcnn_column_names *names, fcnn_comm *comm);

/* Sets out to "temperature [K]", or the name alone where there is no unit; false if the column has no name. */
bool fcnn_column_names_label(const fcnn_column_names *names, int64_t column, char out[FCNN_COLUMN_LABEL_BYTES]);

#endif
