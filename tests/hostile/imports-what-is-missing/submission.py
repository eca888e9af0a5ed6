# imports a package that no box has
# status: any
import tensorflow_that_is_missing


def predict(x, W, b):
    return x * 0


def train(x, y, lr=0.01, steps=2001):
    return 0, 0, [0]
