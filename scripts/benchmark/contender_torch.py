"""PyTorch alone: one process, two threads.

usage: contender_torch.py OPTIMIZER
"""

import sys

import torch

from torch_network import TorchTrainer, make_criterion, make_network, versions
from worker import serve

if __name__ == "__main__":
    optimizer = sys.argv[1]

    def make_trainer(workload, batches, weights):
        tensors = [(torch.from_numpy(x), torch.from_numpy(y)) for x, y in batches]
        return TorchTrainer(make_network(workload, weights), make_criterion(workload), tensors, optimizer)

    torch.set_num_threads(2)
    serve(make_trainer, versions())
