"""`grader door`: the worker's way to the Docker engine, where the worker itself is to have none."""

from __future__ import annotations

import asyncio
import os
import pwd
import signal
from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import typer

from grader.errors import Broken
from worker.cli_parts import say
from worker.door.door import Door
from worker.engines.docker import Docker
from worker.runtimes.build import build, names

ENGINE = Path("/var/run/docker.sock")


def door_command(
        socket: Annotated[Path, typer.Argument(
            readable=False, help="where workers find the door")],
        runtimes: Annotated[list[str] | None, typer.Option("--runtime", help="image to build first where it is missing")] = None,
        user: Annotated[str, typer.Option(help="whom to become where root starts it")] = "grader",
        name: Annotated[str, typer.Option(help="tells this door's boxes from another's on the same engine")] = "door") -> None:
    """Let workers make boxes with this machine's Docker engine, and do nothing else with it."""
    become(user, ENGINE)
    engine = Docker()
    for runtime in runtimes or []:
        if engine.why_not(runtime) is not None:
            build(runtime, say)
    asyncio.run(_serve(Door(ENGINE, name, lambda: images(engine)), socket))


async def _serve(door: Door, socket: Path) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await door.serve(socket, stopped)


def become(user: str, engine: Path) -> None:
    """Stop being root, and keep only the group that may use the engine."""
    if os.geteuid() != 0:
        return
    found = pwd.getpwnam(user)
    os.setgroups([engine.stat().st_gid])
    os.setresgid(found.pw_gid, found.pw_gid, found.pw_gid)
    os.setresuid(found.pw_uid, found.pw_uid, found.pw_uid)


def images(engine: Docker) -> Collection[str]:
    """Find the ids of this service's images."""
    found = []
    for name in names():
        try:
            found.append(engine.image(name))
        except Broken:
            continue
    return found
