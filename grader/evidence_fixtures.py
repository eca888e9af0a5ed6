"""A pytest plugin that hands evidence, answers and data to an instructor's tests as plain arrays."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.evidence import read_arrays
from grader.tolerance import Array


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that says where the arrays lie."""
    parser.addoption("--evidence", required=False, default=".", help="folder of *.safetensors files")


def _read(request: pytest.FixtureRequest, name: str) -> dict[str, Array]:
    blob = (Path(request.config.getoption("--evidence")) / f"{name}.safetensors").read_bytes()
    return read_arrays(blob, limit=len(blob))  # written by the check itself


@pytest.fixture
def evidence(request: pytest.FixtureRequest) -> dict[str, Array]:
    """Arrays that the submission's probes left, by `probe.output`."""
    return _read(request, "evidence")


@pytest.fixture
def answers(request: pytest.FixtureRequest) -> dict[str, Array]:
    """The same of the reference."""
    return _read(request, "answers")


@pytest.fixture
def data(request: pytest.FixtureRequest) -> dict[str, Array]:
    """The arrays of the data sets, by `set.key`."""
    return _read(request, "data")
