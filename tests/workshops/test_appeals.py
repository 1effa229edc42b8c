"""A second look: flags by readers, and appeals by authors, which never go to whoever decided."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from participants import post
from participants.models import Delivery, KeptMail
from tests.factories import make_assumption, make_force, make_seat, make_workshop
from workshops import appeals, moderation
from workshops.models import (
    Appeal,
    AuditEntry,
    Contribution,
    Decision,
    Flag,
    Role,
    Seat,
    StageKind,
)

pytestmark = pytest.mark.django_db
Action = Decision.Action
State = Contribution.State


class People:
    def __init__(self, moderators: int = 2) -> None:
        self.workshop = make_workshop(StageKind.SITUATION)
        self.author = make_seat(self.workshop)
        self.reader = make_seat(self.workshop)
        self.facilitator = make_seat(self.workshop, Role.FACILITATOR)
        self.moderators = [make_seat(self.workshop, Role.MODERATOR) for _ in range(moderators)]
        self.row = make_assumption(self.author, statement="Wells could dry.", state=State.HELD)

    def returned(self) -> Decision:
        return moderation.decide(
            self.row, version=1, action=Action.RETURN, reason="attack", by=self.moderators[0]
        )

    def url(self, route: str, *ids: int) -> str:
        return reverse(f"workshops:{route}", args=[self.workshop.slug, *ids])


def client_of(seat: Seat) -> Client:
    client = Client()
    assert seat.participant is not None
    client.force_login(seat.participant)
    return client


def told() -> list[Delivery]:
    return list(Delivery.objects.filter(kind="appeal").order_by("pk"))


def test_an_appeal_goes_to_another_moderator_with_a_day() -> None:
    people = People()
    decision = people.returned()
    author = client_of(people.author)
    url = people.url("appeal", decision.pk)
    assert url in author.get(people.url("page")).content.decode()

    assert author.post(url, {"words": "It attacks nobody."}).status_code == 302
    assert author.post(url, {"words": "Again."}).status_code == 302

    appeal = Appeal.objects.get()
    assert appeal.words == "It attacks nobody."
    assert timedelta(days=6) < appeal.due_at - timezone.now() <= timedelta(days=7)
    assert [one.participant for one in told()] == [people.moderators[1].participant]
    assert "Another moderator answers until" in author.get(url).content.decode()
    first, second = (client_of(seat) for seat in people.moderators)
    queue = people.url("moderation") + "?show=appealed"
    asked = [client.get(people.url("page")).content.decode() for client in (first, second)]
    assert ["Answer an appeal" in page for page in asked] == [False, True]
    assert "Wells could dry." in second.get(queue).content.decode()
    page = people.url("decision", people.row.pk)
    answer = people.url("answer_appeal", appeal.pk)
    assert answer not in first.get(page).content.decode()
    assert answer in second.get(page).content.decode()


@pytest.mark.parametrize(
    ("outcome", "state", "sentence"),
    [
        ("stands", State.RETURNED, "The decision stands"),
        ("overturn", State.PUBLISHED, "It was published after all"),
    ],
)
def test_the_outcome_is_seen_and_mailed_and_in_the_log(
    outcome: str, state: str, sentence: str
) -> None:
    people = People()
    decision = people.returned()
    appeal = appeals.appeal(decision, words="Please.", by=people.author)
    url = people.url("answer_appeal", appeal.pk)
    said = {"outcome": outcome, "note": "I read it twice."}

    assert client_of(people.moderators[0]).post(url, said).status_code == 403
    second = client_of(people.moderators[1])
    assert second.post(url, {"outcome": "burn"}).status_code == 422
    assert second.post(url, said).status_code == 302
    assert second.post(url, said).status_code == 302  # a second time changes nothing

    people.row.refresh_from_db()
    assert people.row.state == state
    page = client_of(people.author).get(people.url("appeal", decision.pk)).content.decode()
    assert sentence in page
    assert "I read it twice." in page
    post.sweep()
    assert any(b"read it twice" in bytes(mail.raw) for mail in KeptMail.objects.all())
    acts = [entry.facts["action"] for entry in AuditEntry.objects.order_by("number")]
    assert acts[-1] == ("appeal_upheld" if outcome == "stands" else "appeal_overturned")
    assert (
        people.moderators[1].pseudonym not in second.get(people.url("decisions")).content.decode()
    )


def test_with_one_moderator_the_facilitators_are_told_and_it_says_so() -> None:
    people = People(moderators=1)
    decision = people.returned()
    url = people.url("appeal", decision.pk)
    author = client_of(people.author)
    assert "There is no other moderator" in author.get(url).content.decode()

    author.post(url, {"words": "Please."})

    assert [one.participant for one in told()] == [people.facilitator.participant]
    assert "The facilitators were told" in author.get(url).content.decode()
    with pytest.raises(PermissionDenied):
        appeals.answer(Appeal.objects.get(), overturn=True, note="", by=people.moderators[0])
    post.sweep()
    mails = [bytes(mail.raw) for mail in KeptMail.objects.all()]
    assert mails
    assert not any(b"Wells could dry" in raw for raw in mails if b"no other moderator" in raw)


def test_only_the_author_appeals_and_only_while_the_decision_stands() -> None:
    people = People()
    decision = people.returned()
    assert client_of(people.reader).get(people.url("appeal", decision.pk)).status_code == 404
    with pytest.raises(PermissionDenied):
        appeals.appeal(decision, words="Mine.", by=people.reader)
    moderation.decide(people.row, version=2, action=Action.RESTORE, by=people.moderators[1])

    url = people.url("appeal", decision.pk)
    assert client_of(people.author).post(url, {"words": "Late."}).status_code == 409
    assert client_of(people.author).post(url, {"words": ""}).status_code == 422
    assert not Appeal.objects.exists()


def test_a_flag_counts_once_a_seat_and_shows_its_number_only_from_the_threshold_on() -> None:
    people = People()
    Contribution.objects.update(state=State.PUBLISHED)
    url = people.url("flag", people.row.pk)
    queue = people.url("moderation") + "?show=flagged"
    moderator = client_of(people.moderators[0])
    reader = client_of(people.reader)
    assert (
        url
        in reader.get(
            reverse("scenarios:assumptions", args=[people.workshop.slug])
        ).content.decode()
    )

    for reason in ("attack", "safety"):
        assert reader.post(url, {"version": 1, "reason": reason}).status_code == 302

    assert list(Flag.objects.values_list("reason", flat=True)) == ["safety"]
    page = moderator.get(queue).content.decode()
    assert "Wells could dry." in page
    assert "flagged by" not in page
    decision = moderator.get(people.url("decision", people.row.pk)).content.decode()
    assert "It could put someone in danger." in decision
    assert people.reader.pseudonym not in decision
    for _number in range(people.workshop.small_cell - 1):
        appeals.flag(people.row, version=1, reason="attack", by=make_seat(people.workshop))
    assert "flagged by 5" in moderator.get(queue).content.decode()
    moderation.decide(people.row, version=1, action=Action.KEEP, by=people.moderators[0])
    assert "Wells could dry." not in moderator.get(queue).content.decode()


def test_nobody_flags_their_own_what_they_cannot_see_or_what_changed() -> None:
    people = People()
    url = people.url("flag", people.row.pk)
    sent = {"version": 1, "reason": "attack"}
    assert client_of(people.reader).post(url, sent).status_code == 404  # it is held
    Contribution.objects.update(state=State.PUBLISHED, version=2)
    assert client_of(people.author).post(url, sent | {"version": 2}).status_code == 404
    observer = make_seat(people.workshop, Role.OBSERVER)
    assert client_of(observer).post(url, sent | {"version": 2}).status_code == 404
    assert client_of(people.reader).post(url, sent).status_code == 409
    assert client_of(people.reader).post(url, {"version": 2, "reason": "spite"}).status_code == 422
    blind = make_workshop(StageKind.FORCES)
    force = make_force(make_seat(blind))
    unseen = reverse("workshops:flag", args=[blind.slug, force.pk])
    assert client_of(make_seat(blind)).get(unseen).status_code == 404
    assert not Flag.objects.exists()
