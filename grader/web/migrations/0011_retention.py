"""Erasure and retention: their rows, the store's leftovers, and the one way in which the audit log's texts may be replaced.

The log is append-only, and it copies names into text so that it outlives accounts. Whoever is erased must not live on in it. Three
ways were open: names apart from the log, looked up when it is read (but entries quote names in objects, reasons and values, and
an old log would have to be taken apart); entries removed (but then it says no longer what was done); or names replaced in place.
The last one is taken, as narrow as a trigger can make it: an entry's texts may be replaced only while a row of `web_erasure` says
that it is rewriting, which is written, used and taken back inside one transaction. Who, in which role and course, did what and when
can't be changed even then, and no entry can be removed. The erasure itself stands in the log.
"""

from __future__ import annotations

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

KEPT = ("id", "actor_id", "role", "course_id", "action", "at")
SQLITE = ["DROP TRIGGER \"audit_no_UPDATE\"",
          """CREATE TRIGGER "audit_no_UPDATE" BEFORE UPDATE ON web_entry
             WHEN NOT EXISTS (SELECT 1 FROM web_erasure WHERE is_rewriting) OR {} BEGIN
             SELECT RAISE(ABORT, 'the audit log is append-only'); END""".format(
              " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in KEPT))]
POSTGRESQL = ["""CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
                 BEGIN
                   IF TG_OP = 'UPDATE' THEN
                     IF EXISTS (SELECT 1 FROM web_erasure WHERE is_rewriting) AND ({}) THEN RETURN NEW; END IF;
                   END IF;
                   RAISE EXCEPTION 'the audit log is append-only';
                 END $$""".format(" AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in KEPT))]


def open_the_one_way(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Set the triggers of the database in use."""
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[editor.connection.vendor]:
        editor.execute(statement)


class Migration(migrations.Migration):
    """One step."""

    dependencies = [("web", "0011_groups")]
    operations = [
        migrations.CreateModel("Leftover", [
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("content", models.CharField(max_length=64, unique=True)),
            ("at", models.DateTimeField()),
        ]),
        migrations.CreateModel("Erasure", [
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("reason", models.CharField(max_length=500)),
            ("at", models.DateTimeField()),
            ("counts", models.JSONField(default=dict)),
            ("is_rewriting", models.BooleanField(default=False)),
            ("by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+",
                                     to=settings.AUTH_USER_MODEL)),
            ("user", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="erasure",
                                          to=settings.AUTH_USER_MODEL)),
        ]),
        migrations.AddField("course", "evidence_days", models.PositiveIntegerField(blank=True, null=True)),
        migrations.AddField("attempt", "forgotten_at", models.DateTimeField(null=True)),
        migrations.RunPython(open_the_one_way, migrations.RunPython.noop),
    ]
