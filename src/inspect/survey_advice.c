/* src/inspect/survey_advice.c — finds tables that are slow to read.
 *
 * The rates were measured on files of 128 MB, inside and outside of the page cache, by reads of the sizes that training
 * uses. Other cases were measured, too, and are fast enough: byte orders (over 3 GB/s), enumerations, whole numbers of
 * unusual sizes, members of records, chunks of whole rows from 4 kB to 8 MiB, columns in small chunks. */
#include "inspect/survey.h"

#include "core/sizes.h"
#include "data/sampler.h"

#include <inttypes.h>

#define CHUNK_SECONDS 1e-5  /* time that HDF5 needs for a chunk of any size: 4 to 20 µs */
#define TINY_BYTES 2048     /* bytes of a chunk that is read with less than about 200 MB/s */
#define NOTICED_SECONDS 1.0 /* shorter times are not reported */
#define SLOW_VALUES 2e7     /* values per second that HDF5 converts bit by bit */
#define PACKED_READS 4      /* reads per epoch that are slow with deflate: 300 MB/s for each */
#define PLAIN_READS 8       /* reads per epoch that are slow without it: about 800 MB/s of a disk for each */
/* The largest chunk that is kept in the cache. Of larger uncompressed chunks, only parts are read. */
#define CACHED_BYTES ((double)FCNN_SIZE_CHUNK_CACHE_BYTES_MOST)
#define LEAST_BLOCKS 8                 /* blocks of a batch for which windows are computed */
#define GOOD_BYTES ((double)(1 << 20)) /* bytes of a recommended chunk */

/* The position of chunks in relation to rows. Floating-point numbers, because a file may claim any sizes. */
typedef struct tiling {
    double bytes;  /* bytes of a chunk */
    double count;  /* number of chunks */
    double across; /* number of chunks that a row is spread over */
    double rows;   /* number of rows in a chunk */
    double band;   /* bytes of the chunks with these rows */
} tiling;

static tiling measure(const fcnn_hdf5_table *table, bool by_columns)
{
    const int along = fcnn_hdf5_info_rows(&table->info, by_columns);
    const double element = (double)table->element_bytes;
    tiling tiles = {.bytes = element, .count = 1, .across = 1, .rows = (double)table->chunk[along]};
    for (int d = 0; d < table->info.rank; d++) {
        const int64_t pieces = (table->info.dims[d] - 1) / table->chunk[d] + 1;
        tiles.bytes *= (double)table->chunk[d];
        tiles.count *= (double)pieces;
        tiles.across *= d == along ? 1 : (double)pieces;
    }
    const double all = (double)fcnn_survey_rows(table, by_columns);
    tiles.rows = tiles.rows < all ? tiles.rows : all;
    tiles.band = tiles.across * tiles.bytes;
    return tiles;
}

/* Appends the option of h5repack for chunks of whole rows, of about 1 MiB. */
static fcnn_status append_layout(const fcnn_hdf5_table *table, bool by_columns, fcnn_text *out)
{
    const int along = fcnn_hdf5_info_rows(&table->info, by_columns);
    const int64_t rows = fcnn_survey_rows(table, by_columns);
    const double row = (double)fcnn_survey_width(table, by_columns) * (double)table->element_bytes;
    const int64_t fitting = GOOD_BYTES / row < 1 ? 1 : (int64_t)(GOOD_BYTES / row);
    if (!fcnn_survey_is_plain(table->name) || table->info.joined > 0) {
        return FCNN_OK;
    }
    FCNN_TRY(fcnn_text_append(out, " -l %s:CHUNK=", table->name));
    for (int d = 0; d < table->info.rank - table->info.array_rank; d++) {
        FCNN_TRY(fcnn_text_append(out, "%s%" PRId64, d > 0 ? "x" : "",
                                  d != along       ? table->info.dims[d]
                                  : fitting < rows ? fitting
                                                   : rows));
    }
    return FCNN_OK;
}

/* Advises against many small chunks, because each takes a constant time. */
static fcnn_status advise_tiny(const fcnn_hdf5_table *table, const tiling *tiles, fcnn_text *out)
{
    return fcnn_text_append(out,
                            "%s: %.0f chunks of %.0f bytes: HDF5 needs about 10 us for each, about %.0f s for all\n",
                            table->name, tiles->count, tiles->bytes, tiles->count * CHUNK_SECONDS);
}

/* Returns whether HDF5 reads parts of chunks: of uncompressed ones whose rows are contiguous, or that are too large for
 * the cache. */
static bool reads_parts(const fcnn_hdf5_table *table, bool by_columns, const tiling *tiles)
{
    return !table->is_packed && ((!by_columns && tiles->across == 1) || tiles->bytes > CACHED_BYTES);
}

/* Returns how often streaming reads each chunk in an epoch, because it reads windows of rows, but HDF5 reads whole
 * chunks. 1 if the rows are shuffled as a whole, or if HDF5 reads parts of chunks. */
static double count_reads(const fcnn_hdf5_table *table, bool by_columns, const tiling *tiles)
{
    const int64_t rows = fcnn_survey_rows(table, by_columns), width = fcnn_survey_width(table, by_columns);
    const int64_t window = fcnn_sampler_default_window(rows, LEAST_BLOCKS, width * table->element_bytes);
    return window == 0 || reads_parts(table, by_columns, tiles) ? 1 : 1 + tiles->rows / (double)window;
}

static fcnn_status advise_bands(const fcnn_hdf5_table *table, const tiling *tiles, double reads, fcnn_text *out)
{
    char band[32];
    fcnn_text_from_bytes(tiles->band, band);
    FCNN_TRY(fcnn_text_append(out, "%s: ", table->name));
    FCNN_TRY(tiles->across > 1 ? fcnn_text_append(out, "a row is spread over %.0f chunks, which contain %.0f rows (%s)",
                                                  tiles->across, tiles->rows, band)
                               : fcnn_text_append(out, "a chunk contains %.0f rows (%s)", tiles->rows, band));
    return fcnn_text_append(
        out, ": streaming reads%s each chunk about %.0f times per epoch, and more often with more than %d blocks\n",
        table->is_packed ? " and decompresses" : "", reads, LEAST_BLOCKS);
}

static fcnn_status advise_chunks(const fcnn_hdf5_table *table, bool by_columns, fcnn_text *out, fcnn_text *layouts)
{
    const tiling tiles = measure(table, by_columns);
    const double reads = count_reads(table, by_columns, &tiles);
    if (tiles.bytes < TINY_BYTES && tiles.count * CHUNK_SECONDS >= NOTICED_SECONDS) {
        FCNN_TRY(advise_tiny(table, &tiles, out));
    } else if (reads >= (table->is_packed ? PACKED_READS : PLAIN_READS)) {
        FCNN_TRY(advise_bands(table, &tiles, reads, out));
    } else {
        return FCNN_OK;
    }
    return append_layout(table, by_columns, layouts);
}

static fcnn_status advise_type(const fcnn_hdf5_table *table, bool by_columns, fcnn_text *out)
{
    const double values = (double)fcnn_survey_rows(table, by_columns) * (double)fcnn_survey_width(table, by_columns);
    if (!table->is_slow_type || values / SLOW_VALUES < NOTICED_SECONDS) {
        return FCNN_OK;
    }
    return fcnn_text_append(out,
                            "%s: HDF5 converts about 20 million such numbers per second, which takes about %.0f s for "
                            "all of them, and in each epoch when rows are streamed; float32 needs no conversion\n",
                            table->name, values / SLOW_VALUES);
}

fcnn_status fcnn_survey_advise(const fcnn_hdf5_table *table, bool by_columns, fcnn_text *out, fcnn_text *layouts)
{
    if (fcnn_survey_width(table, by_columns) == 0) {
        return FCNN_OK;
    }
    if (table->layout == FCNN_HDF5_CHUNKED) {
        FCNN_TRY(advise_chunks(table, by_columns, out, layouts));
    }
    return advise_type(table, by_columns, out);
}
