"""What is known of a kept attempt: what was handed in, what was measured when, and every report it ever got.

A folder of small JSON files that are never changed: `<assignment>/<id>/attempt.json` says what was measured,
`judged-0000.json` and those after it which report counted from then on. Reports, runs and submissions are objects of
grader/store.py and stand here by name. A web service keeps the same records in its database instead.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from grader.errors import Broken
from grader.store import Objects, at_once, flush, write_through
from grader.strict import Model

JUDGED = re.compile(r"judged-(\d{4})\.json")
SLUG = re.compile(r"[^/\0.][^/\0]*")


class KeptRun(Model):
    """One run of an attempt: which trial it was, what it measured, and the object that holds what came out."""

    trial: int
    probes: dict[str, str]  # by name, a digest of what was asked on which inputs (worker/fingerprint.py)
    content: str


class Manifest(Model):
    """What one attempt rests on."""

    version: Literal[1] = 1
    assignment: str
    file: str
    origin: str  # where the submission came from, in the words of whoever kept it
    submission: str  # the object with its bytes, and so their SHA-256
    style: str
    seed: int
    at: datetime
    spec: str  # digest of all that decided the verdicts
    measured: str  # digest of all that decided what was measured
    probes: dict[str, str] = {}  # of the style, as in KeptRun.probes
    limits: dict[str, Any] = {}
    runs: list[KeptRun] = []

    def objects(self) -> set[str]:
        """Name the objects this attempt needs."""
        return {self.submission, *(r.content for r in self.runs)}


class Judged(Model):
    """A report that counted from some time on. `regrade` names the regrading that made or took it back."""

    report: str  # an object
    at: datetime
    regrade: str = ""
    is_revert: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """A kept attempt and its reports, the oldest first; the last one counts."""

    id: str
    manifest: Manifest
    judged: tuple[Judged, ...]

    @property
    def standing(self) -> list[Judged]:
        """List the reports that were not taken back; the last one is what counts."""
        stack: list[Judged] = []
        for j in self.judged:
            if not j.is_revert:
                stack.append(j)
            elif len(stack) > 1:
                stack.pop()
        return stack

    def objects(self) -> set[str]:
        """Name all objects of this attempt, reports that no longer count included."""
        return self.manifest.objects() | {j.report for j in self.judged}


class Manifests:
    """Kept attempts in a folder; several processes may use it at once."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def add(self, manifest: Manifest, first: Judged) -> Record:
        """Keep a new attempt with its first report; raises Broken when it cannot be written."""
        if not SLUG.fullmatch(manifest.assignment):
            raise Broken(f"{manifest.assignment!r:.80} cannot name a folder of kept attempts")
        name = f"{manifest.at:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
        home = self.root / manifest.assignment
        temporary = home / f".{name}"
        try:
            temporary.mkdir(parents=True, mode=0o700)
            at_once(write_through, [temporary / "attempt.json", temporary / "judged-0000.json"],
                    [manifest.model_dump_json().encode(), first.model_dump_json().encode()])
            flush(temporary)
            temporary.rename(home / name)
            flush(home)
        except OSError as e:
            raise Broken(f"{home / name} cannot be written: {e.strerror}") from e
        return Record(name, manifest, (first,))

    def append(self, record: Record, judged: Judged) -> Record:
        """Add a report behind those of a record; raises Broken when another one came first."""
        folder = self._folder(record)
        target = folder / f"judged-{len(record.judged):04}.json"
        temporary = folder / f".{target.name}.{secrets.token_hex(4)}"
        try:
            write_through(temporary, judged.model_dump_json().encode())
            os.link(temporary, target)  # fails when it is there
            flush(folder)
        except FileExistsError as e:
            raise Broken(f"{folder.name} of {folder.parent.name} was judged by another meanwhile; look at it again") from e
        except OSError as e:
            raise Broken(f"{target} cannot be written: {e.strerror}") from e
        finally:
            with suppress(OSError):
                temporary.unlink()
        return Record(record.id, record.manifest, (*record.judged, judged))

    def remove(self, record: Record) -> None:
        """Forget an attempt and all its reports; their objects go with the next pruning."""
        folder = self._folder(record)
        hidden = folder.with_name(f".{folder.name}")
        folder.rename(hidden)
        shutil.rmtree(hidden)

    def assignments(self) -> list[str]:
        """List the assignments of which attempts are kept."""
        return sorted(f.name for f in self.root.glob("*/") if not f.name.startswith("."))

    def of(self, assignment: str) -> list[str]:
        """List the ids of an assignment's attempts, the oldest first."""
        return sorted(f.name for f in (self.root / assignment).glob("*/") if not f.name.startswith("."))

    def read(self, assignment: str, name: str) -> Record:
        """Read one kept attempt; raises Broken when it is damaged."""
        folder = self.root / assignment / name
        try:
            manifest = Manifest.model_validate_json((folder / "attempt.json").read_bytes())
            files = sorted(f.name for f in folder.iterdir() if JUDGED.fullmatch(f.name))
            judged = tuple(Judged.model_validate_json((folder / f).read_bytes()) for f in files)
        except (OSError, ValidationError) as e:
            raise Broken(f"the kept attempt {assignment}/{name} is damaged: {type(e).__name__}") from e
        if not judged or files != [f"judged-{i:04}.json" for i in range(len(files))]:
            raise Broken(f"the kept attempt {assignment}/{name} is damaged: a report is missing")
        return Record(name, manifest, judged)

    def all(self) -> Iterator[Record]:
        """Read all kept attempts; raises Broken at a damaged one."""
        yield from (self.read(a, name) for a in self.assignments() for name in self.of(a))

    def sweep(self) -> None:
        """Remove what interrupted writers left; call it while nobody is keeping."""
        for left in self.root.glob("*/.*"):
            shutil.rmtree(left)

    def _folder(self, record: Record) -> Path:
        return self.root / record.manifest.assignment / record.id


def expired(records: Iterable[Record], now: datetime, days: float) -> list[Record]:
    """Choose what is older than so many days, but never the newest attempt of a submission."""
    ordered = sorted(records, key=lambda r: (r.manifest.at, r.id))
    newest = {_submission(r): r.id for r in ordered}
    limit = now - timedelta(days=days)
    return [r for r in ordered if r.manifest.at < limit and newest[_submission(r)] != r.id]


def prune(objects: Objects, manifests: Manifests, now: datetime, days: float) -> tuple[int, int]:
    """Forget old attempts (see expired), then the objects that no attempt names; returns how many of each went."""
    with objects.alone():
        manifests.sweep()
        records = list(manifests.all())
        gone = expired(records, now, days)
        for record in gone:
            manifests.remove(record)
        kept = {r.id for r in records} - {r.id for r in gone}
        return len(gone), objects.prune({name for r in records if r.id in kept for name in r.objects()})


def _submission(record: Record) -> tuple[str, str, str]:
    m = record.manifest
    return m.assignment, m.origin, m.submission
