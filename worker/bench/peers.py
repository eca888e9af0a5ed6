"""Other graders, each used its own usual way on the same submission: check50, nbgrader, Otter-Grader.

Each is installed from the package index into an environment of its own below the cache folder, which sees torch and NumPy where
the service's own Python has them. None of these ways confines a submission; all compare the same results (testing.py) once.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sysconfig
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.errors import Broken
from grader.settings import cache_folder
from worker.bench.ways import Command

INSTALL_S = 900.0
MARK = "installed"
PACKAGES = {"check50": "check50==3.5.0", "nbgrader": "nbgrader==0.9.6", "otter": "otter-grader[grading]==7.0.0"}
TESTS = ("testing.py", "calls.json")

CHECK50 = '''import check50


@check50.check()
def exists():
    """submission.py exists"""
    check50.exists("submission.py")


@check50.check(exists)
def right():
    """predictions, single steps and training are right"""
    check50.include("testing.py", "calls.json", "check.py")
    check50.run("python3 check.py").stdout("right", timeout=300).exit(0)
'''
OTTER = """OK_FORMAT = True
test = {"name": "q1", "points": 1, "suites": [{"cases": [
    {"code": ">>> import testing\\n>>> testing.wrong(globals())\\n[]", "hidden": False, "locked": False}],
    "scored": True, "setup": "", "teardown": "", "type": "doctest"}]}
"""
NBGRADER = "c = get_config()\nc.CourseDirectory.course_id = 'bench'\n"
ASSERTED = "import testing\nassert testing.wrong(globals()) == []"


def environment(name: str) -> Mapping[str, str]:
    """Make a grader's environment unless it is there; give the variables that lead to its programs. Raises Broken."""
    folder = cache_folder() / "peers" / PACKAGES[name].replace("[grading]", "")
    if not (folder / MARK).exists():
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        command = [str(folder / "bin/pip"), "install", "--quiet", PACKAGES[name]]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=INSTALL_S)
        if done.returncode != 0:
            raise Broken(f"{PACKAGES[name]} cannot be installed here: {done.stderr.strip().splitlines()[-1]}")
        (folder / MARK).touch()
    libraries = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    (libraries / "service.pth").write_text(sysconfig.get_path("purelib") + "\n")  # anew: the service may have moved
    return {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}


class Check50(Command):
    """check50 on a folder: one check that the file is there, one that runs it as a program."""

    def __init__(self) -> None:
        command = ["check50", "--dev", "checks", "--output", "json", "--output-file", "result.json"]
        super().__init__("check50", lambda _: command, environment("check50"))

    def prepare(self, folder: Path) -> None:
        """Write the instructor's checks."""
        checks = folder / "checks"
        checks.mkdir()
        for name in (*TESTS, "check.py"):
            shutil.copy(folder / name, checks)
        (checks / ".cs50.yml").write_text("check50:\n  checks: __init__.py\n")
        (checks / "__init__.py").write_text(CHECK50)

    def accept(self, done: subprocess.CompletedProcess[str], folder: Path) -> None:
        """Want both checks passed."""
        super().accept(done, folder)
        results = json.loads((folder / "result.json").read_text())["results"]
        demand([r["passed"] for r in results] == [True, True], self.name, results)


class Nbgrader(Command):
    """nbgrader autograde on one student's notebook."""

    def __init__(self) -> None:
        command = ["nbgrader", "autograde", "ps1", "--student", "alice"]
        super().__init__("nbgrader", lambda _: command, environment("nbgrader"))

    def prepare(self, folder: Path) -> None:
        """Release an assignment of two cells, and hand one in."""
        (folder / "nbgrader_config.py").write_text(NBGRADER)
        source = (folder / "submission.py").read_text()
        for place, text in (("source/ps1", f"### BEGIN SOLUTION\n{source}\n### END SOLUTION"), ("submitted/alice/ps1", source)):
            (folder / place).mkdir(parents=True)
            (folder / place / "ps1.ipynb").write_text(notebook([text, ASSERTED], is_nbgrader=True))
            for name in TESTS:
                shutil.copy(folder / name, folder / place)
        self.ask(folder, "nbgrader", "generate_assignment", "ps1")

    def accept(self, done: subprocess.CompletedProcess[str], folder: Path) -> None:
        """Want full marks in its book."""
        super().accept(done, folder)
        self.ask(folder, "nbgrader", "export", "--to", "grades.csv")
        with (folder / "grades.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        demand([(row["score"], row["max_score"]) for row in rows] == [("1.0", "1.0")], self.name, rows)

    def ask(self, folder: Path, *command: str) -> None:
        """Do what an instructor does once, which isn't counted."""
        done = subprocess.run(command, cwd=folder, env=self.environment, capture_output=True, text=True, check=False)
        demand(done.returncode == 0, self.name, done.stderr[-1500:])


class Otter(Command):
    """otter run on one notebook: Otter without its containers."""

    def __init__(self) -> None:
        command = ["otter", "run", "--autograder", "autograder.zip", "--output-dir", "out", "--no-logo", "hand-in/ps1.ipynb"]
        super().__init__("otter run", lambda _: command, environment("otter"))

    def prepare(self, folder: Path) -> None:
        """Generate the autograder, and hand a notebook in."""
        for place in ("tests", "hand-in", "out"):
            (folder / place).mkdir()
        (folder / "tests/q1.py").write_text(OTTER)
        (folder / "hand-in/ps1.ipynb").write_text(notebook([(folder / "submission.py").read_text()]))
        command = ["otter", "generate", "-t", "tests", "-o", "autograder.zip", "--no-environment", "--no-requirements", *TESTS]
        done = subprocess.run(command, cwd=folder, env=self.environment, capture_output=True, text=True, check=False)
        demand(done.returncode == 0, self.name, done.stderr[-1500:])

    def accept(self, done: subprocess.CompletedProcess[str], folder: Path) -> None:
        """Want the question's point."""
        super().accept(done, folder)
        tests = json.loads((folder / "out/results.json").read_text())["tests"]
        demand([t["score"] for t in tests if t["name"] == "q1"] == [1.0], self.name, tests)


def demand(is_so: bool, name: str, told: Any) -> None:  # noqa: FBT001 - reads as a sentence where it is called
    """Raise Broken with what was told instead."""
    if not is_so:
        raise Broken(f"bench, {name}: the right submission did not get full marks: {told}")


def notebook(sources: list[str], *, is_nbgrader: bool = False) -> str:
    """Write a notebook; nbgrader's first cell is the student's, the second a test worth a point."""
    roles: list[dict[str, Any]] = [{"grade": False, "solution": True, "locked": False},
                                   {"grade": True, "solution": False, "locked": True, "points": 1}]
    def cell(number: int, source: str) -> dict[str, Any]:
        told = {"nbgrader": {"schema_version": 3, "grade_id": f"cell{number}", "task": False, **roles[number]}}
        return {"cell_type": "code", "id": f"cell{number}", "execution_count": None, "outputs": [], "source": source,
                "metadata": told if is_nbgrader else {}}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel},
                       "cells": [cell(n, s) for n, s in enumerate(sources)]})


ALL = {"check50": Check50, "nbgrader": Nbgrader, "otter run": Otter}
