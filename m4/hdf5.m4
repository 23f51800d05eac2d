# FCNN_CHECK_HDF5 finds the C library of HDF5 (parallel or serial) and sets HDF5_CFLAGS and HDF5_LIBS.
# Tried in this order: --with-hdf5=DIR, pkg-config, the flags that h5pcc or h5cc print.

# FCNN_TRY_HDF5(CFLAGS, LIBS, WHERE): keeps the flags if a program links with them
AC_DEFUN([FCNN_TRY_HDF5],
  [AS_IF([test "$fcnn_hdf5" = no],
    [fcnn_cppflags=$CPPFLAGS
     fcnn_libs=$LIBS
     CPPFLAGS="$CPPFLAGS $1"
     LIBS="$2 $LIBS"
     AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <hdf5.h>]], [[return H5Fget_file_image(0, 0, 0) > 0;]])],
       [fcnn_hdf5="$3"
        HDF5_CFLAGS="$1"
        HDF5_LIBS="$2"])
     CPPFLAGS=$fcnn_cppflags
     LIBS=$fcnn_libs])])

AC_DEFUN([FCNN_CHECK_HDF5],
  [AC_ARG_WITH([hdf5], [AS_HELP_STRING([--with-hdf5=DIR], [HDF5 lies in DIR/include and DIR/lib])])
   AC_ARG_VAR([HDF5_CFLAGS], [compiler flags for HDF5, instead of a search])
   AC_ARG_VAR([HDF5_LIBS], [linker flags for HDF5, instead of a search])
   AC_MSG_CHECKING([for HDF5])
   fcnn_hdf5=no
   AS_IF([test -n "$HDF5_LIBS"],
     [FCNN_TRY_HDF5([$HDF5_CFLAGS], [$HDF5_LIBS], [as given])],
     [test -n "$with_hdf5" && test "x$with_hdf5" != xyes],
     [FCNN_TRY_HDF5([-I$with_hdf5/include], [-L$with_hdf5/lib -Wl,-rpath,$with_hdf5/lib -lhdf5], [$with_hdf5])],
     [for fcnn_name in hdf5-openmpi hdf5-mpich hdf5 hdf5-serial; do
        AS_IF([test -n "$PKG_CONFIG" && $PKG_CONFIG --exists $fcnn_name],
          [fcnn_hdf5_cflags=$($PKG_CONFIG --cflags $fcnn_name)
           fcnn_hdf5_libs=$($PKG_CONFIG --libs $fcnn_name)
           FCNN_TRY_HDF5([$fcnn_hdf5_cflags], [$fcnn_hdf5_libs], [pkg-config $fcnn_name])])
      done
      for fcnn_name in h5pcc h5cc; do
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
      FCNN_TRY_HDF5([], [-lhdf5], [default folders])])
   AC_MSG_RESULT([$fcnn_hdf5])
   AS_IF([test "$fcnn_hdf5" = no],
     [AC_MSG_ERROR([no HDF5: install libhdf5-openmpi-dev (Debian) or hdf5-devel, or say where it is: --with-hdf5=DIR])])
   AC_SUBST([HDF5_CFLAGS])
   AC_SUBST([HDF5_LIBS])])
