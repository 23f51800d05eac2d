/* tests/test_outside.c — rows outside of the training rows' range: when they are worth a word, and which column is. */
#include "harness.h"

#include "model/outside.h"

#include <math.h>
#include <stdlib.h>

enum { COLUMNS = 3, MOST_ROWS = 1000 };

/* Training rows had −1 to 1, 10 to 20, and 0.11 alone. */
static double smallest[] = {-1, 10, 0.11}, largest[] = {1, 20, 0.11};
static const fcnn_column_statistics statistics = {.count = COLUMNS, .smallest = smallest, .largest = largest};
static double values[MOST_ROWS][COLUMNS];
static fcnn_outside outside;
static int64_t most, farthest;

/* Rows that lie inside of every range. */
static void fill(int64_t rows)
{
    for (int64_t row = 0; row < rows; row++) {
        values[row][0] = row % 2 == 0 ? -1 : 1;
        values[row][1] = row % 2 == 0 ? 10 : 20;
        values[row][2] = 0.11;
    }
}

/* Is something said of the rows, of which each rank has an even part? */
static bool is_said(int64_t rows)
{
    const fcnn_comm *comm = harness_comm();
    const int64_t first = fcnn_comm_first_item(rows, comm->rank, comm->size);
    const int64_t after = fcnn_comm_first_item(rows, comm->rank + 1, comm->size);
    const fcnn_table table = {
        .type = FCNN_TYPE_FLOAT64, .rows = after - first, .width = COLUMNS, .values = values[first]};
    fcnn_outside_clear(&outside);
    HARNESS_OK(fcnn_outside_create(COLUMNS, &outside));
    fcnn_outside_add(&statistics, &table, &outside);
    fcnn_outside_join(&outside, harness_comm());
    return fcnn_outside_matters(&statistics, &outside, rows, &most, &farthest);
}

static void rows_inside_are_not_worth_a_word(void)
{
    fill(MOST_ROWS);
    CU_ASSERT_FALSE(is_said(MOST_ROWS));
    CU_ASSERT_EQUAL(outside.rows, 0);
    fcnn_outside_clear(&outside);
}

static void more_than_one_in_a_hundred_is(void)
{
    fill(MOST_ROWS);
    for (int row = 0; row < 10; row++) {
        values[row * 7][1] = 20.5;
        values[row * 7 + 300][0] = -1.25;
    }
    CU_ASSERT_FALSE(is_said(MOST_ROWS)); /* 10 of 1000 in each column */
    CU_ASSERT_EQUAL(outside.rows, 20);
    CU_ASSERT_EQUAL(outside.far_rows, 0);
    values[999][1] = 9;
    CU_ASSERT_TRUE(is_said(MOST_ROWS));
    CU_ASSERT_EQUAL(outside.rows, 21);
    CU_ASSERT_EQUAL(outside.far_rows, 0);
    CU_ASSERT_EQUAL(most, 1);
    CU_ASSERT_EQUAL(outside.column_rows[1], 11);
    CU_ASSERT_EQUAL(fcnn_outside_value(&statistics, &outside, 1), 9);
    CU_ASSERT_EQUAL(farthest, 0); /* by an eighth of its range; the other by a tenth */
    CU_ASSERT_EQUAL(fcnn_outside_value(&statistics, &outside, 0), -1.25);
    fcnn_outside_clear(&outside);
}

static void one_row_far_outside_is(void)
{
    fill(MOST_ROWS);
    values[500][0] = 2; /* by half the range: not by more */
    CU_ASSERT_FALSE(is_said(MOST_ROWS));
    values[500][0] = nextafter(2, 3);
    CU_ASSERT_TRUE(is_said(MOST_ROWS));
    CU_ASSERT_EQUAL(outside.far_rows, 1);
    values[500][0] = -2.5;
    values[500][1] = 200;
    CU_ASSERT_TRUE(is_said(MOST_ROWS));
    CU_ASSERT_EQUAL(outside.rows, 1);
    CU_ASSERT_EQUAL(outside.far_rows, 1);
    CU_ASSERT_EQUAL(farthest, 1);
    CU_ASSERT_EQUAL(fcnn_outside_value(&statistics, &outside, 1), 200);
    fcnn_outside_clear(&outside);
}

static void a_constant_column_has_a_range_too(void)
{
    fill(MOST_ROWS);
    values[500][2] = (double)0.11F; /* in single precision it is a little more */
    CU_ASSERT_FALSE(is_said(MOST_ROWS));
    CU_ASSERT_EQUAL(outside.rows, 1);
    values[500][2] = 0.12;
    CU_ASSERT_TRUE(is_said(MOST_ROWS));
    CU_ASSERT_EQUAL(farthest, 2);
    CU_ASSERT_EQUAL(outside.far_rows, 1);
    fcnn_outside_clear(&outside);
}

HARNESS_MAIN("outside", {"rows inside are not worth a word", rows_inside_are_not_worth_a_word},
             {"more than one in a hundred is", more_than_one_in_a_hundred_is},
             {"one row far outside is", one_row_far_outside_is},
             {"a constant column has a range, too", a_constant_column_has_a_range_too})
