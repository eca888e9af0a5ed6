import numpy as np


def unit(x, w, w0):
    x0 = np.ones((len(x), 1))
    inputs = np.hstack([x0, x])
    weights = np.concatenate([[w0], np.ravel(w)])
    return np.where(inputs.dot(weights) > 0, 1, 0)


def and_gate(x):
    return unit(x, np.array([1.0, 1.0]), -1.5)


def or_gate(x):
    return unit(x, np.array([1.0, 1.0]), -0.5)
