"""The workloads that are compared."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Workload:
    name: str
    widths: tuple
    activation: str
    batch: int

    @property
    def is_regression(self):
        """One output with the mean squared error; all other workloads are classes with softmax and cross entropy."""
        return self.widths[-1] == 1

    @property
    def rows(self):
        return max(4 * self.batch, 8192)

    @property
    def network(self):
        return "-".join(str(width) for width in self.widths)


WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload("S", (784, 30, 10), "sigmoid", 1000),
        Workload("S32", (784, 30, 10), "sigmoid", 32),
        Workload("M64", (784, 128, 10), "relu", 64),
        Workload("M256", (784, 128, 10), "relu", 256),
        Workload("L", (784, 1024, 1024, 10), "relu", 256),
        Workload("XL", (4096, 4096, 4096, 1000), "relu", 1024),
        Workload("T", (32, 64, 64, 1), "tanh", 256),
        Workload("TB", (32, 64, 64, 1), "tanh", 4096),
    )
}
