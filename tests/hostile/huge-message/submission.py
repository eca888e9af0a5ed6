# raises an exception with a text of 50 MB
# status: finished
raise ValueError("x" * (50 << 20))


def predict(x, W, b):
    return x * 0


def train(x, y, lr=0.01, steps=2001):
    return 0, 0, [0]
