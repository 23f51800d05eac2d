/* tests/test_csv.c — tables in CSV: every way to write one right, every way to write one wrong. */
#include "harness.h"

#include "formats/csv.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static fcnn_status read_bytes(const char *bytes, size_t length, bool header, fcnn_csv *out)
{
    FILE *stream = length > 0 ? fmemopen((void *)(uintptr_t)bytes, length, "rb") : fopen("/dev/null", "rb");
    const fcnn_status status = fcnn_csv_read(stream, "t.csv", header, out);
    fclose(stream);
    return status;
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
    expect_error("a,b,c\n1,2,3\n4,,6\n", true, "t.csv: line 3, column 2: the cell is empty");
    expect_error("1,2\n3,\n", false, "t.csv: line 2, column 2: the cell is empty");
    expect_error("1,2\n nan,2\n", false, "t.csv: line 2, column 1: 'nan' is not a finite number");
    expect_error("1,2\n1,-Inf\n", false, "t.csv: line 2, column 2: '-Inf' is not a finite number");
    expect_error("1,2\n1,1e999\n", false, "t.csv: line 2, column 2: '1e999' is not a finite number");
    expect_error("1,2\n1,0x10\n", false, "t.csv: line 2, column 2: '0x10' is not a number");
    expect_error("1,2\n1,2 3\n", false, "t.csv: line 2, column 2: '2 3' is not a number");
    expect_error("1,2\n1,2.5.5\n", false, "t.csv: line 2, column 2: '2.5.5' is not a number");
    expect_error("1,2\n1,\"2\"\n", false,
                 "t.csv: line 2, column 2: '\"2\"' is not a number; numbers in quotes cannot be read");
    expect_error("1;2\n3;4\n", false, "t.csv: line 1, column 1: '1;2' is not a number; cells are separated by commas");
    expect_error("1\n2\x1b[31m\n", false, "t.csv: line 2, column 1: '2?[31m' is not a number");
}

static void a_header_is_suspected(void)
{
    const char hint[] = "is not a number; if the first line names the columns, say --header";
    expect_error("width,height\n1,2\n", false,
                 "t.csv: line 1, column 1: 'width' is not a number; if the first line names the columns, say --header");
    fcnn_csv table;
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
    expect_error("1,2\n3,4\n5\n", false, "t.csv: line 3 has 1 cells, line 1 has 2");
    expect_error("1,2\n3,4,5,x\n", false, "t.csv: line 2 has 4 cells, line 1 has 2");
    expect_error("a,b\n1\n", true, "t.csv: line 2 has 1 cells, line 1 has 2");
    expect_error("1,2\n\n\n3,4\n", false, "t.csv: line 2 is empty, but more lines follow");
    expect_error("\n1,2\n", false, "t.csv: line 1 is empty, but more lines follow");
    expect_error("", false, "t.csv: holds no rows");
    expect_error("\n\n", false, "t.csv: holds no rows");
    expect_error("a,b\n", true, "t.csv: holds no rows");
    expect_error("1,2,\n3,4,\n", false, "t.csv: line 1, column 3: the cell is empty");
}

static void bad_headers_are_named(void)
{
    expect_error(",a\n1,2\n", true,
                 "t.csv: line 1, column 1: the column's name is empty (pandas writes its row index so: say index=False "
                 "there)");
    expect_error("a,\"b\n1,2\n", true, "t.csv: line 1, column 2: the column's name is quoted wrongly");
    expect_error("a,\"b\"c\n1,2\n", true, "t.csv: line 1, column 2: the column's name is quoted wrongly");
    expect_error("b,c,a,c\n1,2,3,4\n", true, "t.csv: line 1: two columns have the name 'c'");
}

static void binary_files_are_refused(void)
{
    fcnn_csv table;
    HARNESS_STATUS(read_bytes("1\0,2\n", 5, false, &table), FCNN_EDATA);
    HARNESS_ERROR_HAS("t.csv: line 1 holds a zero byte");
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
        const fcnn_status status = read_bytes(text, length, round % 3 == 0, &table);
        CU_ASSERT(status == FCNN_OK || status == FCNN_EDATA);
        tables += status == FCNN_OK;
        fcnn_csv_clear(&table);
    }
    CU_ASSERT(tables > 100);
}

static void a_folder_cannot_be_read(void)
{
    fcnn_csv table;
    FILE *stream = fopen("/", "rb");
    HARNESS_STATUS(fcnn_csv_read(stream, "/", false, &table), FCNN_EINPUT);
    HARNESS_ERROR_HAS("/: cannot be read: Is a directory");
    fclose(stream);
}

HARNESS_MAIN("csv", {"rows are read", rows_are_read}, {"many rows are kept", many_rows_are_kept},
             {"names are read", names_are_read}, {"bad cells are named", bad_cells_are_named},
             {"a header is suspected", a_header_is_suspected}, {"long garbage is cut", long_garbage_is_cut},
             {"shapes are checked", shapes_are_checked}, {"bad headers are named", bad_headers_are_named},
             {"binary files are refused", binary_files_are_refused},
             {"random bytes do no harm", random_bytes_do_no_harm}, {"a folder cannot be read", a_folder_cannot_be_read})
