"""What the service writes into its log: one line an event, as text or as JSON, with the attempt that it is about.

What students wrote (names, output, errors) may stand in a message. It never makes a line of its own, and no character of it
moves a terminal's cursor: whatever can't be printed is written as its escape.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal

LONGEST = 8000  # characters of a message that are kept
_attempt: ContextVar[int | None] = ContextVar("attempt", default=None)


@contextmanager
def about(attempt: int) -> Iterator[None]:
    """Say that what is logged here, by this thread, is about an attempt."""
    token = _attempt.set(attempt)
    try:
        yield
    finally:
        _attempt.reset(token)


def printable(text: str) -> str:
    """Write what can't be printed as its escape, line ends too; cut what is too long."""
    cut = text if len(text) <= LONGEST else f"{text[:LONGEST]} ... ({len(text)} characters)"
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in cut)


def facts(record: logging.LogRecord) -> dict[str, object]:
    """Take a record apart."""
    found: dict[str, object] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"), "level": record.levelname,
        "logger": record.name, "message": printable(record.getMessage())}
    if (attempt := _attempt.get()) is not None:
        found["attempt"] = attempt
    if record.exc_info:
        found["fault"] = printable("".join(traceback.format_exception(*record.exc_info)))
    return found


class Json(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        return json.dumps(facts(record))


class Text(logging.Formatter):
    """One line of text a record."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        told = facts(record)
        attempt = f" [attempt {told['attempt']}]" if "attempt" in told else ""
        fault = f" {told['fault']}" if "fault" in told else ""
        return f"{told['time']} {told['level']} {told['logger']}{attempt}: {told['message']}{fault}"


def begin(form: Literal["text", "json"], level: int = logging.WARNING) -> None:
    """Write the log of this process to standard error, warnings and what is worse."""
    handler = logging.StreamHandler()
    handler.setFormatter(Json() if form == "json" else Text())
    logging.basicConfig(level=level, handlers=[handler], force=True)
