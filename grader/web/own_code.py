"""Python that an assignment's folder brings and that runs outside every box: its reference and its tests.

What is shipped with the service has been read. What instructors bring runs with the worker's rights, as their tests always have;
GRADER_OWN_CODE=shipped lets none of it in.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from grader.errors import GraderError

STARTER = "starter.py"  # is handed out, and never run by us


def brought(files: Mapping[str, bytes]) -> list[str]:
    """Name the files of a folder that may run outside a box and are none that is shipped."""
    known = _shipped(settings.GRADER.assignments)
    return sorted(path for path, content in files.items() if path.endswith(".py") and "/" not in path and path != STARTER
                  and hashlib.sha256(content).hexdigest() not in known)


def check(files: Mapping[str, bytes]) -> None:
    """Raise GraderError where a folder brings code and this service takes none."""
    if settings.GRADER.own_code == "shipped" and (found := brought(files)):
        raise GraderError(f"{', '.join(found[:5])}: this service runs no Python of its instructors outside the sandbox; use a "
                          "module of the service as the reference, and checks of other kinds than pytest, or ask its operator")


@functools.cache
def _shipped(root: Path) -> frozenset[str]:
    return frozenset(hashlib.sha256(f.read_bytes()).hexdigest() for f in root.glob("*/*.py"))
