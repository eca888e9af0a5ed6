"""The audit log can't be emptied at once either, which PostgreSQL's triggers on rows don't see; and it is read by course."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TRIGGER = """CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON web_entry
             FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"""


def refuse_truncate(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Set the trigger; SQLite has no TRUNCATE."""
    if editor.connection.vendor == "postgresql":
        editor.execute(TRIGGER)


class Migration(migrations.Migration):
    """One step."""

    dependencies = [("web", "0008_accommodation")]
    operations = [
        migrations.AddIndex("entry", models.Index(fields=["course", "-at"], name="entries_of_course")),
        migrations.RunPython(refuse_truncate, migrations.RunPython.noop),
    ]
