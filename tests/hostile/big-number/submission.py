# raises a number to a power that fills memory or time
# status: any
number = 7 ** (10 ** 9)


def predict(x, W, b):
    return x * 0


def train(x, y, lr=0.01, steps=2001):
    return 0, 0, [0]
