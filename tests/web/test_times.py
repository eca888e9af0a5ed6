"""Times as instructors write them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from grader.errors import GraderError
from grader.web.times import read_time, read_zone

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(("text", "moment"), [
    ("2026-11-09 23:59", datetime(2026, 11, 9, 22, 59, tzinfo=UTC)),
    (" 2026-07-09T23:59:30 ", datetime(2026, 7, 9, 21, 59, 30, tzinfo=UTC)),
    ("2026-11-09 23:59+05:45", datetime(2026, 11, 9, 18, 14, tzinfo=UTC)),
    ("2026-10-25 02:30", datetime(2026, 10, 25, 1, 30, tzinfo=UTC))])  # comes twice: the later, in the students' favour
def test_a_time_is_that_of_the_courses_clock_unless_it_says_its_own(text, moment):
    assert read_time(text, BERLIN) == moment


@pytest.mark.parametrize("text", ["", "soon", "2026-11-09", "2026-13-01 10:00", "2027-03-28 02:30", "10:00"])
def test_a_time_that_is_none_is_refused(text):
    with pytest.raises(GraderError, match="time"):
        read_time(text, BERLIN)


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "Europe"])
def test_a_zone_that_is_none_is_refused(name):
    with pytest.raises(GraderError, match="as in Europe/Berlin"):
        read_zone(name)
