from typing import Any

from django.core.management.base import BaseCommand, CommandError

from workshops.audit import first_broken_link
from workshops.models import AuditChain, AuditEntry


class Command(BaseCommand):
    help = "Check the audit chain of every workshop, and name the first broken link."

    def handle(self, **options: Any) -> None:
        broken = first_broken_link()
        if broken:
            raise CommandError(f"Broken in {broken}.")
        entries, chains = AuditEntry.objects.count(), AuditChain.objects.count()
        self.stdout.write(f"Whole: {entries} entries in the chains of {chains} workshops.")
