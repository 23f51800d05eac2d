# FCNN_CHECK_HDF5 finds the C library of HDF5 (parallel or serial) and sets HDF5_CFLAGS and HDF5_LIBS.
# Tried in this order: --with-hdf5=DIR, pkg-config, the flags that h5pcc or h5cc print.  An HDF5 that was built with
# another MPI than $CC's is passed over, and refused if there is no other or it was asked for: ranks with two MPIs crash.

# FCNN_HDF5_FITS(WHERE): adds to fcnn_unfit what is wrong with the HDF5 of the program that was just linked
AC_DEFUN([FCNN_HDF5_FITS],
  [fcnn_wrong=
   FCNN_MPI_LIBRARIES([fcnn_loaded], [$LDFLAGS $LIBS])
   AS_IF([test -n "$fcnn_mpi_libraries"],
     [for fcnn_library in $fcnn_loaded; do
        AS_CASE([" $fcnn_mpi_libraries"], [*" $fcnn_library "*], [], [fcnn_wrong="loads $fcnn_library"])
      done])
   # Open MPI's objects are symbols: a libhdf5.a that needs none of them was compiled with another <mpi.h>
   AS_CASE(["$fcnn_mpi $fcnn_kind $(nm -u ./conftest$ac_exeext 2>/dev/null)"],
     [*H5Fget_file_image*|*ompi_*], [],
     [openmpi*parallel*MPI_Init*], [fcnn_wrong="is a static library for another MPI"])
   FCNN_WHICH_MPI([fcnn_loaded])
   AS_IF([test "$fcnn_loaded" != "$fcnn_mpi"], [fcnn_wrong="brings the <mpi.h> of $fcnn_loaded"])
   AS_IF([test -n "$fcnn_wrong"], [fcnn_unfit="$fcnn_unfit; $1 $fcnn_wrong"])])

# FCNN_TRY_HDF5(CFLAGS, LIBS, WHERE): keeps the flags if a program links with them, and with one MPI
AC_DEFUN([FCNN_TRY_HDF5],
  [AS_IF([test "$fcnn_hdf5" = no],
    [fcnn_cppflags=$CPPFLAGS
     fcnn_libs=$LIBS
     CPPFLAGS="$CPPFLAGS $1"
     LIBS="$2 $LIBS"
     fcnn_kind=serial
     AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <hdf5.h>]], [[return sizeof(H5_HAVE_PARALLEL + 0) == 0;]])],
       [fcnn_kind=parallel])
     AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <hdf5.h>
#include <mpi.h>]], [[MPI_Init(0, 0); return H5Fget_file_image(0, 0, 0) > 0;]])],
       [FCNN_HDF5_FITS([$3])
        AS_IF([test -z "$fcnn_wrong"],
          [fcnn_hdf5="$3 ($fcnn_kind)"
           HDF5_CFLAGS="$1"
           HDF5_LIBS="$2"])])
     CPPFLAGS=$fcnn_cppflags
     LIBS=$fcnn_libs])])

# FCNN_FIND_HDF5: tries what pkg-config and HDF5's compiler wrappers know, those for $CC's MPI first
AC_DEFUN([FCNN_FIND_HDF5],
  [AS_CASE([$fcnn_mpi],
     [openmpi*], [fcnn_names="hdf5-openmpi hdf5 hdf5-serial"; fcnn_wrappers="h5pcc.openmpi h5pcc h5cc"],
     [mpich*], [fcnn_names="hdf5-mpich hdf5 hdf5-serial"; fcnn_wrappers="h5pcc.mpich h5pcc h5cc"],
     [fcnn_names="hdf5 hdf5-serial"; fcnn_wrappers="h5pcc h5cc"])
   for fcnn_name in $fcnn_names; do
     AS_IF([test -n "$PKG_CONFIG" && $PKG_CONFIG --exists $fcnn_name],
       [fcnn_hdf5_cflags=$($PKG_CONFIG --cflags $fcnn_name)
        fcnn_hdf5_libs=$($PKG_CONFIG --libs $fcnn_name)
        FCNN_TRY_HDF5([$fcnn_hdf5_cflags], [$fcnn_hdf5_libs], [pkg-config $fcnn_name])])
   done
   for fcnn_name in $fcnn_wrappers; do
     AS_IF([command -v $fcnn_name >/dev/null],
       [fcnn_hdf5_cflags=
        fcnn_hdf5_libs=
        for fcnn_word in $($fcnn_name -show); do
          AS_CASE([$fcnn_word],
            [-I*|-D*], [fcnn_hdf5_cflags="$fcnn_hdf5_cflags $fcnn_word"],
            [*libhdf5_hl.a|-lhdf5_hl], [],
            [*.a|-L*|-l*|-Wl,-rpath*], [fcnn_hdf5_libs="$fcnn_hdf5_libs $fcnn_word"])
        done
        FCNN_TRY_HDF5([$fcnn_hdf5_cflags], [$fcnn_hdf5_libs], [$fcnn_name])])
   done
   FCNN_TRY_HDF5([], [-lhdf5], [-lhdf5])])

AC_DEFUN([FCNN_CHECK_HDF5],
  [AC_ARG_WITH([hdf5], [AS_HELP_STRING([--with-hdf5=DIR], [use the HDF5 in DIR/include and DIR/lib])])
   AC_ARG_VAR([HDF5_CFLAGS], [compiler flags for HDF5, instead of a search])
   AC_ARG_VAR([HDF5_LIBS], [linker flags for HDF5, instead of a search])
   AC_MSG_CHECKING([for HDF5])
   fcnn_hdf5=no
   fcnn_unfit=
   AS_IF([test -n "$HDF5_LIBS"],
     [FCNN_TRY_HDF5([$HDF5_CFLAGS], [$HDF5_LIBS], [$HDF5_LIBS])],
     [test -n "$with_hdf5" && test "x$with_hdf5" != xyes],
     [FCNN_TRY_HDF5([-I$with_hdf5/include], [-L$with_hdf5/lib -Wl,-rpath,$with_hdf5/lib -lhdf5], [$with_hdf5])],
     [FCNN_FIND_HDF5])
   AC_MSG_RESULT([$fcnn_hdf5])
   AS_CASE([$fcnn_hdf5:$fcnn_unfit:$fcnn_mpi],
     [no::openmpi*], [AC_MSG_ERROR([no HDF5: install libhdf5-openmpi-dev (Debian) or hdf5-openmpi-devel, or say where it is: --with-hdf5=DIR])],
     [no::mpich*], [AC_MSG_ERROR([no HDF5: install libhdf5-mpich-dev (Debian) or hdf5-mpich-devel, or say where it is: --with-hdf5=DIR])],
     [no::*], [AC_MSG_ERROR([no HDF5: install libhdf5-dev (Debian) or hdf5-devel, or say where it is: --with-hdf5=DIR])],
     [no:*], [AC_MSG_ERROR([no HDF5 for the MPI of $CC, $fcnn_mpi${fcnn_unfit}.  Two MPIs in one program crash.  Take an HDF5 for this MPI (libhdf5-openmpi-dev or libhdf5-mpich-dev on Debian) or a serial one, by --with-hdf5=DIR, or another MPI, by MPICC=…])])
   AC_SUBST([HDF5_CFLAGS])
   AC_SUBST([HDF5_LIBS])])
