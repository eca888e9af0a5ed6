"""What stands where a person's data were erased, and what the store must still let go of."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Erasure(models.Model):
    """One person's erasure. The account stays as a tombstone, without a name, for the scores that statistics rest on.

    `is_rewriting` is true only inside the transaction of the erasure itself, which no other connection can see: while it is,
    the audit log's triggers let texts of entries be replaced (grader/web/migrations/0011_retention.py).
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="erasure")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()
    counts = models.JSONField(default=dict)  # how much of each kind went
    is_rewriting = models.BooleanField(default=False)


class Leftover(models.Model):
    """An object that the row which named it let go of. It goes from the store once no other row names it.

    Written in the transaction that lets it go, so that whatever happens afterwards somebody comes back to it.
    """

    content = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()
