/* tests/test_stream.c — rows that stay in their files: the same as in memory, in the same order, from several files,
 * several datasets and a part of the rows. */
#include "harness.h"

#include "data/dataset.h"
#include "data/shard.h"
#include "data/stream.h"
#include "data/targets.h"
#include "hdf5/file.h"

#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILES 3
#define ROWS 700 /* of all files */

static const int64_t file_rows[FILES] = {130, 1, 569};

static double value_at(int64_t row, int64_t column)
{
    return (double)(row * 10 + column);
}

static void put(fcnn_hdf5_writer *output, const char *name, fcnn_type type, int64_t rows, int64_t columns,
                const void *values)
{
    const fcnn_hdf5_info info = {.type = type, .rank = columns > 1 ? 2 : 1, .dims = {rows, columns}};
    HARNESS_OK(fcnn_hdf5_writer_dataset(output, name, &info));
    HARNESS_OK(fcnn_hdf5_writer_rows(output, name, 0, rows, values));
}

/* /state [rows][5] holds columns 0 … 4 of value_at, /t [rows] column 5 as whole numbers, /y [rows] row mod 3. */
static void write_file(const char *path, int64_t first, int64_t rows)
{
    static float state[ROWS * 5];
    static int32_t t[ROWS];
    static uint8_t y[ROWS];
    for (int64_t row = 0; row < rows; row++) {
        for (int64_t column = 0; column < 5; column++) {
            state[row * 5 + column] = (float)value_at(first + row, column);
        }
        t[row] = (int32_t)value_at(first + row, 5);
        y[row] = (uint8_t)((first + row) % 3);
    }
    fcnn_hdf5_writer *output;
    HARNESS_OK(fcnn_hdf5_writer_create(path, &output));
    put(output, "/state", FCNN_TYPE_FLOAT32, rows, 5, state);
    put(output, "/t", FCNN_TYPE_INT32, rows, 1, t);
    put(output, "/y", FCNN_TYPE_UINT8, rows, 1, y);
    HARNESS_OK(fcnn_hdf5_writer_commit(output));
}

/* The pattern of the files' names. */
static const char *write_files(void)
{
    static char pattern[4096];
    static bool written;
    if (!written && fcnn_comm_rank(harness_comm()) == 0) {
        int64_t first = 0;
        for (int i = 0; i < FILES; i++) {
            char name[32];
            snprintf(name, sizeof name, "part_%d.h5", i);
            write_file(harness_shared_path(name), first, file_rows[i]);
            first += file_rows[i];
        }
    }
    written = true;
    snprintf(pattern, sizeof pattern, "%s", harness_shared_path("part_*.h5"));
    fcnn_comm_agree(harness_comm(), FCNN_OK);
    return pattern;
}

/* ---- tables put together ---- */

static void check_row(const fcnn_dataset *dataset, const fcnn_block *block, int64_t row, int64_t skipped)
{
    static const int64_t columns[] = {1, 2, 5, 0};
    const int64_t whole = skipped + dataset->first + block->first + row;
    for (int64_t i = 0; i < 4; i++) {
        CU_ASSERT_EQUAL(fcnn_table_value(&block->inputs, row, i), value_at(whole, columns[i]));
    }
    CU_ASSERT_EQUAL(fcnn_table_value(&block->targets, row, 0), (double)(whole % 3));
}

static void columns_of_several_files_lie_side_by_side(void)
{
    const fcnn_dataset_names names = {
        .file = write_files(), .inputs = "/state[1:3], /t , /state[0]", .targets = "/y", .rows = "100:650"};
    for (int streams = 0; streams < 2; streams++) {
        fcnn_dataset *dataset;
        HARNESS_OK(fcnn_dataset_open(harness_comm(), &names, NULL, &dataset));
        HARNESS_OK(fcnn_dataset_read_evenly(dataset, harness_comm(), streams, NULL));
        CU_ASSERT_EQUAL(dataset->source.rows, 550);
        CU_ASSERT_EQUAL(dataset->rows.inputs.width, 4);
        CU_ASSERT_EQUAL(dataset->rows.inputs.type, FCNN_TYPE_FLOAT64); /* float32 and int32 side by side */
        fcnn_status status = FCNN_OK;
        int64_t seen = 0;
        fcnn_cursor cursor = fcnn_dataset_cursor(dataset);
        for (fcnn_block block = {0}; fcnn_cursor_next(&cursor, 77, &block, &status);) {
            CU_ASSERT(block.first == seen && block.inputs.rows <= 77);
            for (int64_t row = 0; row < block.inputs.rows; row++) {
                check_row(dataset, &block, row, 100);
            }
            seen += block.inputs.rows;
        }
        CU_ASSERT(status == FCNN_OK && seen == dataset->own_rows);
        fcnn_cursor_close(&cursor);
        fcnn_dataset_destroy(dataset);
    }
}

static void a_row_is_placed_in_its_file(void)
{
    const fcnn_dataset_names names = {.file = write_files(), .inputs = "/t", .rows = "129:"};
    fcnn_dataset *dataset;
    HARNESS_OK(fcnn_dataset_open(harness_comm(), &names, NULL, &dataset));
    int64_t row;
    CU_ASSERT_PTR_NOT_NULL(strstr(fcnn_dataset_place(dataset, 0, &row), "part_0.h5"));
    CU_ASSERT_EQUAL(row, 129);
    CU_ASSERT_PTR_NOT_NULL(strstr(fcnn_dataset_place(dataset, 1, &row), "part_1.h5"));
    CU_ASSERT_EQUAL(row, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(fcnn_dataset_place(dataset, 2, &row), "part_2.h5"));
    CU_ASSERT_EQUAL(row, 0);
    fcnn_dataset_destroy(dataset);
}

/* Sets ids to those of the datasets that HDF5 has open, which are returned. */
static int64_t find_open(hid_t ids[8])
{
    memset(ids, 0, 8 * sizeof *ids);
    H5Fget_obj_ids((hid_t)H5F_OBJ_ALL, H5F_OBJ_DATASET, 8, ids);
    return H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_DATASET);
}

static void a_reader_keeps_its_datasets_open(void)
{
    const fcnn_dataset_names names = {.file = write_files(), .inputs = "/state[1:3], /t", .targets = "/y"};
    fcnn_dataset *dataset;
    hid_t first[8], now[8];
    HARNESS_OK(fcnn_dataset_open(harness_comm(), &names, NULL, &dataset));
    CU_ASSERT_EQUAL(find_open(first), 0);
    fcnn_reader reader = {.source = &dataset->source};
    fcnn_rows rows = fcnn_source_shapes(&dataset->source);
    HARNESS_OK(fcnn_rows_create(2, &rows));
    for (int64_t row = 0; row < 3; row++) {
        HARNESS_OK(fcnn_reader_read(&reader, row, 2, &rows));
        CU_ASSERT_EQUAL(fcnn_table_value(&rows.inputs, 1, 2), value_at(row + 1, 5));
        CU_ASSERT_EQUAL(find_open(now), 3);
        if (row == 0) {
            memcpy(first, now, sizeof first);
        }
        CU_ASSERT_EQUAL(memcmp(first, now, sizeof first), 0);
    }
    HARNESS_OK(fcnn_reader_read(&reader, file_rows[0], 2, &rows)); /* of the second file, and of the third */
    CU_ASSERT_EQUAL(find_open(now), 3);
    fcnn_reader_close(&reader);
    CU_ASSERT_EQUAL(find_open(now), 0);
    fcnn_rows_clear(&rows);
    fcnn_dataset_destroy(dataset);
}

static void refuse(const fcnn_dataset_names *names, fcnn_status expected, const char *words)
{
    fcnn_dataset *dataset;
    HARNESS_STATUS(fcnn_dataset_open(harness_comm(), names, NULL, &dataset), expected);
    HARNESS_ERROR_HAS(words);
}

static void what_does_not_fit_is_named(void)
{
    const char *all = write_files();
    char missing[4200];
    snprintf(missing, sizeof missing, "%s, %s", all, harness_shared_path("nowhere_*.h5"));
    refuse(&(fcnn_dataset_names){.file = missing, .inputs = "/t"}, FCNN_EINPUT, "no file matches this pattern");
    refuse(&(fcnn_dataset_names){.file = all, .inputs = "/state[5]"}, FCNN_EDATA, "no column 5");
    refuse(&(fcnn_dataset_names){.file = all, .inputs = "/state[3:9]"}, FCNN_EDATA, "no column 8");
    refuse(&(fcnn_dataset_names){.file = all, .inputs = "/state[2:1]"}, FCNN_ECONFIG,
           "is not a valid range of columns");
    refuse(&(fcnn_dataset_names){.file = all, .inputs = "/state[x]"}, FCNN_ECONFIG, "is not a valid range of columns");
    refuse(&(fcnn_dataset_names){.file = all, .inputs = "/t,,/state"}, FCNN_ECONFIG, "is empty");
    refuse(&(fcnn_dataset_names){.file = all, .inputs = "/t:x"}, FCNN_EDATA, "no dataset /t:x");
    refuse(&(fcnn_dataset_names){.file = all, .inputs = "/t", .rows = "600:701"}, FCNN_EDATA, "there are only 700");
    refuse(&(fcnn_dataset_names){.file = all, .inputs = "/t", .rows = "700:"}, FCNN_EDATA,
           "contains none of the 700 rows");
    refuse(&(fcnn_dataset_names){.file = all, .inputs = "/t", .rows = "7"}, FCNN_ECONFIG,
           "is not a valid range of rows");
}

/* ---- windows ---- */

typedef struct run {
    fcnn_dataset *dataset;
    fcnn_sampler *sampler;
    fcnn_stream *stream; /* NULL: resident */
    int64_t *index, *leaves, leaf_count;
} run;

static const fcnn_weights all_alike;

static run run_start(const fcnn_sampler_plan *plan, bool streams)
{
    const fcnn_dataset_names names = {.file = write_files(), .inputs = "/state", .targets = "/y"};
    fcnn_comm *comm = harness_comm();
    run out = {0};
    HARNESS_OK(fcnn_sampler_create(plan, !streams, comm->rank, comm->size, &out.sampler));
    HARNESS_OK(fcnn_dataset_open(comm, &names, NULL, &out.dataset));
    const int64_t after = fcnn_shard_first(plan->rows, plan->blocks, out.sampler->last_shard);
    HARNESS_OK(
        fcnn_dataset_read(out.dataset, comm, out.sampler->first_row, after - out.sampler->first_row, streams, NULL));
    if (streams) {
        HARNESS_OK(fcnn_stream_create(out.dataset, out.sampler, true, &all_alike, &out.stream));
    }
    out.index = calloc((size_t)fcnn_sampler_capacity(out.sampler) + 1, sizeof *out.index);
    out.leaves = calloc((size_t)fcnn_sampler_leaf_capacity(out.sampler) + 1, sizeof *out.leaves);
    return out;
}

static void run_take(run *of, int64_t epoch, int64_t batch)
{
    if (of->stream != NULL) {
        HARNESS_OK(fcnn_stream_take(of->stream, epoch, batch, of->index, of->leaves, &of->leaf_count));
    } else {
        fcnn_sampler_start_epoch(of->sampler, epoch);
        fcnn_sampler_take(of->sampler, batch, of->index, of->leaves, &of->leaf_count);
    }
}

static void run_end(run *of)
{
    fcnn_stream_destroy(of->stream);
    fcnn_dataset_destroy(of->dataset);
    fcnn_sampler_destroy(of->sampler);
    free(of->index);
    free(of->leaves);
}

/* Both have the same rows for a batch. */
static void compare_batch(run *resident, run *streamed, int64_t epoch, int64_t batch)
{
    run_take(resident, epoch, batch);
    run_take(streamed, epoch, batch);
    CU_ASSERT_EQUAL_FATAL(resident->leaf_count, streamed->leaf_count);
    for (int64_t leaf = 0; leaf <= resident->leaf_count; leaf++) {
        CU_ASSERT_EQUAL(resident->leaves[leaf], streamed->leaves[leaf]);
    }
    const fcnn_table *a = &resident->dataset->rows.inputs, *b = &fcnn_stream_rows(streamed->stream)->inputs;
    for (int64_t i = 0; i < resident->leaves[resident->leaf_count]; i++) {
        const int64_t row = resident->index[i], place = streamed->index[i];
        CU_ASSERT_EQUAL(fcnn_table_value(a, row, 3), fcnn_table_value(b, place, 3));
        CU_ASSERT_EQUAL(fcnn_stream_own_row(streamed->stream, place), row);
        CU_ASSERT_EQUAL(fcnn_stream_labels(streamed->stream)[place],
                        (int32_t)fcnn_table_value(&resident->dataset->rows.targets, row, 0));
    }
}

static void streamed_batches_are_those_in_memory(void)
{
    static const int64_t cases[][3] = {{64, 8, 20}, {64, 8, 0}, {100, 3, 67}, {7, 7, 3}, {700, 8, 50}, {1, 1, 3}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const fcnn_sampler_plan plan = {ROWS, cases[i][0], cases[i][1], cases[i][2], 3, true};
        run resident = run_start(&plan, false), streamed = run_start(&plan, true);
        for (int64_t epoch = 0; epoch < 3; epoch++) {
            for (int64_t batch = 0; batch < fcnn_sampler_batches(resident.sampler); batch++) {
                compare_batch(&resident, &streamed, epoch, batch);
            }
        }
        run_end(&resident);
        run_end(&streamed);
    }
}

static void a_stream_begins_anywhere(void)
{
    const fcnn_sampler_plan plan = {ROWS, 50, 8, 13, 9, true};
    run resident = run_start(&plan, false), streamed = run_start(&plan, true);
    static const int64_t places[][2] = {{4, 7}, {4, 8}, {4, 8}, {0, 0}, {0, 13}, {1, 0}, {3, 0}, {2, 5}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        compare_batch(&resident, &streamed, places[i][0], places[i][1]);
    }
    run_end(&resident);
    run_end(&streamed);
}

static void a_file_that_goes_is_an_error(void)
{
    const fcnn_sampler_plan plan = {ROWS, 100, 8, 30, 9, true};
    run streamed = run_start(&plan, true);
    fcnn_comm_agree(harness_comm(), FCNN_OK);
    if (fcnn_comm_rank(harness_comm()) == 0) {
        remove(harness_shared_path("part_2.h5"));
    }
    fcnn_comm_agree(harness_comm(), FCNN_OK);
    fcnn_status status = FCNN_OK;
    for (int64_t batch = 0; batch < 7 && status == FCNN_OK; batch++) {
        status = fcnn_stream_take(streamed.stream, 0, batch, streamed.index, streamed.leaves, &streamed.leaf_count);
    }
    if (streamed.stream != NULL && streamed.sampler->last_shard > streamed.sampler->first_shard) {
        CU_ASSERT_EQUAL(status, FCNN_EINPUT);
        HARNESS_ERROR_HAS("part_2.h5");
    }
    run_end(&streamed);
}

HARNESS_MAIN("stream", {"columns of several files lie side by side", columns_of_several_files_lie_side_by_side},
             {"a row is placed in its file", a_row_is_placed_in_its_file},
             {"a reader keeps its datasets open", a_reader_keeps_its_datasets_open},
             {"what does not fit is named", what_does_not_fit_is_named},
             {"streamed batches are those in memory", streamed_batches_are_those_in_memory},
             {"a stream begins anywhere", a_stream_begins_anywhere},
             {"a file that goes is an error", a_file_that_goes_is_an_error})
