/* src/data/columns.h — the columns of datasets that are the inputs, targets or weights: "/x", or a list such as
 * "/fields/state[0:12], /t[3], /table:temperature". Only share_meaning is collective. */
#ifndef FCNN_DATA_COLUMNS_H
#define FCNN_DATA_COLUMNS_H

#include "data/classes.h"
#include "data/column_names.h"
#include "data/column_orders.h"
#include "data/decoding.h"
#include "hdf5/dataset.h"

/* Contiguous columns of one dataset. Dimensions after the first are flattened to columns in C order. */
typedef struct fcnn_column_part {
    char *dataset;                 /* name, with ":member" for compound records, and with quotes where necessary */
    char *item;                    /* the item as given, if only the file determines its meaning; otherwise NULL */
    int64_t first, last;           /* columns first … last−1; last = −1: all further columns */
    fcnn_hdf5_info info;           /* of the first file; its number of rows is not used */
    int64_t all;                   /* number of columns of the dataset */
    char *decoded;                 /* how values of the first file are decoded, such as "value*0.1"; NULL: not at all */
    bool decoded_differs;          /* values of another file are decoded differently */
    bool takes_numbers;            /* an enumeration whose numbers are used, not its names */
    bool is_category;              /* numbers of categories, whose names are not read */
    fcnn_hdf5_unwritten unwritten; /* of the used rows of all files; its `first` is a row of one file */
    int64_t unwritten_place;       /* number of the file with the first unwritten row */
} fcnn_column_part;

typedef struct fcnn_columns {
    char *text; /* the list as given, for messages */
    int64_t count;
    fcnn_column_part *parts;   /* [count] */
    bool is_text;              /* a single column of strings */
    fcnn_type stored;          /* type in the files: that of all parts, or one that can represent all of them */
    bool stored_differs;       /* files have different types */
    fcnn_type type;            /* type in memory, for all files */
    bool is_integer;           /* values are whole numbers in the files and after decoding */
    int64_t width;             /* number of columns of all parts; of the selected ones if selected by name */
    fcnn_column_names names;   /* of the first file, or of the selected columns if selected by name; none if too many */
    fcnn_column_orders orders; /* positions of the columns in each file, if selected by name */
    bool by_columns; /* datasets are [features…][rows]. This and the following members are set before opening. */
    fcnn_decode_rules rules;     /* how the config says to decode */
    bool may_be_classes;         /* the columns are targets */
    bool has_classes;            /* a single column of an enumeration whose names are class names */
    const fcnn_classes *classes; /* borrowed: these number the values; NULL: the enumeration of each file does */
} fcnn_columns;

/* Parses a list. Commas separate items; [k] is one column, [a:b] are columns a to b−1, and [a:] and [:b] are as in
 * Python, without negative numbers. A name in quotes is taken literally. Shapes, and whether "/p[1]" is the name of a
 * dataset, are determined later, when a file is open. Copies the text. out is to be released with fcnn_columns_clear().
 * Fails: FCNN_ECONFIG, FCNN_ENOMEM. */
fcnn_status fcnn_columns_parse(const char *text, fcnn_columns *out);
void fcnn_columns_clear(fcnn_columns *columns);

/* Reads a range of rows such as 0:12, 4: or :4. *last is −1 if there is no upper limit. Fails: FCNN_ECONFIG. */
fcnn_status fcnn_columns_range(const char *text, int64_t *first, int64_t *last);

/* Resolves ambiguous items by the names that an open file contains. Only the rank that has the file open calls settle;
 * share_meaning, which is collective, sends the result to all other ranks.
 * Fails: FCNN_ECONFIG if the file contains several interpretations of an item, or an item is not a valid range;
 * FCNN_ENOMEM. */
fcnn_status fcnn_columns_settle(fcnn_columns *columns, fcnn_hdf5_file *file);
fcnn_status fcnn_columns_share_meaning(fcnn_columns *columns, fcnn_comm *comm);

/* Checks that the items have the same meaning in another file. Fails: as fcnn_columns_settle(). */
fcnn_status fcnn_columns_settle_again(const fcnn_columns *columns, fcnn_hdf5_file *file);

/* Returns the number of columns of a part whose shape is known. */
int64_t fcnn_column_part_width(const fcnn_column_part *part);

#endif
