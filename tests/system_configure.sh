#!/usr/bin/env bash
# What configure refuses: flags that change results, a compiler without MPI, an HDF5 that was built with another MPI.
set -u
# shellcheck source=system.sh
. "$(dirname "$0")/system.sh"
need cc
source=${srcdir:-$here/..}
configure=$(cd "$source" && pwd)/configure
if [ ! -x "$configure" ] || [ -e "$source/config.status" ]; then
    printf '1..0 # SKIP no configure that could run in another folder\n'
    exit 0
fi
mpicc=${MPICC:-mpicc}

# begin NAME WORD…: configure in a folder of its own, at the same time as the others, which is to fail
begin()
{
    mkdir "$1"
    (cd "$1" && shift && env -u CC -u CFLAGS "$configure" --quiet "$@" >said 2>&1
        echo $? >code) &
}

# refuses NAME WORDS TEST: it did, and said these words, a regular expression
refuses()
{
    if [ "$(cat "$1/code")" = 1 ] && grep -qE "error: .*$2" "$1/said" && [ ! -e "$1/Makefile" ]; then
        tap_ok "configure: $3"
    else
        tap_not_ok "configure: $3" "code $(cat "$1/code")" "$(tail -n 5 "$1/said")"
    fi
}

# An HDF5 of another MPI, by the library that it loads, and by the <mpi.h> that comes with it.
mkdir -p loads/include loads/lib brings/include brings/lib
printf 'int H5Fget_file_image(long, void *, unsigned long);\n' | tee loads/include/hdf5.h >brings/include/hdf5.h
printf '#define H5_HAVE_PARALLEL 1\n#include <mpi.h>\n' | tee -a loads/include/hdf5.h >>brings/include/hdf5.h
printf '#define MPICH_VERSION "9.9"\n#undef OPEN_MPI\nint MPI_Init(int *, char ***);\n' >brings/include/mpi.h
printf 'int MPIX_Other(void) { return 0; }\n' >other.c
printf 'int MPIX_Other(void); int H5Fget_file_image(long a, void *b, unsigned long c);\n' >hdf5.c
printf 'int H5Fget_file_image(long a, void *b, unsigned long c) { return MPIX_Other() + (a && b && c); }\n' >>hdf5.c
cc -shared -fPIC -Wl,-soname,libmpiother.so.99 other.c -o loads/lib/libmpiother.so.99 &&
    cc -shared -fPIC hdf5.c loads/lib/libmpiother.so.99 -o loads/lib/libhdf5.so &&
    cc -shared -fPIC hdf5.c other.c -o brings/lib/libhdf5.so || exit 1

begin reciprocal CFLAGS='-O2 -freciprocal-math'
begin linked LDFLAGS=-ffast-math
begin signed_zeros CC="$mpicc -fno-signed-zeros"
begin no_mpi CC=cc
begin no_wrapper MPICC=fcnn-no-such-mpicc
begin other_library --with-hdf5="$work/loads"
begin other_header --with-hdf5="$work/brings"
wait

refuses reciprocal '-freciprocal-math' 'a flag in CFLAGS that changes results is refused'
refuses linked '-ffast-math' 'a flag in LDFLAGS that lets programs flush subnormal numbers is refused'
refuses signed_zeros '-fno-signed-zeros' 'a flag in CC that changes results is refused'
refuses no_mpi "CC='cc' finds no MPI.*OMPI_CC='cc'" 'a compiler without MPI is refused, with the way to name it'
refuses no_wrapper "no MPI compiler wrapper 'fcnn-no-such-mpicc': load" 'where there is no MPI, that is what is said'
refuses other_library 'no HDF5 for the MPI of .*libmpiother' 'an HDF5 that loads another MPI is refused'
refuses other_header 'no HDF5 for the MPI of .*<mpi.h> of mpich' 'an HDF5 whose <mpi.h> is another is refused'
tap_done
