"""A worker with devices, for real: Redis, Celery, locks, and a library that stands in for NVIDIA's."""

import subprocess
import sys

import pytest

from tests.devices.conftest import A, Host, library
from tests.service.running import Service

__all__ = ["library"]  # a fixture


def started(home, **settings):
    """Start a worker of the queue gpu and wait for its end; gives what it said."""
    service = Service(home, GRADER_QUEUES="gpu", **settings)
    found = subprocess.run([sys.executable, "-m", "worker.cli", "worker"], env=service.env, capture_output=True, text=True,
                           stdin=subprocess.DEVNULL, timeout=120, check=False)
    assert found.returncode != 0
    return found.stderr + found.stdout


def test_a_worker_for_gpus_whose_engine_gives_none_ends_and_says_so(tmp_path):
    assert "boxes of bubblewrap get no device; set GRADER_ENGINE=docker" in started(tmp_path)


@pytest.mark.docker
def test_a_worker_for_gpus_on_a_host_without_any_ends_and_says_why(tmp_path):
    told = started(tmp_path, GRADER_ENGINE="docker")
    assert "this one has none: no device can be looked for" in told


@pytest.mark.docker
def test_a_wrong_name_of_a_device_ends_the_worker_with_what_there_is(tmp_path, library):
    host = Host(tmp_path / "devices.txt")
    host.have(A)
    told = started(tmp_path, GRADER_ENGINE="docker", GRADER_DEVICES="GPU-x", FAKE_NVML=str(host.path),
                   LD_LIBRARY_PATH=str(library.parent))
    assert "GRADER_DEVICES: GPU-x is no device of this host. There are: 0: NVIDIA" in told
