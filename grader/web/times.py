"""Times as instructors write them, by the clock of their course."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from grader.errors import GraderError


def read_zone(name: str) -> ZoneInfo:
    """Return a time zone by its name, as in Europe/Berlin."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError) as e:  # one or another, by the way a zone is not found
        raise GraderError(f"time zone {name!r}: there is none of this name; as in Europe/Berlin or UTC") from e


def read_time(text: str, zone: ZoneInfo) -> datetime:
    """Read a time of the course's clock, as in 2026-11-09 23:59; an hour that comes twice is the later one."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as e:
        raise GraderError(f"time {text!r}: write it as 2026-11-09 23:59") from e
    if len(text.strip()) <= len("2026-11-09"):
        raise GraderError(f"time {text!r}: say the time of day too, as in {text.strip()} 23:59")
    if found.tzinfo is not None:
        return found.astimezone(UTC)
    moment = found.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != found:
        raise GraderError(f"time {text!r}: the clocks go forward over it in {zone}; choose another")
    return moment
