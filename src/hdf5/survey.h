/* src/hdf5/survey.h — the datasets of a file from anyone, described for people: what reading makes of each,
 * how it is stored, or why it is not read. */
#ifndef FCNN_HDF5_SURVEY_H
#define FCNN_HDF5_SURVEY_H

#include "hdf5/file.h"

#define FCNN_HDF5_TABLES_MOST 200  /* of one survey */
#define FCNN_HDF5_MEMBERS_MOST 100 /* of one table of records */

typedef enum fcnn_hdf5_layout {
    FCNN_HDF5_CONTIGUOUS, /* one run of bytes */
    FCNN_HDF5_COMPACT,    /* the same beside its description */
    FCNN_HDF5_CHUNKED
} fcnn_hdf5_layout;

/* One member of records. */
typedef struct fcnn_hdf5_member {
    char *name;
    char *type; /* as that of a table; of one that is not read: why */
} fcnn_hdf5_member;

/* A dataset, or a link that is not followed.  In all texts '?' stands for control characters, which could command a
 * terminal. */
typedef struct fcnn_hdf5_table {
    char *name;          /* from the root on, "/group/x" */
    char *refusal;       /* why it is not read; NULL: it is, or its members are; all below is empty otherwise */
    char *type;          /* of the elements as stored, and what reading makes of them: "float64, big-endian" */
    fcnn_hdf5_info info; /* of records only the shape */
    bool is_records;
    bool is_slow_type; /* floating-point numbers that HDF5 converts bit by bit */
    fcnn_hdf5_member *members;
    int64_t member_count; /* how many of them are described */
    int64_t members_more; /* how many are not */
    char *units;          /* of an attribute "units" or "unit"; NULL: none */
    fcnn_hdf5_layout layout;
    int64_t chunk[FCNN_HDF5_RANK_MAX]; /* of chunked ones, [info.rank] */
    char *filters;                     /* of the chunks, "shuffle, deflate 4"; NULL: none */
    bool is_packed;                    /* one of them has to be undone for a whole chunk */
    int64_t element_bytes;             /* of an element as stored */
    int64_t stored_bytes;              /* what the elements take in the file */
    int64_t absent_chunks;             /* that were never written, of `chunks` */
    int64_t chunks;
} fcnn_hdf5_table;

typedef struct fcnn_hdf5_survey {
    fcnn_hdf5_table *tables;
    int64_t count, capacity;
    int64_t more;     /* datasets that were found beyond */
    bool is_complete; /* all groups were gone through */
    int64_t bytes;    /* of the file */
} fcnn_hdf5_survey;

/* Looks at all datasets behind hard links; none is opened that breaks a rule of hdf5/check.h, and no other file.
 * *out is to be cleared.  Fails: FCNN_ENOMEM. */
fcnn_status fcnn_hdf5_survey_make(fcnn_hdf5_file *file, fcnn_hdf5_survey *out);
void fcnn_hdf5_survey_clear(fcnn_hdf5_survey *survey);

#endif
