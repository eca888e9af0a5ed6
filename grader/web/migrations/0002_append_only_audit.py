"""The audit log is append-only: the database itself refuses to change or remove a row."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SQLITE = ["""CREATE TRIGGER audit_no_{0} BEFORE {0} ON web_entry BEGIN
             SELECT RAISE(ABORT, 'the audit log is append-only'); END""".format(verb) for verb in ("UPDATE", "DELETE")]
POSTGRESQL = ["""CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
                 BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$""",
              """CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON web_entry
                 FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()"""]


def refuse_changes(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Set the triggers of the database in use."""
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[editor.connection.vendor]:
        editor.execute(statement)


class Migration(migrations.Migration):
    """One step."""

    dependencies = [("web", "0001_initial")]
    operations = [migrations.RunPython(refuse_changes, migrations.RunPython.noop)]
