"""PyTorch alone: one process, two threads.

usage: contender_torch.py OPTIMIZER [bfloat16]
"""

import sys

import torch

from torch_network import Bfloat16Trainer, TorchTrainer, make_criterion, make_network, versions
from worker import serve

if __name__ == "__main__":
    optimizer = sys.argv[1]
    kind = Bfloat16Trainer if sys.argv[2:] == ["bfloat16"] else TorchTrainer

    def make_trainer(workload, batches, weights):
        tensors = [(torch.from_numpy(x), torch.from_numpy(y)) for x, y in batches]
        return kind(make_network(workload, weights), make_criterion(workload), tensors, optimizer)

    torch.set_num_threads(2)
    serve(make_trainer, versions())
