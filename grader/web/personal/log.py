"""Replacing a person's names in the audit log, by the one way its triggers leave open (migration 0011 says why)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from grader.web.models import Entry, User
from grader.web.personal import audited
from grader.web.personal.names import ERASED, Names

# Of entries about the person these values were written by people, or say from where somebody came.
WRITTEN = ("comment", "reason", "text", "title", "description", "from", "name", "e-mail", "email")
COLUMNS = ("actor_name", "object", "before", "after", "reason")
SAID = ("comment.", "grade.lift")  # actions of which what was before and after is such a text itself


def rewrite(user: User, names: Names) -> int:
    """Take what is written about a person out of the log, and their names out of the rest; returns how many entries changed.

    Call it in the transaction of the erasure, while its row says that it is rewriting.
    """
    entries: QuerySet[Entry] = QuerySet(Entry)
    seen: set[int] = set()
    for entry in audited.about(user):
        seen.add(entry.pk)
        named = entry.actor_id == user.pk
        keeps = not named and entry.action.startswith("rubric.")  # the rubric's words are no one's
        entries.filter(pk=entry.pk).update(
            actor_name=names.tombstone if named else names.replaced(entry.actor_name), object=names.replaced(entry.object),
            before=names.replaced(entry.before if keeps else _without(entry.action, entry.before)),
            after=names.replaced(entry.after if keeps else _without(entry.action, entry.after)),
            reason=ERASED if entry.reason else "")
    for entry in list(names.rows(Entry.objects.all(), *COLUMNS)):
        changed = {f: names.replaced(getattr(entry, f)) for f in COLUMNS}
        if any(changed[f] != getattr(entry, f) for f in changed):
            seen.add(entry.pk)
            entries.filter(pk=entry.pk).update(**changed)
    return len(seen)


def _without(action: str, value: Any) -> Any:
    if isinstance(value, str):
        return ERASED if action.startswith(SAID) else value
    if isinstance(value, dict):
        return {k: ERASED if k in WRITTEN and v else v for k, v in value.items()}
    return value
