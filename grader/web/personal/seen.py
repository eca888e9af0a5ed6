"""What browsers remember on our side: a search for a name stands in the session of whoever searched."""

from __future__ import annotations

from urllib.parse import unquote_plus

from grader.web.models import Session
from grader.web.personal.names import Names
from grader.web.sessions import SessionStore


def forget(names: Names) -> None:
    """Take what names a person out of everybody's sessions."""
    for row in Session.objects.all().iterator():
        told = row.get_decoded()
        kept = {k: v for k, v in told.items() if not isinstance(v, str) or not _names(names, v)}
        if len(kept) != len(told):
            Session.objects.filter(pk=row.pk).update(session_data=SessionStore().encode(kept))


def _names(names: Names, said: str) -> bool:
    plain = unquote_plus(said)
    return bool(names.replaced(plain) != plain)
