# A Spack package of fcnn.  Put it into a repository of packages of your own:
#   spack repo create ~/packages && spack repo add ~/packages
#   mkdir ~/packages/packages/fcnn && cp scripts/packaging/package.py ~/packages/packages/fcnn/
# Then install it, with a tarball of `make dist` in the working directory:
#   spack install --no-checksum fcnn
import os

from spack.package import *


class Fcnn(AutotoolsPackage):
    """Trains fully connected neural networks on HDF5 data, with the same bits on any number of
    MPI ranks and threads."""

    url = f"file://{os.getcwd()}/fcnn-0.1.0.tar.gz"
    manual_download = True

    license("BSD-3-Clause")

    version("0.1.0")

    variant("libzip", default=True, description="fcnn-import reads .npz files")

    depends_on("c", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("mpi")
    depends_on("hdf5@1.10:")
    depends_on("xxhash@0.8:")
    depends_on("openssl")
    depends_on("zlib-api")
    depends_on("libzip", when="+libzip")

    def configure_args(self):
        return [
            f"CC={self.spec['mpi'].mpicc}",
            f"--with-hdf5={self.spec['hdf5'].prefix}",
        ] + self.with_or_without("libzip")
