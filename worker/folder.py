"""Starting an assignment as a copy of another one."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from grader.catalog import SHOWN, Assignment
from grader.errors import GraderError

LEFT_BEHIND = shutil.ignore_patterns("__pycache__", "calibration.json")  # measured for the other one


def copy_assignment(source: Assignment, name: str, into: Path) -> Path:
    """Copy a folder under a new name and title; raises GraderError when the name is bad or taken."""
    if not SHOWN.match(name):
        msg = f"{name!r}: a name has small letters, digits and dashes only, as my-exercise"
        raise GraderError(msg)
    target = into / name
    if target.exists():
        msg = f"{target} exists already; choose another name"
        raise GraderError(msg)
    shutil.copytree(source.root, target, ignore=LEFT_BEHIND)
    spec = target / "assignment.toml"
    text = spec.read_text(encoding="utf-8")
    title = name.replace("-", " ").capitalize()
    spec.write_text(re.sub(r"(?m)^title = .*$", f'title = "{title}"', text, count=1), encoding="utf-8")
    return target
