/* src/hdf5/advice.c — commands for messages that make a file readable. */
#include "hdf5/advice.h"

#include <stdio.h>
#include <string.h>

const char *fcnn_hdf5_in_command(const char *name, const char *instead)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+-";
    return name[0] != '\0' && name[0] != '-' && name[strspn(name, plain)] == '\0' ? name : instead;
}

/* The programs that have a filter. */
typedef enum owner { H5PY, PLUGINS, PYTABLES, NOBODY } owner;

static owner owner_of(int filter)
{
    static const struct {
        int filter;
        owner owner;
    } known[] = {
        {32000, H5PY} /* lzf */,           {305, PYTABLES} /* lzo */,        {307, PYTABLES} /* bzip2 */,
        {32001, PYTABLES} /* blosc */,     {32026, PYTABLES} /* blosc2 */,   {32004, PLUGINS} /* lz4 */,
        {32008, PLUGINS} /* bitshuffle */, {32013, PLUGINS} /* zfp */,       {32015, PLUGINS} /* zstd */,
        {32017, PLUGINS} /* sz */,         {32018, PLUGINS} /* fcidecomp */, {32024, PLUGINS} /* sz3 */,
        {32028, PLUGINS} /* sperr */,
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (known[i].filter == filter) {
            return known[i].owner;
        }
    }
    return NOBODY;
}

/* A command that copies all datasets uncompressed, with their attributes except references to other datasets. */
static void advise_python(const char *packages, const char *path, char *out)
{
    snprintf(out, FCNN_ADVICE_SIZE,
             "decompress it by Python with %s: `python3 -c \"import %s; a = h5py.File('%s', 'r'); b = "
             "h5py.File('OUT.h5', 'w'); a.visititems(lambda n, d: b.create_dataset(n, data=d[()], "
             "dtype=d.dtype).attrs.update({k: v for k, v in d.attrs.items() if not k.endswith('_LIST')}) if "
             "isinstance(d, h5py.Dataset) else None)\"`",
             packages, packages, fcnn_hdf5_in_command(path, "IN.h5"));
}

void fcnn_hdf5_advise_filter(int filter, const char *path, char *out)
{
    const char *in = fcnn_hdf5_in_command(path, "IN.h5");
    switch (owner_of(filter)) {
    case H5PY:
        advise_python("h5py", path, out);
        break;
    case PLUGINS:
        advise_python("hdf5plugin, h5py", path, out);
        break;
    case PYTABLES:
        snprintf(out, FCNN_ADVICE_SIZE,
                 "decompress it by PyTables: `ptrepack --complib=zlib --complevel=1 --shuffle=1 %s:/ OUT.h5:/`", in);
        break;
    case NOBODY:
        snprintf(out, FCNN_ADVICE_SIZE,
                 "write it again by a program that has the filter, compressed by gzip or uncompressed");
        break;
    }
    const size_t length = strlen(out);
    snprintf(out + length, FCNN_ADVICE_SIZE - length, " (h5repack would omit the dataset without a message)");
}

void fcnn_hdf5_advise_copy(const char *path, const char *dataset, char *out)
{
    snprintf(out, FCNN_ADVICE_SIZE,
             "on the machine that has the other files, copy it to a separate file by `h5repack -l %s:CONTI %s OUT.h5`",
             fcnn_hdf5_in_command(dataset, "/NAME"), fcnn_hdf5_in_command(path, "IN.h5"));
}
