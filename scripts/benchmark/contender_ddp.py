"""PyTorch's DistributedDataParallel over gloo: two processes with one thread each.

usage: contender_ddp.py RANK FILE OPTIMIZER      by FILE the two processes find each other
"""

import sys

import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel

from torch_network import TorchTrainer, make_criterion, make_network, versions
from worker import serve

RANKS = 2


class DdpTrainer(TorchTrainer):
    """Each rank takes half of every batch."""

    def __init__(self, workload, batches, weights):
        share = workload.batch // RANKS
        mine = slice(distributed.get_rank() * share, (distributed.get_rank() + 1) * share)
        module = DistributedDataParallel(make_network(workload, weights), gradient_as_bucket_view=True)
        tensors = [(torch.from_numpy(x[mine]), torch.from_numpy(y[mine])) for x, y in batches]
        super().__init__(module, make_criterion(workload), tensors, sys.argv[3])
        self.first = [torch.from_numpy(part) for part in batches[0]]

    def loss(self):
        x, y = self.first
        with torch.no_grad():
            return self.criterion(self.module.module(x), y)


def agree(seconds):
    """The time of rank 0, for both ranks, so that they run the same number of steps."""
    value = torch.tensor([seconds], dtype=torch.float64)
    distributed.broadcast(value, 0)
    return value.item()


if __name__ == "__main__":
    rank = int(sys.argv[1])
    torch.set_num_threads(1)
    distributed.init_process_group("gloo", init_method="file://" + sys.argv[2], rank=rank, world_size=RANKS)
    serve(DdpTrainer, versions(), agree, speaks=rank == 0)
