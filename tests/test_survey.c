/* tests/test_survey.c — slow to read about a table, and which tables are inputs and targets.  That the advice is
 * true was measured (src/inspect/survey_advice.c); here it is that it comes where it is due, and not elsewhere. */
#include "harness.h"

#include "inspect/survey.h"

#include <string.h>

/* A table of float32 [rows][columns] in chunks [chunk_rows][chunk_columns]; no chunks: in one run. */
static fcnn_hdf5_table make(int64_t rows, int64_t columns, int64_t chunk_rows, int64_t chunk_columns, bool is_packed)
{
    return (fcnn_hdf5_table){
        .name = "/x",
        .type = "float32",
        .info = {.type = FCNN_TYPE_FLOAT32, .rank = 2, .dims = {rows, columns}},
        .layout = chunk_rows > 0 ? FCNN_HDF5_CHUNKED : FCNN_HDF5_CONTIGUOUS,
        .chunk = {chunk_rows, chunk_columns},
        .is_packed = is_packed,
        .element_bytes = 4,
    };
}

/* The advice for a table must have these words, and the option of h5repack be this one; NULL: there must be none. */
static void expect(const fcnn_hdf5_table *table, bool by_columns, const char *words, const char *layout)
{
    fcnn_text text = {0}, layouts = {0};
    HARNESS_OK(fcnn_survey_advise(table, by_columns, &text, &layouts));
    const char *advice = text.data != NULL ? text.data : "", *option = layouts.data != NULL ? layouts.data : "";
    if (words == NULL ? advice[0] != '\0' : strstr(advice, words) == NULL) {
        fprintf(stderr, "not '%s', but: %s\n", words != NULL ? words : "nothing", advice);
        CU_FAIL("advice");
    }
    CU_ASSERT_STRING_EQUAL(option, layout != NULL ? layout : "");
    fcnn_text_clear(&text);
    fcnn_text_clear(&layouts);
}

static void tables_that_are_well_get_no_advice(void)
{
    const fcnn_hdf5_table good[] = {
        make(4000000, 64, 0, 0, false),     make(4000000, 64, 4096, 64, true),
        make(4000000, 64, 4096, 64, false), make(4000000, 64, 8, 64, false), /* of 2 kB */
        make(4000000, 64, 4096, 1, true),                                    /* columns, but of few rows */
        make(4000000, 64, 16384, 64, true),                                  /* 4 MB */
        make(1000, 64, 1, 1, true),                                          /* small: who would notice */
        make(100000, 100, 100000, 1, true),                                  /* 40 MB are not streamed in windows */
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        expect(&good[i], false, NULL, NULL);
    }
}

static void tiny_chunks_are_told(void)
{
    fcnn_hdf5_table table = make(500000, 64, 1, 64, false);
    expect(&table, false, "/x: 500000 chunks of 256 bytes: HDF5 needs about 10 us for each, about 5 s for all\n",
           " -l /x:CHUNK=4096x64");
    table = make(3, 500000, 3, 1, false);
    expect(&table, true, "/x: 500000 chunks of 12 bytes", " -l /x:CHUNK=3x87381");
    table = (fcnn_hdf5_table){
        .name = "/y",
        .info = {.type = FCNN_TYPE_FLOAT64, .rank = 1, .dims = {INT64_C(1) << 20}},
        .layout = FCNN_HDF5_CHUNKED,
        .chunk = {1},
        .element_bytes = 8,
    };
    expect(&table, false, "/y: 1048576 chunks of 8 bytes: HDF5 needs about 10 us for each, about 10 s",
           " -l /y:CHUNK=131072");
    table.info.dims[0] = 101000; /* less than a chunk should have */
    expect(&table, false, "/y: 101000 chunks of 8 bytes", " -l /y:CHUNK=101000");
}

static void chunks_that_are_read_again_and_again_are_told(void)
{
    fcnn_hdf5_table table = make(4000000, 64, 62500, 1, true); /* windows of 8 MB, bands of 16 MB */
    expect(&table, false, NULL, NULL);
    table = make(4000000, 64, 400000, 1, true);
    expect(&table, false,
           "/x: a row is spread over 64 chunks, which contain 400000 rows (102 MB): streaming reads and decompresses "
           "each chunk about 14 "
           "times per epoch",
           " -l /x:CHUNK=4096x64");
    table.is_packed = false;
    expect(&table, false, "streaming reads each chunk about 14 times per epoch", " -l /x:CHUNK=4096x64");
    table = make(4000000, 64, 131072, 64, true); /* of 32 MiB: 5 times */
    expect(&table, false,
           "a chunk contains 131072 rows (34 MB): streaming reads and decompresses each chunk about 5 times per epoch",
           " -l /x:CHUNK=4096x64");
    table.is_packed = false;
    expect(&table, false, NULL, NULL);
    table = make(400000, 64, 131072, 64, false); /* rows in one run: parts are read of those as well */
    expect(&table, false, NULL, NULL);
    table.is_packed = true;
    expect(&table, false,
           "a chunk contains 131072 rows (34 MB): streaming reads and decompresses each chunk about 9 times",
           " -l /x:CHUNK=4096x64");
    table = make(4000000, 64, 1000000, 64, false); /* too large for the cache: parts are read */
    expect(&table, false, NULL, NULL);
    table.is_packed = true;
    expect(&table, false, "a chunk contains 1000000 rows", " -l /x:CHUNK=4096x64");
}

static void slow_types_are_told(void)
{
    fcnn_hdf5_table table = make(4000000, 64, 0, 0, false);
    table.element_bytes = 2;
    table.is_slow_type = true;
    expect(&table, false, "/x: HDF5 converts about 20 million such numbers per second, which takes about 13 s", NULL);
    table.info.dims[0] = 4000;
    expect(&table, false, NULL, NULL);
}

/* A name is anyone's, and a command is to be pasted into a shell. */
static void no_command_has_a_strange_name(void)
{
    static const char *const names[] = {"/x;reboot", "/$(reboot)", "/a b", "/a'b", "/a?b", "/a,b", "/a:b", "/a[0]", ""};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        CU_ASSERT_FALSE(fcnn_survey_is_plain(names[i]));
    }
    CU_ASSERT_FALSE(fcnn_survey_is_plain("-x.h5"));
    CU_ASSERT_TRUE(fcnn_survey_is_plain("../run-1/Data_2.h5"));
    char name[] = "/x;reboot";
    fcnn_hdf5_table table = make(500000, 64, 1, 64, false);
    table.name = name;
    expect(&table, false, "/x;reboot: 500000 chunks of 256 bytes", NULL);
}

static void claims_of_any_size_are_counted(void)
{
    fcnn_hdf5_table table = make(INT64_C(1) << 57, 8, 1, 8, true);
    expect(&table, false, "chunks of 32 bytes", " -l /x:CHUNK=32768x8");
    table = make(0, INT64_MAX, 1, INT64_MAX, true);
    table.info.rank = 3;
    table.info.dims[2] = INT64_MAX;
    table.chunk[2] = INT64_MAX;
    expect(&table, false, NULL, NULL);
}

/* ---- pairs ---- */

static fcnn_hdf5_table named(char *name, int64_t first, int64_t second)
{
    fcnn_hdf5_table table = make(first, second, 0, 0, false);
    table.name = name;
    table.info.rank = second > 0 ? 2 : 1;
    return table;
}

/* The names of the pair must be these; NULL: none. */
static void expect_pair(fcnn_hdf5_table *tables, int64_t count, const char *inputs, const char *targets,
                        const char *test, bool by_columns)
{
    const fcnn_hdf5_survey survey = {.tables = tables, .count = count};
    fcnn_survey_pair pair;
    fcnn_survey_find_pair(&survey, &pair);
    CU_ASSERT_EQUAL(pair.inputs != NULL, inputs != NULL);
    CU_ASSERT_EQUAL(pair.test_inputs != NULL, test != NULL);
    CU_ASSERT_EQUAL(pair.by_columns, by_columns);
    if (inputs != NULL && pair.inputs != NULL) {
        CU_ASSERT_STRING_EQUAL(pair.inputs->name, inputs);
        CU_ASSERT_STRING_EQUAL(pair.targets->name, targets);
    }
    if (test != NULL && pair.test_inputs != NULL) {
        CU_ASSERT_STRING_EQUAL(pair.test_inputs->name, test);
    }
}

static void pairs_are_found_by_their_names(void)
{
    fcnn_hdf5_table split[] = {named("/test/x", 10, 7), named("/test/y", 10, 0), named("/train/x", 40, 7),
                               named("/train/y", 40, 0)};
    expect_pair(split, 4, "/train/x", "/train/y", "/test/x", false);
    split[1].info.dims[0] = 9; /* does not fit /test/x */
    expect_pair(split, 4, "/train/x", "/train/y", NULL, false);
    fcnn_hdf5_table runs[] = {named("/1/x", 10, 7), named("/1/y", 10, 0), named("/2/x", 40, 7), named("/2/y", 40, 0)};
    expect_pair(runs, 4, NULL, NULL, NULL, false);
    expect_pair(runs, 3, "/1/x", "/1/y", NULL, false);
    fcnn_hdf5_table more[] = {named("/id", 40, 0), named("/images", 40, 784), named("/labels", 40, 0)};
    expect_pair(more, 3, "/images", "/labels", NULL, false);
}

static void the_only_two_are_a_pair(void)
{
    fcnn_hdf5_table two[] = {named("/pressure", 40, 0), named("/state", 40, 3)};
    expect_pair(two, 2, "/state", "/pressure", NULL, false);
    two[0].info.dims[0] = 41;
    expect_pair(two, 2, NULL, NULL, NULL, false);
    two[0] = named("/pressure", 3, 0); /* 3 rows of 40 columns, of which nobody wrote the rows last */
    expect_pair(two, 2, NULL, NULL, NULL, false);
    two[1] = named("/state", 40, 300);
    two[0] = named("/pressure", 300, 0);
    expect_pair(two, 2, "/state", "/pressure", NULL, true);
}

static void fortran_has_the_rows_last(void)
{
    fcnn_hdf5_table tables[] = {named("/x", 3, 40), named("/y", 40, 0)};
    expect_pair(tables, 2, "/x", "/y", NULL, true);
}

static void what_is_not_read_is_no_candidate(void)
{
    fcnn_hdf5_table tables[] = {named("/x", 40, 3), named("/y", 40, 0)};
    tables[1].refusal = "is virtual";
    expect_pair(tables, 2, NULL, NULL, NULL, false);
    tables[1].refusal = NULL;
    tables[1].info.is_text = true;
    expect_pair(tables, 2, "/x", "/y", NULL, false);
    tables[0].info.is_text = true;
    expect_pair(tables, 2, NULL, NULL, NULL, false);
}

HARNESS_MAIN("survey", {"tables that are well get no advice", tables_that_are_well_get_no_advice},
             {"tiny chunks are told", tiny_chunks_are_told},
             {"chunks that are read again and again are told", chunks_that_are_read_again_and_again_are_told},
             {"slow types are told", slow_types_are_told},
             {"no command has a strange name", no_command_has_a_strange_name},
             {"claims of any size are counted", claims_of_any_size_are_counted},
             {"pairs are found by their names", pairs_are_found_by_their_names},
             {"the only two are a pair", the_only_two_are_a_pair},
             {"fortran has the rows last", fortran_has_the_rows_last},
             {"what is not read is no candidate", what_is_not_read_is_no_candidate})
