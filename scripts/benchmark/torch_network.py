"""The network and the update of the contenders with PyTorch."""

import itertools
import re

import torch

from rows import ADAM_RATE, LEARNING_RATE

ACTIVATIONS = {"sigmoid": torch.nn.Sigmoid, "relu": torch.nn.ReLU, "tanh": torch.nn.Tanh}


def make_network(workload, weights):
    layers = []
    for w, b in weights:
        layer = torch.nn.Linear(*w.shape)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(w).t())
            layer.bias.copy_(torch.from_numpy(b))
        layers += [layer, ACTIVATIONS[workload.activation]()]
    return torch.nn.Sequential(*layers[:-1])


def make_criterion(workload):
    return torch.nn.MSELoss() if workload.is_regression else torch.nn.CrossEntropyLoss()


def versions():
    """The versions of PyTorch and of its library of kernels, if it has one."""
    found = {"torch": torch.__version__}
    onednn = re.search(r"MKL-DNN v([\d.]+)", torch.__config__.show())
    if onednn and torch.backends.mkldnn.is_available():
        found["oneDNN"] = onednn.group(1)
    return found


def make_update(parameters, optimizer):
    """A function that updates the parameters by their gradients."""
    if optimizer == "adam":
        try:
            return torch.optim.Adam(parameters, ADAM_RATE, fused=True).step
        except RuntimeError:
            # Only newer releases have a fused update for processors.
            return torch.optim.Adam(parameters, ADAM_RATE, foreach=True).step

    def update():
        with torch.no_grad():
            torch._foreach_add_(parameters, [p.grad for p in parameters], alpha=-LEARNING_RATE)

    return update


class TorchTrainer:
    """Trains a module on batches of tensors.

    The update of sgd is one call for all parameters: the arithmetic of torch.optim.SGD without its overhead.
    """

    def __init__(self, module, criterion, batches, optimizer):
        self.module = module
        self.criterion = criterion
        self.batches = batches
        self.next = itertools.cycle(batches)
        self.parameters = list(module.parameters())
        self.update = make_update(self.parameters, optimizer)

    def batch_loss(self, x, y):
        return self.criterion(self.module(x), y)

    def train(self, steps):
        for x, y in itertools.islice(self.next, steps):
            for parameter in self.parameters:
                parameter.grad = None
            self.batch_loss(x, y).backward()
            self.update()

    def loss(self):
        x, y = self.batches[0]
        with torch.no_grad():
            return self.criterion(self.module(x), y)


class Bfloat16Trainer(TorchTrainer):
    """Multiplies in bfloat16, as PyTorch recommends it: the parameters and the update are in single precision."""

    def batch_loss(self, x, y):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return self.criterion(self.module(x), y)
