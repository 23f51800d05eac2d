/* src/hdf5/driver.h — a file driver for HDF5 that hides failed writes from it.  Internal to this room.
 *
 * If a write fails while HDF5 closes an object or a file, for example on a full disk, HDF5 1.10 leaves the object
 * partially released and crashes at the end of the process.  This driver therefore reports success to HDF5, records
 * errno of the first failed write, and ignores all further writes.  The owner of the file checks errno and discards the
 * file.
 * Not collective; called between fcnn_hdf5_enter() and fcnn_hdf5_leave(). */
#ifndef FCNN_HDF5_DRIVER_H
#define FCNN_HDF5_DRIVER_H

#include <hdf5.h>

/* Registers the driver and sets it in a file access property list.
 *   error   borrowed while a file is open with the list; set to errno of the first failed write
 *   driver  to be passed to H5FDunregister() after the file is closed, or if it could not be opened
 * Returns a negative value on failure. */
herr_t fcnn_hdf5_driver_use(hid_t access, int *error, hid_t *driver);

#endif
