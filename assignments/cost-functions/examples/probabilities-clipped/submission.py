import numpy as np

def mse(h, y):
    return np.mean((h - y) ** 2)

def gradient_step(x, y, W, b, lr):
    r = x @ W + b - y
    return W - lr * 2 * x.T @ r / len(x), b - lr * 2 * r.sum(0) / len(x)

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def logistic_cost(h, y):
    h = np.clip(h, 0.05, 0.95)
    return -np.mean(y * np.log(h) + (1 - y) * np.log(1 - h))

def softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)

def cross_entropy(p, y):
    return -np.mean(np.sum(y * np.log(p), axis=1))

def one_hot(labels, classes):
    return np.eye(classes)[np.asarray(labels).astype(int).ravel()]

def argmax(p):
    return np.argmax(p, 1)
