# stops itself with SIGSTOP and waits for somebody to hang
# status: timeout
import os
import signal


def predict(x, W, b):
    os.kill(os.getpid(), signal.SIGSTOP)
    return x * 0


def train(x, y, lr=0.01, steps=2001):
    return 0, 0, [0]
