"""What other programs write, for tests/system_writers.sh.

  make_writers.py files    writes the files here; model_N.h5, a linear network that gives back its N inputs; and
                           prints a line for each case that is read: KIND|NAME|FILE|COLUMNS|ORDER|WIDTH, with KIND
                           numbers or labels; the columns of labels are an input, and their width the strings
  make_writers.py compare  compares the predictions of the n-th case, out_N.h5, or its labels, out_N, lines of a name,
                           '|' and its rows, with what the writer was given; prints a line for each: nothing if they
                           are the same, else the first difference
"""
import os
import sys
import warnings

import h5py
import netCDF4
import numpy as np
import pandas as pd
import tables

warnings.simplefilter('ignore')
ROWS = 23
X = np.arange(ROWS * 3.).reshape(ROWS, 3) - 7.5  # signs and halves
I = np.arange(ROWS * 3).reshape(ROWS, 3)
WORDS = [['b', 'aé', 'c c', 'a much longer label'][i % 4] for i in range(ROWS)]
BYTES = [w.encode() for w in WORDS]
cases, expected = [], []


def numbers(name, file, columns, values, order='rows'):
    values = np.asarray(values, 'f8').reshape(ROWS, -1)
    cases.append(f'numbers|{name}|{file}|{columns}|{order}|{values.shape[1]}')
    expected.append(values)


def labels(name, file, columns, words=None, order='rows'):
    inputs = {'h5py.h5': '/targets', 'pandas_table.h5': '/df/table:index', 'pandas_columns.h5': '/df/table:n',
              'pandas_zlib.h5': '/df/table:n', 'pytables.h5': '/table:a', 'netcdf.nc': '/pairs:a', 'matlab.mat': '/y',
              'r.h5': '/frame:a'}[file]
    cases.append(f'labels|{name}|{file}|{inputs}|{order}|{columns}')
    expected.append(np.array(WORDS if words is None else words))


def records(vlen):
    text = h5py.string_dtype() if vlen else 'S20'
    rows = np.zeros(ROWS, [('word', text), ('a', '<f4'), ('b', '>i2'), ('pos', '<f8', (2, 3)),
                           ('sub', [('u', 'f8'), ('v', 'i4', (1,))]), ('flag', '?'), ('z', 'c8'), ('h', 'f2')])
    rows['word'] = WORDS if vlen else BYTES
    rows['a'] = X[:, 0]
    rows['b'] = I[:, 0]
    rows['pos'] = np.stack([X, -X], 1)
    rows['sub']['u'] = X[:, 1]
    rows['sub']['v'][:, 0] = I[:, 2]
    rows['flag'] = I[:, 0] % 2
    rows['z'] = X[:, 2] - 1j * X[:, 1]
    rows['h'] = X[:, 0]
    return rows


def make_h5py():
    with h5py.File('h5py.h5', 'w') as f:
        for kind in 'i1 u1 i2 u2 i4 u4 i8 u8 f2 f4 f8'.split():
            values = (I if kind[0] == 'u' else I - 15 if kind[0] == 'i' else X)
            for order in '<>':
                name = f'{kind}_{"big" if order == ">" else "little"}'
                f[name] = values.astype(order + kind)
                numbers('h5py ' + name, 'h5py.h5', '/' + name, values)
        f['long'] = X.astype('f16')
        numbers('h5py long double', 'h5py.h5', '/long', X)
        f['bool'] = I % 3 == 0
        numbers('h5py bool', 'h5py.h5', '/bool', I % 3 == 0)
        f['z'] = X + 1j * I
        numbers('h5py complex', 'h5py.h5', '/z:r,/z:i', np.hstack([X, I]))
        f.create_dataset('arrays', (ROWS,), np.dtype(('f8', (3,))))[...] = X
        numbers('h5py elements that are arrays', 'h5py.h5', '/arrays[1:]', X[:, 1:])
        for vlen in (False, True):
            for packing, how in (('', {}), (' in chunks', dict(chunks=(4,))),
                                 (' packed', dict(chunks=(4,), compression='gzip', shuffle=True, fletcher32=True))):
                name = f'records{"_vlen" if vlen else ""}{packing.replace(" ", "_")}'
                said = f'h5py records{" with variable strings" if vlen else ""}{packing}'
                f.create_dataset(name, data=records(vlen), **how)
                numbers(said, 'h5py.h5', ','.join(f'/{name}:{m}' for m in (
                    'a', 'b', 'pos', 'sub:u', 'sub:v', 'flag', 'z:r', 'z:i', 'h', 'pos[4]')), np.column_stack([
                        X[:, 0], I[:, 0], X, -X, X[:, 1], I[:, 2], I[:, 0] % 2, X[:, 2], -X[:, 1], X[:, 0], -X[:, 1]]))
                labels(said + ', strings', 'h5py.h5', f'/{name}:word')
        for name, how in (('vlen', {}), ('vlen_packed', dict(chunks=(4,), compression='gzip'))):
            f.create_dataset(name, data=WORDS, dtype=h5py.string_dtype(), **how)
            labels('h5py strings ' + name, 'h5py.h5', '/' + name)
        f.create_dataset('fixed', data=BYTES, dtype=h5py.string_dtype('utf-8', 20), chunks=(4,), compression='gzip')
        labels('h5py strings of fixed length', 'h5py.h5', '/fixed')
        f['date'] = np.arange(ROWS).astype('M8[D]').astype(h5py.opaque_dtype('M8[D]'))
        f.create_dataset('lists', (ROWS,), h5py.vlen_dtype('f4'))
        f.create_dataset('references', (ROWS,), h5py.ref_dtype)
        f.create_dataset('lzf', data=X, compression='lzf')
        f['targets'] = X[:, 0]


def make_pandas():
    frame = pd.DataFrame({'a': X[:, 0], 'b': X[:, 1], 'c': X[:, 2], 'n': I[:, 0], 't': I[:, 0] % 2 == 0,
                          's': np.float32(X[:, 0]), 'word': WORDS})
    for name, how in (('table', {}), ('columns', dict(data_columns=True)),
                      ('zlib', dict(data_columns=True, complevel=9, complib='zlib'))):
        frame.to_hdf(f'pandas_{name}.h5', key='df', mode='w', format='table', **how)
    file = 'pandas_table.h5'
    numbers('pandas table', file, '/df/table:values_block_0', X)
    numbers('pandas table, other blocks', file,
            '/df/table:values_block_1,/df/table:values_block_2,/df/table:values_block_3,/df/table:values_block_0[1]',
            np.column_stack([I[:, 0], I[:, 0] % 2 == 0, X[:, 0], X[:, 1]]))
    labels('pandas table, strings', file, '/df/table:values_block_4')
    for name in ('columns', 'zlib'):
        numbers('pandas data_columns ' + name, f'pandas_{name}.h5', ','.join(f'/df/table:{m}' for m in 'abcnts'),
                np.column_stack([X, I[:, 0], I[:, 0] % 2 == 0, X[:, 0]]))
        labels(f'pandas data_columns {name}, strings', f'pandas_{name}.h5', '/df/table:word')
    frame.drop(columns='word').to_hdf('pandas_fixed.h5', key='df', mode='w', complevel=4, complib='zlib')
    numbers('pandas fixed', 'pandas_fixed.h5', '/df/block0_values,/df/block1_values[0]', np.column_stack([X, I[:, 0]]))
    pd.DataFrame({f'c{i:02d}': X[:, i % 3] for i in range(25)}).to_hdf('pandas_wide.h5', key='df', mode='w',
                                                                       format='table', data_columns=True)


class Row(tables.IsDescription):
    a = tables.Float64Col()
    flag = tables.BoolCol()
    pos = tables.Float32Col(shape=(3,))
    word = tables.StringCol(20)
    half = tables.Float16Col()
    z = tables.ComplexCol(16)
    time = tables.Time64Col()

    class sub(tables.IsDescription):
        u = tables.Float64Col()
        v = tables.Int32Col()


def make_pytables():
    with tables.open_file('pytables.h5', 'w') as f:
        f.create_array('/', 'array', X.astype('>f4'))
        f.create_carray('/', 'packed', obj=X, filters=tables.Filters(5, 'zlib', fletcher32=True))
        f.create_earray('/', 'turned', tables.Float64Atom(), (3, 0)).append(X.T)
        f.create_carray('/', 'blosc', obj=X, filters=tables.Filters(5, 'blosc'))
        for name, filters in (('table', None), ('table_zlib', tables.Filters(5, 'zlib'))):
            table = f.create_table('/', name, Row, filters=filters)
            row = table.row
            for i in range(ROWS):
                row['a'], row['flag'], row['pos'], row['word'], row['half'] = X[i, 0], i % 2, X[i], BYTES[i], i
                row['z'], row['sub/u'], row['sub/v'] = X[i, 1] + 1j * i, X[i, 2], i
                row.append()
            table.flush()
    file = 'pytables.h5'
    numbers('PyTables array', file, '/array', X)
    numbers('PyTables carray', file, '/packed', X)
    numbers('PyTables earray of columns', file, '/turned', X, 'columns')
    i = I[:, :1] // 3
    for name in ('table', 'table_zlib'):
        numbers('PyTables ' + name, file, ','.join(f'/{name}:{m}' for m in (
            'a', 'flag', 'pos', 'half', 'z:r', 'z:i', 'sub:u', 'sub:v')),
            np.hstack([X[:, :1], i % 2, X, i, X[:, 1:2], i, X[:, 2:], i]))
        labels(f'PyTables {name}, strings', file, f'/{name}:word')


def make_netcdf():
    with netCDF4.Dataset('netcdf.nc', 'w') as d:
        d.createDimension('n', None)
        d.createDimension('f', 3)
        d.createDimension('length', 20)
        for name, kind, how in (('plain', 'f8', {}), ('packed', 'f4', dict(zlib=True, fletcher32=True))):
            d.createVariable(name, kind, ('n', 'f'), **how)[:] = X
            numbers('netCDF ' + name, 'netcdf.nc', '/' + name, X)
        d.createGroup('sub').createVariable('u', 'i2', ('n', 'f'))[:] = I
        numbers('netCDF group', 'netcdf.nc', '/sub/u', I)
        pair = d.createCompoundType(np.dtype([('a', 'f4'), ('b', 'i2')]), 'pair')
        rows = np.zeros(ROWS, [('a', 'f4'), ('b', 'i2')])
        rows['a'], rows['b'] = X[:, 0], I[:, 1]
        d.createVariable('pairs', pair, ('n',))[:] = rows
        numbers('netCDF compound', 'netcdf.nc', '/pairs:a,/pairs:b', np.column_stack([X[:, 0], I[:, 1]]))
        d.createVariable('words', str, ('n',))[:] = np.array(WORDS, object)
        labels('netCDF strings', 'netcdf.nc', '/words')
        plain = [['cat', 'dog', 'horse'][i % 3] for i in range(ROWS)]
        d.createVariable('characters', 'S1', ('n', 'length'))[:] = netCDF4.stringtochar(np.array(plain, 'S20'))
        labels('netCDF characters', 'netcdf.nc', '/characters', plain)
    with netCDF4.Dataset('classic.nc', 'w', format='NETCDF3_CLASSIC') as d:
        d.createDimension('n', ROWS)
        d.createVariable('x', 'f4', ('n',))[:] = X[:, 0]


def make_columns():
    """MATLAB, Octave, R and Fortran have the rows in the last dimension of HDF5."""
    with h5py.File('matlab.mat', 'w', userblock_size=512) as f:
        for name, values in (('X', X.T), ('y', X[None, :, 0]), ('i', I.T.astype('i4'))):
            f[name] = values
            f[name].attrs['MATLAB_class'] = np.bytes_(b'int32' if name == 'i' else b'double')
        f['empty'] = np.array([0, 3], 'u8')
        f['empty'].attrs['MATLAB_class'] = np.bytes_(b'double')
        f['empty'].attrs['MATLAB_empty'] = np.uint32(1)
        z = np.zeros((1, ROWS), [('real', 'f8'), ('imag', 'f8')])
        z['real'], z['imag'] = X[:, 0], X[:, 1]
        f['z'] = z
        f.create_dataset('words', data=[WORDS], dtype=h5py.string_dtype())
    with open('matlab.mat', 'r+b') as f:
        f.write(b'MATLAB 7.3 MAT-file, Platform: GLNXA64')
    numbers('MATLAB', 'matlab.mat', '/X', X, 'columns')
    numbers('MATLAB int32', 'matlab.mat', '/i,/y', np.hstack([I, X[:, :1]]), 'columns')
    numbers('MATLAB complex', 'matlab.mat', '/z:real,/z:imag', X[:, :2], 'columns')
    labels('MATLAB strings', 'matlab.mat', '/words', order='columns')
    with h5py.File('octave.h5', 'w') as f:
        for name, values in (('X', X.T), ('y', X[None, :, 0])):
            f.create_group(name).attrs['OCTAVE_NEW_FORMAT'] = np.uint8(1)
            f[name].create_dataset('type', data=np.bytes_(b'matrix'))
            f[name]['value'] = values
        f.create_group('e').attrs['OCTAVE_EMPTY_MATRIX'] = np.uint8(1)
        f['e']['value'] = np.array([0, 3], 'i8')
    numbers('Octave', 'octave.h5', '/X/value,/y/value', np.hstack([X, X[:, :1]]), 'columns')
    with h5py.File('r.h5', 'w') as f:
        f.create_dataset('X', data=X.T, chunks=(3, ROWS), compression='gzip')
        f.create_dataset('words', data=BYTES, dtype='S21')
        f['frame'] = np.array(list(zip(X[:, 0], I[:, 0])), [('a', 'f8'), ('b', 'i4')])
    numbers('rhdf5 matrix', 'r.h5', '/X', X, 'columns')
    numbers('hdf5r data.frame', 'r.h5', '/frame:a,/frame:b', np.column_stack([X[:, 0], I[:, 0]]))
    labels('rhdf5 strings', 'r.h5', '/words')


def make_unclosed():
    if os.fork() == 0:
        f = h5py.File('unclosed.h5', 'w', libver='latest')
        f['x'] = X
        f.flush()
        os._exit(0)
    os.wait()


def make_newer():
    """Version bytes of the parts of a file that newer versions of HDF5 write."""
    with h5py.File('old.h5', 'w') as f:
        f['x'] = X
        offset = f['x'].id.get_offset()
    content = open('old.h5', 'rb').read()
    where = offset.to_bytes(8, 'little')
    for name, old, new in (('superblock', b'\x89HDF\r\n\x1a\n\0', b'\x89HDF\r\n\x1a\n\x04'),
                           ('type', b'\x11\x20\x3f\0', b'\x71\x20\x3f\0'),
                           ('class', b'\x11\x20\x3f\0', b'\x1f\x20\x3f\0'),
                           ('layout', b'\x03\x01' + where, b'\x07\x01' + where)):
        assert old in content
        open(f'newer_{name}.h5', 'wb').write(content.replace(old, new, 1))


def make_shards():
    """The same rows in one file, and in several: the first and third have none, the second and last other types."""
    shards = {'shard_0': X[:0], 'shard_1': X[:9].astype('f4'), 'shard_2': X[:0, :2].astype('i1'), 'shard_3': X[9:],
              'one': X, 'none_0': X[:0], 'none_1': X[:0]}
    for name, rows in shards.items():
        with h5py.File(name + '.h5', 'w') as f:
            f['x'] = rows
            f['y'] = rows[:, 0].astype('i8' if name == 'shard_1' else 'f8') if name != 'one' else np.concatenate(
                [X[:9, 0].astype('i8'), X[9:, 0]])


def files():
    for make in (make_h5py, make_pandas, make_pytables, make_netcdf, make_columns, make_unclosed, make_newer,
                 make_shards):
        make()
    np.savez('expected.npz', *expected)
    for inputs in {values.shape[1] for values in expected if values.ndim == 2}:
        with h5py.File(f'model_{inputs}.h5', 'w') as f:
            f['/model/W1'] = np.eye(inputs)
            f['/model/b1'] = np.zeros(inputs)
    print('\n'.join(cases))


def compare_numbers(file, wanted):
    if not os.path.exists(file):
        return 'there are no predictions'
    with h5py.File(file) as f:
        got = f['predictions'][()]
    if got.shape != wanted.shape:
        return f'the shape is {got.shape}, not {wanted.shape}'
    if np.array_equal(got, wanted):
        return ''
    row, column = np.argwhere(got != wanted)[0]
    return f'row {row}, column {column} is {got[row, column]}, not {wanted[row, column]}'


def compare_labels(file, wanted):
    words, rows = np.unique(wanted, return_counts=True)
    wanted = sorted(f'{word}|{count}' for word, count in zip(words, rows))
    with open(file, encoding='utf-8') as f:
        got = sorted(line.rstrip('\n') for line in f)
    return '' if got == wanted else f'the labels are {got}, not {wanted}'


def compare():
    with np.load('expected.npz') as wanted:
        for n in range(len(wanted.files)):
            values = wanted[f'arr_{n}']
            print(compare_numbers(f'out_{n}.h5', values) if values.ndim == 2 else compare_labels(f'out_{n}', values))


if __name__ == '__main__':
    {'files': files, 'compare': compare}[sys.argv[1]]()
