# asks whoever runs it a question
# status: any
answer = input('Your name? ')


def predict(x, W, b):
    return x * 0


def train(x, y, lr=0.01, steps=2001):
    return 0, 0, [0]
