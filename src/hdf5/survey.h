/* src/hdf5/survey.h — a description of all datasets of an untrusted file for users: the type and shape of each, how it
 * is stored, or why it cannot be read.
 * Not collective; any thread may call any function, one at a time for one file. */
#ifndef FCNN_HDF5_SURVEY_H
#define FCNN_HDF5_SURVEY_H

#include "hdf5/file.h"

#define FCNN_HDF5_TABLES_MOST 200  /* largest number of datasets that are described */
#define FCNN_HDF5_MEMBERS_MOST 100 /* largest number of members of one dataset that are described */

typedef enum fcnn_hdf5_layout {
    FCNN_HDF5_CONTIGUOUS, /* in one block of bytes */
    FCNN_HDF5_COMPACT,    /* in the header of the dataset */
    FCNN_HDF5_CHUNKED
} fcnn_hdf5_layout;

/* A member of compound records. */
typedef struct fcnn_hdf5_member {
    char *name;
    char *type; /* type as text, or why the member cannot be read */
} fcnn_hdf5_member;

/* A dataset, or a link that is not followed.  Control characters in texts are replaced by '?', because they could
 * control the terminal. */
typedef struct fcnn_hdf5_table {
    char *name;    /* full name, such as "/group/x" */
    char *refusal; /* why it cannot be read, and the members below are empty; NULL: it, or its members, can be read */
    char *type;    /* type of the elements as stored and as read, such as "float64, big-endian" */
    fcnn_hdf5_info info; /* for records only the shape */
    bool is_records;
    bool is_slow_type;         /* floating-point numbers that HDF5 converts bit by bit */
    fcnn_hdf5_member *members; /* [member_count] */
    int64_t member_count;      /* number of members that are described */
    int64_t members_more;      /* number of members that are not described */
    char *units;               /* value of the attribute "units" or "unit"; NULL: none */
    fcnn_hdf5_layout layout;
    int64_t chunk[FCNN_HDF5_RANK_MAX]; /* [info.rank] shape of the chunks */
    char *filters;                     /* filters of the chunks, such as "shuffle, deflate 4"; NULL: none */
    bool is_packed;                    /* a chunk must be decompressed as a whole */
    int64_t element_bytes;             /* size of an element as stored */
    int64_t stored_bytes;              /* size of all elements in the file */
    int64_t absent_chunks;             /* number of chunks that were never written */
    int64_t chunks;                    /* number of chunks of the dataset */
} fcnn_hdf5_table;

typedef struct fcnn_hdf5_survey {
    fcnn_hdf5_table *tables;
    int64_t count, capacity;
    int64_t more;     /* number of further datasets, which are not described */
    bool is_complete; /* all groups were searched */
    int64_t bytes;    /* size of the file */
} fcnn_hdf5_survey;

/* Describes all datasets that hard links reach.  Datasets that fail a check of hdf5/check.h are not read, and no other
 * file is opened.
 *   out  to be released with fcnn_hdf5_survey_clear(), also on failure
 * Fails: FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_survey_make(fcnn_hdf5_file *file, fcnn_hdf5_survey *out);
void fcnn_hdf5_survey_clear(fcnn_hdf5_survey *survey);

#endif
