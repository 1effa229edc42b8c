from urllib.parse import urlsplit

import pytest
from django.test import Client

from participants.models import Participant, Refusal
from participants.unsubscribing import Subscription, hash_address
from tests.participants.conftest import Wishes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("wishes")]


def path_of(stream: str = "news:7", person: Participant | None = None) -> str:
    return urlsplit(Subscription.of("news", stream, person, "wren@example.org").url).path


def test_opening_the_link_changes_nothing(client: Client) -> None:
    answer = client.get(path_of())

    assert answer.status_code == 200
    assert "Stop these mails?" in answer.content.decode()
    assert client.head(path_of()).status_code == 405
    assert Refusal.objects.count() == 0


def test_a_post_stops_the_stream_also_from_a_mail_program(wishes: Wishes) -> None:
    stranger = Client(enforce_csrf_checks=True)

    answer = stranger.post(path_of(), {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    refusal = Refusal.objects.get()
    assert (refusal.stream, refusal.address_hash) == ("news:7", hash_address("wren@example.org"))


def test_whoever_comes_again_reads_that_the_mails_are_stopped(client: Client) -> None:
    client.post(path_of())

    answer = client.get(path_of()).content.decode()

    assert "No more of these mails" in answer
    assert "Send them again" in answer


def test_the_address_itself_is_not_kept(client: Client) -> None:
    client.post(path_of())

    assert "wren" not in str(Refusal.objects.values())


def test_stopping_twice_is_stopping_once(client: Client) -> None:
    for _ in range(2):
        assert client.post(path_of()).status_code == 200

    assert Refusal.objects.count() == 1


def test_a_reader_with_an_account_stops_it_for_the_account(client: Client) -> None:
    person = Participant.objects.create_user("wren@example.org")

    client.post(path_of(person=person))

    assert Refusal.objects.get().participant == person


def test_what_was_stopped_by_mistake_comes_back(client: Client) -> None:
    client.post(path_of())

    answer = client.post(path_of(), {"resume": ""})

    assert "You will get these mails again" in answer.content.decode()
    assert Refusal.objects.count() == 0


@pytest.mark.parametrize("token", ["x", "x:y:z", "%00", "W10:1:1", "a" * 4000])
def test_a_link_nobody_signed_is_not_found(client: Client, token: str) -> None:
    for method in (client.get, client.post):
        assert method(f"/unsubscribe/{token}/").status_code == 404
    assert Refusal.objects.count() == 0


def test_a_signed_link_cannot_be_bent(client: Client) -> None:
    path = path_of()

    assert client.post(path[:-5] + "AAAA/").status_code == 404
    assert Refusal.objects.count() == 0
