# defines what is asked for as coroutines and generators
# status: any



async def predict(x, W, b):
    return x * 0


def train(x, y, lr=0.01, steps=2001):
    yield 0
