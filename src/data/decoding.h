/* src/data/decoding.h — how the numbers that a dataset stores become values: scaled, unsigned, or missing, as what
 * stands beside them says (hdf5/conventions.h), and as the config does. */
#ifndef FCNN_DATA_DECODING_H
#define FCNN_DATA_DECODING_H

#include "core/text.h"
#include "data/classes.h"
#include "hdf5/conventions.h"

enum { FCNN_MISSING_VALUES_MOST = 64 /* that a config lists */ };

/* What a config says of it. */
typedef struct fcnn_decode_rules {
    bool as_stored; /* data.decode = no: nothing that stands beside the numbers counts */
    int count;      /* of data.missing_values */
    fcnn_hdf5_number missing_values[FCNN_MISSING_VALUES_MOST];
} fcnn_decode_rules;

/* A stored number with a meaning of its own. */
typedef struct fcnn_code {
    fcnn_hdf5_number number;
    bool fits;          /* the elements' type, of whole numbers, has it */
    uint64_t key;       /* then: its place in the order of the type's numbers */
    double real;        /* as a number of the elements' type */
    const char *origin; /* what says so; static */
    bool is_usual;      /* so common that only a value that is it is worth a word */
} fcnn_code;

typedef struct fcnn_named_value {
    uint64_t key;
    bool is_missing;
    int64_t number; /* of the class: at first that among the named values which are not missing */
} fcnn_named_value;

typedef struct fcnn_decoding {
    fcnn_type stored; /* as reading gives it, unsigned where _Unsigned says so */
    fcnn_type type;   /* that the values need */
    bool is_plain;    /* the values are what is stored */
    bool is_unsigned; /* as _Unsigned says */
    bool scales;
    double scale, offset;
    int64_t code_count;
    fcnn_code *codes; /* [code_count]: these are missing */
    bool has_least, has_most;
    fcnn_code least, most; /* what is below, or above, is missing */
    int64_t named_count;
    fcnn_named_value *named; /* [named_count], ascending; all else is missing; NULL: all numbers count */
    char **names;            /* [named_count] */
    bool is_boolean;         /* these are FALSE and TRUE, 0 and 1 */
    bool is_category;        /* a number is a place among categories, which are not read */
    fcnn_text remarks;       /* what could not be used, for people */
} fcnn_decoding;

/* Reads data.missing_values, as in "-999, 1e20"; "" is none.  Fails: FCNN_ECONFIG. */
fcnn_status fcnn_decode_rules_read(const char *missing_values, fcnn_decode_rules *out);

/* Finds how an open dataset is decoded.  *out is to be cleared, also on failure.
 * Fails: FCNN_EDATA for a scale_factor or add_offset that is not one finite number, and for values with a mask beside
 * them; as fcnn_hdf5_conventions_read(). */
fcnn_status fcnn_decoding_find(const fcnn_hdf5_dataset *dataset, const fcnn_decode_rules *rules, fcnn_decoding *out);
void fcnn_decoding_clear(fcnn_decoding *decoding);

/* Are the elements names of classes? */
bool fcnn_decoding_has_classes(const fcnn_decoding *decoding);

/* Adds these names, in the order of the values, behind those that are there already. */
fcnn_status fcnn_decoding_add_classes(const fcnn_decoding *decoding, fcnn_classes *classes);

/* From now on the value of a named element is the number of the class of that name. */
void fcnn_decoding_number_classes(fcnn_decoding *decoding, const fcnn_classes *classes);

/* The value of element i of an array as it is stored; NaN if it is missing; −1 for a class without a number.
 *   classes  the elements stand for classes: their numbers are wanted */
double fcnn_decoding_value(const fcnn_decoding *decoding, const void *stored, int64_t i, bool classes);

/* What element i is called; NULL if it has no name.  Borrowed. */
const char *fcnn_decoding_name(const fcnn_decoding *decoding, const void *stored, int64_t i);

/* Appends why element i is missing, such as "-32767, which _FillValue says is missing"; nothing if it is not. */
fcnn_status fcnn_decoding_explain(const fcnn_decoding *decoding, const void *stored, int64_t i, fcnn_text *out);

/* Appends what is done to the elements, such as "value*0.001 + 280, -32767 (_FillValue) is missing"; nothing where that
 * is nothing. */
fcnn_status fcnn_decoding_describe(const fcnn_decoding *decoding, bool classes, fcnn_text *out);

#endif
