# plants something wherever it can, for the next attempt in the same box to find
import builtins
import ctypes
import fcntl
import glob
import json
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import threading
import time

import numpy
import torch

WORD = "planted-by-the-one-before"
MINE = "nobody-else-shall-read-this"  # stands in this source, in what it says to standard error, and in an error


def tried(action):
    try:
        action()
    except BaseException:
        pass


def write(path):
    with open(path, "w") as file:
        file.write(WORD)


for folder in ("/tmp", "/work", "/dev/shm", "/dev/mqueue", "/dev/pts", "/run", "/var/tmp", "/opt/box/inside", "/", "/proc/sys/kernel",
               os.path.dirname(torch.__file__), os.path.dirname(numpy.__file__)):
    tried(lambda: write(f"{folder}/{WORD}"))
tried(lambda: os.link("/etc/passwd", f"/tmp/{WORD}-link"))
tried(lambda: os.symlink("/etc/passwd", f"/tmp/{WORD}-symlink"))
tried(lambda: os.mkfifo(f"/tmp/{WORD}-fifo"))
tried(lambda: open("/tmp/big", "wb").write(bytes(30 << 20)))
tried(lambda: open("/dev/shm/big", "wb").write(bytes(30 << 20)))

# memory of this process, and of the framework in it
os.environ["PLANTED"] = builtins.planted = json.planted = torch.planted = numpy.planted = WORD
sys.path.insert(0, f"/tmp/{WORD}")
sys.modules["planted"] = sys
torch.manual_seed(7), random.seed(7), numpy.random.seed(7)
torch.set_default_dtype(torch.float64)
tried(lambda: torch.use_deterministic_algorithms(True))
tried(lambda: torch.nn.Linear.__init__.__globals__.update(planted=WORD))
os.chdir("/tmp"), os.umask(0)
tried(lambda: os.nice(7))
tried(lambda: os.sched_setaffinity(0, {0}))
tried(lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40)))

# what the kernel keeps; calls that kill are made by another process
libc = ctypes.CDLL(None)
for number, arguments in ((29, (4711, 4096, 0o1666)), (64, (4711, 1, 0o1666)), (68, (4711, 0o1666)),
                          (240, (WORD.encode(), 0o102, 0o666, 0)), (248, (b"user", WORD.encode(), b"x", 1, -3)),
                          (250, (1, WORD.encode())), (170, (WORD.encode(), 8)), (319, (WORD.encode(), 0))):
    if os.fork() == 0:
        libc.syscall(number, *arguments)
        os._exit(0)
    os.wait()
held = []
for path in ("/etc/passwd", "/bin/sh", sys.executable, torch.__file__, numpy.__file__, "/opt/box/inside/measure.py"):
    tried(lambda: held.append(open(path)))
    tried(lambda: fcntl.flock(held[-1], fcntl.LOCK_EX | fcntl.LOCK_NB))

# descriptors that may lead to the supervisor, and processes
for path in glob.glob("/proc/[0-9]*"):
    for name in ("mem", "environ", "oom_score_adj", "comm", "timerslack_ns", "coredump_filter"):
        if path != f"/proc/{os.getpid()}":
            tried(lambda: write(f"{path}/{name}"))
for number in (signal.SIGSTOP, signal.SIGKILL):
    for pid in (1, os.getppid()):
        if pid > 0:
            tried(lambda: os.kill(pid, number))
listener = socket.socket(socket.AF_UNIX)
tried(lambda: listener.bind(f"\0{WORD}"))
tried(lambda: listener.listen())
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for fd in range(3):
                tried(lambda: os.dup2(os.open("/dev/null", os.O_RDWR), fd))
            time.sleep(1000)
        os._exit(0)
    os.wait()
tried(lambda: subprocess.Popen(["/bin/sleep", "1000"], start_new_session=True))
threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGPIPE):
    tried(lambda: signal.signal(number, signal.SIG_IGN))
print("PLANTED")
print(MINE, "#" * 50_000, MINE, file=sys.stderr)


def predict(x, W, b):
    raise ValueError(MINE)


def train(x, y, lr=0.01, steps=2001):
    return torch.zeros(1, 1), torch.zeros(1), [0.0] * steps
