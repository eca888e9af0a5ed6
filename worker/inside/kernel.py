"""The few requests to the Linux kernel that Python has no name for."""

from __future__ import annotations

import ctypes
import os

SET_DEATH_SIGNAL, SET_DUMPABLE, SET_SECCOMP, SET_SUBREAPER, SET_NO_NEW_PRIVILEGES = 1, 4, 22, 36, 38
SECCOMP_MODE_FILTER = 2
INSTRUCTION_BYTES = 8


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


def _prctl(option: int, first: int, second: int = 0) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    arguments = [ctypes.c_ulong(value) for value in (first, second, 0, 0)]
    if libc.prctl(ctypes.c_int(option), *arguments):
        code = ctypes.get_errno()
        raise OSError(code, f"prctl {option}: {os.strerror(code)}")
