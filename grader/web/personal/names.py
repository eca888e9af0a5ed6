"""A person's names in text, and what stands in their place once they are erased.

Searched for are the user name, the address, and the whole name either way round; as words, whatever their case. A first name
alone is not: others have it too. What is written about somebody is taken away whole, so that it needs no search.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Q, QuerySet, TextField
from django.db.models.functions import Cast

from grader.web.models import Role, State, User

ERASED = "(erased)"
# Words of ours, which a user name may equal.
WORDS = {*Role.values, *State.values, "user", "staff", "service", "web", "api", "demo", "none"}


@dataclass(frozen=True, slots=True)
class Names:
    """What somebody is called, and what stands for it afterwards."""

    user_name: str
    others: tuple[str, ...]
    tombstone: str

    @classmethod
    def of(cls, user: User) -> Names:
        """Take them from an account that is not erased yet."""
        first, last = user.first_name.strip(), user.last_name.strip()
        whole = (f"{first} {last}", f"{last} {first}", f"{last}, {first}") if first and last else ()
        return cls(user.username, tuple(n for n in (user.email, *whole) if n), tombstone(user))

    @property
    def every(self) -> tuple[str, ...]:
        """List all that is searched for, the longest first, so that no part of one is left."""
        is_ours = self.user_name.casefold() in WORDS
        return tuple(sorted({*self.others, *(() if is_ours else (self.user_name,))}, key=lambda n: (-len(n), n)))

    def replaced(self, value: Any) -> Any:
        """Put the tombstone where a text, or any text in a value, has one of the names."""
        if isinstance(value, str):
            return self._pattern().sub(self.tombstone, value)
        if isinstance(value, list):
            return [self.replaced(v) for v in value]
        if isinstance(value, dict):
            return {self.replaced(k): self.replaced(v) for k, v in value.items()}
        return value

    def rows(self, found: QuerySet[Any], *columns: str) -> QuerySet[Any]:
        """Select the rows of which a column may have one of the names; JSON is searched as it is written."""
        chosen, asked = Q(), found.order_by()
        for column in columns:
            as_text = f"{column}_as_text"
            asked = asked.annotate(**{as_text: Cast(column, TextField())})
            for name in {*self.every, f"user {self.user_name}"}:
                for spelled in {name, json.dumps(name)[1:-1]}:
                    chosen |= Q(**{f"{as_text}__icontains": spelled})
        return asked.filter(chosen)

    def _pattern(self) -> re.Pattern[str]:
        named = [rf"(?<=\buser ){re.escape(self.user_name)}(?![\w.@+-]*\w)", *(
            rf"(?<!\w){re.escape(name)}(?!\w)" for name in self.every)]
        return re.compile("|".join(named), re.IGNORECASE)


def tombstone(user: User) -> str:
    """Name an account that is erased."""
    return f"erased-{user.pk}"


def texts(model: Any) -> list[str]:
    """List a table's columns that hold text."""
    fields = model._meta.fields  # noqa: SLF001 - Django's public interface, whatever its name
    return [f.name for f in fields if isinstance(f, CharField | TextField) and not f.choices]
