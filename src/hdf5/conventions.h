/* src/hdf5/conventions.h — metadata that defines the meaning of the numbers of a dataset: attributes of the CF
 * conventions, fill values, marks of R, pandas and AnnData, names of enumerated values (docs/data.md).
 * Not collective.  Any thread may call any function, one at a time for one dataset. */
#ifndef FCNN_HDF5_CONVENTIONS_H
#define FCNN_HDF5_CONVENTIONS_H

#include "hdf5/dataset.h"

enum {
    FCNN_HDF5_NUMBERS_MOST = 16,    /* largest number of values of an attribute */
    FCNN_HDF5_NAMED_MOST = 1 << 16, /* largest number of values of an enumeration */
};

/* A number of any numeric type. */
typedef struct fcnn_hdf5_number {
    double real;   /* the nearest double */
    bool is_whole; /* the number is exactly magnitude, or −magnitude if is_negative */
    bool is_negative;
    uint64_t magnitude;
} fcnn_hdf5_number;

/* The values of a numeric attribute. */
typedef struct fcnn_hdf5_numbers {
    bool exists;
    int count; /* number of values; 0: they are not numbers, or more than FCNN_HDF5_NUMBERS_MOST */
    fcnn_hdf5_number values[FCNN_HDF5_NUMBERS_MOST];
} fcnn_hdf5_numbers;

/* A value of an enumeration. */
typedef struct fcnn_hdf5_named {
    char *name;
    fcnn_hdf5_number value;
} fcnn_hdf5_named;

typedef struct fcnn_hdf5_conventions {
    fcnn_hdf5_numbers scale_factor, add_offset, missing_value, fill_value, valid_min, valid_max, valid_range;
    bool is_unsigned; /* the attribute _Unsigned is true */
    bool has_fill;    /* the dataset itself has a user-defined fill value, not only an attribute */
    fcnn_hdf5_number fill;
    bool is_from_r;   /* attribute rhdf5-NA.OK: the smallest number of a signed type is NA */
    bool is_category; /* codes of categories of pandas or AnnData; −1 is missing */
    bool has_mask;    /* values of AnnData that are missing where the dataset "mask" of their group is true */
    int64_t named_count;
    fcnn_hdf5_named *named; /* [named_count] values of the enumeration in their order; NULL: not an enumeration */
} fcnn_hdf5_conventions;

/* Converts a double. */
fcnn_hdf5_number fcnn_hdf5_number_of(double real);

/* Reads the metadata of a dataset.  Attributes of a wrong type are ignored.  For datasets of strings nothing is read.
 *   out  to be released with fcnn_hdf5_conventions_clear(), also on failure
 * Fails: FCNN_EDATA if the names of an enumeration cannot be read; FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_conventions_read(const fcnn_hdf5_dataset *dataset, fcnn_hdf5_conventions *out);
void fcnn_hdf5_conventions_clear(fcnn_hdf5_conventions *conventions);

/* Rounds values [count] to the floating-point type of the elements in the file, which may have fewer digits than the
 * type in memory (half precision).  For other types of elements the values are unchanged.  Fails: FCNN_EDATA. */
fcnn_status fcnn_hdf5_round_as_stored(const fcnn_hdf5_dataset *dataset, int64_t count, double *values);

#endif
