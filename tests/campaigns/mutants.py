"""`manage.py` with one thing wrong, for the campaign to find: `python -m tests.campaigns.mutants NAME serve …`.

hasty     shows an edit to everybody first and stores it afterwards
doubling  has lost what makes an edit count once: the constraint in the database and what is remembered of each client
"""

import os
import sys
import threading
import time
from collections.abc import Iterable, Sequence

LATE = 0.4
"""Seconds between showing and storing."""


def hasty() -> None:
    from scenarios.live import store
    from scenarios.live.protocol import Stored
    from scenarios.live.replica import Replica

    append = store.append
    waiting: list[tuple[Replica, list[Stored]]] = []
    lock = threading.Lock()

    def later(replica: Replica, own: Sequence[Stored]) -> None:
        with lock:
            waiting.append((replica, list(own)))

    def write() -> None:
        from django.db import transaction

        while True:
            time.sleep(LATE)
            with lock:
                due, waiting[:] = list(waiting), []
            for replica, own in due:
                with transaction.atomic():
                    append(replica, own)

    store.append = later
    threading.Thread(target=write, daemon=True).start()


def doubling() -> None:
    from django.core.management import call_command
    from django.db import connection

    from scenarios.live import log, replica
    from scenarios.live.protocol import Pushed, Stored
    from scenarios.live.replica import Replica
    from scenarios.models import Edit

    def rebase(
        edits: Sequence[Pushed], over: Iterable[Stored], *, seat: int, client: str
    ) -> list[Pushed]:
        return log.rebase(edits, over, seat=seat, client="somebody else")

    def append(self: Replica, edit: Pushed, *, seat: int, client: str) -> Stored:
        stored = Stored(self.version + 1, seat, client, edit.sequence, edit.changes)
        self.advance(stored)
        return stored

    vars(replica)["rebase"] = rebase
    Replica.append = append  # type: ignore[method-assign]
    call_command("migrate", verbosity=0, interactive=False)
    with connection.cursor() as cursor:
        there = connection.introspection.get_constraints(cursor, Edit._meta.db_table)
    name = "one_edit_a_sequence"
    [constraint] = [found for found in Edit._meta.constraints if found.name == name]
    Edit._meta.constraints = [found for found in Edit._meta.constraints if found.name != name]
    if name in there:
        with connection.schema_editor() as editor:
            editor.remove_constraint(Edit, constraint)


MUTANTS = {"hasty": hasty, "doubling": doubling}


def main() -> None:
    import django
    from django.core.management import execute_from_command_line

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    MUTANTS[sys.argv[1]]()
    execute_from_command_line(["manage.py", *sys.argv[2:]])


if __name__ == "__main__":
    main()
