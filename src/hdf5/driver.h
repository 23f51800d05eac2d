/* src/hdf5/driver.h — a file driver for HDF5 that keeps failed writes to itself; for this room only.
 *
 * When a write fails while HDF5 closes an object or a file (the disk is full), HDF5 1.10 leaves the object half
 * taken apart and crashes when the process ends.  So HDF5 never hears of it: the driver notes errno, lets all
 * further writes pass unwritten, and the owner of the file, who asks for the note, throws the file away. */
#ifndef FCNN_HDF5_DRIVER_H
#define FCNN_HDF5_DRIVER_H

#include <hdf5.h>

/* Registers the driver and makes a file access list use it.
 *   error   borrowed for as long as a file is open with the list: the errno of the first failed write goes there
 *   driver  to be given to H5FDunregister() when the file is closed, or could not be opened
 * Negative on failure. */
herr_t fcnn_hdf5_driver_use(hid_t access, int *error, hid_t *driver);

#endif
