/* tests/test_hdf5_check.c — files from anyone: each rule refuses the file that breaks it, and nothing stays open. */
#include "formats.h"
#include "harness.h"
#include "hdf5_files.h"
#include "read_once.h"
#include "hostile.h"

#include "core/memory_limit.h"
#include "hdf5/check.h"
#include "hdf5/check_dense.h"
#include "hdf5/image.h"
#include "hdf5/survey.h"

#include <hdf5.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_latest; /* the format of the files that are looked at */

/* The folder of the hostile files; made at the first call. */
static const char *folder(void)
{
    static char paths[2][1024];
    char *path = paths[is_latest];
    if (path[0] == '\0') {
        snprintf(path, sizeof paths[0], "%s", harness_path(is_latest ? "latest" : "hostile"));
        CU_ASSERT_EQUAL_FATAL(mkdir(path, 0700), 0);
        CU_ASSERT_EQUAL_FATAL(hostile_make(path, is_latest), 0);
    }
    return path;
}

static const char *hostile_path(const char *name)
{
    static char path[2048];
    snprintf(path, sizeof path, "%s/%s.h5", folder(), name);
    return path;
}

/* HDF5 counts what belongs to files; of all else the numbers rise, so that those of a time can be tried. */
typedef struct ids {
    hid_t space, type, list;
} ids;

static ids next_ids(void)
{
    const ids next = {H5Screate(H5S_SCALAR), H5Tcopy(H5T_NATIVE_INT), H5Pcreate(H5P_DATASET_CREATE)};
    H5Sclose(next.space);
    H5Tclose(next.type);
    H5Pclose(next.list);
    return next;
}

static int count_valid(hid_t first, hid_t last)
{
    int count = 0;
    for (hid_t id = first; id < last; id++) {
        count += H5Iis_valid(id) > 0;
    }
    return count;
}

/* How many ids made since then are open. */
static int count_open(ids since)
{
    const ids now = next_ids();
    return (int)H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL) + count_valid(since.space, now.space) +
           count_valid(since.type, now.type) + count_valid(since.list, now.list);
}

/* Describes the file: the dataset that breaks the rule is refused, the other one is not. */
static void survey_hostile(fcnn_hdf5_file *file, const hostile_file *hostile)
{
    fcnn_hdf5_survey survey;
    bool has_targets = false;
    HARNESS_OK(fcnn_hdf5_survey_make(file, &survey));
    CU_ASSERT_TRUE(survey.is_complete);
    for (int64_t i = 0; i < survey.count; i++) {
        const fcnn_hdf5_table *table = &survey.tables[i];
        if (strcmp(table->name, hostile->dataset) == 0) {
            CU_ASSERT_EQUAL(table->refusal != NULL, hostile->words != NULL && !hostile->is_packed);
            CU_ASSERT(table->refusal != NULL || (table->info.rank == 2 && table->element_bytes > 0));
        }
        has_targets = has_targets || (strcmp(table->name, "/y") == 0 && table->refusal == NULL);
    }
    CU_ASSERT_TRUE(has_targets);
    fcnn_hdf5_survey_clear(&survey);
}

/* Reads what the file breaks its rule with, in each way that there is. */
static void read_hostile(const hostile_file *hostile, bool allow)
{
    const fcnn_status expected = hostile->words == NULL || (allow && hostile->is_outside) ? FCNN_OK : FCNN_EDATA;
    fcnn_hdf5_info info = {0};
    double values[200];
    char *text;
    int64_t budget;
    fcnn_hdf5_file *file = hdf5_files_open(hostile_path(hostile->name));
    fcnn_hdf5_allow_external(file, allow);
    const fcnn_status described = hostile->is_packed ? FCNN_OK : expected;
    HARNESS_STATUS(fcnn_hdf5_describe(file, hostile->dataset, &info), described);
    if (described == FCNN_OK) {
        CU_ASSERT(info.rank == 2 && info.dims[0] == 40 && info.dims[1] == 3);
    }
    HARNESS_STATUS(fcnn_hdf5_read_rows(file, hostile->dataset, 0, 40, values), expected);
    if (expected != FCNN_OK) {
        CU_ASSERT(strstr(fcnn_error_text(), hostile->words) != NULL ||
                  (hostile->is_found && strstr(fcnn_error_text(), HOSTILE_REFUSED_BY_HDF5) != NULL));
        HARNESS_ERROR_HAS(hostile_path(hostile->name));
    }
    if (expected == FCNN_OK && info.type == FCNN_TYPE_FLOAT64) {
        CU_ASSERT_DOUBLE_EQUAL(values[119], 0.5 + 1.19, 1e-12);
    } else if (expected == FCNN_OK) {
        CU_ASSERT_EQUAL(((const int32_t *)(const void *)values)[119], 1);
    }
    HARNESS_STATUS(read_once_columns(file, hostile->dataset, 0, 1, values), expected);
    if (!allow) { /* no model lies in other files, and none is described */
        survey_hostile(file, hostile);
        budget = fcnn_hdf5_bytes(file);
        HARNESS_STATUS(fcnn_hdf5_describe_whole(file, hostile->dataset, &budget, &info), described);
    }
    HARNESS_STATUS(fcnn_hdf5_read_text(file, hostile->dataset, 100, &text), FCNN_EDATA);
    HARNESS_STATUS(fcnn_hdf5_read_text_attribute(file, hostile->dataset, "units", 100, &text), FCNN_EDATA);
    HARNESS_STATUS(fcnn_hdf5_describe(file, "/missing", &info), FCNN_EDATA);
    HARNESS_ERROR_HAS("there is no dataset /missing; the file has ");
    CU_ASSERT_PTR_NULL(strstr(fcnn_error_text(), "/far/"));
    CU_ASSERT_EQUAL(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 1); /* closing closes all */
    fcnn_hdf5_close(file);
}

static void expect_rules(bool latest)
{
    is_latest = latest;
    const char *path = folder();
    CU_ASSERT_PTR_NOT_NULL(path);
    for (size_t i = 0; i < hostile_count; i++) {
        for (int allow = 0; allow < 2; allow++) {
            const ids before = next_ids();
            read_hostile(&hostile_files[i], allow != 0);
            if (count_open(before) != 0) {
                fprintf(stderr, "%s: something stays open\n", hostile_files[i].name);
                CU_FAIL("ids");
            }
        }
    }
    is_latest = false;
}

static void each_rule_refuses_what_breaks_it(void)
{
    expect_rules(false);
}

static void the_same_in_the_newest_format(void)
{
    expect_rules(true);
}

/* ---- groups ---- */

#define DAMAGED "the links of a group, or the attributes of an object, cannot be read: the file is damaged"

/* What is put where, from the signature of a part of a group on. */
typedef struct spoil {
    const char *signature;
    long offset;
    uint64_t number;
    int bytes;
} spoil;

/* Spoils the n-th part of that signature; false if there are no more. */
static bool spoil_part(const char *from, const char *to, const spoil *how, int n)
{
    static char content[1 << 20];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    const size_t length = fread(content, 1, sizeof content, in);
    char *place = content;
    for (int i = 0; i <= n && place != NULL; i++) {
        place = memmem(place + (i > 0), length - (size_t)(place - content) - (i > 0), how->signature, 4);
    }
    if (place != NULL) {
        formats_store(place + how->offset, how->number, (size_t)how->bytes);
        fwrite(content, 1, length, out);
    }
    fclose(in);
    fclose(out);
    return place != NULL;
}

/* What a file says of its groups that is not so is not believed, in the root and below. */
static void groups_are_within_bounds(void)
{
    static const spoil ways[] = {
        {"SNOD", 8, 1 << 20, 8},           /* the offset of a name */
        {"SNOD", 8 + 40 + 24, 1 << 20, 4}, /* of a soft link's text, the second entry */
        {"SNOD", 6, 60000, 2},             /* entries */
        {"HEAP", 8, 1ULL << 40, 8},        /* bytes of names */
        {"HEAP", 24, 1ULL << 40, 8},       /* where they are */
        {"TREE", 24, 1 << 20, 8},          /* the offset of a key */
        {"TREE", 32, 1ULL << 40, 8},       /* a child */
        {"TREE", 5, 9, 1},                 /* the level: nodes of the table for trees */
    };
    char good[1024], bad[1024];
    snprintf(good, sizeof good, "%s", harness_path("groups.h5"));
    snprintf(bad, sizeof bad, "%s", harness_path("spoilt.h5"));
    const hid_t made = formats_create(good, false);
    const hid_t group = H5Gcreate2(made, "/g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t space = H5Screate_simple(1, (hsize_t[]){3}, NULL);
    H5Lcreate_soft("/g/x", made, "/soft", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/g/x", group, "soft", H5P_DEFAULT, H5P_DEFAULT);
    H5Dclose(H5Dcreate2(group, "a", H5T_NATIVE_INT, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Sclose(space);
    H5Gclose(group);
    H5Fclose(made);
    fcnn_hdf5_file *file = hdf5_files_open(good);
    fcnn_hdf5_info info;
    HARNESS_OK(fcnn_hdf5_describe(file, "/g/a", &info));
    fcnn_hdf5_close(file);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        int parts = 0;
        for (; spoil_part(good, bad, &ways[i], parts); parts++) {
            fcnn_status status = fcnn_hdf5_open(bad, &file);
            if (status == FCNN_OK) {
                status = fcnn_hdf5_describe(file, "/g/a", &info);
                fcnn_hdf5_close(file);
            }
            CU_ASSERT_EQUAL(status, FCNN_EDATA);
            HARNESS_ERROR_HAS(DAMAGED);
        }
        CU_ASSERT_EQUAL(parts, 2); /* the root and /g */
    }
}

/* A group with so many links and attributes that they lie in heaps with indexes, and one with few. */
static void make_newer_groups(const char *path)
{
    enum { LINKS = 300, ATTRIBUTES = 20 };
    const hid_t made = formats_create(path, true), space = H5Screate(H5S_SCALAR);
    const hid_t many = H5Gcreate2(made, "/g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t few = H5Gcreate2(made, "/c", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    char name[64];
    H5Dclose(H5Dcreate2(many, "a", H5T_NATIVE_INT, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    for (int i = 0; i < LINKS; i++) {
        snprintf(name, sizeof name, "a link with a long name, of number %d", i);
        H5Lcreate_hard(many, "a", many, name, H5P_DEFAULT, H5P_DEFAULT);
    }
    for (int i = 0; i < ATTRIBUTES; i++) {
        snprintf(name, sizeof name, "attribute %d", i);
        H5Aclose(H5Acreate2(many, name, H5T_NATIVE_INT, space, H5P_DEFAULT, H5P_DEFAULT));
    }
    H5Lcreate_hard(many, "a", few, "few_links", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/g/a", few, "soft", H5P_DEFAULT, H5P_DEFAULT);
    H5Gclose(few);
    H5Gclose(many);
    H5Sclose(space);
    H5Fclose(made);
}

/* The same in newer formats.  What is spoilt is found before HDF5 could look at a checksum. */
static void newer_groups_are_within_bounds(void)
{
    static const struct {
        const char *dataset;
        int least;     /* how many parts of the kind there are */
        bool is_first; /* it is spoilt of the first one only */
        spoil how;
    } ways[] = {
        {"/g/a", 2, false, {"BTHD", 24, 60000, 2}},      /* records of the root node */
        {"/g/a", 2, false, {"BTHD", 26, 3, 8}},          /* of the whole tree: too few */
        {"/g/a", 2, false, {"BTHD", 26, 1 << 20, 8}},    /* too many */
        {"/g/a", 2, false, {"BTHD", 10, 0, 2}},          /* bytes of a record */
        {"/g/a", 2, false, {"BTHD", 6, 1, 4}},           /* of a node */
        {"/g/a", 2, false, {"BTHD", 12, 200, 2}},        /* depth */
        {"/g/a", 2, false, {"BTHD", 16, 1ULL << 40, 8}}, /* the root node */
        {"/g/a", 1, false, {"BTIN", 5, 9, 1}},           /* what the index is of */
        {"/g/a", 2, false, {"BTLF", 5, 9, 1}},
        {"/g/a", 2, false, {"BTLF", 11, 0xFFFFFF, 3}},    /* where an object is */
        {"/g/a", 2, false, {"FRHP", 5, 200, 2}},          /* bytes of such a place */
        {"/g/a", 2, false, {"FRHP", 110, 3, 2}},          /* blocks of a row */
        {"/g/a", 2, false, {"FRHP", 112, 0, 8}},          /* bytes of the first blocks */
        {"/g/a", 2, false, {"FRHP", 120, 1ULL << 50, 8}}, /* of the largest */
        {"/g/a", 2, false, {"FRHP", 128, 200, 2}},        /* bits of an offset */
        {"/g/a", 2, false, {"FRHP", 132, 1ULL << 40, 8}}, /* the root block */
        {"/g/a", 2, false, {"FRHP", 140, 5000, 2}},       /* its rows */
        {"/g/a", 1, false, {"FHIB", 4, 9, 1}},
        {"/g/a", 2, false, {"FHDB", 4, 9, 1}},
        {"/g/a", 1, true, {" 299", -36, 3, 1}},          /* the name of a link has a length of 8 bytes */
        {"/c/few_links", 1, true, {"few_", -1, 200, 1}}, /* in the header of a group */
    };
    char good[1024], bad[1024];
    snprintf(good, sizeof good, "%s", harness_path("newer.h5"));
    snprintf(bad, sizeof bad, "%s", harness_path("newer_spoilt.h5"));
    make_newer_groups(good);
    fcnn_hdf5_info info;
    fcnn_hdf5_file *file = hdf5_files_open(good);
    HARNESS_OK(fcnn_hdf5_describe(file, "/g/a", &info));
    HARNESS_OK(fcnn_hdf5_describe(file, "/g/a link with a long name, of number 299", &info));
    HARNESS_OK(fcnn_hdf5_describe(file, "/c/few_links", &info));
    fcnn_hdf5_close(file);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        int parts = 0;
        for (; !(ways[i].is_first && parts == 1) && spoil_part(good, bad, &ways[i].how, parts); parts++) {
            file = hdf5_files_open(bad);
            HARNESS_STATUS(fcnn_hdf5_describe(file, ways[i].dataset, &info), FCNN_EDATA);
            HARNESS_ERROR_HAS(DAMAGED);
            fcnn_hdf5_close(file);
        }
        CU_ASSERT(parts >= (ways[i].is_first ? 1 : ways[i].least));
    }
}

/* A name that HDF5 would look for the end of beyond its message. */
static void names_of_attributes_end(void)
{
    unsigned char message[100];
    memset(message, 1, sizeof message);
    fcnn_hdf5_check_bytes look = {.image = message, .size = sizeof message};
    CU_ASSERT_FALSE(fcnn_hdf5_attribute_is_sound(&look, 0, sizeof message));
    message[99] = 0;
    CU_ASSERT_TRUE(fcnn_hdf5_attribute_is_sound(&look, 0, sizeof message));
    CU_ASSERT_FALSE(fcnn_hdf5_attribute_is_sound(&look, 0, sizeof message - 1));
    CU_ASSERT_FALSE(fcnn_hdf5_attribute_is_sound(&look, 0, 5));
    CU_ASSERT_FALSE(fcnn_hdf5_attribute_is_sound(&look, 1, sizeof message));
}

static void names_of_any_length_are_looked_up(void)
{
    char name[3000];
    fcnn_hdf5_info info;
    fcnn_hdf5_file *file = hdf5_files_open(hostile_path("plain"));
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    HARNESS_STATUS(fcnn_hdf5_describe(file, name, &info), FCNN_EDATA);
    HARNESS_ERROR_HAS("nnn...: the name has more than 1023 bytes");
    name[1023] = '\0';
    HARNESS_STATUS(fcnn_hdf5_describe(file, name, &info), FCNN_EDATA);
    HARNESS_ERROR_HAS("there is no dataset nnn");
    HARNESS_OK(fcnn_hdf5_describe(file, "x", &info));
    HARNESS_OK(fcnn_hdf5_describe(file, "//x", &info));
    HARNESS_OK(fcnn_hdf5_describe(file, "/./x", &info));
    HARNESS_STATUS(fcnn_hdf5_describe(file, "/", &info), FCNN_EDATA);
    HARNESS_ERROR_HAS("/ is a group, not a dataset; the file has /x [40][3], /y [40]");
    fcnn_hdf5_close(file);
}

/* Whether something is there is not asked of other files either: reading it then says why. */
static void what_is_behind_links_is_not_looked_for(void)
{
    int64_t number;
    fcnn_hdf5_file *file = hdf5_files_open(hostile_path("external_group"));
    CU_ASSERT_TRUE(fcnn_hdf5_has(file, "/far"));
    CU_ASSERT_TRUE(fcnn_hdf5_has(file, "/far/nothing"));
    CU_ASSERT_TRUE(fcnn_hdf5_has_attribute(file, "/far", "version"));
    CU_ASSERT_FALSE(fcnn_hdf5_has(file, "/near"));
    CU_ASSERT_FALSE(fcnn_hdf5_has_attribute(file, "/near", "version"));
    HARNESS_STATUS(fcnn_hdf5_read_integer_attribute(file, "/far", "version", &number), FCNN_EDATA);
    HARNESS_ERROR_HAS("/far is a link to another file");
    fcnn_hdf5_close(file);
}

/* A file that is appended to must not lead the writer into another one. */
static void nothing_is_written_behind_links(void)
{
    static const char *const names[] = {"/far/z", "/far/group/z"};
    const fcnn_hdf5_info info = {.type = FCNN_TYPE_FLOAT64, .rank = 1, .dims = {4}};
    for (int i = 0; i < 2; i++) {
        fcnn_hdf5_writer *output = NULL;
        HARNESS_OK(fcnn_hdf5_writer_append(hostile_path("external_group"), &output));
        HARNESS_STATUS(fcnn_hdf5_writer_dataset(output, names[i], &info), FCNN_EOUTPUT);
        fcnn_hdf5_writer_abandon(output);
    }
    fcnn_hdf5_file *secret = hdf5_files_open(hostile_path("secret"));
    CU_ASSERT_FALSE(fcnn_hdf5_has(secret, "/z"));
    CU_ASSERT_FALSE(fcnn_hdf5_has(secret, "/group"));
    fcnn_hdf5_close(secret);
}

/* Attributes of sizes that no number has. */
static void attributes_have_sound_types(void)
{
    const char *path = harness_path("attributes.h5");
    const ids before = next_ids();
    const hid_t made = formats_create(path, false);
    const hid_t type = H5Tcopy(H5T_STD_I64LE), space = H5Screate(H5S_SCALAR);
    H5Tset_size(type, 10000);
    H5Aclose(H5Acreate2(made, "wide", type, space, H5P_DEFAULT, H5P_DEFAULT));
    H5Sclose(space);
    H5Tclose(type);
    H5Fclose(made);
    int64_t number;
    fcnn_hdf5_file *file = hdf5_files_open(path);
    HARNESS_STATUS(fcnn_hdf5_read_integer_attribute(file, "/", "wide", &number), FCNN_EDATA);
    HARNESS_ERROR_HAS("attribute wide of / has an invalid type");
    HARNESS_STATUS(fcnn_hdf5_read_integer_attribute(file, "/", "absent", &number), FCNN_EDATA);
    HARNESS_ERROR_HAS("attribute absent of / is missing or damaged");
    fcnn_hdf5_close(file);
    CU_ASSERT_EQUAL(count_open(before), 0);
}

/* Plugins are off while HDF5 works for us, and as the caller has them afterwards. */
static void plugins_are_off(void)
{
    unsigned state = 0;
    H5PLset_loading_state(H5PL_FILTER_PLUGIN);
    fcnn_hdf5_enter();
    H5PLget_loading_state(&state);
    CU_ASSERT_EQUAL(state, 0);
    fcnn_hdf5_leave();
    H5PLget_loading_state(&state);
    CU_ASSERT_EQUAL(state, H5PL_FILTER_PLUGIN);
}

static void memory_has_a_limit(void)
{
    const int64_t limit = fcnn_memory_limit();
    CU_ASSERT_TRUE(limit > (1 << 20) && limit < INT64_MAX);
}

HARNESS_MAIN("hdf5_check", {"each rule refuses what breaks it", each_rule_refuses_what_breaks_it},
             {"the same in the newest format", the_same_in_the_newest_format},
             {"groups are within bounds", groups_are_within_bounds},
             {"newer groups are within bounds", newer_groups_are_within_bounds},
             {"names of attributes end", names_of_attributes_end},
             {"names of any length are looked up", names_of_any_length_are_looked_up},
             {"what is behind links is not looked for", what_is_behind_links_is_not_looked_for},
             {"nothing is written behind links", nothing_is_written_behind_links},
             {"attributes have sound types", attributes_have_sound_types}, {"plugins are off", plugins_are_off},
             {"memory has a limit", memory_has_a_limit})
