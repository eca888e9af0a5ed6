def predict(x, W, b):
    return x * float("nan")


def train(x, y, W, b, lr=0.01, steps=2000):
    return W * float("nan"), b * float("nan"), [float("nan")] * steps
