/* src/data/columns.h — which columns of which datasets make the inputs, or the targets: "/x", or a list such as
 * "/fields/state[0:12], /t[3], /table:temperature". */
#ifndef FCNN_DATA_COLUMNS_H
#define FCNN_DATA_COLUMNS_H

#include "data/classes.h"
#include "data/column_names.h"
#include "data/column_orders.h"
#include "data/decoding.h"
#include "hdf5/dataset.h"

/* Some neighbouring columns of one dataset, whose further dimensions count as columns in C order. */
typedef struct fcnn_column_part {
    char *dataset;        /* with ":member" where it holds compound records, and quotes where they are needed */
    char *item;           /* as given, where the file decides what it means; else NULL */
    int64_t first, last;  /* columns first … last−1; last −1: up to the end */
    fcnn_hdf5_info info;  /* of the first file; the number of rows means nothing */
    int64_t all;          /* columns of the dataset */
    char *decoded;        /* what is done to the values of the first file, such as "value*0.1"; NULL: nothing */
    bool decoded_differs; /* and to those of another file something else */
    bool takes_numbers;   /* of an enumeration, not its names */
    bool is_category;     /* the numbers are places among categories, whose names are not read */
    fcnn_hdf5_unwritten unwritten; /* in all files, of the rows that are used: `first` counts in its file */
    int64_t unwritten_place;       /* of the file that has the first of them */
} fcnn_column_part;

typedef struct fcnn_columns {
    char *text; /* as given, for messages */
    int64_t count;
    fcnn_column_part *parts;   /* [count] */
    bool is_text;              /* one column of strings */
    fcnn_type stored;          /* in the files: that of all parts, or one that holds them all */
    bool stored_differs;       /* files do */
    fcnn_type type;            /* in memory, of all files */
    bool is_integer;           /* whole numbers are stored, and no factor makes others of them */
    int64_t width;             /* columns of all parts; by name, of those that are wanted */
    fcnn_column_names names;   /* of the first file, where there are not too many; by name, the wanted ones */
    fcnn_column_orders orders; /* by name: where they stand in each file */
    bool by_columns;         /* the datasets lie as [features…][rows]; set before they are opened, as what follows */
    fcnn_decode_rules rules; /* what the config says of decoding */
    bool may_be_classes;     /* they are targets */
    bool has_classes;        /* one column of an enumeration whose names are classes */
    const fcnn_classes *classes; /* borrowed: whose numbers are the values then; NULL: those of each file's own names */
} fcnn_columns;

/* Takes a list apart: items are separated by commas; [k] is one column, [a:b] those from a up to b−1, [a:] and [:b] as
 * in Python, without negative numbers.  A name in quotes is that of a dataset or member as it is.  The shapes are not
 * known yet, nor what "/p[1]" means where a dataset may have that name.  text is borrowed.
 * Fails: FCNN_ECONFIG, FCNN_ENOMEM. */
fcnn_status fcnn_columns_parse(const char *text, fcnn_columns *out);
void fcnn_columns_clear(fcnn_columns *columns);

/* Reads a range such as 0:12, 4: or :4; last is −1 where it is left open.  Fails: FCNN_ECONFIG. */
fcnn_status fcnn_columns_range(const char *text, int64_t *first, int64_t *last);

/* Settles what items mean that may be read in two ways, on the rank that has a file open: as what the file has.
 * The other ranks are told by share_meaning, which is collective.
 * Fails: FCNN_ECONFIG if the file has both, or there are no such columns; FCNN_ENOMEM. */
fcnn_status fcnn_columns_settle(fcnn_columns *columns, fcnn_hdf5_file *file);
fcnn_status fcnn_columns_share_meaning(fcnn_columns *columns, fcnn_comm *comm);

/* In another file the items must mean the same.  Fails: as above. */
fcnn_status fcnn_columns_settle_again(const fcnn_columns *columns, fcnn_hdf5_file *file);

/* Columns of a part whose shape is known. */
int64_t fcnn_column_part_width(const fcnn_column_part *part);

#endif
