/* src/data/columns.h — which columns of which datasets make the inputs, or the targets: "/x", or a list such as
 * "/fields/state[0:12], /t[3], /table:temperature". */
#ifndef FCNN_DATA_COLUMNS_H
#define FCNN_DATA_COLUMNS_H

#include "data/classes.h"
#include "data/column_names.h"
#include "data/column_orders.h"
#include "data/decoding.h"
#include "hdf5/file.h"

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
    fcnn_column_part *parts;     /* [count] */
    bool is_text;                /* one column of strings */
    fcnn_type stored;            /* in the files: that of all parts, or one that holds them all */
    bool stored_differs;         /* files do */
    fcnn_type type;              /* in memory, of all files */
    bool is_integer;             /* whole numbers are stored, and no factor makes others of them */
    int64_t width;               /* columns of all parts; by name, of those that are wanted */
    fcnn_column_names names;     /* of the first file, where there are not too many; by name, the wanted ones */
    fcnn_column_orders orders;   /* by name: where they stand in each file */
    fcnn_decode_rules rules;     /* what the config says of decoding; set before describe */
    bool may_be_classes;         /* they are targets; set before describe */
    bool has_classes;            /* one column of an enumeration whose names are classes */
    const fcnn_classes *classes; /* borrowed: whose numbers are the values then; NULL: those of each file's own names */
} fcnn_columns;

/* What one file has of a part. */
typedef struct fcnn_part_in_file {
    fcnn_hdf5_info info;
    fcnn_decoding decoding;
} fcnn_part_in_file;

/* How the columns lie in one open file. */
typedef struct fcnn_columns_in_file {
    const char *path;         /* borrowed */
    int64_t count;            /* 0: nothing is read by it */
    fcnn_part_in_file *parts; /* [count] */
    const int64_t *order; /* [columns wanted]: the place of each in this file; NULL: they stand as they are wanted */
    fcnn_columns all;     /* where there is an order: the columns of this file, of which it tells */
} fcnn_columns_in_file;

/* Takes a list apart: items are separated by commas; [k] is one column, [a:b] those from a up to b−1, [a:] and [:b] as
 * in Python, without negative numbers.  A name in quotes is that of a dataset or member as it is.  The shapes are not
 * known yet, nor what "/p[1]" means where a dataset may have that name.  text is borrowed.
 * Fails: FCNN_ECONFIG, FCNN_ENOMEM. */
fcnn_status fcnn_columns_parse(const char *text, fcnn_columns *out);
void fcnn_columns_clear(fcnn_columns *columns);

/* Reads a range such as 0:12, 4: or :4; last is −1 where it is left open.  Fails: FCNN_ECONFIG. */
fcnn_status fcnn_columns_range(const char *text, int64_t *first, int64_t *last);

/* Settles what items mean that may be read in two ways, on the rank that has a file open: as what the file has.
 * Describe does so.  The other ranks are told by share_meaning, which is collective.
 * Fails: FCNN_ECONFIG if the file has both, or there are no such columns; FCNN_ENOMEM. */
fcnn_status fcnn_columns_settle(fcnn_columns *columns, fcnn_hdf5_file *file, const char *path);
fcnn_status fcnn_columns_share_meaning(fcnn_columns *columns, fcnn_comm *comm);

/* In another file the items must mean the same.  Compare looks.  Fails: as above. */
fcnn_status fcnn_columns_settle_again(const fcnn_columns *columns, fcnn_hdf5_file *file, const char *path);

/* Columns of a part whose shape is known. */
int64_t fcnn_column_part_width(const fcnn_column_part *part);

/* Reads the shapes from a file, what it calls the columns, and how they are decoded; rows is set to the number of rows,
 * which is the same in all parts.
 *   by_columns  the datasets lie as [features…][rows]
 * Fails: FCNN_EDATA if a dataset is missing, has no such columns or no rows, or if the rows differ;
 * FCNN_ENOMEM. */
fcnn_status fcnn_columns_describe(fcnn_columns *columns, fcnn_hdf5_file *file, const char *path, bool by_columns,
                                  int64_t *rows);

/* Appends what is done to the values, "/t: value*0.1, -1 (_FillValue) is missing", a line for each part to which
 * something is done.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_columns_say_decoded(const fcnn_columns *columns, fcnn_text *out);

/* Warns of numbers that stand for names which other files may number in another way. */
void fcnn_columns_warn_of_names(const fcnn_columns *columns, const char *path);

/* Sets *rows to the most rows that one of the datasets has in a file: one with 0 of them adds nothing to others.
 * Fails: FCNN_EDATA if a dataset is missing or cannot be described. */
fcnn_status fcnn_columns_count_rows(const fcnn_columns *columns, fcnn_hdf5_file *file, bool by_columns, int64_t *rows);

/* The same as describe for another file: other is what it has, and borrows from columns.  It is to be cleared, also on
 * failure.  Fails: as describe, and where only one of the files has strings. */
fcnn_status fcnn_columns_describe_other(const fcnn_columns *columns, fcnn_hdf5_file *file, const char *path,
                                        bool by_columns, fcnn_columns *other, int64_t *rows);
void fcnn_columns_clear_other(fcnn_columns *other);

/* Takes the types of such a file, and finds how it is decoded: the type in memory becomes one that holds its values,
 * too.  Fails: as describe. */
fcnn_status fcnn_columns_join_types(fcnn_columns *columns, const fcnn_columns *other, fcnn_hdf5_file *file,
                                    const char *path);

/* The first part of which another file has another number of columns; −1: there is none. */
int64_t fcnn_columns_find_other_part(const fcnn_columns *columns, const fcnn_columns *other);

/* Only the rows of such a part may differ: FCNN_EDATA. */
fcnn_status fcnn_columns_fail_other_part(const fcnn_columns *columns, const fcnn_columns *other, int64_t part,
                                         const char *path);

/* Looks at a file that has passed these, for fcnn_columns_read(): each has its own way to store what it has.
 *   place  of the file in the list
 *   path   borrowed, as columns are
 *   out    to be cleared, also on failure; columns of strings leave it empty
 * Not collective, whatever the file.  Fails: FCNN_EDATA, FCNN_ENOMEM. */
fcnn_status fcnn_columns_look(const fcnn_columns *columns, fcnn_hdf5_file *file, int64_t place, const char *path,
                              bool by_columns, fcnn_columns_in_file *out);
void fcnn_columns_in_file_clear(fcnn_columns_in_file *here);

/* Reads rows first … first+count−1 of a file.
 *   here  what fcnn_columns_look() has found there
 *   out   [count][width]  caller-owned, of columns->type; NaN for what is missing
 * Fails: FCNN_EDATA, also for the name of a class that there is not, FCNN_ENOMEM. */
fcnn_status fcnn_columns_read(const fcnn_columns *columns, fcnn_hdf5_file *file, const fcnn_columns_in_file *here,
                              bool by_columns, int64_t first, int64_t count, void *out);

/* Appends why a value is missing, such as "-32767, which _FillValue says is missing"; nothing where NaN is stored.
 * Fails as read. */
fcnn_status fcnn_columns_explain(const fcnn_columns *columns, fcnn_hdf5_file *file, const fcnn_columns_in_file *here,
                                 bool by_columns, int64_t row, int64_t column, fcnn_text *out);

#endif
