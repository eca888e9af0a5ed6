"""What only containers have: images that go stale, and orphans that outlive their owner."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.errors import Broken
from grader.spec import Limits
from worker.engines import base
from worker.engines.docker import BOX_LABEL, OWNER_LABEL, Docker, connect

ROOT = Path(__file__).parents[2]
HOLD = """
import sys, pathlib
sys.path.insert(0, sys.argv[1])
from grader.spec import Limits
from worker.engines.docker import Docker
with Docker("dlgrader-test", pathlib.Path(sys.argv[2])).box("bare", Limits()) as box:
    print(box.ready.shell.id, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def docker(engine):
    if not isinstance(engine, Docker):
        pytest.skip("another engine")
    return engine


def test_container_of_a_killed_worker_ends_and_is_swept(docker, inside):
    command = [sys.executable, "-c", HOLD, str(ROOT), str(inside)]
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    container = worker.stdout.readline().strip()
    worker.kill()
    worker.wait()
    api = connect()
    deadline = time.monotonic() + 10
    while api.inspect_container(container)["State"]["Running"] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not api.inspect_container(container)["State"]["Running"]
    assert docker.sweep() >= 1
    assert container not in [found["Id"] for found in api.containers(all=True)]


def test_sweep_leaves_boxes_in_use_alone(docker):
    with docker.box("bare", Limits()) as box:
        docker.sweep()
        found = connect().containers(all=True, filters={"label": BOX_LABEL})
        assert [c["Labels"][OWNER_LABEL] for c in found if c["Id"] == box.ready.shell.id] == [base.owner()]


def test_image_of_other_files_is_refused_with_the_remedy(docker, tmp_path):
    (tmp_path / "measure.py").write_text("")
    with pytest.raises(Broken, match="grader runtime build bare"):
        Docker(docker.repository, tmp_path).image("bare")


def test_missing_image_is_refused_with_the_remedy(docker):
    assert "grader runtime build nothing" in docker.why_not("nothing")


@pytest.mark.parametrize("name", ["other-host:1:5", "::"])
def test_owners_elsewhere_are_left_alone(name):
    assert not base.is_orphan(name)


def test_owner_is_known_by_its_start_too():
    host, pid, began = base.owner().split(":")
    assert not base.is_orphan(base.owner())
    assert base.is_orphan(f"{host}:{pid}:{int(began) + 1}")
