/* tests/test_column_words.c — one word for all columns, or words with ranges of columns. */
#include "harness.h"

#include "config/column_words.h"
#include "config/normalization.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const words[] = {"none", "log", "scale", NULL};
static const char *const file_words[] = {"none", "log", "file", NULL};

/* Parses a text; returns how it is printed, or what is wrong with it; borrowed until the next call. */
static const char *read_back(const char *text)
{
    static char out[200];
    fcnn_column_fault fault;
    fcnn_column_words parsed;
    fcnn_text printed = {0};
    const fcnn_status status = fcnn_column_words_parse(text, words, &fault, &parsed);
    if (status != FCNN_OK) {
        CU_ASSERT_EQUAL(status, FCNN_ECONFIG);
        snprintf(out, sizeof out, "'%s' %s", fault.part, fault.reason);
        return out;
    }
    HARNESS_OK(fcnn_column_words_print(&parsed, words, &printed));
    snprintf(out, sizeof out, "%s", printed.data);
    fcnn_text_clear(&printed);
    fcnn_column_words_clear(&parsed);
    return out;
}

static void texts_are_read_and_printed(void)
{
    CU_ASSERT(harness_same_text(read_back("log"), "log"));
    CU_ASSERT(harness_same_text(read_back("  scale  "), "scale"));
    CU_ASSERT(harness_same_text(read_back("log 0:6,none  6 ,\tscale 7:"), "log 0:6, none 6, scale 7:"));
    CU_ASSERT(harness_same_text(read_back("log 1 4:6 :1"), "log 1, log 4:6, log 0"));
    CU_ASSERT(harness_same_text(read_back("log :4, none 4:"), "log 0:4, none 4:"));
    CU_ASSERT(harness_same_text(read_back(read_back("scale 7:8, log 2 0:2")), "scale 7, log 2, log 0:2"));
}

static void wrong_texts_are_named(void)
{
    CU_ASSERT(harness_same_text(read_back("lag"), "'lag' is not an allowed word"));
    CU_ASSERT(harness_same_text(read_back(""), "'' is an empty item of a list"));
    CU_ASSERT(harness_same_text(read_back("log 0:6,"), "'' is an empty item of a list"));
    CU_ASSERT(harness_same_text(read_back("log, none 3"), "'log' has no columns, which each word of several needs"));
    const char *const ranges[] = {"6:6", "6:3", ":", "a", "-1", "1:2:3", "[3]", "1.5", "99999999999999999999"};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        char text[60], expected[120];
        snprintf(text, sizeof text, "log 0, none %s", ranges[i]);
        snprintf(expected, sizeof expected, "'%s' is not a range of columns such as 6, 0:6, 7: or :4", ranges[i]);
        CU_ASSERT(harness_same_text(read_back(text), expected));
    }
}

/* Asserts that a text assigns kinds to columns, or that a message has a piece. */
static void expect(const char *text, int64_t columns, const char *digits, const char *error)
{
    fcnn_normalization has;
    HARNESS_STATUS(fcnn_normalization_assign(text, "data.normalize", columns, &has),
                   error == NULL ? FCNN_OK : FCNN_ECONFIG);
    for (int64_t i = 0; error == NULL && i < columns; i++) {
        CU_ASSERT_EQUAL((int)has.kinds[i], digits[i] - '0');
    }
    if (error != NULL) {
        HARNESS_ERROR_HAS(error);
    }
    fcnn_normalization_clear(&has);
}

static void each_column_has_one_word(void)
{
    expect("standardize", 3, "111", NULL);
    expect("standardize 0:2, minmax 4, none 2:4", 5, "11002", NULL);
    expect("minmax 3:, none 0:3", 5, "00022", NULL);
    expect("minmax 3:, none 0:3", 3, "", "data.normalize mentions column 3, but there are 3 columns, 0 to 2");
    expect("minmax 0:9", 8, "", "data.normalize mentions column 8, but there are 8 columns, 0 to 7");
    expect("minmax 0:2, none 1:3", 3, "", "data.normalize mentions column 1 twice");
    expect("minmax 0:2, none 3", 4, "", "data.normalize does not mention column 2 of 4");
}

/* Columns of several files: each has its own path. */
static void each_column_has_its_file(void)
{
    fcnn_normalization has;
    HARNESS_OK(fcnn_normalization_assign("file:\"a b.h5\" 0:2 4, none 2, file:c.h5 3", "data.normalize", 5, &has));
    CU_ASSERT_STRING_EQUAL(has.paths[0], "a b.h5");
    CU_ASSERT_STRING_EQUAL(has.paths[1], "a b.h5");
    CU_ASSERT_PTR_NULL(has.paths[2]);
    CU_ASSERT_STRING_EQUAL(has.paths[3], "c.h5");
    CU_ASSERT_STRING_EQUAL(has.paths[4], "a b.h5");
    fcnn_normalization_clear(&has);
}

/* Moves the paths of a text to a folder; borrowed until the next call. */
static const char *moved(const char *text, const char *folder)
{
    static char out[200];
    fcnn_column_fault fault;
    fcnn_column_words parsed;
    fcnn_text printed = {0};
    HARNESS_OK(fcnn_column_words_parse(text, file_words, &fault, &parsed));
    HARNESS_OK(fcnn_column_words_move(&parsed, folder));
    HARNESS_OK(fcnn_column_words_print(&parsed, file_words, &printed));
    snprintf(out, sizeof out, "%s", printed.data);
    fcnn_text_clear(&printed);
    fcnn_column_words_clear(&parsed);
    return out;
}

static void paths_are_read_moved_and_printed(void)
{
    CU_ASSERT(harness_same_text(moved("file:a.h5", ""), "file:a.h5"));
    CU_ASSERT(harness_same_text(moved("file:a.h5", "runs/"), "file:runs/a.h5"));
    CU_ASSERT(harness_same_text(moved("file:/a.h5 2:, none 0:2", "runs/"), "file:/a.h5 2:, none 0:2"));
    CU_ASSERT(harness_same_text(moved("file:a.h5", "my runs/"), "file:\"my runs/a.h5\""));
    CU_ASSERT(harness_same_text(moved("file:\"a, \"\"b\"\".h5\" 0:2 3,none 2", ""),
                                "file:\"a, \"\"b\"\".h5\" 0:2, file:\"a, \"\"b\"\".h5\" 3, none 2"));
    CU_ASSERT(harness_same_text(moved("file:\"a.h5\"", ""), "file:a.h5"));
    const char *const wrong[][2] = {{"file", "'file' must be followed by a path, as in file:NAME.h5"},
                                    {"file 0:2", "'file' must be followed by a path, as in file:NAME.h5"},
                                    {"file:", "'file:' does not name a file"},
                                    {"file: a.h5", "'file: a.h5' does not name a file"},
                                    {"file:\"a\"b", "'file:\"a\"b' has text behind a quotation mark"},
                                    {"file:\"a", "'file:\"a' has a quotation mark that is not closed"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        fcnn_column_fault fault;
        fcnn_column_words parsed;
        char text[120];
        CU_ASSERT_EQUAL(fcnn_column_words_parse(wrong[i][0], file_words, &fault, &parsed), FCNN_ECONFIG);
        snprintf(text, sizeof text, "'%s' %s", fault.part, fault.reason);
        CU_ASSERT(harness_same_text(text, wrong[i][1]));
    }
    CU_ASSERT(harness_same_text(read_back("file:a.h5"), "'file:a.h5' is not an allowed word"));
}

static void what_is_used_is_known(void)
{
    CU_ASSERT_FALSE(fcnn_normalization_is_used("none"));
    CU_ASSERT_FALSE(fcnn_normalization_is_used("none 0:3, none 3:"));
    CU_ASSERT_TRUE(fcnn_normalization_is_used("none 0:3, minmax 3:"));
    CU_ASSERT_TRUE(fcnn_normalization_has("none 0:3, minmax 3:", FCNN_NORMALIZE_MINMAX));
    CU_ASSERT_FALSE(fcnn_normalization_has("none 0:3, minmax 3:", FCNN_NORMALIZE_SCALE));
    CU_ASSERT_TRUE(fcnn_normalization_is_linear("none 0:3, minmax 3, robust 4, standardize 5, scale 6"));
    CU_ASSERT_FALSE(fcnn_normalization_is_linear("none 0:3, log 3"));
    CU_ASSERT_FALSE(fcnn_normalization_is_linear("asinh_standardize"));
    CU_ASSERT_TRUE(fcnn_normalization_is_used("file:a.h5"));
    CU_ASSERT_TRUE(fcnn_normalization_is_linear("file:a.h5"));
}

HARNESS_MAIN("column words", {"texts are read and printed", texts_are_read_and_printed},
             {"wrong texts are named", wrong_texts_are_named}, {"each column has one word", each_column_has_one_word},
             {"each column has its file", each_column_has_its_file},
             {"paths are read, moved and printed", paths_are_read_moved_and_printed},
             {"what is used is known", what_is_used_is_known})
