import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(x, weights, activation):
    layers = [x]
    for k in range(0, 6, 2):
        z = layers[-1] @ weights[k] + weights[k + 1]
        layers.append(sigmoid(z) if activation == "sigmoid" else np.maximum(z, 0))
    return layers, sigmoid(layers[-1] @ weights[6] + weights[7])


def gradients(x, y, weights, activation):
    layers, h = forward(x, weights, activation)
    delta = (h - y) / len(y)
    slopes = []
    for k in (6, 4, 2, 0):
        a = layers[k // 2]
        slopes = [a.T @ delta, delta.sum(axis=0)] + slopes
        slope = a * (1 - a) if activation == "sigmoid" else (a > 0)
        delta = (delta @ weights[k].T)
    return slopes


def ratio(x, y, weights, activation):
    slopes = gradients(x, y, weights, activation)
    return np.sqrt(np.sum(slopes[0] ** 2)) / np.sqrt(np.sum(slopes[-2] ** 2))
