"""numpy: forward pass, backward pass and update, in place, with buffers that are allocated once."""

import itertools

import numpy

from rows import LEARNING_RATE
from worker import serve


class NumpyTrainer:
    def __init__(self, workload, batches, weights, kind=numpy.float32, product=numpy.matmul):
        self.workload = workload
        self.product = product
        self.batches = [(x.astype(kind), y.astype(kind) if workload.is_regression else y) for x, y in batches]
        self.next = itertools.cycle(self.batches)
        self.weights = [(w.astype(kind), b.astype(kind)) for w, b in weights]
        self.outputs = [numpy.empty((workload.batch, width), kind) for width in workload.widths[1:]]
        self.deltas = [numpy.empty_like(output) for output in self.outputs]
        self.gradients = [numpy.empty_like(w) for w, _ in self.weights]
        self.rows = numpy.arange(workload.batch)

    def forward(self, x):
        last = len(self.weights) - 1
        for i, ((w, b), a) in enumerate(zip(self.weights, self.outputs)):
            self.product(x, w, out=a)
            a += b
            if i < last and self.workload.activation == "relu":
                numpy.maximum(a, 0, out=a)
            elif i < last and self.workload.activation == "tanh":
                numpy.tanh(a, out=a)
            elif i < last:
                numpy.negative(a, out=a)
                numpy.exp(a, out=a)
                a += 1
                numpy.reciprocal(a, out=a)
            x = a
        return x

    def output_delta(self, z, y):
        """Stores the derivative of the batch's mean loss by the sums of the last layer in the last delta."""
        delta = self.deltas[-1]
        if self.workload.is_regression:
            numpy.subtract(z, y, out=delta)
            delta *= 2 / self.workload.batch
        else:
            numpy.subtract(z, z.max(axis=1, keepdims=True), out=delta)
            numpy.exp(delta, out=delta)
            delta /= delta.sum(axis=1, keepdims=True)
            delta[self.rows, y] -= 1
            delta /= self.workload.batch
        return delta

    def times_derivative(self, delta, a):
        """Multiplies by the derivative of the activation, computed from its output a, which is overwritten."""
        if self.workload.activation == "relu":
            numpy.multiply(delta, a > 0, out=delta)
        elif self.workload.activation == "tanh":
            numpy.multiply(a, a, out=a)
            numpy.subtract(1, a, out=a)
            delta *= a
        else:
            delta *= a
            numpy.subtract(1, a, out=a)
            delta *= a

    def update(self, i, sums):
        """Updates the weights and biases of layer i by their gradients."""
        w, b = self.weights[i]
        b -= LEARNING_RATE * sums
        self.gradients[i] *= LEARNING_RATE
        w -= self.gradients[i]

    def train(self, steps):
        for x, y in itertools.islice(self.next, steps):
            delta = self.output_delta(self.forward(x), y)
            for i in reversed(range(len(self.weights))):
                below = self.outputs[i - 1] if i > 0 else x
                self.product(below.T, delta, out=self.gradients[i])
                sums = delta.sum(axis=0)
                if i > 0:
                    self.product(delta, self.weights[i][0].T, out=self.deltas[i - 1])
                    delta = self.deltas[i - 1]
                    self.times_derivative(delta, below)
                self.update(i, sums)

    def loss(self):
        x, y = self.batches[0]
        z = self.forward(x)
        if self.workload.is_regression:
            return numpy.mean((z - y) ** 2)
        top = z.max(axis=1, keepdims=True)
        sums = numpy.log(numpy.exp(z - top).sum(axis=1)) + top[:, 0]
        return numpy.mean(sums - z[self.rows, y])


if __name__ == "__main__":
    serve(NumpyTrainer, {"numpy": numpy.__version__})
