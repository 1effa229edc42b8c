"""One web process of several, on PostgreSQL and Redis."""

import asyncio
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from workshops import events


class Command(BaseCommand):
    help = "Run one web process of several. On one machine, serve is all you need."
    requires_system_checks = "__all__"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--host", default="127.0.0.1")

    def handle(self, *args: Any, **options: Any) -> None:
        from config.asgi import application
        from config.server import Server

        def ready() -> None:
            events.use_loop(asyncio.get_event_loop())

        Server(application, host=options["host"], port=options["port"], ready=ready).run()
