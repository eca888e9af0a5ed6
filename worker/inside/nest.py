"""Namespaces within the box: every attempt gets its own, so that one warm supervisor can serve many.

Why so, and not otherwise
-------------------------
New namespaces want a capability. Three ways to have it were built and measured; for each, the time that one attempt's
namespaces take and what a supervisor that has been taken over could do:

  a capability in the container (SYS_ADMIN)          2.4 ms   mount and more with the host's own root: the host is lost
  a user namespace for each attempt                  9 to 12 ms: two forks of a process that has imported torch
  one user namespace for the life of the supervisor  2.5 ms   everything inside that namespace, nothing outside it

The third is ours. Before anything is imported, the supervisor goes into a user namespace where it has every capability
and a pid namespace that belongs to it (`enter`). In the docker box its users there are none of the host's; what the
container had (to become another user) it has lost on the way. From then on one call makes a pid namespace for each
attempt, and another comes back from it, which is allowed because both belong to us.

One attempt
-----------
`begin` makes the pid namespace and puts a process in it that only sleeps. It is number 1 there: when it is killed the
kernel kills all the others, and no process can escape that, however it forks. The student's process is number 2, because
a number 1 ignores the signals that it sends itself, and a crash would be misnamed. It is forked from the warm supervisor,
takes mount, network, IPC and host-name namespaces of its own (`settle`), fresh temporary folders and a fresh /proc,
where it sees nobody but its own, and loses every capability before it reads a byte of the request.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from . import kernel

INIT = ("/bin/sleep", "infinity")
STUDENT = 1000  # what a box with one user shows it as
FOLDERS = {
    "/tmp": "size=256m,nr_inodes=16k,mode=1777",  # noqa: S108 - the attempt's own
    "/work": "size=256m,nr_inodes=16k,mode=1777",
    "/dev/shm": "size=64m,nr_inodes=16k,mode=1777",  # noqa: S108
}
HIDDEN = "hidepid=ptraceable"  # show a process only to those who could look into it: not the keeper of the namespace
EMPTIED = ("/dev/mqueue", "/dev/pts", "/sys/fs/cgroup")  # the last counts what earlier attempts used of time and memory
MASKED = ("kcore", "keys", "key-users", "locks", "timer_list", "sched_debug", "latency_stats")
SEALED = ("bus", "fs", "irq", "sys", "sysrq-trigger")

Users = Sequence[Sequence[int]]  # rows of: first user inside, first outside, how many


class NoNestError(Exception):
    """This machine does not let the supervisor make namespaces; the box can serve one attempt."""


def enter(users: Users) -> None:
    """Go on as number 1 of a pid namespace in a user namespace of our own; the process that called stays and waits.

    `users` empty: the namespace has one user, who is this one. Raises NoNestError.
    """
    try:
        _gain(users)
        pid = os.fork()
    except OSError as error:
        raise NoNestError(f"{error}") from error
    if pid:
        _, code = os.waitpid(pid, 0)
        os._exit(os.waitstatus_to_exitcode(code) & 0xFF)
    kernel.die_with_parent(signal.SIGKILL)
    try:
        kernel.keep_mounts_private()
        _mount_processes()
    except OSError as error:
        raise NoNestError(f"{error}") from error


def _gain(users: Users) -> None:
    """Make the namespaces; with several users a helper outside, who may, writes down who is who."""
    if not users:
        own_user, own_group = os.geteuid(), os.getegid()
        kernel.unshare(kernel.NEW_USER | kernel.NEW_PID | kernel.NEW_MOUNTS)
        _map_one(0, own_user, own_group)
        return
    opened, go = os.pipe()
    helper = os.fork()
    if helper == 0:
        os.close(go)
        _map_many(opened, users)
    os.close(opened)
    kernel.unshare(kernel.NEW_USER | kernel.NEW_PID | kernel.NEW_MOUNTS)
    os.close(go)
    _, code = os.waitpid(helper, 0)
    if code != 0:
        raise PermissionError(0, "the users of the namespace could not be written down")
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)


def _map_many(opened: int, users: Users) -> None:
    """Be the helper: wait until the parent is in its namespace, then name its users. Never returns."""
    code = 1
    try:
        os.read(opened, 1)
        rows = "".join(f"{inside} {outside} {count}\n" for inside, outside, count in users)
        for name in ("uid_map", "gid_map"):
            Path(f"/proc/{os.getppid()}/{name}").write_text(rows)
        code = 0
    except OSError as error:
        sys.stderr.write(f"{error}\n")
    finally:
        os._exit(code)


def _map_one(inside: int, user: int, group: int) -> None:
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{inside} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{inside} {group} 1")


def begin() -> int:
    """Make an attempt's pid namespace, into which the next fork goes; give the descriptor that leads back."""
    back = os.open("/proc/self/ns/pid", os.O_RDONLY)
    kernel.unshare(kernel.NEW_PID)
    os.posix_spawn(INIT[0], INIT, {})
    return back


def leave(back: int) -> None:
    """Make later forks our own again."""
    kernel.enter_namespace(back, kernel.NEW_PID)
    os.close(back)


def settle() -> None:
    """Be in namespaces of this attempt's own, with fresh temporary folders and a /proc of its own processes."""
    kernel.unshare(kernel.NEW_MOUNTS | kernel.NEW_IPC | kernel.NEW_NETWORK | kernel.NEW_HOST_NAME)
    kernel.keep_mounts_private()
    _mount_processes(HIDDEN)
    for path, options in FOLDERS.items():
        kernel.mount("tmpfs", path, "tmpfs", kernel.PLAIN, options)
    for path in EMPTIED:
        if Path(path).is_dir():
            kernel.mount("tmpfs", path, "tmpfs", kernel.PLAIN | kernel.READ_ONLY, "size=4k,nr_inodes=1")


def _mount_processes(options: str = "") -> None:
    try:
        kernel.mount("proc", "/proc", "proc", kernel.PLAIN, options)
    except OSError:  # the option is younger than some kernels
        kernel.mount("proc", "/proc", "proc", kernel.PLAIN)
    for path in present(MASKED):
        kernel.mount("/dev/null", path, None, kernel.BIND)
    for path in present(SEALED):
        kernel.mount(path, path, None, kernel.BIND | kernel.RECURSIVE)
        kernel.mount(None, path, None, kernel.BIND | kernel.REMOUNT | kernel.READ_ONLY | kernel.PLAIN)


@cache
def present(names: Sequence[str]) -> list[str]:
    """List the files of a /proc that this kernel has; asked first by the supervisor, on behalf of all its children."""
    return [path for name in names if Path(path := f"/proc/{name}").exists()]


def become_student() -> None:
    """Where the box has one user: be it under another number, in a namespace in which we own nothing."""
    kernel.unshare(kernel.NEW_USER)
    _map_one(STUDENT, 0, 0)
