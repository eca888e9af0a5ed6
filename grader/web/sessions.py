"""Django's session store, over rows that know whose they are (settings.SESSION_ENGINE)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.http import HttpRequest

from grader.web.models import Session, User

OPENED, DEVICE = "opened_at", "device"
BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "Firefox": "Firefox", "FxiOS": "Firefox", "Chrome": "Chrome", "CriOS": "Chrome",
            "Safari": "Safari"}  # the first that is found: later ones are also named by browsers that are like them
SYSTEMS = {"Windows": "Windows", "iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Mac OS": "macOS", "Linux": "Linux"}


class SessionStore(DatabaseStore):
    """Sessions in the database; what is known of the login is copied from the session into its row."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Name the table."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Make the row of a session."""
        row = cast("Session", super().create_model_instance(data))
        row.user_id = data.get(SESSION_KEY)
        row.opened_at = datetime.fromisoformat(data[OPENED]) if OPENED in data else None
        row.device = data.get(DEVICE, "")
        return row


def describe(request: HttpRequest, now: datetime) -> None:
    """Note when and where a session was opened."""
    request.session[OPENED] = now.isoformat()
    request.session[DEVICE] = request.headers.get("User-Agent", "")[:200]


def named(device: str) -> str:
    """Say in short what a browser calls itself."""
    browser = next((name for sign, name in BROWSERS.items() if sign in device), device.partition("/")[0][:40])
    system = next((name for sign, name in SYSTEMS.items() if sign in device), "")
    return f"{browser} on {system}" if browser and system else browser or "an unknown browser"


def open_sessions(user: User) -> list[Session]:
    """List a user's sessions that still hold, the newest first."""
    return list(Session.objects.filter(user=user, expire_date__gt=datetime.now(UTC)).order_by("-opened_at"))


def end(user: User, but: str | None = None) -> int:
    """End a user's sessions, all but the one of this key; returns how many."""
    return Session.objects.filter(user=user).exclude(session_key=but or "").delete()[0]
