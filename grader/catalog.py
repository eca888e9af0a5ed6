"""Finding assignment folders and reading their specs; all errors at once, in the instructor's words, with lines."""

from __future__ import annotations

import difflib
import hashlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from grader import calibration
from grader.errors import SpecError
from grader.soundness import problems_of
from grader.spec import Spec
from grader.wording import complaints, line_of, lines_of

SHOWN = re.compile(r"^[a-z0-9][a-z0-9-]*$")


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """An assignment folder and its checked spec."""

    slug: str
    root: Path
    spec: Spec

    @property
    def digest(self) -> str:
        """SHA-256 over the files that decide a verdict: spec, calibration, own reference and tests."""
        h = hashlib.sha256()
        for file in sorted([*self.root.glob("*.toml"), *self.root.glob("*.json"), *self.root.glob("*.py")]):
            if file.name != "starter.py":
                h.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
        return h.hexdigest()


def default_root() -> Path:
    """Return the folder of the shipped assignments."""
    return Path(__file__).resolve().parent.parent / "assignments"


def slugs(root: Path) -> list[str]:
    """List the assignment folders under a root, sorted."""
    return sorted(f.parent.name for f in root.glob("*/assignment.toml") if SHOWN.match(f.parent.name))


def find(name: str, root: Path) -> Assignment:
    """Load an assignment by its slug or its path; raises SpecError with the nearest known name."""
    return load(folder_of(name, root))


def folder_of(name: str, root: Path) -> Path:
    """Find an assignment's folder by its slug or its path; raises SpecError with the nearest known name."""
    as_path = Path(name)
    if (as_path / "assignment.toml").is_file():
        return as_path
    if (root / name / "assignment.toml").is_file() and SHOWN.match(name):
        return root / name
    known = slugs(root)
    near = difflib.get_close_matches(name, known, 1, 0.4)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known) or 'none'}"
    raise SpecError(name, [f"no such assignment; {hint}"])


def load(folder: Path, *, is_open: bool = False) -> Assignment:
    """Read and check one assignment folder; raises SpecError with every problem found.

    `is_open` leaves the bands that calibration measures open, as calibration itself wants them.
    """
    where = f"{folder.name}/assignment.toml"
    text, table = read_toml(folder / "assignment.toml", where)
    measured = None if is_open else calibration.read(folder)
    if not is_open and (missing := calibration.problems(table, folder, measured)):
        raise SpecError(where, [with_line(p, table, text) for p in missing])
    table = calibration.fill(table, measured)
    try:
        spec = Spec.model_validate(table)
    except ValidationError as e:
        raise SpecError(where, complaints(e, Spec, table, text)) from e
    problems = problems_of(spec, folder)
    if problems:
        raise SpecError(where, [with_line(p, table, text) for p in problems])
    return Assignment(folder.resolve().name, folder.resolve(), spec)


def calibration_digest(folder: Path) -> str:
    """Hash what a calibration of this folder rests on."""
    _, table = read_toml(folder / "assignment.toml", f"{folder.name}/assignment.toml")
    return calibration.digest(table)


def rounding(folder: Path) -> dict[str, calibration.Float] | None:
    """Return what calibration found about rounding in this folder's checks; None where it is not about these checks."""
    measured = calibration.read(folder)
    return measured.floats if measured and measured.floats_digest == rounding_digest(folder) else None


def rounding_digest(folder: Path) -> str:
    """Hash what the rounding in this folder's checks rests on."""
    _, table = read_toml(folder / "assignment.toml", f"{folder.name}/assignment.toml")
    return calibration.floats_digest(table)


def stale_calibration(folder: Path) -> str:
    """Say whether the folder's calibration is older than what it rests on; empty where all is well."""
    measured = calibration.read(folder)
    if measured is None or measured.digest == calibration_digest(folder):
        return ""
    told = f"{folder.name}: {calibration.FILE} is older than the probes, the data or the reference"
    return f"{told}; run: grader calibrate {folder.name}"


def read_toml(file: Path, where: str) -> tuple[str, dict[str, Any]]:
    """Return a TOML file's text and what it says; raises SpecError when it cannot be read."""
    try:
        text = file.read_text(encoding="utf-8")
        return text, tomllib.loads(text)
    except OSError as e:
        raise SpecError(where, [f"this file cannot be read: {e.strerror}"]) from e
    except UnicodeDecodeError as e:
        raise SpecError(where, [f"byte {e.start} is not UTF-8; save the file as UTF-8"]) from e
    except tomllib.TOMLDecodeError as e:
        raise SpecError(where, [f"not TOML: {e}"]) from e
    except RecursionError as e:
        raise SpecError(where, ["not TOML: nested too deeply"]) from e


def with_line(problem: str, table: dict[str, Any], text: str) -> str:
    """Add the line of the table that a problem starts with (`check weights: ...`, `data.hidden: ...`)."""
    match = re.match(r"(\w+)(?:\.([\w-]+))?(?: ([\w-]+))?: ", problem)
    what, key, name = match.groups() if match else ("", None, None)
    entries = table.get(what, [])
    at = [i for i, e in enumerate(entries) if e.get("name") == name] if name and isinstance(entries, list) else []
    path = (what, at[-1]) if at else (what, key) if key else (what,)
    line = line_of(path, lines_of(text)) if at or not name else 0
    return f"line {line}: {problem}" if line else problem
