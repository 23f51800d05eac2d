/* src/inspect/survey_advice.c — what will be slow about reading a table.
 *
 * The rates were measured on files of 128 MB, in the page cache and out of it, by reads of the sizes that training
 * makes.  What is not here was measured as well, and is fast enough: the byte order (over 3 GB/s), enumerations, whole
 * numbers of odd sizes, members of records, chunks of whole rows from 4 kB to 8 MiB, columns in small chunks. */
#include "inspect/survey.h"

#include "core/sizes.h"
#include "data/sampler.h"

#include <inttypes.h>

#define CHUNK_SECONDS 1e-5  /* that HDF5 takes for one chunk, however small: 4 to 20 µs */
#define TINY_BYTES 2048     /* of a chunk: less than some 200 MB/s */
#define NOTICED_SECONDS 1.0 /* shorter reads are not worth a word */
#define SLOW_VALUES 2e7     /* a second, that HDF5 converts bit by bit */
#define PACKED_READS 4      /* deflate: 300 MB/s, once */
#define PLAIN_READS 8       /* a disk: some 800 MB/s, once */
/* Of a chunk that is kept; of larger ones that are not packed parts are read. */
#define CACHED_BYTES ((double)FCNN_SIZE_CHUNK_CACHE_BYTES_MOST)
#define LEAST_BLOCKS 8                 /* of a batch, into whose windows rows are cut */
#define GOOD_BYTES ((double)(1 << 20)) /* of a chunk */

/* How the chunks of a table lie to its rows.  As floating-point numbers: a file may claim any sizes. */
typedef struct tiling {
    double bytes;  /* of a chunk */
    double count;  /* of chunks */
    double across; /* chunks that a row lies in */
    double rows;   /* that a chunk has a part of */
    double band;   /* bytes of the chunks that have these rows */
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

/* The option of h5repack that gives a table chunks of whole rows, of some 1 MiB. */
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

/* Each chunk takes its time, whatever is in it. */
static fcnn_status advise_tiny(const fcnn_hdf5_table *table, const tiling *tiles, fcnn_text *out)
{
    return fcnn_text_append(out,
                            "%s: %.0f chunks of %.0f bytes: HDF5 takes some 10 us for each, about %.0f s for all\n",
                            table->name, tiles->count, tiles->bytes, tiles->count * CHUNK_SECONDS);
}

/* Are parts of chunks read?  Of those that are not packed, where rows lie in one run, or they are too large to keep. */
static bool reads_parts(const fcnn_hdf5_table *table, bool by_columns, const tiling *tiles)
{
    return !table->is_packed && ((!by_columns && tiles->across == 1) || tiles->bytes > CACHED_BYTES);
}

/* How often streaming reads each chunk in an epoch: it reads windows of rows, and HDF5 whole chunks.  1 if the rows are
 * shuffled as a whole, or parts of chunks are read. */
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
    FCNN_TRY(tiles->across > 1 ? fcnn_text_append(out, "a row lies in %.0f chunks, which hold %.0f rows (%s)",
                                                  tiles->across, tiles->rows, band)
                               : fcnn_text_append(out, "a chunk holds %.0f rows (%s)", tiles->rows, band));
    return fcnn_text_append(out, ": streaming reads%s each about %.0f times an epoch, more often with over %d blocks\n",
                            table->is_packed ? " and unpacks" : "", reads, LEAST_BLOCKS);
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
    return fcnn_text_append(
        out,
        "%s: HDF5 converts some 20 million such numbers a second, which takes about %.0f s for all, "
        "and as long for each epoch that is streamed; float32 needs no conversion\n",
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
