# hands back texts, dates and bytes in place of numbers
# status: any
import datetime


def lie(x):
    return ["passed", b"10", datetime.datetime(2030, 1, 1), None, True]


def predict(x, W, b):
    return lie(x)


def train(x, y, lr=0.01, steps=2001):
    return lie(x), lie(x), [lie(x)]
