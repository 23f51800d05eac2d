/* tests/hostile_parts.h — what the files hostile*.c share: the makers of the files, and what spoils finished ones. */
#ifndef FCNN_TESTS_HOSTILE_PARTS_H
#define FCNN_TESTS_HOSTILE_PARTS_H

#include <hdf5.h>

#include <stdbool.h>

enum { HOSTILE_ROWS = 40, HOSTILE_FEATURES = 3, HOSTILE_BYTES = HOSTILE_ROWS * HOSTILE_FEATURES * 8 };

extern double hostile_x[HOSTILE_ROWS * HOSTILE_FEATURES]; /* the values of /x */
extern bool hostile_is_latest;                            /* the format that files are made in */

/* Counts a failure, and says of what, if a result is negative. */
void hostile_expect(hid_t result, const char *what);

/* The path of a name in the folder of the files; borrowed until the next call. */
const char *hostile_in_folder(const char *name);

/* Makes /x in chunks, of which nothing (values NULL) or all is written. */
void hostile_put_chunked(hid_t file, hsize_t rows, hsize_t features, hsize_t chunk_rows, hsize_t chunk_features,
                         const double *values);

/* Put what is wrong into an open file (hostile_makers.c). */
void hostile_make_soft(hid_t file);
void hostile_make_soft_group(hid_t file);
void hostile_make_external(hid_t file);
void hostile_make_external_group(hid_t file);
void hostile_make_made_up(hid_t file);
void hostile_make_cycle(hid_t file);
void hostile_make_names(hid_t file);
void hostile_make_type(hid_t file);
void hostile_make_raw(hid_t file);
void hostile_make_virtual(hid_t file);
void hostile_make_virtual_series(hid_t file);
void hostile_make_filter(hid_t file);
void hostile_make_packed(hid_t file);
void hostile_make_short_chunk(hid_t file);
void hostile_make_long_chunk(hid_t file);
void hostile_make_endless_chunk(hid_t file);
void hostile_make_torn_chunk(hid_t file);
void hostile_make_scaleoffset(hid_t file);
void hostile_make_szip(hid_t file);
void hostile_make_nbit(hid_t file);
void hostile_make_plain(hid_t file);
void hostile_make_sparse(hid_t file);
void hostile_make_uncountable(hid_t file);
void hostile_make_large_chunk(hid_t file);
void hostile_make_hollow_chunk(hid_t file);
void hostile_make_compact(hid_t file);
void hostile_make_wide_integer(hid_t file);
void hostile_make_wide_float(hid_t file);
void hostile_make_vax(hid_t file);
void hostile_make_wide_text(hid_t file);
void hostile_make_array(hid_t file);
void hostile_make_array_of_ranks(hid_t file);
void hostile_make_deep_records(hid_t file);

/* Change the bytes of a finished file, and the checksums over them (hostile_bytes.c). */
void hostile_more_rows(const char *path);
void hostile_past_the_end(const char *path);
void hostile_claim_all(const char *path);
void hostile_many_dimensions(const char *path);
void hostile_stray_exponent(const char *path);
void hostile_array_claims(const char *path);
void hostile_array_of_none(const char *path);

#endif
