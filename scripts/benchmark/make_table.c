/* scripts/benchmark/make_table.c — writes an HDF5 file of random rows: /x float32 [rows][columns] and
 * /y float32 [rows], in chunks of whole rows of about 1 MB.
 * usage: make_table FILE ROWS COLUMNS */
#include <hdf5.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { CHUNK_BYTES = 1 << 20 };

static uint64_t state = 88172645463325252;

/* A random number from −1 to 1 (G. Marsaglia, Xorshift RNGs, 2003). */
static float draw(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (float)(int32_t)(state >> 32) * 0x1p-31F;
}

static hid_t make(hid_t file, const char *name, int rank, hsize_t rows, hsize_t columns, hsize_t chunk_rows)
{
    const hsize_t dims[] = {rows, columns}, chunk[] = {chunk_rows < rows ? chunk_rows : rows, columns};
    const hid_t space = H5Screate_simple(rank, dims, NULL), list = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(list, rank, chunk);
    return H5Dcreate2(file, name, H5T_IEEE_F32LE, space, H5P_DEFAULT, list, H5P_DEFAULT);
}

static void put(hid_t set, int rank, hsize_t first, hsize_t rows, hsize_t columns, const float *values)
{
    const hsize_t start[] = {first, 0}, count[] = {rows, columns};
    const hid_t space = H5Dget_space(set), memory = H5Screate_simple(rank, count, NULL);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL);
    if (H5Dwrite(set, H5T_NATIVE_FLOAT, memory, space, H5P_DEFAULT, values) < 0) {
        exit(1);
    }
    H5Sclose(space);
    H5Sclose(memory);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: make_table FILE ROWS COLUMNS\n");
        return 64;
    }
    const hsize_t rows = strtoull(argv[2], NULL, 10), columns = strtoull(argv[3], NULL, 10);
    const hsize_t chunk = CHUNK_BYTES / sizeof(float) / columns;
    const hid_t file = H5Fcreate(argv[1], H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    if (file < 0) {
        return 1;
    }
    const hid_t x = make(file, "/x", 2, rows, columns, chunk), y = make(file, "/y", 1, rows, 0, CHUNK_BYTES / 4);
    float *values = malloc(chunk * columns * sizeof *values), *targets = malloc(chunk * sizeof *targets);
    for (hsize_t first = 0; first < rows; first += chunk) {
        const hsize_t count = rows - first < chunk ? rows - first : chunk;
        for (hsize_t row = 0; row < count; row++) {
            targets[row] = 0;
            for (hsize_t column = 0; column < columns; column++) {
                values[row * columns + column] = draw();
                targets[row] += values[row * columns + column] * (column % 2 == 0 ? 1 : -1);
            }
        }
        put(x, 2, first, count, columns, values);
        put(y, 1, first, count, 1, targets);
    }
    free(values);
    free(targets);
    H5close();
    return 0;
}
