# prints without end
# status: output
def predict(x, W, b):
    while True:
        print("spam " * 10000)


def train(x, y, lr=0.01, steps=2001):
    return predict(x, 0, 0)
