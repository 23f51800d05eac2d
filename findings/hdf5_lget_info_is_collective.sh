#!/usr/bin/env bash
# H5Lget_info of a file that is open by MPI-IO is collective, though metadata reads were said to be independent: with
# H5Pset_all_coll_metadata_ops(list, false), which is the default, and which the file's own list confirms, it reads on
# rank 0 and calls MPI_Bcast, so a rank that does not make the call is waited for.  H5Lexists of the same name, in a file
# opened anew, calls nothing.  Expected: neither does.
# With Debian 12's libhdf5-openmpi 1.10.8; 1.14.5 (Debian 13) and 2.2.0 (unstable) did the same.  Needs mpicc.
# Ends with 0 as long as that is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat >look.c <<'END'
#include <hdf5.h>
#include <mpi.h>
#include <stdio.h>

static int broadcasts;

int MPI_Bcast(void *buffer, int count, MPI_Datatype type, int root, MPI_Comm communicator)
{
    broadcasts++;
    return PMPI_Bcast(buffer, count, type, root, communicator);
}

/* How many broadcasts a look at a link takes. */
static int look(hid_t access, int with_info, hbool_t *collective)
{
    H5L_info_t info;
    hid_t file = H5Fopen("look.h5", H5F_ACC_RDONLY, access), own = H5Fget_access_plist(file);
    H5Pget_all_coll_metadata_ops(own, collective);
    broadcasts = 0;
    if (with_info) {
        H5Lget_info(file, "x", &info, H5P_DEFAULT);
    } else {
        H5Lexists(file, "x", H5P_DEFAULT);
    }
    const int seen = broadcasts;
    H5Pclose(own);
    H5Fclose(file);
    return seen;
}

int main(int argc, char **argv)
{
    unsigned major, minor, release;
    MPI_Init(&argc, &argv);
    H5get_libversion(&major, &minor, &release);
    hid_t file = H5Fcreate("look.h5", H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t space = H5Screate(H5S_SCALAR);
    H5Dclose(H5Dcreate2(file, "x", H5T_NATIVE_INT, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Sclose(space);
    H5Fclose(file);
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_mpio(access, MPI_COMM_SELF, MPI_INFO_NULL);
    H5Pset_all_coll_metadata_ops(access, 0);
    hbool_t collective = 1;
    const int exists = look(access, 0, &collective), info = look(access, 1, &collective);
    printf("HDF5 %u.%u.%u, collective metadata operations %d: MPI_Bcast by H5Lexists %d times, by H5Lget_info %d times\n",
           major, minor, release, (int)collective, exists, info);
    H5Pclose(access);
    MPI_Finalize();
    return collective || exists != 0 || info == 0;
}
END
# shellcheck disable=SC2046 # lists of words
mpicc look.c -o look $(pkg-config --cflags --libs hdf5-openmpi)
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
printf 'expected: MPI_Bcast 0 times by both\n'
mpirun -np 1 ./look
