/* src/hdf5/slots.c — the indices that a selection contains in each dimension. */
#include "hdf5/sources.h"

hsize_t fcnn_hdf5_slots_at(const fcnn_hdf5_slots *slots, hsize_t k)
{
    return slots->start + k / slots->block * slots->stride + k % slots->block;
}

hsize_t fcnn_hdf5_slots_below(const fcnn_hdf5_slots *slots, hsize_t end)
{
    if (end <= slots->start) {
        return 0;
    }
    const hsize_t blocks = (end - slots->start) / slots->stride, rest = (end - slots->start) % slots->stride;
    const hsize_t below = blocks * slots->block + (rest < slots->block ? rest : slots->block);
    return below < slots->count ? below : slots->count;
}

bool fcnn_hdf5_slots_find(hid_t space, int *rank, bool *is_regular, fcnn_hdf5_slots *out)
{
    hsize_t start[FCNN_HDF5_RANK_MAX], stride[FCNN_HDF5_RANK_MAX], count[FCNN_HDF5_RANK_MAX], block[FCNN_HDF5_RANK_MAX];
    const H5S_sel_type kind = H5Sget_select_type(space);
    *rank = H5Sget_simple_extent_ndims(space);
    *is_regular = kind == H5S_SEL_ALL;
    if (*rank == 0 && *is_regular) {
        return true;
    }
    if (*rank < 1 || *rank > FCNN_HDF5_RANK_MAX || kind == H5S_SEL_NONE || kind == H5S_SEL_ERROR) {
        return false;
    }
    *is_regular = kind == H5S_SEL_ALL || (kind == H5S_SEL_HYPERSLABS && H5Sis_regular_hyperslab(space) > 0);
    if (*is_regular && kind == H5S_SEL_HYPERSLABS) {
        H5Sget_regular_hyperslab(space, start, stride, count, block);
    } else if (H5Sget_select_bounds(space, start, block) < 0) {
        return false;
    }
    for (int d = 0; d < *rank; d++) {
        if (*is_regular && kind == H5S_SEL_HYPERSLABS && block[d] == 0) {
            return false;
        }
        if (!*is_regular || kind == H5S_SEL_ALL) {
            out[d] = (fcnn_hdf5_slots){start[d], 1, 1, block[d] - start[d] + 1};
        } else if (block[d] == H5S_UNLIMITED) {
            out[d] = (fcnn_hdf5_slots){start[d], 1, 1, H5S_UNLIMITED};
        } else {
            /* the stride of a single block has no meaning */
            out[d] = (fcnn_hdf5_slots){start[d], stride[d] > block[d] ? stride[d] : block[d], block[d],
                                       count[d] == H5S_UNLIMITED ? H5S_UNLIMITED : count[d] * block[d]};
        }
    }
    return true;
}

int fcnn_hdf5_slots_unlimited(const fcnn_hdf5_slots *slots, int rank)
{
    for (int d = 0; d < rank; d++) {
        if (slots[d].count == H5S_UNLIMITED) {
            return d;
        }
    }
    return -1;
}
