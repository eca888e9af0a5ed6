"""A bubblewrap box is made of what the framework needs, and of nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import Broken
from worker.engines import base, launch, rootfs


def test_framework_comes_with_what_it_requires_and_without_the_service():
    plan = rootfs.plan("pytorch", base.INSIDE)
    names = {Path(target).name for target in plan.binds.values() if target.startswith(rootfs.SITE)}
    assert {"torch", "numpy", "sympy", "typing_extensions.py"} <= names
    assert not names & {"grader", "worker", "reference", "assignments", "docker", "pytest", "pydantic", "site-packages"}


def test_no_site_packages_folder_is_seen():
    plan = rootfs.plan("pytorch", base.INSIDE)
    assert not any(source.endswith("-packages") for source in plan.binds)
    assert all(Path(path).name.endswith("-packages") for path in plan.covers)
    assert all(target not in ("/", "/etc", "/home", "/root", "/var", "/proc", "/sys") for target in plan.binds.values())


def test_unknown_runtime_names_the_known_ones():
    with pytest.raises(Broken, match="known here: pytorch"):
        rootfs.plan("basic", base.INSIDE)


def test_first_folder_that_others_may_not_enter_is_found(tmp_path):
    inner = tmp_path / "private" / "open" / "python"
    inner.mkdir(parents=True)
    for folder in (inner, *inner.parents):
        if folder.is_relative_to(tmp_path):
            folder.chmod(0o755)
    (tmp_path / "private").chmod(0o700)
    above = [folder for folder in reversed(tmp_path.parents) if not folder.stat().st_mode & 1]
    assert launch.first_blocker(inner) == [*above, tmp_path / "private"][0]
