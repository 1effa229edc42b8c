from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from scenarios.live.verify import first_difference
from scenarios.models import Draft


class Command(BaseCommand):
    help = "Rebuild every draft from its log, and name the first difference to what is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "drafts", nargs="*", type=int, help="their numbers; all of them if none"
        )

    def handle(self, *, drafts: list[int], **options: Any) -> None:
        chosen = Draft.objects.order_by("pk")
        if drafts:
            chosen = chosen.filter(pk__in=drafts)
        wrong = 0
        for draft in chosen.iterator():
            difference = first_difference(draft)
            if difference:
                wrong += 1
                self.stdout.write(f"Draft {draft.pk}: {difference}.")
            else:
                self.stdout.write(f"Draft {draft.pk}: {draft.version} edits, as the log says.")
        if wrong:
            raise CommandError(f"{wrong} differ from their logs.")
