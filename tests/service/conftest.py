"""A service of its own for each test."""

import tempfile
from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.service.running import RIGHT, Desk, Service, postgresql


@pytest.fixture
def home():
    with tempfile.TemporaryDirectory(prefix="dl-") as folder:  # short, because the name of a socket must be
        yield Path(folder)


@pytest.fixture
def service(home):
    service = Service(home)
    yield service
    service.close()


@pytest.fixture
def desk(service):
    desk = Desk(service)
    desk.begin(slugs=["linear-zero"], students=["alice", "bob", "carol"])
    yield desk
    desk.close()


@pytest.fixture
def sleepy(home):
    """A right program that takes its time."""
    file = home / "sleepy.py"
    file.write_text(RIGHT.read_text() + "\nimport time\ntime.sleep(8)\n")
    return file


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.docker)])
def any_service(request, home):
    """A service on each database."""
    with postgresql() if request.param == "postgresql" else nullcontext("") as database:
        service = Service(home, **({"GRADER_DATABASE": database} if database else {}))
        yield service
        service.close()
