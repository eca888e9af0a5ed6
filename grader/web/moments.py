"""Times as people read them: in the course's own time zone, and how far away they are."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

UNITS = ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute"))


def local(at: datetime, zone: str) -> str:
    """Write a time as `Fri 5 Dec 2026, 23:59 KST`, in a zone of the IANA's list; UTC where there is no such zone."""
    try:
        there = at.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        there = at.astimezone(ZoneInfo("UTC"))
    name = there.tzname() or ""
    return f"{there:%a} {there.day} {there:%b %Y, %H:%M} {name if name.isalpha() else 'UTC' + name}"


def away(at: datetime, now: datetime) -> str:
    """Say how far a time is from now: `in 3 days`, `2 hours ago`."""
    told = lasting(abs(at - now))
    return f"in {told}" if at >= now else f"{told} ago"


def lasting(span: timedelta) -> str:
    """Say how long a time is, in its largest unit."""
    for size, name in UNITS:
        count = round(span / size)
        if count >= (2 if name == "day" else 1):
            return f"{count} {name}{'s' if count != 1 else ''}"
    return "less than a minute"


def soon(seconds: float) -> str:
    """Say a time to wait, roughly: to five seconds below a minute, else to half a minute."""
    if seconds < 55:
        return f"{max(5, round(seconds / 5) * 5)} seconds"
    halves = round(seconds / 30)
    if halves < 20:
        return f"{halves / 2:g} minute{'s' if halves != 2 else ''}"
    return lasting(timedelta(seconds=seconds))
