/* tests/test_csv.c — tables in CSV: every way to write one right, every way to write one wrong. */
#include "harness.h"

#include "formats/csv.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static fcnn_status read_as(const char *bytes, size_t length, const char *name, const fcnn_csv_options *options,
                           fcnn_csv *table)
{
    FILE *stream = length > 0 ? fmemopen((void *)(uintptr_t)bytes, length, "rb") : fopen("/dev/null", "rb");
    const fcnn_status status = fcnn_csv_read(stream, name, options, table);
    fclose(stream);
    return status;
}

static fcnn_status read_bytes(const char *bytes, size_t length, bool header, fcnn_csv *out)
{
    return read_as(bytes, length, "t.csv", &(fcnn_csv_options){.header = header}, out);
}

static void expect(const char *text, bool header, int64_t rows, int64_t columns, const double *values)
{
    fcnn_csv table = {0};
    HARNESS_OK(read_bytes(text, strlen(text), header, &table));
    CU_ASSERT_EQUAL(table.rows, rows);
    CU_ASSERT_EQUAL(table.columns, columns);
    CU_ASSERT_EQUAL(table.names != NULL, header);
    if (table.rows == rows && table.columns == columns) {
        CU_ASSERT_EQUAL(memcmp(table.values, values, (size_t)(rows * columns) * sizeof *values), 0);
    }
    fcnn_csv_clear(&table);
}

static void expect_error(const char *text, bool header, const char *message)
{
    fcnn_csv table = {0};
    HARNESS_STATUS(read_bytes(text, strlen(text), header, &table), FCNN_EDATA);
    CU_ASSERT(harness_same_text(fcnn_error_text(), message));
    CU_ASSERT_PTR_NULL(table.values);
}

static void rows_are_read(void)
{
    const double values[] = {1, -2.5, 3e-7, 4, 5, 6};
    expect("1,-2.5,3e-7\n4,5,6\n", false, 2, 3, values);
    expect("1,-2.5,3e-7\n4,5,6", false, 2, 3, values);
    expect("1,-2.5,3e-7\r\n4,5,6\r\n", false, 2, 3, values);
    expect("\xEF\xBB\xBF"
           "1,-2.5,3e-7\n4,5,6\n",
           false, 2, 3, values);
    expect(" 1 ,\t-2.5,  3e-7 \n4,5,6\t\n", false, 2, 3, values);
    expect("1,-2.5,3e-7\n4,5,6\n\n \n\t\r\n\n", false, 2, 3, values);
    expect("1\n-2.5\n3e-7\n4\n5\n6", false, 6, 1, values);
    expect("1,-2.5,3e-7,4,5,6", false, 1, 6, values);
}

static void many_rows_are_kept(void)
{
    enum { ROWS = 5000, COLUMNS = 7 };
    char *text = malloc(ROWS * COLUMNS * 8);
    double *values = malloc(ROWS * COLUMNS * sizeof *values);
    size_t length = 0;
    for (int i = 0; i < ROWS * COLUMNS; i++) {
        length += (size_t)sprintf(text + length, "%d%c", i, i % COLUMNS == COLUMNS - 1 ? '\n' : ',');
        values[i] = i;
    }
    expect(text, false, ROWS, COLUMNS, values);
    free(values);
    free(text);
}

static void names_are_read(void)
{
    const double values[] = {1, 2, 3};
    const char *const names[] = {"a b", "c,d \"e\"", "größe"};
    const char text[] = "\xEF\xBB\xBF a b ,\"c,d \"\"e\"\"\" ,größe\r\n1,2,3\r\n";
    fcnn_csv table = {0};
    expect(text, true, 1, 3, values);
    HARNESS_OK(read_bytes(text, strlen(text), true, &table));
    for (int c = 0; c < 3 && table.names != NULL; c++) {
        CU_ASSERT(harness_same_text(table.names[c], names[c]));
    }
    fcnn_csv_clear(&table);
}

static void bad_cells_are_named(void)
{
    expect_error("1,2\n3,abc\n", false, "t.csv: line 2, column 2: 'abc' is not a number");
    expect_error("a,b,c\n1,2,3\n4,,6\n", true,
                 "t.csv: line 3, column 2: the cell is empty; --missing imports such inputs as NaN");
    expect_error("1,2\n3,\n", false,
                 "t.csv: line 2, column 2: the cell is empty; --missing imports such inputs as NaN");
    expect_error("1,2\n nan,2\n", false,
                 "t.csv: line 2, column 1: 'nan' is a missing value; --missing imports such inputs as NaN");
    expect_error("1,2\n1,-Inf\n", false, "t.csv: line 2, column 2: '-Inf' is not a finite number");
    expect_error("1,2\n1,1e999\n", false, "t.csv: line 2, column 2: '1e999' is not a finite number");
    expect_error("1,2\n1,0x10\n", false, "t.csv: line 2, column 2: '0x10' is not a number");
    expect_error("1,2\n1,2 3\n", false, "t.csv: line 2, column 2: '2 3' is not a number");
    expect_error("1,2\n1,2.5.5\n", false, "t.csv: line 2, column 2: '2.5.5' is not a number");
    expect_error("1;2\n3;4,5\n", false,
                 "t.csv: line 2, column 2: '4,5' is not a number; write decimals with a point, not with a comma");
    expect_error(
        "1,2\n3,4;5\n", false,
        "t.csv: line 2, column 2: '4;5' is not a number; cells are separated by commas here; --delimiter sets another "
        "separator");
    expect_error(
        "1\t2\n3\ta;5\n", false,
        "t.csv: line 2, column 2: 'a;5' is not a number; cells are separated by tabs here; --delimiter sets another "
        "separator");
    expect_error("1\n2\x1b[31m\n", false, "t.csv: line 2, column 1: '2?[31m' is not a number");
}

static void a_header_is_suspected(void)
{
    const char hint[] = "is not a number; if the first line contains the names of the columns, add --header";
    expect_error("width,height\n1,2\n", false,
                 "t.csv: line 1, column 1: 'width' is not a number; if the first line contains the names of the "
                 "columns, add --header");
    fcnn_csv table = {0};
    HARNESS_STATUS(read_bytes("\"a\"\n1", 5, false, &table), FCNN_EDATA);
    HARNESS_ERROR_HAS(hint);
}

static void long_garbage_is_cut(void)
{
    char text[400] = "1\n";
    memset(text + 2, 'x', 300);
    expect_error(text, false, "t.csv: line 2, column 1: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...' is not a number");
    /* 39 bytes, then a character of two bytes, which must not be cut in half */
    memset(text + 2, 'x', 39);
    memcpy(text + 41, "öyyyy", 7);
    expect_error(text, false, "t.csv: line 2, column 1: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...' is not a number");
}

static void shapes_are_checked(void)
{
    expect_error("1,2\n3,4\n5\n", false, "t.csv: line 3 has 1 cells, but line 1 has 2");
    expect_error("1,2\n3,4,5,x\n", false, "t.csv: line 2 has 4 cells, but line 1 has 2");
    expect_error("a,b\n1\n", true, "t.csv: line 2 has 1 cells, but line 1 has 2");
    expect_error("1,2\n\n\n3,4\n", false, "t.csv: line 2 is empty, but more lines follow");
    expect_error("\n1,2\n", false, "t.csv: line 1 is empty, but more lines follow");
    expect_error("", false, "t.csv: contains no rows");
    expect_error("\n\n", false, "t.csv: contains no rows");
    expect_error("a,b\n", true, "t.csv: contains no rows");
    expect_error("1,2,\n3,4,\n", false,
                 "t.csv: line 1, column 3: the cell is empty; --missing imports such inputs as NaN");
}

static void bad_headers_are_named(void)
{
    expect_error(
        ",a\n1,2\n", true,
        "t.csv: line 1, column 1: the name of the column is empty (if it is the row index of pandas, write the "
        "file with index=False)");
    expect_error("b,c,a,c\n1,2,3,4\n", true, "t.csv: line 1: two columns have the name 'c'");
}

static void quoted_cells_are_read(void)
{
    const double values[] = {1, 2, -3, 4.5};
    expect("\"1\",2\n-3,\"4.5\"\n", false, 2, 2, values);
    expect(" \"1\" , \" 2\t\"\n\"-3\",4.5", false, 2, 2, values);
    expect("\"a;b\",\"c;;;d\"\n1,2\n-3,4.5\n", true, 2, 2, values); /* what is quoted parts nothing */
    const char open[] = "a quote is not closed in this line; a cell cannot contain a line break";
    char message[200];
    snprintf(message, sizeof message, "t.csv: line 1, column 2: %s", open);
    expect_error("a,\"b\n1,2\n", true, message);
    snprintf(message, sizeof message, "t.csv: line 2, column 1: %s", open);
    expect_error("1,2\n\"3\n4\",5\n", false, message);
    const char behind[] = "text follows the closing quote; within quotes, write \"\" for a quote";
    snprintf(message, sizeof message, "t.csv: line 1, column 2: %s", behind);
    expect_error("a,\"b\"c\n1,2\n", true, message);
    snprintf(message, sizeof message, "t.csv: line 2, column 2: %s", behind);
    expect_error("1,2\n3,\"4\"5\n", false, message);
    expect_error("1,2\n3,\"4\"\"5\"\n", false, "t.csv: line 2, column 2: '4\"5' is not a number");
}

static void delimiters_are_found(void)
{
    const double values[] = {1, 2, 3, 4};
    expect("1;2\n3;4\n", false, 2, 2, values);
    expect("1\t2\n3\t 4 \n", false, 2, 2, values);
    expect("1,\t2\n3,4\t\n", false, 2, 2, values); /* a tab is a blank where commas part */
    expect("\"a,b,c\";d\n1;2\n3;4\n", true, 2, 2, values);
    expect_error("1\t2\n3 4\n", false, "t.csv: line 2, column 1: '3 4' is not a number");
}

static void a_delimiter_can_be_given(void)
{
    fcnn_csv table = {0};
    const char text[] = "a,b,c;d\n1;2\n";
    HARNESS_OK(read_as(text, strlen(text), "t.csv", &(fcnn_csv_options){.header = true, .delimiter = ';'}, &table));
    CU_ASSERT(table.columns == 2 && harness_same_text(table.names[0], "a,b,c"));
    fcnn_csv_clear(&table);
    HARNESS_STATUS(read_as("1;2\n", 4, "t.csv", &(fcnn_csv_options){.delimiter = '\t'}, &table), FCNN_EDATA);
}

static void missing_cells_become_nan(void)
{
    const fcnn_csv_options options = {.missing = true};
    const char text[] = "1,,2\nNA,n/A,NaN\nnull, None ,?\n\"\",\"NA\",3\n";
    const double values[] = {1, NAN, 2, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, 3};
    fcnn_csv table = {0};
    HARNESS_OK(read_as(text, strlen(text), "t.csv", &options, &table));
    CU_ASSERT(table.rows == 4 && table.columns == 3);
    for (int i = 0; i < 12 && table.rows == 4; i++) {
        CU_ASSERT(isnan(values[i]) ? isnan(table.values[i]) : table.values[i] == values[i]);
    }
    fcnn_csv_clear(&table);
    /* tabs alone part cells that are missing, blanks alone are an empty line */
    HARNESS_OK(read_as("1\t2\n\t\n  \n", 9, "t.csv", &options, &table));
    CU_ASSERT(table.rows == 2 && isnan(table.values[2]) && isnan(table.values[3]));
    fcnn_csv_clear(&table);
    const char *const wrong[] = {"nap", "na n", "n", "-", "inf", "1e999", "nan0", "??"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        HARNESS_STATUS(read_as(wrong[i], strlen(wrong[i]), "t.csv", &options, &table), FCNN_EDATA);
    }
}

static void tables_are_joined(void)
{
    const fcnn_csv_options plain = {0}, named = {.header = true};
    const double values[] = {1, 2, 3, 4, 5, 6};
    fcnn_csv table = {0};
    HARNESS_OK(read_as("a,b\n1,2\n", 8, "1.csv", &named, &table));
    HARNESS_OK(read_as("a;b\n3;4\n5;6\n", 12, "2.csv", &named, &table)); /* each has a delimiter of its own */
    CU_ASSERT(table.rows == 3 && table.columns == 2 && memcmp(table.values, values, sizeof values) == 0);
    CU_ASSERT(harness_same_text(table.origin, "1.csv") && harness_same_text(table.names[1], "b"));
    HARNESS_STATUS(read_as("a,c\n1,2\n", 8, "3.csv", &named, &table), FCNN_EDATA);
    CU_ASSERT(harness_same_text(fcnn_error_text(), "3.csv: column 2 has the name 'c', but in 1.csv it is 'b'"));
    CU_ASSERT(table.values == NULL && table.names == NULL && table.rows == 0);
    HARNESS_OK(read_as("1,2\n", 4, "1.csv", &plain, &table));
    HARNESS_STATUS(read_as("1,2,3\n", 6, "2.csv", &plain, &table), FCNN_EDATA);
    CU_ASSERT(harness_same_text(fcnn_error_text(), "2.csv: has 3 columns, but 1.csv has 2"));
    HARNESS_OK(read_as("1,2\n", 4, "1.csv", &plain, &table));
    HARNESS_STATUS(read_as("\n", 1, "2.csv", &plain, &table), FCNN_EDATA);
    CU_ASSERT(harness_same_text(fcnn_error_text(), "2.csv: contains no rows"));
    CU_ASSERT_PTR_NULL(table.values);
}

/* Says that column `context` is that of the classes. */
static fcnn_status choose_column(const fcnn_csv *table, void *context, int64_t *class_column)
{
    CU_ASSERT(table->columns == 2 && table->rows == 0);
    *class_column = *(const int64_t *)context;
    return FCNN_OK;
}

static void classes_are_numbered(void)
{
    int64_t column = 1;
    const fcnn_csv_options options = {.choose = choose_column, .context = &column};
    const char text[] = "1,dog\n2,\"cat, big\"\n3,dog\n4,7\n";
    const char *const names[] = {"dog", "cat, big", "7", "ant"}; /* as they appear */
    const int64_t order[] = {2, 3, 1, 0};
    const double numbers[] = {0, 1, 0, 2, 3};
    fcnn_csv table = {0};
    HARNESS_OK(read_as(text, strlen(text), "1.csv", &options, &table));
    HARNESS_OK(read_as("5,ant", 5, "2.csv", &options, &table));
    CU_ASSERT_EQUAL_FATAL(table.classes_count, 4);
    for (int i = 0; i < 4; i++) {
        CU_ASSERT(harness_same_text(table.classes[i], names[i]));
        CU_ASSERT_EQUAL(table.class_order[i], order[i]);
    }
    for (int i = 0; i < 5; i++) {
        CU_ASSERT(table.values[2 * i] == i + 1 && table.values[2 * i + 1] == numbers[i]);
    }
    HARNESS_STATUS(read_as("5,?\n", 4, "3.csv", &options, &table), FCNN_EDATA);
    CU_ASSERT(harness_same_text(fcnn_error_text(), "3.csv: line 1, column 2: the name of the class is missing"));
    CU_ASSERT_PTR_NULL(table.classes);
}

/* Not even a column of names, all different, takes memory and time without end. */
static void too_many_classes_are_refused(void)
{
    enum { ROWS = 65537 };
    int64_t column = 0;
    const fcnn_csv_options options = {.choose = choose_column, .context = &column};
    char *text = malloc(ROWS * 10);
    size_t length = 0;
    for (int i = 0; i < ROWS; i++) {
        length += (size_t)sprintf(text + length, "n%d,1\n", (i * 7) % ROWS);
    }
    fcnn_csv table = {0};
    HARNESS_STATUS(read_as(text, length, "t.csv", &options, &table), FCNN_EDATA);
    HARNESS_ERROR_HAS("t.csv: line 65537, column 1: the column has more than 65536 distinct names");
    free(text);
}

static void binary_files_are_refused(void)
{
    fcnn_csv table = {0};
    HARNESS_STATUS(read_bytes("1\0,2\n", 5, false, &table), FCNN_EDATA);
    HARNESS_ERROR_HAS("t.csv: line 1 contains a zero byte");
}

static fcnn_status choose_any(const fcnn_csv *table, void *context, int64_t *class_column)
{
    (void)context;
    *class_column = table->columns - 1;
    return FCNN_OK;
}

/* Whatever bytes come, the answer is a table or a message, and no sanitizer complains. */
static void random_bytes_do_no_harm(void)
{
    static const char alphabet[] = "0123456789.,,,\n\n\r\"-+eE \tnaxi;\xC3\xB6\xEF\xBB\xBF";
    char text[64];
    uint32_t state = 12345;
    int tables = 0;
    for (int round = 0; round < 20000; round++) {
        size_t length = 0;
        do {
            state = state * 1664525U + 1013904223U;
            text[length++] = alphabet[(state >> 16) % (round % 2 == 0 ? sizeof alphabet : 16)];
        } while (length < sizeof text && (state >> 8) % 16 != 0);
        fcnn_csv table = {0};
        const fcnn_csv_options options = {
            .header = round % 3 == 0, .missing = round % 5 == 0, .choose = round % 7 == 0 ? choose_any : NULL};
        const fcnn_status status = read_as(text, length, "t.csv", &options, &table);
        CU_ASSERT(status == FCNN_OK || status == FCNN_EDATA);
        tables += status == FCNN_OK;
        fcnn_csv_clear(&table);
    }
    CU_ASSERT(tables > 100);
}

static void a_folder_cannot_be_read(void)
{
    fcnn_csv table = {0};
    FILE *stream = fopen("/", "rb");
    HARNESS_STATUS(fcnn_csv_read(stream, "/", &(fcnn_csv_options){0}, &table), FCNN_EINPUT);
    HARNESS_ERROR_HAS("/: cannot be read: Is a directory");
    fclose(stream);
}

HARNESS_MAIN("csv", {"rows are read", rows_are_read}, {"many rows are kept", many_rows_are_kept},
             {"names are read", names_are_read}, {"bad cells are named", bad_cells_are_named},
             {"a header is suspected", a_header_is_suspected}, {"long garbage is cut", long_garbage_is_cut},
             {"shapes are checked", shapes_are_checked}, {"bad headers are named", bad_headers_are_named},
             {"quoted cells are read", quoted_cells_are_read}, {"delimiters are found", delimiters_are_found},
             {"a delimiter can be given", a_delimiter_can_be_given},
             {"missing cells become NaN", missing_cells_become_nan}, {"tables are joined", tables_are_joined},
             {"classes are numbered", classes_are_numbered},
             {"too many classes are refused", too_many_classes_are_refused},
             {"binary files are refused", binary_files_are_refused},
             {"random bytes do no harm", random_bytes_do_no_harm}, {"a folder cannot be read", a_folder_cannot_be_read})
