# never returns from train
# status: timeout
def predict(x, W, b):
    return x * 0


def train(x, y, lr=0.01, steps=2001):
    while True:
        pass
