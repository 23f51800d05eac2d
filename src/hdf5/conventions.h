/* src/hdf5/conventions.h — what stands beside the numbers of a dataset and says what they mean: attributes of the
 * CF conventions, fill values, marks that R, pandas and AnnData leave, names of enumerated values. */
#ifndef FCNN_HDF5_CONVENTIONS_H
#define FCNN_HDF5_CONVENTIONS_H

#include "hdf5/dataset.h"

enum {
    FCNN_HDF5_NUMBERS_MOST = 16,    /* of an attribute that are used */
    FCNN_HDF5_NAMED_MOST = 1 << 16, /* values of an enumeration */
};

/* A number of any numeric type. */
typedef struct fcnn_hdf5_number {
    double real;   /* the nearest */
    bool is_whole; /* it is −magnitude, or magnitude */
    bool is_negative;
    uint64_t magnitude;
} fcnn_hdf5_number;

/* What an attribute holds. */
typedef struct fcnn_hdf5_numbers {
    bool exists;
    int count; /* 0: no numbers, or more than FCNN_HDF5_NUMBERS_MOST */
    fcnn_hdf5_number values[FCNN_HDF5_NUMBERS_MOST];
} fcnn_hdf5_numbers;

/* A value of an enumeration. */
typedef struct fcnn_hdf5_named {
    char *name;
    fcnn_hdf5_number value;
} fcnn_hdf5_named;

typedef struct fcnn_hdf5_conventions {
    fcnn_hdf5_numbers scale_factor, add_offset, missing_value, fill_value, valid_min, valid_max, valid_range;
    bool is_unsigned; /* _Unsigned is true */
    bool has_fill;    /* the dataset was given a fill value, not only an attribute that tells of one */
    fcnn_hdf5_number fill;
    bool is_from_r;   /* rhdf5-NA.OK: the smallest number of a signed type is NA */
    bool is_category; /* codes of categories, of pandas or AnnData: −1 is none */
    bool has_mask;    /* values of AnnData that are missing where a dataset beside them, "mask", says so */
    int64_t named_count;
    fcnn_hdf5_named *named; /* [named_count]: the values of an enumeration, in their order; NULL: it is none */
} fcnn_hdf5_conventions;

fcnn_hdf5_number fcnn_hdf5_number_of(double real);

/* Reads it.  An attribute that is no list of numbers counts as none where a list is wanted.  *out is to be cleared,
 * also on failure.  Of strings nothing is found.
 * Fails: FCNN_EDATA for an enumeration whose names cannot be read; FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_conventions_read(const fcnn_hdf5_dataset *dataset, fcnn_hdf5_conventions *out);
void fcnn_hdf5_conventions_clear(fcnn_hdf5_conventions *conventions);

/* Rounds numbers as the floating-point type of the dataset's elements does: half precision has fewer digits than the
 * type in memory.  Of other elements they stay.  Fails: FCNN_EDATA. */
fcnn_status fcnn_hdf5_round_as_stored(const fcnn_hdf5_dataset *dataset, int64_t count, double *values);

#endif
