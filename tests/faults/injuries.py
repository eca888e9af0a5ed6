"""What the fault tests do to a running service, and how they look for what is left of it."""

import os
import re
import shutil
import signal
import socket
import subprocess
import threading
from contextlib import contextmanager, suppress
from pathlib import Path

import docker
import pytest

from tests.service.running import RIGHT, wait_for
from worker.engines.base import owner
from worker.engines.docker import OWNER_LABEL

SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
static long ahead(void) {
    long s = 0; const char *name = getenv("TEST_CLOCK"); FILE *f = name ? fopen(name, "r") : NULL;
    if (f) { if (fscanf(f, "%ld", &s) != 1) s = 0; fclose(f); }
    return s;
}
int clock_gettime(clockid_t id, struct timespec *t) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int r = real(id, t); if (!r && id == CLOCK_REALTIME) t->tv_sec += ahead();
    return r;
}
int gettimeofday(struct timeval *restrict t, void *restrict zone) {
    struct timespec now; clock_gettime(CLOCK_REALTIME, &now);
    t->tv_sec = now.tv_sec; t->tv_usec = now.tv_nsec / 1000; return 0;
}
time_t time(time_t *to) {
    struct timespec now; clock_gettime(CLOCK_REALTIME, &now);
    if (to) *to = now.tv_sec;
    return now.tv_sec;
}
"""


def clock_shim(folder):
    """Build a library that sets the wall clock of the processes it is loaded into ahead, by the seconds in a file."""
    if shutil.which("cc") is None:
        pytest.skip("no C compiler here (cc), which builds the clock that is ahead")
    source, library = folder / "clock.c", folder / "clock.so"
    source.write_text(SHIM)
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return library


def family(pid):
    """List a process and all its descendants, each as (number, when it began), so that a reused number is no survivor."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    found = [pid]
    for one in found:
        found += [p for p, parent in parents.items() if parent == one]
    return [known for p in found if (known := began(p))]


def began(pid):
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if fields[0] == "Z" else (pid, fields[19])
    return None


def survivors(known):
    return [one for one in known if began(one[0]) == one]


def containers_of(pid_name):
    return docker.from_env().api.containers(all=True, filters={"label": f"{OWNER_LABEL}={pid_name}"})


def groups_of(pid):
    """List the control groups that a process has made for boxes."""
    return [f for f in Path("/sys/fs/cgroup").glob("**/dlgrader-*") if re.search(rf"-{pid}\b", f.name)]


def slow_program(home, seconds=6):
    """Write a right program that takes its time under a process name of its own; returns its file and that name."""
    name = f"slow-{home.name[-8:]}"
    file = home / "slow.py"
    naming = f"import ctypes, time\nctypes.CDLL(None).prctl(15, b'{name}')\ntime.sleep({seconds})\n"
    file.write_text(f"{RIGHT.read_text()}\n{naming}")
    return file, name


def named(name):
    """List this host's processes of a name, those in boxes too."""
    found = []
    for path in Path("/proc").glob("[0-9]*/comm"):
        with suppress(OSError):
            found += [path.parent.name] if path.read_text().strip() == name else []
    return found


class Worker:
    """One worker under test: who it is, and all that belongs to it."""

    def __init__(self, service, name="worker"):
        self.pid = service.running[name].pid
        self.owner = owner(self.pid)
        self.known = set()

    def look(self):
        """Note every process there is of it now."""
        self.known |= set(family(self.pid))
        return self

    def box(self):
        """Number the processes of boxes, the deepest last."""
        return [pid for pid, _ in family(self.pid)[1:]]

    def kill_supervisor(self, name):
        """Kill what forked the process of a name, and that one alone."""
        parents = {child: int(Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[1]) for child in named(name)}
        self.look()
        supervisor = next(p for p in parents.values() if b"inside.supervisor" in Path(f"/proc/{p}/cmdline").read_bytes())
        os.kill(supervisor, signal.SIGKILL)

    def kill_boxes(self):
        """Kill what a box consists of, as the kernel or an operator might."""
        self.look()
        for pid in reversed(self.box()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def kill_containers(self):
        api = docker.from_env().api
        for found in containers_of(self.owner):
            with suppress(docker.errors.APIError):
                api.kill(found["Id"])

    def is_gone(self):
        return not (survivors(self.known) or containers_of(self.owner) or groups_of(self.pid))

    def left(self):
        return {"processes": survivors(self.known), "containers": containers_of(self.owner), "groups": groups_of(self.pid)}


def nothing_is_left_of(*workers):
    """Wait until all of these workers' processes, containers and control groups are gone."""
    wait_for(lambda: all(w.is_gone() for w in workers), lambda: str([w.left() for w in workers]))


class Relay:
    """A socket in front of the Docker engine's own, that can be cut: what a worker sees of an engine that is restarted."""

    def __init__(self, path, target="/var/run/docker.sock"):
        self.path, self.target, self.lines, self.door = path, target, [], None

    def open(self):
        self.door = socket.socket(socket.AF_UNIX)
        self.door.bind(str(self.path))
        self.door.listen()
        threading.Thread(target=self._accept, args=(self.door,), daemon=True).start()

    def cut(self):
        """End every line, and let nobody in."""
        self.path.unlink()
        self.door.shutdown(socket.SHUT_RDWR)
        self.door.close()
        lines, self.lines = self.lines, []
        for line in lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def _accept(self, door):
        with suppress(OSError):
            while True:
                near, _ = door.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(self.target)
                self.lines += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    @staticmethod
    def _pass_on(source, target):
        with suppress(OSError):
            while data := source.recv(1 << 16):
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)


@contextmanager
def small_disk(folder, size_mb):
    """Lay a disk of its own under a folder."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount the small disk that is filled")
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def fill(folder):
    """Leave no room on a folder's disk; returns what fills it."""
    filler = folder / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as f:
        while True:
            f.write(bytes(1 << 12))
    return filler
