"""`manage.py` with one thing wrong: edits are acknowledged long before they are stored.

For test_kill.py, which must notice.
"""

import os
import sys
import threading
from collections.abc import Sequence

import django
from django.core.management import execute_from_command_line

LATE = 30.0


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from scenarios.live import store
    from scenarios.live.protocol import Stored
    from scenarios.live.replica import Replica
    from scenarios.models import Draft, Edit

    def append(replica: Replica, own: Sequence[Stored]) -> None:
        def write() -> None:
            store_rows(draft, version, list(own))

        draft, version = replica.draft, replica.version
        later = threading.Timer(LATE, write)
        later.daemon = True
        later.start()

    def store_rows(draft: int, version: int, own: list[Stored]) -> None:
        from django.utils import timezone

        Edit.objects.bulk_create(
            Edit(
                draft_id=draft,
                version=edit.version,
                seat_id=edit.seat,
                client=edit.client,
                sequence=edit.sequence,
                changes=edit.changes.to_json(),
                at=timezone.now(),
            )
            for edit in own
        )
        Draft.objects.filter(pk=draft).update(version=version)

    store.append = append
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
