# recurses without end
# status: any
def predict(x, W, b):
    return predict(x, W, b)


def train(x, y, lr=0.01, steps=2001):
    return train(x, y)
