# looks for what an attempt before it in the same box has planted, wherever that could be
import builtins
import ctypes
import fcntl
import json
import os
import random
import re
import resource
import signal
import socket
import sys
import threading

import numpy
import torch

WORD = "planted-by-the-one-before"


def found(what, is_there):
    try:
        if is_there():
            print("FOUND", what)
    except (OSError, ImportError, PermissionError):
        pass


for folder in ("/tmp", "/work", "/dev/shm", "/dev/mqueue", "/dev/pts", "/run", "/var/tmp", "/opt/box/inside", "/",
               os.path.dirname(torch.__file__), os.path.dirname(numpy.__file__)):
    found(folder, lambda: [n for n in os.listdir(folder) if WORD in n or n == "big"])
for folder in ("/tmp", "/dev/shm"):
    space = os.statvfs(folder)
    found(f"space of {folder}", lambda: (space.f_blocks - space.f_bfree) * space.f_bsize > 1 << 20)
found("environment", lambda: "PLANTED" in os.environ)
for module in (builtins, json, torch, numpy):
    found(module.__name__, lambda: hasattr(module, "planted"))
found("globals of torch", lambda: "planted" in torch.nn.Linear.__init__.__globals__)
found("modules", lambda: "planted" in sys.modules or any(WORD in p for p in sys.path))
found("default dtype", lambda: torch.get_default_dtype() != torch.float32)
found("determinism", torch.are_deterministic_algorithms_enabled)
torch_seed, seven = torch.initial_seed(), 7
found("seed", lambda: torch_seed == seven)
random.seed(7)
found("folder", lambda: os.getcwd() != "/work")
found("umask", lambda: os.umask(0o77) != 0o77)
found("nice", lambda: os.getpriority(os.PRIO_PROCESS, 0) != 0 and os.getpriority(os.PRIO_PROCESS, 0) == 7)
found("affinity", lambda: os.cpu_count() > 1 and len(os.sched_getaffinity(0)) == 1)
found("limits", lambda: resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 40)
for number in (signal.SIGTERM, signal.SIGCHLD):
    found(f"signal {number}", lambda: signal.getsignal(number) == signal.SIG_IGN)
found("threads", lambda: len(os.listdir("/proc/self/task")) > 1 or threading.active_count() > 1)
found("processes", lambda: [n for n in os.listdir("/proc") if n.isdigit() and int(n) != os.getpid()])
found("host name", lambda: WORD in socket.gethostname())
libc = ctypes.CDLL(None)
for number, arguments in ((29, (4711, 0, 0)), (64, (4711, 0, 0)), (68, (4711, 0)), (240, (WORD.encode(), 2, 0, 0))):
    found(f"object {number}", lambda: libc.syscall(number, *arguments) >= 0)
for name in ("shm", "sem", "msg"):
    found(name, lambda: len(open(f"/proc/sysvipc/{name}").read().splitlines()) > 1)
for name in ("keys", "key-users", "locks", "net/unix", "mounts"):
    found(f"/proc/{name}", lambda: WORD in open(f"/proc/{name}").read())
found("keys", lambda: WORD in open("/proc/keys").read())
found("locks", lambda: open("/proc/locks").read().strip())


def connects():
    socket.socket(socket.AF_UNIX).connect(f"\0{WORD}")
    return True


found("abstract socket", connects)
found("sockets", lambda: len(open("/proc/net/unix").read().splitlines()) > 2)
for path in ("/etc/passwd", "/bin/sh", sys.executable, torch.__file__, numpy.__file__, "/opt/box/inside/measure.py"):
    if os.path.exists(path):
        try:
            fcntl.flock(open(path), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("FOUND a lock on", path)
        except OSError:
            pass
for fd in range(3, 256):
    try:
        told = os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        continue
    if WORD in told:
        print("FOUND descriptor", told)
for line in open("/proc/self/maps").read().splitlines():  # a child is a copy of the supervisor, freed memory too
    where, rights, *_ = line.split()
    at, end = (int(number, 16) for number in where.split("-"))
    with open("/proc/self/mem", "rb", 0) as memory:
        while rights.startswith("rw") and at < end:
            try:
                memory.seek(at)
                piece = memory.read(min(end - at, 1 << 20))
            except (OSError, OverflowError):
                break
            if re.search(b"nobody-else-shall-read-[t]his", piece):
                print("FOUND what another one wrote, in memory", line)
            at += len(piece)
print("LOOKED")


def predict(x, W, b):
    return x @ W + b


def train(x, y, lr=0.01, steps=2001):
    W, b, costs = torch.zeros(1, 1, requires_grad=True), torch.zeros(1, requires_grad=True), []
    optimizer = torch.optim.SGD([W, b], lr=lr)
    for _ in range(steps):
        cost = torch.mean((predict(x, W, b) - y) ** 2)
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
        costs.append(cost.item())
    return W, b, costs
