# replaces built-in functions by none
# status: any
import builtins

for name in ('print', 'len', 'isinstance', 'open', 'range'):
    setattr(builtins, name, None)


def predict(x, W, b):
    return x * 0


def train(x, y, lr=0.01, steps=2001):
    return 0, 0, [0]
