"""What all tests share: one thread per process, a data folder of their own, and Docker engines that may, or must, be there."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import tempfile

import django
import docker
import pytest

from worker.engines.choose import choose
from worker.pool import Pool

# before torch is imported anywhere: tests run side by side, and so do the processes they start
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")

# Before Django's settings are read, in this process and each of xdist's. A service that is configured here is none of the tests'
# business; PostgreSQL is asked for by GRADER_TEST_DATABASE. The folder's path is short: Redis's socket lies in it.
for setting in ("DATABASE", "REDIS", "MODE", "SECRET_KEY", "HOST", "PORT", "URL", "MAIL", "MAIL_FROM", "QUEUES"):
    os.environ.pop(f"GRADER_{setting}", None)
os.environ["GRADER_DATA"] = tempfile.mkdtemp(prefix="dlg-", dir="/tmp")
atexit.register(shutil.rmtree, os.environ["GRADER_DATA"], ignore_errors=True)
if database := os.environ.get("GRADER_TEST_DATABASE"):
    os.environ["GRADER_DATABASE"] = database
os.environ["DJANGO_SETTINGS_MODULE"] = "grader.web.settings"
django.setup()
for setting in ("DJANGO_SETTINGS_MODULE", "GRADER_DATABASE"):  # the processes that tests start have settings of their own
    os.environ.pop(setting, None)


def pytest_addoption(parser):
    parser.addoption("--require-docker", action="store_true", help="without an engine, docker tests fail")


def pytest_configure(config):
    """Turn the environment's setting into the option, for this process and xdist's workers.

    The variable goes, because the product refuses GRADER_ variables that it doesn't know.
    """
    asked = os.environ.pop("GRADER_TEST_REQUIRE_DOCKER", "") not in ("", "0")
    config.option.require_docker |= asked or getattr(config, "workerinput", {}).get("require_docker", False)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    node.workerinput["require_docker"] = node.config.option.require_docker


@functools.cache
def engine_fault():
    """Say why no Docker engine can be used, or None when one answers."""
    try:
        docker.from_env(timeout=10).ping()
    except (docker.errors.DockerException, OSError) as fault:
        return f"no Docker engine answers: {fault}"
    return None


def pytest_runtest_setup(item):
    if item.get_closest_marker("docker") and (fault := engine_fault()):
        give_up = pytest.fail if item.config.option.require_docker else pytest.skip
        give_up(fault)


@pytest.fixture(scope="session", params=["bubblewrap", pytest.param("docker", marks=[pytest.mark.docker, pytest.mark.slow])])
def boxes(request):
    """Warm boxes of each engine, shared by all tests of this process."""
    with Pool(choose(request.param, "pytorch")[0]) as pool:
        yield pool
