"""One process: web, worker and beat beside each other, on SQLite. The embedded default."""

import asyncio
import contextlib
import errno
import socket
import threading
from argparse import ArgumentParser
from typing import Any

from celery.beat import EmbeddedService
from celery.worker import WorkController
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from config import env as environment
from config import health, static
from config.celery import app
from workshops import events


class Command(BaseCommand):
    help = "Run Flamingo in one process: web, worker and beat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--host", default="127.0.0.1")

    def handle(self, *args: Any, **options: Any) -> None:
        if environment.read().redis_url:
            raise CommandError(
                _("REDIS_URL is set, so Flamingo runs as several processes: see the Procfile.")
            )
        host, port = options["host"], options["port"]
        address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        _refuse_a_used_port(host, port, address)
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        call_command("migrate", verbosity=0, interactive=False)
        static.collect()
        cache.delete(health.WORKER_KEY)
        if environment.Env.site_url == settings.SITE_URL:  # nobody said otherwise
            settings.SITE_URL = address  # so that links in mails lead here
        _start_worker()
        self._serve(host, port, address)

    def _serve(self, host: str, port: int, address: str) -> None:
        from config.asgi import application
        from config.server import Server

        def ready() -> None:
            events.use_loop(asyncio.get_event_loop())
            self.stdout.write(welcome(address))
            self.stdout.flush()

        Server(application, host=host, port=port, ready=ready).run()


def welcome(address: str) -> str:
    lines = [_("Flamingo is here: %(address)s") % {"address": address}]
    if settings.DEMO:
        lines.append(_("Load the demo workshop on its first page and sign in with one click,"))
        lines.append(_("or sign up with any address: mails arrive at %s/outbox/.") % address)
    lines.append(_("Stop it with Ctrl-C."))
    return "\n".join(lines)


def _refuse_a_used_port(host: str, port: int, address: str) -> None:
    """Before anything is touched: the server itself would only say so at the end, and end as if all were well."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
            trial.bind((host, port))
    except (OSError, OverflowError) as error:
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise CommandError(
                _(
                    "Something runs at %(address)s already, perhaps Flamingo itself."
                    " Stop it, or take another port: make run PORT=8137"
                )
                % {"address": address}
            ) from error
        raise CommandError(
            _("Flamingo cannot be at %(address)s: %(reason)s")
            % {"address": address, "reason": error}
        ) from error


def _start_worker() -> None:
    """A Celery worker and its beat in threads of this process; both end with it."""
    app.finalize()
    app.set_current()
    app.set_default()
    worker = WorkController(
        app=app,
        pool="solo",
        concurrency=1,
        loglevel="WARNING",
        without_heartbeat=True,
        without_mingle=True,
        without_gossip=True,
        quiet=True,
    )
    threading.Thread(target=worker.start, name="worker", daemon=True).start()
    beat: Any = EmbeddedService(
        app, thread=True, schedule_filename=str(settings.DATA_DIR / "beat-schedule")
    )
    beat.daemon = True
    with contextlib.suppress(RuntimeError):
        beat.start()
    app.send_task("config.alive")
