/* tests/test_given_normalizer.c — the normalization that a file gives: what is read, and what is refused. */
#include "harness.h"

#include "hdf5/file.h"
#include "model/given_normalizer.h"
#include "model/model_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hdf5.h>

enum { COLUMNS = 3 };

/* ---- files ---- */

static void put(hid_t file, const char *name, hid_t stored, hid_t memory, int rank, hsize_t rows, const void *values)
{
    const hsize_t dims[] = {rows, 1};
    const hid_t space = H5Screate_simple(rank, dims, NULL);
    const hid_t dataset = H5Dcreate2(file, name, stored, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    CU_ASSERT(H5Dwrite(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    H5Dclose(dataset);
    H5Sclose(space);
}

/* Writes offsets and scales; borrowed until the fourth call of harness_path().
 *   names [count]  NULL: none */
static const char *write_given(int count, const double *offset, const double *scale, const char *const *names)
{
    const char *path = harness_path("given.h5");
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), text = H5Tcopy(H5T_C_S1);
    H5Tset_size(text, H5T_VARIABLE);
    if (offset != NULL) {
        put(file, "/offset", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 1, (hsize_t)count, offset);
    }
    if (scale != NULL) {
        put(file, "/scale", H5T_IEEE_F64BE, H5T_NATIVE_DOUBLE, 1, (hsize_t)count, scale);
    }
    if (names != NULL) {
        put(file, "/names", text, text, 1, (hsize_t)count, names);
    }
    H5Tclose(text);
    H5Fclose(file);
    return path;
}

/* Names of columns a, b, c, which are their own. */
static fcnn_column_names names_of(const char *const *texts, int64_t count)
{
    fcnn_column_names names;
    HARNESS_OK(fcnn_column_names_create(count, &names));
    for (int64_t i = 0; i < count; i++) {
        free(names.names[i]);
        names.names[i] = strdup(texts[i]);
        names.origins[i] = FCNN_NAME_GIVEN;
    }
    return names;
}

static fcnn_status read_file(const char *path, fcnn_match_columns match, fcnn_normalizer *out)
{
    static const char *const texts[] = {"a", "b", "c"};
    fcnn_column_names names = names_of(texts, COLUMNS);
    const fcnn_given_request request = {
        .path = path, .side = FCNN_SIDE_INPUTS, .columns = COLUMNS, .names = &names, .match = match};
    const fcnn_status status = fcnn_given_normalizer_read(&request, out);
    fcnn_column_names_clear(&names);
    return status;
}

static void expect(const char *path, fcnn_match_columns match, const double *offset, const double *scale)
{
    fcnn_normalizer normalizer;
    HARNESS_OK(read_file(path, match, &normalizer));
    CU_ASSERT_EQUAL(normalizer.count, COLUMNS);
    for (int i = 0; i < COLUMNS && normalizer.count == COLUMNS; i++) {
        CU_ASSERT_EQUAL(normalizer.shift[i], offset[i]);
        CU_ASSERT_EQUAL(normalizer.scale[i], scale[i]);
    }
    fcnn_normalizer_clear(&normalizer);
}

static void refuse(const char *path, fcnn_match_columns match, fcnn_status status, const char *error)
{
    fcnn_normalizer normalizer;
    HARNESS_STATUS(read_file(path, match, &normalizer), status);
    HARNESS_ERROR_HAS(path);
    HARNESS_ERROR_HAS(error);
    fcnn_normalizer_clear(&normalizer);
}

/* ---- offsets and scales ---- */

static const double offsets[] = {1.5, -2, 0.1, 7}, scales[] = {2, -0.25, 1e-300, 3};

static void numbers_are_read(void)
{
    static const char *const same[] = {"a", "b", "c"};
    expect(write_given(3, offsets, scales, NULL), FCNN_MATCH_ERROR, offsets, scales);
    expect(write_given(3, offsets, scales, same), FCNN_MATCH_ERROR, offsets, scales);
    const char *path = harness_path("whole.h5");
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    put(file, "/offset", H5T_IEEE_F32LE, H5T_NATIVE_DOUBLE, 1, 3, (const double[]){1, 0.1, -3});
    put(file, "/scale", H5T_STD_U8BE, H5T_NATIVE_DOUBLE, 1, 3, (const double[]){255, 1, 2});
    H5Fclose(file);
    expect(path, FCNN_MATCH_ERROR, (const double[]){1, (double)0.1f, -3}, (const double[]){255, 1, 2});
}

static void columns_are_found_by_name(void)
{
    static const char *const turned[] = {"b", "d", "a", "c"};
    refuse(write_given(3, offsets, scales, turned), FCNN_MATCH_ERROR, FCNN_EDATA, "'d'");
    refuse(write_given(3, offsets, scales, turned), FCNN_MATCH_BY_NAME, FCNN_EDATA, "'c'");
    expect(write_given(3, offsets, scales, turned), FCNN_MATCH_IGNORE, offsets, scales);
    expect(write_given(4, offsets, scales, turned), FCNN_MATCH_BY_NAME, (const double[]){0.1, 1.5, 7},
           (const double[]){1e-300, 2, 3});
    refuse(write_given(4, offsets, scales, turned), FCNN_MATCH_IGNORE, FCNN_EDATA,
           "/offset has 4 columns, but the data has 3");
}

static void what_is_missing_or_wrong_is_named(void)
{
    refuse(harness_path("nothing.h5"), FCNN_MATCH_ERROR, FCNN_EINPUT, "nothing.h5");
    refuse(write_given(3, NULL, NULL, NULL), FCNN_MATCH_ERROR, FCNN_EDATA,
           "there are no datasets /offset and /scale, with a number for each column, and it is no model");
    refuse(write_given(3, offsets, NULL, NULL), FCNN_MATCH_ERROR, FCNN_EDATA, "/scale");
    refuse(write_given(3, NULL, scales, NULL), FCNN_MATCH_ERROR, FCNN_EDATA, "/offset");
    refuse(write_given(2, offsets, scales, NULL), FCNN_MATCH_ERROR, FCNN_EDATA,
           "/offset has 2 columns, but the data has 3");
    const double bad[] = {0, NAN, INFINITY, -INFINITY, 1e-310};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const double one[] = {1, 1, bad[i]};
        refuse(write_given(3, offsets, one, NULL), FCNN_MATCH_ERROR, FCNN_EDATA, "by which numbers cannot be divided");
        HARNESS_ERROR_HAS("/scale of column 2");
        if (!isfinite(bad[i])) {
            refuse(write_given(3, one, scales, NULL), FCNN_MATCH_ERROR, FCNN_EDATA, "/offset of column 2");
        }
    }
    const char *path = harness_path("shapes.h5");
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    put(file, "/offset", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 1, 3, offsets);
    put(file, "/scale", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 2, 3, scales);
    H5Fclose(file);
    refuse(path, FCNN_MATCH_ERROR, FCNN_EDATA, "/scale must be one-dimensional, with a number for each column");
    file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    put(file, "/offset", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 1, 3, offsets);
    put(file, "/scale", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 1, 4, scales);
    H5Fclose(file);
    refuse(path, FCNN_MATCH_ERROR, FCNN_EDATA, "/scale has 4 numbers, but /offset has 3");
    file = H5Fopen(write_given(3, offsets, scales, NULL), H5F_ACC_RDWR, H5P_DEFAULT);
    put(file, "/names", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 1, 3, scales);
    H5Fclose(file);
    refuse(harness_path("given.h5"), FCNN_MATCH_ERROR, FCNN_EDATA,
           "/names must be one-dimensional, with a string for each column");
}

/* ---- models ---- */

/* A normalizer with a quantile of so many landmarks in column 1, and a power in column 2. */
static void fill(fcnn_normalizer *normalizer, int64_t landmarks)
{
    for (int i = 0; i < COLUMNS; i++) {
        normalizer->shift[i] = offsets[i];
        normalizer->scale[i] = scales[i];
    }
    HARNESS_OK(fcnn_normalizer_add_transforms(normalizer));
    normalizer->transforms[1].kind = FCNN_TRANSFORM_QUANTILE;
    normalizer->transforms[2] = (fcnn_transform){.kind = FCNN_TRANSFORM_POWER, .power = -0.5};
    HARNESS_OK(fcnn_normalizer_add_landmarks(normalizer, landmarks));
    for (int64_t i = 0; i < landmarks; i++) {
        normalizer->landmarks[i] = (double)i * 1.25;
    }
}

static void a_model_gives_its_transforms(void)
{
    static const bool all[] = {true, true, true};
    fcnn_layer layer = {.inputs = COLUMNS, .outputs = 1, .activation = FCNN_ACTIVATION_LINEAR};
    const fcnn_architecture shape = {.layers = 1, .layer = &layer, .output = FCNN_OUTPUT_LINEAR, .loss = FCNN_LOSS_MSE};
    fcnn_model *model;
    fcnn_normalizer read;
    HARNESS_OK(fcnn_model_create(&shape, &model));
    fill(&model->inputs, 4);
    HARNESS_OK(fcnn_model_write(model, harness_path("model.h5")));
    HARNESS_OK(read_file(harness_path("model.h5"), FCNN_MATCH_ERROR, &read));
    CU_ASSERT_EQUAL(fcnn_given_normalizer_differs(&read, &model->inputs, all), -1);
    model->inputs.landmarks[2] += 1e-9;
    CU_ASSERT_EQUAL(fcnn_given_normalizer_differs(&read, &model->inputs, all), 1);
    CU_ASSERT_EQUAL(fcnn_given_normalizer_differs(&read, &model->inputs, (const bool[]){true, false, true}), -1);
    model->inputs.transforms[2].power = 1;
    CU_ASSERT_EQUAL(fcnn_given_normalizer_differs(&read, &model->inputs, (const bool[]){true, false, true}), 2);
    fcnn_normalizer_clear(&read);
    fcnn_model_destroy(model);
}

static void columns_are_taken(void)
{
    fcnn_normalizer to, from, other;
    HARNESS_OK(fcnn_normalizer_create(COLUMNS, &to));
    HARNESS_OK(fcnn_normalizer_create(COLUMNS, &from));
    HARNESS_OK(fcnn_normalizer_create(COLUMNS, &other));
    fill(&from, 4);
    fill(&other, 5);
    HARNESS_OK(fcnn_given_normalizer_take(&to, &from, (const bool[]){true, false, false}));
    CU_ASSERT_EQUAL(to.shift[0], 1.5);
    CU_ASSERT_EQUAL(to.scale[1], 1);
    CU_ASSERT_PTR_NULL(to.transforms);
    HARNESS_OK(fcnn_given_normalizer_take(&to, &from, (const bool[]){false, true, false}));
    CU_ASSERT_EQUAL(fcnn_given_normalizer_differs(&to, &from, (const bool[]){true, true, false}), -1);
    CU_ASSERT_EQUAL(fcnn_given_normalizer_differs(&to, &from, (const bool[]){true, true, true}), 2);
    HARNESS_OK(fcnn_given_normalizer_take(&to, &other, (const bool[]){false, false, true}));
    CU_ASSERT_EQUAL(fcnn_given_normalizer_differs(&to, &from, (const bool[]){true, true, true}), -1);
    fcnn_normalizer_clear(&to);
    fcnn_normalizer_clear(&from);
    fcnn_normalizer_clear(&other);
}

static void landmarks_of_two_numbers_do_not_mix(void)
{
    fcnn_normalizer to, from;
    HARNESS_OK(fcnn_normalizer_create(COLUMNS, &to));
    HARNESS_OK(fcnn_normalizer_create(COLUMNS, &from));
    HARNESS_OK(fcnn_normalizer_add_transforms(&to));
    to.transforms[0].kind = FCNN_TRANSFORM_QUANTILE;
    HARNESS_OK(fcnn_normalizer_add_landmarks(&to, 5));
    fill(&from, 4);
    HARNESS_STATUS(fcnn_given_normalizer_take(&to, &from, (const bool[]){false, true, false}), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("some have 5 and others 4");
    HARNESS_OK(fcnn_given_normalizer_take(&to, &from, (const bool[]){true, true, false}));
    fcnn_normalizer_clear(&to);
    fcnn_normalizer_clear(&from);
}

static void all_ranks_get_that_of_rank_0(void)
{
    static const bool all[] = {true, true, true};
    fcnn_normalizer expected, shared = {0};
    HARNESS_OK(fcnn_normalizer_create(COLUMNS, &expected));
    fill(&expected, 4);
    if (fcnn_comm_rank(harness_comm()) == 0) {
        HARNESS_OK(fcnn_normalizer_create(COLUMNS, &shared));
        fill(&shared, 4);
    }
    HARNESS_OK(fcnn_given_normalizer_share(&shared, harness_comm()));
    CU_ASSERT_EQUAL(fcnn_given_normalizer_differs(&shared, &expected, all), -1);
    fcnn_normalizer_clear(&shared);
    fcnn_normalizer_clear(&expected);
}

HARNESS_MAIN("given normalizer", {"numbers are read", numbers_are_read},
             {"columns are found by name", columns_are_found_by_name},
             {"what is missing or wrong is named", what_is_missing_or_wrong_is_named},
             {"a model gives its transforms", a_model_gives_its_transforms}, {"columns are taken", columns_are_taken},
             {"landmarks of two numbers do not mix", landmarks_of_two_numbers_do_not_mix},
             {"all ranks get that of rank 0", all_ranks_get_that_of_rank_0})
