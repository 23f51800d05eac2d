"""PyTorch alone: one process, two threads."""

import torch

from torch_network import TorchTrainer, make_criterion, make_network
from worker import serve


def make_trainer(workload, batches, weights):
    tensors = [(torch.from_numpy(x), torch.from_numpy(y)) for x, y in batches]
    return TorchTrainer(make_network(workload, weights), make_criterion(workload), tensors)


if __name__ == "__main__":
    torch.set_num_threads(2)
    serve(make_trainer, {"torch": torch.__version__})
