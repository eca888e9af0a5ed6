# asks for a signal every microsecond and ignores all others
# status: any
import signal

for number in set(signal.valid_signals()) - {signal.SIGKILL, signal.SIGSTOP}:
    try:
        signal.signal(number, lambda *_: None)
    except (OSError, ValueError):
        pass
signal.setitimer(signal.ITIMER_REAL, 1e-6, 1e-6)


def predict(x, W, b):
    return x * 0


def train(x, y, lr=0.01, steps=2001):
    return 0, 0, [0]
