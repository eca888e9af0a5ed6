"""Everything that can be configured, read once from GRADER_* variables and passed on as an argument."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from grader.catalog import default_root
from grader.errors import GraderError

PREFIX = "GRADER_"
TESTS = "GRADER_TEST_"  # settings of the test suite, read by it alone


def cache_folder() -> Path:
    """Return the folder for what can be made again: XDG_CACHE_HOME, else ~/.cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dlgrader"


@dataclass(frozen=True, slots=True)
class Places:
    """Where data lie that are not in the repository: the MNIST images, and the course's own diabetes CSV if there is one."""

    mnist: Path
    diabetes: Path | None = None


class Settings(BaseSettings):
    """The settings of one process; unknown GRADER_* variables are an error (see read_settings)."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    engine: Literal["auto", "docker", "bubblewrap"] = Field(
        "auto", description="What makes boxes; auto takes Docker when it answers and has the runtime's image")
    assignments: Path = Field(default_factory=default_root, description="Folder of the assignment folders")
    mnist: Path = Field(
        default_factory=lambda: cache_folder() / "mnist.npz", description="The MNIST images, as .npz, idx folder or csv.gz")
    diabetes: Path | None = Field(None, description="The course's own diabetes CSV, used in place of the made data")
    isolation: Literal["warm", "fresh"] = Field(
        "warm", description="warm: a box serves many attempts, each in namespaces of its own; fresh: one box an attempt")
    pool_mb: int = Field(4096, ge=400, description="MiB for warm boxes, 400 each")
    jobs: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1, description="Boxes at once in verify, demo and try")

    @property
    def places(self) -> Places:
        """Where the data files lie."""
        return Places(self.mnist, self.diabetes)


def read_settings() -> Settings:
    """Read the environment; raises GraderError that names every bad or unknown variable."""
    known = {f"{PREFIX}{n.upper()}" for n in Settings.model_fields}
    unknown = sorted(v for v in os.environ if v.startswith(PREFIX) and not v.startswith(TESTS) and v not in known)
    if unknown:
        msg = f"unknown setting {', '.join(unknown)}; there are {', '.join(sorted(known))}"
        raise GraderError(msg)
    try:
        return Settings()
    except ValidationError as e:
        told = "; ".join(f"{PREFIX}{'_'.join(map(str, p['loc'])).upper()}: {p['msg']}, found {p['input']!r}" for p in e.errors())
        raise GraderError(told) from e
