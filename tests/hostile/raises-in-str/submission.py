# raises an exception that raises when it is asked for its text
# status: finished
class Nasty(Exception):
    def __str__(self):
        raise Nasty

    __repr__ = __str__


def predict(x, W, b):
    raise Nasty


def train(x, y, lr=0.01, steps=2001):
    raise BaseException("base")
