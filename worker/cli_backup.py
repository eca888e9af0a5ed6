"""`grader backup` and `grader restore`: all of the service in one file, and the service back from it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.errors import GraderError
from worker.cli_parts import FAILED, say
from worker.tables import prepare


def backup_command(
        file: Annotated[Path, typer.Argument(help="where the backup goes, as grader.tar")],
        replace: Annotated[bool, typer.Option("--replace", help="write over a backup that is there")] = False) -> None:
    """Write the database, all that was handed in and found, and the settings into one file; the service may run."""
    settings = prepare()
    from grader.web import specs
    from worker.backup import back_up
    if file.exists() and not replace:
        raise GraderError(f"{file} is there already; --replace writes over it")
    told = back_up(settings, file.absolute(), specs.now())
    say(f"{file}: {told.kind} database and {told.objects} objects, {file.stat().st_size / (1 << 20):.1f} MiB")
    if told.missing:
        say(f"{len(told.missing)} objects are damaged and not in it, {', '.join(told.missing[:3])}", "red")
        raise SystemExit(FAILED)


def restore_command(
        file: Annotated[Path, typer.Argument(help="a backup", exists=True, dir_okay=False, readable=True)],
        replace: Annotated[bool, typer.Option("--replace", help="put the backup in the place of what is here")] = False,
        check: Annotated[bool, typer.Option("--check", help="read all of it, say whether it could be restored, change nothing")]
        = False) -> None:
    """Bring the service back from a backup; stop it first. Nothing changes unless all of the backup is whole."""
    settings = prepare()
    from grader.web import specs
    from worker.backup import check_only, restore
    if check:
        told = check_only(file)
        say(f"{file} is whole: {told.kind} database and {told.objects} objects of {told.made_at}, version {told.version}")
        return
    told, old = restore(settings, file, specs.now(), replace=replace)
    say(f"restored: {told.kind} database and {told.objects} objects of {told.made_at}")
    if old:
        say(f"the database that was here before is kept as {old}")
    if told.missing:
        say(f"{len(told.missing)} objects were damaged when the backup was made, and are missing", "red")
