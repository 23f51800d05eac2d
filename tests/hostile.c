/* tests/hostile.c — HDF5 files that break one rule each. */
#include "formats.h"
#include "hostile.h"
#include "hostile_parts.h"

#include <hdf5.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *folder; /* where the files are made */
static int failures;
bool hostile_is_latest;
double hostile_x[HOSTILE_ROWS * HOSTILE_FEATURES];

void hostile_expect(hid_t result, const char *what)
{
    if (result < 0) {
        fprintf(stderr, "hostile: %s fails\n", what);
        failures++;
    }
}

const char *hostile_in_folder(const char *name)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* ---- all together ---- */

static const struct {
    void (*make)(hid_t file);
    void (*spoil)(const char *path); /* the finished file; NULL: it is bad as it is */
} makers[] = {
    {hostile_make_plain, NULL},
    {hostile_make_packed, NULL},
    {hostile_make_scaleoffset, NULL},
    {hostile_make_szip, NULL},
    {hostile_make_nbit, NULL},
    {hostile_make_soft, NULL},
    {hostile_make_soft_group, NULL},
    {hostile_make_external, NULL},
    {hostile_make_external_group, NULL},
    {hostile_make_made_up, NULL},
    {hostile_make_cycle, NULL},
    {hostile_make_names, NULL},
    {hostile_make_type, NULL},
    {hostile_make_raw, NULL},
    {hostile_make_virtual, NULL},
    {hostile_make_virtual_series, NULL},
    {hostile_make_filter, NULL},
    {hostile_make_sparse, NULL},
    {hostile_make_uncountable, NULL},
    {hostile_make_large_chunk, NULL},
    {hostile_make_hollow_chunk, NULL},
    {hostile_make_short_chunk, NULL},
    {hostile_make_long_chunk, NULL},
    {hostile_make_endless_chunk, NULL},
    {hostile_make_torn_chunk, NULL},
    {hostile_make_wide_integer, NULL},
    {hostile_make_wide_float, NULL},
    {hostile_make_vax, NULL},
    {hostile_make_wide_text, NULL},
    {hostile_make_plain, hostile_more_rows},
    {hostile_make_compact, hostile_more_rows},
    {hostile_make_plain, hostile_past_the_end},
    {hostile_make_plain, hostile_claim_all},
    {hostile_make_plain, hostile_many_dimensions},
    {hostile_make_plain, hostile_stray_exponent},
    {hostile_make_array, NULL},
    {hostile_make_array, hostile_array_claims},
    {hostile_make_array, hostile_array_of_none},
    {hostile_make_array_of_ranks, NULL},
    {hostile_make_deep_records, NULL},
};

const hostile_file hostile_files[] = {
    {"plain", "/x", NULL, false, false, false},
    {"packed", "/x", NULL, false, false, false},
    {"scaleoffset", "/x", NULL, false, false, false},
    {"szip", "/x", NULL, false, false, false},
    {"nbit", "/x", NULL, false, false, false},
    {"soft", "/x", "/x is a soft link to /inside, but only hard links are followed: use the name of the dataset itself",
     false, false, false},
    {"soft_group", "/soft/x", "/soft is a soft link to /inside, but", false, false, false},
    {"external", "/x", "/x is a link to another file, secret.h5, dataset /x: use that file, or", true, false, false},
    {"external_group", "/far/x", "/far is a link to another file, secret.h5, dataset /: use", true, false, false},
    {"made_up", "/x", "/x is a user-defined link", false, false, false},
    {"cycle", "/x", "there is no dataset /x; the file has /a/z [40][3], /loop/a/z [40][3]", false, false, false},
    {"names", "/x", "the file has \"/?[31mred?\" [40][3]", false, false, false},
    {"type", "/x", "dataset /x cannot be opened: ", false, false, false},
    {"raw", "/x", "the elements of dataset /x are in another file, ", true, false, false},
    {"virtual", "/x", "dataset /x is virtual (its elements are in other datasets): set data", true, false, false},
    {"virtual_series", "/x", "dataset /x is virtual", true, false, false},
    {"filter", "/x",
     "compressed by filter 32001, foreign, which HDF5 does not include, and fcnn loads no filters: decompress", false,
     false, false},
    {"sparse", "/x", "dataset /x has 17592186044416 bytes according to its shape, too many for a file of ", false,
     false, false},
    {"uncountable", "/x", "dataset /x has a shape of more than 2^63 bytes", false, false, false},
    {"large_chunk", "/x", "dataset /x has chunks of 2147483648 bytes, but at most 1073741824 can be read", false, false,
     false},
    {"hollow_chunk", "/x", "dataset /x has 536870912 bytes according to its shape, too many for a file", false, false,
     false},
    {"short_chunk", "/x",
     "dataset /x cannot be read: a chunk has 952 bytes after decompression, but its shape requires 960", false, true,
     false},
    {"long_chunk", "/x",
     "dataset /x cannot be read: a chunk has 968 bytes after decompression, but its shape requires 960", false, true,
     false},
    {"endless_chunk", "/x", "dataset /x cannot be read: a chunk cannot be decompressed: the file is damaged", false,
     true, false},
    {"torn_chunk", "/x", "dataset /x cannot be read: a chunk cannot be decompressed: the file is damaged", false, true,
     false},
    {"wide_integer", "/x", "has elements of an invalid type", false, false, false},
    {"wide_float", "/x", "has elements of an invalid type", false, false, false},
    {"vax", "/x", "has elements of an invalid type", false, false, false},
    {"wide_text", "/x", "has elements of an invalid type, or of more than 33554432 bytes", false, false, false},
    {"more_rows", "/x", "dataset /x has 96000 bytes according to its shape, but the file has 960 for it, at byte",
     false, false, true},
    {"more_compact_rows", "/x",
     "dataset /x has 96000 bytes according to its shape, but the file has 960 for it, at byte 0", false, false, true},
    {"past_the_end", "/x",
     "dataset /x has 960 bytes according to its shape, but the file has 960 for it, at byte 1048576", false, false,
     true},
    {"claim_all", "/x", "dataset /x has 26388279066624 bytes according to its shape", false, false, true},
    {"many_dimensions", "/x", "dataset /x cannot be opened: ", false, false, false},
    {"stray_exponent", "/x", "has elements of an invalid type", false, false, true},
    {"array", "/x", NULL, false, false, false},
    {"array_claims", "/x", "has elements of an invalid type", false, false, true},
    {"array_of_none", "/x", "has elements of an invalid type", false, false, true},
    {"array_of_ranks", "/x", "has 34 dimensions, including those of its arrays, but at most 32 are supported", false,
     false, false},
    {"deep_records", "/x", "has elements of an invalid type", false, false, false},
};

const size_t hostile_count = sizeof hostile_files / sizeof *hostile_files;

_Static_assert(sizeof makers / sizeof *makers == sizeof hostile_files / sizeof *hostile_files, "each is made");

static void make_secrets(void)
{
    const hid_t file = formats_create(hostile_in_folder("secret.h5"), hostile_is_latest);
    hostile_expect(file, "secret.h5");
    hostile_put_chunked(file, HOSTILE_ROWS, HOSTILE_FEATURES, HOSTILE_ROWS, HOSTILE_FEATURES, hostile_x);
    H5Fclose(file);
    FILE *raw = fopen(hostile_in_folder("secret.raw"), "wb");
    hostile_expect(raw == NULL ? -1 : 0, "secret.raw");
    if (raw != NULL) {
        for (size_t i = 0; i < sizeof hostile_x / sizeof *hostile_x; i++) {
            uint64_t bits;
            unsigned char stored[sizeof bits];
            memcpy(&bits, &hostile_x[i], sizeof bits);
            formats_store(stored, bits, sizeof stored);
            fwrite(stored, sizeof stored, 1, raw);
        }
        fclose(raw);
    }
}

int hostile_make(const char *where, bool latest)
{
    folder = where;
    hostile_is_latest = latest;
    failures = 0;
    for (int i = 0; i < HOSTILE_ROWS * HOSTILE_FEATURES; i++) {
        hostile_x[i] = i / HOSTILE_FEATURES % 3 + 0.25 * (i % HOSTILE_FEATURES) + 0.01 * i;
    }
    make_secrets();
    for (size_t i = 0; i < hostile_count; i++) {
        char path[4096], name[64];
        const hsize_t rows = HOSTILE_ROWS;
        const int32_t labels[HOSTILE_ROWS] = {0, 1};
        snprintf(name, sizeof name, "%s.h5", hostile_files[i].name);
        snprintf(path, sizeof path, "%s", hostile_in_folder(name));
        const hid_t file = formats_create(path, hostile_is_latest);
        const hid_t space = H5Screate_simple(1, &rows, NULL);
        const hid_t targets = H5Dcreate2(file, "/y", H5T_STD_I32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        hostile_expect(H5Dwrite(targets, H5T_NATIVE_INT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, labels), path);
        H5Dclose(targets);
        H5Sclose(space);
        makers[i].make(file);
        hostile_expect(H5Fclose(file), path);
        if (makers[i].spoil != NULL) {
            makers[i].spoil(path);
        }
    }
    return failures;
}
