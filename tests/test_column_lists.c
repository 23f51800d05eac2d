/* tests/test_column_lists.c — ranges of columns and rows; the names, units and origins of columns in memory, in files
 * and between ranks. */
#include "harness.h"
#include "read_once.h"

#include "formats.h"

#include "data/column_attributes.h"
#include "data/columns.h"
#include "data/describe_columns.h"

#include <hdf5.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- names in memory ---- */

static void every_rank_gets_the_names(void)
{
    fcnn_column_names names = {0};
    if (harness_comm()->rank == 0) {
        HARNESS_OK(fcnn_column_names_create(2, &names));
        free(names.names[0]);
        free(names.units[1]);
        names.names[0] = strdup("temperature");
        names.units[1] = strdup("K");
        names.origins[1] = FCNN_NAME_GIVEN;
    }
    HARNESS_OK(fcnn_column_names_share(&names, harness_comm()));
    CU_ASSERT_EQUAL_FATAL(names.count, 2);
    CU_ASSERT_STRING_EQUAL(names.names[0], "temperature");
    CU_ASSERT_STRING_EQUAL(names.names[1], "");
    CU_ASSERT_STRING_EQUAL(names.units[0], "");
    CU_ASSERT_STRING_EQUAL(names.units[1], "K");
    CU_ASSERT_EQUAL(names.origins[0], FCNN_NAME_PLACE);
    CU_ASSERT_EQUAL(names.origins[1], FCNN_NAME_GIVEN);
    fcnn_column_names_clear(&names);
    HARNESS_OK(fcnn_column_names_share(&names, harness_comm()));
    CU_ASSERT_EQUAL(names.count, 0);
}

static void lines_that_are_no_names_do_not_fit(void)
{
    const struct {
        const char *lines;
        bool fits;
    } cases[] = {{"a\nb\n", true}, {"\n\n", true},      {"a\n", false},         {"a\nb", false},
                 {"", false},      {"a\nb\n\n", false}, {"a\n\33[31m\n", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *texts[2] = {NULL, NULL};
        bool fits;
        HARNESS_OK(fcnn_column_names_take_lines(cases[i].lines, 2, texts, &fits));
        CU_ASSERT_EQUAL(fits, cases[i].fits);
        free(texts[0]);
        free(texts[1]);
    }
}

static void origins_are_lines_too(void)
{
    fcnn_column_names names;
    fcnn_text text = {0};
    HARNESS_OK(fcnn_column_names_create(3, &names));
    names.origins[0] = FCNN_NAME_GIVEN;
    names.origins[2] = FCNN_NAME_DATASET;
    HARNESS_OK(fcnn_column_names_put_origins(&names, &text));
    CU_ASSERT_STRING_EQUAL(text.data, "given\nplace\ndataset\n");
    CU_ASSERT_TRUE(fcnn_column_names_take_origins("place\ndataset\ngiven\n", &names));
    CU_ASSERT_EQUAL(names.origins[0], FCNN_NAME_PLACE);
    CU_ASSERT_EQUAL(names.origins[1], FCNN_NAME_DATASET);
    CU_ASSERT_EQUAL(names.origins[2], FCNN_NAME_GIVEN);
    for (int i = 0; i < 5; i++) {
        static const char *const odd[] = {"", "place\nplace\n", "place\nplace\nplace", "place\nplace\nplac\n",
                                          "given\ngiven\ngiven\ngiven\n"};
        CU_ASSERT_FALSE(fcnn_column_names_take_origins(odd[i], &names));
    }
    fcnn_text_clear(&text);
    fcnn_column_names_clear(&names);
}

static void origins_are_guessed_where_files_are_older(void)
{
    static const struct {
        const char *name;
        int origin;
    } cases[] = {{"x[0]", FCNN_NAME_PLACE}, {"x[12]", FCNN_NAME_PLACE}, {"x[]", FCNN_NAME_GIVEN},
                 {"[3]", FCNN_NAME_GIVEN},  {"x3]", FCNN_NAME_GIVEN},   {"heat", FCNN_NAME_GIVEN},
                 {"", FCNN_NAME_GIVEN}};
    enum { CASES = sizeof cases / sizeof *cases };
    fcnn_column_names names;
    HARNESS_OK(fcnn_column_names_create(CASES, &names));
    for (int i = 0; i < CASES; i++) {
        free(names.names[i]);
        names.names[i] = strdup(cases[i].name);
    }
    fcnn_column_names_guess_origins(&names);
    for (int i = 0; i < CASES; i++) {
        CU_ASSERT_EQUAL(names.origins[i], cases[i].origin);
    }
    fcnn_column_names_clear(&names);
    HARNESS_OK(fcnn_column_names_create(1, &names));
    fcnn_column_names_guess_origins(&names);
    CU_ASSERT_EQUAL(names.origins[0], FCNN_NAME_DATASET);
    fcnn_column_names_clear(&names);
}

static void a_label_has_what_is_known(void)
{
    char label[FCNN_COLUMN_LABEL_BYTES];
    char *names[] = {"heat", "time", ""}, *units[] = {"K", "", "m"};
    const fcnn_column_names known = {.count = 3, .names = names, .units = units};
    CU_ASSERT_TRUE(fcnn_column_names_label(&known, 0, label));
    CU_ASSERT_STRING_EQUAL(label, "heat [K]");
    CU_ASSERT_TRUE(fcnn_column_names_label(&known, 1, label));
    CU_ASSERT_STRING_EQUAL(label, "time");
    CU_ASSERT_FALSE(fcnn_column_names_label(&known, 2, label));
    CU_ASSERT_FALSE(fcnn_column_names_label(&known, 3, label));
}

/* ---- ranges ---- */

static void ranges_are_not_empty(void)
{
    fcnn_columns columns = {0};
    int64_t first, last;
    HARNESS_OK(fcnn_columns_parse("\"x\"[3:4]", &columns));
    CU_ASSERT(columns.count == 1 && columns.parts[0].first == 3 && columns.parts[0].last == 4);
    fcnn_columns_clear(&columns);
    HARNESS_STATUS(fcnn_columns_parse("\"x\"[3:3]", &columns), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("is not a valid range of columns");
    HARNESS_OK(fcnn_columns_range("5:6", &first, &last));
    CU_ASSERT(first == 5 && last == 6);
    HARNESS_STATUS(fcnn_columns_range("5:5", &first, &last), FCNN_ECONFIG);
    HARNESS_ERROR_HAS("'5:5' is not a valid range of rows");
}

HARNESS_MAIN("column_lists", {"ranges are not empty", ranges_are_not_empty},
             {"every rank gets the names", every_rank_gets_the_names},
             {"lines that are no names do not fit", lines_that_are_no_names_do_not_fit},
             {"origins are lines, too", origins_are_lines_too},
             {"origins are guessed where files are older", origins_are_guessed_where_files_are_older},
             {"a label has what is known", a_label_has_what_is_known})
