# reads address 0
# status: crashed
import ctypes


def predict(x, W, b):
    return ctypes.string_at(0)


def train(x, y, lr=0.01, steps=2001):
    return ctypes.string_at(0)
