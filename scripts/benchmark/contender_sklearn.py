"""scikit-learn: MLPClassifier and MLPRegressor, partial_fit() with plain stochastic gradient descent."""

import numpy
import sklearn
from sklearn.neural_network import MLPClassifier, MLPRegressor

from rows import LEARNING_RATE
from worker import serve

ACTIVATIONS = {"sigmoid": "logistic", "relu": "relu", "tanh": "tanh"}


class SklearnTrainer:
    def __init__(self, workload, batches, weights):
        self.batch = workload.batch
        self.count = len(batches)
        self.position = 0
        self.inputs = numpy.concatenate([x for x, _ in batches])
        self.targets = numpy.concatenate([y for _, y in batches])
        if workload.is_regression:
            self.targets = self.targets.ravel()
        options = {
            "hidden_layer_sizes": workload.widths[1:-1],
            "activation": ACTIVATIONS[workload.activation],
            "solver": "sgd",
            "alpha": 0.0,
            "batch_size": self.batch,
            "momentum": 0.0,
            "nesterovs_momentum": False,
            "shuffle": False,
        }
        if workload.is_regression:
            # The loss of scikit-learn is half of the mean squared error.
            self.model = MLPRegressor(learning_rate_init=2 * LEARNING_RATE, **options)
            self.model.partial_fit(*self.slice(1))
        else:
            self.model = MLPClassifier(learning_rate_init=LEARNING_RATE, **options)
            self.model.partial_fit(*self.slice(1), classes=numpy.arange(workload.widths[-1]))
        # scikit-learn draws its own weights in its first step.
        for (w, b), own_w, own_b in zip(weights, self.model.coefs_, self.model.intercepts_):
            own_w[...] = w
            own_b[...] = b

    def slice(self, count):
        """The next batches, up to the last one."""
        start = self.position * self.batch
        rows = slice(start, start + count * self.batch)
        return self.inputs[rows], self.targets[rows]

    def train(self, steps):
        while steps > 0:
            # One call processes many batches, which avoids the checks that each call makes.
            count = min(steps, self.count - self.position)
            self.model.partial_fit(*self.slice(count))
            self.position = (self.position + count) % self.count
            steps -= count

    def loss(self):
        x, y = self.inputs[:self.batch], self.targets[:self.batch]
        if isinstance(self.model, MLPRegressor):
            return numpy.mean((self.model.predict(x) - y) ** 2)
        return -numpy.mean(numpy.log(self.model.predict_proba(x)[numpy.arange(self.batch), y]))


if __name__ == "__main__":
    serve(SklearnTrainer, {"sklearn": sklearn.__version__, "numpy": numpy.__version__})
