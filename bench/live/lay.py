"""Lays drafts, seats and sessions in the database the environment names: `python -m bench.live.lay ORDERS`.

Prints, as JSON, where each draft is and who sits at it.
"""

import json
import sys
from typing import Any


def lay(people: int, drafts: int, text: str) -> list[dict[str, Any]]:
    """A workshop for each draft, with everybody in it signed in."""
    from django.conf import settings
    from django.db import transaction

    from scenarios.live import store
    from scenarios.live.changeset import ChangeSet
    from scenarios.live.protocol import Pushed
    from tests.factories import make_person, make_scenario, make_seat, make_workshop

    tables = []
    with transaction.atomic():
        for _ in range(drafts):
            workshop = make_workshop()
            draft = make_scenario(workshop).draft
            seats = [
                make_seat(workshop, participant=make_person(email=None)) for _ in range(people)
            ]
            if text:
                replica = store.load(draft.pk)
                edit = Pushed(1, ChangeSet.of([(0, text)]))
                store.append(replica, [replica.append(edit, seat=seats[0].pk, client="bench-lay")])
            cookies = [f"{settings.SESSION_COOKIE_NAME}={signed_in(s.participant)}" for s in seats]
            tables.append({"draft": f"/ws/drafts/{draft.pk}/", "cookies": cookies, "id": draft.pk})
    return tables


def signed_in(person: Any) -> str:
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def write_trace(draft: int, path: str) -> None:
    """The draft as the trace leaves it, with its whole log."""
    from django.db import transaction

    from bench.live import trace
    from scenarios.live import store
    from scenarios.live.changeset import ChangeSet
    from scenarios.live.protocol import Pushed
    from workshops.models import Seat

    seat = Seat.objects.filter(workshop__scenarios__draft=draft).values_list("pk", flat=True)[0]
    with transaction.atomic():
        replica = store.load(draft)
        batch = []
        for number, (at, delete, insert) in enumerate(trace.read(path), start=1):
            rest = len(replica.text) - at - delete
            changes = ChangeSet.of([(at, None), (delete, insert), (rest, None)])
            edit = Pushed(number, changes)
            batch.append(replica.append(edit, seat=seat, client="bench-trace"))
            if len(batch) == 1000:
                store.append(replica, batch)
                batch = []
        if batch:
            store.append(replica, batch)


if __name__ == "__main__":
    import django

    django.setup()
    orders = json.loads(sys.argv[1])
    tables = lay(orders["people"], orders["drafts"], orders["text"])
    if orders.get("trace") is not None:
        write_trace(tables[0]["id"], orders["trace"])
    print(json.dumps(tables))
