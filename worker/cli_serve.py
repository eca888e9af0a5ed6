"""`grader serve`, `worker`, `sweeper` and `demo-course`: the commands that run the service."""

from __future__ import annotations

import signal
import threading
import warnings

import typer
from rich.console import Console
from rich.table import Table

from grader import log
from grader.settings import Settings, read_settings
from worker.tables import prepare

MIGRATING = 0x646C6772  # the lock's number
out = Console()
demo_app = typer.Typer(no_args_is_help=True, help="The demo course, to look around in.")


def log_to_terminal() -> None:
    """Write warnings and errors of the service to standard error, one line each."""
    log.begin(read_settings().log)


def serve_command() -> None:
    """Run the whole service on this machine: web, worker, sweeper, and a private Redis unless one is set."""
    from worker.serve import only_one, parts, serve
    log_to_terminal()
    settings = read_settings()
    running = parts(settings)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with only_one(settings):
        serve(settings, running, stopped, lambda: begin(settings))
    out.print("stopped", style="dim")


def begin(settings: Settings) -> None:
    """Bring the tables up to date, make the demo course on a first start, and say where the service is."""
    prepare()
    from django.core.management import call_command

    from grader.web.models import Course
    from worker import demo_course
    call_command("migrate", verbosity=0, interactive=False)
    if settings.mode == "local" and not Course.objects.exists():
        out.print("first start: making the demo course (remove it with: grader demo-course remove)")
        demo_course.add(settings)
    out.print(f"dlgrader is at [bold]{settings.address}[/bold] (stop it with Ctrl-C)")
    show_accounts(settings)


def show_accounts(settings: Settings) -> None:
    """Print the demo's accounts, where there are any."""
    from worker import demo_course
    if accounts := demo_course.read_accounts(settings):
        table = Table("account", "role", "password", title="Demo accounts")
        for account in accounts:
            table.add_row(account.name, account.role, account.password)
        out.print(table)


def web_command() -> None:
    """Run the web service alone, on GRADER_HOST and GRADER_PORT."""
    log_to_terminal()
    settings = prepare()
    import uvicorn
    uvicorn.run("grader.web.asgi:application", host=settings.host, port=settings.port, log_config=None, access_log=False,
                server_header=False, proxy_headers=True, timeout_graceful_shutdown=3)


def migrate_command() -> None:
    """Bring the database's tables up to date with this version; doing it again does no harm."""
    log_to_terminal()
    prepare()
    from django.core.management import call_command
    from django.db import connection
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # of several hosts that start at once, one does it
            cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
        call_command("migrate", verbosity=1, interactive=False)


def worker_command() -> None:
    """Run a worker: grade what waits in the queues of GRADER_QUEUES."""
    log_to_terminal()
    settings = prepare()
    from grader.web.bell import REGRADES
    from grader.web.proofs import queue_name
    from worker.app import make
    from worker.grading import Grading
    from worker.proving import Proving
    grading = Grading(settings)
    grading.open()  # before anything is taken from the queue: a worker that can make no box ends here, and says why
    proving = Proving(settings)
    proving.open()
    app = make(settings, grading, proving)
    warnings.filterwarnings("ignore", "You're running the worker with superuser")  # what it runs, it runs in boxes
    heard = ",".join([*settings.queues.split(","), *map(queue_name, settings.queues.split(",")), REGRADES])
    app.start(["--quiet", "worker", "--loglevel", "WARNING", "--queues", heard, "--without-gossip", "--without-mingle",
               "--without-heartbeat", "--hostname", f"{settings.queues}@%h"])


def sweeper_command() -> None:
    """Run the sweeper: put back attempts of lost workers, ring for those that wait, send mail that waits."""
    log_to_terminal()
    settings = prepare()
    from worker.sweeper import run
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    run(stopped, settings)


@demo_app.command("add")
def demo_add() -> None:
    """Make the demo course and its accounts."""
    settings = prepare()
    from worker import demo_course
    demo_course.add(settings)
    show_accounts(settings)


@demo_app.command("remove")
def demo_remove() -> None:
    """Remove the demo course, its accounts and their submissions."""
    settings = prepare()
    from worker import demo_course
    demo_course.remove(settings)
    out.print("the demo course is gone")
