# leaves files, pipes and links in every folder, some open, some locked
# status: any
import fcntl
import os

held = []
for folder in ("/tmp", "/work", "/dev/shm", "/dev/mqueue", "/var/tmp", "/run"):
    try:
        held.append(open(f"{folder}/planted-by-the-one-before", "w"))
        fcntl.flock(held[-1], fcntl.LOCK_EX)
        os.mkfifo(f"{folder}/planted-by-the-one-before-fifo")
        os.link("/etc/passwd", f"{folder}/planted-by-the-one-before-link")
    except OSError:
        pass


def predict(x, W, b):
    return x * 0


def train(x, y, lr=0.01, steps=2001):
    return 0, 0, [0]
