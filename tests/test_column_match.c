/* tests/test_column_match.c — columns of two sides: the same, moved, others, in other units. */
#include "harness.h"

#include "core/memory.h"
#include "data/column_match.h"
#include "data/column_orders.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- sides ---- */

/* Makes names of "name", or "name|unit"; a ':' in front makes it the name of a dataset, a '.' that of a place. */
static fcnn_column_names make(int64_t count, const char *const *labels)
{
    fcnn_column_names names;
    HARNESS_OK(fcnn_column_names_create(count, &names));
    for (int64_t i = 0; i < count; i++) {
        const char *label = labels[i];
        names.origins[i] = *label == ':' ? FCNN_NAME_DATASET : *label == '.' ? FCNN_NAME_PLACE : FCNN_NAME_GIVEN;
        label += *label == ':' || *label == '.';
        const char *unit = strchr(label, '|');
        free(names.names[i]);
        names.names[i] = strndup(label, unit != NULL ? (size_t)(unit - label) : strlen(label));
        if (unit != NULL) {
            free(names.units[i]);
            names.units[i] = strdup(unit + 1);
        }
    }
    return names;
}

#define NAMES(...) \
    make((int64_t)(sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)), (const char *const[]){__VA_ARGS__})

static fcnn_column_names here, there;

static void clear(void)
{
    fcnn_column_names_clear(&here);
    fcnn_column_names_clear(&there);
}

static const fcnn_column_reference wanted = {.names = &there, .where = "the training rows"};

/* Compares the two sides; error: a piece of the text, or NULL where they fit. */
static void expect(const char *error)
{
    const fcnn_column_side side = {&here, "f.h5", "/x"};
    HARNESS_STATUS(fcnn_column_match_check(&side, &wanted), error == NULL ? FCNN_OK : FCNN_EDATA);
    if (error != NULL) {
        HARNESS_ERROR_HAS(error);
    }
    clear();
}

/* Finds the wanted columns by name; digits: their places, or "" where they are taken by place; NULL: error is a piece
 * of the text. */
static void expect_order(const char *digits, const char *error)
{
    const fcnn_column_side side = {&here, "f.h5", "/x"};
    int64_t *order;
    char found[16] = "";
    HARNESS_STATUS(fcnn_column_match_find(&side, &wanted, &order), digits != NULL ? FCNN_OK : FCNN_EDATA);
    for (int64_t i = 0; order != NULL && i < there.count; i++) {
        found[i] = (char)('0' + order[i]);
    }
    if (digits != NULL) {
        CU_ASSERT_STRING_EQUAL(found, digits);
    } else {
        HARNESS_ERROR_HAS(error);
    }
    free(order);
    clear();
}

/* ---- names ---- */

static void the_same_names_fit(void)
{
    there = NAMES("a", "b|K", "c"), here = NAMES("a", "b|K", "c");
    expect(NULL);
    there = NAMES("a", "a"), here = NAMES("a", "a");
    expect(NULL);
    here = NAMES("a");
    expect(NULL); /* nothing is known of what is wanted */
    there = NAMES("a");
    expect(NULL);
}

static void moved_columns_are_told(void)
{
    there = NAMES("a", "b", "c"), here = NAMES("c", "b", "a");
    expect("f.h5: /x has the columns of the training rows in another order: column 0 (counting from 0) is 'c' instead "
           "of 'a', "
           "column 2 is 'a' instead of 'c'; set data.match_columns");
    there = NAMES("a", "a", "b"), here = NAMES("a", "b", "a");
    expect("in another order: column 1 (counting from 0) is 'b' instead of 'a'");
    there = NAMES(":t", ":p"), here = NAMES(":p", ":t");
    expect("in another order: column 0 (counting from 0) is 'p' instead of 't'");
    there = NAMES("t", "p"), here = NAMES(":p", ":t"); /* members, and datasets */
    expect("in another order: column 0 (counting from 0) is 'p' instead of 't'");
}

static void other_columns_are_told(void)
{
    there = NAMES("a", "b", "c"), here = NAMES("c", "a", "d");
    expect("f.h5: /x does not have the columns of the training rows: missing: 'b'; unexpected: 'd'; specify the "
           "right file or columns, or set data.match_columns = ignore");
    there = NAMES("a", "b", "c"), here = NAMES("a", "b");
    expect("missing: 'c'; specify the right");
    there = NAMES("a", "b"), here = NAMES("a", "c", "b", "d");
    expect("the training rows: unexpected: 'c', 'd'; set data.match_columns = by_name (fcnn-predict: --match-columns "
           "by_name) to leave the other columns out");
    there = NAMES("a", "a", "b"), here = NAMES("a", "b", "b");
    expect("missing: 'a'; unexpected: 'b'");
}

static void made_up_names_say_nothing(void)
{
    there = NAMES(".x[0]", ".x[1]"), here = NAMES(".features[0]", ".features[1]");
    expect(NULL);
    there = NAMES(".x[0]", ".x[1]"), here = NAMES(".x[1]", ".x[0]");
    expect(NULL);
    there = NAMES(":x"), here = NAMES(":features");
    expect(NULL);
    there = NAMES(":t", ":p"), here = NAMES(":temperature", ":pressure");
    expect(NULL);
    there = NAMES("a", "b"), here = NAMES(".x[0]", ".x[1]");
    expect(NULL);
    there = NAMES(".x[0]", ".x[1]"), here = NAMES("a", "b");
    expect(NULL);
    there = NAMES("a"), here = NAMES(".x[0]", ".x[1]"); /* whoever compares widths will tell */
    expect(NULL);
}

static void some_names_are_compared_by_place(void)
{
    there = NAMES("a", ".x[0]", "c"), here = NAMES("a", ".y[3]", "c");
    expect(NULL);
    there = NAMES("a", ".x[0]", "c"), here = NAMES("b", "q", "c");
    expect(
        "f.h5: /x has other columns than the training rows: column 0 (counting from 0) is 'b' instead of 'a'; specify");
}

static void datasets_of_one_column_name_them_where_some_agree(void)
{
    there = NAMES(":a", ":b", ":c"), here = NAMES(":c", ":a", ":d");
    expect("missing: 'b'; unexpected: 'd'");
    there = NAMES(":a", ":b"), here = NAMES(":a", ":b");
    expect(NULL);
    there = NAMES(":a"), here = NAMES(":a", ":b");
    expect("unexpected: 'b'; set data.match_columns");
    there = NAMES("a", "b"), here = NAMES(":a", ":c"); /* members, and datasets */
    expect("missing: 'b'; unexpected: 'c'");
    there = NAMES(":a", ":b"), here = NAMES(":a", ".x[0]");
    expect(NULL);
    there = NAMES(":b"), here = NAMES(":a", ":b");
    expect_order("1", NULL);
}

static void long_lists_end_after_ten(void)
{
    enum { MANY = 13 };
    char texts[2][MANY][8];
    const char *labels[2][MANY];
    for (int i = 0; i < MANY; i++) {
        snprintf(texts[0][i], sizeof texts[0][i], "a%d", i);
        snprintf(texts[1][i], sizeof texts[1][i], "b%d", i);
        labels[0][i] = texts[0][i];
        labels[1][i] = texts[1][i];
    }
    there = make(MANY, labels[0]), here = make(MANY, labels[1]);
    expect("missing: 'a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8', 'a9' and 3 more; unexpected: 'b0', ");
    there = make(11, labels[0]), here = make(12, labels[1]);
    expect("'b9' and 2 more; specify");
    there = make(MANY, labels[0]);
    for (int i = 0; i < MANY; i++) {
        labels[1][i] = texts[0][(i + 1) % MANY];
    }
    here = make(MANY, labels[1]);
    expect("column 9 is 'a10' instead of 'a9' and 3 more; set data");
}

static void long_names_are_cut_between_characters(void)
{
    there = NAMES("a"), here = NAMES("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuöö");
    expect("'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstu'");
}

static void labels_may_stand_for_columns(void)
{
    const fcnn_column_reference classes = {.names = &there, .where = "m.h5", .may_be_labels = true};
    const fcnn_column_side side = {&here, "f.h5", "/y"};
    there = NAMES("a", "b", "c"), here = NAMES("species");
    HARNESS_OK(fcnn_column_match_check(&side, &classes));
    HARNESS_STATUS(fcnn_column_match_check(&side, &wanted), FCNN_EDATA);
    clear();
    there = NAMES("species"), here = NAMES("a", "b", "c");
    HARNESS_OK(fcnn_column_match_check(&side, &classes));
    clear();
    there = NAMES("species"), here = NAMES("genus");
    HARNESS_STATUS(fcnn_column_match_check(&side, &classes), FCNN_EDATA);
    clear();
}

/* ---- units ---- */

static void other_units_are_told(void)
{
    there = NAMES("t|K", "p|Pa"), here = NAMES("t|degC", "p|Pa");
    expect(
        "f.h5: /x has other units than the training rows: column 0 (counting from 0) 't' is in 'degC' instead of 'K'; "
        "convert");
    there = NAMES(".x[0]|K", ".x[1]"), here = NAMES(":a|degC", ".b[0]|m");
    expect("column 0 (counting from 0) 'a' is in 'degC' instead of 'K'; convert");
    there = NAMES("p|MPa"), here = NAMES("p|mPa");
    expect("in 'mPa' instead of 'MPa'");
    there = NAMES("v|m s-1"), here = NAMES("v|ms-1");
    expect("in 'ms-1' instead of 'm s-1'");
}

static void blanks_and_missing_units_are_no_difference(void)
{
    there = NAMES("a|K", "b", "c|m s-1", "d| K "), here = NAMES("a", "b|K", "c| m  s-1", "d|K");
    expect(NULL);
    there = NAMES("a| ", "b|K"), here = NAMES("a|K", "b|\t");
    expect(NULL);
}

/* ---- by name ---- */

static void columns_are_found_by_name(void)
{
    there = NAMES("a", "b", "c"), here = NAMES("c", "x", "a", "b");
    expect_order("230", NULL);
    there = NAMES("a", "b"), here = NAMES("a", "b", "c");
    expect_order("01", NULL);
    there = NAMES("a", "b"), here = NAMES("a", "b");
    expect_order("", NULL);
    there = NAMES("a", "b"), here = NAMES("b", "c", "c", "a"); /* two that nobody wants */
    expect_order("30", NULL);
    there = NAMES(":t", ":p"), here = NAMES(":p", ":t");
    expect_order("10", NULL);
    there = NAMES("t", ".x[0]"), here = NAMES(".x[0]", ".x[1]", "t");
    expect_order("20", NULL);
}

static void places_serve_where_nothing_has_a_name(void)
{
    there = NAMES(".x[0]", ".x[1]"), here = NAMES(".x[1]", ".x[0]");
    expect_order("", NULL);
    there = NAMES(".x[0]", ".x[1]"), here = NAMES("a", "b");
    expect_order("", NULL);
    there = NAMES(":y"), here = NAMES(":target");
    expect_order("", NULL);
    there = NAMES(":u", ":v"), here = NAMES(".y[0]", ".y[1]");
    expect_order("", NULL);
    here = NAMES("a");
    expect_order("", NULL);
}

static void columns_that_are_not_there_are_told(void)
{
    there = NAMES("a", "b", "c"), here = NAMES("c", "a", "d");
    expect_order(NULL, "f.h5: /x lacks columns of the training rows that data.match_columns = by_name requires: "
                       "'b'; it has 'd'");
    there = NAMES("a", "b"), here = NAMES("b");
    expect_order(NULL, "requires: 'a'");
    there = NAMES("a", "b"), here = NAMES(".x[0]", ".x[1]");
    expect_order(NULL, "requires: 'a', 'b'; it has 'x[0]', 'x[1]'");
    there = NAMES("a", "b");
    expect_order(NULL, "requires: 'a', 'b'");
    there = NAMES(":t", ":p"), here = NAMES(":p", ":q");
    expect_order(NULL, "requires: 't'; it has 'q'");
}

static void names_that_come_twice_are_told(void)
{
    there = NAMES("a", "b", "a"), here = NAMES("a", "a", "b");
    expect_order(
        NULL,
        "f.h5: /x: data.match_columns = by_name cannot distinguish columns 0 and 2 (counting from 0) of the training "
        "rows, which have the same name 'a'");
    there = NAMES("a", "b"), here = NAMES("b", "a", "c", "b");
    expect_order(NULL,
                 "cannot distinguish columns 0 and 3 (counting from 0) of this file, which have the same name 'b'");
    there = NAMES("a", "a"), here = NAMES("a", "a"); /* the same list needs no order */
    expect_order("", NULL);
}

static void names_do_not_excuse_units(void)
{
    there = NAMES("a|K", "b|m"), here = NAMES("b|m", "c|s", "a|degC");
    expect_order(NULL, "column 2 (counting from 0) 'a' is in 'degC' instead of 'K'");
    there = NAMES("a|K", "b|m"), here = NAMES("b", "c|s", "a|K");
    expect_order("20", NULL);
    there = NAMES("a|K"), here = NAMES("a|degC");
    expect_order(NULL, "column 0 (counting from 0) 'a' is in 'degC' instead of 'K'");
}

static void what_is_left_out_is_listed(void)
{
    const int64_t order[] = {3, 1};
    fcnn_text text = {0};
    here = NAMES("a", "b", "c", "d");
    HARNESS_OK(fcnn_column_match_left_out(&here, order, 2, &text));
    CU_ASSERT_STRING_EQUAL(text.data, "'a', 'c'");
    fcnn_text_clear(&text);
    clear();
}

static void later_files_tell_what_the_first_did_not(void)
{
    const int64_t order[] = {1, 0};
    there = NAMES(".x[0]", "b|m"), here = NAMES("a|K", "b");
    HARNESS_OK(fcnn_column_match_complete_names(&there, &here));
    HARNESS_OK(fcnn_column_match_complete_units(&there, &here, NULL));
    CU_ASSERT_STRING_EQUAL(there.names[0], "a");
    CU_ASSERT_STRING_EQUAL(there.units[0], "K");
    CU_ASSERT_STRING_EQUAL(there.units[1], "m");
    CU_ASSERT_EQUAL(there.origins[0], FCNN_NAME_GIVEN);
    clear();
    there = NAMES("a", "b"), here = NAMES("b", "a|K");
    HARNESS_OK(fcnn_column_match_complete_units(&there, &here, order));
    CU_ASSERT_STRING_EQUAL(there.units[0], "K");
    CU_ASSERT_STRING_EQUAL(there.units[1], "");
    clear();
}

/* ---- orders of files ---- */

static void every_rank_knows_each_files_order(void)
{
    const int64_t first[] = {2, 0, 1}, second[] = {0, 2, 4};
    fcnn_column_orders orders = {0};
    if (harness_comm()->rank == 0) {
        orders.width = 3;
        HARNESS_OK(fcnn_column_orders_add(&orders, NULL));
        HARNESS_OK(fcnn_column_orders_add(&orders, first));
        HARNESS_OK(fcnn_column_orders_add(&orders, second));
        HARNESS_OK(fcnn_column_orders_add(&orders, first));
    }
    HARNESS_OK(fcnn_column_orders_share(&orders, harness_comm()));
    CU_ASSERT_EQUAL(orders.count, 2);
    CU_ASSERT_PTR_NULL(fcnn_column_orders_find(&orders, 0));
    CU_ASSERT_PTR_NULL(fcnn_column_orders_find(&orders, 4));
    const int64_t *const expected[] = {first, second, first};
    for (int file = 0; file < 3; file++) {
        const int64_t *order = fcnn_column_orders_find(&orders, file + 1);
        CU_ASSERT_PTR_NOT_NULL_FATAL(order);
        CU_ASSERT_EQUAL(memcmp(order, expected[file], sizeof first), 0);
    }
    fcnn_column_orders_clear(&orders);
    HARNESS_OK(fcnn_column_orders_share(&orders, harness_comm()));
    CU_ASSERT_PTR_NULL(fcnn_column_orders_find(&orders, 0));
}

HARNESS_MAIN("column_match", {"the same names fit", the_same_names_fit},
             {"moved columns are told", moved_columns_are_told}, {"other columns are told", other_columns_are_told},
             {"made up names say nothing", made_up_names_say_nothing},
             {"some names are compared by place", some_names_are_compared_by_place},
             {"datasets of one column name them where some agree", datasets_of_one_column_name_them_where_some_agree},
             {"long lists end after ten", long_lists_end_after_ten},
             {"long names are cut between characters", long_names_are_cut_between_characters},
             {"labels may stand for columns", labels_may_stand_for_columns},
             {"other units are told", other_units_are_told},
             {"blanks and missing units are no difference", blanks_and_missing_units_are_no_difference},
             {"columns are found by name", columns_are_found_by_name},
             {"places serve where nothing has a name", places_serve_where_nothing_has_a_name},
             {"columns that are not there are told", columns_that_are_not_there_are_told},
             {"names that come twice are told", names_that_come_twice_are_told},
             {"names do not excuse units", names_do_not_excuse_units},
             {"what is left out is listed", what_is_left_out_is_listed},
             {"later files tell what the first did not", later_files_tell_what_the_first_did_not},
             {"every rank knows each file's order", every_rank_knows_each_files_order})
