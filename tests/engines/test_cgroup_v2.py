"""Version 2 of cgroups: on a tree whose files behave as the kernel's do, and on the kernel's own, as far as it is mounted here.

The kernel's own tree may lack the controllers (a host that has them in version 1): then groups are made, moved into, killed and
removed in earnest, and only what is written of memory, processes and CPU is looked at in the made tree.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from itertools import count
from pathlib import Path, PosixPath

import pytest

from grader.spec import Limits
from worker.engines import cgroup, shares

LIMITS = Limits(seconds=20, memory_mb=256, processes=8)
CONTROLLED = {"memory.max": "max", "memory.swap.max": "max", "memory.peak": "0", "memory.events": "oom 0\noom_kill 0\n",
              "memory.stat": "anon 1048576\nfile 0\nshmem 0\n", "pids.max": "max", "cpu.max": "max 100000"}
PLAIN = {"cgroup.type": "domain"} | dict.fromkeys(["cgroup.procs", "cgroup.subtree_control", "cgroup.kill", "cgroup.events"], "")
FORKS = "import os, time\nfor _ in range(3): os.fork()\nprint(flush=True)\ntime.sleep(100)\n"
FORKS_WHEN_TOLD = """import subprocess
for line in open(0):
    print(subprocess.Popen(["sleep", "100"]).pid, flush=True)
"""
_numbers = count(1)


class Made(PosixPath):
    """A folder of the made tree: a new group has its files at once and goes with them, but not with a group in it."""

    def mkdir(self, mode=0o777, parents=False, exist_ok=False):
        if exist_ok and self.exists():
            return
        super().mkdir(mode, parents, exist_ok)
        handed_down = (self.parent / "cgroup.subtree_control").read_text()
        for name, text in (PLAIN | (CONTROLLED if "+memory" in handed_down else {})).items():
            (self / name).write_text(text)
        (self / "cgroup.controllers").write_text(handed_down.replace("+", ""))

    def rmdir(self):
        if any(path.is_dir() for path in self.iterdir()):
            raise OSError(16, "Device or resource busy")
        for path in self.iterdir():
            path.unlink()
        super().rmdir()

    def write_text(self, data, *args, **kwargs):
        if self.name == "cgroup.procs" and data:  # a process is in one group
            for other in self.top().rglob("cgroup.procs"):
                if data in (pids := other.read_text().split()):
                    super(Made, other).write_text("".join(f"{pid}\n" for pid in pids if pid != data))
            data = self.read_text() + f"{data}\n"
        return super().write_text(data, *args, **kwargs)

    def top(self):
        return next(p for p in self.parents if not (p.parent / "cgroup.procs").exists())


@pytest.fixture
def tree(tmp_path):
    """The group of a box in a made tree, with the controllers at hand but not handed down."""
    top = Made(tmp_path / "box")
    Path(top).mkdir()
    for name, text in (PLAIN | CONTROLLED).items():
        Path(top / name).write_text(text)
    Path(top / "cgroup.controllers").write_text("cpuset cpu io memory pids")
    return top


@pytest.fixture
def chain():
    """Two processes as a box has them: a starter and its supervisor."""
    code = "import subprocess\np = subprocess.Popen(['sleep', '100'])\nprint(p.pid, flush=True)\np.wait()"
    starter = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    supervisor = int(starter.stdout.readline())
    yield [starter.pid, supervisor]
    os.kill(supervisor, 9)
    starter.wait()


def pids_in(folder):
    return [int(pid) for pid in (folder / "cgroup.procs").read_text().split()]


def test_a_box_is_divided_and_controllers_are_handed_down(tree, chain):
    Path(tree / "cgroup.procs").write_text("".join(f"{pid}\n" for pid in chain))
    divided = shares.divide(2, (tree,))
    assert divided is not None
    assert (divided.supervisor, divided.new_mb) == (chain[1], 1.0)
    assert (pids_in(tree), sorted(pids_in(tree / "rest"))) == ([], sorted(chain))  # none may be where controllers are handed down
    assert (tree / "cgroup.subtree_control").read_text() == "+memory +pids +cpu"
    assert (tree / "cpu.max").read_text() == "max"


def test_an_attempt_has_limits_a_peak_and_kills_of_its_own(tree, chain):
    Path(tree / "cgroup.procs").write_text("".join(f"{pid}\n" for pid in chain))
    divided = shares.divide(2, (tree,))
    divided.open(LIMITS)
    group = tree / "attempt-1"
    told = {name: (group / name).read_text() for name in ("memory.max", "memory.swap.max", "pids.max", "cpu.max")}
    assert told == {"memory.max": str(256 << 20), "memory.swap.max": "0", "pids.max": "9", "cpu.max": "100000 100000"}
    assert (pids_in(group), pids_in(tree / "rest")) == ([chain[1]], [chain[0]])
    divided.leave()
    assert (pids_in(group), sorted(pids_in(tree / "rest"))) == ([], sorted(chain))
    (group / "memory.peak").write_text(str(100 << 20))
    (group / "memory.events").write_text("low 0\noom 1\noom_kill 2\n")
    assert (divided.close(), divided.oom_kills, group.exists()) == (100, 2, False)
    divided.open(LIMITS)
    assert divided.attempt == "attempt-2"
    (tree / "attempt-2" / "memory.peak").unlink()  # kernels before 5.19
    assert (divided.close(), divided.oom_kills) == (None, 2)


def test_what_a_box_holds_on_to_is_told(tree, chain):
    Path(tree / "cgroup.procs").write_text("".join(f"{pid}\n" for pid in chain))
    divided = shares.divide(2, (tree,))
    (tree / "memory.stat").write_text(f"anon {5 << 20}\nfile 999999999\nshmem {3 << 20}\n")
    assert divided.left() == ""
    (tree / "memory.stat").write_text(f"anon {15 << 20}\nshmem {3 << 20}\n")
    assert divided.left() == "17 MiB of memory were left"


def test_a_box_without_a_controller_of_memory_is_not_divided(tree, chain):
    Path(tree / "cgroup.procs").write_text("".join(f"{pid}\n" for pid in chain))
    (tree / "memory.stat").unlink()
    assert shares.divide(2, (tree,)) is None


def test_a_group_is_made_with_its_limits_below_a_delegated_one(tree):
    Path(tree / "cgroup.procs").write_text(f"{os.getpid()}\n")
    parent, _ = cgroup.find_v2(tree)
    assert (pids_in(tree), pids_in(tree / "dlgrader-worker")) == ([], [os.getpid()])
    group = cgroup.create(parent, 64, 10)
    (folder,) = group.folders()
    told = {name: (folder / name).read_text() for name in ("memory.max", "memory.swap.max", "pids.max", "cpu.max")}
    assert told == {"memory.max": str(64 << 20), "memory.swap.max": "0", "pids.max": "10", "cpu.max": "100000 100000"}
    (folder / "inner").mkdir()
    group.remove()
    assert not folder.exists()
    assert cgroup.find_v2(tree / "dlgrader-worker")[0] == parent


@pytest.fixture
def real():
    """A group of our own in the kernel's version 2 tree."""
    mounts = cgroup.read_mounts(Path("/proc/self/mountinfo").read_text())
    own = cgroup.read_own(Path("/proc/self/cgroup").read_text())
    if "" not in mounts or "" not in own:
        pytest.skip("no cgroup of version 2 is mounted here")
    folder = mounts[""].locate(own[""]) / f"test-dlgrader-{os.getpid()}-{next(_numbers)}"
    try:
        folder.mkdir()
    except OSError as error:
        pytest.skip(f"no group may be made here: {error.strerror}")
    yield folder
    cgroup.Cgroup(cgroup.Parent(2, (folder.parent,)), folder.name).remove()
    assert not folder.exists()


def is_populated(folder):
    return "populated 1" in (folder / "cgroup.events").read_text()


def moved(pid, folder):
    try:
        (folder / "cgroup.procs").write_text(str(pid))
    except OSError as error:
        pytest.skip(f"no process may be moved here: {error.strerror}")


def test_the_kernel_kills_all_of_a_group_and_those_below_it(real):
    group = cgroup.Cgroup(cgroup.Parent(2, (real,)), "box")
    (inner := real / "box" / "inner").mkdir(parents=True)
    first = subprocess.Popen([sys.executable, "-c", f"input()\n{FORKS}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    moved(first.pid, inner)
    first.stdin.write(b"\n")
    first.stdin.flush()
    for _ in range(8):
        first.stdout.readline()
    assert first.pid in pids_in(inner)
    assert len(pids_in(inner)) == 8  # children are born where their parent is
    assert is_populated(real)
    began = time.monotonic()
    group.kill()
    assert first.wait(5) == -9
    group.remove()
    assert time.monotonic() - began < 2
    assert not is_populated(real)


def test_a_child_stays_in_the_attempts_group_when_its_supervisor_is_taken_out(real):
    command = [sys.executable, "-c", FORKS_WHEN_TOLD]
    supervisor = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    (real / shares.REST).mkdir()
    moved(supervisor.pid, real / shares.REST)
    divided = shares.Shares(2, (real,), supervisor.pid)
    divided.open(LIMITS)  # what this tree has no file for is left out
    supervisor.stdin.write("\n")
    supervisor.stdin.flush()
    child = int(supervisor.stdout.readline())
    divided.leave()
    group = real / divided.attempt
    assert (pids_in(group), pids_in(real / shares.REST)) == ([child], [supervisor.pid])
    cgroup.Cgroup(cgroup.Parent(2, (real,)), divided.attempt).remove()
    assert not group.exists()
    assert supervisor.poll() is None
    supervisor.kill()
    supervisor.wait()


def test_groups_of_a_killed_owner_are_swept_with_all_that_runs_in_them(real):
    dead = subprocess.Popen(["true"])
    dead.wait()
    left = subprocess.Popen(["sleep", "100"])
    (folder := real / f"{cgroup.PREFIX}{dead.pid}-1").mkdir()
    moved(left.pid, folder)
    (real / f"{cgroup.PREFIX}{os.getpid()}-1").mkdir()
    assert cgroup.sweep(cgroup.Parent(2, (real,))) == 1
    assert left.wait(5) == -9
    assert [p.name for p in real.glob(f"{cgroup.PREFIX}*")] == [f"{cgroup.PREFIX}{os.getpid()}-1"]


def test_the_kernel_says_what_a_group_here_lacks(real):
    lacking = set(cgroup.NEEDED) - set((real / "cgroup.controllers").read_text().split())
    parent, why = cgroup.find_v2(real)
    if lacking:
        assert (parent, why) == (None, f"{real} has no controller {', '.join(sorted(lacking))}")
    else:
        assert parent == cgroup.Parent(2, (real,))
        assert set(cgroup.NEEDED) <= set((real / "cgroup.subtree_control").read_text().split())
