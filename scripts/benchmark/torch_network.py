"""The network and the update of the two contenders with PyTorch."""

import itertools

import torch

from rows import LEARNING_RATE

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


class TorchTrainer:
    """Trains a module on batches of tensors.

    The update is one call for all parameters: the arithmetic of torch.optim.SGD without its overhead.
    """

    def __init__(self, module, criterion, batches):
        self.module = module
        self.criterion = criterion
        self.batches = batches
        self.next = itertools.cycle(batches)
        self.parameters = list(module.parameters())

    def train(self, steps):
        for x, y in itertools.islice(self.next, steps):
            for parameter in self.parameters:
                parameter.grad = None
            self.criterion(self.module(x), y).backward()
            with torch.no_grad():
                torch._foreach_add_(self.parameters, [p.grad for p in self.parameters], alpha=-LEARNING_RATE)

    def loss(self):
        x, y = self.batches[0]
        with torch.no_grad():
            return self.criterion(self.module(x), y)
