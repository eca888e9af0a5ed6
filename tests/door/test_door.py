"""Boxes made through the door, with a real engine behind it."""

import asyncio
import os
import socket
import threading
import time
from pathlib import Path

import docker
import pytest

from grader.catalog import default_root, find
from grader.settings import read_settings
from grader.spec import Limits
from tests.service.running import RIGHT
from worker.cli_door import ENGINE, images
from worker.door.door import Door
from worker.door.rules import DOOR_LABEL
from worker.engines.docker import BOX_LABEL, Docker
from worker.keep import graded
from worker.pool import Pool

pytestmark = [pytest.mark.docker, pytest.mark.slow]


class Running:
    """A door that stands open in a thread."""

    def __init__(self, place):
        self.place, self.name = place, f"test-{os.getpid()}-{place.name}"
        self.thread = threading.Thread(target=asyncio.run, args=[self.serve()])
        self.thread.start()
        wait_for(place.exists)

    async def serve(self):
        engine, self.loop, self.stopped = Docker(), asyncio.get_running_loop(), asyncio.Event()
        await Door(ENGINE, self.name, lambda: images(engine)).serve(self.place, self.stopped)

    def end(self):
        if self.thread.is_alive():
            self.loop.call_soon_threadsafe(self.stopped.set)
            self.thread.join(30)

    def boxes(self):
        labels = {"label": f"{DOOR_LABEL}={self.name}"}
        return docker.DockerClient(f"unix://{ENGINE}").containers.list(all=True, filters=labels)


@pytest.fixture
def door(tmp_path, monkeypatch):
    door = Running(tmp_path / "door.sock")
    monkeypatch.setenv("DOCKER_HOST", f"unix://{door.place}")
    yield door
    door.end()


def wait_for(found):
    until = time.monotonic() + 30
    while not (value := found()):
        assert time.monotonic() < until
        time.sleep(0.05)
    return value


def test_submissions_are_graded_in_boxes_made_through_the_door(door):
    assignment = find("linear-zero", default_root())
    with Pool(Docker()) as boxes:
        scores = [graded(assignment, RIGHT, seed, boxes, read_settings().places, None).score for seed in (1, 2)]
        assert scores == [10, 10]
        assert [box.labels[BOX_LABEL] for box in door.boxes()] == ["1"]
        assert boxes.started == 1
    assert wait_for(lambda: not door.boxes())


def test_the_boxes_of_a_worker_that_is_gone_are_removed_at_once(door):
    talk = Docker().start("pytorch", Limits(memory_mb=512))
    assert len(door.boxes()) == 1
    talk.shell.channel.socket.shutdown(socket.SHUT_RDWR)  # as the kernel does for a killed process
    assert wait_for(lambda: not door.boxes())


def test_a_door_that_ends_leaves_no_box(door):
    Docker().start("pytorch", Limits(memory_mb=512))
    door.end()
    assert door.boxes() == []


def test_what_is_no_box_is_refused_with_a_reason_and_not_made(door):
    client = docker.DockerClient(f"unix://{door.place}", version="1.41")
    with pytest.raises(docker.errors.APIError, match="refuses"):
        client.containers.create("debian:bookworm-slim", ["true"], privileged=True)
    with pytest.raises(docker.errors.APIError, match="refuses"):
        client.containers.get("0" * 64)
    assert [c.id for c in client.containers.list(all=True)] == []
    assert set(client.info()) & {"Name", "RegistryConfig", "HttpProxy"} == set()


@pytest.mark.parametrize("raw", [
    b"\0" * 100, b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 10_000,
    b"POST /v1.41/containers/create HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999\r\n\r\n" + b"x" * (2 << 20),
], ids=["no HTTP", "no end", "too large"])
def test_what_is_no_http_ends_its_connection_and_nothing_else(raw, door):
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(str(door.place))
        s.settimeout(10)
        try:
            s.sendall(raw)
            s.shutdown(socket.SHUT_WR)
            while s.recv(1 << 16):
                pass
        except (BrokenPipeError, ConnectionResetError):
            pass
    assert docker.DockerClient(f"unix://{door.place}").ping()
    assert Path(door.place).exists()
