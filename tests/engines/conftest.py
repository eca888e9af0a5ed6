"""Every engine present, with boxes whose student code is any Python source and whose framework is numpy alone."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from grader.spec import Limits
from worker.box import Job
from worker.engines import base, launch, rootfs
from worker.engines.bubblewrap import Bubblewrap
from worker.engines.docker import Docker
from worker.engines.unconfined import Unconfined
from worker.runtimes import build

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
NOBODY = 61_234
ALONE = "-alone"  # without namespaces for each attempt, as on machines that refuse them
ENGINES = [
    "bubblewrap",
    "bubblewrap-unprivileged",
    pytest.param("docker", marks=pytest.mark.docker),
    pytest.param("bubblewrap-alone", marks=pytest.mark.slow),
    pytest.param("docker-alone", marks=[pytest.mark.docker, pytest.mark.slow]),
]


class Unprivileged:
    """Bubblewrap used by an ordinary user, where the tests run as root."""

    name = "bubblewrap-unprivileged"

    def __init__(self, inside):
        self.inside = inside

    @contextmanager
    def box(self, _runtime, _limits):
        yield self

    def run(self, job):
        paths = [sys.base_prefix, str(ROOT), sys.prefix, str(self.inside)]
        command = [sys.executable, str(HERE / "one_job.py")]
        task = {"uid": NOBODY, "paths": paths, "command": command}
        done = subprocess.run(
            [sys.executable, "-I", "-S", launch.__file__, json.dumps(task)],
            input=pickle.dumps((self.inside, job)),
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return pickle.loads(done.stdout)


@pytest.fixture(scope="session")
def inside(tmp_path_factory):
    """What runs in a box, but with the stand-in for measure.py."""
    folder = tmp_path_factory.mktemp("box") / "inside"
    folder.mkdir()
    folder.parent.chmod(0o755)
    for path in base.INSIDE.glob("*.py"):
        shutil.copy(path, folder)
    shutil.copy(HERE / "stand_in_measure.py", folder / "measure.py")
    (folder / "rehearsal.py").write_text("def rehearse():\n    'What would be rehearsed is not there.'\n")
    return folder


@pytest.fixture(scope="session", params=ENGINES)
def engine(request, inside):
    rootfs.FRAMEWORKS["bare"] = ("numpy",)
    if request.param == "bubblewrap-unprivileged":
        if os.geteuid() != 0:
            pytest.skip("the tests don't run as root: `bubblewrap` is unprivileged already")
        return Unprivileged(inside)
    made = docker_engine(inside) if request.param.startswith("docker") else Bubblewrap(inside)
    made.alone_because = "the test wants it so" if request.param.endswith(ALONE) else ""
    return made


def docker_engine(inside):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "RUNTIMES", HERE / "runtimes")
        build.build("bare", print, "dlgrader-test", inside)
    return Docker("dlgrader-test", inside)


@pytest.fixture(scope="session")
def unconfined(inside):
    return Unconfined(inside)


@pytest.fixture
def token(request):
    """A name for a test's processes, to look for survivors by."""
    return f"t{os.getpid() % 100_000}x{abs(hash(request.node.nodeid)) % 10**7}"


@pytest.fixture
def run(engine, token):
    """Run a Python source in a box of its own; nothing of it may be left afterwards."""

    def run(source, probes=0, **limits):
        name_it = f"import ctypes, os, sys; ctypes.CDLL(None).prctl(15, b'{token}')\n"
        job = Job((name_it + source).encode(), Limits(**{"seconds": 2, "memory_mb": 256, **limits}), probes)
        with engine.box("bare", job.limits) as box:
            result = box.run(job)
        assert survivors(token) == []
        return result

    return run


def survivors(token):
    """List this host's processes of that name."""
    found = []
    for path in Path("/proc").glob("[0-9]*/comm"):
        try:
            if path.read_text().strip() == token:
                found.append(path.parent.name)
        except OSError:
            continue
    return found
