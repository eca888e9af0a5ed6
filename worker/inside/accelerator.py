"""The one device of a box, if it has one: left asleep before a fork, and made to repeat itself in a child.

Theory of operation. CUDA does not survive a fork: once a process has asked the driver for anything, if only how many devices
there are, every child of it fails. torch asks at the first optimizer step (is a device capturing?) and at the first backward
pass (autograd starts a thread for each device), also where all tensors are on the CPU. So a supervisor that has a device
imports and does no more: no rehearsal, no step of an optimizer. That the driver was left alone is looked up before the first
fork, because a process that has asked it holds descriptors of its files. The context is made in the child, by the student's
first use, and goes with the child.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

VISIBLE = "CUDA_VISIBLE_DEVICES"
DRIVER_FILES = ("/dev/nvidia", "/dev/dxg")


def is_given() -> bool:
    """Say whether this box has a device."""
    return bool(os.environ.get(VISIBLE))


def check_asleep(descriptors: Path = Path("/proc/self/fd")) -> None:
    """Refuse to fork from a process that has asked the driver for anything: no child could use the device."""
    for entry in descriptors.iterdir():
        target = str(entry.readlink()) if entry.is_symlink() else ""
        if target.startswith(DRIVER_FILES):
            raise RuntimeError(f"{target} was opened before the fork: something in the warm-up uses CUDA")


def settle(torch: Any, place: str = "") -> None:
    """Make the device compute the same number again, as far as it can, and no coarser than a CPU; touches no driver.

    `place` puts new tensors there, in code that names no device.
    """
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.allow_tf32 = False  # 10 bits of a float32's 23
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.use_deterministic_algorithms(True, warn_only=True)
    if place:
        torch.set_default_device(place)
