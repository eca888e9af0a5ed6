"""What `grader doctor` looks at: which engine is used and why, every engine's needs, and the data files."""

from __future__ import annotations

from grader.errors import Broken
from grader.settings import Settings
from worker.engines.base import Finding
from worker.engines.bubblewrap import Bubblewrap
from worker.engines.choose import choose
from worker.engines.docker import Docker

RUNTIME = "pytorch"


def examine(settings: Settings) -> list[Finding]:
    """List all findings: the choice first, then each engine's, then MNIST."""
    return [chosen(settings), *Docker().doctor(), *Bubblewrap().doctor(), mnist(settings)]


def chosen(settings: Settings) -> Finding:
    """Say which engine this machine's submissions run in, or why none."""
    try:
        engine, why = choose(settings.engine, RUNTIME)
    except Broken as e:
        return Finding("engine", ok=False, detail=str(e), remedy="see the findings below")
    return Finding("engine", ok=True, detail=f"{engine.name}: {why}")


def mnist(settings: Settings) -> Finding:
    """Say whether the GAN assignment has its images."""
    is_there = settings.mnist.exists()
    return Finding("mnist", ok=is_there, detail=f"{settings.mnist} is {'there' if is_there else 'missing'}",
                   remedy="grader data fetch")
