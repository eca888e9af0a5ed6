"""The resident of a box: imports the framework once, then forks one child for each job and watches it.

Theory of operation
-------------------
The outside starts this file with one argument, a JSON object (child.Confinement), and speaks frames (wire.py)
over its standard input and output. Both are moved out of reach at once: a child gets /dev/null and pipes of
its own in their place.

Warm-up. torch costs a second to import, its first optimizer would cost another (compiler.py), so both are done here, with
one thread: a process that has once run a parallel torch operation hangs every child. That there is one thread is
asserted, not hoped. With a device the warm-up is the import alone (accelerator.py).

One job. Of `J` only the order is read here. The child is forked (`C` tells so), reads the request itself, gives up
everything it must not have (child.py) and only then decodes the request: the student's source is never parsed by a process
that could do harm. Meanwhile one loop with one deadline on the monotonic clock drains stdout, stderr and the
evidence pipe, each under its cap, and sees the child end (pidfd) or the outside go away (hang-up of our
input). Nothing waits for end-of-file: a survivor may hold a pipe open. Whatever ends the loop, every process
of the job is then killed and reaped (survivors.py), and what is left in the pipes is read only after that.

Why a child cannot reach up. It lives in a pid namespace of its own (nest.py), where we don't exist, and in a
docker box it is another user as well. Where namespaces can't be nested, the box is for one job and the child
is in ours: then this process is pid 1 (or another user), to which the kernel delivers no signal from inside
that it has no handler for (so it has none, not even Python's own for SIGINT), its limits are shut by the
filter (prlimit), and it is not dumpable, which closes its memory, environment and descriptors in /proc.
Nothing secret lives here: the next job's request arrives after the last one's processes have died, and neither
requests nor what children write ever become objects of this process (streams.py), whose freed memory each child inherits. All
children share this process's address layout and hash seed, so neither may be relied on to be secret.
"""

from __future__ import annotations

import base64
import gc
import importlib
import json
import os
import platform
import select
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from . import accelerator, child, compiler, kernel, nest, survivors, wire
from .streams import OUT_OF_MEMORY, Evidence, Output, Sink, Stop, Text

LITTLE, REST_MS = 4096, 5  # bytes that are no reason to hurry, and how long more of them may come


class Outside(NamedTuple):
    """The streams from and to whoever started the box."""

    source: int
    target: int


@dataclass
class Task:
    """One job while it runs: the child, our ends of its pipes, and what came through them."""

    pid: int
    pidfd: int
    pipes: dict[int, Sink]
    sinks: tuple[Text, Text, Evidence]
    output: Output
    evidence: Evidence
    limit_s: float
    started: float = field(default_factory=time.monotonic)


def main(argument: str) -> None:
    """Serve jobs until the outside closes our input."""
    gc.disable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    given = json.loads(argument)
    walls = child.Confinement(**given | {"filter": base64.b64decode(given["filter"])})
    source, target = take_streams()
    if walls.is_nested:
        try:
            nest.enter(walls.users)
        except nest.NoNestError as error:
            wire.write_frame(target, "N", {"because": str(error)})
            os._exit(0)
    kernel.set_dumpable(0)
    kernel.adopt_orphans()
    survivors.check_reach(walls)
    versions = warm_up()
    serve = importlib.import_module(".measure", __package__).serve
    if "torch" in versions and not accelerator.is_given():
        importlib.import_module(".rehearsal", __package__).rehearse()
    check_single_thread()
    accelerator.check_asleep()
    gc.freeze()
    wire.write_frame(target, "R", {"versions": versions})
    serve_all(walls, serve, source, target)


def serve_all(walls: child.Confinement, serve: child.Serve, source: int, target: int) -> None:
    """Answer jobs (`J` to `D`) and the question whether we are well (`H`), until the outside closes our input."""
    new = state()
    while (order := wire.read_order(source)) is not None:
        if order.kind == "H":
            wire.write_frame(target, "H", {})
            continue
        supervise(order, walls, serve, Outside(source, target), new)


def state() -> dict[str, int]:
    """Count what a job could leave in this process or beside it."""
    return {
        "threads": len(os.listdir("/proc/self/task")),  # noqa: PTH208 - the quicker way
        "descriptors": len(os.listdir("/proc/self/fd")),  # noqa: PTH208
        "killed for memory": survivors.oom_kills(),
    }


def doubt(new: dict[str, int]) -> str:
    """Say what is not as it was when the box was new; such a box serves no second attempt."""
    return "; ".join(f"{name}: {count}, not {new[name]}" for name, count in state().items() if count != new[name])


def take_streams() -> tuple[int, int]:
    """Move the outside's streams away from 0 and 1, where a stray print or a child would find them."""
    source, target = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return source, target


def warm_up() -> dict[str, str]:
    """Import what every child needs and take one step of an optimizer; give the versions."""
    versions = {"python": platform.python_version(), "numpy": importlib.import_module("numpy").__version__}
    try:
        torch = importlib.import_module("torch")
    except ModuleNotFoundError:
        return versions
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    compiler.put_off()
    if accelerator.is_given():
        return versions | {"torch": torch.__version__, "torch_cuda": str(torch.version.cuda or "none")}
    compiler.take_first_steps(torch)
    return versions | {"torch": torch.__version__}


def check_single_thread() -> None:
    """Refuse to fork from a process with several threads: every child would hang."""
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads != 1:
        raise RuntimeError(f"{threads} threads after the warm-up, 1 expected: is OMP_NUM_THREADS=1 set?")


def supervise(order: wire.Order, walls: child.Confinement, serve: child.Serve, outside: Outside, new: dict[str, int]) -> None:
    """Run one job from fork to the last of its processes, passing its evidence on; say how it went, and what is doubtful now."""
    nonce = {"nonce": order.meta["nonce"]}

    def pass_on(piece: memoryview) -> None:
        wire.write_pair(outside.target, wire.pack_head("V", nonce, len(piece)), piece)

    ooms = survivors.oom_kills()
    task = launch(order, walls, serve, outside.source, pass_on)
    wire.write_frame(outside.target, "C", nonce)
    stop = watch(task, outside.source)
    seconds = time.monotonic() - task.started
    fallen = survivors.sweep(task.pid, walls)
    late = drain(task)
    stages = {"fork": max(0.0, task.evidence.began - task.started), "sweep": time.monotonic() - task.started - seconds}
    status, because = conclude(task, fallen, stop or late, survivors.oom_kills() - ooms)
    told = {"status": status, "because": because, "seconds": seconds, "stages": stages, "doubt": doubt(new)}
    printed = [task.output.stdout.kept(), task.output.stderr.kept()]
    wire.write_all(outside.target, wire.pack_head("D", nonce | told | tell(task, fallen), sum(map(len, printed))), None)
    for kept in printed:
        wire.write_all(outside.target, kept, None)
        kept.release()
    for sink in task.sinks:
        sink.room.close()


def launch(order: wire.Order, walls: child.Confinement, serve: child.Serve, source: int,
           pass_on: Callable[[memoryview], None]) -> Task:
    """Make the pipes and fork the child; memory for what it will say is there only after that."""
    limits = order.meta["limits"]
    ours, theirs = zip(*(os.pipe() for _ in range(3)), strict=True)
    back = nest.begin() if walls.is_nested else None
    pid = os.fork()
    if pid == 0:
        child.live(order, walls, source, child.Ends(*theirs), serve)
    if back is not None:
        nest.leave(back)
    for fd in theirs:
        os.close(fd)
    for fd in ours:
        os.set_blocking(fd, False)
    output, evidence = Output(limits["output_kb"]), Evidence(limits["evidence_mb"], order.meta["probes"], pass_on)
    sinks = output.stdout, output.stderr, evidence
    pipes: dict[int, Sink] = dict(zip(ours, sinks, strict=True))
    return Task(pid, os.pidfd_open(pid), pipes, sinks, output, evidence, limits["seconds"])


def watch(task: Task, source: int) -> Stop | None:
    """Drain the pipes until the child ends (None), or must be stopped: a limit, or the outside is gone.

    Who says little is let say more before it is read again: a line at a time would wake all that it passes through each time.
    """
    deadline = task.started + task.limit_s
    poll, end = select.poll(), select.poll()
    poll.register(source, 0)  # only its hang-up
    end.register(task.pidfd, select.POLLIN)
    for fd in (task.pidfd, *task.pipes):
        poll.register(fd, select.POLLIN)
    while (left := deadline - time.monotonic()) > 0:
        most = 0
        for fd, _event in poll.poll(left * 1000):
            if fd == task.pidfd:
                return None
            if fd == source:
                return Stop("broken", "the outside went away")
            try:
                count = pour(task, fd)
            except Stop as stop:
                return stop
            most = max(most, count)
            if not count:
                poll.unregister(fd)
        if most < LITTLE:
            end.poll(REST_MS)
    return Stop("timeout", f"stopped after {task.limit_s:g} s (limit {task.limit_s:g} s)")


def pour(task: Task, fd: int) -> int:
    """Take one piece out of a pipe; gives its bytes, none where nothing more will come. Raises Stop at a cap."""
    sink = task.pipes[fd]
    count = os.readv(fd, [sink.space()])
    sink.took(count)
    task.output.check()
    return count


def drain(task: Task) -> Stop | None:
    """Read what the dead left in the pipes, and close them."""
    stop = None
    for fd in task.pipes:
        try:
            while stop is None and pour(task, fd):
                pass
        except BlockingIOError:  # a process outlived the sweep; the box is done for
            pass
        except Stop as reason:
            stop = reason
        os.close(fd)
    os.close(task.pidfd)
    return stop


def conclude(task: Task, fallen: survivors.Fallen, stop: Stop | None, ooms: int) -> tuple[str, str]:
    """Name the status of the run and what happened."""
    code = fallen.code
    is_complete = task.evidence.is_finished and code == 0
    if not task.evidence.is_confined:
        return "broken", "the child ended before it was confined"
    if ooms and not is_complete:
        return "memory", "used more memory than allowed and was stopped by the kernel"
    if stop is not None:
        return stop.status, stop.because
    if is_complete:
        return ("memory", "ran out of memory") if task.evidence.end == OUT_OF_MEMORY else ("finished", "")
    return "crashed", survivors.tell_end(code)


def tell(task: Task, fallen: survivors.Fallen) -> dict[str, Any]:
    """What the run used and printed, and whether it left a process behind."""
    code, output = fallen.code, task.output
    return {
        "exit": code if code is not None and code >= 0 else None,
        "signal": -code if code is not None and code < 0 else None,
        "cpu_s": fallen.cpu_s,
        "peak_memory_mb": fallen.peak_kb / 1024,
        "stdout_kept": output.stdout.size,
        "stderr_kept": output.stderr.size,
        "stdout_bytes": output.stdout.total,
        "stderr_bytes": output.stderr.total,
        "is_clean": fallen.is_clean,
    }


if __name__ == "__main__":
    main(sys.argv[1])
