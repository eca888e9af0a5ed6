import numpy as np


def mse(h, y):
    return np.mean(np.square(h - y))


def gradient_step(x, y, W, b, lr):
    m = len(x)
    difference = np.dot(x, W) + b - y
    dW = 2 / m * np.sum(difference * x)
    db = 2 / m * np.sum(difference)
    return W - lr * dW, b - lr * db


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def logistic_cost(h, y):
    return float(np.mean(np.where(y == 1, -np.log(h), -np.log(1 - h))))


def softmax(z):
    return np.array([np.exp(row) / sum(np.exp(row)) for row in z])


def cross_entropy(p, y):
    return sum(-np.log(row[k]) for row, k in zip(p, y.argmax(axis=1))) / len(p)


def one_hot(labels, classes):
    return [[1 if k == label else 0 for k in range(classes)] for label in labels]


def argmax(p):
    return [int(np.argmax(row)) for row in p]
