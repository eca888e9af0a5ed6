"""Started by root: hide what root alone may enter, become a user that owns nothing, and execute a command.

Bubblewrap must not be started by root: the host's /proc/sys would be writable in the box, and limits per user
would not hold. But another user can't reach a Python below /root, and bubblewrap resolves its sources by path.
So, in a mount namespace of our own, each folder on the way that others may not enter is covered by an empty
tmpfs which holds nothing but the wanted paths, under their own names. The rest of that folder is then out of
sight as well.

Executed as a script, by path, standard library only. Its one argument is JSON: {uid, paths, command}.
"""

from __future__ import annotations

import ctypes
import json
import os
import stat
import sys
from pathlib import Path

NEW_MOUNT_NAMESPACE = 0x00020000
BIND, REC, PRIVATE, NOSUID, NODEV = 4096, 16384, 1 << 18, 2, 4


def main(argument: str) -> None:
    """Hide, drop, execute. Never returns."""
    task = json.loads(argument)
    reveal([Path(path) for path in task["paths"]])
    os.setgroups([])
    os.setresgid(task["uid"], task["uid"], task["uid"])
    os.setresuid(task["uid"], task["uid"], task["uid"])
    os.execve(task["command"][0], task["command"], {})  # noqa: S606 - no shell is wanted


def reveal(paths: list[Path]) -> None:
    """Make these paths reachable for everybody, in a mount namespace of this process."""
    libc = ctypes.CDLL(None, use_errno=True)
    check(libc.unshare(NEW_MOUNT_NAMESPACE), "a mount namespace")
    mount(libc, b"none", "/", None, REC | PRIVATE)
    blocked = {path: blocker for path in paths if (blocker := first_blocker(path)) is not None}
    handles = {path: os.open(path, os.O_PATH) for path in blocked}
    for blocker in sorted(set(blocked.values())):
        mount(libc, b"tmpfs", str(blocker), b"tmpfs", NOSUID | NODEV)
        blocker.chmod(0o755)
    for path, handle in handles.items():
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        mount(libc, f"/proc/self/fd/{handle}".encode(), str(path), None, BIND | REC)
        os.close(handle)


def first_blocker(path: Path) -> Path | None:
    """Find the outermost folder above `path` that others may not enter."""
    for folder in reversed(path.parents):
        if not folder.stat().st_mode & stat.S_IXOTH:
            return folder
    return None


def mount(libc: ctypes.CDLL, source: bytes, target: str, kind: bytes | None, flags: int) -> None:
    """Mount, or raise OSError."""
    result = libc.mount(source, target.encode(), kind, ctypes.c_ulong(flags), b"mode=755")
    check(result, f"a mount on {target}")


def check(result: int, what: str) -> None:
    """Raise OSError where a call of the C library failed."""
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"cannot make {what}: {os.strerror(code)}")


if __name__ == "__main__":
    main(sys.argv[1])
