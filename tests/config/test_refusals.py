"""What a person reads where a page cannot be shown."""

import pytest
from django.test import Client

from tests.factories import make_seat, make_workshop
from workshops.models import Role


def test_an_address_that_only_takes_forms_says_so(client: Client) -> None:
    answer = client.get("/language/")

    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert "only takes what a form sends" in answer.content.decode()


@pytest.mark.django_db
def test_a_refusal_leads_back_to_the_workshop(client: Client) -> None:
    seat = make_seat(make_workshop(), Role.OBSERVER)
    assert seat.participant is not None
    client.force_login(seat.participant)

    answer = client.get(f"{seat.workshop.get_absolute_url()}seats/")

    assert answer.status_code == 403
    assert f'href="{seat.workshop.get_absolute_url()}"' in answer.content.decode()


@pytest.mark.django_db
def test_words_sent_after_signing_out_are_not_lost(client: Client) -> None:
    seat = make_seat(make_workshop("situation"))
    assert seat.participant is not None
    address = f"{seat.workshop.get_absolute_url()}assumptions/new/"

    answer = client.post(address, {"statement": "The well could run dry.", "nature": "fact"})
    page = answer.content.decode()

    assert answer.status_code == 403
    assert "The well could run dry." in page
    assert f"/accounts/login/?next={address}" in page
    assert client.post(address, {"nature": "fact"}).status_code == 302
