/* src/data/column_attributes.h — names and units of columns, and class names, from the attributes of a file. Not
 * collective. */
#ifndef FCNN_DATA_COLUMN_ATTRIBUTES_H
#define FCNN_DATA_COLUMN_ATTRIBUTES_H

#include "data/classes.h"
#include "data/open_columns.h"

/* Finds the names and units of all columns in an open file. The name of a column is the name of its member of records;
 * otherwise the entry of an attribute of the dataset (columns, names or column_names); otherwise the last part of the
 * dataset's name, with the position if the dataset has several columns, as in x[3]. The unit is the entry of an
 * attribute units or unit.
 *   out  to be released by the caller; unchanged on failure, and if the columns exceed the limits of column_names.h
 * Fails: FCNN_ENOMEM. */
fcnn_status fcnn_column_attributes_find(const fcnn_open_columns *open, fcnn_column_names *out);

/* Finds the class names of a single column of whole numbers in the attribute "classes" of its dataset, which
 * fcnn-import writes. The attribute is used only if its names are sorted. Otherwise out is empty.
 * Fails: FCNN_ENOMEM. */
fcnn_status fcnn_column_attributes_classes(const fcnn_open_columns *open, fcnn_classes *out);

#endif
