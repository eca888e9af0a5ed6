def predict(x, W, b):
    return x * float("nan")


def train(x, y, lr=0.01, steps=2001):
    return float("nan"), float("nan"), [float("nan")] * steps
