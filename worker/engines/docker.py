"""The production engine: boxes are containers of a pinned image, with nothing but a stream to their supervisor.

Theory of operation
-------------------
The container is started with its supervisor as root without any capability but those to become other users (SETUID,
SETGID), and with our own system call list. The first thing that supervisor does is to leave root behind: it goes into a
user namespace where its user is nobody of the host's (inside/nest.py). Where the kernel refuses that, it stays, may
also kill (KILL), and serves one attempt only. The stream to it is attached before it
starts; after that nothing is executed in it or copied into or out of it, and nothing of the host is mounted. Docker
interleaves standard output and error in that stream under small headers; `Attachment` takes them apart.

The image is found by its tag, which is the hash of the files inside, and used by its id: services of two versions can share
an engine while one replaces the other. Old code in the box would answer a new protocol, so other images are refused.

Whatever happens, the container is killed and removed. If this process dies first, its end of the stream closes and
the supervisor ends with it; what remains is removed at the next start, by the label that names its owner.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import docker
import docker.errors
import requests

from grader.errors import Broken
from grader.spec import Limits
from worker.devices.device import Device
from worker.engines import base, container, gpu, shares
from worker.engines.container import BOX_LABEL, FIRST_UID, OWNER_LABEL, UIDS
from worker.engines.conversation import Maker
from worker.inside import wire
from worker.runtimes import build

FIRST_PROCESSES = 4  # the init reaper, the supervisor and its starter, and the first of an attempt's namespace
STDOUT, HEAD = 1, struct.Struct(">BxxxI")
LAST_WORDS = 4 << 10
END_S = 2.0


class Docker(Maker):
    """Makes boxes with a Docker engine."""

    name = "docker"
    gives_devices = True

    def __init__(self, repository: str = "dlgrader", inside: Path = base.INSIDE) -> None:
        self.repository = repository
        self.inside_hash = base.hash_folder(inside)
        self.has_swept = False

    def shell(self, runtime: str, limits: Limits, *, is_nested: bool, device: Device | None = None) -> DockerShell:
        """Start a container of the runtime's image."""
        if not self.has_swept:
            self.sweep()
            self.has_swept = True
        runtime = build.for_device(runtime) if device else runtime
        return DockerShell(connect(), self.image(runtime), runtime, limits, gpu.requests(device), is_nested=is_nested)

    def image(self, runtime: str) -> str:
        """Find the id of the runtime's image; Broken, with the remedy, where it is missing or stale."""
        name, current = f"{self.repository}/{runtime}", build.tag(self.repository, runtime, self.inside_hash)
        remedy = f"run `grader runtime build {runtime}`"
        with faults(f"image {name}"):
            try:
                image = connect().inspect_image(current)
            except docker.errors.ImageNotFound as error:
                older = "; others were built from other files than this service's" if connect().images(name) else ""
                raise Broken(f"docker: no image {current}{older}; {remedy}") from error
        return str(image["Id"])

    def why_not(self, runtime: str) -> str | None:
        """Say what keeps this engine from making boxes of a runtime; None where nothing does."""
        try:
            self.image(runtime)
        except Broken as error:
            return str(error)
        return None

    def doctor(self) -> list[base.Finding]:
        """Look at the engine and the runtimes' images."""
        try:
            with faults("engine"):
                version = connect().version()
        except Broken as error:
            what, _, remedy = str(error).partition("; ")
            return [base.Finding("docker engine", ok=False, detail=what, remedy=remedy)]
        findings = [base.Finding("docker engine", ok=True, detail=f"version {version['Version']} answers")]
        for runtime in build.on_cpu():
            findings.append(self.has_image(runtime))
            findings += [self.reuse(runtime)] if findings[-1].ok else []
        return findings

    def has_image(self, runtime: str) -> base.Finding:
        """Say whether a runtime's image is there."""
        what, _, remedy = (self.why_not(runtime) or "").partition("; ")
        return base.Finding(f"docker image {runtime}", ok=not what, detail=what or "present and current", remedy=remedy)

    def sweep(self) -> int:
        """Remove the containers of owners on this host that live no more; count them."""
        removed = 0
        with faults("sweep"):
            api = connect()
            for found in api.containers(all=True, filters={"label": BOX_LABEL}):
                if base.is_orphan(found["Labels"].get(OWNER_LABEL, "::")):
                    with suppress(docker.errors.NotFound):
                        api.remove_container(found["Id"], force=True, v=True)
                        removed += 1
        return removed


class DockerShell:
    """One container with its supervisor."""

    uids = range(FIRST_UID, FIRST_UID + UIDS)

    def __init__(self, api: docker.APIClient, image: str, runtime: str, limits: Limits, devices: list[dict[str, Any]],
                 *, is_nested: bool) -> None:
        self.api = api
        self.is_nested = is_nested
        self.id: str | None = None
        self.provenance = base.provenance("docker", runtime, image, [], is_nested=is_nested)
        with faults("box"):
            self.id = str(self._create(image, limits, devices)["Id"])
            with ExitStack() as undo:
                undo.callback(self.kill)
                self._start(self.id)
                undo.pop_all()

    def _create(self, image: str, limits: Limits, devices: list[dict[str, Any]]) -> dict[str, Any]:
        order = container.Order(image, base.box_memory_mb(limits) << 20, limits.processes + FIRST_PROCESSES, self.is_nested,
                                base.owner(), devices)
        created: dict[str, Any] = self.api.create_container_from_config(container.body(self.api.api_version, order))
        return created

    def _start(self, container: str) -> None:
        wanted = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
        self.channel: base.Channel = Attachment(self.api.attach_socket(container, params=wanted))
        self.api.start(container)

    def is_out_of_memory(self) -> bool:
        """Ask the engine, once the container has ended; until then the supervisor counts."""
        assert isinstance(self.channel, Attachment)  # noqa: S101 - _start made it
        if not self.channel.has_ended or self.id is None:
            return False
        with faults("box"):
            with suppress(requests.RequestException):
                self.api.wait(self.id, timeout=END_S)
            return bool(self.api.inspect_container(self.id)["State"]["OOMKilled"])

    def divide(self) -> shares.Shares | None:
        """Divide the container's group, where the engine runs on this host and we may write there."""
        found = shares.folders_of(self.pid())
        is_own = found is not None and self.id is not None and all(self.id in str(folder) for folder in found[1])
        return shares.divide(*found) if found is not None and is_own else None

    def pid(self) -> int:
        """Number the container's first process, as the engine's host counts."""
        with faults("box"):
            return int(self.api.inspect_container(self.id)["State"]["Pid"])

    def last_words(self) -> str:
        """Give the end of what the supervisor wrote to standard error."""
        assert isinstance(self.channel, Attachment)  # noqa: S101 - _start made it
        return self.channel.said.decode(errors="replace")

    def kill(self) -> None:
        """Kill the container and remove it; may be tried again after Broken."""
        if (container := self.id) is None:
            return
        with faults("box"), suppress(docker.errors.NotFound):
            with suppress(docker.errors.APIError):  # it has ended already
                self.api.kill(container)
            self.api.remove_container(container, force=True, v=True)
        self.id = None  # not before: what fails is tried again
        self.api.close()


class Attachment:
    """A channel over Docker's attach stream."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.socket: socket.socket = getattr(stream, "_sock", stream)
        self.rest = bytearray()
        self.said = bytearray()
        self.has_ended = False

    def send(self, data: bytes, deadline: float) -> None:
        """Write all of `data` before `deadline`."""
        self.socket.settimeout(left(deadline))
        try:
            self.socket.sendall(data)
        except TimeoutError as error:
            raise wire.LateError("the other side is late") from error
        except OSError as error:
            raise wire.WireError(f"the other side is gone ({error.strerror})") from error

    def receive(self, deadline: float) -> bytes:
        """Read what has come on standard output; keep the end of what has come on standard error."""
        while not self.has_ended:
            while (piece := self._next()) is not None:
                stream, data = piece
                if stream == STDOUT and data:
                    return data
                self.said += data
                del self.said[:-LAST_WORDS]
            self._fill(deadline)
        return b""

    def _next(self) -> tuple[int, bytes] | None:
        if len(self.rest) < HEAD.size:
            return None
        stream, size = HEAD.unpack_from(self.rest)
        end = HEAD.size + size
        if len(self.rest) < end:
            return None
        data = bytes(self.rest[HEAD.size : end])
        del self.rest[:end]
        return stream, data

    def _fill(self, deadline: float) -> None:
        self.socket.settimeout(left(deadline))
        try:
            data = self.socket.recv(base.CHUNK)
        except TimeoutError as error:
            raise wire.LateError("the other side is late") from error
        except OSError as error:
            raise wire.WireError(f"the other side is gone ({error.strerror})") from error
        self.rest += data
        self.has_ended = not data


def connect() -> docker.APIClient:
    """Open a connection of this caller's own to the engine; the library's sessions are not for several threads."""
    return docker.from_env().api


def left(deadline: float) -> float:
    """How long until the deadline; never zero, which would mean no waiting at all."""
    return max(1e-3, deadline - time.monotonic())


@contextmanager
def faults(what: str) -> Iterator[None]:
    """Turn the engine's faults into ours."""
    try:
        yield
    except (docker.errors.DockerException, requests.RequestException) as error:
        raise Broken(f"docker {what}: {error}; is a Docker engine running, and may you use it?") from error
