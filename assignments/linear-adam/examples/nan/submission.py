def predict(x, W, b):
    return x * float("nan")


def train(x, y, W, b, lr=0.001, steps=1000):
    return W * float("nan"), b * float("nan"), [float("nan")] * steps
