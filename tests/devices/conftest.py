"""A host with devices, as NVML tells of them: a small library stands in for NVIDIA's, and its devices stand in a file."""

import ctypes
import os
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pynvml
import pytest

SOURCE = Path(__file__).with_name("nvml.c")


@dataclass(frozen=True)
class Fake:
    """One device of the file."""

    id: int
    uuid: str
    name: str = "NVIDIA-A100-SXM4-80GB"
    parent: int = -1
    total_mb: int = 81920
    used_mb: int = 3
    temperature: int = 40
    ecc: int = 0
    worn: int = 0
    xid: int = 0
    mig: int = -1

    def line(self):
        return (f"{self.id} {self.parent} {self.uuid} {self.name} {self.total_mb} {self.used_mb} {self.temperature} {self.ecc} "
                f"{self.worn} {self.xid} {self.mig}\n")


class Host:
    """The file, and what a test changes in it."""

    def __init__(self, path):
        self.path = path
        self.devices = []

    def have(self, *devices):
        self.devices = list(devices)
        self._write()

    def change(self, uuid, **what):
        self.devices = [replace(d, **what) if d.uuid == uuid else d for d in self.devices]
        self._write()

    def _write(self):
        unfinished = self.path.with_suffix(".part")
        unfinished.write_text("".join(d.line() for d in self.devices))
        unfinished.rename(self.path)


A, B, C = Fake(0, "GPU-a"), Fake(1, "GPU-b", mig=0), Fake(2, "GPU-c", mig=1)
PARTS = [Fake(3, "MIG-c0", "NVIDIA-A100-MIG-1g.10gb", 2, 9728, temperature=-1, ecc=-1, worn=-1, xid=-1),
         Fake(4, "MIG-c1", "NVIDIA-A100-MIG-1g.10gb", 2, 9728, temperature=-1, ecc=-1, worn=-1, xid=-1)]


@pytest.fixture(scope="session")
def library(tmp_path_factory):
    """Compile the stand-in, once."""
    if (compiler := shutil.which("cc") or shutil.which("gcc")) is None:
        pytest.skip("no C compiler is here to make the library that stands in for NVIDIA's")
    made = tmp_path_factory.mktemp("nvml") / "libnvidia-ml.so.1"
    subprocess.run([compiler, "-shared", "-fPIC", "-Wall", "-Werror", "-o", made, SOURCE], check=True)
    return made


@pytest.fixture
def host(library, tmp_path, monkeypatch):
    """Two whole GPUs and one that is divided; the real binding, with the stand-in behind it."""
    made = Host(tmp_path / "nvml.txt")
    made.have(A, B, C, *PARTS)
    monkeypatch.setenv("FAKE_NVML", str(made.path))
    monkeypatch.setattr(pynvml, "nvmlLib", ctypes.CDLL(os.fspath(library)))
    monkeypatch.setattr(pynvml, "_nvmlGetFunctionPointer_cache", {})
    return made
