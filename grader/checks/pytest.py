"""pytest: the instructor's own tests over evidence, in a process of their own, outside the box.

A test file in the assignment's folder asks for the fixtures `evidence`, `answers` and `data`: dictionaries of
plain arrays by `probe.output` (`published.W`, `train.weights.0`). They travel as safetensors bytes, never as pickle.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree as ET

from pydantic import Field

from grader.checks.base import Case, Check
from grader.errors import Broken
from grader.evidence import Measured, pack_arrays
from grader.tolerance import Array
from grader.verdict import Outcome


class Pytest(Check):
    """All tests of one file pass; the first failing one's assertion message is what the student reads."""

    kind: Literal["pytest"]

    file: str = Field(pattern=r"^[\w-]+\.py$")
    of: list[str] = []
    seconds: float = Field(20, gt=0, le=300)

    def refs(self) -> list[str]:
        """Name the outputs the tests look at."""
        return self.of

    def answered(self) -> list[str]:
        """Hand the reference's outputs to the tests."""
        return self.of

    def outcome(self, case: Case) -> Outcome:
        """Run pytest on the file with the evidence and read its JUnit report."""
        for ref in self.of:
            case.got(ref)
        with tempfile.TemporaryDirectory() as folder:
            where = Path(folder)
            tables = {"evidence": flat(case.evidence), "answers": flat(case.answers), "data": case.data}
            for name, table in tables.items():
                (where / f"{name}.safetensors").write_bytes(pack_arrays(table))
            self._run(case.root / self.file, where)
            return read_report(where / "report.xml")

    def _run(self, file: Path, where: Path) -> None:
        if not file.is_file():
            msg = f"check {self.name}: {file.name} is not in the assignment's folder"
            raise Broken(msg)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "grader.evidence_fixtures",
                   "-p", "no:cacheprovider", "-o", "addopts=", f"--evidence={where}",
                   f"--junitxml={where / 'report.xml'}", f"--rootdir={where}", str(file)]
        ours = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONDONTWRITEBYTECODE": "1",
                             "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # plugins of others take two thirds of the time
        try:
            subprocess.run(command, capture_output=True, timeout=self.seconds, check=False, cwd=where, env=ours)
        except subprocess.TimeoutExpired as e:
            msg = f"check {self.name}: {file.name} took more than {self.seconds} s"
            raise Broken(msg) from e


def flat(evidence: Mapping[str, Measured]) -> dict[str, Array]:
    """Name every array `probe.output`."""
    return {f"{probe}.{name}": a for probe, m in evidence.items() for name, a in m.arrays.items()}


def read_report(report: Path) -> Outcome:
    """Turn pytest's JUnit file into an outcome; a file that could not be collected is our fault."""
    if not report.is_file():
        msg = "pytest left no report"
        raise Broken(msg)
    cases = list(ET.parse(report).iter("testcase"))  # noqa: S314 - written by our own pytest
    errors = [e for c in cases for e in c.findall("error")]
    if errors or not cases:
        msg = f"the test file does not run: {errors[0].get('message', '') if errors else 'no test found'}"
        raise Broken(msg)
    failures = [f for c in cases for f in c.findall("failure")]
    margin = f"{len(cases) - len(failures)} of {len(cases)} tests"
    if failures:
        return Outcome(False, _message(failures[0].get("message", "")), margin)
    return Outcome(True, f"{margin} pass", margin)


def _message(text: str) -> str:
    return text.removeprefix("AssertionError: ").split("\nassert ")[0].strip()[:500]
