# reads environment, command line and memory of the box's own processes
# status: any
import glob
import os

for path in glob.glob("/proc/[0-9]*"):
    if int(path.rpartition("/")[2]) != os.getpid():
        for name in ("environ", "mem", "maps", "fd/0", "root/etc/passwd"):
            try:
                with open(f"{path}/{name}", "rb") as file:
                    file.seek(0)
                    if file.read(1):
                        print("READ", path, name)
            except (OSError, ValueError):
                pass


def predict(x, W, b):
    return x * 0


def train(x, y, lr=0.01, steps=2001):
    return 0, 0, [0]
