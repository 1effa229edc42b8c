"""A stage that closes while somebody is putting something in."""

import threading
import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.urls import reverse

from tests.factories import make_seat, make_stage, make_workshop
from tests.workshops.conftest import SignIn
from workshops import glossary
from workshops.actions import stages as actions
from workshops.models import GlossaryTerm, Role, Seat, Stage, StageKind

State = Stage.State


@pytest.mark.django_db
def test_words_that_come_after_the_close_are_refused_and_stay_in_sight(as_seat: SignIn) -> None:
    workshop = make_workshop(StageKind.RANKING)
    words = {"term": "Trust", "definition": "What is left when nobody looks."}

    answer = as_seat(make_seat(workshop)).post(
        reverse("workshops:glossary", args=[workshop.slug]),
        words | {"client_key": str(uuid.uuid4())},
    )

    page = answer.content.decode()
    assert answer.status_code == 403
    assert "This is not open now. The workshop is in another stage." in page
    assert "What is left when nobody looks.</textarea>" in page
    assert not GlossaryTerm.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_closing_waits_for_what_is_being_put_in_and_nothing_comes_after_it() -> None:
    workshop = make_workshop(StageKind.SITUATION)
    stage = workshop.stages.get()
    make_stage(workshop, StageKind.FORCES, State.PENDING)
    make_stage(workshop, StageKind.RANKING, State.PENDING)
    facilitator, early, late = make_seat(workshop, Role.FACILITATOR), *seats(workshop.pk, 2)
    inside, closing = threading.Event(), threading.Event()
    order: list[str] = []

    def put_in(seat: Seat, wait: bool) -> None:
        try:
            with transaction.atomic():
                propose(seat)
                inside.set()
                if wait:
                    closing.wait(5)
                    connection.ensure_connection()
                    threading.Event().wait(0.3)  # the close is trying meanwhile
                    order.append("put in")
        except PermissionDenied:
            order.append("refused")
        finally:
            connection.close()

    def close() -> None:
        try:
            inside.wait(5)
            closing.set()
            actions.close(seen=stage.pk, by=facilitator)
            order.append("closed")
        finally:
            connection.close()

    threads = [threading.Thread(target=put_in, args=[early, True]), threading.Thread(target=close)]
    run(threads)
    run([threading.Thread(target=put_in, args=[late, False])])

    assert order == ["put in", "closed", "refused"]
    assert GlossaryTerm.objects.get().seat == early


@pytest.mark.django_db(transaction=True)
def test_many_put_in_while_the_stage_closes_and_what_counts_is_what_was_told_so() -> None:
    workshop = make_workshop(StageKind.SITUATION)
    stage = workshop.stages.get()
    facilitator, authors = make_seat(workshop, Role.FACILITATOR), seats(workshop.pk, 6)
    start = threading.Barrier(len(authors) + 1)
    said: list[bool] = []

    def put_in(seat: Seat) -> None:
        start.wait()
        try:
            propose(seat)
            said.append(True)
        except PermissionDenied:
            said.append(False)
        finally:
            connection.close()

    def close() -> None:
        start.wait()
        try:
            actions.close(seen=stage.pk, by=facilitator)
        finally:
            connection.close()

    run(
        [threading.Thread(target=put_in, args=[seat]) for seat in authors]
        + [threading.Thread(target=close)]
    )

    stage.refresh_from_db()
    assert len(said) == len(authors)
    assert GlossaryTerm.objects.count() == said.count(True)
    assert stage.state == State.CLOSED


def seats(workshop_id: int, count: int) -> list[Seat]:
    from workshops.models import Workshop

    workshop = Workshop.objects.get(pk=workshop_id)
    return [make_seat(workshop) for _seat in range(count)]


def propose(seat: Seat) -> None:
    glossary.propose_term(
        term="Trust", definition="What is left.", client_key=uuid.uuid4(), by=seat
    )


def run(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
