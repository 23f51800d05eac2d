/* src/data/decoding.h — how stored numbers are converted to values: scaled, unsigned, or missing, according to the
 * attributes of the dataset (hdf5/conventions.h) and the config. Not collective. A decoding that is no longer changed
 * may be used by several threads. */
#ifndef FCNN_DATA_DECODING_H
#define FCNN_DATA_DECODING_H

#include "core/text.h"
#include "data/classes.h"
#include "hdf5/conventions.h"

enum { FCNN_MISSING_VALUES_MOST = 64 /* maximum number of values in data.missing_values */ };

/* The decoding rules of a config. */
typedef struct fcnn_decode_rules {
    bool as_stored; /* data.decode = no: attributes are ignored */
    int count;      /* number of data.missing_values */
    fcnn_hdf5_number missing_values[FCNN_MISSING_VALUES_MOST];
} fcnn_decode_rules;

/* A stored number that means a missing value or a limit. */
typedef struct fcnn_code {
    fcnn_hdf5_number number;
    bool fits;          /* the elements are whole numbers, and their type can represent the number */
    uint64_t key;       /* if so: its position in the order of the type's numbers */
    double real;        /* the number as a floating-point number of the elements' type */
    const char *origin; /* the attribute or convention that defines it; static */
    bool is_usual;      /* common, so it is mentioned only for values that are equal to it */
} fcnn_code;

typedef struct fcnn_named_value {
    uint64_t key;
    bool is_missing;
    int64_t number; /* number of the class; at first, its number among the named values that are not missing */
} fcnn_named_value;

typedef struct fcnn_decoding {
    fcnn_type stored; /* as reading returns it; unsigned if _Unsigned says so */
    fcnn_type type;   /* type that can represent the values */
    bool is_plain;    /* values are the stored numbers */
    bool is_unsigned; /* according to _Unsigned */
    bool scales;
    double scale, offset;
    int64_t code_count;
    fcnn_code *codes; /* [code_count]: numbers that mean a missing value */
    bool has_least, has_most;
    fcnn_code least, most; /* numbers below least or above most mean a missing value */
    int64_t named_count;
    fcnn_named_value *named; /* [named_count], ascending; all else is missing; NULL: no enumeration */
    char **names;            /* [named_count] */
    bool is_boolean;         /* the names are FALSE and TRUE, for 0 and 1 */
    bool is_category;        /* values are numbers of categories, whose names are not read */
    fcnn_text remarks;       /* notes for the user about attributes that cannot be used */
} fcnn_decoding;

/* Reads data.missing_values, such as "-999, 1e20"; "" is an empty list. Fails: FCNN_ECONFIG. */
fcnn_status fcnn_decode_rules_read(const char *missing_values, fcnn_decode_rules *out);

/* Finds how an open dataset is decoded. The caller clears *out, also after a failure.
 * Fails: FCNN_EDATA for a scale_factor or add_offset that is not a single finite number, and for values with a mask
 * next to them; as fcnn_hdf5_conventions_read(). */
fcnn_status fcnn_decoding_find(const fcnn_hdf5_dataset *dataset, const fcnn_decode_rules *rules, fcnn_decoding *out);
void fcnn_decoding_clear(fcnn_decoding *decoding);

/* Returns whether the elements are class names. */
bool fcnn_decoding_has_classes(const fcnn_decoding *decoding);

/* Appends these names, in the order of the values, if they are new. Fails: as fcnn_classes_append(). */
fcnn_status fcnn_decoding_add_classes(const fcnn_decoding *decoding, fcnn_classes *classes);

/* Changes the value of each named element to the number of the class with this name. */
void fcnn_decoding_number_classes(fcnn_decoding *decoding, const fcnn_classes *classes);

/* Returns the value of element i of an array of stored elements; NaN if it is missing; −1 for a class without a number.
 *   classes  the values are class numbers */
double fcnn_decoding_value(const fcnn_decoding *decoding, const void *stored, int64_t i, bool classes);

/* Returns the name of element i, borrowed; NULL if it has no name. */
const char *fcnn_decoding_name(const fcnn_decoding *decoding, const void *stored, int64_t i);

/* Appends why element i is missing, such as "-32767, which is a missing value according to _FillValue"; nothing if it
 * is not missing. Fails: FCNN_ENOMEM. */
fcnn_status fcnn_decoding_explain(const fcnn_decoding *decoding, const void *stored, int64_t i, fcnn_text *out);

/* Appends how elements are decoded, such as "value*0.001 + 280, -32767 (_FillValue) is missing"; nothing if they are
 * not. Fails: FCNN_ENOMEM. */
fcnn_status fcnn_decoding_describe(const fcnn_decoding *decoding, bool classes, fcnn_text *out);

#endif
