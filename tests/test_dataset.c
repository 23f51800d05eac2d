/* tests/test_dataset.c — rows dealt to ranks, picked out, checked, identified; statistics over ranks. */
#include "harness.h"

#include "data/dataset.h"
#include "data/row_hashes.h"
#include "data/selection.h"
#include "data/shard.h"
#include "data/targets.h"
#include "model/column_map.h"
#include "model/column_statistics.h"
#include "model/normalizer.h"
#include "hdf5/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define ROWS 101
#define COLUMNS 3

/* The value at a place: exact in every type that the tests use. */
static double value_at(int64_t row, int64_t column)
{
    return (double)(row * 7 % 50) + (double)column * 0.25 + 1e5;
}

/* Writes /x [ROWS][COLUMNS], /xt [COLUMNS][ROWS], /y [ROWS] (row mod 4) and what else tests need; on rank 0. */
static void write_file(const char *path, int64_t bad_row)
{
    static double x[ROWS * COLUMNS], xt[ROWS * COLUMNS];
    static int32_t y[ROWS];
    for (int64_t row = 0; row < ROWS; row++) {
        y[row] = (int32_t)(row % 4);
        for (int64_t column = 0; column < COLUMNS; column++) {
            x[row * COLUMNS + column] = row == bad_row && column == 1 ? NAN : value_at(row, column);
            xt[column * ROWS + row] = x[row * COLUMNS + column];
        }
    }
    const fcnn_hdf5_info table = {.type = FCNN_TYPE_FLOAT64, .rank = 2, .dims = {ROWS, COLUMNS}};
    const fcnn_hdf5_info turned = {.type = FCNN_TYPE_FLOAT64, .rank = 2, .dims = {COLUMNS, ROWS}};
    const fcnn_hdf5_info labels = {.type = FCNN_TYPE_INT32, .rank = 1, .dims = {ROWS}};
    fcnn_hdf5_writer *output;
    HARNESS_OK(fcnn_hdf5_writer_create(path, &output));
    HARNESS_OK(fcnn_hdf5_writer_dataset(output, "/x", &table));
    HARNESS_OK(fcnn_hdf5_writer_rows(output, "/x", 0, ROWS, x));
    HARNESS_OK(fcnn_hdf5_writer_dataset(output, "/xt", &turned));
    HARNESS_OK(fcnn_hdf5_writer_rows(output, "/xt", 0, COLUMNS, xt));
    HARNESS_OK(fcnn_hdf5_writer_dataset(output, "/y", &labels));
    HARNESS_OK(fcnn_hdf5_writer_rows(output, "/y", 0, ROWS, y));
    HARNESS_OK(fcnn_hdf5_writer_commit(output));
}

static const char *shared_file(int64_t bad_row)
{
    const char *path = harness_shared_path(bad_row < 0 ? "good.h5" : "bad.h5");
    if (fcnn_comm_rank(harness_comm()) == 0) {
        write_file(path, bad_row);
    }
    fcnn_comm_agree(harness_comm(), FCNN_OK);
    return path;
}

static void every_row_is_on_one_rank(void)
{
    const fcnn_dataset_names names = {.file = shared_file(-1), .inputs = "/x", .targets = "/y"};
    fcnn_dataset *dataset;
    HARNESS_OK(fcnn_dataset_load(harness_comm(), &names, &dataset));
    CU_ASSERT_EQUAL(fcnn_dataset_rows(dataset), ROWS);
    CU_ASSERT_EQUAL(fcnn_dataset_features(dataset), COLUMNS);
    CU_ASSERT_EQUAL(fcnn_dataset_outputs(dataset), 1);
    double counts[ROWS] = {0};
    for (int64_t row = 0; row < dataset->rows.inputs.rows; row++) {
        counts[dataset->first + row]++;
        CU_ASSERT_EQUAL(fcnn_table_value(&dataset->rows.targets, row, 0), (double)((dataset->first + row) % 4));
        for (int64_t column = 0; column < COLUMNS; column++) {
            CU_ASSERT_EQUAL(fcnn_table_value(&dataset->rows.inputs, row, column),
                            value_at(dataset->first + row, column));
        }
    }
    fcnn_comm_sum_doubles(harness_comm(), ROWS, counts);
    for (int row = 0; row < ROWS; row++) {
        CU_ASSERT_EQUAL(counts[row], 1);
    }
    fcnn_dataset_destroy(dataset);
}

static void columns_read_as_rows(void)
{
    fcnn_dataset *rows, *columns;
    fcnn_dataset_names names = {.file = shared_file(-1), .inputs = "/x"};
    HARNESS_OK(fcnn_dataset_load(harness_comm(), &names, &rows));
    names.inputs = "/xt";
    names.columns = 1;
    HARNESS_OK(fcnn_dataset_load(harness_comm(), &names, &columns));
    CU_ASSERT_EQUAL(fcnn_dataset_rows(columns), ROWS);
    CU_ASSERT_EQUAL(memcmp(rows->rows.inputs.values, columns->rows.inputs.values,
                           (size_t)(rows->own_rows * COLUMNS) * sizeof(double)),
                    0);
    CU_ASSERT_EQUAL(rows->inputs_fingerprint, columns->inputs_fingerprint);
    fcnn_dataset_destroy(rows);
    fcnn_dataset_destroy(columns);
}

static void lengths_that_differ_hint_at_columns(void)
{
    const fcnn_dataset_names names = {.file = shared_file(-1), .inputs = "/xt", .targets = "/y"};
    fcnn_dataset *dataset;
    HARNESS_STATUS(fcnn_dataset_load(harness_comm(), &names, &dataset), FCNN_EDATA);
    HARNESS_ERROR_HAS("/xt [3][101] has 3 rows, but /y [101] has 101");
    HARNESS_ERROR_HAS("data.order = columns");
}

static void a_nan_is_found_wherever_it_lies(void)
{
    for (int64_t bad = 0; bad < ROWS; bad += 25) {
        const fcnn_dataset_names names = {.file = shared_file(bad), .inputs = "/x", .targets = "/y"};
        fcnn_dataset *dataset;
        HARNESS_STATUS(fcnn_dataset_load(harness_comm(), &names, &dataset), FCNN_EDATA);
        char expected[64];
        snprintf(expected, sizeof expected, "/x: row %d, column 1 is NaN", (int)bad);
        HARNESS_ERROR_HAS(expected);
        HARNESS_ERROR_HAS("bad.h5");
    }
}

/* A dataset of the chosen rows or the others, read by even runs. */
static fcnn_dataset *open_selected(const char *path, const int64_t *chosen, int64_t count, bool inside)
{
    const fcnn_dataset_names names = {.file = path, .inputs = "/x", .targets = "/y"};
    fcnn_dataset *dataset;
    HARNESS_OK(fcnn_dataset_open(harness_comm(), &names, NULL, &dataset));
    fcnn_source_select(&dataset->source, chosen, count, inside);
    const fcnn_comm *comm = harness_comm();
    const int64_t first = fcnn_comm_first_item(dataset->source.rows, comm->rank, comm->size);
    const int64_t after = fcnn_comm_first_item(dataset->source.rows, comm->rank + 1, comm->size);
    HARNESS_OK(fcnn_dataset_read(dataset, harness_comm(), first, after - first, false, NULL));
    return dataset;
}

static void a_split_is_two_disjoint_parts(void)
{
    enum { CHOSEN = 20 };
    const char *path = shared_file(-1);
    int64_t *chosen;
    HARNESS_OK(fcnn_selection_draw(ROWS, CHOSEN, 1, &chosen));
    fcnn_dataset *parts[2] = {open_selected(path, chosen, CHOSEN, true), open_selected(path, chosen, CHOSEN, false)};
    CU_ASSERT_EQUAL(parts[0]->source.rows, CHOSEN);
    CU_ASSERT_EQUAL(parts[1]->source.rows, ROWS - CHOSEN);
    double counts[ROWS] = {0};
    for (int part = 0; part < 2; part++) {
        for (int64_t row = 0; row < parts[part]->rows.inputs.rows; row++) {
            int64_t in_file;
            CU_ASSERT_STRING_EQUAL(fcnn_dataset_place(parts[part], row, &in_file), path);
            counts[in_file]++;
            CU_ASSERT_EQUAL(fcnn_table_value(&parts[part]->rows.inputs, row, 2), value_at(in_file, 2));
        }
        fcnn_dataset_destroy(parts[part]);
    }
    fcnn_comm_sum_doubles(harness_comm(), ROWS, counts);
    for (int row = 0; row < ROWS; row++) {
        CU_ASSERT_EQUAL(counts[row], 1);
    }
    free(chosen);
}

static void a_draw_is_fair_and_depends_on_the_seed(void)
{
    enum { N = 50, WANTED = 10, DRAWS = 4000 };
    int hits[N] = {0}, differ = 0;
    int64_t *last = NULL;
    for (uint64_t seed = 0; seed < DRAWS; seed++) {
        int64_t *chosen;
        HARNESS_OK(fcnn_selection_draw(N, WANTED, seed, &chosen));
        for (int i = 0; i < WANTED; i++) {
            CU_ASSERT_TRUE(chosen[i] < N && (i == 0 || chosen[i] > chosen[i - 1]));
            hits[chosen[i]]++;
        }
        differ += last != NULL && memcmp(last, chosen, WANTED * sizeof *chosen) != 0;
        free(last);
        last = chosen;
    }
    free(last);
    CU_ASSERT_TRUE(differ > DRAWS - 10);
    for (int row = 0; row < N; row++) {
        CU_ASSERT_TRUE(abs(hits[row] - DRAWS * WANTED / N) < 160); /* 6 standard deviations */
    }
}

static void a_fingerprint_knows_every_byte_and_place(void)
{
    double values[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    const fcnn_table all = {FCNN_TYPE_FLOAT64, 4, 3, values};
    const fcnn_table head = {FCNN_TYPE_FLOAT64, 1, 3, values}, tail = {FCNN_TYPE_FLOAT64, 3, 3, values + 3};
    const uint64_t whole = fcnn_table_fingerprint(&all, 0);
    CU_ASSERT_EQUAL(whole, fcnn_table_fingerprint(&head, 0) + fcnn_table_fingerprint(&tail, 1));
    values[7] = nextafter(values[7], 0);
    CU_ASSERT_NOT_EQUAL(whole, fcnn_table_fingerprint(&all, 0));
    values[7] = 8;
    for (int i = 0; i < 3; i++) { /* rows 0 and 1 change places */
        const double moved = values[i];
        values[i] = values[3 + i];
        values[3 + i] = moved;
    }
    CU_ASSERT_NOT_EQUAL(whole, fcnn_table_fingerprint(&all, 0));
}

/* The hashes that resuming and the search for rows that occur twice go by: of bytes that lie the same anywhere. */
static void hashes_are_those_of_any_machine(void)
{
    static const char reals[] = "\0\0\0\0\0\0\xF0\x3F\0\0\0\0\0\0\xF8\xBF"; /* 1, -1.5 */
    static const char wholes[] = "\x02\x01\xFE\xFF";                        /* 258, -2 */
    double two[] = {1, -1.5};
    int16_t labels[] = {258, -2};
    const fcnn_table inputs = {FCNN_TYPE_FLOAT64, 1, 2, two}, targets = {FCNN_TYPE_INT16, 2, 1, labels},
                     none = {FCNN_TYPE_INT16, 1, 0, labels};
    fcnn_row_hashes hashes;
    CU_ASSERT_EQUAL(fcnn_table_fingerprint(&inputs, 7), XXH3_64bits_withSeed(reals, 16, 7));
    CU_ASSERT_EQUAL(fcnn_table_fingerprint(&targets, 3),
                    XXH3_64bits_withSeed(wholes, 2, 3) + XXH3_64bits_withSeed(wholes + 2, 2, 4));
    CU_ASSERT(two[0] == 1 && two[1] == -1.5 && labels[0] == 258 && labels[1] == -2);
    HARNESS_OK(fcnn_row_hashes_create(2, 0, &hashes));
    HARNESS_OK(fcnn_row_hashes_add(&hashes, &inputs, &none));
    CU_ASSERT(hashes.count == 1 && hashes.kept[0].hash == XXH3_64bits(reals, 16));
    fcnn_row_hashes_clear(&hashes);
}

static void labels_are_checked_against_the_classes(void)
{
    const fcnn_dataset_names names = {.file = shared_file(-1), .inputs = "/x", .targets = "/y"};
    fcnn_dataset *dataset;
    HARNESS_OK(fcnn_dataset_load(harness_comm(), &names, &dataset));
    fcnn_target_summary summary;
    HARNESS_OK(fcnn_targets_summarize(dataset, harness_comm(), &summary));
    CU_ASSERT_TRUE(summary.one_column && summary.integer_type && !summary.zero_or_one && summary.largest == 3);
    int32_t labels[ROWS];
    HARNESS_OK(fcnn_targets_check_labels(dataset, harness_comm(), 4));
    fcnn_targets_labels(&dataset->rows.targets, labels);
    for (int64_t row = 0; row < dataset->rows.targets.rows; row++) {
        CU_ASSERT_EQUAL(labels[row], (dataset->first + row) % 4);
    }
    HARNESS_STATUS(fcnn_targets_check_labels(dataset, harness_comm(), 3), FCNN_EDATA);
    HARNESS_ERROR_HAS("row 3 (counting from 0) has the label 3");
    HARNESS_STATUS(fcnn_targets_check_unit(dataset, harness_comm()), FCNN_EDATA);
    HARNESS_ERROR_HAS("row 2, column 0");
    fcnn_dataset_destroy(dataset);
}

static void statistics_are_those_of_all_rows(void)
{
    const fcnn_dataset_names names = {.file = shared_file(-1), .inputs = "/x"};
    fcnn_dataset *dataset;
    fcnn_normalizer fitted;
    fcnn_column_statistics statistics;
    HARNESS_OK(fcnn_dataset_load(harness_comm(), &names, &dataset));
    HARNESS_OK(fcnn_column_statistics_find(dataset, harness_comm(), &statistics, NULL));
    HARNESS_OK(fcnn_normalizer_create(COLUMNS, &fitted));
    fcnn_normalize kinds[COLUMNS];
    for (int column = 0; column < COLUMNS; column++) {
        kinds[column] = FCNN_NORMALIZE_STANDARDIZE;
    }
    HARNESS_OK(fcnn_normalizer_fit(&fitted, kinds, 1, dataset, FCNN_SIDE_INPUTS, &statistics, harness_comm()));
    long double mean = 0, square = 0;
    for (int row = 0; row < ROWS; row++) {
        mean += (long double)value_at(row, 1) / ROWS;
    }
    for (int row = 0; row < ROWS; row++) {
        square += ((long double)value_at(row, 1) - mean) * ((long double)value_at(row, 1) - mean) / ROWS;
    }
    CU_ASSERT_DOUBLE_EQUAL(fitted.shift[1], (double)mean, 1e-10);
    CU_ASSERT_DOUBLE_EQUAL(fitted.scale[1], sqrt((double)square), 1e-10);
    double same[4] = {fitted.shift[1], fitted.scale[1], -fitted.shift[1], -fitted.scale[1]};
    fcnn_comm_max_doubles(harness_comm(), 4, same);
    CU_ASSERT_TRUE(same[0] == -same[2] && same[1] == -same[3]);
    fcnn_normalizer_clear(&fitted);
    HARNESS_OK(fcnn_normalizer_create(COLUMNS, &fitted));
    kinds[2] = FCNN_NORMALIZE_MINMAX;
    HARNESS_OK(fcnn_normalizer_fit(&fitted, kinds, 1, dataset, FCNN_SIDE_INPUTS, &statistics, harness_comm()));
    CU_ASSERT_EQUAL(fitted.shift[2], 1e5 + 0.5);
    CU_ASSERT_EQUAL(fitted.scale[2], 49);
    fcnn_column_map map;
    HARNESS_OK(fcnn_column_map_create(&fitted, &map));
    CU_ASSERT_DOUBLE_EQUAL(fcnn_column_map_value(&map, 2, 1e5 + 49.5), 1, 1e-10);
    fcnn_column_map_clear(&map);
    fcnn_normalizer_clear(&fitted);
    fcnn_column_statistics_clear(&statistics);
    fcnn_dataset_destroy(dataset);
}

static void shards_tile_the_rows(void)
{
    for (int64_t rows = 1; rows < 60; rows++) {
        for (int64_t blocks = 1; blocks <= rows; blocks++) {
            int64_t first = 0;
            for (int64_t shard = 0; shard < blocks; shard++) {
                CU_ASSERT_EQUAL(fcnn_shard_first(rows, blocks, shard), first);
                first += fcnn_shard_rows(rows, blocks, shard);
            }
            CU_ASSERT_EQUAL(first, rows);
            CU_ASSERT_EQUAL(fcnn_shard_first(rows, blocks, blocks), rows);
        }
    }
    CU_ASSERT_EQUAL(fcnn_shard_default_blocks(4), 4);
    CU_ASSERT_EQUAL(fcnn_shard_default_blocks(128), 8);
    CU_ASSERT_EQUAL(fcnn_shard_default_blocks(767), 8);
    CU_ASSERT_EQUAL(fcnn_shard_default_blocks(768), 24);
    CU_ASSERT_EQUAL(fcnn_shard_default_blocks(1536), 48);
    CU_ASSERT_EQUAL(fcnn_shard_default_blocks(60000), 960);
}

/* Replaces the file by one with more columns, which nothing has room for; on rank 0. */
static void widen_file(const char *path)
{
    enum { WIDER = 12 * COLUMNS };
    static double x[ROWS * WIDER];
    const fcnn_hdf5_info table = {.type = FCNN_TYPE_FLOAT64, .rank = 2, .dims = {ROWS, WIDER}};
    fcnn_hdf5_writer *output;
    HARNESS_OK(fcnn_hdf5_writer_create(path, &output));
    HARNESS_OK(fcnn_hdf5_writer_dataset(output, "/x", &table));
    HARNESS_OK(fcnn_hdf5_writer_rows(output, "/x", 0, ROWS, x));
    HARNESS_OK(fcnn_hdf5_writer_commit(output));
}

static void a_file_that_has_changed_is_not_read(void)
{
    static const char *const inputs[] = {"/x", "/x, /x"};
    for (int i = 0; i < 4; i++) {
        const fcnn_dataset_names names = {.file = shared_file(-1), .inputs = inputs[i % 2]};
        fcnn_dataset *dataset;
        HARNESS_OK(fcnn_dataset_open(harness_comm(), &names, NULL, &dataset));
        if (fcnn_comm_rank(harness_comm()) == 0) {
            widen_file(names.file);
        }
        fcnn_comm_agree(harness_comm(), FCNN_OK);
        HARNESS_STATUS(fcnn_dataset_read_evenly(dataset, harness_comm(), i >= 2, NULL), FCNN_EDATA);
        HARNESS_ERROR_HAS(i % 2 == 0 ? "/x has 36 columns, but had 3 when the run started"
                                     : "/x, /x has 72 columns, but had 6 when the run started");
        fcnn_dataset_destroy(dataset);
    }
}

HARNESS_MAIN("dataset", {"every row is on one rank", every_row_is_on_one_rank},
             {"columns read as rows", columns_read_as_rows},
             {"lengths that differ hint at columns", lengths_that_differ_hint_at_columns},
             {"a NaN is found wherever it lies", a_nan_is_found_wherever_it_lies},
             {"a split is two disjoint parts", a_split_is_two_disjoint_parts},
             {"a draw is fair and depends on the seed", a_draw_is_fair_and_depends_on_the_seed},
             {"a fingerprint knows every byte and place", a_fingerprint_knows_every_byte_and_place},
             {"hashes are those of any machine", hashes_are_those_of_any_machine},
             {"labels are checked against the classes", labels_are_checked_against_the_classes},
             {"statistics are those of all rows", statistics_are_those_of_all_rows},
             {"shards tile the rows", shards_tile_the_rows},
             {"a file that has changed is not read", a_file_that_has_changed_is_not_read})
