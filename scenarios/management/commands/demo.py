from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from scenarios.demo.load import find_demo, load_demo
from scenarios.demo.valley import find_valley


class Command(BaseCommand):
    help = "Load the two demonstration workshops, to look around in."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                _(
                    "The demonstration belongs to an installation that runs on one machine: "
                    "unset DATABASE_URL, REDIS_URL and EMAIL_URL, and leave DEBUG on."
                )
            )
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        call_command("migrate", verbosity=0, interactive=False)
        known = [find_demo(), find_valley()]
        load_demo()
        for workshop in filter(None, (find_demo(), find_valley())):
            there = workshop in known
            said = _("“%(title)s” was there already.") if there else _("“%(title)s” is loaded.")
            self.stdout.write(said % {"title": workshop.title})
        self.stdout.write(
            _("Start Flamingo with `make run`, open %(address)s and choose a seat.")
            % {"address": settings.SITE_URL}
        )
