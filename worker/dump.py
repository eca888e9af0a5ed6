"""The database as one file, taken while the service runs, and put back whole or not at all.

SQLite is copied by its own backup call, PostgreSQL by pg_dump and psql, which must be as new as the server. Either way what is
copied is the database at one moment, and what is put back takes the place of everything at once.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from django.db import connection

from grader.errors import Broken

EMPTIED = "DROP SCHEMA public CASCADE; CREATE SCHEMA public;\n"
TOLD = 500  # characters of what a tool said


def kind() -> str:
    """Name the database in use: sqlite or postgresql."""
    return str(connection.vendor)


def write(target: Path) -> None:
    """Copy the database, as it is at this moment, into a new file; raises Broken."""
    if kind() == "sqlite":
        try:
            with closing(_opened(_place(), "ro")) as source, closing(sqlite3.connect(target)) as copy:
                source.backup(copy)
        except sqlite3.Error as e:
            raise Broken(f"the database cannot be copied: {e}") from e
    else:
        run(["pg_dump", "--format=plain", "--no-owner", "--no-privileges", "--schema=public", f"--file={target}"])


def check(source: Path) -> None:
    """Raise Broken where a copy is damaged, as far as that can be told without putting it back."""
    if kind() != "sqlite":
        return
    try:
        with closing(_opened(source, "ro")) as copy:
            [(found,)] = copy.execute("PRAGMA integrity_check(1)").fetchall()
    except sqlite3.Error as e:
        raise Broken(f"the backup's database is damaged: {e}") from e
    if found != "ok":
        raise Broken(f"the backup's database is damaged: {found}")


def put_back(source: Path, now: datetime) -> str:
    """Replace the database by a copy; says where the old one lies, if it is kept. Raises Broken, and then the old one stands."""
    connection.close()
    if kind() == "sqlite":
        return _put_back_sqlite(source, now)
    begin = source.with_suffix(".begin.sql")
    begin.write_text(EMPTIED)
    text = source.read_text().replace("\nCREATE SCHEMA public;\n", "\n", 1)
    source.write_text(text)
    run(["psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", f"--file={begin}",
         f"--file={source}"])
    return ""


def _put_back_sqlite(source: Path, now: datetime) -> str:
    place = _place()
    kept = place.with_name(f"{place.name}.before-{now:%Y%m%d-%H%M%S}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = place.with_name(f"{place.name}.new")
        shutil.copyfile(source, fresh)
        fresh.chmod(0o600)
        if place.exists():
            with closing(_opened(place, "rw")) as old:
                old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                is_empty = not old.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            place.unlink() if is_empty else place.rename(kept)
        for end in ("-wal", "-shm"):
            place.with_name(place.name + end).unlink(missing_ok=True)
        fresh.rename(place)
    except (OSError, sqlite3.Error) as e:
        raise Broken(f"{place} cannot be replaced: {e}") from e
    return str(kept) if kept.exists() else ""


def run(command: Sequence[str]) -> None:
    """Run one of PostgreSQL's own tools on the database in use; raises Broken with what it said."""
    told = connection.settings_dict
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    env = os.environ | {name: str(told[key]) for name, key in names.items() if told.get(key)}
    try:
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    except FileNotFoundError as e:
        raise Broken(f"{command[0]} is not installed; Debian has it in the package postgresql-client") from e
    if done.returncode:
        raise Broken(f"{command[0]}: {done.stderr.strip()[-TOLD:]}")


def _place() -> Path:
    return Path(str(connection.settings_dict["NAME"]))


def _opened(place: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{place.absolute().as_uri()}?mode={mode}", uri=True, timeout=30)
