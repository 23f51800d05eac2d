/* src/data/column_attributes.h — the names and units that a file has for columns of its datasets. */
#ifndef FCNN_DATA_COLUMN_ATTRIBUTES_H
#define FCNN_DATA_COLUMN_ATTRIBUTES_H

#include "data/classes.h"
#include "data/open_columns.h"

/* Finds them, for all columns that the file has.  A column's name is that of its member of records; else what an
 * attribute of the dataset (columns, names or column_names) says; else the last part of the dataset's name, with the
 * place in it, as in x[3], if it has several columns.  Its unit is what an attribute units or unit says.
 *   out  untouched on failure, and for columns beyond the limits of column_names.h
 * Fails: FCNN_ENOMEM. */
fcnn_status fcnn_column_attributes_find(const fcnn_open_columns *open, fcnn_column_names *out);

/* Finds the names of classes that a column of whole numbers counts: an attribute "classes" of the dataset, as
 * fcnn-import writes it, with all of them in sorted order.  out gets none if there is nothing such.
 * Fails: FCNN_ENOMEM. */
fcnn_status fcnn_column_attributes_classes(const fcnn_open_columns *open, fcnn_classes *out);

#endif
