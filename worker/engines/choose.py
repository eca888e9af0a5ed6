"""Which engine makes the boxes: the one asked for, or the best that works here."""

from __future__ import annotations

from grader.errors import Broken
from worker.engines.bubblewrap import Bubblewrap
from worker.engines.docker import Docker
from worker.engines.unconfined import Unconfined

Engine = Docker | Bubblewrap | Unconfined
NAMES = ("auto", "docker", "bubblewrap", "unconfined")


def choose(name: str = "auto", runtime: str = "pytorch") -> tuple[Engine, str]:
    """Give an engine and why it was chosen. Raises Broken where none can make boxes of this runtime."""
    if name == "unconfined":
        return Unconfined(), "asked for by name; it confines nothing"
    if name == "auto":
        return choose_best(runtime)
    if name not in NAMES:
        raise Broken(f"engine {name}: there is none; known are {', '.join(NAMES)}")
    engine: Docker | Bubblewrap = Docker() if name == "docker" else Bubblewrap()
    if (problem := engine.why_not(runtime)) is not None:
        raise Broken(problem)
    return engine, "asked for by name"


def choose_best(runtime: str) -> tuple[Engine, str]:
    """Take docker where an engine answers and has the runtime's image, else bubblewrap."""
    docker = Docker()
    if (no_docker := docker.why_not(runtime)) is None:
        return docker, f"a Docker engine answers and has the image of {runtime}"
    bubblewrap = Bubblewrap()
    if (no_bubblewrap := bubblewrap.why_not(runtime)) is None:
        return bubblewrap, f"bubblewrap works here; not docker: {no_docker}"
    raise Broken(f"no engine can make a box here. {no_docker}. {no_bubblewrap}")
