/* tests/test_sampler.c — the ranks' rows of a batch are disjoint and together the batch; random numbers. */
#include "harness.h"

#include "compute/math.h"
#include "core/random.h"
#include "data/sampler.h"
#include "parallel/comm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Is this rank's part of a batch what the definition says?  Its block of each shard, position after position, and
 * each block cut into as few equal leaves of at most 256 rows as there can be. */
static bool is_as_defined(const fcnn_sampler *sampler, int64_t batch, const int64_t *index, const int64_t *leaves,
                          int64_t leaf_count)
{
    const int64_t end = (batch + 1) * sampler->batch < sampler->rows ? (batch + 1) * sampler->batch : sampler->rows;
    int64_t first_of_shard = 0, taken = 0, leaf = 0;
    bool right = true;
    for (int64_t shard = 0; shard < sampler->blocks; shard++) {
        int64_t rows_of_shard = 0, rows = 0;
        for (int64_t p = shard; p < sampler->rows; p += sampler->blocks) {
            rows_of_shard++;
            rows += p >= batch * sampler->batch && p < end;
        }
        if (shard >= sampler->first_shard && shard < sampler->last_shard) {
            for (int64_t i = 0; i < rows; i++) {
                const int64_t row = sampler->first_row + index[taken + i];
                right = right && row >= first_of_shard && row < first_of_shard + rows_of_shard;
            }
            const int64_t parts = (rows + 255) / 256;
            for (int64_t part = 0; part < parts; part++) {
                right = right && leaf < leaf_count && leaves[leaf] == taken + part * rows / parts;
                leaf++;
            }
            taken += rows;
        }
        first_of_shard += rows_of_shard;
    }
    return right && leaf == leaf_count && leaves[leaf] == taken;
}

/* Takes an epoch's batches on this rank; batch_of [rows] gets the batch of each row, the same on all ranks. */
static void deal_by_windows(int64_t rows, int64_t batch, int64_t blocks, int64_t window, bool shuffle, int64_t epoch,
                            double *batch_of)
{
    fcnn_comm *comm = harness_comm();
    fcnn_sampler *sampler;
    const fcnn_sampler_plan plan = {rows, batch, blocks, window, 5, shuffle};
    HARNESS_OK(fcnn_sampler_create(&plan, true, comm->rank, comm->size, &sampler));
    int64_t *index = calloc((size_t)fcnn_sampler_capacity(sampler) + 1, sizeof *index);
    int64_t *leaves = calloc((size_t)fcnn_sampler_leaf_capacity(sampler) + 1, sizeof *leaves);
    double *taken = calloc((size_t)rows, sizeof *taken);
    memset(batch_of, 0, (size_t)rows * sizeof *batch_of);
    fcnn_sampler_start_epoch(sampler, epoch);
    for (int64_t b = 0; b < fcnn_sampler_batches(sampler); b++) {
        int64_t leaf_count;
        const int64_t count = fcnn_sampler_take(sampler, b, index, leaves, &leaf_count);
        CU_ASSERT(count <= fcnn_sampler_capacity(sampler) && leaf_count <= fcnn_sampler_leaf_capacity(sampler));
        CU_ASSERT(leaves[0] == 0 && leaves[leaf_count] == count);
        CU_ASSERT(is_as_defined(sampler, b, index, leaves, leaf_count));
        for (int64_t i = 0; i < count; i++) {
            taken[sampler->first_row + index[i]]++;
            batch_of[sampler->first_row + index[i]] = (double)b;
        }
        double all = (double)count;
        fcnn_comm_sum_doubles(comm, 1, &all);
        CU_ASSERT_EQUAL(all, (double)fcnn_sampler_batch_rows(sampler, b));
    }
    fcnn_comm_sum_doubles(comm, rows, taken);
    fcnn_comm_sum_doubles(comm, rows, batch_of);
    for (int64_t row = 0; row < rows; row++) {
        CU_ASSERT_EQUAL(taken[row], 1);
    }
    free(index);
    free(leaves);
    free(taken);
    fcnn_sampler_destroy(sampler);
}

static void deal_epoch(int64_t rows, int64_t batch, int64_t blocks, bool shuffle, int64_t epoch, double *batch_of)
{
    deal_by_windows(rows, batch, blocks, 0, shuffle, epoch, batch_of);
}

static void every_row_is_in_one_batch(void)
{
    static const int64_t cases[][3] = {{1, 1, 1},   {7, 7, 7},     {7, 3, 2},       {100, 10, 8},  {101, 25, 8},
                                       {64, 64, 1}, {999, 100, 3}, {1000, 300, 24}, {700, 600, 2}, {2000, 2000, 2}};
    double batch_of[2000];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        deal_epoch(cases[i][0], cases[i][1], cases[i][2], true, 0, batch_of);
        deal_epoch(cases[i][0], cases[i][1], cases[i][2], false, 3, batch_of);
    }
}

static void batches_do_not_depend_on_the_ranks(void)
{
    enum { ROWS = 500 };
    double batch_of[ROWS];
    deal_epoch(ROWS, 60, 8, true, 2, batch_of);
    fcnn_sampler *alone;
    const fcnn_sampler_plan plan = {ROWS, 60, 8, 0, 5, true};
    HARNESS_OK(fcnn_sampler_create(&plan, true, 0, 1, &alone));
    fcnn_sampler_start_epoch(alone, 2);
    for (int64_t b = 0; b < fcnn_sampler_batches(alone); b++) {
        int64_t index[64], leaves[9], leaf_count;
        const int64_t count = fcnn_sampler_take(alone, b, index, leaves, &leaf_count);
        for (int64_t i = 0; i < count; i++) {
            CU_ASSERT_EQUAL(batch_of[index[i]], (double)b);
        }
    }
    fcnn_sampler_destroy(alone);
}

/* Windows: an epoch still takes each row once, and the rows of a window follow each other. */
static void windows_are_taken_one_by_one(void)
{
    enum { ROWS = 1000, BLOCKS = 8, WINDOW = 30 };
    double batch_of[ROWS], other[ROWS];
    deal_by_windows(ROWS, 40, BLOCKS, WINDOW, true, 3, batch_of);
    deal_by_windows(ROWS, 40, BLOCKS, 0, true, 3, other);
    CU_ASSERT(memcmp(batch_of, other, sizeof other) != 0);
    deal_by_windows(ROWS, 40, BLOCKS, WINDOW, false, 0, batch_of);
    deal_by_windows(ROWS, 40, BLOCKS, 0, false, 0, other);
    CU_ASSERT(memcmp(batch_of, other, sizeof other) == 0);
    const fcnn_sampler_plan plan = {ROWS, 40, BLOCKS, WINDOW, 5, true};
    fcnn_sampler *alone;
    HARNESS_OK(fcnn_sampler_create(&plan, true, 0, 1, &alone));
    fcnn_sampler_start_epoch(alone, 3);
    CU_ASSERT_EQUAL(fcnn_sampler_windows(alone, 0), 5); /* 125 rows in windows of 25 */
    int seen = 0;
    for (int64_t at = 0; at < 125; at += 25) {
        const int64_t first = alone->order[at] / 25;
        seen |= 1 << first;
        for (int64_t i = 0; i < 25; i++) {
            CU_ASSERT_EQUAL(alone->order[at + i] / 25, first);
        }
    }
    CU_ASSERT_EQUAL(seen, 31);
    fcnn_sampler_destroy(alone);
    CU_ASSERT_EQUAL(fcnn_sampler_default_window(1000000, 8, 64), 0);
    CU_ASSERT_EQUAL(fcnn_sampler_default_window(2000000, 8, 64), (32 << 20) / 8 / 64);
    CU_ASSERT_EQUAL(fcnn_sampler_default_window((int64_t)1 << 40, 8, 64), (1 << 30) / 8 / 64);
}

static void epochs_have_orders_of_their_own(void)
{
    enum { ROWS = 400 };
    double first[ROWS], second[ROWS], again[ROWS];
    deal_epoch(ROWS, 50, 8, true, 0, first);
    deal_epoch(ROWS, 50, 8, true, 1, second);
    deal_epoch(ROWS, 50, 8, true, 0, again);
    CU_ASSERT_NOT_EQUAL(memcmp(first, second, sizeof first), 0);
    CU_ASSERT_EQUAL(memcmp(first, again, sizeof first), 0);
}

/* ---- random numbers ---- */

/* The published answers of Philox4x32-10 (Random123, kat_vectors). */
static void philox_gives_the_published_answers(void)
{
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } answers[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        uint32_t out[4];
        fcnn_philox4x32(answers[i].counter, answers[i].key, out);
        CU_ASSERT_EQUAL(memcmp(out, answers[i].out, sizeof out), 0);
    }
}

/* A stream is the pairs of its counter, one word after the other. */
static void streams_are_the_pairs_of_their_counter(void)
{
    fcnn_random_stream stream = fcnn_random_stream_start(0x123456789abcdef0, FCNN_RANDOM_SPLIT, 11, 12);
    for (uint32_t i = 0; i < 100; i++) {
        const uint32_t counter[4] = {i, 11, 12, 3}, key[2] = {0x9abcdef0, 0x12345678};
        uint32_t word[4];
        fcnn_philox4x32(counter, key, word);
        CU_ASSERT_EQUAL(fcnn_random_stream_next(&stream), (uint64_t)word[1] << 32 | word[0]);
        CU_ASSERT_EQUAL(fcnn_random_stream_next(&stream), (uint64_t)word[3] << 32 | word[2]);
    }
}

/* For a bound of 3/4 of all words a remainder alone would give the lowest third twice as often. */
static void large_bounds_are_even_too(void)
{
    enum { DRAWS = 30000 };
    const uint64_t third = (uint64_t)1 << 62;
    int hits[3] = {0};
    fcnn_random_stream stream = fcnn_random_stream_start(2, FCNN_RANDOM_SHUFFLE, 0, 0);
    for (int i = 0; i < DRAWS; i++) {
        const uint64_t drawn = fcnn_random_stream_below(&stream, 3 * third);
        CU_ASSERT_FATAL(drawn < 3 * third);
        hits[drawn / third]++;
    }
    for (int i = 0; i < 3; i++) {
        CU_ASSERT(abs(hits[i] - DRAWS / 3) < 490); /* 6 standard deviations */
    }
}

static void bounded_numbers_are_even(void)
{
    enum { BOUND = 7, DRAWS = 70000 };
    int hits[BOUND] = {0};
    fcnn_random_stream stream = fcnn_random_stream_start(1, FCNN_RANDOM_SHUFFLE, 0, 0);
    for (int i = 0; i < DRAWS; i++) {
        hits[fcnn_random_stream_below(&stream, BOUND)]++;
    }
    for (int i = 0; i < BOUND; i++) {
        CU_ASSERT(abs(hits[i] - DRAWS / BOUND) < 560); /* 6 standard deviations */
    }
    CU_ASSERT_EQUAL(fcnn_random_unit(0), 0);
    CU_ASSERT(fcnn_random_unit(UINT64_MAX) < 1);
}

HARNESS_MAIN("sampler", {"every row is in one batch", every_row_is_in_one_batch},
             {"batches do not depend on the ranks", batches_do_not_depend_on_the_ranks},
             {"windows are taken one by one", windows_are_taken_one_by_one},
             {"epochs have orders of their own", epochs_have_orders_of_their_own},
             {"philox gives the published answers", philox_gives_the_published_answers},
             {"streams are the pairs of their counter", streams_are_the_pairs_of_their_counter},
             {"bounded numbers are even", bounded_numbers_are_even},
             {"large bounds are even too", large_bounds_are_even_too})
