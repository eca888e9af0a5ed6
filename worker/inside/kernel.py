"""The few requests to the Linux kernel that Python has no name for."""

from __future__ import annotations

import ctypes
import os

SET_DEATH_SIGNAL, SET_DUMPABLE, SET_SECCOMP, SET_SUBREAPER, SET_NO_NEW_PRIVILEGES = 1, 4, 22, 36, 38
SECCOMP_MODE_FILTER = 2
INSTRUCTION_BYTES = 8
CAPABILITY_VERSION = 0x20080522

NEW_MOUNTS, NEW_HOST_NAME, NEW_IPC = 0x00020000, 0x04000000, 0x08000000
NEW_USER, NEW_PID, NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000
READ_ONLY, REMOUNT, BIND, RECURSIVE, PRIVATE = 1, 32, 4096, 16384, 1 << 18
PLAIN = 2 | 4 | 8  # no setuid files, no devices, no programs


LIBC = ctypes.CDLL(None, use_errno=True)  # looked up once: an attempt asks thirty times


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def set_dumpable(dumpable: int) -> None:
    """Let processes of the same user read this one's memory (1), or not (0)."""
    _prctl(SET_DUMPABLE, dumpable)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent has died, so that none is out of sight."""
    _prctl(SET_SUBREAPER, 1)


def die_with_parent(signal: int) -> None:
    """Ask for `signal` when the parent ends."""
    _prctl(SET_DEATH_SIGNAL, signal)


def renounce_privileges() -> None:
    """Give up for ever what executing a setuid file could bring."""
    _prctl(SET_NO_NEW_PRIVILEGES, 1)


def install_filter(program: bytes) -> None:
    """Install a seccomp program (classic BPF) for this process and all its descendants."""
    fprog = _Program(len(program) // INSTRUCTION_BYTES, program)
    _prctl(SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(fprog))


def unshare(namespaces: int) -> None:
    """Be, or for pid and user let the next child be, in new namespaces."""
    _call("unshare", ctypes.c_int(namespaces))


def enter_namespace(descriptor: int, kind: int) -> None:
    """Join a namespace that a descriptor leads to."""
    _call("setns", ctypes.c_int(descriptor), ctypes.c_int(kind))


def mount(source: str | None, target: str, kind: str | None, flags: int, options: str = "") -> None:
    """Mount; `flags` are this module's."""
    paths = [path.encode() if path is not None else None for path in (source, target, kind)]
    _call("mount", *paths, ctypes.c_ulong(flags), options.encode() or None, about=target)


def keep_mounts_private() -> None:
    """Neither send mounts of this namespace to others nor take theirs."""
    mount("none", "/", None, RECURSIVE | PRIVATE)


def drop_capabilities() -> None:
    """Have no capability left, in any set that a program could take one from."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    _call("capset", ctypes.byref(header), ctypes.byref((ctypes.c_uint32 * 6)()))


def _call(name: str, *arguments: object, about: str = "") -> None:
    if getattr(LIBC, name)(*arguments):
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}", about or None)


def _prctl(option: int, first: int, second: int = 0) -> None:
    arguments = [ctypes.c_ulong(value) for value in (first, second, 0, 0)]
    if LIBC.prctl(ctypes.c_int(option), *arguments):
        code = ctypes.get_errno()
        raise OSError(code, f"prctl {option}: {os.strerror(code)}")
