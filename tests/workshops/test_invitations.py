import threading
import uuid
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import LazySettings
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from participants import post
from participants.mailbox import Opened, open_mail
from participants.models import Delivery, KeptMail, Participant
from tests.factories import make_constituency, make_person, make_seat, make_workshop
from tests.workshops.conftest import SignIn
from workshops import events, tokens
from workshops.actions import invitations as actions
from workshops.actions import seats
from workshops.models import (
    Activity,
    Constituency,
    DigestPreference,
    Invitation,
    Role,
    Seat,
    StageKind,
    Workshop,
)

pytestmark = pytest.mark.django_db
State = Invitation.State


@pytest.fixture
def workshop() -> Workshop:
    workshop = make_workshop(
        StageKind.CONVENING, title="The river", focal_question="What could become of the river?"
    )
    workshop.ground_rules.create(version=1, text="Speak of what *could* happen.")
    return workshop


@pytest.fixture
def facilitator(workshop: Workshop) -> Seat:
    return make_seat(workshop, Role.FACILITATOR, pseudonym="Kestrel")


@pytest.fixture
def place(workshop: Workshop) -> Seat:
    side = make_constituency(workshop, name="Farmers", label="people who till the banks")
    return make_seat(
        workshop,
        participant=None,
        pseudonym="",
        state=Seat.State.PREPARED,
        taken_at=None,
        constituency=side,
    )


def offer(place: Seat, facilitator: Seat, **facts: Any) -> tuple[Invitation, str]:
    given: dict[str, Any] = {"language": "en", "client_key": uuid.uuid4()} | facts
    invitation = actions.invite(place, **given, by=facilitator)
    return invitation, tokens.token_of(invitation.nonce)


@pytest.fixture
def token(place: Seat, facilitator: Seat) -> str:
    return offer(place, facilitator)[1]


def url(token: str, name: str = "invitation") -> str:
    return reverse(f"workshops:{name}", args=[token])


def sitting(**more: str) -> dict[str, str]:
    return {"pseudonym": "Plover", "language": "en", "accepts": "on", "rules_version": "1"} | more


def mail_to(address: str, settings: LazySettings) -> tuple[str, Opened]:
    """Its subject, and what is in it."""
    settings.EMAIL_BACKEND = "participants.mailbox.KeepBackend"
    settings.EMBEDDED = True
    post.sweep()
    mail = KeptMail.objects.get(address=address)
    return mail.subject, open_mail(bytes(mail.raw))


# --- the token ---------------------------------------------------------------------------


def test_a_token_is_sixteen_letters_in_groups_of_four() -> None:
    token = tokens.token_of("some nonce")

    assert [len(group) for group in token.split("-")] == [4, 4, 4, 4]
    assert set(token) <= set(tokens.ALPHABET) | {"-"}
    assert token == tokens.token_of("some nonce")
    assert token != tokens.token_of("some nonces")


def test_a_token_depends_on_the_secret_key(settings: LazySettings) -> None:
    before = tokens.token_of("some nonce")
    settings.SECRET_KEY = "another"

    assert tokens.token_of("some nonce") != before


def test_typed_codes_are_read_whatever_their_case_dashes_and_lookalikes() -> None:
    assert tokens.read("oi1l-abCD ef--gh\u2013jk") == "0111ABCDEFGHJK"
    assert tokens.hash_of("O1II-abcd") == tokens.hash_of("0111ABCD")


def test_only_the_hash_of_a_token_is_stored(place: Seat, facilitator: Seat) -> None:
    invitation, token = offer(place, facilitator)

    stored = " ".join(str(value) for value in Invitation.objects.values().get().values())
    assert token not in stored
    assert tokens.read(token) not in stored
    assert invitation.token_hash == tokens.hash_of(token)


# --- offering ------------------------------------------------------------------------------


def posted(**more: str) -> dict[str, str]:
    return {"address": "Ana@Example.org", "language": "ar", "client_key": str(uuid.uuid4())} | more


def seat_url(place: Seat, name: str = "seat") -> str:
    return reverse(f"workshops:{name}", args=[place.workshop.slug, place.pk])


def test_an_invitation_by_mail_is_a_row_in_the_outbox_with_it(
    as_seat: SignIn, place: Seat, facilitator: Seat
) -> None:
    answer = as_seat(facilitator).post(seat_url(place), posted())

    assert answer["Location"] == seat_url(place)
    invitation = Invitation.objects.get()
    assert (invitation.state, invitation.language) == (State.QUEUED, "ar")
    place.refresh_from_db()
    assert place.state == Seat.State.OFFERED
    delivery = Delivery.objects.get()
    assert delivery.key == f"invite:{place.pk}:1"
    assert (delivery.kind, delivery.language) == ("invitation", "ar")
    assert delivery.context == {"invitation": invitation.pk, "neutral": False}


def test_an_invitation_that_fails_leaves_no_mail(place: Seat, facilitator: Seat) -> None:
    with (
        patch.object(post, "queue", side_effect=RuntimeError),
        pytest.raises(RuntimeError),
    ):
        offer(place, facilitator, address="ana@example.org")

    assert not Invitation.objects.exists()
    place.refresh_from_db()
    assert place.state == Seat.State.PREPARED


def test_sending_the_same_form_twice_invites_once(
    as_seat: SignIn, place: Seat, facilitator: Seat
) -> None:
    client, form = as_seat(facilitator), posted()

    client.post(seat_url(place), form)
    client.post(seat_url(place), form)

    assert Invitation.objects.count() == Delivery.objects.count() == 1


def test_a_new_invitation_ends_the_one_before_and_has_a_new_number(
    place: Seat, facilitator: Seat
) -> None:
    first, old = offer(place, facilitator, address="ana@example.org")
    second, new = offer(place, facilitator, address="ana@example.org")

    first.refresh_from_db()
    assert (first.state, first.address) == (State.REVOKED, "")
    assert second.state == State.QUEUED
    assert old != new
    keys = Delivery.objects.order_by("pk").values_list("key", flat=True)
    assert list(keys) == [f"invite:{place.pk}:1", f"invite:{place.pk}:2"]


def test_an_expired_invitation_is_remembered_as_expired_when_it_is_renewed(
    place: Seat, facilitator: Seat
) -> None:
    first, _ = offer(place, facilitator)
    Invitation.objects.update(expires_at=timezone.now())

    offer(place, facilitator)

    first.refresh_from_db()
    assert first.state == State.EXPIRED


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": ""},
        {"address": "nobody"},
        {"address": "a@b,c@d.org"},
        {"address": "a@example.org\nBcc: b@example.org"},
        {"address": "a\x00@example.org"},
        {"address": "x" * 250 + "@example.org"},
        {"language": "tlh"},
        {"client_key": "1"},
    ],
)
def test_an_invitation_that_cannot_be_gets_a_sentence(
    as_seat: SignIn, place: Seat, facilitator: Seat, wrong: dict[str, str]
) -> None:
    answer = as_seat(facilitator).post(seat_url(place), posted(**wrong))

    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()
    assert not Invitation.objects.exists()
    assert not Delivery.objects.exists()


def test_a_taken_seat_is_not_offered(
    as_seat: SignIn, workshop: Workshop, facilitator: Seat
) -> None:
    taken = make_seat(workshop)

    answers = [
        as_seat(facilitator).post(seat_url(taken), posted()),
        as_seat(facilitator).post(seat_url(taken, "make_code"), {"client_key": str(uuid.uuid4())}),
    ]

    assert [answer.status_code for answer in answers] == [422, 409]
    assert not Invitation.objects.exists()


def test_seats_are_not_offered_once_the_texts_are_written(as_seat: SignIn) -> None:
    workshop = make_workshop(StageKind.CONSENT)
    place = make_seat(workshop, participant=None, pseudonym="", state=Seat.State.PREPARED)
    client = as_seat(make_seat(workshop, Role.FACILITATOR))

    assert client.get(seat_url(place)).status_code == 200
    assert client.post(seat_url(place), posted()).status_code == 403
    assert not Invitation.objects.exists()


def test_a_key_of_another_seat_offers_nothing(place: Seat, facilitator: Seat) -> None:
    other = make_seat(place.workshop, participant=None, pseudonym="", state=Seat.State.PREPARED)
    first, _ = offer(place, facilitator)

    with pytest.raises(ValidationError):
        offer(other, facilitator, client_key=first.client_key)

    other.refresh_from_db()
    assert other.state == Seat.State.PREPARED


def test_a_code_is_handed_over_on_a_card_with_its_pattern(
    as_seat: SignIn, place: Seat, facilitator: Seat
) -> None:
    client = as_seat(facilitator)

    made = client.post(seat_url(place, "make_code"), {"client_key": str(uuid.uuid4())})
    card = client.get(made["Location"])

    token = tokens.token_of(Invitation.objects.get().nonce)
    assert card.status_code == 200
    assert token in card.content.decode()
    assert "<svg" in card.content.decode()
    assert "style=" not in card.content.decode()
    assert "no-store" in card["Cache-Control"]
    assert not Delivery.objects.exists()


def test_the_code_of_a_mailed_invitation_is_its_readers_alone(
    as_seat: SignIn, place: Seat, facilitator: Seat
) -> None:
    _, token = offer(place, facilitator, address="ana@example.org")
    client = as_seat(facilitator)

    assert client.get(seat_url(place, "card")).status_code == 404
    assert token not in client.get(seat_url(place)).content.decode()


def test_an_offer_is_taken_back(
    as_seat: SignIn, place: Seat, facilitator: Seat, token: str
) -> None:
    answer = as_seat(facilitator).post(seat_url(place, "revoke"))

    assert answer["Location"] == seat_url(place)
    place.refresh_from_db()
    assert place.state == Seat.State.PREPARED
    assert Client().get(url(token)).status_code == 410
    assert as_seat(facilitator).post(seat_url(place, "revoke")).status_code == 409


# --- the mail ------------------------------------------------------------------------------


def test_the_mail_leads_to_the_seat(place: Seat, facilitator: Seat, settings: LazySettings) -> None:
    invitation, token = offer(place, facilitator, address="ana@example.org")

    subject, mail = mail_to("ana@example.org", settings)

    assert subject == "A seat for you: The river"
    for body in (mail.text, mail.html):
        assert url(token) in body
        assert token in body
        assert "What could become of the river?" in body
    invitation.refresh_from_db()
    assert invitation.state == State.SENT
    assert invitation.sent_at is not None


def test_a_neutral_mail_names_neither_the_workshop_nor_its_question(
    place: Seat, facilitator: Seat, settings: LazySettings
) -> None:
    offer(place, facilitator, address="ana@example.org", neutral=True)

    subject, mail = mail_to("ana@example.org", settings)

    assert subject == "You are invited"
    for word in ("river", "Farmers", "Kestrel"):
        assert word not in mail.text + mail.html


def test_someone_who_asked_for_neutral_mail_is_invited_neutrally(
    place: Seat, facilitator: Seat, settings: LazySettings
) -> None:
    make_person("ana@example.org", mail=Participant.Mail.NEUTRAL)
    offer(place, facilitator, address="ana@example.org")

    subject, mail = mail_to("ana@example.org", settings)

    assert "river" not in subject + mail.text + mail.html


def test_the_mail_is_in_the_language_of_the_invitation(
    place: Seat, facilitator: Seat, settings: LazySettings
) -> None:
    offer(place, facilitator, address="ana@example.org", language="ar")

    assert 'dir="rtl"' in mail_to("ana@example.org", settings)[1].html


@pytest.mark.parametrize("change", ["revoked", "expired", "answered", "removed"])
def test_an_invitation_that_leads_nowhere_any_more_is_not_sent(
    place: Seat, facilitator: Seat, change: str
) -> None:
    _, token = offer(place, facilitator, address="ana@example.org")
    match change:
        case "revoked":
            actions.revoke(place, by=facilitator)
        case "expired":
            Invitation.objects.update(expires_at=timezone.now())
        case "answered":
            actions.decline(token)
        case _:
            seats.remove(place, by=facilitator)

    post.sweep()

    delivery = Delivery.objects.get()
    assert delivery.state == Delivery.State.SKIPPED
    assert delivery.address == ""


# --- looking -------------------------------------------------------------------------------


def test_looking_at_an_invitation_changes_nothing(token: str, place: Seat) -> None:
    rows = [list(model.objects.values()) for model in (Invitation, Seat, Activity)]

    page = Client().get(url(token))

    assert page.status_code == 200
    for word in (
        "The river",
        "What could become of the river?",
        "till the banks",
        "Kestrel",
        "<em>could</em>",
    ):
        assert word in page.content.decode()
    assert [list(model.objects.values()) for model in (Invitation, Seat, Activity)] == rows
    assert not Client().get(url(token)).cookies.get("sessionid")


def test_nobody_is_named_under_the_chatham_house_rule(token: str, workshop: Workshop) -> None:
    Workshop.objects.update(attribution=Workshop.Attribution.CHATHAM)

    assert "Kestrel" not in Client().get(url(token)).content.decode()


def test_a_visitor_reads_the_invitation_in_its_language_until_they_choose_one(
    place: Seat, facilitator: Seat
) -> None:
    _, token = offer(place, facilitator, language="ar")
    chosen = Client()
    chosen.cookies["django_language"] = "en"

    assert 'lang="ar"' in Client(headers={"accept-language": "en"}).get(url(token)).content.decode()
    assert '<html lang="en"' in chosen.get(url(token)).content.decode()


@pytest.mark.parametrize("change", ["revoked", "expired", "declined", "accepted", "unknown"])
def test_what_leads_nowhere_is_one_page_that_tells_nothing(
    token: str, place: Seat, facilitator: Seat, change: str
) -> None:
    match change:
        case "revoked":
            actions.revoke(place, by=facilitator)
        case "expired":
            Invitation.objects.update(expires_at=timezone.now())
        case "declined":
            actions.decline(token)
        case "accepted":
            actions.accept(
                token, pseudonym="Plover", language="en", rules_version=1, by=make_person()
            )
        case _:
            token = "0000-0000-0000-0000"

    visitor = Client()
    answers = [
        visitor.get(url(token)),
        visitor.post(url(token), sitting()),
        visitor.post(url(token, "decline")),
        visitor.post(url(token, "without_address")),
    ]

    assert {answer.status_code for answer in answers} == {404 if change == "unknown" else 410}
    for answer in answers:
        assert "river" not in answer.content.decode()
    assert not Participant.objects.filter(email=None).exists()


@pytest.mark.parametrize("token", ["x", "%00", "..", "ABCD-" * 200, "\u0661\u0662"])
def test_an_address_that_is_no_token_is_not_found(token: str) -> None:
    assert Client().get(f"/invitations/{token}/").status_code == 404


# --- typing a code --------------------------------------------------------------------------


def test_a_typed_code_leads_to_the_invitation(token: str) -> None:
    typed = token.lower().replace("-", " ").replace("0", "o").replace("1", "i")

    answer = Client().post(reverse("workshops:invitations"), {"code": typed})

    assert answer["Location"] == url(token)


@pytest.mark.parametrize("code", ["", "ABCD", "0000-0000-0000-0000", "x" * 81, "a\x00b", "U" * 16])
def test_a_code_that_nobody_gave_out_gets_a_sentence(token: str, code: str) -> None:
    answer = Client().post(reverse("workshops:invitations"), {"code": code})

    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()


# --- sitting down ---------------------------------------------------------------------------


def test_accepting_takes_the_seat(
    as_seat: Any, token: str, place: Seat, django_capture_on_commit_callbacks: Any
) -> None:
    person = make_person()

    with patch.object(events, "send") as send, django_capture_on_commit_callbacks(execute=True):
        answer = as_seat(person).post(url(token), sitting(language="ar"))

    assert answer["Location"] == place.workshop.get_absolute_url()
    place.refresh_from_db()
    assert (place.participant, place.pseudonym, place.language) == (person, "Plover", "ar")
    assert (place.state, place.rules_version) == (Seat.State.TAKEN, 1)
    assert Invitation.objects.get().state == State.ACCEPTED
    assert Activity.objects.filter(seat=place).get().verb == Activity.Verb.TOOK_SEAT
    assert DigestPreference.objects.get().seat == place
    send.assert_called_once_with(
        events.group(place.workshop_id), {"type": "access.changed", "seat": place.pk}
    )


def test_once_answered_nothing_leads_from_the_seat_to_an_address(
    place: Seat, facilitator: Seat
) -> None:
    _, token = offer(place, facilitator, address="ana@example.org")

    actions.accept(token, pseudonym="Plover", language="en", rules_version=1, by=make_person())

    assert Invitation.objects.get().address == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {"pseudonym": ""},
        {"pseudonym": "x" * 41},
        {"pseudonym": "a\x00b"},
        {"pseudonym": "\u200b"},
        {"pseudonym": "\u202eHeron"},
        {"pseudonym": "kestrel"},
        {"language": "tlh"},
        {"accepts": ""},
        {"rules_version": "0"},
        {"rules_version": "first"},
    ],
)
def test_a_seat_is_not_taken_by_a_form_that_cannot_be(
    as_seat: Any, token: str, place: Seat, wrong: dict[str, str]
) -> None:
    answer = as_seat(make_person()).post(url(token), sitting(**wrong))

    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()
    place.refresh_from_db()
    assert (place.state, place.participant) == (Seat.State.OFFERED, None)
    assert Invitation.objects.get().state == State.SENT


def test_a_name_of_ones_own_from_another_workshop_is_refused(as_seat: Any, token: str) -> None:
    person = make_person()
    make_seat(make_workshop(), participant=person, pseudonym="PLOVER")

    answer = as_seat(person).post(url(token), sitting())

    assert answer.status_code == 422
    assert "in another workshop" in answer.content.decode()


def test_a_name_that_somebody_else_uses_elsewhere_is_free(as_seat: Any, token: str) -> None:
    make_seat(make_workshop(), pseudonym="Plover")

    assert as_seat(make_person()).post(url(token), sitting()).status_code == 302


def test_nobody_has_two_seats(as_seat: SignIn, token: str, workshop: Workshop, place: Seat) -> None:
    sitter = make_seat(workshop)

    page = as_seat(sitter).get(url(token))
    answer = as_seat(sitter).post(url(token), sitting())

    assert "You already have a seat" in page.content.decode()
    assert answer.status_code == 422
    place.refresh_from_db()
    assert place.state == Seat.State.OFFERED


def test_a_used_link_leads_its_owner_back_in(as_seat: Any, token: str, workshop: Workshop) -> None:
    person = make_person()
    client = as_seat(person)
    client.post(url(token), sitting())

    assert client.get(url(token))["Location"] == workshop.get_absolute_url()
    assert client.post(url(token), sitting())["Location"] == workshop.get_absolute_url()
    assert as_seat(make_person()).get(url(token)).status_code == 410


def test_a_visitor_signs_in_and_comes_back(token: str) -> None:
    page = Client().get(url(token)).content.decode()
    answer = Client().post(url(token), sitting())

    onward = f"?next={url(token).replace('/', '%2F')}"
    assert url(token, "begin") in page
    assert answer["Location"] == reverse("account_login") + onward


def test_without_an_address_one_gets_a_return_code_once_and_goes_on(
    token: str, place: Seat
) -> None:
    client = Client()

    page = client.post(url(token, "without_address"))
    seated = client.post(url(token), sitting())

    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    assert url(token) in page.content.decode()
    assert seated.status_code == 302
    place.refresh_from_db()
    assert place.participant is not None
    assert place.participant.email is None


def test_one_invitation_does_not_open_accounts_without_end(token: str, place: Seat) -> None:
    answers = [Client().post(url(token, "without_address")).status_code for _ in range(6)]

    assert answers == [200] * 5 + [429]
    assert Participant.objects.filter(email=None).count() == 5


def test_someone_signed_in_gets_no_second_account(as_seat: Any, token: str) -> None:
    people = Participant.objects.count()

    answer = as_seat(make_person()).post(url(token, "without_address"))

    assert answer["Location"] == url(token)
    assert Participant.objects.count() == people + 1


def test_declining_frees_the_seat(token: str, place: Seat) -> None:
    assert Client().get(url(token, "decline")).status_code == 405

    answer = Client().post(url(token, "decline"))

    assert answer["Location"] == reverse("home")
    place.refresh_from_db()
    assert place.state == Seat.State.PREPARED
    assert Invitation.objects.get().state == State.DECLINED


def test_the_form_suggests_names_that_nobody_here_uses(
    as_seat: Any, token: str, workshop: Workshop
) -> None:
    make_seat(workshop, pseudonym="Cedar")
    client = as_seat(make_person())

    for _ in range(5):
        assert "Cedar" not in client.get(url(token)).content.decode()


# --- races -----------------------------------------------------------------------------------


def race(people: list[Participant], token: str) -> list[str]:
    start = threading.Barrier(len(people))
    outcomes = []

    def sit(number: int, person: Participant) -> None:
        start.wait()
        try:
            actions.accept(
                token, pseudonym=f"Plover {number}", language="en", rules_version=1, by=person
            )
            outcomes.append("seated")
        except ValidationError as refused:
            outcomes.append(getattr(refused, "code", "") or "")
        finally:
            connection.close()

    threads = [threading.Thread(target=sit, args=item) for item in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_one_token_is_one_seat_whoever_races(place: Seat, token: str) -> None:
    people = [make_person() for _ in range(8)]

    outcomes = race(people, token)

    assert sorted(outcomes) == ["gone"] * 7 + ["seated"]
    assert Seat.objects.taken().exclude(role=Role.FACILITATOR).count() == 1


@pytest.mark.django_db(transaction=True)
def test_taking_an_offer_back_races_with_accepting_it_and_one_of_them_wins(
    place: Seat, facilitator: Seat, token: str
) -> None:
    start = threading.Barrier(2)
    outcomes = []

    def act(name: str) -> None:
        person = Participant.objects.get(email="ana@example.org")
        start.wait()
        try:
            if name == "revoked":
                actions.revoke(place, by=facilitator)
            else:
                actions.accept(token, pseudonym="Plover", language="en", rules_version=1, by=person)
            outcomes.append(name)
        except ValidationError:
            pass
        finally:
            connection.close()

    make_person("ana@example.org")
    threads = [threading.Thread(target=act, args=[name]) for name in ("revoked", "accepted")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(outcomes) == 1
    found = Seat.objects.get(pk=place.pk)
    expected = Seat.State.PREPARED if outcomes == ["revoked"] else Seat.State.TAKEN
    assert (found.state, Invitation.objects.get().state) == (expected, outcomes[0])


@pytest.mark.django_db(transaction=True)
def test_two_who_want_one_name_do_not_both_get_it(workshop: Workshop, facilitator: Seat) -> None:
    side = Constituency.objects.create(workshop=workshop, name="Farmers")
    places = seats.add_seats(
        role=Role.PARTICIPANT, constituency=side, count=2, seen=1, by=facilitator
    )
    given = [offer(place, facilitator)[1] for place in places]
    people = [make_person(), make_person()]
    start = threading.Barrier(2)
    outcomes = []

    def sit(token: str, person: Participant) -> None:
        start.wait()
        try:
            actions.accept(token, pseudonym="Plover", language="en", rules_version=1, by=person)
            outcomes.append("seated")
        except ValidationError as refused:
            outcomes.append(next(iter(refused.message_dict)))
        finally:
            connection.close()

    threads = [threading.Thread(target=sit, args=item) for item in zip(given, people, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["pseudonym", "seated"]


def test_the_seat_is_good_for_two_weeks(token: str) -> None:
    left = Invitation.objects.get().expires_at - timezone.now()

    assert timedelta(days=13, hours=23) < left <= timedelta(days=14)
