# hands back a list that holds itself
# status: any
def lie(x):
    told = []
    told.append(told)
    return told


def predict(x, W, b):
    return lie(x)


def train(x, y, lr=0.01, steps=2001):
    return lie(x), lie(x), [lie(x)]
