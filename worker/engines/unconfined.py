"""The engine that confines nothing: for an author's own code, only when asked for by name."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from grader.spec import Limits
from worker.devices.device import Device
from worker.engines import base, gpu
from worker.engines.conversation import Maker
from worker.engines.process import Process

WARNING = "confines nothing: the code can read and change whatever you can"


class Unconfined(Maker):
    """Starts supervisors as plain processes of this user."""

    name = "unconfined"
    gives_devices = True
    alone_because = "nothing keeps one attempt from what another left"

    def __init__(self, inside: Path = base.INSIDE) -> None:
        self.inside = inside

    def shell(self, runtime: str, limits: Limits, *, is_nested: bool, device: Device | None = None) -> UnconfinedShell:
        """Start a supervisor in no box at all."""
        del limits, is_nested  # the supervisor has what little can be done about limits
        return UnconfinedShell(runtime, self.inside, gpu.environment(gpu.requests(device)))

    def sweep(self) -> int:
        """Nothing outlives its owner but temporary folders, which the system clears."""
        return 0

    def why_not(self, runtime: str) -> None:
        """Say what keeps it from working: nothing does."""
        del runtime

    def doctor(self) -> list[base.Finding]:
        """Say what this engine is."""
        return [base.Finding("unconfined", ok=True, detail=WARNING)]


class UnconfinedShell:
    """One supervisor with a folder for its job."""

    uids = range(0)

    def __init__(self, runtime: str, inside: Path, devices: Mapping[str, str]) -> None:
        self.home = tempfile.mkdtemp(prefix="dlgrader-unconfined-")
        self.provenance = base.provenance("unconfined", runtime, base.hash_folder(inside), [WARNING], is_nested=False)
        environment = base.ENVIRONMENT | dict(devices) | {
            "HOME": self.home,
            "PYTHONPATH": str(inside.parent),
            "TORCHINDUCTOR_CACHE_DIR": f"{self.home}/inductor",
        }
        argument = base.walls(b"", home=self.home, caps_data=True)
        command = [sys.executable, "-s", "-P", "-m", f"{inside.name}.supervisor", argument]
        self.process = Process(command, environment)
        self.channel = self.process.channel
        self.last_words = self.process.last_words

    def is_out_of_memory(self) -> bool:
        """Nobody counts here."""
        return False

    def divide(self) -> None:
        """Nobody counts here."""

    def pid(self) -> int:
        """Number the supervisor."""
        return self.process.process.pid

    def kill(self) -> None:
        """End the supervisor; its child asked to die with it."""
        self.process.end()
        shutil.rmtree(self.home, ignore_errors=True)
