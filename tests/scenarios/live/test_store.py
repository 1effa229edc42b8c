"""Batches of several drafts share a transaction, and nothing else."""

from typing import Any

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scenarios.live import rows, store
from scenarios.live.changeset import ChangeSet
from scenarios.live.history import text_at
from scenarios.live.protocol import Close, Push, Pushed
from scenarios.live.reader import Holder
from scenarios.live.replica import Offer, Replica
from scenarios.live.room import Outcome
from tests.factories import make_scenario, make_seat, make_workshop
from workshops.models import Seat

pytestmark = pytest.mark.django_db


@pytest.fixture
def seat() -> Seat:
    return make_seat(make_workshop())


@pytest.fixture
def session(seat: Seat) -> str:
    person, session = seat.participant, SessionStore()
    assert person is not None
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def offer(seat: Seat, session: str, words: str, sequence: int = 1, version: int = 0) -> Offer:
    assert seat.participant is not None
    holder = Holder(seat.pk, seat.participant.pk, session)
    changes = ChangeSet.of([(0, words)])
    return Offer(holder, "client-a", Push(version, (Pushed(sequence, changes),)))


def test_one_that_breaks_us_takes_no_other_draft_along(
    seat: Seat, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts = [make_scenario(seat.workshop).draft.pk for _ in range(3)]
    accept = store.accept

    def choke(replica: Replica, *rest: object) -> object:
        taken = accept(replica, *rest)  # type: ignore[arg-type]
        if replica.draft == drafts[1]:
            raise ZeroDivisionError
        return taken

    monkeypatch.setattr(store, "accept", choke)
    batches = [(store.load(draft), [offer(seat, session, "It could rain.")]) for draft in drafts]
    outcomes = store.commit_all(batches)

    assert [type(outcome) for outcome in outcomes] == [Outcome, ZeroDivisionError, Outcome]
    assert [text_at(draft, 1) for draft in drafts] == ["It could rain.", "", "It could rain."]


def test_a_commit_of_known_writers_takes_three_statements(seat: Seat, session: str) -> None:
    replica = store.load(make_scenario(seat.workshop).draft.pk)
    store.commit(replica, [offer(seat, session, "It")])
    second = Pushed(2, ChangeSet.of([(2, None), (0, " could")]))
    again = Offer(offer(seat, session, "").holder, "client-a", Push(1, (second,)))
    statements: list[str] = []
    run = rows._run

    def noted(statement: str, values: Any) -> object:
        statements.append(statement.split(maxsplit=1)[0])
        return run(statement, values)

    with pytest.MonkeyPatch.context() as patch, CaptureQueriesContext(connection) as others:
        patch.setattr(rows, "_run", noted)
        store.commit(replica, [again])

    assert statements == ["SELECT", "INSERT", "UPDATE"]
    assert [q["sql"] for q in others if "SAVEPOINT" not in q["sql"]] == []


def test_who_signed_out_stores_nothing_more(seat: Seat, session: str) -> None:
    replica = store.load(make_scenario(seat.workshop).draft.pk)
    store.commit(replica, [offer(seat, session, "It")])
    SessionStore(session).delete()
    second = Pushed(2, ChangeSet.of([(2, None), (0, " could")]))
    again = Offer(offer(seat, session, "").holder, "client-a", Push(1, (second,)))
    outcome = store.commit(replica, [again])

    assert (outcome.stored, [refusal.close for refusal in outcome.refused]) == (
        [],
        [Close.SIGNED_OUT],
    )
