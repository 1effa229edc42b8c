import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from participants import post
from participants.models import Delivery, KeptMail, Participant
from tests.factories import (
    make_assumption,
    make_constituency,
    make_revision,
    make_scenario,
    make_seat,
    make_workshop,
    move_to,
)
from workshops import moderation
from workshops.models import Contribution, Decision, Role, Seat, StageKind, Workshop
from workshops.views.moderation import DONE

pytestmark = pytest.mark.django_db
Action = Decision.Action


def held_assumption() -> tuple[Contribution, Seat, Seat]:
    workshop = make_workshop()
    author = make_seat(workshop)
    contribution = make_assumption(author, state=Contribution.State.HELD)
    return contribution, author, make_seat(workshop, Role.MODERATOR)


def signed_in(seat: Seat) -> Client:
    client = Client()
    assert seat.participant is not None
    client.force_login(seat.participant)
    return client


def page_of(contribution: Contribution) -> str:
    slug = contribution.seat.workshop.slug
    return reverse("workshops:decision", args=[slug, contribution.pk])


def test_publishing_shows_the_contribution_and_tells_its_author() -> None:
    contribution, author, moderator = held_assumption()

    decision = moderation.decide(contribution, version=1, action=Action.PUBLISH, by=moderator)

    contribution.refresh_from_db()
    assert contribution.state == Contribution.State.PUBLISHED
    assert contribution.version == 2
    delivery = Delivery.objects.get(key=f"decision:{decision.pk}")
    assert delivery.participant == author.participant


def test_the_moderator_reads_in_a_sentence_what_was_done() -> None:
    contribution, _, moderator = held_assumption()
    data = {"version": 1, "action": "publish"}

    answer = signed_in(moderator).post(page_of(contribution), data, follow=True)

    assert "Published. The author is told." in answer.content.decode()
    assert set(DONE) == set(Action)


def test_a_neutral_mail_about_a_decision_leads_to_no_address_that_says_the_title() -> None:
    contribution, author, moderator = held_assumption()
    Participant.objects.filter(seats=author).update(mail="neutral")

    moderation.decide(contribution, version=1, action=Action.PUBLISH, by=moderator)
    post.sweep()

    raw = bytes(KeptMail.objects.get().raw).decode()
    assert author.workshop.slug not in raw
    assert author.workshop.title not in raw


@pytest.mark.parametrize("role", [Role.PARTICIPANT, Role.FACILITATOR, Role.OBSERVER, Role.CONVENOR])
def test_only_moderators_decide(role: str) -> None:
    contribution, author, _moderator = held_assumption()
    other = make_seat(author.workshop, role)

    with pytest.raises(PermissionDenied):
        moderation.decide(contribution, version=1, action=Action.PUBLISH, by=other)

    contribution.refresh_from_db()
    assert contribution.state == Contribution.State.HELD
    assert signed_in(other).get(page_of(contribution)).status_code == 403


def test_no_moderator_decides_on_their_own_text() -> None:
    workshop = make_workshop()
    moderator = make_seat(workshop, Role.MODERATOR)
    own = make_assumption(moderator, state=Contribution.State.HELD)

    with pytest.raises(PermissionDenied):
        moderation.decide(own, version=1, action=Action.PUBLISH, by=moderator)

    assert moderation.possible(own, by=moderator) == []
    assert not Decision.objects.exists()


def test_a_second_moderator_finds_a_page_that_says_it_was_decided() -> None:
    contribution, author, first = held_assumption()
    second = make_seat(author.workshop, Role.MODERATOR)
    moderation.decide(contribution, version=1, action=Action.PUBLISH, by=first)

    response = signed_in(second).post(
        page_of(contribution),
        {"version": 1, "action": "return", "reason": "says_should", "note": "Kept words"},
    )

    assert response.status_code == 409
    assert "Kept words" in response.content.decode()
    contribution.refresh_from_db()
    assert contribution.state == Contribution.State.PUBLISHED
    assert Decision.objects.count() == 1


def test_a_decision_on_an_older_version_is_refused() -> None:
    contribution, _author, moderator = held_assumption()
    Contribution.objects.filter(pk=contribution.pk).update(version=2)

    with pytest.raises(moderation.Overtaken):
        moderation.decide(contribution, version=1, action=Action.PUBLISH, by=moderator)


def test_returning_needs_a_reason() -> None:
    contribution, _author, moderator = held_assumption()

    response = signed_in(moderator).post(page_of(contribution), {"version": 1, "action": "return"})

    assert response.status_code == 422
    assert "Say why" in response.content.decode()
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"version": "x", "action": "publish"},
        {"version": 1, "action": "burn"},
        {"version": 1, "action": "publish", "note": "x" * 1001},
        {"version": 1, "action": "publish", "note": "a\0b"},
        {"version": 1, "action": "return", "reason": "because"},
        {"version": 10**30, "action": "publish"},
    ],
)
def test_a_malformed_decision_is_a_sentence_and_changes_nothing(data: dict[str, object]) -> None:
    contribution, _author, moderator = held_assumption()

    response = signed_in(moderator).post(page_of(contribution), data)

    assert response.status_code == 422
    assert not Decision.objects.exists()


def test_a_contribution_of_another_workshop_is_not_there() -> None:
    contribution, _author, _moderator = held_assumption()
    elsewhere = make_seat(make_workshop(), Role.MODERATOR)
    url = reverse("workshops:decision", args=[elsewhere.workshop.slug, contribution.pk])

    assert signed_in(elsewhere).get(url).status_code == 404
    assert signed_in(elsewhere).get(page_of(contribution)).status_code == 404


def test_redacting_is_possible_during_publication_and_publishing_is_not() -> None:
    workshop = make_workshop()
    contribution = make_assumption(make_seat(workshop))
    held = make_assumption(make_seat(workshop), state=Contribution.State.HELD)
    moderator = make_seat(workshop, Role.MODERATOR)
    move_to(workshop, StageKind.PUBLICATION)

    assert moderation.possible(contribution, by=moderator) == [Action.REDACT]
    with pytest.raises(PermissionDenied):
        moderation.decide(held, version=1, action=Action.PUBLISH, by=moderator)
    moderation.decide(contribution, version=1, action=Action.REDACT, reason="safety", by=moderator)

    contribution.refresh_from_db()
    assert contribution.state == Contribution.State.REDACTED


def test_the_queue_asks_the_database_as_often_for_thirty_as_for_one(
    django_assert_max_num_queries: object,
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    workshop = make_workshop()
    author, moderator = make_seat(workshop), make_seat(workshop, Role.MODERATOR)
    client = signed_in(moderator)
    url = reverse("workshops:moderation", args=[workshop.slug])
    counts = []
    for rows in (1, 29):
        for _ in range(rows):
            make_assumption(author, state=Contribution.State.HELD)
        make_revision(author, make_scenario(workshop))
        client.get(url)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(url).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.parametrize(("attribution", "named"), [("chatham", False), ("pseudonymous", True)])
def test_the_chatham_house_rule_holds_in_front_of_moderators_too(
    attribution: str, named: bool
) -> None:
    contribution, author, moderator = held_assumption()
    Workshop.objects.update(attribution=attribution)
    side = make_constituency(author.workshop, name="The harbour")
    Seat.objects.filter(pk=author.pk).update(constituency=side)
    other = make_seat(author.workshop, Role.MODERATOR)
    moderation.decide(contribution, version=1, action=Action.PUBLISH, by=other)
    queue = reverse("workshops:moderation", args=[author.workshop.slug]) + "?show=published"

    client = signed_in(moderator)
    pages = [client.get(address).content.decode() for address in (queue, page_of(contribution))]

    assert all((author.pseudonym in page) == named for page in pages)
    assert ("The harbour" in pages[1]) == named
    assert (other.pseudonym in pages[1]) == named
