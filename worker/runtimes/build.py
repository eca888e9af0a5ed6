"""Build a runtime's image: its folder, and the files that run inside a box."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker
import docker.errors
import requests

from grader.errors import Broken
from worker.engines import base

RUNTIMES = Path(__file__).parent
LABEL = "dlgrader.inside"
CUDA = "-cuda"  # behind a runtime's name
TAG = 12  # figures of the hash: a tag is for eyes too


def names() -> list[str]:
    """List the runtimes there are."""
    return sorted(path.parent.name for path in RUNTIMES.glob("*/Dockerfile"))


def for_device(runtime: str) -> str:
    """Name the runtime that a box with a device is made from: the same packages, built for CUDA."""
    return f"{runtime}{CUDA}"


def on_cpu() -> list[str]:
    """List the runtimes that every machine needs."""
    return [name for name in names() if not name.endswith(CUDA)]


def tag(repository: str, name: str, inside_hash: str) -> str:
    """Name the image of a runtime that holds these files."""
    return f"{repository}/{name}:{inside_hash[:TAG]}"


def build(
    name: str, progress: Callable[[str], None], repository: str = "dlgrader", inside: Path = base.INSIDE
) -> str:
    """Build the image of a runtime, telling `progress` each line; give its id. Raises Broken."""
    if name not in names():
        raise Broken(f"runtime {name}: there is none; known are {', '.join(names())}")
    inside_hash = base.hash_folder(inside)
    try:
        api = docker.from_env().api
        lines = api.build(
            fileobj=pack_context(RUNTIMES / name, inside),
            custom_context=True,
            tag=tag(repository, name, inside_hash),
            labels={LABEL: inside_hash},
            network_mode="host",  # where an engine's own network has no way out, the host's has
            rm=True,
            forcerm=True,
            decode=True,
        )
        for line in read_lines(name, lines):
            progress(line)
        image = api.inspect_image(tag(repository, name, inside_hash))
    except (docker.errors.DockerException, requests.RequestException) as error:
        raise Broken(f"runtime {name}: {error}") from error
    return str(image["Id"])


def read_lines(name: str, lines: Iterator[dict[str, Any]]) -> Iterator[str]:
    """Give what the engine says while it builds; Broken where it gives up."""
    for line in lines:
        if "error" in line:
            raise Broken(f"runtime {name}: the build failed: {line['error'].strip()}")
        if text := line.get("stream", "").strip():
            yield text


def pack_context(folder: Path, inside: Path) -> io.BytesIO:
    """Pack what the Dockerfile may copy: the runtime's own folder and `inside`, owned by root, without dates."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    files |= {f"inside/{path.relative_to(inside).as_posix()}": path for path in inside.rglob("*.py")}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, path in sorted(files.items()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = path.stat().st_size, 0o644
            with path.open("rb") as file:
                tar.addfile(entry, file)
    packed.seek(0)
    return packed
