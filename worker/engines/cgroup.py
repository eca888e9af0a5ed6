"""Control groups: what a whole box may use, counted by the kernel, where this host lets us make one.

Theory of operation
-------------------
Version 1 has a tree per controller, version 2 one tree for all; a host may have both. Ours go below the group
this process is in, so that limits put on us hold for the boxes too. Version 2 forbids a group to have
processes and children with controllers at once: a service or container that was delegated a group finds
itself in it, so we first step down into a leaf of our own. Where none of that is permitted there is no cgroup,
`find` says why, and the engine falls back on per-process limits and names them weaker.

A group's name carries the process id of its owner, so that `sweep` can remove what a killed worker left.
"""

from __future__ import annotations

import itertools
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import Broken

PREFIX = "dlgrader-"
NEEDED = ("memory", "pids")
EMPTY_S = 1.0
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Mount:
    """Where a tree of groups, or in a container only a part of it, is mounted."""

    point: Path
    root: str

    def locate(self, group: str) -> Path:
        """Find the folder of a group."""
        return Path(os.path.normpath(self.point / os.path.relpath(group, self.root)))


@dataclass(frozen=True)
class Parent:
    """Where groups can be made: version 2's one folder, or version 1's folder per controller."""

    version: int
    folders: tuple[Path, ...]


@dataclass(frozen=True)
class Cgroup:
    """One box's group."""

    parent: Parent
    name: str

    def add(self, pid: int) -> None:
        """Move a process into the group; its later children are born there."""
        for folder in self._folders():
            (folder / "cgroup.procs").write_text(str(pid))

    def oom_kills(self) -> int:
        """How many processes of the group the kernel has killed for memory."""
        name = "memory.events" if self.parent.version == 2 else "memory.oom_control"
        return read_oom_kills((self._folders()[0] / name).read_text())

    def kill(self) -> None:
        """Kill every process of the group."""
        for folder in self._folders():
            if (folder / "cgroup.kill").exists():
                (folder / "cgroup.kill").write_text("1")
            for pid in (folder / "cgroup.procs").read_text().split():
                try:
                    os.kill(int(pid), signal.SIGKILL)
                except ProcessLookupError:
                    continue

    def remove(self) -> None:
        """Kill what is left in the group and in those below it, and remove them."""
        for below in {path.name for folder in self._folders() for path in folder.glob("*/")}:
            Cgroup(Parent(self.parent.version, tuple(self._folders())), below).remove()
        deadline = time.monotonic() + EMPTY_S
        for folder in self._folders():
            while folder.exists():
                try:
                    folder.rmdir()
                except OSError as error:
                    if time.monotonic() > deadline:
                        raise Broken(f"cgroup {folder}: cannot be removed: {error.strerror}") from error
                    self.kill()
                    time.sleep(0.002)

    def folders(self) -> tuple[Path, ...]:
        """Name its folders, memory first."""
        return tuple(self._folders())

    def _folders(self) -> list[Path]:
        return [folder / self.name for folder in self.parent.folders]


def create(parent: Parent, memory_mb: int, processes: int) -> Cgroup:
    """Make a group held to `memory_mb` MiB without swap, `processes` processes and one CPU."""
    cgroup = Cgroup(parent, f"{PREFIX}{os.getpid()}-{next(_numbers)}")
    limit = str(memory_mb << 20)
    for folder in parent.folders:
        path = folder / cgroup.name
        path.mkdir()
        if parent.version == 2:
            write(path, {"memory.max": limit, "pids.max": str(processes)})
            write(path, {"memory.swap.max": "0", "cpu.max": "100000 100000"}, lax=True)
        else:
            write(path, limits_v1(folder, limit, processes))
            write(path, {"memory.memsw.limit_in_bytes": limit}, lax=True)
    return cgroup


def limits_v1(folder: Path, memory: str, processes: int) -> dict[str, str]:
    """Choose the file and value that a version 1 controller wants."""
    if (folder / "memory.limit_in_bytes").exists():
        return {"memory.limit_in_bytes": memory}
    return {"pids.max": str(processes)} if (folder / "pids.max").exists() else {}


def write(folder: Path, values: dict[str, str], *, lax: bool = False) -> None:
    """Write settings; `lax` passes over those that this kernel doesn't have."""
    for name, value in values.items():
        if lax and not (folder / name).exists():
            continue
        (folder / name).write_text(value)


def find() -> tuple[Parent | None, str]:
    """Find where groups can be made; else None, and why not."""
    mounts = read_mounts(Path("/proc/self/mountinfo").read_text())
    own = read_own(Path("/proc/self/cgroup").read_text())
    if all(name in mounts and name in own for name in NEEDED):
        return find_v1(list(folders_v1(mounts, own)))
    if "" in mounts and "" in own:
        return find_v2(mounts[""].locate(own[""]))
    return None, "no cgroup with memory and pids is mounted"


def folders_v1(mounts: Mapping[str, Mount], own: Mapping[str, str]) -> tuple[Path, ...]:
    """Name a group's folder under each controller we use, memory first; the CPU's only where it is ours to write."""
    cpu = mounts["cpu"].locate(own["cpu"]) if "cpu" in mounts and "cpu" in own else None
    return (*(mounts[name].locate(own[name]) for name in NEEDED), *([cpu] if cpu and os.access(cpu, os.W_OK) else []))


def find_v1(folders: list[Path]) -> tuple[Parent | None, str]:
    """See whether groups can be made in version 1's trees."""
    for folder in folders:
        if not os.access(folder, os.W_OK):
            return None, f"{folder} is not writable"
    return Parent(1, tuple(folders)), f"version 1, below {folders[0]}"


def find_v2(folder: Path) -> tuple[Parent | None, str]:
    """See whether groups can be made in version 2's tree; step down into a leaf where that is needed first."""
    if folder.name.startswith(PREFIX):  # we have stepped down before
        folder = folder.parent
    if not os.access(folder, os.W_OK) or not os.access(folder / "cgroup.subtree_control", os.W_OK):
        return None, f"{folder} is not ours to write (not delegated)"
    missing = set(NEEDED) - set((folder / "cgroup.controllers").read_text().split())
    if missing:
        return None, f"{folder} has no controller {', '.join(sorted(missing))}"
    try:
        share_out(folder)
    except OSError as error:
        return None, f"{folder} cannot hand out controllers: {error.strerror}"
    return Parent(2, (folder,)), f"version 2, below {folder}"


def share_out(folder: Path) -> None:
    """Hand the controllers down to the children of a group, after leaving it ourselves if we are in it."""
    control = folder / "cgroup.subtree_control"
    if set(NEEDED) <= set(control.read_text().split()):
        return
    is_root = not (folder / "cgroup.type").exists()  # the rule about processes doesn't hold there
    if not is_root and str(os.getpid()) in (folder / "cgroup.procs").read_text().split():
        leaf = folder / f"{PREFIX}worker"
        leaf.mkdir(exist_ok=True)
        (leaf / "cgroup.procs").write_text(str(os.getpid()))
    available = (folder / "cgroup.controllers").read_text().split()
    control.write_text(" ".join(f"+{name}" for name in (*NEEDED, "cpu") if name in available))


def sweep(parent: Parent) -> int:
    """Remove the groups of owners that live no more, with all that runs in them; count them."""
    removed = 0
    for path in parent.folders[0].glob(f"{PREFIX}*-*"):
        pid = path.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            Cgroup(parent, path.name).remove()
            removed += 1
    return removed


def read_mounts(mountinfo: str) -> dict[str, Mount]:
    """Find where each version 1 controller, and version 2 (under the name ""), is mounted."""
    mounts: dict[str, Mount] = {}
    for line in mountinfo.splitlines():
        before, _, after = line.partition(" - ")
        kind, _, options = after.split(" ", 2)
        root, point = before.split()[3:5]
        mount = Mount(Path(point), root)
        if kind == "cgroup2":
            mounts[""] = mount
        elif kind == "cgroup":
            mounts |= dict.fromkeys(options.split(" ")[-1].split(","), mount)
    return mounts


def read_own(cgroup: str) -> dict[str, str]:
    """Find this process's group under each version 1 controller, and under version 2 (the name "")."""
    own: dict[str, str] = {}
    for line in cgroup.splitlines():
        _, names, path = line.split(":", 2)
        own |= dict.fromkeys(names.split(","), path)
    return own


def read_oom_kills(counters: str) -> int:
    """Read `oom_kill` out of memory.events (version 2) or memory.oom_control (version 1)."""
    return sum(int(line.split()[1]) for line in counters.splitlines() if line.startswith("oom_kill "))
