"""Cost functions by hand."""

import torch


def mse(h, y):
    """Return the mean of the squared errors."""
    raise NotImplementedError


def gradient_step(x, y, W, b, lr):
    """Return W and b after one step of gradient descent on the mean squared error of x W + b."""
    raise NotImplementedError


def sigmoid(z):
    """Return 1 / (1 + e^-z)."""
    raise NotImplementedError


def logistic_cost(h, y):
    """Return the mean of -y log h - (1-y) log(1-h)."""
    raise NotImplementedError


def softmax(z):
    """Return rows of probabilities for rows of scores."""
    raise NotImplementedError


def cross_entropy(p, y):
    """Return the mean over the rows of -sum y log p."""
    raise NotImplementedError


def one_hot(labels, classes):
    """Return a row of zeros with a 1 at the label, for every label."""
    raise NotImplementedError


def argmax(p):
    """Return the column of the largest number of every row."""
    raise NotImplementedError
